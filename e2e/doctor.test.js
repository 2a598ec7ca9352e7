//! `housecall doctor` beside a server that runs, that does not, and that could not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCoturn } from './support/coturn.js';
import { startHouse } from './support/house.js';
import { startRelayHouse } from './support/relay-house.js';

/** @typedef {import('./support/house.js').RunningHouse} RunningHouse */
/** @typedef {{ name: string, verdict: 'ok' | 'warning' | 'problem', says: string, advice?: string }} Finding */

/** What the doctor finds, by its name, and with which code it ends. */
async function examine(/** @type {RunningHouse} */ house) {
  const { code, out } = await house.run('doctor', '--json');
  const findings = /** @type {Finding[]} */ (JSON.parse(out));
  return { code, of: (/** @type {string} */ name) => findings.find((it) => it.name === name), findings };
}

/** What of it must be mended. */
const problems = (/** @type {Finding[]} */ findings) =>
  findings.filter(({ verdict }) => verdict === 'problem').map(({ name }) => name);

test('a house that runs is asked for everything it offers', async (t) => {
  const { house, relay } = await startRelayHouse(t);
  const { code, of, findings } = await examine(house);
  assert.equal(code, 0, JSON.stringify(findings));
  assert.deepEqual(problems(findings), []);
  assert.match(of('server')?.says ?? '', /^Housecall answers at http:\/\/127\.0\.0\.1:\d+\.$/);
  assert.match(of('STUN')?.says ?? '', new RegExp(`^UDP 127\\.0\\.0\\.1:${relay.port} answers in `));
  for (const [name, at] of [
    ['TURN udp', `UDP 127.0.0.1:${relay.port}`],
    ['TURN tcp', `TCP 127.0.0.1:${relay.port}`],
    ['TURN tls', `TLS 127.0.0.1:${relay.tlsPort}`],
  ]) {
    const { verdict, says } = of(name) ?? {};
    assert.equal(verdict, 'ok', name);
    assert.ok(says?.startsWith(`${at} relays; a packet is there and back in `), says);
  }
  assert.match(of('outside')?.advice ?? '', /page \/check/);

  const { out } = await house.run('doctor');
  assert.match(out, /^ok +server +Housecall answers at /m);
  assert.match(out, /^No problem, \d+ warnings?\.$/m);
});

test('a house that does not run is said not to, and nothing is started', async (t) => {
  const { house, relay } = await startRelayHouse(t);
  await house.stop();
  for (let times = 0; times < 2; times += 1) {
    const { code, of, findings } = await examine(house);
    assert.equal(code, 0, JSON.stringify(findings));
    assert.equal(of('server')?.verdict, 'warning');
    assert.match(of('server')?.says ?? '', /^Housecall does not run at .*; the port is free\./);
    assert.match(of('database')?.says ?? '', /opens; its journal is intact/);
    assert.equal(of(`port ${relay.port} udp`)?.verdict, 'ok');
    assert.equal(of('TURN udp'), undefined);
  }
});

test('what keeps a house from working ends with 1 and says what to do', async (t) => {
  const house = await startHouse(t);
  await house.stop();
  const [{ port }, secret] = [new URL(house.url), join(house.data, 'turn.secret')];
  const stranger = createServer((_, answer) => answer.end('a web page'));
  t.after(() => stranger.close());
  stranger.listen(Number(port), '127.0.0.1');
  await once(stranger, 'listening');
  await chmod(secret, 0o644);

  const { code, of, findings } = await examine(house);
  assert.equal(code, 1);
  assert.deepEqual(problems(findings).sort(), ['server', 'turn secret']);
  assert.match(of('server')?.says ?? '', /^Something that is not Housecall has /);
  assert.match(of('server')?.advice ?? '', /^Stop it, or set server\.port \[PORT\]/);
  assert.match(of('turn secret')?.says ?? '', /^Others on this machine may read the secret /);
  const { out } = await house.run('doctor');
  assert.match(out, /^2 problems, /m);

  house.env.TURN_MIN_PORT = '200';
  house.env.TURN_MAX_PORT = '100';
  const unreadable = await examine(house);
  assert.equal(unreadable.code, 1);
  assert.match(unreadable.of('configuration')?.says ?? '', /ice\.min_port \[TURN_MIN_PORT\]/);
});

test('a relay of others is tried with the credentials clients get', async (t) => {
  const secret = 'what-both-relays-know-0123456789-0123456';
  const { host, port, tlsPort, urls } = await startCoturn(t, { secret });
  const env = { TURN_PORT: '0', WEBRTC_TURN_SERVERS: urls, TURN_SECRET: secret };
  const house = await startHouse(t, { env });
  const [udp, tcp] = ['udp', 'tcp'].map((it) => `turn:${host}:${port}?transport=${it}`);
  const tls = `turns:${host}:${tlsPort}?transport=tcp`;

  const same = await examine(house);
  for (const name of [udp, tcp]) assert.match(same.of(name)?.says ?? '', /relays; a packet is there and back in /);
  assert.deepEqual(problems(same.findings), [tls], 'nobody vouches for its certificate');
  assert.match(same.of(tls)?.says ?? '', /certificate/);

  house.env.TURN_SECRET = 'what-only-one-of-them-knows-0123456789-01';
  const other = await examine(house);
  assert.equal(other.code, 1);
  for (const name of [udp, tcp]) {
    assert.match(other.of(name)?.says ?? '', /is of no use: refused with 401/);
    assert.match(other.of(name)?.advice ?? '', /the secret \(TURN_SECRET\).* must be the same there and here/);
  }
});
