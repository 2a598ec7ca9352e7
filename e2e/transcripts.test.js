//! Golden conversations: every story in transcripts/ happens as it is written,
//! every event of every vocabulary is in one of them, and docs/dialects.md says
//! in which.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { allStories, readStep, readStory, storyText } from './support/transcript.js';
import { play } from './support/transcript-player.js';
import { EventList, fits } from './support/transcript-table.js';
import { fill, mismatch, Reader } from './support/transcript-values.js';

const DOCUMENT = new URL('../docs/dialects.md', import.meta.url);
/** Above it the document is written by hand. */
const MARK = '<!-- The rest is written by the transcripts. -->\n';

const events = new EventList();

/** @type {[pattern: string, body: unknown, wrong?: string][]} */
const COMPARISONS = [
  ['{"a":1}', { a: 1 }],
  ['{"a":1}', { a: 2 }, 'body.a is 2, not 1'],
  ['{"a":1}', { a: 1, b: 2 }, 'body has b besides'],
  ['{"a":1,...}', { a: 1, b: 2 }],
  ['{"a":1,"b":*}', { a: 1 }, 'body has no b: {"a":1}'],
  ['{"a":1}', [], 'body is [], not {"a":1}'],
  ['{"a":{"b":[text]}}', { a: { b: [''] } }, 'body.a.b[0] is "", not text'],
  ['[1,2]', [1, 2]],
  ['[1,2]', [2, 1], 'body[0] is 2, not 1'],
  ['[1]', [1, 2], 'body is [1,2], longer than [1]'],
  ['[1,2]', [1], 'body lacks 2: [1]'],
  ['[1,...]', [1, 2]],
  ['unordered[1,2]', [2, 1]],
  ['unordered[1,2]', [1, 1], 'body lacks 2: [1,1]'],
  ['time', '2030-01-15T10:00:00.000Z'],
  ['time', 'noon', 'body is "noon", not time'],
  ['text("recording")', 'Recording needs consent.'],
  ['text("recording")', 'No.', 'body is "No.", not text("recording")'],
  ['object', null, 'body is null, not object'],
  ['*', null],
  ['bool', 'true', 'body is "true", not bool'],
  ['$known', 7],
  ['$known', 8, 'body is 8, not $known (7)'],
  ['[$new,$new]', ['x', 'x']],
  ['[$new,$new]', ['x', 'y'], 'body[1] is "y", not $new ("x")'],
];

for (const [pattern, body, wrong] of COMPARISONS) {
  test(`${JSON.stringify(body)} is ${wrong ? 'not ' : ''}${pattern}`, () => {
    assert.equal(mismatch(new Reader(pattern).pattern(), body, new Map([['known', 7]])), wrong);
  });
}

test('what is said is filled in, and says what is missing', () => {
  const values = new Map([['call', 'c1']]);
  const filled = (/** @type {string} */ text) => fill(new Reader(text).pattern(), values);
  assert.deepEqual(filled('{"callId":$call,"more":[1,null]}'), { callId: 'c1', more: [1, null] });
  assert.throws(() => filled('$nobody'), /nothing is called \$nobody yet/);
  assert.throws(() => filled('{"at":time}'), /time says what kind of value it is/);
});

test('a line that is no step is refused with its number', () => {
  const lines = [
    'pat sings',
    'pat hears',
    'pat says offer {',
    'pat says offer {"a":1} ->',
    'pat hears offer {} {}',
    'pat GET /api/me',
  ];
  for (const line of lines) assert.throws(() => readStep(line, 7), /^Error: line 7: /, line);
});

test('the body of an event has the fields of its row', () => {
  const row = /** @type {const} */ ({ body: '{ a, b? }', mark: 'seed' });
  for (const body of [{ a: 1 }, { a: 1, b: 2 }]) assert.ok(fits(row, body), JSON.stringify(body));
  for (const body of [{ b: 2 }, { a: 1, c: 3 }, 'a']) assert.ok(!fits(row, body), JSON.stringify(body));
  assert.ok(fits({ ...row, body: '{ a, … }' }, { a: 1, c: 3 }));
  assert.ok(fits({ ...row, body: 'nothing' }, undefined));
});

/** @type {[name: string, lines: string, wrong: RegExp][]} */
const FALSE_STORIES = [
  ['something unexpected is heard', 'doc says sing in vain', /the story is over, but\ndoc has heard error /],
  ['something else is heard', 'doc says sing in vain\ndoc hears offer', /line 5: doc hears offer\ndoc heard error /],
  ['a body differs', 'doc says sing in vain\ndoc hears error {"event":"dance",...}', /line 5: .*\nbody.event is "sing", not "dance"/],
  ['an ack differs', 'doc says sing -> {"success":true,...} in vain', /line 4: .*\nack.success is false, not true/],
  ['an answer differs', 'doc GET /api/me -> 404', /line 4: .*\nit was answered with 200/],
  ['a refusal does not come', 'doc@phone connects /webrtc -> refused {...}', /doc@phone was let in/],
];

for (const [name, lines, wrong] of FALSE_STORIES) {
  test(`a story fails when ${name}`, async (t) => {
    const story = readStory(`# A story that is not true.\npeople: provider doc\ndoc connects /webrtc\n${lines}\n`);
    await assert.rejects(play(t, story), wrong);
  });
}

for (const { dialect, name } of allStories()) {
  test(`${dialect}/${name}`, async (t) => {
    const proofs = await play(t, readStory(storyText({ dialect, name })));
    events.prove(dialect, name, proofs);
  });
}

test('every event is proven, and docs/dialects.md says by what', () => {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [head] = document.split(MARK);
  const now = `${head}${MARK}\n${events.markdown()}`;
  if (process.env.UPDATE_GENERATED) writeFileSync(DOCUMENT, now);
  const before = readFileSync(DOCUMENT, 'utf8');
  assert.equal(events.unproven().join('\n'), '', 'no transcript proves these events of transcripts/events.json');
  const advice = 'run `UPDATE_GENERATED=1 npm test transcripts.test.js` in e2e';
  assert.ok(now === before, `${advice}: what the transcripts prove has changed`);
});
