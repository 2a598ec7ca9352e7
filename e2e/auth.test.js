//! Who gets in, who sees whom, and what browsers are told about the network.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { openBrowser, openPage } from './support/browser.js';
import { startHouse } from './support/house.js';
import { Person } from './support/people.js';
import { inTime } from './support/waiting.js';

const house = await startHouse({ after });
const PASSWORD = 'correct horse';

/**
 * Somebody who registered: themselves, and what the server answered.
 * @param {string} name
 * @param {string} [role]
 */
async function registered(name, role) {
  const email = `${name}@clinic.example`;
  const answer = await house.stranger.post('/api/auth/register', { email, password: PASSWORD, role });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const { user, accessToken } = answer.body;
  return { person: new Person(house, user.id, accessToken), signIn: answer.body };
}

const refresh = (/** @type {string} */ refreshToken) =>
  house.stranger.post('/api/auth/refresh', { refreshToken });
const logIn = (/** @type {string} */ email, password = PASSWORD) =>
  house.stranger.post('/api/auth/login', { email, password });

/** Somebody without what only other clients look for. */
const inShort = (/** @type {any} */ { id, name, email, role }) => ({ id, name, email, role });

/**
 * @param {import('./support/people.js').Answer} answer
 * @param {number} status
 * @param {string} code
 */
function assertRefused({ status: actual, type, body }, status, code) {
  assert.deepEqual([actual, body.code, type], [status, code, 'application/problem+json']);
}

test('somebody registers, is somebody, and signs in again', async () => {
  const { signIn, person } = await registered('rosa');
  const user = { id: person.id, name: 'rosa', email: 'rosa@clinic.example', role: 'patient' };
  assert.deepEqual(inShort(signIn.user), user);
  assert.equal(signIn.expiresIn, 15 * 60);
  assert.deepEqual((await person.get('/api/me')).body, signIn.user);

  const again = await logIn('ROSA@clinic.example');
  assert.equal(again.status, 200);
  assert.deepEqual(again.body.user, signIn.user);
  assert.notEqual(again.body.refreshToken, signIn.refreshToken);
  assert.ok(!JSON.stringify(again.body).includes(PASSWORD));
});

test('a wrong password and an unknown address are told the same', async () => {
  await registered('theo');
  const wrong = await logIn('theo@clinic.example', 'battery staple');
  const unknown = await logIn('nobody@clinic.example');
  assertRefused(wrong, 401, 'wrong_credentials');
  assert.deepEqual(unknown, wrong);
});

test('an address is registered once, in whatever case', async () => {
  await registered('uma');
  const again = { email: 'UMA@Clinic.example', password: PASSWORD };
  const answer = await house.stranger.post('/api/auth/register', again);
  assertRefused(answer, 409, 'email_taken');
  assert.equal(answer.body.field, 'email');
});

test('roles: who may take which', async () => {
  const admin = await house.person('mina', 'admin');
  const register = (/** @type {Person} */ by, /** @type {string} */ name, /** @type {string} */ role) =>
    by.post('/api/auth/register', { email: `${name}@clinic.example`, password: PASSWORD, role });
  assert.equal((await registered('vera', 'doctor')).signIn.user.role, 'provider');
  assertRefused(await register(house.stranger, 'wolf', 'admin'), 403, 'role_not_allowed');
  assertRefused(await register(house.stranger, 'wolf', 'guest'), 403, 'role_not_allowed');
  const { person: provider } = await registered('xenia', 'provider');
  assertRefused(await register(provider, 'wolf', 'admin'), 403, 'role_not_allowed');
  const made = await register(admin, 'wolf', 'admin');
  assert.deepEqual([made.status, made.body.user.role], [201, 'admin']);
});

test('a refresh token works once; who uses it again ends the sign-in', async () => {
  const { person, signIn } = await registered('yara');
  const next = await refresh(signIn.refreshToken);
  assert.equal(next.status, 200);
  assert.equal(next.body.user.id, person.id);
  assert.notEqual(next.body.refreshToken, signIn.refreshToken);
  const fresh = new Person(house, person.id, next.body.accessToken);
  assert.equal((await fresh.get('/api/me')).status, 200);

  // Either of the two has stolen it, and nobody can say which.
  assertRefused(await refresh(signIn.refreshToken), 401, 'token_invalid');
  assertRefused(await refresh(next.body.refreshToken), 401, 'token_invalid');
  assert.equal((await logIn('yara@clinic.example')).status, 200);
});

test('two refreshes of one token at the same moment do not both work', async () => {
  const { signIn } = await registered('zoe');
  const answers = await Promise.all([refresh(signIn.refreshToken), refresh(signIn.refreshToken)]);
  const statuses = answers.map((it) => it.status).sort();
  assert.deepEqual(statuses, [200, 401]);
});

test('an access token is no refresh token', async () => {
  const { signIn } = await registered('adam');
  assertRefused(await refresh(signIn.accessToken), 401, 'token_invalid');
});

test('who signs out is out, and only there', async () => {
  const { signIn } = await registered('bert');
  const elsewhere = (await logIn('bert@clinic.example')).body;
  const logOut = () =>
    house.stranger.post('/api/auth/logout', { refreshToken: signIn.refreshToken });
  assert.equal((await logOut()).status, 204);
  assertRefused(await refresh(signIn.refreshToken), 401, 'token_invalid');
  assert.equal((await logOut()).status, 204, 'signing out twice is signed out');
  assert.equal((await refresh(elsewhere.refreshToken)).status, 200);
});

test('a sign-in outlives the server', async (t) => {
  const own = await startHouse(t);
  const who = { email: 'kim@clinic.example', password: PASSWORD };
  const { body } = await own.stranger.post('/api/auth/register', who);
  await own.kill9();
  await own.start();
  const { refreshToken } = body;
  const next = await own.stranger.post('/api/auth/refresh', { refreshToken });
  assert.equal(next.status, 200);
  assert.equal((await own.stranger.post('/api/auth/login', who)).status, 200);
});

/** A web server with an empty page; its origin. */
async function emptySite() {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Empty</title>');
  });
  after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://localhost:${port}`;
}

/**
 * Asks from within a page as its scripts would, cookies included; the status
 * of what the page may read, and its scripts' cookies.
 * @param {import('playwright-core').Page} page
 * @param {string} url
 * @param {RequestInit} [options]
 */
function fetchIn(page, url, options = {}) {
  return page.evaluate(
    async ({ url, options }) => {
      const { status } = await fetch(url, { credentials: 'include', ...options });
      const names = document.cookie.split('; ').map((it) => it.split('=')[0]);
      return { status, cookies: names.filter((it) => it !== '').sort() };
    },
    { url, options },
  );
}

test('browsers keep the cookies of pages that look for them, and of no other', async (t) => {
  const [listed, unlisted] = [await emptySite(), await emptySite()];
  const own = await startHouse(t, { env: { FRONTEND_URL: listed } });
  const who = { email: 'nora@clinic.example', password: PASSWORD };
  await own.stranger.post('/api/auth/register', who);
  const headers = { 'content-type': 'application/json' };
  const login = { method: 'POST', headers, body: JSON.stringify(who) };
  const auth = `${own.url}/api/auth`;

  const browser = await openBrowser(t);
  const page = await openPage(t, browser);
  const kept = async () => (await page.context().cookies(auth)).map((it) => it.name).sort();
  await page.goto(own.url);
  assert.deepEqual(await fetchIn(page, `${auth}/login`, login), { status: 200, cookies: [] });
  assert.deepEqual(await kept(), [], 'our own pages keep nothing');

  await page.goto(listed);
  const readable = ['AccessToken', 'authToken'];
  const all = ['AccessToken', 'RefreshToken', 'authToken'];
  assert.deepEqual(await fetchIn(page, `${auth}/login`, login), { status: 200, cookies: readable });
  assert.deepEqual(await kept(), all);
  assert.equal((await fetchIn(page, `${own.url}/api/me`)).status, 200);
  const [first, second] = await Promise.all([
    fetchIn(page, `${auth}/refresh`, { method: 'POST' }),
    fetchIn(page, `${auth}/refresh`, { method: 'POST' }),
  ]);
  assert.deepEqual([first.status, second.status], [200, 200]);

  // Another origin of the same site: the browser sends the cookies along.
  const other = await page.context().newPage();
  await other.goto(unlisted);
  const before = await page.context().cookies(auth);
  for (const word of ['logout', 'refresh']) {
    const answers = other.waitForResponse((it) => it.url() === `${auth}/${word}`);
    await fetchIn(other, `${auth}/${word}`, { method: 'POST', mode: 'no-cors' });
    assert.equal((await answers).status(), 403, word);
  }
  assert.deepEqual(await page.context().cookies(auth), before);

  const out = await fetchIn(page, `${auth}/logout`, { method: 'POST' });
  assert.deepEqual(out, { status: 204, cookies: [] });
  assert.deepEqual(await kept(), []);
  assert.equal((await fetchIn(page, `${own.url}/api/me`)).status, 401);
});

test('patients see who treats them, and not each other', async (t) => {
  const own = await startHouse(t);
  const patient = await own.person('pia', 'patient');
  const other = await own.person('paul', 'patient');
  const provider = await own.person('doc', 'provider');
  const admin = await own.person('boss', 'admin');
  const seen = async (/** @type {Person} */ by) => {
    const { body } = await by.get('/api/people');
    return body.people.map((/** @type {any} */ it) => it.id).sort();
  };
  assert.deepEqual(await seen(patient), ['doc']);
  assert.deepEqual(await seen(other), ['doc']);
  assert.deepEqual(await seen(provider), ['boss', 'paul', 'pia']);
  assert.deepEqual(await seen(admin), ['doc', 'paul', 'pia']);

  const standing = async () => (await patient.get('/api/people')).body.people;
  const doc = { id: 'doc', name: 'Doc', role: 'provider' };
  assert.deepEqual(await standing(), [{ ...doc, online: false, presence: 'offline' }]);
  const { client } = await provider.native();
  assert.deepEqual(await standing(), [{ ...doc, online: true, presence: 'online' }]);
  client.close();
});

test('everybody sees their own calls, an administrator all of them, in pages', async (t) => {
  const own = await startHouse(t);
  const doc = await own.person('doc', 'provider');
  const pia = await own.person('pia', 'patient');
  const paul = await own.person('paul', 'patient');
  const admin = await own.person('boss', 'admin');
  const made = [];
  for (const [patient, type] of /** @type {[Person, string][]} */ ([
    [pia, 'video'],
    [paul, 'audio'],
    [pia, 'video'],
    [pia, 'audio'],
  ])) {
    const { id } = await doc.callPatient(patient, { type, appointmentId: `visit-${made.length}` });
    made.unshift(id);
    await doc.post(`/webrtc/calls/${id}/cancel`);
  }
  const open = await doc.callPatient(paul);
  made.unshift(open.id);
  const later = new Date(Date.now() + 86_400_000 * 3).toISOString();
  const planned = await doc.callPatient(pia, { scheduledAt: later });
  made.unshift(planned.id);
  const [p, o, fourth, third, second, first] = made;

  const found = async (/** @type {Person} */ by, search = '') => {
    const { status, body } = await by.get(`/webrtc/calls?${search}`);
    assert.equal(status, 200, search);
    return [body.total, ...body.calls.map((/** @type {any} */ it) => it.id)];
  };
  assert.deepEqual(await found(admin), [6, ...made]);
  assert.deepEqual(await found(doc), [6, ...made]);
  assert.deepEqual(await found(pia), [4, p, fourth, third, first]);
  assert.deepEqual(await found(paul), [2, o, second]);

  assert.deepEqual(await found(doc, 'limit=2'), [6, p, o]);
  assert.deepEqual(await found(doc, 'limit=2&offset=4'), [6, second, first]);
  assert.deepEqual(await found(doc, 'offset=6'), [6]);
  assert.deepEqual(await found(doc, 'patientId=paul'), [2, o, second]);
  assert.deepEqual(await found(doc, 'providerId=paul'), [0]);
  assert.deepEqual(await found(pia, 'patientId=paul'), [0]);
  assert.deepEqual(await found(doc, 'status=cancelled'), [4, fourth, third, second, first]);
  assert.deepEqual(await found(doc, 'status=ringing'), [1, o]);
  assert.deepEqual(await found(doc, 'status=scheduled'), [1, p]);
  assert.deepEqual(await found(doc, 'status=missed'), [0]);
  assert.deepEqual(await found(doc, 'type=audio&patientId=pia'), [1, fourth]);
  assert.deepEqual(await found(doc, 'appointmentId=visit-1'), [1, second]);
  const day = later.slice(0, 10);
  assert.deepEqual(await found(doc, `startDate=${day}`), [1, p]);
  assert.deepEqual(await found(doc, `startDate=${day}&endDate=${day}`), [1, p]);
  assert.deepEqual(await found(doc, `endDate=${new Date(Date.now() + 86_400_000).toISOString()}`), [5, o, fourth, third, second, first]);
  assert.deepEqual(await found(doc, 'endDate=2020-01-01'), [0]);
});

test('the demo lets people in with one click, and only where it is open', async (t) => {
  const closed = await house.stranger.get('/api/house');
  assert.deepEqual([closed.status, closed.body.demo], [200, null]);
  assertRefused(await house.stranger.post('/api/demo/sign-in', { userId: 'demo-rosa' }), 404, 'not_found');

  const demo = await startHouse(t, { demo: true });
  const { people } = (await demo.stranger.get('/api/house')).body.demo;
  const roles = people.map((/** @type {any} */ it) => it.role).sort();
  assert.deepEqual(roles, ['admin', 'patient', 'patient', 'provider', 'provider']);
  const [{ id, name, role }] = people;
  const { status, body } = await demo.stranger.post('/api/demo/sign-in', { userId: id });
  assert.deepEqual([status, inShort(body.user)], [200, { id, name, email: null, role }]);
  const me = new Person(demo, id, body.accessToken);
  assert.equal((await me.get('/api/me')).body.id, id);
  assertRefused(await demo.stranger.post('/api/demo/sign-in', { userId: 'demo-nobody' }), 404, 'not_found');
});

test('the demo and weak secrets do not open in production', async (t) => {
  const own = await startHouse(t);
  await own.stop();
  const refusing = { ...own.env, HOUSECALL_ENV: 'production' };
  for (const [env, words] of /** @type {[Record<string, string>, RegExp][]} */ ([
    [{ ...refusing, ACCESS_SECRET: 'short' }, /^ACCESS_SECRET is too easy to guess: .+\.$/],
    [{ ...refusing, REFRESH_SECRET: '' }, /^REFRESH_SECRET must be set in production: .+\.$/],
  ])) {
    own.env = env;
    const { code, err } = await own.run('serve');
    assert.equal(code, 1);
    assert.match(err.trim(), words);
  }
  own.env = refusing;
  const { code, err } = await own.run('serve', '--demo');
  assert.equal(code, 1);
  assert.match(err, /demo.*production/);
});

test('browsers are sent to the embedded STUN server, and it answers', async () => {
  const somebody = await house.person('iris', 'patient');
  const { status, body } = await somebody.get('/api/ice-servers');
  const url = `stun:localhost:${house.turnPort}`;
  assert.equal(status, 200);
  assert.deepEqual(body.iceServers[0], { urls: [url] });
  assert.ok(body.ttl > 0);

  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  // RFC 8489: Binding request, no attributes, magic cookie, transaction id.
  const request = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
  socket.send(request, house.turnPort, '127.0.0.1');
  const [reply] = await inTime(once(socket, 'message'), 'the STUN server did not answer');
  socket.close();
  assert.equal(reply.readUInt16BE(0), 0x0101, 'Binding success');
  assert.equal(reply.readUInt16BE(2), reply.length - 20);
  assert.deepEqual(reply.subarray(4, 20), request.subarray(4));
  assert.deepEqual(mapped(reply), { address: '127.0.0.1', port });
});

/** XOR-MAPPED-ADDRESS (RFC 8489, section 14.2) of an IPv4 client. */
function mapped(/** @type {Buffer} */ reply) {
  for (let at = 20; at < reply.length; at += 4 + Math.ceil(reply.readUInt16BE(at + 2) / 4) * 4) {
    if (reply.readUInt16BE(at) !== 0x0020) continue;
    const port = reply.readUInt16BE(at + 6) ^ 0x2112;
    const address = [0x21, 0x12, 0xa4, 0x42].map((it, place) => it ^ reply[at + 8 + place]).join('.');
    return { address, port };
  }
  return undefined;
}

test('the server says how it is and what it understands', async () => {
  const stranger = house.stranger;
  const alive = await stranger.get('/healthz');
  assert.deepEqual([alive.status, alive.body], [200, { status: 'ok' }]);
  const ready = await stranger.get('/readyz');
  assert.deepEqual([ready.status, ready.body], [200, { status: 'ok', storage: 'ok' }]);
  const { status, body } = await stranger.get('/openapi.json');
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse((await house.run('openapi')).out), body);
  const methods = (/** @type {string} */ path) => Object.keys(body.paths[path] ?? {});
  assert.deepEqual(methods('/webrtc/calls'), ['get', 'post']);
  for (const verb of ['answer', 'end', 'cancel']) {
    assert.deepEqual(methods(`/webrtc/calls/{id}/${verb}`), ['post']);
  }
});
