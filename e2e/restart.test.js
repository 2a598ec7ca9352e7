//! The server may die at any moment: what it acknowledged is there when it
//! comes back, the clients find their way back into their calls, and time goes
//! on as if nothing had happened.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHouse } from './support/house.js';
import { candidate } from './support/signals.js';
import { until } from './support/waiting.js';

const ON = { audio: true, video: true };

/** How late a deadline may fire on a machine that is very busy. */
const LATE = 2_500;

/**
 * A house with a doctor and a patient, connected.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} [env]
 */
async function houseWithTwo(t, env = {}) {
  const house = await startHouse(t, { env });
  const ada = await house.person('ada', 'provider');
  const ben = await house.person('ben', 'patient');
  t.after(() => [ada, ben].forEach((it) => it.disconnect()));
  const { client: doctor } = await ada.native();
  const { client: patient } = await ben.native();
  return { house, ada, ben, doctor, patient };
}

/** @param {...import('./support/client.js').Client} clients */
async function welcomedBack(...clients) {
  await Promise.all(clients.map((it) => it.reconnected()));
  return Promise.all(clients.map((it) => it.once('welcome')));
}

/** @param {import('./support/house.js').RunningHouse} house */
async function assertJournalIsIntact(house) {
  const { code, out, err } = await house.run('audit', 'verify');
  assert.equal(code, 0, err);
  assert.match(out, /^The journal is intact: [1-9]\d* entries in [1-9]\d* streams\.$/);
}

test('killed while a call rings: it rings on, and ends by its first deadline', async (t) => {
  const { house, ada, ben, doctor, patient } = await houseWithTwo(t, {
    HOUSECALL_CALLS__RING_SECONDS: '4',
  });
  const started = await doctor.ask('start', { callees: ['ben'], media: ON });
  const { id: callId, ringUntil } = started.result;
  await house.kill9();
  await house.start();

  const [, welcome] = await welcomedBack(doctor, patient);
  const [call] = welcome.calls;
  assert.deepEqual([call.id, call.phase, call.ringUntil], [callId, 'ringing', ringUntil]);
  assert.equal(call.people[1].stage, 'ringing');

  const missed = await patient.once('event', (it) => it.event.type === 'ended');
  assert.equal(missed.callId, callId);
  assert.equal(missed.event.outcome, 'missed');
  const late = Date.parse(missed.at) - Date.parse(ringUntil);
  assert.ok(late >= 0 && late < LATE, `it ended ${late} ms after its deadline`);
  for (const person of [ada, ben]) {
    const { body } = await person.get(`/webrtc/calls/${callId}`);
    assert.deepEqual([body.status, body.outcome], ['missed', 'missed']);
  }
  await assertJournalIsIntact(house);
});

test('killed while a call rings: it can be answered afterwards', async (t) => {
  const { house, doctor, patient } = await houseWithTwo(t);
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  await house.kill9();
  await house.start();
  await welcomedBack(doctor, patient);
  const callId = result.id;
  assert.equal((await doctor.ask('resume', { callId, media: ON })).ok, true);
  const answered = await patient.ask('answer', { callId, media: ON });
  assert.equal(answered.result.phase, 'active');
  await doctor.once('event', (it) => it.event.type === 'answered');
  assert.equal((await doctor.ask('end', { callId })).ok, true);
});

test('a ring whose deadline passes while the server is dead is over when it is back', async (t) => {
  const { house, ben, doctor, patient } = await houseWithTwo(t, {
    HOUSECALL_CALLS__RING_SECONDS: '1',
  });
  const { result } = await doctor.ask('start', { callees: ['ben'] });
  await house.kill9();
  const deadline = Date.parse(result.ringUntil);
  await until(() => Date.now() > deadline, 'time stands still');
  await house.start();
  await welcomedBack(doctor, patient);
  const over = async () => (await ben.get(`/webrtc/calls/${result.id}`)).body.status === 'missed';
  await until(over, 'the call is still not over', LATE);
});

test('killed in the middle of a call: both come back to it, and it goes on', async (t) => {
  const { house, ada, ben, doctor, patient } = await houseWithTwo(t);
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = result.id;
  const answered = await patient.ask('answer', { callId, media: ON });
  const { startedAt, people } = answered.result;
  await house.kill9();
  await house.start();
  const told = () => house.printed.some((it) => it === 'Calls still open from before: 1');
  await until(told, () => `the server does not say that a call is open: ${house.printed.join(' ')}`);

  const welcomes = await welcomedBack(doctor, patient);
  for (const { calls } of welcomes) {
    assert.deepEqual(calls.map((/** @type {any} */ it) => [it.id, it.phase]), [[callId, 'active']]);
    assert.equal(calls[0].startedAt, startedAt);
  }
  for (const client of [doctor, patient]) {
    const resumed = await client.ask('resume', { callId, media: ON });
    assert.equal(resumed.ok, true);
    const incarnations = (/** @type {any[]} */ them) => them.map((it) => it.incarnation);
    assert.deepEqual(incarnations(resumed.result.people), incarnations(people));
  }
  const signal = { callId, to: 'ben', kind: 'candidate', body: candidate() };
  assert.equal((await doctor.ask('signal', signal)).ok, true);
  assert.deepEqual((await patient.once('signal')).body, candidate());
  assert.equal((await patient.ask('media', { callId, audio: false })).ok, true);
  const muted = await doctor.once('event', (it) => it.event.type === 'mediaChanged');
  assert.equal(muted.event.media.audio, false);

  assert.equal((await patient.ask('end', { callId })).ok, true);
  const seconds = (Date.now() - Date.parse(startedAt)) / 1_000;
  for (const person of [ada, ben]) {
    const { body } = await person.get('/webrtc/calls');
    const [past] = body.calls;
    assert.deepEqual([past.id, past.status, past.endedBy], [callId, 'ended', 'ben']);
    assert.equal(past.startedAt, startedAt, 'the duration counts from the first answer');
    const elapsed = (Date.parse(past.endedAt) - Date.parse(startedAt)) / 1_000;
    assert.equal(past.actualDuration, Math.floor(elapsed));
    assert.ok(past.actualDuration <= seconds);
  }
  assert.equal((await house.stop()).code, 0);
  await assertJournalIsIntact(house);
});

test('who does not come back after a kill has left when the grace time is over', async (t) => {
  const { house, ben, doctor, patient } = await houseWithTwo(t, {
    HOUSECALL_CALLS__GRACE_SECONDS: '2',
  });
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = result.id;
  await patient.ask('answer', { callId, media: ON });
  ben.disconnect();
  await doctor.once('event', (it) => it.event.type === 'left');
  const { client: tablet } = await ben.native('ben-tablet', { reconnection: false });
  assert.equal((await tablet.ask('join', { callId, media: ON })).ok, true);
  await house.kill9();
  await house.start();
  await welcomedBack(doctor);
  await doctor.ask('resume', { callId, media: ON });
  const left = await doctor.once('event', (it) => it.event.type === 'left');
  assert.deepEqual(left.event, { type: 'left', user: 'ben', departure: 'connection_lost' });
});

test('killed again and again right after an answer: nothing acknowledged is lost', async (t) => {
  const { house, ada, doctor, patient } = await houseWithTwo(t);
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = result.id;
  await patient.ask('answer', { callId, media: ON });
  for (const audio of [false, true, false]) {
    const changed = await doctor.ask('media', { callId, audio });
    assert.equal(changed.ok, true);
    await house.kill9();
    await house.start();
    await welcomedBack(doctor);
    const { body } = await ada.get(`/webrtc/calls/${callId}`);
    const own = body.participants.find((/** @type {any} */ it) => it.userId === 'ada');
    assert.equal(own.audioEnabled, audio);
    await doctor.ask('resume', { callId, media: { audio, video: true } });
  }
  await assertJournalIsIntact(house);
});

test('clients of /webrtc come back after a kill as well', async (t) => {
  const house = await startHouse(t);
  const doctor = await house.person('doctor', 'provider');
  const patient = await house.person('patient', 'patient');
  t.after(() => [doctor, patient].forEach((it) => it.disconnect()));
  const [one, other] = [await doctor.webrtc(), await patient.webrtc()];
  const { id: callId } = await doctor.callPatient(patient);
  await one.ask('join-call', { callId });
  await other.ask('join-call', { callId });
  await house.kill9();
  await house.start();
  await Promise.all([one.reconnected(), other.reconnected()]);
  assert.deepEqual(await one.ask('reconnect-call', { callId }), { success: true, callId });
  assert.deepEqual(await other.ask('reconnect-call', { callId }), { success: true, callId });
  const joined = await one.once('participant-joined', (it) => it.userId === 'patient');
  assert.equal(joined.callId, callId);
  assert.equal((await doctor.post(`/webrtc/calls/${callId}/end`)).body.status, 'ended');
});

test('asked to end, the server ends in time and without an error, and the call waits', async (t) => {
  const { house, ada, doctor, patient } = await houseWithTwo(t);
  const { result } = await doctor.ask('start', { callees: ['ben'], media: ON });
  const callId = result.id;
  await patient.ask('answer', { callId, media: ON });
  const polling = await ada.native('ada-laptop', { transports: ['polling'] });
  const told = Promise.all([doctor, patient, polling.client].map((it) => it.disconnected()));
  const { code, took } = await house.stop();
  assert.equal(code, 0);
  assert.ok(took < 10_000, `it took ${took} ms`);
  await told;
  await assertJournalIsIntact(house);

  await house.start();
  doctor.socket.connect();
  patient.socket.connect();
  const [welcome] = await welcomedBack(doctor, patient);
  assert.deepEqual([welcome.calls[0].id, welcome.calls[0].phase], [callId, 'active']);
});

test('a journal that somebody changed afterwards is told from an intact one', async (t) => {
  const { house, doctor } = await houseWithTwo(t);
  await doctor.ask('start', { callees: ['ben'], purpose: 'video', media: ON });
  await house.stop();
  await assertJournalIsIntact(house);
  const file = join(house.data, 'housecall.db');
  const pages = await readFile(file, 'latin1');
  const changed = pages.replace('"purpose":"video"', '"purpose":"audio"');
  assert.notEqual(changed, pages, 'the journal does not hold the call in plain JSON');
  await writeFile(file, changed, 'latin1');
  const { code, out } = await house.run('audit', 'verify');
  assert.equal(code, 1);
  assert.match(out, /^The journal is broken at \S+, entry 1: .+\.$/);
});
