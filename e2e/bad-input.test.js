//! Bad input of every kind: each gets a clear, typed answer, and nothing else
//! changes.

import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { startHouse } from './support/house.js';
import { Person } from './support/people.js';
import { candidate, description } from './support/signals.js';
import { accessToken, inSeconds, jwt } from './support/tokens.js';

const house = await startHouse({ after });
const ada = await house.person('ada', 'provider');
const ben = await house.person('ben', 'patient');
const cleo = await house.person('cleo', 'patient');
const mina = await house.person('mina', 'admin');

/** The call that everything here tries to disturb. @type {string} */
let callId;

beforeEach(async () => {
  callId = (await ada.callPatient(ben)).id;
});

afterEach(async () => {
  for (const person of [ada, ben, cleo, mina]) person.disconnect();
  // Already over where the story ended it.
  await ada.post(`/webrtc/calls/${callId}/end`);
});

/**
 * A problem+json answer, whole: its code is `code`, and programs and people
 * find what they look for.
 * @param {import('./support/people.js').Answer} answer
 * @param {number} status
 * @param {string} code
 * @param {string} [field]
 */
function assertProblem({ status: actual, type, body }, status, code, field) {
  assert.deepEqual([actual, body.code, body.field], [status, code, field], JSON.stringify(body));
  assert.equal(type, 'application/problem+json');
  const { title, detail, error, ...rest } = body;
  assert.ok([title, detail].includes(error), error);
  const same = { success: false, statusCode: status, message: detail };
  const about = { type: 'about:blank', status, code, ...(field && { field }) };
  const { callId: _, ...known } = rest;
  assert.deepEqual(known, { ...about, ...same });
  assert.match(detail, /\w/);
}

/** How the call stands, for somebody in it. */
async function standing() {
  return (await ada.get(`/webrtc/calls/${callId}`)).body;
}

/**
 * Both in the call, in the vocabulary of `/webrtc`.
 * @param {object} [options] of the provider's client
 */
async function bothIn(options) {
  const [one, other] = [await ada.webrtc(options), await ben.webrtc()];
  await one.ask('join-call', { callId });
  await other.ask('join-call', { callId });
  await one.heard();
  await other.heard();
  return { one, other };
}

const soon = () => ({ sub: 'ben', role: 'patient', exp: inSeconds(3_600) });
const { body: registered } = await house.stranger.post('/api/auth/register', {
  email: 'dora@clinic.example',
  password: 'correct horse',
});
const expired = await house.run('token', '--user', 'ben', '--role', 'patient', '--ttl', '0s');

/** @type {[name: string, token: () => string | undefined, code: string][]} */
const BAD_TOKENS = [
  ['no token', () => undefined, 'token_missing'],
  ['an empty token', () => '', 'token_missing'],
  ['an expired token', () => jwt({ ...soon(), exp: inSeconds(-60) }), 'token_expired'],
  ['a token signed with another key', () => jwt(soon(), { secret: 'another'.repeat(8) }), 'token_invalid'],
  ['a token with alg none', () => jwt(soon(), { alg: 'none' }), 'token_invalid'],
  ['a token with another algorithm', () => jwt(soon(), { alg: 'HS384' }), 'token_invalid'],
  ['a token without a signature', () => jwt(soon()).replace(/[^.]*$/, ''), 'token_invalid'],
  ['a token with changed claims', () => withOtherClaims(jwt(soon())), 'token_invalid'],
  ['a token that never expires', () => jwt({ sub: 'ben', role: 'patient' }), 'token_invalid'],
  ['a token of nobody', () => jwt({ role: 'patient', exp: inSeconds(60) }), 'token_invalid'],
  ['a token of another type', () => jwt({ ...soon(), type: 'refresh' }), 'token_invalid'],
  ['a real refresh token', () => registered.refreshToken, 'token_invalid'],
  ['something else', () => 'let me in', 'token_invalid'],
];

function withOtherClaims(/** @type {string} */ token) {
  const [head, , signature] = token.split('.');
  return [head, jwt({ ...soon(), role: 'admin' }).split('.')[1], signature].join('.');
}

for (const [name, token, code] of BAD_TOKENS) {
  test(`${name} lets nobody in`, async () => {
    const intruder = new Person(house, 'intruder', token());
    for (const namespace of ['/webrtc', '/housecall']) {
      const client = intruder.client(namespace, {
        auth: intruder.token === undefined ? {} : { token: intruder.token },
        reconnection: false,
      });
      const problem = await client.refused();
      assert.equal(problem.code, code);
      assert.match(problem.message, /\w\.$/);
      client.close();
    }
    const paths = ['/api/me', '/api/people', '/api/ice-servers', '/webrtc/calls', `/webrtc/calls/${callId}`];
    for (const path of paths) assertProblem(await intruder.get(path), 401, code);
    for (const path of ['', `/${callId}/answer`, `/${callId}/end`, `/${callId}/cancel`]) {
      assertProblem(await intruder.post(`/webrtc/calls${path}`), 401, code);
    }
    assert.equal((await standing()).status, 'ringing');
  });
}

test('a token made to expire at once is good for no longer than clocks may differ', async () => {
  assert.equal(expired.code, 0, expired.err);
  const claims = JSON.parse(Buffer.from(expired.out.split('.')[1], 'base64url').toString());
  assert.equal(claims.exp, claims.iat);
  const late = new Person(house, 'ben', jwt({ ...claims, exp: claims.exp - 10 }));
  assertProblem(await late.get('/api/me'), 401, 'token_expired');
});

test('a role nobody knows has the rights of a patient', async () => {
  const guru = new Person(house, 'guru', accessToken('guru', 'guru'));
  assert.equal((await guru.get('/api/me')).body.role, 'patient');
  assert.equal((await guru.get('/webrtc/calls')).body.total, 0);
});

/** @type {[name: string, word: string, body: (it: string) => unknown, code: string, field?: string][]} */
const BAD_WORDS = [
  ['an unknown event', 'join_call', (it) => ({ callId: it }), 'unknown_event'],
  ['no payload', 'join-call', () => undefined, 'invalid_payload'],
  ['null', 'join-call', () => null, 'invalid_payload'],
  ['a number', 'join-call', () => 7, 'invalid_payload'],
  ['an empty object', 'join-call', () => ({}), 'invalid_payload', 'callId'],
  ['a flag that is a text', 'join-call', (it) => ({ callId: it, videoEnabled: 'yes' }), 'invalid_payload', 'videoEnabled'],
  ['an id that is an object', 'join-call', () => ({ callId: {} }), 'invalid_payload', 'callId'],
  ['an id that is too long', 'join-call', () => ({ callId: 'x'.repeat(201) }), 'invalid_payload', 'callId'],
  ['an offer without a target', 'offer', (it) => ({ callId: it, offer: description('offer') }), 'invalid_payload', 'targetUserId'],
  ['an offer without a description', 'offer', (it) => ({ callId: it, targetUserId: 'ben' }), 'invalid_payload', 'offer'],
  ['a description that is a text', 'offer', (it) => ({ callId: it, targetUserId: 'ben', offer: 'v=0' }), 'invalid_payload', 'offer'],
  ['a description without SDP', 'answer', (it) => ({ callId: it, targetUserId: 'ben', answer: { type: 'answer' } }), 'invalid_payload', 'answer'],
  ['an SDP that is a number', 'offer', (it) => ({ callId: it, targetUserId: 'ben', offer: { type: 'offer', sdp: 1 } }), 'invalid_payload', 'offer.sdp'],
  ['a candidate that is a list', 'ice-candidate', (it) => ({ callId: it, candidate: [] }), 'invalid_payload', 'candidate'],
  ['no metrics', 'connection-quality', (it) => ({ callId: it }), 'invalid_payload', 'metrics'],
  ['a latency in words', 'connection-quality', (it) => ({ callId: it, metrics: { latency: 'low' } }), 'invalid_payload', 'metrics.latency'],
  ['a reason that is a list', 'leave-call', (it) => ({ callId: it, reason: [] }), 'invalid_payload', 'reason'],
  ['an SDP of 100 kB', 'offer', (it) => ({ callId: it, targetUserId: 'ben', offer: description('offer', 'a'.repeat(100_000)) }), 'too_large', 'offer'],
  ['a candidate of 5 kB', 'ice-candidate', (it) => ({ callId: it, candidate: { candidate: 'a'.repeat(5_000) } }), 'too_large', 'candidate'],
  ['an offer to oneself', 'offer', (it) => ({ callId: it, targetUserId: 'ada', offer: description('offer') }), 'peer_not_in_room'],
  ['an offer to somebody else', 'offer', (it) => ({ callId: it, targetUserId: 'cleo', offer: description('offer') }), 'peer_not_in_room'],
];

test('words that are not understood are refused by name, and disturb nobody', async () => {
  const { one, other } = await bothIn();
  const before = await standing();
  for (const [name, word, body, code, field] of BAD_WORDS) {
    const payload = body(callId) === undefined ? [] : [body(callId)];
    const { success, error } = await one.ask(word, ...payload);
    assert.deepEqual([success, error?.code, error?.field], [false, code, field], `${name}: ${JSON.stringify(error)}`);
    assert.match(error.message, /\w/, name);
    one.say(word, ...payload);
    const complaint = await one.once('error');
    assert.deepEqual(complaint, { event: word, ...error }, name);
  }
  assert.deepEqual(await one.heard(), []);
  assert.deepEqual(await other.heard(), []);
  assert.deepEqual(await standing(), before);
});

test('a session description of 2 MB over websocket ends the connection, not the call', async () => {
  const { one, other } = await bothIn();
  const gone = one.disconnected();
  const offer = description('offer', 'a'.repeat(2_000_000));
  one.say('offer', { callId, offer, targetUserId: 'ben' });
  const { reason, details } = await gone;
  assert.equal(reason, 'transport close');
  assert.equal(details?.context?.code ?? details?.description?.code ?? details?.code, 1009);

  await one.reconnected();
  assert.equal((await one.ask('reconnect-call', { callId })).success, true);
  one.say('ice-candidate', { callId, candidate: candidate() });
  await one.heard();
  const words = (await other.heard()).map(([word]) => word);
  assert.deepEqual(words, ['participant-disconnected', 'participant-joined', 'ice-candidate']);
});

test('a session description of 2 MB over polling ends the connection, and the client comes back', async () => {
  const { one, other } = await bothIn({ transports: ['polling'] });
  const gone = one.disconnected();
  const offer = description('offer', 'a'.repeat(2_000_000));
  one.say('offer', { callId, offer, targetUserId: 'ben' });
  // Which of its two requests is answered first is a matter of luck.
  const { reason } = await gone;
  assert.match(reason, /^transport (close|error)$/);

  await one.reconnected();
  assert.equal((await one.ask('reconnect-call', { callId })).success, true);
  const words = (await other.heard()).map(([word]) => word);
  assert.deepEqual(words, ['participant-disconnected', 'participant-joined']);
});

test('a polling request of 2 MB is answered with 413', async () => {
  const path = '/socket.io/?EIO=4&transport=polling';
  const opened = await house.stranger.get(path);
  const { sid } = JSON.parse(opened.body.slice(1));
  const send = (/** @type {string} */ body) =>
    house.stranger.request('POST', `${path}&sid=${sid}`, { body, headers: { 'content-type': 'text/plain' } });
  assert.equal((await send(`40/webrtc,${JSON.stringify({ token: ben.token })}`)).status, 200);
  assert.match((await house.stranger.get(`${path}&sid=${sid}`)).body, /^40\/webrtc,/);
  const offer = description('offer', 'a'.repeat(2_000_000));
  const event = JSON.stringify(['offer', { callId, offer, targetUserId: 'ada' }]);
  assert.equal((await send(`42/webrtc,${event}`)).status, 413);
  assert.equal((await standing()).status, 'ringing');
});

test('a call to somebody nobody knows is not made', async () => {
  const { client } = await ada.native();
  const before = (await mina.get('/webrtc/calls')).body.total;
  const { ok, problem } = await client.ask('start', { callees: ['nobody'] });
  assert.deepEqual([ok, problem.code, problem.field], [false, 'unknown_user', 'callees']);
  const call = { patientId: 'nobody', providerId: 'ada', type: 'video' };
  assertProblem(await ada.post('/webrtc/calls', call), 400, 'unknown_user', 'callees');
  assert.equal((await mina.get('/webrtc/calls')).body.total, before);
});

test('who is not in a room sends nothing into it', async () => {
  const { one, other } = await bothIn();
  const offer = description('offer');
  const outsider = await cleo.webrtc();
  const second = await ada.webrtc();
  const { client: native } = await cleo.native();
  const signal = { callId, targetUserId: 'ben', offer };
  assert.equal((await outsider.ask('offer', signal)).error.code, 'not_a_participant');
  assert.equal((await outsider.ask('ice-candidate', { callId, candidate: candidate() })).error.code, 'not_a_participant');
  assert.equal((await outsider.ask('join-call', { callId })).error.code, 'not_a_participant');
  assert.equal((await second.ask('offer', signal)).error.code, 'not_in_room');
  const body = { callId, to: 'ben', kind: 'offer', body: offer };
  assert.equal((await native.ask('signal', body)).problem.code, 'not_a_participant');
  assert.equal((await native.ask('look', { callId })).problem.code, 'not_a_participant');
  assert.deepEqual(await one.heard(), []);
  assert.deepEqual(await other.heard(), []);
});

test('a call that is over takes nothing any more', async () => {
  const { one, other } = await bothIn();
  await ada.post(`/webrtc/calls/${callId}/end`, { reason: 'done' });
  await one.heard();
  await other.heard();
  const before = await standing();
  for (const verb of ['answer', 'end', 'cancel']) {
    assertProblem(await ben.post(`/webrtc/calls/${callId}/${verb}`), 400, 'call_over');
  }
  const { client: native } = await ben.native();
  for (const word of ['answer', 'join', 'decline', 'end', 'leave']) {
    assert.equal((await native.ask(word, { callId })).problem.code, 'call_over', word);
  }
  for (const word of ['join-call', 'leave-call', 'update-media']) {
    assert.equal((await other.ask(word, { callId })).error.code, 'call_over', word);
  }
  const offer = { callId, offer: description('offer'), targetUserId: 'ben' };
  assert.equal((await one.ask('offer', offer)).success, false);
  assert.deepEqual(await other.heard(), []);
  assert.deepEqual(await standing(), before);
});

test('a reason longer than anybody can read is refused, and cuts nobody off', async () => {
  const { one, other } = await bothIn();
  const ended = await ada.post(`/webrtc/calls/${callId}/end`, { reason: 'r'.repeat(900_000) });
  assert.ok([400, 413].includes(ended.status), `it was taken: ${ended.status}`);
  assert.equal(ended.body.field, 'reason');
  assert.equal((await other.ask('update-media', { callId, audioEnabled: false })).success, true);
  assert.deepEqual((await one.heard()).map(([word]) => word), ['participant-media-updated']);
});

test('what was answered is not answered again', async () => {
  assert.equal((await ben.post(`/webrtc/calls/${callId}/answer`)).status, 200);
  const before = await standing();
  assertProblem(await ben.post(`/webrtc/calls/${callId}/answer`), 400, 'already_answered');
  assertProblem(await ada.post(`/webrtc/calls/${callId}/cancel`), 400, 'already_started');
  assertProblem(await ada.post(`/webrtc/calls/${callId}/answer`), 400, 'not_ringing');
  assert.deepEqual(await standing(), before);
});

test('others do not see a call, nor answer it, nor end it', async () => {
  const before = await standing();
  assertProblem(await cleo.get(`/webrtc/calls/${callId}`), 404, 'not_a_participant');
  for (const verb of ['answer', 'end', 'cancel']) {
    assertProblem(await cleo.post(`/webrtc/calls/${callId}/${verb}`), 404, 'not_a_participant');
  }
  // There is no telling a call that is not yours from one that is not there.
  const missing = await cleo.get('/webrtc/calls/7f0c4be2-0000-4000-8000-000000000000');
  assertProblem(missing, 404, 'not_a_participant');
  assert.deepEqual(missing.body, (await cleo.get(`/webrtc/calls/${callId}`)).body);
  assert.equal((await cleo.get(`/webrtc/calls?patientId=ben`)).body.total, 0);
  assert.deepEqual(await standing(), before);
  assert.equal((await mina.get(`/webrtc/calls/${callId}`)).body.id, callId);
});

test('a call is made by one of the two who are in it, and once', async () => {
  const call = (/** @type {object} */ more) => ({ patientId: 'ben', providerId: 'ada', type: 'video', ...more });
  assertProblem(await ada.post('/webrtc/calls', call({ providerId: 'ben' })), 400, 'invalid_payload', 'providerId');
  assertProblem(await cleo.post('/webrtc/calls', call({})), 403, 'forbidden');
  const again = await ben.post('/webrtc/calls', call({}));
  assertProblem(again, 400, 'already_open');
  assert.equal(again.body.callId, callId);
});

/** @type {[name: string, path: string, body: unknown, field: string | undefined][]} */
const BAD_BODIES = [
  ['an unknown role', '/api/auth/register', { email: 'eve@clinic.example', password: 'correct horse', role: 'wizard' }, 'role'],
  ['a role that is a number', '/api/auth/register', { email: 'eve@clinic.example', password: 'correct horse', role: 7 }, 'role'],
  ['no password', '/api/auth/register', { email: 'eve@clinic.example' }, 'password'],
  ['a password that is too short', '/api/auth/register', { email: 'eve@clinic.example', password: 'horse' }, 'password'],
  ['an address that is none', '/api/auth/register', { email: 'eve', password: 'correct horse' }, 'email'],
  ['a name that is too long', '/api/auth/register', { email: 'eve@clinic.example', password: 'correct horse', name: 'e'.repeat(101) }, 'name'],
  ['no email', '/api/auth/login', { password: 'correct horse' }, 'email'],
  ['no refresh token', '/api/auth/refresh', {}, 'refreshToken'],
  ['no patient', '/webrtc/calls', { providerId: 'ada', type: 'video' }, 'patientId'],
  ['no type', '/webrtc/calls', { providerId: 'ada', patientId: 'cleo' }, 'type'],
  ['an unknown type', '/webrtc/calls', { providerId: 'ada', patientId: 'cleo', type: 'smell' }, 'type'],
  ['a time that is none', '/webrtc/calls', { providerId: 'ada', patientId: 'cleo', type: 'video', scheduledAt: 'tomorrow' }, 'scheduledAt'],
  ['an empty id', '/webrtc/calls', { providerId: 'ada', patientId: '', type: 'video' }, 'patientId'],
  ['a list', '/webrtc/calls', [], undefined],
  ['a text', '/webrtc/calls', 'call ben', undefined],
];

for (const [name, path, body, field] of BAD_BODIES) {
  test(`${name} in ${path} is told by field`, async () => {
    const who = path.startsWith('/api/auth') ? house.stranger : ada;
    const before = (await mina.get('/webrtc/calls')).body.total;
    const answer = await who.post(path, body);
    if (field === undefined) assert.match(answer.body.code, /^invalid_payload$/);
    else assertProblem(answer, 400, 'invalid_payload', field);
    assert.equal(answer.status, 400);
    assert.equal((await mina.get('/webrtc/calls')).body.total, before);
  });
}

test('only JSON is read', async () => {
  const path = '/webrtc/calls';
  const text = JSON.stringify({ patientId: 'cleo', providerId: 'ada', type: 'video' });
  const post = (/** @type {string} */ body, /** @type {string} */ type) =>
    ada.request('POST', path, { body, headers: { 'content-type': type } });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    assertProblem(await post(text, type), 415, 'not_json');
  }
  for (const bad of ['{', '{"patientId":', 'nothing', '{"a":1}}']) {
    const answer = await post(bad, 'application/json');
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_payload'], bad);
    assert.equal(answer.type, 'application/problem+json');
  }
  const huge = JSON.stringify({ reason: 'a'.repeat(2_000_000) });
  const end = `${path}/${callId}/end`;
  const answer = await ada.request('POST', end, { body: huge, headers: { 'content-type': 'application/json' } });
  assert.equal(answer.status, 413);
  assert.equal((await standing()).status, 'ringing');
});

test('paths and methods that do not exist say so', async () => {
  assertProblem(await ada.get('/api/nothing'), 404, 'not_found');
  assertProblem(await ada.get('/webrtc/nothing'), 404, 'not_found');
  assertProblem(await ada.request('DELETE', `/webrtc/calls/${callId}`), 405, 'method_not_allowed');
  assert.equal((await standing()).status, 'ringing');
});

test('a search that makes no sense is refused, not ignored', async () => {
  for (const [search, field] of [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['status=finished', 'status'],
    ['startDate=yesterday', 'startDate'],
    ['endDate=2024-13-01', 'endDate'],
  ]) {
    assertProblem(await ada.get(`/webrtc/calls?${search}`), 400, 'invalid_payload', field);
  }
  for (const search of ['limit=many', 'limit=-1', 'offset=-1', 'offset=x', 'type=smell']) {
    assertProblem(await ada.get(`/webrtc/calls?${search}`), 400, 'invalid_query');
  }
});
