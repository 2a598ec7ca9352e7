//! What is asked of a recording and cannot be had: each gets its code, and nothing
//! changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STORAGES } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { NOBODY, grantOf, raw, refuses } from './support/refusals.js';
import { downloaded, fetched, recorded } from './support/uploads.js';

/** @typedef {import('./support/people.js').Person} Person */
/** @typedef {import('./support/refusals.js').Row} Row */

/** What is no id, as it may stand in a path. */
const ODD_IDS = [
  '.',
  '..',
  '%2e%2e',
  '..%2f..%2fhousecall.db',
  '%2fetc%2fpasswd',
  '..%5c..',
  '%252e%252e%252f',
  '%00',
  '%ff',
  'a'.repeat(5_000),
];

for (const [where, open] of STORAGES) {
  test(`what is asked of a recording kept ${where} and cannot be had`, async (t) => {
    const { env } = await open(t);
    const house = await startHouse(t, { env });
    const ada = await house.person('ada', 'provider');
    const ben = await house.person('ben', 'patient');
    const dora = await house.person('dora', 'provider');
    const mina = await house.person('mina', 'admin');
    const { stranger } = house;
    t.after(() => [ada, ben].forEach((it) => it.disconnect()));
    const { visit, upload } = await recorded(ada, ben);
    const { visit: second } = await recorded(ada, ben);
    const { path } = upload;
    const file = await downloaded(mina, visit.recording);
    const size = file.length;
    const standing = async () => {
      const { body } = await mina.get(path);
      return [body.status, body.damaged, body.onHold, body.fileSize];
    };

    const json = (/** @type {object} */ it) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(it),
    });
    const hold = (/** @type {Person} */ who, /** @type {object} */ it = { reason: 'a complaint' }) =>
      who.request('PUT', `${path}/hold`, json(it));
    const destroy = (/** @type {Person} */ who, /** @type {object} */ it = {}) =>
      who.request('DELETE', path, json(it));
    await refuses(standing, [
      ['a patient watches', 403, 'forbidden', () => ben.post(`${path}/watch`)],
      ['a patient reads the media', 403, 'forbidden', () => ben.get(`${path}/media`)],
      ['a patient reads the picture', 403, 'forbidden', () => ben.get(`${path}/poster`)],
      ['a patient reads who watched', 403, 'forbidden', () => ben.get(`${path}/accesses`)],
      ...[ben, ada].flatMap((who) => /** @type {Row[]} */ ([
        [`${who.id} downloads`, 403, 'forbidden', () => who.get(`${path}/download`)],
        [`${who.id} holds`, 403, 'forbidden', () => hold(who)],
        [`${who.id} releases`, 403, 'forbidden', () => who.request('DELETE', `${path}/hold`)],
        [`${who.id} destroys`, 403, 'forbidden', () => destroy(who)],
      ])),
      ...['', '/media', '/poster', '/download', '/accesses'].flatMap((end) => /** @type {Row[]} */ ([
        [`somebody else asks for ${end}`, 404, 'not_found', () => dora.get(path + end)],
        [`nobody asks for ${end}`, 401, 'token_missing', () => stranger.get(path + end)],
        [`${end} of nothing`, 404, 'not_found', () => mina.get(`/api/recordings/${NOBODY}${end}`)],
      ])),
      ['a hold without a reason', 400, 'invalid_payload', () => hold(mina, {})],
      ['a hold with a blank reason', 400, 'invalid_payload', () => hold(mina, { reason: '  ' })],
      ['a hold with a long reason', 400, 'invalid_payload', () => hold(mina, { reason: 'r'.repeat(501) })],
      ['a long reason to destroy', 400, 'invalid_payload', () => destroy(mina, { reason: 'r'.repeat(501) })],
      ['the picture there is none of', 404, 'not_found', () => ada.get(`${path}/poster`)],
    ]);
    const { body: { accesses } } = await mina.get(`${path}/accesses`);
    const refused = accesses.filter((/** @type {any} */ it) => it.what === 'refused');
    assert.ok(refused.some((/** @type {any} */ it) => it.userId === 'ben'), 'it is noted who was refused');

    for (const [search, code] of [['limit=many', 'invalid_query'], ['limit=-1', 'invalid_query'],
      ['from=yesterday', 'invalid_payload'], ['to=2024-13-01', 'invalid_payload'], ['before=x', 'invalid_payload']]) {
      await refuses(standing, [[search, 400, code, () => mina.get(`/api/recordings?${search}`)]]);
    }
    for (const q of ["' OR 1=1 --", '%', '_', '\0', '"', 'x'.repeat(5_000)]) {
      const { status, body } = await dora.get(`/api/recordings?q=${encodeURIComponent(q)}`);
      assert.ok(status === 400 || body.recordings.length === 0, `${q.slice(0, 20)}: ${status}`);
    }

    const headers = { authorization: `Bearer ${ada.token}` };
    const granted = await fetch(`${house.url}${path}/watch`, { method: 'POST', headers });
    const cookie = granted.headers.get('set-cookie') ?? '';
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=Strict/i);
    assert.match(cookie, new RegExp(`Path=${path}/media`));
    const [mine] = cookie.split(';');
    const named = (/** @type {string} */ it) => `housecall_watch=${it}`;
    const forged = `${mine.slice(0, -1)}${mine.endsWith('A') ? 'B' : 'A'}`;
    const made = (/** @type {string} */ user, /** @type {object} */ options = {}) =>
      named(grantOf('watch', visit.recording, user, options));
    const media = (/** @type {string} */ it, at = path) =>
      stranger.request('GET', `${at}/media`, { headers: { cookie: it } });
    for (const it of [mine, made('ada')]) assert.equal((await media(it)).status, 200);
    await refuses(standing, [
      ["another recording's grant", 401, 'unauthorized', () => media(mine, `/api/recordings/${second.recording}`)],
      ['a forged grant', 401, 'unauthorized', () => media(forged)],
      ['a grant to upload', 401, 'unauthorized', () => media(named(upload.grant))],
      ['an expired grant', 401, 'grant_expired', () => media(made('ada', { expires: -1 }))],
      ['a grant of another secret', 401, 'unauthorized', () => media(made('ada', { secret: 'another' }))],
      ['a grant of somebody who may not', 403, 'forbidden', () => media(made('ben'))],
      ['a grant of somebody who may not even learn of it', 404, 'not_found', () => media(made('dora'))],
      ['an access token as a grant', 401, 'unauthorized', () => media(named(String(ada.token)))],
    ]);

    /** @type {[range: string, status: number, first?: number, last?: number][]} */
    const ranges = [
      ['bytes=0-0', 206, 0, 0],
      ['bytes=5-', 206, 5, size - 1],
      ['bytes=-5', 206, size - 5, size - 1],
      ['bytes=0-99999999999999999999999999', 206, 0, size - 1],
      ['bytes=-99999999999999999999999999', 206, 0, size - 1],
      [`bytes=${size - 1}-${size + 100}`, 206, size - 1, size - 1],
      ['bytes=65530-65545', 206, 65_530, 65_545],
      [`bytes=${size}-`, 416],
      ['bytes=99999999999999999999999999-', 416],
      ['bytes=-0', 416],
      ['bytes=0-1,5-6', 416],
      [`bytes=${Array.from({ length: 1_000 }, (_, at) => `${at}-${at}`).join(',')}`, 416],
      ['bytes=5-4', 200],
      ['bytes=-', 200],
      ['bytes=a-b', 200],
      ['bytes=1-2-3', 200],
      ['bytes=0x0-0x5', 200],
      ['lines=0-1', 200],
      ['bytes', 200],
    ];
    for (const [range, status, first = 0, last = size - 1] of ranges) {
      const answer = await fetched(ada, `${path}/media`, { range });
      const named = range.slice(0, 60);
      assert.equal(answer.status, status, named);
      if (status === 416) {
        assert.equal(answer.headers.get('content-range'), `bytes */${size}`, named);
        assert.match(answer.problem?.code, /\w/, named);
      } else {
        assert.ok(answer.bytes.equals(file.subarray(first, last + 1)), named);
        const expected = status === 206 ? `bytes ${first}-${last}/${size}` : null;
        assert.equal(answer.headers.get('content-range'), expected, named);
      }
    }
    const stale = await fetched(ada, `${path}/media`, { range: 'bytes=0-1', 'if-range': '"another"' });
    assert.equal(stale.status, 200, 'of another recording no ranges are wanted');

    for (const id of [...ODD_IDS, `${visit.recording}%00`, `${visit.recording}%0a`]) {
      for (const end of ['', '/media', '/download', '/poster', '/accesses']) {
        const answer = await raw(mina, 'GET', `/api/recordings/${id}${end}`);
        const said = `${id.slice(0, 40)}${end}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`;
        assert.ok([400, 404, 405].includes(answer.status), said);
        assert.match(answer.body.code, /^(not_found|invalid_payload|invalid_path|bad_request|method_not_allowed)$/, said);
      }
      for (const [method, end] of [['PUT', '/chunks/0?part=1&at=0&length=1'], ['POST', '/grants'], ['DELETE', '']]) {
        const answer = await raw(mina, method, `/api/recordings/${id}${end}`);
        assert.ok([400, 401, 404, 405, 415].includes(answer.status), `${method} ${id.slice(0, 40)}${end}: ${answer.status}`);
      }
    }
    for (const path of ['/api/recordings/\0/media', '/api/recordings/../../../../etc/passwd', '/api/../../../etc/passwd',
      `/api/recordings/${visit.recording}/media/../../../../housecall.db`]) {
      const answer = await raw(mina, 'GET', path);
      assert.ok([400, 404].includes(answer.status), `${JSON.stringify(path)}: ${answer.status}`);
    }
    assert.equal((await raw(ada, 'GET', `${path}/media`)).status, 200, 'what is right is answered that way too');
    assert.deepEqual(await standing(), ['completed', false, false, size]);
  });
}
