//! Connections are lost while people write to each other: nothing is lost with
//! them, nothing is said twice, and everybody reads the same in the same order.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { startHouse } from './support/house.js';
import { openLine } from './support/line.js';
import { chance, SEED } from './support/random.js';
import { until } from './support/waiting.js';
import { Writer } from './support/writer.js';

/** How often each of the two is cut off. */
const CUTS = 50;

/** How much may be on its way before the next cut: a server remembers few keys. */
const MOST_WAITING = 10;

/** How many messages a page of history holds here. */
const PAGE = 40;

/** Comes back at once. */
const EAGER = { reconnectionDelay: 5, reconnectionDelayMax: 50 };

/**
 * The ways a connection is lost.
 * @type {[name: string, lose: (writer: Writer, line: import('./support/line.js').Line) => void][]}
 */
const LOSSES = [
  ['the line is cut', (_, line) => line.cut()],
  ['the client lets go', (writer) => writer.client.socket.io.engine.close()],
  [
    'the line is cut when the house has been told',
    (writer, line) => {
      line.cutWhen('asked');
      writer.write();
    },
  ],
  [
    'the line is cut before the ack is heard',
    (writer, line) => {
      line.cutWhen('answered');
      writer.write();
    },
  ],
];

// They write faster than people do.
const unhurried = { HOUSECALL_CHAT__MESSAGES_PER_MINUTE: '100000', HOUSECALL_CHAT__MESSAGE_BURST: '100000' };
const house = await startHouse({ after }, { env: unhurried });
const ada = await house.person('ada', 'provider');
const ben = await house.person('ben', 'patient');

afterEach(() => {
  for (const person of [ada, ben]) person.disconnect();
});

/**
 * Ada and Ben in a call, each at the end of a line that can be cut.
 * @param {import('node:test').TestContext} t
 */
async function twoWriters(t) {
  const lines = [await openLine(t, house), await openLine(t, house)];
  const [{ client: doctor }, { client: patient }] = [
    await ada.native('ada-phone', { url: lines[0].url, ...EAGER }),
    await ben.native('ben-phone', { url: lines[1].url, ...EAGER }),
  ];
  const { result } = await doctor.ask('start', { callees: ['ben'] });
  const callId = result.id;
  assert.equal((await patient.ask('answer', { callId })).ok, true);
  const writers = [new Writer(doctor, 'ada', callId), new Writer(patient, 'ben', callId)];
  return { callId, lines, writers };
}

/** Loses a connection in one of the ways, and waits until it is back. */
async function lose(
  /** @type {Writer} */ writer,
  /** @type {import('./support/line.js').Line} */ line,
  /** @type {(typeof LOSSES)[number]} */ [, how],
) {
  const gone = writer.client.disconnected();
  how(writer, line);
  await gone;
  await writer.client.reconnected();
}

/** Waits until everybody has read everything, and nothing is unsaid. */
async function allRead(/** @type {Writer[]} */ writers) {
  const all = writers.flatMap((it) => it.written).length;
  const read = () => writers.every((it) => it.waiting.length === 0 && it.read.length >= all);
  const standing = () => writers.map((it) => `${it.user} read ${it.read.length}, waits for ${it.waiting.length}`);
  await until(read, () => `not all ${all} messages are read: ${standing().join('; ')}`);
}

/** Everybody has every message once, each writer's in order, and all the same. */
function assertOneStory(/** @type {Writer[]} */ writers) {
  const [story] = writers.map((it) => it.read);
  for (const { errors, read } of writers) {
    assert.deepEqual(errors, []);
    assert.deepEqual(read, story);
  }
  for (const { user, written } of writers) {
    assert.deepEqual(story.filter((it) => it.user === user).map((it) => it.message), written);
  }
  return story;
}

/**
 * The whole history of a call over HTTP, page by page from the end.
 * @param {import('./support/people.js').Person} person
 * @param {string} callId
 */
async function history(person, callId) {
  /** @type {any[]} */
  const all = [];
  for (let before = ''; ; ) {
    const search = new URLSearchParams({ limit: String(PAGE), ...(before && { before }) });
    const { status, body } = await person.get(`/api/rooms/${callId}/messages?${search}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.messages.length <= PAGE);
    all.unshift(...body.messages);
    if (body.before === undefined) return all;
    assert.equal(body.messages.length, PAGE, 'there is more, and this page is not full');
    before = body.before;
  }
}

/** What HTTP tells is what was read. */
async function assertHistoryAgrees(
  /** @type {string} */ callId,
  /** @type {import('./support/writer.js').Said[]} */ story,
) {
  for (const person of [ada, ben]) {
    const told = await history(person, callId);
    assert.deepEqual(told.map(({ seq, user, message }) => ({ seq, user, message })), story);
    for (const { room, to } of told) assert.deepEqual([room, to], [callId, []]);
  }
}

test('two who write are cut off again and again, and read every message once and in order', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const { callId, lines, writers } = await twoWriters(t);
  await Promise.all(writers.map(async (writer, place) => {
    const random = chance(SEED + place);
    for (let cut = 0; cut < CUTS; cut += 1) {
      for (let more = random(4); more > 0; more -= 1) writer.write();
      await lose(writer, lines[place], LOSSES[random(LOSSES.length)]);
      const sentence = () => `${writer.user} gets no acks: ${JSON.stringify(writer.waiting)}; ${writer.errors}`;
      await until(() => writer.waiting.length < MOST_WAITING, sentence);
    }
  }));
  await allRead(writers);
  const story = assertOneStory(writers);
  const repeated = writers.map((it) => it.repeated).join(' and ');
  t.diagnostic(`${story.length} messages, ${2 * CUTS} cuts, ${repeated} said again`);

  for (const { client, user } of writers) {
    const { result } = await client.ask('messages', { callId });
    const latest = result.map((/** @type {any} */ it) => ({ seq: it.seq, user: it.user, message: it.message }));
    assert.deepEqual(latest, story.slice(-200), `what ${user} is given when they ask`);
  }
  await assertHistoryAgrees(callId, story);
  await writers[0].client.ask('end', { callId });
});

for (const [name, how] of LOSSES) {
  test(`${name}: who reads misses nothing, and who writes says nothing twice`, async (t) => {
    const { callId, lines, writers } = await twoWriters(t);
    const [writer, reader] = writers;
    for (let round = 0; round < 10; round += 1) {
      // The reader is away while something is written, and the writer at its end.
      const back = lose(reader, lines[1], ['the line is cut', (_, line) => line.cut()]);
      writer.write();
      writer.write();
      await lose(writer, lines[0], [name, how]);
      await back;
    }
    await allRead(writers);
    const story = assertOneStory(writers);
    assert.ok(story.length >= 20, `${story.length} messages`);
    await writer.client.ask('end', { callId });
  });
}
