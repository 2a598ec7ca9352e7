//! Housecall's own vocabulary, spoken by the official client: every command is
//! acked, every event is numbered, and whoever comes in knows how things stand.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { plain } from './support/client.js';
import { startHouse } from './support/house.js';
import { candidate, description } from './support/signals.js';

const house = await startHouse({ after });
const ada = await house.person('ada', 'provider');
const ben = await house.person('ben', 'patient');
const cleo = await house.person('cleo', 'patient');

const ADA = { id: 'ada', name: 'Ada', role: 'provider' };
const BEN = { id: 'ben', name: 'Ben', role: 'patient' };
const ON = { audio: true, video: true };
const OFF = { audio: false, video: false, screen: false };
const SEEN = { audio: true, video: true, screen: false };
/** What there is to say of somebody who is not at a door. */
const PLAIN = { yieldTo: false, offersFirst: false, consented: false,
        declined: false, host: false, removed: false, away: false };

afterEach(async () => {
  for (const person of [ada, ben, cleo]) person.disconnect();
});

/** The names of events, with their numbers. */
function story(/** @type {import('./support/client.js').Heard[]} */ heard) {
  return heard.map(([word, it]) => (word === 'event' ? `${it.seq} ${it.event.type}` : word));
}

test('a call from the first ring to the last word, every command acked', async () => {
  const { client: doctor, welcome } = await ada.native();
  const { client: patient } = await ben.native();
  assert.deepEqual(welcome, { you: ADA, device: 'ada-phone', calls: [], missed: [] });

  const started = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = started.result.id;
  const names = { CALL: callId };
  const state = {
    id: 'CALL',
    seq: 3,
    kind: 'call',
    purpose: 'video',
    phase: 'ringing',
    caller: 'ada',
    people: [
      { ...PLAIN, person: ADA, stage: 'present', media: SEEN, incarnation: 3, host: true },
      { ...PLAIN, person: BEN, stage: 'ringing', media: OFF, incarnation: 0 },
    ],
    here: true,
    door: 'usual',
    locked: false,
    createdAt: 'TIME',
    ringUntil: 'TIME',
  };
  assert.deepEqual(plain(started, names), { ok: true, result: state });
  const { ringUntil: _, ...notRinging } = state;
  const initiated = {
    ...notRinging,
    seq: 1,
    here: false,
    people: [
      { ...PLAIN, person: ADA, stage: 'calling', media: OFF, incarnation: 0, yieldTo: true, host: true },
      { ...PLAIN, person: BEN, stage: 'invited', media: OFF, incarnation: 0 },
    ],
  };
  const event = (/** @type {number} */ seq, /** @type {string} */ by, /** @type {object} */ it) => [
    'event',
    { callId: 'CALL', seq, at: 'TIME', by, event: it },
  ];
  assert.deepEqual(plain(await patient.heard(), names), [
    event(1, 'ada', { type: 'initiated', call: initiated }),
    event(2, 'ada', { type: 'rang', until: 'TIME' }),
    event(3, 'ada', {
      type: 'joined',
      participant: { ...state.people[0], yieldTo: true },
      elsewhere: false,
    }),
  ]);
  assert.deepEqual(story(await doctor.heard()), ['1 initiated', '2 rang', '3 joined']);

  const answered = await patient.ask('answer', { callId, media: { audio: true, video: false } });
  assert.equal(answered.ok, true);
  assert.equal(answered.result.phase, 'active');
  assert.equal(answered.result.seq, 5);
  assert.equal(answered.result.here, true);
  assert.match(answered.result.startedAt, /^\d{4}-/);
  assert.deepEqual(plain(await doctor.heard(), names), [
    event(4, 'ben', { type: 'answered', user: 'ben', elsewhere: false }),
    event(5, 'ben', {
      type: 'joined',
      participant: {
        ...PLAIN,
        person: BEN,
        stage: 'present',
        media: { audio: true, video: false, screen: false },
        incarnation: 5,
      },
      elsewhere: false,
    }),
  ]);
  assert.deepEqual(story(await patient.heard()), ['4 answered', '5 joined']);

  const signals = [
    ['offer', description('offer')],
    ['candidate', candidate()],
    ['candidate', null],
  ];
  for (const [kind, body] of signals) {
    const done = await doctor.ask('signal', { callId, to: 'ben', kind, body });
    assert.deepEqual(done, { ok: true, result: null });
  }
  assert.deepEqual(
    await patient.heard(),
    signals.map(([kind, body]) => ['signal', { callId, from: 'ada', kind, body }]),
  );
  assert.deepEqual(await doctor.heard(), []);

  assert.equal((await doctor.ask('media', { callId, audio: false })).ok, true);
  const muted = { audio: false, video: true, screen: false };
  const change = event(6, 'ada', { type: 'mediaChanged', user: 'ada', media: muted });
  assert.deepEqual(plain(await patient.heard(), names), [change]);
  const looked = await patient.ask('look', { callId });
  assert.equal(looked.result.seq, 6);
  assert.deepEqual(looked.result.people[0].media, muted);

  assert.equal((await patient.ask('end', { callId, reason: 'all said' })).ok, true);
  const [, farewell] = (await doctor.heard()).at(-1) ?? [];
  const { durationSeconds, ...ended } = farewell.event;
  assert.deepEqual(ended, { type: 'ended', outcome: 'completed', by: 'ben', reason: 'all said' });
  assert.ok(durationSeconds >= 0 && durationSeconds < 15, `${durationSeconds} s`);
  assert.equal(farewell.seq, 7);
});

test('what cannot be is answered with a problem, and nothing changes', async () => {
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  const { result } = await doctor.ask('start', { callees: ['ben'] });
  const callId = result.id;
  await patient.heard();
  /** @type {[import('./support/client.js').Client, string, object, string][]} */
  const refusals = [
    [doctor, 'start', { callees: [] }, 'nobody_to_call'],
    [doctor, 'start', { callees: ['ada'] }, 'cannot_call_yourself'],
    [doctor, 'start', { callees: ['cleo', 'cleo'] }, 'named_twice'],
    [doctor, 'start', { callees: ['nobody'] }, 'unknown_user'],
    [doctor, 'decline', { callId }, 'already_answered'],
    [patient, 'media', { callId, audio: true }, 'not_in_room'],
    [patient, 'leave', { callId }, 'not_in_room'],
    [patient, 'look', { callId: 'no-such-call' }, 'not_a_participant'],
    [patient, 'answer', {}, 'invalid_payload'],
    [patient, 'dance', {}, 'unknown_event'],
  ];
  for (const [who, word, body, code] of refusals) {
    const { ok, problem } = await who.ask(word, body);
    assert.deepEqual([word, ok, problem?.code], [word, false, code]);
    assert.match(problem.message, /\w/);
  }
  assert.deepEqual(await patient.heard(), []);
  assert.equal((await doctor.ask('look', { callId })).result.seq, result.seq);

  patient.say('media', { callId, audio: true });
  const complaint = await patient.once('problem');
  assert.equal(complaint.word, 'media');
  assert.equal(complaint.problem.code, 'not_in_room');
  await doctor.ask('cancel', { callId });
});

test('both devices ring, one answers, the other hears that it was elsewhere', async () => {
  const { client: doctor } = await ada.native();
  const { client: phone } = await ben.native('ben-phone');
  const { client: tablet } = await ben.native('ben-tablet');
  const { result } = await doctor.ask('start', { callees: ['ben'] });
  const callId = result.id;
  for (const device of [phone, tablet]) {
    assert.deepEqual(story(await device.heard()), ['1 initiated', '2 rang', '3 joined']);
  }

  const [first, second] = await Promise.all([
    phone.ask('answer', { callId }),
    tablet.ask('answer', { callId }),
  ]);
  const [winner, loser] = first.ok ? [phone, tablet] : [tablet, phone];
  const lost = first.ok ? second : first;
  assert.notEqual(first.ok, second.ok, 'an answer is won by exactly one device');
  assert.equal(lost.problem.code, 'answered_elsewhere');

  const elsewhere = (/** @type {import('./support/client.js').Heard[]} */ heard) =>
    heard.map(([, { event }]) => [event.type, event.elsewhere]);
  const nowhereElse = [['answered', false], ['joined', false]];
  assert.deepEqual(elsewhere(await winner.heard()), nowhereElse);
  assert.deepEqual(elsewhere(await loser.heard()), [['answered', true], ['joined', true]]);
  assert.deepEqual(elsewhere((await doctor.heard()).slice(-2)), nowhereElse);

  const offer = { callId, to: 'ben', kind: 'offer', body: description('offer') };
  await doctor.ask('signal', offer);
  assert.deepEqual(story(await winner.heard()), ['signal']);
  assert.deepEqual(await loser.heard(), [], 'signals go to the device in the room only');
  assert.equal((await loser.ask('join', { callId })).problem.code, 'on_another_device');

  const taken = await loser.ask('join', { callId, takeOver: true });
  assert.equal(taken.result.here, true);
  assert.deepEqual(elsewhere(await winner.heard()), [['joined', true]]);
  assert.equal((await winner.ask('media', { callId, audio: true })).problem.code, 'not_in_room');
  await doctor.ask('end', { callId });
});

test('a client that was away is welcomed with how things stand, and goes on', async () => {
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = result.id;
  await patient.ask('answer', { callId, media: ON });
  await doctor.heard();

  await patient.drop();
  const lost = await doctor.once('event', (it) => it.event.type === 'connectionLost');
  assert.equal(lost.event.user, 'ben');
  assert.equal((await doctor.ask('media', { callId, video: false })).ok, true);
  await patient.reconnected();

  const welcome = await patient.once('welcome');
  assert.equal(welcome.device, 'ben-phone');
  const [call] = welcome.calls;
  assert.equal(call.id, callId);
  assert.equal(call.seq, 7);
  assert.equal(call.here, true);
  assert.deepEqual(call.people.map((/** @type {any} */ it) => it.stage), ['present', 'lost']);
  assert.equal(call.people[0].media.video, false);
  const { incarnation } = call.people[1];

  const resumed = await patient.ask('resume', { callId, media: ON });
  assert.equal(resumed.result.seq, 8);
  assert.equal(resumed.result.people[1].stage, 'present');
  assert.equal(resumed.result.people[1].incarnation, incarnation, 'its peer connections live on');
  assert.deepEqual(story(await doctor.heard()), ['7 mediaChanged', '8 connectionResumed']);
  await doctor.ask('end', { callId });
});

test('however often a client goes and comes, it misses no event', async () => {
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = result.id;
  await patient.ask('answer', { callId, media: ON });
  /** @type {number[]} */
  const numbers = [];
  for (let round = 0; round < 3; round += 1) {
    for (const audio of [false, true]) await doctor.ask('media', { callId, audio });
    numbers.push(...(await patient.heard()).map(([, it]) => it.seq));
    await patient.drop();
    await patient.reconnected();
    const { calls } = await patient.once('welcome');
    for (let seq = (numbers.at(-1) ?? 0) + 1; seq <= calls[0].seq; seq += 1) numbers.push(seq);
    await patient.ask('resume', { callId, media: ON });
  }
  await doctor.ask('end', { callId });
  numbers.push(...(await patient.heard()).map(([, it]) => it.seq));
  assert.deepEqual(numbers, Array.from(numbers, (_, place) => place + 1));
});

test('who watches people hears them come and go, until they stop', async () => {
  const { client: doctor } = await ada.native();
  const online = await doctor.ask('watch-people', { on: true });
  assert.deepEqual(online, { ok: true, result: ['ada'] });

  const { client: phone } = await ben.native('ben-phone');
  const { client: tablet } = await ben.native('ben-tablet');
  assert.deepEqual(await doctor.heard(), [['presence', { userId: 'ben', online: true, presence: 'online' }]]);
  phone.close();
  tablet.close();
  const gone = await doctor.once('presence');
  assert.deepEqual(gone, { userId: 'ben', online: false, presence: 'offline' });

  assert.deepEqual(await doctor.ask('watch-people', { on: false }), { ok: true, result: [] });
  await cleo.native();
  assert.deepEqual(await doctor.heard(), []);
  const again = await doctor.ask('watch-people', { on: true });
  assert.deepEqual(again.result.sort(), ['ada', 'cleo']);
});

test('two who call each other at the same moment are in one call', async () => {
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  for (let round = 0; round < 5; round += 1) {
    const [one, other] = await Promise.all([
      doctor.ask('start', { callees: ['ben'] }),
      patient.ask('start', { callees: ['ada'] }),
    ]);
    // Whose call was second has answered the first.
    assert.deepEqual([one.ok, other.ok], [true, true]);
    const [first, second, ringing, active] = one.result.phase === 'ringing'
      ? [doctor, patient, one.result, other.result]
      : [patient, doctor, other.result, one.result];
    assert.equal(active.id, ringing.id, 'exactly one call is made');
    assert.deepEqual([ringing.phase, active.phase], ['ringing', 'active']);
    assert.deepEqual([ringing.here, active.here], [true, true]);
    assert.deepEqual(
      story(await first.heard()),
      ['1 initiated', '2 rang', '3 joined', '4 answered', '5 joined'],
    );
    const callId = ringing.id;
    assert.equal((await first.ask('end', { callId })).ok, true);
    await second.heard();
    await first.heard();
  }
  const { body } = await ada.get('/webrtc/calls?status=ringing');
  assert.equal(body.total, 0, 'no half of a glare is left ringing');
});

test('a planned call rings at its time, and not before', async () => {
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  const at = new Date(Date.now() + 1_500).toISOString();
  const { result } = await doctor.ask('start', { callees: ['ben'], scheduledAt: at });
  assert.deepEqual([result.phase, result.scheduledAt, result.here], ['scheduled', at, false]);
  assert.deepEqual(story(await patient.heard()), ['1 initiated']);
  const rang = await patient.once('event');
  assert.deepEqual([rang.seq, rang.event.type], [2, 'rang']);
  assert.ok(rang.at >= at, `it rang at ${rang.at}, before ${at}`);
  await doctor.ask('cancel', { callId: result.id });
});
