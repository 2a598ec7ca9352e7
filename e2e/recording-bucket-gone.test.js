//! The bucket is gone for half a minute: what is uploaded is taken all the time, what
//! is to be finished waits, and nobody has to do anything when it is back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { sealedFiles, startBucket } from './support/bucket.js';
import { startHouse } from './support/house.js';
import { Upload, downloaded, fetched, record, recorded } from './support/uploads.js';
import { blocksOf } from './support/webm.js';

/** How long the bucket is gone, in milliseconds. */
const GONE = 30_000;

/** How long it may take afterwards: the house tries again less and less often. */
const LATER = 60_000;

test('the bucket is gone while a recording is uploaded and another is to be finished', async (t) => {
  const bucket = await startBucket(t);
  const house = await startHouse(t, { env: bucket.env });
  const ada = await house.person('ada', 'provider');
  const ben = await house.person('ben', 'patient');
  const mina = await house.person('mina', 'admin');
  t.after(() => [ada, ben].forEach((it) => it.disconnect()));
  const before = await recorded(ada, ben);
  const watched = `/api/recordings/${before.visit.recording}`;
  const plain = await downloaded(mina, before.visit.recording);

  const first = await record(ada, ben);
  const whole = new Upload(ada, first.recording);
  await whole.begin();
  await whole.goOn(3);
  await whole.close();
  await first.end();
  const second = await record(ada, ben);
  const upload = new Upload(ada, second.recording);
  await upload.begin();
  await upload.goOn(2);

  await bucket.stop();
  const gone = Date.now();
  assert.equal((await whole.finish()).status, 202);
  /** @type {number[]} */
  const took = [];
  let finished = false;
  while (Date.now() - gone < GONE) {
    const piece = await upload.make();
    const start = performance.now();
    const { status, body } = await upload.put(piece);
    took.push(performance.now() - start);
    assert.deepEqual([status, body.next], [200, upload.made], JSON.stringify(body));
    if (!finished && took.length > 20) {
      finished = true;
      await assertCannotBeWatched();
      assert.equal((await ada.get(`${whole.path}`)).body.status, 'processing');
    }
    await pass(100);
  }
  t.diagnostic(`${took.length} pieces were taken meanwhile, the slowest in ${Math.max(...took).toFixed()} ms`);
  await upload.close();
  await second.stop();
  assert.equal((await upload.finish()).status, 202);
  assert.equal((await second.doctor.ask('media', { callId: second.callId, audio: false })).ok, true);

  await bucket.start();
  const back = Date.now();
  for (const it of [whole, upload]) {
    const view = await it.completed(LATER);
    assert.equal(view.status, 'completed', view.failure);
    const blocks = blocksOf(await downloaded(mina, it.recording));
    assert.ok(Buffer.concat(blocks).equals(Buffer.concat(it.blocks)), 'all of it is there');
  }
  t.diagnostic(`both were finished ${Date.now() - back} ms after it was back`);
  assert.ok((await downloaded(mina, before.visit.recording)).equals(plain));
  assert.equal((await sealedFiles(bucket.root)).length, 3, 'what was tried before is not left');

  async function assertCannotBeWatched() {
    const range = await fetched(ada, `${watched}/media`, { range: 'bytes=0-9' });
    assert.deepEqual([range.status, range.problem?.code], [503, 'unavailable']);
    for (const answer of [await ada.post(`${watched}/watch`), await mina.get(`${watched}/download`)]) {
      assert.deepEqual([answer.status, answer.body.code], [503, 'unavailable']);
    }
    assert.equal((await ada.get(watched)).body.damaged, false, 'gone is not damaged');
  }
});
