//! What is sent of a recording and cannot be right: each gets its code, and nothing
//! changes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STORAGES } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { NOBODY, grantOf, refuses } from './support/refusals.js';
import { Upload, WEBM, digestOf, downloaded, must, record } from './support/uploads.js';
import { blocksOf } from './support/webm.js';

/** @typedef {import('./support/people.js').Person} Person */
/** @typedef {import('./support/refusals.js').Row} Row */

const LIMITS = {
  HOUSECALL_RECORDINGS__CHUNK_BYTES: '100000',
  HOUSECALL_RECORDINGS__RECORDING_BYTES: '60000',
};

/** Small enough for these limits. */
const SMALL = { pictureBytes: 400 };

/** Where no chunk can be. */
const ODD_PLACES = [
  { part: '-1' },
  { part: '65536' },
  { part: 'x' },
  { part: '' },
  { at: '-1' },
  { at: '1.5' },
  { at: '18446744073709551616' },
  { length: '-1' },
  { length: 'NaN' },
  { length: '4294967296' },
];

for (const [where, open] of STORAGES) {
  test(`what is sent of a recording kept ${where} and cannot be right`, async (t) => {
    const { env } = await open(t);
    const house = await startHouse(t, { env: { ...env, ...LIMITS } });
    const ada = await house.person('ada', 'provider');
    const ben = await house.person('ben', 'patient');
    const cleo = await house.person('cleo', 'patient');
    const dora = await house.person('dora', 'provider');
    const emil = await house.person('emil', 'patient');
    const mina = await house.person('mina', 'admin');
    const { stranger } = house;
    t.after(() => [ada, ben, cleo, dora, emil].forEach((it) => it.disconnect()));

    const other = new Upload(dora, (await record(dora, emil)).recording, SMALL);
    await other.begin();
    const visit = await record(ada, ben, { invited: ['cleo'] });
    const { callId, doctor, patient } = visit;
    const upload = new Upload(ada, visit.recording, SMALL);
    const { path } = upload;
    const standing = async () => [(await upload.progress()).body, (await other.progress()).body];

    const part = (/** @type {Person} */ who, /** @type {unknown} */ body = { mediaType: WEBM }, at = path) =>
      who.post(`${at}/parts`, body);
    /** @type {Row[]} */
    const badParts = [
      ['a part by a patient in the call', 403, 'forbidden', () => part(ben)],
      ['a part by somebody who is not in the call', 404, 'not_found', () => part(emil)],
      ['a part by another provider', 404, 'not_found', () => part(dora)],
      ['a part without a token', 401, 'token_missing', () => part(stranger)],
      ['a part of no recording', 404, 'not_found', () => part(ada, undefined, `/api/recordings/${NOBODY}`)],
      ["a part of another call's recording", 404, 'not_found', () => part(ada, undefined, other.path)],
      ['a part of text', 415, 'unsupported_media_type', () => part(ada, { mediaType: 'text/html' })],
      ['a part of nothing', 415, 'unsupported_media_type', () => part(ada, { mediaType: '' })],
      ['a part of two lines', 415, 'unsupported_media_type', () => part(ada, { mediaType: 'video/webm\r\nx: y' })],
      ['a part of much', 415, 'unsupported_media_type', () => part(ada, { mediaType: `video/webm;codecs=${'x'.repeat(300)}` })],
      ['a part of a number', 400, 'invalid_payload', () => part(ada, { mediaType: 7 })],
      ['a part without a type', 400, 'invalid_payload', () => part(ada, {})],
    ];
    // Before the first part nothing is kept of it.
    await refuses(async () => (await ada.get(path)).status, badParts);
    await upload.begin();
    await upload.goOn(3);
    await refuses(standing, [
      ...badParts,
      ['a part in another container', 409, 'other_media_type', () => part(ada, { mediaType: 'video/mp4' })],
      ['a part by an administrator', 403, 'forbidden', () => part(mina)],
    ]);

    const grant = (/** @type {Person} */ who, at = path) => who.post(`${at}/grants`);
    await refuses(standing, [
      ['a grant for one of several patients', 403, 'forbidden', () => grant(ben)],
      ['a grant for an administrator', 403, 'forbidden', () => grant(mina)],
      ['a grant for somebody else', 404, 'not_found', () => grant(dora)],
      ['a grant without a token', 401, 'token_missing', () => grant(stranger)],
      ['a grant for no recording', 404, 'not_found', () => grant(ada, `/api/recordings/${NOBODY}`)],
      ['a grant for a long name', 404, 'not_found', () => grant(ada, `/api/recordings/${'a'.repeat(5_000)}`)],
    ]);

    const piece = await upload.make();
    const before = { ...piece, number: piece.number - 1 };
    const changed = Buffer.from(piece.bytes);
    changed[40] ^= 1;
    const put = (/** @type {object} */ change = {}, /** @type {object} */ options = {}) =>
      upload.put({ ...piece, ...change }, options);
    const forged = upload.grant.slice(0, -1) + (upload.grant.endsWith('A') ? 'B' : 'A');
    /** @type {Row[]} */
    const badGrants = [
      ['no grant', undefined],
      ['an empty grant', ''],
      ['an access token', ada.token],
      ['a forged grant', forged],
      ['a grant without a signature', upload.grant.split('.')[0]],
      ["another recording's grant", other.grant],
      ['a grant with another secret', grantOf('upload', visit.recording, 'ada', { secret: 'another' })],
      ['a grant to watch', grantOf('watch', visit.recording, 'ada')],
      ['a grant of nobody', grantOf('upload', visit.recording, 'nobody')],
    ].map(([what, it]) => [String(what), 401, 'unauthorized', () => bearing(it)]);
    function bearing(/** @type {string | undefined} */ it) {
      if (it !== undefined) return put({}, { grant: it });
      // Without one `put` takes its own.
      const headers = { 'content-digest': digestOf(piece.bytes) };
      const at = `${path}/chunks/${piece.number}?part=1&at=0&length=0`;
      return stranger.request('PUT', at, { body: piece.bytes, headers });
    }
    const expired = grantOf('upload', visit.recording, 'ada', { expires: -1 });
    await refuses(standing, [
      ...badGrants,
      ['an expired grant', 401, 'grant_expired', () => put({}, { grant: expired })],
      ['an expired grant to see how it stands', 401, 'grant_expired', () => upload.progress(expired)],
      ["another's way", 401, 'unauthorized', () => upload.progress(other.grant)],
    ]);
    const good = grantOf('upload', visit.recording, 'ada');
    assert.equal((await upload.progress(good)).status, 200, 'these grants are made as the house does');

    await refuses(standing, [
      ['a chunk too early', 409, 'chunk_out_of_order', () => put({ number: piece.number + 1 })],
      ['the last chunk there can be', 409, 'chunk_out_of_order', () => put({ number: 4_294_967_295 })],
      ['another chunk in its place', 409, 'chunk_differs', () => put(before)],
      ['a digest of something else', 400, 'digest_mismatch', () => put({ bytes: changed }, { digest: digestOf(piece.bytes) })],
      ['no digest', 400, 'invalid_payload', () => put({}, { digest: null })],
      ['a digest that is none', 400, 'invalid_payload', () => put({}, { digest: 'sha-256=:no:' })],
      ['a digest nobody asked for', 400, 'invalid_payload', () => put({}, { digest: 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:' })],
      ['a chunk larger than chunks are', 413, 'chunk_too_large', () => put({ bytes: Buffer.alloc(100_001) })],
      ['a chunk longer than the recording may be', 413, 'recording_too_large', () => put({ bytes: Buffer.alloc(60_000) })],
      ['a chunk of more time than chunks have', 400, 'invalid_payload', () => put({ length: 2_501 })],
      ['a chunk of the future', 403, 'outside_consent', () => put({ at: 3_600_000 })],
      ['a chunk of the end of time', 403, 'outside_consent', () => put({ at: '18446744073709551615' })],
      ['a chunk of another part', 400, 'invalid_payload', () => put({ part: 99 })],
      ['a chunk of no part', 400, 'invalid_payload', () => put({ part: 0 })],
    ]);
    for (const number of ['-1', '1.5', '0x1', '4294967296', 'one', '1e3', '%00', '3%00', '+']) {
      await refuses(standing, [[`chunk ${number}`, 400, 'invalid_payload', () => put({ number })]]);
    }
    for (const wrong of ODD_PLACES) {
      await refuses(standing, [[JSON.stringify(wrong), 400, 'invalid_query', () => put(wrong)]]);
    }
    const outOfOrder = await put({ number: piece.number + 7 });
    assert.equal(outOfOrder.body.next, piece.number, 'it says where to go on');
    assert.deepEqual((await put()).body, { next: piece.number + 1 });
    assert.deepEqual((await put()).body, { next: piece.number + 1 }, 'the same again is no other');
    await refuses(standing, [
      ['the same at another time', 409, 'chunk_differs', () => put({ at: piece.at + 1 })],
      ['the same with other bytes', 409, 'chunk_differs', () => put({ bytes: changed })],
    ]);
    await upload.resume();

    const finish = (/** @type {unknown} */ chunks) => upload.bearer().post(`${path}/finish`, { chunks });
    const picture = (/** @type {Buffer} */ body, type = 'image/jpeg', grant = upload.grant) =>
      upload.bearer(grant).request('PUT', `${path}/poster`, { headers: { 'content-type': type }, body });
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(600_000)]);
    const reason = { headers: { 'content-type': 'application/json' }, body: '{}' };
    await refuses(standing, [
      ['the end while it goes on', 409, 'on_air', () => finish(upload.made)],
      ['fewer than none', 400, 'invalid_payload', () => finish(-1)],
      ['half a chunk', 400, 'invalid_payload', () => finish(0.5)],
      ['a number in words', 400, 'invalid_payload', () => finish('all')],
      ['the end, with an access token', 401, 'unauthorized', () => ada.post(`${path}/finish`, { chunks: 4 })],
      ['a picture that is none', 415, 'unsupported_media_type', () => picture(Buffer.from('a cat'))],
      ['a picture of another kind', 415, 'unsupported_media_type', () => picture(jpeg.subarray(0, 100), 'image/png')],
      ['a picture that is too large', 413, 'chunk_too_large', () => picture(jpeg)],
      ['a picture without a grant', 401, 'unauthorized', () => picture(jpeg.subarray(0, 100), 'image/jpeg', '')],
      ['to watch what is not there yet', 409, 'not_ready', () => ada.post(`${path}/watch`)],
      ['to destroy what goes on', 409, 'on_air', () => mina.request('DELETE', path, reason)],
    ]);

    // Somebody comes who has not agreed: it pauses.
    const { client: newcomer } = await cleo.native();
    await must(newcomer, 'answer', { callId });
    const paused = await must(doctor, 'look', { callId });
    assert.equal(paused.result.recording.paused, true);
    const unheard = upload.blocks.length;
    const unseen = await upload.make();
    // The news of a pause takes a while: what began before may reach a second into it.
    const during = { ...unseen, at: Math.ceil(upload.elapsed) + 500 };
    const across = { ...unseen, at: Math.floor(upload.elapsed) - 800, length: 2_500 };
    await refuses(standing, [
      ['a part during a pause', 409, 'not_on_air', () => part(ada)],
      ['a chunk of the pause', 403, 'outside_consent', () => upload.put(during)],
      ['a chunk that reaches far into it', 403, 'outside_consent', () => upload.put(across)],
      ['the end during a pause', 409, 'on_air', () => finish(upload.made)],
    ]);
    await must(newcomer, 'consent', { callId, agreed: true });
    const resumed = await must(doctor, 'look', { callId });
    assert.equal(resumed.result.recording.paused, false);
    await refuses(standing, [
      ['a chunk of the pause when it is over', 403, 'outside_consent', () => upload.put(during)],
    ]);

    // It goes on in another part, and everything before is as it was.
    const again = new Upload(ada, visit.recording, SMALL);
    const opened = await again.begin();
    assert.deepEqual([opened.part, opened.next], [2, unseen.number]);
    const begin = (/** @type {string} */ bytes) =>
      again.put({ bytes: Buffer.from(bytes), at: 0, length: 0, part: 2, number: opened.next });
    await refuses(standing, [
      ['a page as the first chunk of a part', 415, 'unsupported_media_type', () => begin('<html>')],
      ['the other container', 415, 'unsupported_media_type', () => begin('\0\0\0\x18ftypmp42')],
      ['nothing as the first chunk', 415, 'unsupported_media_type', () => begin('')],
    ]);
    const first = await again.make();
    assert.equal((await again.put({ ...first, number: opened.next })).status, 200);
    await refuses(standing, [
      ['a chunk of the part before', 400, 'invalid_payload', () => again.put({ ...piece, number: opened.next + 1 })],
    ]);

    // Somebody agrees no longer: it stops.
    await must(patient, 'consent', { callId, agreed: false });
    const stopped = await must(doctor, 'look', { callId });
    assert.equal(stopped.result.recording, undefined);
    const late = { ...(await again.make()), at: Math.ceil(again.elapsed) + 500 };
    const count = opened.next + 1;
    await refuses(async () => (await upload.progress()).body.next, [
      ['a part after the end', 409, 'not_on_air', () => part(ada)],
      ['a chunk from after it', 403, 'outside_consent', () => again.put({ ...late, number: count })],
      ['fewer chunks than were announced', 409, 'chunks_missing', () => finish(count + 3)],
    ]);
    assert.equal((await finish(count + 3)).body.next, count);

    assert.equal((await finish(count)).status, 202);
    const view = await upload.completed();
    assert.equal(view.status, 'completed', view.failure);
    await refuses(async () => (await ada.get(path)).body, [
      ['a chunk of what is finished', 409, 'already_finished', () => put({ number: count })],
      ['a grant for what is finished', 409, 'already_finished', () => grant(ada)],
      ['a part of what is finished', 409, 'not_on_air', () => part(ada)],
      ['a picture of what is finished', 409, 'already_finished', () => picture(jpeg.subarray(0, 100))],
    ]);
    assert.equal((await finish(count)).status, 202, 'the end said twice is one end');
    assert.equal((await other.progress()).body.next, 0, "nothing came into the other's recording");

    const blocks = blocksOf(await downloaded(mina, visit.recording));
    const heard = [...upload.blocks.slice(0, unheard), ...again.blocks];
    const isOneOf = (/** @type {Buffer[]} */ them) => (/** @type {Buffer} */ it) => them.some((known) => known.equals(it));
    assert.ok(blocks.length > 0 && blocks.every(isOneOf(heard)));
    assert.ok(!blocks.some(isOneOf(upload.blocks.slice(unheard))), 'nothing of the pause is in it');
  });
}
