//! Calls that meet nobody, or somebody who is busy.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, LUKAS, ROSA, button, dialog, gone, heading, link, phase, region, signIn, signedIn, togetherWith,
} from './support/app.js';
import { openBrowser, openPage, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:test').TestContext} Test */

const browser = await openBrowser({ after });

/** A doctor and a patient in a visit, and a colleague who would call the doctor. */
async function busyDoctor(/** @type {Test} */ t) {
  const house = await startHouse(t, { demo: true });
  const [doctor, patient, colleague] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, ROSA),
    await signedIn(t, browser, house, LUKAS),
  ];
  await button(doctor, `Call ${ROSA}`).click();
  await button(patient, 'Answer').click();
  for (const page of [doctor, patient]) {
    await phase(page, 'connected');
    await seesAndHears(page);
  }
  await button(colleague, `Call ${AMARA}`).click();
  await dialog(colleague, `${AMARA} is in another visit`).waitFor();
  return { doctor, patient, colleague };
}

const banner = (/** @type {Page} */ page) => region(page, `${LUKAS} is calling`);

test('a call that nobody took is there at the next sign-in, and is called back', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  await button(doctor, `Call ${ROSA}`).click();
  await phase(doctor, 'ringing');
  await button(doctor, 'Cancel the call').click();
  await phase(doctor, 'ended');

  const patient = await signedIn(t, browser, house, ROSA);
  await region(patient, 'Missed calls').getByText(AMARA).waitFor();
  await button(patient, `Call back ${AMARA}`).click();
  await dialog(doctor, `${ROSA} is calling`).waitFor();
  await button(doctor, 'Answer').click();
  for (const page of [doctor, patient]) {
    await phase(page, 'connected');
    await seesAndHears(page);
  }
  await button(patient, 'Leave the visit').click();
  await patient.getByRole('link', { name: 'Back to people' }).click();
  await heading(patient, 'People').waitFor();
  assert.equal(await region(patient, 'Missed calls').count(), 0);
});

test('a missed call that was dismissed does not come back', async (t) => {
  const house = await startHouse(t, { demo: true, env: { HOUSECALL_CALLS__RING_SECONDS: '2' } });
  const [doctor, patient] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, ROSA),
  ];
  await button(doctor, `Call ${ROSA}`).click();
  await heading(doctor, `${ROSA} did not answer.`).waitFor();
  await button(patient, `Dismiss the missed call from ${AMARA}`).click();
  await gone(region(patient, 'Missed calls'));
  await patient.reload();
  await button(patient, `Call ${AMARA}`).waitFor();
  await patient.getByText('Online · Provider').waitFor();
  assert.equal(await region(patient, 'Missed calls').count(), 0);
});

test('a call during a visit waits at the edge of it, and is answered', async (t) => {
  const { doctor, patient, colleague } = await busyDoctor(t);
  await button(colleague, 'Let my call wait').click();
  await phase(colleague, 'ringing');
  await banner(doctor).getByRole('alert').getByText(`${LUKAS} is calling.`).waitFor();
  assert.equal(await dialog(doctor, `${LUKAS} is calling`).count(), 0, 'the visit is not covered');
  await button(doctor, 'Mute').click();
  await button(doctor, 'Let it wait').click();
  await banner(doctor).getByText(`${LUKAS} waits for an answer.`).waitFor();
  await button(doctor, 'Answer and leave this visit').click();
  await gone(region(patient, AMARA));
  await patient.getByText(`Waiting for ${AMARA}`).waitFor();
  for (const [page, other] of /** @type {[Page, string][]} */ ([[doctor, LUKAS], [colleague, AMARA]])) {
    await phase(page, 'connected');
    await togetherWith(page, other);
    await seesAndHears(page);
  }

  // Whoever was left alone for that is come back to.
  await button(doctor, 'Leave the visit').click();
  await phase(colleague, 'ended');
  await link(doctor, 'Back to people').click();
  await link(doctor, `Return to the visit with ${ROSA}`).click();
  await button(doctor, 'Join the visit').click();
  for (const [page, other] of /** @type {[Page, string][]} */ ([[doctor, ROSA], [patient, AMARA]])) {
    await phase(page, 'connected');
    await togetherWith(page, other);
    await seesAndHears(page);
  }
});

test('a call during a visit is declined, and the visit goes on', async (t) => {
  const { doctor, patient, colleague } = await busyDoctor(t);
  await button(colleague, 'Let my call wait').click();
  await banner(doctor).getByRole('button', { name: 'Decline' }).click();
  await gone(banner(doctor));
  await heading(colleague, `${AMARA} declined the call.`).waitFor();
  for (const page of [doctor, patient]) await phase(page, 'connected');
});

test('who does not want to wait for somebody busy rings nobody', async (t) => {
  const { doctor, colleague } = await busyDoctor(t);
  await button(colleague, 'Not now').click();
  await gone(dialog(colleague, `${AMARA} is in another visit`));
  await heading(colleague, 'People').waitFor();
  await button(doctor, 'Leave the visit').click();
  await phase(doctor, 'ended');
  assert.equal(await banner(doctor).count(), 0);
  await button(colleague, `Call ${AMARA}`).click();
  await dialog(doctor, `${LUKAS} is calling`).waitFor();
});

test('a call declined in one tab stops ringing in the other', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const one = await openPage(t, browser);
  const other = await one.context().newPage();
  for (const tab of [one, other]) await signIn(tab, house, ROSA);
  await button(doctor, `Call ${ROSA}`).click();
  for (const tab of [one, other]) await dialog(tab, `${AMARA} is calling`).waitFor();
  await button(other, 'Decline').click();
  for (const tab of [one, other]) await gone(dialog(tab, `${AMARA} is calling`));
  await heading(doctor, `${ROSA} declined the call.`).waitFor();
  for (const tab of [one, other]) {
    await heading(tab, 'People').waitFor();
    assert.equal(await region(tab, 'Missed calls').count(), 0, 'who declined has missed nothing');
  }
});

test('people see who is in a visit and who is free again', async (t) => {
  const { doctor, patient, colleague } = await busyDoctor(t);
  await button(colleague, 'Not now').click();
  const row = (/** @type {string} */ name) =>
    colleague.getByRole('listitem').filter({ has: button(colleague, `Call ${name}`) });
  for (const name of [AMARA, ROSA]) await row(name).getByText(/^In a visit/).waitFor();
  await button(patient, 'Leave the visit').click();
  for (const name of [AMARA, ROSA]) await row(name).getByText(/^Online/).waitFor();
  await doctor.close();
  await row(AMARA).getByText(/^Offline/).waitFor();
});
