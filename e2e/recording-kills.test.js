//! The server may die at any moment of a recording: what it acknowledged is there
//! when it comes back, the recorder goes on by itself, and in the end everything
//! is in the file, in order and once.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { STORAGES } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { mustRun } from './support/programs.js';
import { SEED, chance } from './support/random.js';
import { Upload, downloaded, record } from './support/uploads.js';
import { until } from './support/waiting.js';
import { blocksOf } from './support/webm.js';

/** How often the server is killed while it takes a recording in. */
const KILLS = Number(process.env.HOUSECALL_KILLS ?? 100);

/** And how often while it makes a file of it, which it may have done before. */
const KILLS_WHILE_FINISHING = 5;

/** The page is loaded anew after so many kills, which begins another part. */
const RELOADED = 30;

/** The kill comes so many milliseconds after a piece set out, at most. */
const LATEST = 120;

/** A piece of sound and picture: short, so that there is always one on its way. */
const SHORT = 20;

/** Records and sends by itself, whatever happens to the house. */
class Recorder {
  #isOver = false;
  #isReloaded = false;
  #work;

  constructor(/** @type {Upload} */ upload) {
    this.upload = upload;
    this.#work = this.#send();
    // Whoever waits for it is told; until then it is no accident.
    this.#work.catch(() => {});
  }

  async #send() {
    while (!this.#isOver) {
      if (this.#isReloaded) {
        await this.upload.close();
        await this.upload.begin();
        this.#isReloaded = false;
      }
      await this.upload.goOn(1, SHORT);
    }
    await this.upload.close();
  }

  /**
   * Waits for something, unless recording fails.
   * @param {() => boolean} isSo
   * @param {string} sentence what did not happen
   */
  async until(isSo, sentence) {
    await Promise.race([until(isSo, sentence), this.#work]);
  }

  /** Another page goes on. */
  async reload() {
    this.#isReloaded = true;
    await this.until(() => !this.#isReloaded, 'no other part begins');
  }

  /** Sends what is left. */
  async stop() {
    this.#isOver = true;
    await this.#work;
  }
}

for (const [where, open] of STORAGES) {
  test(`killed ${KILLS} times, a recording kept ${where} loses nothing`, async (t) => {
    t.diagnostic(`SEED=${SEED}`);
    const { env } = await open(t);
    const house = await startHouse(t, { env });
    const random = chance(SEED);
    const ada = await house.person('ada', 'provider');
    const ben = await house.person('ben', 'patient');
    const mina = await house.person('mina', 'admin');
    t.after(() => [ada, ben].forEach((it) => it.disconnect()));
    const visit = await record(ada, ben);
    const upload = new Upload(ada, visit.recording, { seed: SEED, pictureBytes: 150_000 });
    await upload.begin();

    const recorder = new Recorder(upload);
    const start = Date.now();
    let inTheMiddle = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await recorder.until(() => upload.sending > 0, 'nothing is sent');
      await pass(random(LATEST));
      inTheMiddle += upload.sending;
      await house.kill9();
      const before = upload.next;
      await house.start();
      await recorder.until(() => upload.next > before, 'the upload does not go on');
      if (kill % RELOADED === 0) await recorder.reload();
    }
    await recorder.stop();
    t.diagnostic(
      `${KILLS} kills in ${Date.now() - start} ms, ${inTheMiddle} of them with a piece on its way; ` +
        `${upload.made} pieces in ${upload.part} parts`,
    );
    assert.ok(inTheMiddle > 0, 'no kill met a piece on its way');
    const { body } = await upload.progress();
    assert.deepEqual([body.next, body.status, body.parts.length], [upload.made, 'recording', upload.part]);

    await visit.stop();
    assert.equal((await upload.finish()).status, 202);
    for (let kill = 0; kill < KILLS_WHILE_FINISHING; kill += 1) {
      await pass(random(LATEST));
      await house.kill9();
      await house.start();
    }
    const view = await upload.completed();
    assert.equal(view.status, 'completed', view.failure);

    const file = await downloaded(mina, visit.recording);
    assert.equal(file.length, view.fileSize);
    assertSame(blocksOf(file), upload.blocks);
    await assertPlays(join(house.data, 'downloaded.webm'), file, upload.blocks.length);
    const { code, err } = await house.run('audit', 'verify');
    assert.equal(code, 0, err);
  });
}

/**
 * Byte for byte; said so that a difference can be read.
 * @param {Buffer[]} found
 * @param {Buffer[]} expected
 */
function assertSame(found, expected) {
  const differs = expected.findIndex((it, at) => found[at] === undefined || !it.equals(found[at]));
  const start = (/** @type {Buffer | undefined} */ it) => it?.subarray(0, 60).toString();
  assert.equal(differs, -1, `block ${differs} is ${start(found[differs])}, not ${start(expected[differs])}`);
  assert.equal(found.length, expected.length);
}

/** Somebody else's reader finds the same. */
async function assertPlays(/** @type {string} */ path, /** @type {Buffer} */ file, /** @type {number} */ blocks) {
  await writeFile(path, file);
  const words = ['-v', 'quiet', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', path];
  const counted = (await mustRun(['ffprobe', ...words])).split('\n').map(Number);
  assert.equal(counted.reduce((sum, it) => sum + it), blocks);
}
