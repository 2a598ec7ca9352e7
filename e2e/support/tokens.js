//! Access tokens made by hand, good ones and bad ones.

import { createHmac } from 'node:crypto';

/** What every house in these tests signs its access tokens with. */
export const ACCESS_SECRET = 'the-houses-of-these-tests-share-this-0123456789';

/**
 * A JSON Web Token (RFC 7519).
 * @param {object} claims
 * @param {{ secret?: string, alg?: 'HS256' | 'HS384' | 'none' }} [options]
 */
export function jwt(claims, { secret = ACCESS_SECRET, alg = 'HS256' } = {}) {
  const text = [{ alg, typ: 'JWT' }, claims].map((it) => base64url(JSON.stringify(it))).join('.');
  if (alg === 'none') return `${text}.`;
  const digest = createHmac(alg.replace('HS', 'sha'), secret).update(text).digest();
  return `${text}.${base64url(digest)}`;
}

/**
 * An access token of an hour.
 * @param {string} sub
 * @param {string} role
 * @param {object} [more] claims to add or replace
 */
export function accessToken(sub, role, more = {}) {
  return jwt({ sub, role, name: nameOf(sub), type: 'access', exp: inSeconds(3_600), ...more });
}

/** What somebody with this id is called: `ada` is Ada. */
export function nameOf(/** @type {string} */ id) {
  return id[0].toUpperCase() + id.slice(1);
}

/** A moment as tokens write it. */
export function inSeconds(/** @type {number} */ seconds) {
  return Math.floor(Date.now() / 1_000) + seconds;
}

function base64url(/** @type {string | Buffer} */ bytes) {
  return Buffer.from(bytes).toString('base64url');
}
