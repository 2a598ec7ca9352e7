//! No room on the disk for recordings: that is said, calls go on, nothing is torn, and
//! when there is room again the upload goes on where it was.

import assert from 'node:assert/strict';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { STORAGES } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { WITHOUT_NETWORKS } from './support/netns.js';
import { mustRun } from './support/programs.js';
import { Upload, downloaded, record } from './support/uploads.js';
import { blocksOf } from './support/webm.js';

/** Who may lay networks may mount disks as well. */
const skip = WITHOUT_NETWORKS && 'this machine lets nobody mount a disk';

const MEBIBYTE = 1024 * 1024;

/** How large the disk is. */
const SIZE = 8 * MEBIBYTE;

/** What keeps a piece from being taken in: the disk itself, or the room that is to stay free. */
/** @type {[what: string, freeBytes: number][]} */
const REASONS = [
  ['the disk is full', 0],
  ['too little would stay free', MEBIBYTE],
];

/** How long the house may take to fail for want of room, in milliseconds. */
const FAILS = 2_000;

/**
 * Finishing takes room as well. Without, what was uploaded stays and is tried again.
 * @param {Upload} upload
 * @param {string} disk
 */
async function assertFinishingWaits(upload, disk) {
  const { bavail, bsize } = await statfs(disk);
  const filler = join(disk, 'filler');
  await writeFile(filler, Buffer.alloc(bavail * bsize - 100_000));
  assert.equal((await upload.finish()).status, 202);
  await pass(FAILS);
  assert.equal((await upload.recorder.get(upload.path)).body.status, 'processing');
  await rm(filler);
}

for (const [where, open] of STORAGES) {
  for (const [what, freeBytes] of REASONS) {
    test(`${what} for a recording to be kept ${where}`, { skip }, async (t) => {
      const { env } = await open(t);
      /** @type {string | undefined} */
      let disk;
      const unmount = async () => void (disk && (await mustRun(['umount', '--lazy', disk])));
      const owner = { after: (/** @type {() => Promise<void>} */ work) => t.after(() => unmount().then(work)) };
      const free = { HOUSECALL_RECORDINGS__FREE_BYTES: String(freeBytes) };
      const house = await startHouse(owner, { env: { ...env, ...free } });
      await house.stop();
      const folder = join(house.data, 'spool');
      await mkdir(folder, { recursive: true });
      await mustRun(['mount', '-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
      disk = folder;
      await house.start();

      const ada = await house.person('ada', 'provider');
      const ben = await house.person('ben', 'patient');
      const mina = await house.person('mina', 'admin');
      t.after(() => [ada, ben].forEach((it) => it.disconnect()));
      const visit = await record(ada, ben);
      const upload = new Upload(ada, visit.recording, { pictureBytes: 40_000 });
      await upload.begin();
      await upload.goOn(2);

      // Room for one piece and a half.
      const { bavail, bsize } = await statfs(disk);
      const filler = join(disk, 'filler');
      await writeFile(filler, Buffer.alloc(bavail * bsize - freeBytes - 300_000));
      await upload.goOn(1);
      const piece = await upload.make();
      for (let again = 0; again < 3; again += 1) {
        const { status, body } = await upload.put(piece);
        assert.deepEqual([status, body.code], [507, 'storage_full'], JSON.stringify(body));
        const { body: progress } = await upload.progress();
        assert.deepEqual([progress.next, progress.status], [piece.number, 'recording']);
      }

      const { doctor, patient, callId } = visit;
      await patient.heard();
      assert.equal((await doctor.ask('media', { callId, audio: false })).ok, true);
      const told = await patient.once('event');
      assert.equal(told.event.type, 'mediaChanged', 'the call goes on');

      // Killed on a full disk, it starts on one.
      await house.kill9();
      await house.start();
      const { status, body } = await upload.put(piece);
      assert.deepEqual([status, body.code], [507, 'storage_full']);

      await rm(filler);
      const taken = await upload.put(piece);
      assert.deepEqual([taken.status, taken.body.next], [200, piece.number + 1]);
      await upload.goOn(3);
      await upload.close();
      await visit.stop();
      if (freeBytes === 0) await assertFinishingWaits(upload, disk);
      else assert.equal((await upload.finish()).status, 202);
      const view = await upload.completed();
      assert.equal(view.status, 'completed', view.failure);
      const blocks = blocksOf(await downloaded(mina, visit.recording));
      assert.ok(Buffer.concat(blocks).equals(Buffer.concat(upload.blocks)), 'nothing is torn');
    });
  }
}
