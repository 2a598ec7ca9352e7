//! What must be refused: tables of it, grants that are none, and requests as no
//! well-behaved client sends them.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ACCESS_SECRET } from './tokens.js';
import { inTime } from './waiting.js';

/** @typedef {import('./people.js').Answer} Answer */
/** @typedef {import('./people.js').Person} Person */

/**
 * A question and what it is answered with.
 * @typedef {[what: string, status: number, code: string, ask: () => Promise<Answer>]} Row
 */

/**
 * Asks one after the other; whatever is answered, `standing` stays as it was.
 * @param {() => Promise<unknown>} standing
 * @param {Row[]} rows
 */
export async function refuses(standing, rows) {
  const before = await standing();
  for (const [what, status, code, ask] of rows) {
    const answer = await ask();
    const said = `${what}: ${JSON.stringify(answer.body).slice(0, 300)}`;
    assert.deepEqual([answer.status, answer.body.code], [status, code], said);
    assert.match(answer.type, /^application\/problem\+json/, said);
    assert.match(answer.body.detail, /\w/, said);
    assert.deepEqual(await standing(), before, what);
  }
}

/**
 * A grant as the house writes it; whoever knows its secret can.
 * @param {'upload' | 'watch'} purpose
 * @param {string} recording
 * @param {string} user
 * @param {{ expires?: number, secret?: string }} [options] `expires`: in seconds
 */
export function grantOf(purpose, recording, user, { expires = 3_600, secret = ACCESS_SECRET } = {}) {
  const words = [recording, user, 'number', Date.now() + expires * 1_000].join('\n');
  const text = `housecall ${purpose} grant\n${words}`;
  const signature = createHmac('sha256', secret).update(text).digest().subarray(0, 16);
  return [Buffer.from(words), signature].map((it) => it.toString('base64url')).join('.');
}

/**
 * Sends a request as it is, with nothing made right on the way.
 * @param {Person} who
 * @param {string} method
 * @param {string} path
 * @returns {Promise<Answer>}
 */
export async function raw(who, method, path) {
  const { hostname, port, host } = new URL(who.house.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${who.token}\r\n` +
      'Content-Length: 0\r\nConnection: close\r\n\r\n',
    'latin1',
  );
  /** @type {Buffer[]} */
  const parts = [];
  socket.on('data', (it) => parts.push(it));
  await inTime(once(socket, 'close'), `${method} ${path.slice(0, 80)} is not answered`);
  const [head, ...rest] = Buffer.concat(parts).toString().split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
  const type = /^content-type: (.*)$/im.exec(head)?.[1] ?? '';
  const text = rest.join('\r\n\r\n');
  // It may be in pieces, each with its size in front.
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  return { status, type, body: type.includes('json') ? JSON.parse(json) : text };
}

/** No recording has this id. */
export const NOBODY = '7f0c4be2-0000-4000-8000-000000000000';
