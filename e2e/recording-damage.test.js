//! One bit is turned round on the disk: nothing of what it touches is shown, it is
//! said and noted, and everything else still plays.

import assert from 'node:assert/strict';
import { truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { STORAGES, filesIn, flipBit, sealedFiles } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { Upload, downloaded, fetched, record, recorded } from './support/uploads.js';

/** How a sealed file is built: a header, then pieces with a tag each. */
const HEADER = 51;
const PIECE = 64 * 1024;
const SEALED_PIECE = PIECE + 16;

/** @typedef {import('./support/people.js').Person} Person */

/**
 * Asks for some bytes of a recording.
 * @param {Person} who
 * @param {string} recording
 * @param {number} first
 * @param {number} last
 */
function range(who, recording, first, last) {
  return fetched(who, `/api/recordings/${recording}/media`, { range: `bytes=${first}-${last}` });
}

/** How often it was noted that a recording is damaged. */
async function damages(/** @type {Person} */ who, /** @type {string} */ recording) {
  const { body } = await who.get(`/api/recordings/${recording}/accesses`);
  return body.accesses.filter((/** @type {any} */ it) => it.what === 'damaged').length;
}

for (const [where, open] of STORAGES) {
  test(`a bit turned round in a recording kept ${where}`, async (t) => {
    const storage = await open(t);
    const house = await startHouse(t, { env: storage.env });
    const ada = await house.person('ada', 'provider');
    const ben = await house.person('ben', 'patient');
    const mina = await house.person('mina', 'admin');
    t.after(() => [ada, ben].forEach((it) => it.disconnect()));
    const { visit: { recording }, view } = await recorded(ada, ben, { pieces: 4, pictureBytes: 80_000 });
    const plain = await downloaded(mina, recording);
    const [{ path, bytes: sealed }, ...others] = await sealedFiles(storage.folder(house.data));
    assert.deepEqual(others, []);
    const pieces = Math.ceil(plain.length / PIECE);
    assert.equal(sealed.length, HEADER + plain.length + pieces * 16);
    assert.ok(plain.length > 1.2 * 1024 * 1024, `${plain.length} bytes are read in one go`);
    assert.deepEqual([view.damaged, await damages(ada, recording)], [false, 0]);
    const end = plain.length - 1;
    const middle = Math.floor(pieces / 2);

    /** What of the file is damaged, where, and which piece cannot be read then; `null`: none can. */
    /** @type {[what: string, offset: number, piece: number | null][]} */
    const places = [
      ['the mark', 0, null],
      ['the version', 7, null],
      ['the size of a piece', 10, null],
      ['the salt', 12, null],
      ['the beginning of nonces', 50, null],
      ['the first byte', HEADER, 0],
      ['the tag of the first piece', HEADER + PIECE, 0],
      ['the middle', HEADER + middle * SEALED_PIECE + 1_234, middle],
      ['the last piece', HEADER + (pieces - 1) * SEALED_PIECE, pieces - 1],
      ['the last byte', sealed.length - 1, pieces - 1],
    ];
    for (const [what, offset, piece] of places) {
      await flipBit(path, offset);
      for (const at of [0, middle, pieces - 1]) {
        const [first, last] = [at * PIECE, Math.min(at * PIECE + 99, end)];
        const answer = await range(ada, recording, first, last);
        if (piece === null || piece === at) {
          assert.deepEqual([answer.status, answer.problem?.code], [500, 'recording_damaged'], what);
          assert.equal(await damages(ada, recording), 1, 'it is noted, once');
        } else {
          assert.equal(answer.status, 206, what);
          assert.ok(answer.bytes.equals(plain.subarray(first, last + 1)), what);
        }
      }
      const over = await range(ada, recording, 0, end).catch(() => undefined);
      // What was sent before the damage was found is as it should be, and not all.
      assert.notEqual(over?.status === 206 && over.bytes.length, plain.length, what);
      await flipBit(path, offset);
    }
    assert.equal((await ada.get(`/api/recordings/${recording}`)).body.damaged, true);
    assert.equal((await range(ben, recording, 0, 9)).status, 403, 'damage opens nothing');

    await truncate(path, sealed.length - 1);
    assert.equal((await range(ada, recording, end - 9, end)).problem?.code, 'recording_damaged');
    assert.equal((await range(ada, recording, 0, 9)).status, 206);
    await unlink(path);
    const watch = await ada.post(`/api/recordings/${recording}/watch`);
    assert.deepEqual([watch.status, watch.body.code], [500, 'recording_damaged']);
    await writeFile(path, sealed);
    assert.ok((await downloaded(mina, recording)).equals(plain), 'put back, it plays again');
  });

  test(`a bit turned round in what is to be kept ${where} and is not finished`, async (t) => {
    const storage = await open(t);
    const house = await startHouse(t, { env: storage.env });
    const ada = await house.person('ada', 'provider');
    const ben = await house.person('ben', 'patient');
    const mina = await house.person('mina', 'admin');
    t.after(() => [ada, ben].forEach((it) => it.disconnect()));
    const visit = await record(ada, ben);
    const upload = new Upload(ada, visit.recording);
    await upload.begin();
    await upload.goOn(4);
    await upload.close();
    await visit.end();
    const [log] = (await filesIn(join(house.data, 'spool'))).sort((one, other) => other.bytes.length - one.bytes.length);
    await flipBit(log.path, Math.floor(log.bytes.length / 2));

    // The house notices when it reads it again.
    await house.kill9();
    await house.start();
    for (const answer of [
      await ada.post(`${upload.path}/grants`),
      await upload.put(await upload.make()),
      await upload.finish(),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [500, 'recording_damaged']);
    }
    const seen = async () => (await mina.get(upload.path)).body;
    assert.deepEqual([(await seen()).status, (await seen()).damaged], ['uploading', true]);
    assert.equal(await damages(mina, visit.recording), 1, 'it is noted');
    assert.deepEqual(await sealedFiles(storage.folder(house.data)), []);

    // Mended, as from a copy, it is finished; damaged again meanwhile, it says so.
    await flipBit(log.path, Math.floor(log.bytes.length / 2));
    await upload.resume();
    await flipBit(log.path, Math.floor(log.bytes.length / 2));
    assert.equal((await upload.finish(upload.next)).status, 202);
    const failed = await upload.completed();
    assert.deepEqual([failed.status, failed.failure], ['failed', 'What was uploaded was damaged on the disk.']);
    assert.deepEqual(await sealedFiles(storage.folder(house.data)), []);
    const { code, err } = await house.run('audit', 'verify');
    assert.equal(code, 0, err);
  });
}
