//! coturn's own tools, pointed at coturn and then at the relay of the house: what
//! they count for the one they have to count for the other.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startCoturn, startPeer, stunclient, uclient } from './support/coturn.js';
import { startRelayHouse } from './support/relay-house.js';

/** @typedef {import('./support/coturn.js').Address} Address */
/** @typedef {import('./support/coturn.js').Traffic} Traffic */

const SECRET = 'what-both-relays-sign-with-0123456789';
const WHO = ['-W', SECRET, '-u', 'ada'];
/** For people without a call, and as fast as the machine can. */
const env = {
  TURN_SECRET: SECRET,
  HOUSECALL_ICE__PEERS: 'public',
  HOUSECALL_ICE__KILOBITS_PER_ALLOCATION: '0',
  HOUSECALL_ICE__KILOBITS_PER_USER: '0',
};

const coturn = await startCoturn({ after }, { secret: SECRET });
const { house, relay } = await startRelayHouse({ after }, { env });
await house.person('ada', 'patient');
const peer = await startPeer({ after });
const toPeer = ['-e', peer.host, '-r', String(peer.port)];

/** Modes of the client: between its own relayed addresses, or to a peer. */
const MODES = {
  'channels over UDP': ['-y'],
  'indications over UDP': ['-y', '-s'],
  'channels over TCP': ['-y', '-t'],
  'indications over TCP': ['-y', '-t', '-s'],
  'channels over UDP to a peer': toPeer,
  'indications over UDP to a peer': ['-s', ...toPeer],
  'channels over TCP to a peer': ['-t', ...toPeer],
};

/** The same amount in every mode, all of them at once. */
async function inEveryMode(/** @type {Address} */ at) {
  const runs = Object.entries(MODES).map(async ([mode, options]) => {
    const traffic = await uclient(at, [...WHO, '-n', '100', '-m', '2', ...options]);
    return [mode, traffic];
  });
  return Object.fromEntries(await Promise.all(runs));
}

const lossless = (/** @type {Traffic} */ { sent, received, lost }) =>
  sent > 0 && sent === received && lost === 0;

test('in every mode all packets arrive, as through coturn', async () => {
  const theirs = await inEveryMode(coturn);
  const ours = await inEveryMode(relay);
  assert.ok(Object.values(theirs).every(lossless), JSON.stringify(theirs));
  assert.deepEqual(ours, theirs);
});

test('the fastest that coturn relays without loss we do too', async (t) => {
  const perClient = [1, 2, 5, 10];
  for (const pause of perClient) {
    const flood = [...WHO, '-y', '-c', '-m', '16', '-n', '600', '-l', '1000', '-z', String(pause)];
    if (!lossless(await uclient(coturn, flood))) continue;
    const ours = await uclient(relay, flood);
    t.diagnostic(`one packet of 1,000 bytes each ${pause} ms from 16 clients: ${JSON.stringify(ours)}`);
    if (lossless(ours)) return;
    // Was that the relay, or did the machine have something else to do?
    const theirs = await uclient(coturn, flood);
    assert.ok(!lossless(theirs), `we lost ${ours.lost} of ${ours.sent}, coturn none, twice`);
  }
  assert.fail('not even coturn relays on this machine without loss');
});

describe('beyond plain IPv4', { concurrency: true }, () => {
  test('over TLS all packets arrive, as through coturn', async () => {
    // The client takes a random version of TLS, which may be one that nobody
    // offers any more; then it says so and is asked again.
    const throughTls = async (/** @type {{ host: string, tlsPort: number }} */ { host, tlsPort }) => {
      const words = [...WHO, '-t', '-S', '-c', '-n', '50', ...toPeer];
      for (let times = 1; ; times += 1) {
        try {
          return await uclient({ host, port: tlsPort }, words);
        } catch (error) {
          if (times === 5) throw error;
        }
      }
    };
    const [theirs, ours] = await Promise.all([throughTls(coturn), throughTls(relay)]);
    assert.ok(lossless(theirs), JSON.stringify(theirs));
    assert.deepEqual(ours, theirs);
  });

  test('over IPv6 all packets arrive, as through coturn', async (t) => {
    const { house, relay } = await startRelayHouse(t, { host: '::1', env });
    await house.person('ada', 'patient');
    const options = [...WHO, '-y', '-x', '-n', '100', '-m', '2'];
    const [theirs, ours] = await Promise.all(
      [{ ...coturn, host: '::1' }, relay].map((it) => uclient(it, options)),
    );
    assert.ok(lossless(theirs), JSON.stringify(theirs));
    assert.deepEqual(ours, theirs);
  });
});

test('the STUN client sees the address it asks from', async () => {
  for (const at of [coturn, relay]) {
    const { host, port } = await stunclient(at);
    assert.equal(host, '127.0.0.1');
    assert.ok(port > 0);
  }
});
