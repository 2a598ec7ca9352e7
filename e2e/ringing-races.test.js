//! People do things at the same moment: whatever it is, one story comes of it,
//! everybody is told the same one, and no device goes on ringing.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { startHouse } from './support/house.js';
import { atOnce, distribution, races } from './support/races.js';
import { ringingDevice } from './support/ringing.js';

/** @typedef {import('./support/client.js').Client} Client */
/** @typedef {import('./support/ringing.js').RingingDevice} RingingDevice */

/** How long after the winner's ack the other device may know nothing of it, in milliseconds. */
const SOON = 200;

/** Vocabularies of two devices of one person. */
const PAIRS = [
  ['native', 'call'],
  ['native', 'contact'],
  ['native', 'live'],
  ['call', 'contact'],
  ['call', 'live'],
  ['live', 'contact'],
];

const house = await startHouse({ after });
const ada = await house.person('ada', 'provider');
const dora = await house.person('dora', 'provider');
const ben = await house.person('ben', 'patient');

afterEach(async () => {
  for (const person of [ada, dora, ben]) person.disconnect();
});

/**
 * Two devices of Ben's answer Ada at once; how long it took until the one that
 * was too late was silent.
 * @param {number} turn
 * @param {Client} doctor
 * @param {RingingDevice[]} devices
 */
async function raceForAnAnswer(turn, doctor, [one, other]) {
  const { result } = await doctor.ask('start', { callees: ['ben'] });
  const callId = result.id;
  await Promise.all([one, other].map((it) => it.rung(callId)));
  const [answerOne, answerOther] = [one, other].map((it) => () => it.answer(callId, 'ada'));
  const { apart, answers } = await atOnce(turn, answerOne, answerOther);
  const [first, second] = answers;
  assert.notEqual(first.won, second.won, `an answer is won by exactly one device: ${JSON.stringify(answers)}`);
  const [won, lost, loser] = first.won ? [first, second, other] : [second, first, one];
  assert.equal(lost.code, loser.manner.tooLate);

  const { result: call } = await doctor.ask('look', { callId });
  assert.deepEqual([call.phase, call.people[1].stage], ['active', 'present']);
  await doctor.ask('end', { callId });
  await Promise.all([one, other].map((it) => it.client.heard()));
  const words = (await doctor.heard()).map(([, it]) => it.event.type);
  assert.deepEqual(words, ['initiated', 'rang', 'joined', 'answered', 'joined', 'ended']);

  const silent = Math.min(lost.acked, ...loser.stopsOf(callId));
  const ringing = loser.ringsFor(callId).filter((at) => at > silent);
  assert.deepEqual(ringing, [], 'it rings after it was told that it was too late');
  const late = silent - won.acked;
  assert.ok(late <= SOON, `it rang for ${late} ms after the other device had won`);
  return { apart, late, waited: silent - lost.said, won: first.won };
}

/**
 * So many races for an answer.
 * @param {import('node:test').TestContext} t
 * @param {number} times
 * @param {string[]} vocabularies
 */
async function raceForAnswers(t, times, vocabularies) {
  const { client: doctor } = await ada.native();
  const devices = await Promise.all(vocabularies.map((it, place) => ringingDevice(ben, it, `ben-${place}`)));
  /** @type {Awaited<ReturnType<typeof raceForAnAnswer>>[]} */
  const all = [];
  await races(times, async (turn) => {
    const raced = await raceForAnAnswer(turn, doctor, devices);
    all.push(raced);
    return raced.apart;
  });
  const won = all.filter((it) => it.won).length;
  t.diagnostic(`${all.length} rounds, the first device won ${won}`);
  t.diagnostic(`said apart: ${distribution(all.map((it) => it.apart))}`);
  t.diagnostic(`silent after the winner's ack: ${distribution(all.map((it) => it.late))}`);
  t.diagnostic(`silent after its own answer: ${distribution(all.map((it) => it.waited))}`);
}

test('two devices answer at once: one wins, the other falls silent', async (t) => {
  await raceForAnswers(t, 200, ['native', 'native']);
});

for (const vocabularies of PAIRS) {
  test(`a device of ${vocabularies.join(' and one of ')} answer at once`, async (t) => {
    await raceForAnswers(t, 40, vocabularies);
  });
}

/** The problem an ack tells of. */
const refusal = (/** @type {any} */ ack) => ack.problem?.code;

/**
 * What has happened in a call since event number `since`, as each of these heard
 * it: all the same, numbered without gaps.
 * @param {string} callId
 * @param {number} since
 * @param {Client[]} clients
 * @returns {Promise<string[]>}
 */
async function sameStory(callId, since, clients) {
  const told = await Promise.all(clients.map(async (it) => {
    const events = (await it.heard()).filter(([word, it]) => word === 'event' && it.callId === callId);
    return events.map(([, it]) => `${it.seq} ${it.event.type}`);
  }));
  for (const story of told) assert.deepEqual(story, told[0]);
  const [numbers, types] = [0, 1].map((place) => told[0].map((it) => it.split(' ')[place]));
  assert.deepEqual(numbers, types.map((_, place) => String(since + 1 + place)));
  return types;
}

/**
 * How a call stands, for each of these: all the same.
 * @param {string} callId
 * @param {Client[]} clients
 */
async function sameStanding(callId, clients) {
  const standings = await Promise.all(clients.map(async (it) => {
    const { result } = await it.ask('look', { callId });
    const stages = result.people.map((/** @type {any} */ it) => it.stage);
    return { phase: result.phase, outcome: result.outcome, stages };
  }));
  for (const standing of standings) assert.deepEqual(standing, standings[0]);
  return standings[0];
}

/**
 * A call that rings, and everybody has heard so; its id.
 * @param {Client} caller
 * @param {string} callee
 * @param {Client[]} devices of the callee
 * @returns {Promise<string>}
 */
async function ring(caller, callee, devices) {
  const { result } = await caller.ask('start', { callees: [callee] });
  assert.deepEqual(await sameStory(result.id, 0, [caller, ...devices]), ['initiated', 'rang', 'joined']);
  return result.id;
}

/** Ada with a phone, Ben with a phone and a tablet. */
async function threeDevices() {
  const { client: doctor } = await ada.native();
  const { client: phone } = await ben.native('ben-phone');
  const { client: tablet } = await ben.native('ben-tablet');
  return { doctor, phone, tablet, all: [doctor, phone, tablet] };
}

test('an answer meets a cancel: one of them counts, for everybody', async (t) => {
  const { doctor, phone, tablet, all } = await threeDevices();
  let answers = 0;
  await races(100, async (turn) => {
    const callId = await ring(doctor, 'ben', [phone, tablet]);
    const { apart, answers: [answered, cancelled] } = await atOnce(
      turn,
      () => phone.ask('answer', { callId }),
      () => doctor.ask('cancel', { callId }),
    );
    assert.notEqual(answered.ok, cancelled.ok, JSON.stringify({ answered, cancelled }));
    const standing = await sameStanding(callId, all);
    if (answered.ok) {
      answers += 1;
      assert.equal(refusal(cancelled), 'already_started');
      assert.deepEqual(standing, { phase: 'active', outcome: undefined, stages: ['present', 'present'] });
      await doctor.ask('end', { callId });
      assert.deepEqual(await sameStory(callId, 3, all), ['answered', 'joined', 'ended']);
    } else {
      assert.equal(refusal(answered), 'call_over');
      assert.deepEqual([standing.phase, standing.outcome], ['over', 'cancelled']);
      assert.deepEqual(await sameStory(callId, 3, all), ['ended']);
    }
    return apart;
  });
  t.diagnostic(`the answer counted ${answers} times`);
});

test('an answer meets a decline on another device: one of them counts, for everybody', async (t) => {
  const { doctor, phone, tablet, all } = await threeDevices();
  let answers = 0;
  await races(100, async (turn) => {
    const callId = await ring(doctor, 'ben', [phone, tablet]);
    const { apart, answers: [answered, declined] } = await atOnce(
      turn,
      () => phone.ask('answer', { callId }),
      () => tablet.ask('decline', { callId }),
    );
    assert.notEqual(answered.ok, declined.ok, JSON.stringify({ answered, declined }));
    const standing = await sameStanding(callId, all);
    if (answered.ok) {
      answers += 1;
      assert.equal(refusal(declined), 'already_answered');
      assert.deepEqual(standing, { phase: 'active', outcome: undefined, stages: ['present', 'present'] });
      await doctor.ask('end', { callId });
      assert.deepEqual(await sameStory(callId, 3, all), ['answered', 'joined', 'ended']);
    } else {
      assert.equal(refusal(answered), 'call_over');
      assert.deepEqual([standing.phase, standing.outcome], ['over', 'declined']);
      assert.deepEqual(await sameStory(callId, 3, all), ['declined', 'ended']);
    }
    return apart;
  });
  t.diagnostic(`the answer counted ${answers} times`);
});

test('two who call each other at once are in one call, and no device goes on ringing', async (t) => {
  const { doctor, phone, tablet, all } = await threeDevices();
  let first = 0;
  await races(100, async (turn) => {
    const { apart, answers: [one, other] } = await atOnce(
      turn,
      () => doctor.ask('start', { callees: ['ben'] }),
      () => phone.ask('start', { callees: ['ada'] }),
    );
    assert.deepEqual([one.ok, other.ok], [true, true], JSON.stringify({ one, other }));
    const callId = one.result.id;
    assert.equal(other.result.id, callId);
    assert.deepEqual([one.result.here, other.result.here], [true, true]);
    assert.deepEqual([one.result.phase, other.result.phase].sort(), ['active', 'ringing']);
    if (one.result.phase === 'ringing') first += 1;
    const standing = await sameStanding(callId, all);
    assert.deepEqual(standing, { phase: 'active', outcome: undefined, stages: ['present', 'present'] });
    for (const person of [ada, ben]) {
      const { body } = await person.get('/webrtc/calls?status=ringing');
      assert.equal(body.total, 0, 'half of it is left ringing');
    }
    await (turn % 2 === 0 ? doctor : phone).ask('end', { callId });
    const story = await sameStory(callId, 0, all);
    assert.deepEqual(story, ['initiated', 'rang', 'joined', 'answered', 'joined', 'ended']);
    return apart;
  });
  t.diagnostic(`the first of the two called ${first} times`);
});

/**
 * Ada and Dora call Ben at once, and both calls ring.
 * @param {number} turn
 * @param {{ ada: import('./support/people.js').Person, dora: import('./support/people.js').Person, ben: import('./support/people.js').Person }} people
 */
async function twoCallOne(turn, people) {
  const { client: one } = await people.ada.native();
  const { client: other } = await people.dora.native();
  const { client: patient } = await people.ben.native();
  const { answers } = await atOnce(
    turn,
    () => one.ask('start', { callees: ['ben'] }),
    () => other.ask('start', { callees: ['ben'] }),
  );
  const calls = answers.map(({ result }) => result);
  for (const { id, phase } of calls) {
    assert.equal(phase, 'ringing');
    await patient.once('event', (it) => it.callId === id && it.event.type === 'rang');
  }
  assert.notEqual(calls[0].id, calls[1].id);
  return { one, other, patient, calls };
}

test('two call one at once: one is answered, the other waits until it is declined', async () => {
  for (let turn = 0; turn < 20; turn += 1) {
    const { one, other, patient, calls: [first, second] } = await twoCallOne(turn, { ada, dora, ben });
    assert.equal((await patient.ask('answer', { callId: first.id })).result.phase, 'active');
    await other.heard();
    const { result: waiting } = await other.ask('look', { callId: second.id });
    assert.deepEqual([waiting.phase, waiting.ringUntil], ['ringing', second.ringUntil]);
    const called = waiting.people.find((/** @type {any} */ it) => it.person.id === 'ben');
    assert.equal(called.stage, 'ringing');

    assert.equal((await patient.ask('decline', { callId: second.id, reason: 'In a call' })).ok, true);
    const { event } = await other.once('event', (it) => it.event.type === 'ended');
    assert.deepEqual([event.outcome, event.reason], ['declined', 'In a call']);
    assert.equal((await patient.ask('look', { callId: first.id })).result.phase, 'active');
    await one.ask('end', { callId: first.id });
    for (const person of [ada, dora, ben]) person.disconnect();
  }
});

test('who is called while in a call may let it ring until its deadline', async (t) => {
  const quick = await startHouse(t, { env: { HOUSECALL_CALLS__RING_SECONDS: '2' } });
  const people = {
    ada: await quick.person('ada', 'provider'),
    dora: await quick.person('dora', 'provider'),
    ben: await quick.person('ben', 'patient'),
  };
  t.after(() => Object.values(people).forEach((it) => it.disconnect()));
  const { other, patient, calls: [first, second] } = await twoCallOne(0, people);
  await patient.ask('answer', { callId: first.id });
  const over = await other.once('event', (it) => it.event.type === 'ended');
  assert.deepEqual([over.callId, over.event.outcome], [second.id, 'missed']);
  assert.ok(over.at >= second.ringUntil, `it ended at ${over.at}, before ${second.ringUntil}`);
  assert.equal((await patient.ask('look', { callId: first.id })).result.phase, 'active');
});

test('a call for who is free only is refused at once, and nothing rings', async () => {
  const { client: doctor } = await ada.native();
  const { client: colleague } = await dora.native();
  const call = { callees: ['ben'], onlyIfFree: true };
  assert.equal(refusal(await colleague.ask('start', call)), 'callee_offline');

  const { client: patient } = await ben.native();
  const ringing = await ring(doctor, 'ben', [patient]);
  assert.equal(refusal(await colleague.ask('start', call)), 'callee_busy');
  await patient.ask('answer', { callId: ringing });
  assert.equal(refusal(await colleague.ask('start', call)), 'callee_busy');
  assert.equal(refusal(await doctor.ask('start', { callees: ['dora'], onlyIfFree: true })), 'in_another_call');
  assert.deepEqual(await sameStory(ringing, 3, [doctor, patient]), ['answered', 'joined']);
  assert.deepEqual(await colleague.heard(), []);
  assert.equal((await dora.get('/webrtc/calls?status=ringing')).body.total, 0);

  await doctor.ask('end', { callId: ringing });
  await patient.heard();
  const { result } = await colleague.ask('start', call);
  assert.equal(result.phase, 'ringing');
  assert.deepEqual(await sameStory(result.id, 0, [colleague, patient]), ['initiated', 'rang', 'joined']);
  await colleague.ask('cancel', { callId: result.id });
});

test('who calls back at once somebody whose call rings answers it, also when they only call who is free', async () => {
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  const callId = await ring(doctor, 'ben', [patient]);
  const { ok, result, problem } = await patient.ask('start', { callees: ['ada'], onlyIfFree: true });
  assert.ok(ok, JSON.stringify(problem));
  assert.deepEqual([result.id, result.phase, result.here], [callId, 'active', true]);
  await doctor.ask('end', { callId });
});

test('who calls somebody of the contact vocabulary back answers their call', async () => {
  const [caller, callee] = await Promise.all([ada, ben].map((it) => it.connect('/', {})));
  const first = await caller.ask('call_initiate', { calleeId: 'ben', type: 'video' });
  await callee.once('incoming_call');
  const second = await callee.ask('call_initiate', { calleeId: 'ada', type: 'video' });
  assert.deepEqual(second, { success: true, callId: first.callId });
  await caller.once('call_answered');
  await caller.ask('call_end', {});
});

test('two who call one at once, if they are free, do not both ring', async () => {
  const { client: one } = await ada.native();
  const { client: other } = await dora.native();
  const { client: patient } = await ben.native();
  await races(20, async (turn) => {
    const call = { callees: ['ben'], onlyIfFree: true };
    const { apart, answers } = await atOnce(turn, () => one.ask('start', call), () => other.ask('start', call));
    const [won, lost] = answers[0].ok ? answers : [answers[1], answers[0]];
    assert.deepEqual([won.ok, refusal(lost)], [true, 'callee_busy']);
    const caller = won === answers[0] ? one : other;
    await caller.ask('cancel', { callId: won.result.id });
    await patient.heard();
    return apart;
  });
});
