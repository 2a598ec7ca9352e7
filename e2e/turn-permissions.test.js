//! Whom the relay of the house reaches: those of one's own call, where they said
//! they are, and for as long as the call lasts.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { startHouse } from './support/house.js';
import { turnClient } from './support/turn.js';
import { until } from './support/waiting.js';

/** @typedef {import('node:test').TestContext} Test */
/** @typedef {import('./support/people.js').Person} Person */
/** @typedef {import('./support/client.js').Client} Client */

/** How long anything may still pass once a call is over. */
const SOON = 5_000;
/** Addresses for peers; nobody else on this machine uses them. */
const [THERE, ELSEWHERE] = ['127.0.77.1', '127.0.77.2'];

const FORBIDDEN = 403;
const UNAUTHORIZED = 401;

const house = await startHouse({ after }, { env: { HOUSECALL_ICE__ALLOWED_PEERS: '127.0.0.0/8' } });
const relay = { host: '127.0.0.1', port: house.turnPort };
const ada = await house.person('ada', 'provider');
const ben = await house.person('ben', 'patient');
const cleo = await house.person('cleo', 'provider');
const dan = await house.person('dan', 'patient');
const eve = await house.person('eve', 'provider');
const fay = await house.person('fay', 'patient');

after(() => [ada, ben, cleo, dan, eve, fay].forEach((it) => it.disconnect()));

/** Two people in a call, which is over with the test. */
async function call(/** @type {Test} */ t, /** @type {Person} */ caller, /** @type {Person} */ callee) {
  const { client: one } = await caller.native();
  const { client: other } = await callee.native();
  return { callId: await ring(t, one, other, callee.id), one, other };
}

/**
 * One rings the other, who answers.
 * @param {Test} t
 * @param {Client} one
 * @param {Client} other
 * @param {string} callee
 */
async function ring(t, one, other, callee) {
  const { result: { id: callId } } = await one.ask('start', { callees: [callee] });
  t.after(() => one.ask('end', { callId }));
  const answered = await other.ask('answer', { callId });
  assert.equal(answered.ok, true, JSON.stringify(answered));
  return callId;
}

/**
 * Tells the other where one can be reached, as browsers do.
 * @param {Client} client
 * @param {string} callId
 * @param {string} to
 * @param {string} host
 */
async function announce(client, callId, to, host) {
  const candidate = `candidate:1 1 udp 2122260223 ${host} 50000 typ host generation 0 ufrag aBcD`;
  const body = { candidate, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'aBcD' };
  const said = await client.ask('signal', { callId, to, kind: 'candidate', body });
  assert.equal(said.ok, true, JSON.stringify(said));
}

/** What the house gives somebody for its relay. */
async function credentialOf(/** @type {Person} */ person) {
  const { status, body } = await person.get('/api/ice-servers');
  assert.equal(status, 200, JSON.stringify(body));
  const servers = /** @type {any[]} */ (body.iceServers);
  const server = servers.find((it) => it.username !== undefined);
  assert.ok(server, `no relay for ${person.id}: ${JSON.stringify(body)}`);
  return server;
}

/** Somebody's client of the relay with something allocated. */
async function relayed(/** @type {Test} */ t, /** @type {Person} */ person) {
  const client = await turnClient(t, relay, await credentialOf(person));
  const { code } = await client.allocate();
  assert.equal(code, 0, `${person.id} may allocate`);
  return client;
}

/** Somebody who listens at an address, outside the house. */
async function peerAt(/** @type {Test} */ t, /** @type {string} */ host) {
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  /** @type {string[]} */
  const heard = [];
  socket.on('message', (data, { port, address }) => {
    heard.push(data.toString());
    socket.send(`${data} yourself`, port, address);
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return { address: { host, port: socket.address().port }, heard };
}

test('a peer is reached once it was announced in the call, and no other is', async (t) => {
  const { callId, other } = await call(t, ada, ben);
  const client = await relayed(t, ada);
  const peer = await peerAt(t, THERE);
  assert.equal(await client.permit(THERE), FORBIDDEN);
  assert.equal(await client.bindChannel(0x4000, peer.address), FORBIDDEN);
  client.send(peer.address, 'hey');

  await announce(other, callId, 'ada', THERE);
  assert.equal(await client.permit(THERE), 0);
  assert.equal(await client.permit(ELSEWHERE), FORBIDDEN);
  client.send(peer.address, 'hello');
  assert.deepEqual(await client.receive(), { peer: peer.address, data: 'hello yourself' });
  assert.deepEqual(peer.heard, ['hello'], 'what was sent before did not pass');
});

test('what one announces opens nothing for oneself, nor for another call', async (t) => {
  const { callId, one } = await call(t, ada, ben);
  const { callId: theirs, other: dansClient } = await call(t, cleo, dan);
  await announce(one, callId, 'ben', THERE);
  await announce(dansClient, theirs, 'cleo', ELSEWHERE);
  const client = await relayed(t, ada);
  assert.equal(await client.permit(THERE), FORBIDDEN);
  assert.equal(await client.permit(ELSEWHERE), FORBIDDEN);
  assert.equal(await (await relayed(t, ben)).permit(THERE), 0);
  assert.equal(await (await relayed(t, cleo)).permit(ELSEWHERE), 0);
});

test('a description announces the addresses in it', async (t) => {
  const { callId, other } = await call(t, ada, ben);
  const client = await relayed(t, ada);
  const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n` +
    `c=IN IP4 0.0.0.0\r\na=ice-ufrag:aBcD\r\na=candidate:1 1 udp 2122260223 ${THERE} 50000 typ host\r\n`;
  const body = { type: 'offer', sdp };
  const said = await other.ask('signal', { callId, to: 'ada', kind: 'offer', body });
  assert.equal(said.ok, true, JSON.stringify(said));
  assert.equal(await client.permit(THERE), 0);
});

test('nothing passes any more when the call is over', async (t) => {
  // Two who were in no call before: credentials tell one second from the next.
  const { callId, one, other } = await call(t, eve, fay);
  const credential = await credentialOf(eve);
  const client = await relayed(t, eve);
  const peer = await peerAt(t, THERE);
  await announce(other, callId, 'eve', THERE);
  assert.equal(await client.permit(THERE), 0);
  client.send(peer.address, 'hello');
  await client.receive();

  assert.equal((await other.ask('end', { callId })).ok, true);
  const ended = Date.now();
  // A permission that is gone shows by silence alone, so it is asked for until then.
  await until(async () => (await client.permit(THERE)) !== 0, 'the permission outlives the call', SOON);
  t.diagnostic(`over after ${Date.now() - ended} ms`);
  assert.notEqual(await client.refresh(), 0);
  client.send(peer.address, 'still there?');

  const again = await turnClient(t, relay, credential);
  assert.equal((await again.allocate()).code, UNAUTHORIZED, 'the credential ended with the call');

  // The next call has a credential of its own.
  const next = await ring(t, one, other, 'fay');
  const fresh = await relayed(t, eve);
  assert.equal(await fresh.permit(THERE), FORBIDDEN, 'the next call knows nothing of the last one');
  await announce(other, next, 'eve', THERE);
  assert.equal(await fresh.permit(THERE), 0);
  fresh.send(peer.address, 'hello again');
  await fresh.receive();
  assert.deepEqual(peer.heard, ['hello', 'hello again'], 'nothing passed in between');
});

test('whoever leaves takes their permission with them, and who is alone reaches nobody', async (t) => {
  const { callId, one, other } = await call(t, ada, ben);
  const [adas, bens] = [await relayed(t, ada), await relayed(t, ben)];
  await announce(other, callId, 'ada', THERE);
  await announce(one, callId, 'ben', ELSEWHERE);
  assert.deepEqual([await adas.permit(THERE), await bens.permit(ELSEWHERE)], [0, 0]);
  assert.equal((await other.ask('leave', { callId })).ok, true);
  await until(async () => (await bens.permit(ELSEWHERE)) !== 0, 'whoever left still reaches the other', SOON);
  await until(async () => (await adas.permit(THERE)) !== 0, 'whoever left is still reached', SOON);
});
