//! Somebody comes to a meeting that is recorded, and has not agreed.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, ROSA, THEO, button, comeIn, gone, inMeeting, news, phase, region, signedIn, toMeeting,
  togetherWith,
} from './support/app.js';
import { openBrowser, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';
import {
  agree, allSaved, appears, captured, completed, good, handedOver, indicator, offAir, onAir, overRest,
  picture, question, record, stopRecording, tapes, watchTapes,
} from './support/recording.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:test').TestContext} Test */

/** How far the length of a file may be from what was recorded, in seconds. */
const EXACT = 1;

const PAUSED = `Recording paused until ${THEO} agrees.`;

/** In a page: that stands at its top. */
const IS_PAUSED = `document.querySelector('[data-stage] header strong')?.textContent === '${PAUSED}'`;

/** In a page: there is a picture of the newcomer. */
const IS_SEEN = 'document.querySelector("video[data-remote=demo-theo]")?.videoWidth > 0';

const browser = await openBrowser({ after });

/** A host and a patient in a meeting that is recorded, and somebody before its door. */
async function recordedMeeting(/** @type {Test} */ t, /** @type {'pause' | 'wait'} */ newcomers) {
  const house = await startHouse(t, { demo: true });
  const [host, patient] = await inMeeting(t, browser, house, [AMARA, ROSA], { camera: true });
  await watchTapes(host);
  await host.reload();
  await phase(host, 'connected');
  await togetherWith(host, ROSA);
  await record([host, patient], { newcomers });
  await captured(host, 4);
  const late = await signedIn(t, browser, house, THEO);
  await toMeeting(late, 'Round');
  return { house, host, patient, late };
}

/** A file is as long as all that was recorded for it. */
function isAsLong(/** @type {number} */ duration, /** @type {number[]} */ runs) {
  const recorded = runs.reduce((sum, it) => sum + it, 0);
  assert.ok(Math.abs(duration - recorded) <= EXACT, `${duration} s, not ${recorded} s`);
}

test('a recording pauses before a newcomer is seen, and goes on when they agree', async (t) => {
  const { house, host, patient, late } = await recordedMeeting(t, 'pause');
  const seen = [];
  for (const page of [host, patient]) {
    const paused = await appears(page, IS_PAUSED);
    seen.push({ paused, picture: await appears(page, IS_SEEN) });
  }
  await comeIn(late);
  await phase(late, 'connected');
  await question(late).waitFor();
  for (const it of seen) {
    const [paused, pictured] = [await it.paused(), await it.picture()];
    t.diagnostic(`it was paused ${pictured - paused} ms before the newcomer was seen`);
    assert.ok(paused < pictured, `it was paused ${paused - pictured} ms after the newcomer was seen`);
  }
  const [first, ...none] = await tapes(host);
  assert.deepEqual(none, []);
  const pictured = await seen[0].picture();
  assert.ok(first.stopped !== null && first.stopped < pictured, 'the browser records the newcomer');
  await picture(host, 'paused');
  await picture(late, 'newcomer');
  await good(host, 'a recording that is paused');
  await good(late, 'the question to a newcomer');
  await seesAndHears(late);

  await agree(late);
  await onAir(host, patient, late);
  await news(patient, 'The recording goes on.').waitFor();
  await captured(host, 10);
  // Whoever has agreed may leave: it goes on.
  await button(late, 'Leave the visit').click();
  await gone(region(host, THEO));
  await indicator(host).waitFor();
  await stopRecording(host);
  await offAir(host, patient);
  await allSaved(host);
  assert.equal((await tapes(host)).length, 2);
  const amara = await overRest(house, 'demo-amara');
  const { id, duration, people } = await completed(amara);
  const lengths = await handedOver(t, host);
  isAsLong(duration, lengths);
  assert.ok(people.some((/** @type {any} */ it) => it.name === THEO));
  const { chapters, consents } = (await amara.get(`/api/recordings/${id}`)).body;
  const resumed = chapters.find((/** @type {any} */ it) => it.kind === 'resumed');
  const [place] = lengths;
  const off = Math.abs(resumed.seconds - place);
  assert.ok(off <= EXACT, `it goes on at ${resumed.seconds} s, not at ${place} s`);
  assert.ok(consents.some((/** @type {any} */ it) => it.name === THEO && it.what === 'agreed'));
});

test('a newcomer waits at the door of a recording, and comes in when they agree', async (t) => {
  const { house, host, patient, late } = await recordedMeeting(t, 'wait');
  await comeIn(late);
  await phase(late, 'waiting');
  await question(late).getByText(/you stay at the door/).waitFor();
  await picture(late, 'door');
  await good(late, 'the question at the door');
  assert.equal(await region(host, THEO).count(), 0);
  for (const page of [host, patient]) assert.ok(await indicator(page).isVisible(), 'it is not paused');
  await captured(host, 8);
  await agree(late);
  await phase(late, 'connected');
  await togetherWith(host, THEO);
  await onAir(host, patient, late);
  await captured(host, 12);
  await stopRecording(host);
  await offAir(host, patient, late);
  await allSaved(host);
  assert.equal((await tapes(host)).length, 1, 'it was never paused');
  const { duration } = await completed(await overRest(house, 'demo-amara'));
  isAsLong(duration, await handedOver(t, host));
});
