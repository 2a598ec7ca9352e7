//! Whoever finds the disk finds nothing: at no time does anything of a recording lie
//! there that can be read, nor the names of the people in it, but in the database.

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { STORAGES, filesIn, sealedFiles } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { Person } from './support/people.js';
import { accessToken } from './support/tokens.js';
import { MARK, Upload, downloaded, record } from './support/uploads.js';
import { until } from './support/waiting.js';

/** Long enough that nothing sealed holds them by chance. */
const NAMES = { ada: 'Adaline Quickensborough', ben: 'Benvolio Featherstonehaugh' };

/** A JPEG to look at, as far as anybody here does. */
const POSTER = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(`${MARK} `.repeat(100))]);

const isDatabase = (/** @type {string} */ path) => basename(path).startsWith('housecall.db');

/** What lies in the folders that nobody may read there. */
async function readable(/** @type {string[]} */ folders) {
  const found = [];
  for (const { path, bytes } of (await Promise.all(folders.map(filesIn))).flat()) {
    const secrets = isDatabase(path) ? [MARK] : [MARK, ...Object.values(NAMES)];
    found.push(...secrets.filter((it) => bytes.includes(it)).map((it) => `${path} holds ${it}`));
  }
  return found;
}

for (const [where, open] of STORAGES) {
  test(`nothing of a recording kept ${where} can be read on the disk`, async (t) => {
    const storage = await open(t);
    const house = await startHouse(t, { env: storage.env });
    const [ada, ben] = await Promise.all([
      somebody(house, 'ada', 'provider'),
      somebody(house, 'ben', 'patient'),
    ]);
    const mina = await house.person('mina', 'admin');
    t.after(() => [ada, ben].forEach((it) => it.disconnect()));
    const kept = storage.folder(house.data);
    const folders = [...new Set([house.data, kept])];
    const names = (await filesIn(house.data)).filter((it) => it.bytes.includes(NAMES.ada));
    assert.ok(names.some((it) => isDatabase(it.path)), 'whoever looks finds what is there');

    const visit = await record(ada, ben);
    const upload = new Upload(ada, visit.recording);
    await upload.begin();
    await upload.goOn(3);
    assert.deepEqual(await readable(folders), [], 'while it is uploaded');
    const poster = { headers: { 'content-type': 'image/jpeg' }, body: POSTER };
    const taken = await upload.bearer().request('PUT', `${upload.path}/poster`, poster);
    assert.equal(taken.status, 204, JSON.stringify(taken.body));
    await upload.close();
    assert.deepEqual(await readable(folders), [], 'with a picture');
    await visit.end();
    assert.deepEqual(await readable(folders), [], 'when it is uploaded');

    // Looked at again and again while the file is made.
    let isDone = false;
    const finishing = upload.finish().then(() => upload.completed()).finally(() => (isDone = true));
    while (!isDone) assert.deepEqual(await readable(folders), [], 'while it is finished');
    assert.equal((await finishing).status, 'completed');
    assert.deepEqual(await readable(folders), [], 'when it is finished');
    assert.equal((await sealedFiles(kept)).length, 2, 'the recording and its picture are kept');

    const file = await downloaded(mina, visit.recording);
    assert.ok(file.includes(MARK), 'whoever may reads it');
    assert.deepEqual(await readable(folders), [], 'when it was read');

    const path = `/api/recordings/${visit.recording}`;
    const json = { headers: { 'content-type': 'application/json' }, body: '{"reason":"asked for"}' };
    assert.equal((await mina.request('DELETE', path, json)).status, 204);
    const isGone = async () => (await sealedFiles(kept)).length === 0;
    await until(isGone, 'what was destroyed still lies there');
    assert.deepEqual(await readable(folders), [], 'when it is destroyed');
    const left = (await filesIn(house.data)).filter((it) => it.path.includes('/spool/'));
    assert.deepEqual(left.map((it) => it.path), [], 'nothing is left in the spool');
    assert.equal((await mina.get(`${path}/download`)).body.code, 'recording_destroyed');
  });
}

/**
 * @param {import('./support/house.js').RunningHouse} house
 * @param {'ada' | 'ben'} id
 * @param {string} role
 */
async function somebody(house, id, role) {
  const person = new Person(house, id, accessToken(id, role, { name: NAMES[id] }));
  await person.get('/api/me');
  return person;
}
