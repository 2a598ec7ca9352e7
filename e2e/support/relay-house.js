//! A house with a relay of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificate.js';
import { startHouse } from './house.js';
import { freePort } from './ports.js';

/** Everything on this machine, which no relay reaches unless it is told to. */
const THIS_MACHINE = '127.0.0.0/8,::1';

/**
 * Starts a house that relays over UDP, TCP and TLS, also to this machine.
 * @param {{ after: (work: () => Promise<void>) => void }} owner `node:test` or a test's context
 * @param {Parameters<typeof startHouse>[1] & { host?: string }} [options] `host` is where its
 *   relay listens
 */
export async function startRelayHouse(owner, { host = '127.0.0.1', env = {}, ...options } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'housecall-certificate-'));
  owner.after(() => rm(folder, { recursive: true, force: true }));
  const { certificate, key } = await makeCertificate(folder, host);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const house = await startHouse(owner, {
    ...options,
    env: {
      TURN_PORT: String(port),
      HOUSECALL_ICE__HOST: host,
      HOUSECALL_ICE__ALLOWED_PEERS: THIS_MACHINE,
      HOUSECALL_ICE__TLS_PORT: String(tlsPort),
      HOUSECALL_ICE__TLS_CERTIFICATE: certificate,
      HOUSECALL_ICE__TLS_KEY: key,
      ...env,
    },
  });
  return { house, relay: { host, port, tlsPort } };
}
