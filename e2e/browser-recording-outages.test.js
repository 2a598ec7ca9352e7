//! What was recorded is saved, whatever becomes of the server, the network and the
//! page in between.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  accessible, button, dialog, fitsAPhone, heading, phase, region,
} from './support/app.js';
import { openBrowser } from './support/browser.js';
import { startHouse } from './support/house.js';
import {
  allSaved, captured, completed, handedOver, inVisit, offAir, onAir, overRest, picture, record,
  secondsOn, stopRecording, tapes,
} from './support/recording.js';
import { until } from './support/waiting.js';

/** @typedef {import('playwright-core').Page} Page */

/** How far the length of a file may be from what was recorded, in seconds. */
const EXACT = 1;

/** How long a page goes on recording while nobody can tell it to stop, in seconds. */
const BLIND = 10;

const browser = await openBrowser({ after });

/** Waits until the browser's recorder runs in this page. */
async function records(/** @type {Page} */ page) {
  const runs = async () => (await tapes(page)).at(-1)?.stopped === null;
  await until(runs, 'the page does not record');
}

/** The newest recording is as long as all that this page's recorder handed over; that length. */
async function allIsThere(
  /** @type {import('node:test').TestContext} */ t,
  /** @type {import('./support/house.js').RunningHouse} */ house,
  /** @type {Page} */ page,
) {
  const recorded = (await handedOver(t, page)).reduce((sum, it) => sum + it, 0);
  const { duration } = await completed(await overRest(house, 'demo-amara'));
  assert.ok(Math.abs(duration - recorded) <= EXACT, `${duration} s are kept of ${recorded} s`);
  return duration;
}

test('a recording goes on over a server that is killed, and nothing of it is lost', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  await record([doctor, patient]);
  await captured(doctor, 4);

  // For a while the page goes on alone.
  await house.kill9();
  const killedAt = Date.now();
  await phase(doctor, 'reconnecting');
  await captured(doctor, 7);
  const [away] = await tapes(doctor);
  assert.ok(away.until > killedAt + 1_500, 'the page records on');
  await doctor.getByText(/still to be saved/).first().waitFor();
  await house.start();
  for (const page of [doctor, patient]) await phase(page, 'connected');
  await onAir(doctor, patient);
  await captured(doctor, 11);
  await records(doctor);

  // Longer than that it records nothing, as nobody could tell it to stop.
  await house.kill9();
  const killedAgainAt = Date.now();
  const stopped = async () => (await tapes(doctor)).at(-1)?.stopped;
  await until(stopped, 'the page records for ever', (BLIND + 10) * 1_000);
  const blind = (Number(await stopped()) - killedAgainAt) / 1_000;
  assert.ok(Math.abs(blind - BLIND) < 2, `the page recorded on for ${blind} s`);
  await house.start();
  for (const page of [doctor, patient]) await phase(page, 'connected');
  await records(doctor);
  await onAir(doctor, patient);
  const soFar = secondsOn(await tapes(doctor));
  await captured(doctor, soFar + 3);
  await stopRecording(doctor);
  await offAir(doctor, patient);
  await allSaved(doctor);
  const duration = await allIsThere(t, house, doctor);
  t.diagnostic(`${duration} s were kept, over ${(await tapes(doctor)).length} runs`);
});

test('a network that is gone for five seconds costs nothing', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  await record([doctor, patient]);
  await captured(doctor, 4);
  await doctor.context().setOffline(true);
  await captured(doctor, 9);
  await doctor.getByText(/still to be saved/).first().waitFor();
  const runs = (await tapes(doctor)).length;
  assert.equal(runs, 1, 'it records on');
  await doctor.context().setOffline(false);
  for (const page of [doctor, patient]) await phase(page, 'connected');
  await onAir(doctor, patient);
  await captured(doctor, 13);
  await doctor.getByText(/all saved/).first().waitFor();
  await stopRecording(doctor);
  await offAir(doctor, patient);
  await allSaved(doctor);
  const [first, ...more] = await tapes(doctor);
  // What was captured without a network is one run with what was before.
  assert.ok(first.until - first.began > 8_000, `${JSON.stringify([first, ...more])}`);
  await allIsThere(t, house, doctor);
});

test('whoever leaves at once is told what is still to be saved, until it is', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  let isSlow = true;
  await doctor.route('**/api/recordings/*/chunks/*', async (route) => {
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, 2_500));
    await route.continue();
  });
  await record([doctor, patient]);
  await captured(doctor, 12);
  await button(doctor, 'Leave the visit').click();
  await phase(doctor, 'ended');
  await offAir(patient);
  const bar = region(doctor, 'Saving the recording');
  await bar.getByText(/seconds still to be saved/).waitFor();
  await bar.getByRole('progressbar', { name: 'Saved' }).waitFor();
  await picture(doctor, 'saving');
  await accessible(doctor, 'a visit whose recording is being saved');
  await fitsAPhone(doctor, 'a visit whose recording is being saved');

  // The browser asks whether the page is really to be left.
  const asked = new Promise((resolve) => doctor.once('dialog', (it) => {
    resolve(it.type());
    void it.accept();
  }));
  await doctor.reload();
  assert.equal(await asked, 'beforeunload');
  await phase(doctor, 'unknown');
  await bar.getByText(/seconds? still to be saved/).waitFor();
  await doctor.getByRole('link', { name: 'Back to people' }).click();
  await heading(doctor, 'People').waitFor();
  await bar.waitFor();
  await picture(doctor, 'saving-dashboard');
  await button(doctor, 'Sign out').click();
  await dialog(doctor, 'A recording is still being saved').waitFor();
  await picture(doctor, 'sign-out');
  await accessible(doctor, 'the question whether to sign out');
  await button(doctor, 'Stay signed in').click();
  isSlow = false;
  await bar.getByText('The recording is saved.', { exact: true }).waitFor({ timeout: 45_000 });
  await allIsThere(t, house, doctor);
  await doctor.reload();
  await heading(doctor, 'People').waitFor();
  assert.equal(await bar.count(), 0);
});
