//! The vocabulary of `/webrtc`, word by word and payload by payload, as its
//! clients know it: calls are made over REST, everything in them is said over
//! the official client, on every transport it has.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { plain } from './support/client.js';
import { startHouse } from './support/house.js';
import { candidate, description } from './support/signals.js';
import { until } from './support/waiting.js';

const house = await startHouse({ after }, {
  // Nobody asks for quality in the middle of these stories.
  env: { HOUSECALL_CALLS__QUALITY_SECONDS: '3600' },
});
const hasty = await startHouse({ after }, {
  env: {
    HOUSECALL_CALLS__QUALITY_SECONDS: '1',
    HOUSECALL_CALLS__RING_SECONDS: '3',
    HOUSECALL_CALLS__GRACE_SECONDS: '1',
  },
});
const doctor = await house.person('doctor', 'provider');
const patient = await house.person('patient', 'patient');
const stranger = await house.person('stranger', 'patient');
const hastyDoctor = await hasty.person('doctor', 'provider');
const hastyPatient = await hasty.person('patient', 'patient');

afterEach(() => {
  for (const person of [doctor, patient, stranger, hastyDoctor, hastyPatient]) person.disconnect();
});

/** Both sides of a call, in it. */
async function inCall(options = {}) {
  const [one, other] = [await doctor.webrtc(options), await patient.webrtc(options)];
  const call = await doctor.callPatient(patient);
  const callId = call.id;
  await one.ask('join-call', { callId });
  await other.ask('join-call', { callId });
  await one.heard();
  await other.heard();
  return { one, other, callId, names: { CALL: callId } };
}

for (const { transports, ends } of [
  { transports: ['websocket'], ends: 'websocket' },
  { transports: ['polling'], ends: 'polling' },
  { transports: ['polling', 'websocket'], ends: 'websocket' },
]) {
  test(`a visit from the first ring to the end over ${transports.join(' and then ')}`, async () => {
    const one = await doctor.webrtc({ transports });
    const other = await patient.webrtc({ transports });
    const call = await doctor.callPatient(patient, { metadata: { room: 7 } });
    const callId = call.id;
    const names = { CALL: callId };
    const heard = async (/** @type {import('./support/client.js').Client} */ client) =>
      plain(await client.heard(), names);

    // The provider calls: the patient's page rings, the provider's does not.
    assert.deepEqual(await heard(other), [
      [
        'incoming-call',
        {
          callId: 'CALL',
          callType: 'video',
          from: 'doctor',
          roomId: 'room_CALL',
          scheduledAt: 'TIME',
        },
      ],
    ]);
    assert.deepEqual(await heard(one), []);

    // The provider comes in and finds nobody.
    one.say('join-call', { callId, videoEnabled: true, audioEnabled: true });
    assert.deepEqual(await heard(one), [['room-participants', { callId: 'CALL', participants: [] }]]);
    assert.deepEqual(await heard(other), []);

    // The patient answers over REST, then comes in.
    const consent = { videoEnabled: true, audioEnabled: true, consentToRecording: true };
    const answered = await patient.post(`/webrtc/calls/${callId}/answer`, consent);
    assert.deepEqual([answered.status, answered.body.status], [200, 'in_progress']);
    const answer = { callId: 'CALL', answeredBy: 'patient', timestamp: 'TIME' };
    assert.deepEqual(await heard(one), [['call-answered', answer]]);
    assert.deepEqual(await heard(other), [['call-answered', answer]]);

    other.say('join-call', { callId, videoEnabled: false });
    assert.deepEqual(await heard(other), [
      ['room-participants', { callId: 'CALL', participants: ['doctor'] }],
    ]);
    assert.deepEqual(await heard(one), [
      [
        'participant-joined',
        { callId: 'CALL', userId: 'patient', videoEnabled: false, audioEnabled: true },
      ],
    ]);

    // Whoever was there offers.
    const [offer, reply] = [description('offer'), description('answer')];
    one.say('offer', { callId, offer, targetUserId: 'patient' });
    one.say('ice-candidate', { callId, candidate: candidate(1), targetUserId: 'patient' });
    one.say('ice-candidate', { callId, candidate: candidate(2) });
    one.say('ice-candidate', { callId, candidate: null });
    assert.deepEqual(await heard(one), []);
    assert.deepEqual(await heard(other), [
      ['offer', { callId: 'CALL', offer, fromUserId: 'doctor' }],
      ['ice-candidate', { callId: 'CALL', candidate: candidate(1), fromUserId: 'doctor' }],
      ['ice-candidate', { callId: 'CALL', candidate: candidate(2), fromUserId: 'doctor' }],
      ['ice-candidate', { callId: 'CALL', candidate: null, fromUserId: 'doctor' }],
    ]);
    other.say('answer', { callId, answer: reply, targetUserId: 'doctor' });
    other.say('ice-candidate', { callId, candidate: candidate(3) });
    assert.deepEqual(await heard(other), []);
    assert.deepEqual(await heard(one), [
      ['answer', { callId: 'CALL', answer: reply, fromUserId: 'patient' }],
      ['ice-candidate', { callId: 'CALL', candidate: candidate(3), fromUserId: 'patient' }],
    ]);

    // What is not said stays as it was; what changes nothing is no news.
    other.say('update-media', { callId, videoEnabled: true, screenShareEnabled: true });
    other.say('update-media', { callId, videoEnabled: true });
    assert.deepEqual(await heard(other), []);
    assert.deepEqual(await heard(one), [
      [
        'participant-media-updated',
        {
          callId: 'CALL',
          userId: 'patient',
          videoEnabled: true,
          audioEnabled: true,
          screenShareEnabled: true,
        },
      ],
    ]);

    // A good connection is nobody's business, a bad one its owner's.
    const good = { bandwidth: 1500, latency: 45, packetLoss: 0.5, jitter: 12, videoResolution: '1280x720' };
    const lossy = { ...good, packetLoss: 12.5 };
    const slow = { latency: 450 };
    for (const metrics of [good, lossy, slow]) one.say('connection-quality', { callId, metrics });
    assert.deepEqual(await heard(one), [
      [
        'quality-warning',
        {
          callId: 'CALL',
          warning: 'high-packet-loss',
          suggestion: 'Turn your camera off, or move closer to the router.',
          metrics: lossy,
        },
      ],
      [
        'quality-warning',
        {
          callId: 'CALL',
          warning: 'high-latency',
          suggestion: 'Close what else uses the network, or use a cable.',
          metrics: slow,
        },
      ],
    ]);
    assert.deepEqual(await heard(other), []);

    // The provider's connection is lost and comes back.
    await one.drop();
    const gone = await other.once('participant-disconnected');
    assert.deepEqual(plain(gone, names), { callId: 'CALL', userId: 'doctor', timestamp: 'TIME' });
    await one.reconnected();
    one.say('reconnect-call', { callId });
    assert.deepEqual(await heard(one), [
      ['room-participants', { callId: 'CALL', participants: ['patient'] }],
    ]);
    assert.deepEqual(await heard(other), [
      [
        'participant-joined',
        { callId: 'CALL', userId: 'doctor', videoEnabled: true, audioEnabled: true },
      ],
    ]);

    // The patient leaves, and the provider ends it for everybody.
    other.say('leave-call', { callId, reason: 'User left' });
    assert.deepEqual(await heard(other), []);
    assert.deepEqual(await heard(one), [
      ['participant-left', { callId: 'CALL', userId: 'patient', reason: 'User left' }],
    ]);
    const ended = await doctor.post(`/webrtc/calls/${callId}/end`, { reason: 'Call completed' });
    assert.deepEqual([ended.status, ended.body.status, ended.body.endReason], [200, 'ended', 'Call completed']);
    const end = ['call-ended', { callId: 'CALL', reason: 'Call completed', timestamp: 'TIME' }];
    assert.deepEqual(await heard(one), [end]);
    assert.deepEqual(await heard(other), [end]);

    const transportsNow = () => `${one.transport} and ${other.transport}`;
    const arrived = () => transportsNow() === `${ends} and ${ends}`;
    await until(arrived, () => `the clients are not on ${ends}, but on ${transportsNow()}`);
  });
}

test('a call that is taken back stops ringing', async () => {
  const one = await doctor.webrtc();
  const other = await patient.webrtc();
  const { id } = await doctor.callPatient(patient);
  const cancelled = await doctor.post(`/webrtc/calls/${id}/cancel`, { reason: 'Patient unavailable' });
  assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled']);
  assert.deepEqual(plain(await other.heard(), { CALL: id }).at(-1), [
    'call-cancelled',
    { callId: 'CALL', reason: 'Patient unavailable', timestamp: 'TIME' },
  ]);
  assert.deepEqual(await one.heard(), []);
});

test('a patient who cancels a ringing call declines it', async () => {
  const one = await doctor.webrtc();
  const other = await patient.webrtc();
  const { id } = await doctor.callPatient(patient);
  const declined = await patient.post(`/webrtc/calls/${id}/cancel`, { reason: 'Not now' });
  assert.deepEqual([declined.status, declined.body.outcome], [200, 'declined']);
  const end = ['call-ended', { callId: 'CALL', reason: 'Not now', timestamp: 'TIME' }];
  assert.deepEqual(plain(await one.heard(), { CALL: id }), [end]);
  assert.deepEqual(plain(await other.heard(), { CALL: id }).slice(1), [end]);
});

test('a call that nobody answers ends by itself', async () => {
  const one = await hastyDoctor.webrtc();
  const other = await hastyPatient.webrtc();
  const { id } = await hastyDoctor.callPatient(hastyPatient);
  const end = { callId: 'CALL', reason: 'missed', timestamp: 'TIME' };
  for (const client of [one, other]) {
    assert.deepEqual(plain(await client.once('call-ended'), { CALL: id }), end);
  }
  assert.equal((await hastyPatient.get(`/webrtc/calls/${id}`)).body.status, 'missed');
});

test('a device that connects while a call rings hears it', async () => {
  const { id } = await doctor.callPatient(patient, { type: 'audio' });
  const late = await patient.webrtc();
  const incoming = await late.once('incoming-call');
  assert.deepEqual([incoming.callId, incoming.callType], [id, 'audio']);
  await doctor.post(`/webrtc/calls/${id}/cancel`);
});

test('two devices of one patient ring, and one hears that the other answered', async () => {
  const [phone, tablet] = [await patient.webrtc(), await patient.webrtc()];
  const { id } = await doctor.callPatient(patient);
  assert.equal((await phone.heard())[0][0], 'incoming-call');
  assert.equal((await tablet.heard())[0][0], 'incoming-call');
  assert.deepEqual(await phone.ask('join-call', { callId: id }), { success: true, callId: id });
  assert.deepEqual((await phone.heard()).map(([word]) => word), ['room-participants']);
  assert.deepEqual(plain(await tablet.heard(), { CALL: id }), [
    ['call-answered', { callId: 'CALL', answeredBy: 'patient', timestamp: 'TIME' }],
  ]);
  const late = await tablet.ask('join-call', { callId: id });
  assert.deepEqual([late.success, late.error.code], [false, 'on_another_device']);
  await doctor.post(`/webrtc/calls/${id}/end`);
});

test('who closes the page has left; who loses the connection has not, for a while', async () => {
  const { one, other, callId, names } = await inCall();
  await other.closePage();
  assert.deepEqual(plain(await one.once('participant-left'), names), {
    callId: 'CALL',
    userId: 'patient',
    reason: 'left',
  });
  await doctor.post(`/webrtc/calls/${callId}/end`);

  const [hastyOne, hastyOther] = [await hastyDoctor.webrtc(), await hastyPatient.webrtc({ reconnection: false })];
  const { id } = await hastyDoctor.callPatient(hastyPatient);
  await hastyOne.ask('join-call', { callId: id });
  await hastyOther.ask('join-call', { callId: id });
  await hastyOther.drop();
  assert.equal((await hastyOne.once('participant-disconnected')).userId, 'patient');
  assert.deepEqual(plain(await hastyOne.once('participant-left'), { CALL: id }), {
    callId: 'CALL',
    userId: 'patient',
    reason: 'connection lost',
  });
  await hastyDoctor.post(`/webrtc/calls/${id}/end`);
});

test('who is in an answered call is asked how good the connection is', async () => {
  const [one, other] = [await hastyDoctor.webrtc(), await hastyPatient.webrtc()];
  const { id } = await hastyDoctor.callPatient(hastyPatient);
  await one.ask('join-call', { callId: id });
  await other.ask('join-call', { callId: id });
  for (const client of [one, other]) {
    assert.deepEqual(await client.once('request-quality-stats'), { callId: id });
    assert.deepEqual(await client.once('request-quality-stats'), { callId: id }, 'again and again');
    const answer = { callId: id, metrics: { latency: 20 } };
    assert.deepEqual(await client.ask('connection-quality', answer), { success: true });
  }
  await hastyDoctor.post(`/webrtc/calls/${id}/end`);
  await one.heard();
  await other.heard();
  const { id: next } = await hastyDoctor.callPatient(hastyPatient);
  await other.once('call-ended', (it) => it.callId === next);
  const words = (await other.heard()).map(([word]) => word);
  assert.ok(!words.includes('request-quality-stats'), 'nobody is asked outside of an answered call');
});

test('who asks for an ack gets one', async () => {
  const [one, other] = [await doctor.webrtc(), await patient.webrtc()];
  const { id: callId } = await doctor.callPatient(patient);
  const done = { success: true, callId };
  assert.deepEqual(await one.ask('join-call', { callId }), done);
  assert.deepEqual(await other.ask('join-call', { callId, audioEnabled: false }), done);
  const relayed = { success: true };
  const to = { callId, targetUserId: 'patient' };
  assert.deepEqual(await one.ask('offer', { ...to, offer: description('offer') }), relayed);
  assert.deepEqual(await one.ask('answer', { ...to, answer: description('answer') }), relayed);
  assert.deepEqual(await one.ask('ice-candidate', { ...to, candidate: candidate() }), relayed);
  assert.deepEqual(await one.ask('ice-candidate', { callId, candidate: candidate() }), relayed);
  assert.deepEqual(await one.ask('update-media', { callId, audioEnabled: false }), done);
  assert.deepEqual(await one.ask('connection-quality', { callId, metrics: {} }), relayed);
  assert.deepEqual(await one.ask('reconnect-call', { callId }), done);
  assert.deepEqual(await one.ask('leave-call', { callId }), done);
  assert.deepEqual(await one.ask('leave-call', { callId }), {
    success: false,
    error: { code: 'not_in_room', message: 'Join the call first.' },
  });
  await other.ask('leave-call', { callId });
  assert.deepEqual(await other.ask('join-call', { callId }), {
    success: false,
    error: { code: 'call_over', message: 'This call is over.' },
  });
});

test('who asks for none hears of a problem as an error event', async () => {
  const { one, other, callId } = await inCall();
  const said = /** @type {[string, object, object][]} */ ([
    ['offer', { callId, offer: description('offer'), targetUserId: 'stranger' },
      { event: 'offer', code: 'peer_not_in_room', message: 'The other participant is not in the call at the moment.' }],
    ['join-call', { callId: 'another' },
      { event: 'join-call', code: 'not_a_participant', message: 'There is no such call, or you are not part of it.' }],
    ['sing', { callId },
      { event: 'sing', code: 'unknown_event', message: 'There is no such event.' }],
  ]);
  for (const [word, body] of said) one.say(word, body);
  assert.deepEqual(await one.heard(), said.map(([, , error]) => ['error', error]));
  assert.deepEqual(await other.heard(), []);
  await doctor.post(`/webrtc/calls/${callId}/end`);
});

test('all of a signal arrives, in order, and only where it belongs', async () => {
  const { one, other, callId } = await inCall();
  const outsider = await stranger.webrtc();
  const second = await patient.webrtc();
  const long = description('offer', `v=0\r\n${'a=ünïcödé 🎥 \\ "quoted"\r\n'.repeat(1_000)}`);
  one.say('offer', { callId, offer: { ...long, more: [1.50, null] }, targetUserId: 'patient' });
  for (let number = 1; number <= 500; number += 1) {
    one.say('ice-candidate', { callId, candidate: candidate(number), targetUserId: 'patient' });
  }
  await one.heard();
  const [[word, { offer }], ...candidates] = await other.heard();
  assert.equal(word, 'offer');
  assert.deepEqual(offer, { ...long, more: [1.5, null] });
  assert.deepEqual(
    candidates.map(([, it]) => it.candidate),
    Array.from({ length: 500 }, (_, place) => candidate(place + 1)),
  );
  assert.deepEqual(await outsider.heard(), []);
  assert.deepEqual(await second.heard(), [], 'another device of the patient is not in the call');
  await doctor.post(`/webrtc/calls/${callId}/end`);
});
