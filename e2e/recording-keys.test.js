//! The master key: without the right one the house does not start, and a new one
//! takes the place of the old without touching what is kept.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { STORAGES, sealedFiles } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { downloaded, recorded } from './support/uploads.js';

const newKey = () => randomBytes(32).toString('base64');

/** What `serve` says when it does not start: one sentence that names what to set. */
async function refused(/** @type {import('./support/house.js').RunningHouse} */ house) {
  const { code, out, err } = await house.run('serve');
  assert.notEqual(code, 0, out);
  assert.match(err, /^[^\n]*(RECORDING_MASTER_KEY|recordings\.master_key)[^\n]*\n$/);
  return err;
}

for (const [where, open] of STORAGES) {
  test(`the master key of recordings kept ${where} is changed`, async (t) => {
    const storage = await open(t);
    const first = newKey();
    const house = await startHouse(t, { env: { ...storage.env, RECORDING_MASTER_KEY: first } });
    const ada = await house.person('ada', 'provider');
    const ben = await house.person('ben', 'patient');
    const mina = await house.person('mina', 'admin');
    const { visit: { recording } } = await recorded(ada, ben);
    const plain = await downloaded(mina, recording);
    const [{ path, bytes: sealed }] = await sealedFiles(storage.folder(house.data));
    assert.equal((await house.stop()).code, 0);

    const second = newKey();
    house.env.RECORDING_MASTER_KEY = second;
    assert.match(await refused(house), /only the master key [0-9a-f]{16} opens/);
    for (const bad of ['c2hvcnQ=', 'this is no base64!', `${second}AAAA`]) {
      house.env.RECORDING_MASTER_KEY = bad;
      const said = await refused(house);
      assert.ok(!said.includes(bad), `a key is not told: ${said}`);
    }

    house.env.RECORDING_MASTER_KEY = second;
    house.env.HOUSECALL_RECORDINGS__PREVIOUS_MASTER_KEYS = `${newKey()},${first}`;
    await house.start();
    assert.ok((await downloaded(mina, recording)).equals(plain));
    assert.ok((await readFile(path)).equals(sealed), 'what is kept is not touched');
    await house.kill9();

    // From now on the old key opens nothing, and nobody needs it.
    delete house.env.HOUSECALL_RECORDINGS__PREVIOUS_MASTER_KEYS;
    await house.start();
    assert.ok((await downloaded(mina, recording)).equals(plain));
    await house.stop();
    house.env.RECORDING_MASTER_KEY = first;
    await refused(house);

    house.env.RECORDING_MASTER_KEY = second;
    await house.start();
    assert.ok((await downloaded(mina, recording)).equals(plain));
    const { code, err } = await house.run('audit', 'verify');
    assert.equal(code, 0, err);
  });
}
