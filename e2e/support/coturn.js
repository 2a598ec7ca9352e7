//! coturn: the relay many already have, and the tools it is tested with.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificate.js';
import { freePort } from './ports.js';
import { runProgram, startProgram } from './programs.js';

/** @typedef {{ after: (work: () => Promise<void>) => void }} Owner `node:test` or a test's context */
/** @typedef {{ secret: string } | { user: string, password: string }} Admission */
/** @typedef {{ host: string, port: number }} Address */

/**
 * A coturn of its own, gone when the test, or the file, is over.
 * @param {Owner} owner
 * @param {Admission & { host?: string, inside?: string[] }} options `inside` is what runs a
 *   program in a network namespace
 */
export async function startCoturn(owner, { host = '127.0.0.1', inside = [], ...admission }) {
  const folder = await mkdtemp(join(tmpdir(), 'housecall-coturn-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const { certificate, key } = await makeCertificate(folder, host);
  const addresses = host === '127.0.0.1' ? [host, '::1'] : [host];
  const settings = [
    ...addresses.flatMap((it) => [`listening-ip=${it}`, `relay-ip=${it}`]),
    `listening-port=${port}`,
    `tls-listening-port=${tlsPort}`,
    `cert=${certificate}`,
    `pkey=${key}`,
    'realm=clinic.example',
    ...admissionOf(admission),
    'allow-loopback-peers',
    'no-cli',
    'log-file=stdout',
    'simple-log',
    `userdb=${join(folder, 'users.db')}`,
    `pidfile=${join(folder, 'pid')}`,
  ];
  const file = join(folder, 'turnserver.conf');
  await writeFile(file, settings.map((it) => `${it}\n`).join(''));
  await startProgram(owner, [...inside, 'turnserver', '-c', file], /Total General servers/);
  owner.after(() => rm(folder, { recursive: true, force: true }));
  return { host, port, tlsPort, urls: turnUrls(host, port, tlsPort) };
}

/** A relay as `RTCIceServer` names it, over everything it is reached by. */
function turnUrls(/** @type {string} */ host, /** @type {number} */ port, /** @type {number} */ tlsPort) {
  return [
    `turn:${host}:${port}?transport=udp`,
    `turn:${host}:${port}?transport=tcp`,
    `turns:${host}:${tlsPort}?transport=tcp`,
  ].join(',');
}

/** @param {Admission} admission */
function admissionOf(admission) {
  if ('secret' in admission) return ['use-auth-secret', `static-auth-secret=${admission.secret}`];
  return ['lt-cred-mech', `user=${admission.user}:${admission.password}`];
}

/**
 * Something that sends back whatever it gets.
 * @param {Owner} owner
 * @param {string} [host]
 * @returns {Promise<Address>}
 */
export async function startPeer(owner, host = '127.0.0.1') {
  const port = await freePort();
  await startProgram(owner, ['turnutils_peer', '-v', '-L', host, '-p', String(port)], /_server_socket:\d+:end/);
  return { host, port };
}

/** @typedef {{ sent: number, received: number, lost: number }} Traffic */

/**
 * What coturn's load generator says about a relay.
 * @param {Address} at
 * @param {string[]} options of `turnutils_uclient`
 * @returns {Promise<Traffic>}
 */
export async function uclient({ host, port }, options) {
  const words = ['turnutils_uclient', ...options, '-p', String(port), host];
  const { out, code } = await runProgram(words);
  const figures = /: tot_send_msgs=(\d+), tot_recv_msgs=(\d+)\n/.exec(out);
  const lost = /Total lost packets (\d+)/.exec(out);
  if (figures === null || lost === null) {
    throw new Error(`${words.join(' ')} ended with ${code}: ${out.slice(-600)}`);
  }
  return { sent: Number(figures[1]), received: Number(figures[2]), lost: Number(lost[1]) };
}

/**
 * The address a server says it was asked from.
 * @param {Address} at
 * @returns {Promise<Address>}
 */
export async function stunclient({ host, port }) {
  const { out } = await runProgram(['turnutils_stunclient', '-p', String(port), host]);
  const seen = /UDP reflexive addr: (\S+):(\d+)/.exec(out);
  if (seen === null) throw new Error(`turnutils_stunclient said: ${out}`);
  return { host: seen[1], port: Number(seen[2]) };
}
