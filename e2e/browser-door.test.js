//! The door of a visit, from both sides: who waits, who is let in, and who is
//! kept out.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, LUKAS, ROSA, THEO, button, comeIn, dialog, field, gone, guestAt, guestLink, heading,
  inMeeting, link, message, news, openPanel, openVisit, phase, region, signIn, signedIn, toMeeting,
  togetherWith, waitAtVisit, write,
} from './support/app.js';
import { openBrowser, openPage, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';

const INES = 'Ines Moreau';
const JOEL = 'Joel Baptiste';
const REMOVED = 'The host removed you from this visit. Only a host can let you back in.';
const STAYS_OUT = 'A host has removed you. You can come back when a host lets you in again.';
const TURNED_AWAY = 'The host did not let you in. You can come to the door again.';

const browser = await openBrowser({ after });

/** @typedef {import('playwright-core').Page} Page */

/** A host writes to somebody at the door, who reads it there and is not in. */
async function stillWaits(
  /** @type {Page} */ host,
  /** @type {Page} */ page,
  /** @type {string} */ name,
  /** @type {string} */ text,
) {
  await button(host, `Message ${name}`).click();
  await field(host, `Message to ${name}`).fill(text);
  await button(host, `Send to ${name}`).click();
  await page.getByRole('log', { name: 'Messages from the host' }).getByText(text).waitFor();
  await phase(page, 'waiting');
}

test('of those who wait one is let in, one is turned away, and then everybody comes', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const address = await guestLink(doctor, `Guest links for the visit with ${ROSA}`, { reusable: true });
  const patient = await signedIn(t, browser, house, ROSA);
  await waitAtVisit(patient, AMARA);
  const ines = await guestAt(t, browser, address, INES);
  await comeIn(ines);
  await phase(ines, 'waiting');

  // The doctor is there, and still nobody is in.
  await openVisit(doctor, ROSA);
  await stillWaits(doctor, patient, ROSA, 'Good morning, I am here now.');
  await stillWaits(doctor, ines, INES, 'You are next.');
  await doctor.getByText('Nobody else is in yet.').waitFor();

  await button(doctor, `Admit ${INES}`).click();
  await phase(ines, 'connected');
  for (const page of [doctor, ines]) await seesAndHears(page);
  await stillWaits(doctor, patient, ROSA, 'One moment more.');
  assert.equal(await region(ines, ROSA).count(), 0, 'who waits is not in the room');

  await button(doctor, `Turn away ${ROSA}`).click();
  await field(doctor, 'Reason').fill('We are still talking.');
  await button(doctor, `Yes, turn away ${ROSA}`).click();
  await phase(patient, 'away');
  await patient.getByText(TURNED_AWAY).waitFor();
  await patient.getByText('The reason: We are still talking.', { exact: true }).waitFor();
  await gone(region(doctor, 'Waiting room'));
  await button(patient, 'Come to the door again').click();
  await phase(patient, 'waiting');

  const joel = await guestAt(t, browser, address, JOEL);
  await comeIn(joel, { camera: false });
  await phase(joel, 'waiting');
  await button(doctor, 'Admit everybody').click();
  for (const [page, name] of /** @type {[Page, string][]} */ ([[patient, ROSA], [joel, JOEL]])) {
    await phase(page, 'connected');
    await togetherWith(doctor, name);
    await togetherWith(page, AMARA);
    await seesAndHears(page);
  }
});

test('whoever waits and loses interest is gone from the door', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [doctor, patient] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, ROSA),
  ];
  await waitAtVisit(patient, AMARA);
  await region(doctor, 'Waiting room').waitFor();
  await button(patient, 'Leave the waiting room').click();
  await gone(region(doctor, 'Waiting room'));
});

test('a patient who was removed stays out on every way, until they are let back', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [doctor, , patient] = await inMeeting(t, browser, house, [AMARA, LUKAS, ROSA]);
  const place = patient.url();
  await openPanel(doctor, 'People');
  await button(doctor, `Remove ${ROSA}`).click();
  await field(doctor, 'Reason').fill('Wrong meeting.');
  await button(doctor, `Yes, remove ${ROSA}`).click();
  await phase(patient, 'away');
  await patient.getByText(REMOVED).waitFor();
  await patient.getByText('The reason: Wrong meeting.', { exact: true }).waitFor();
  await gone(region(doctor, ROSA));

  await patient.reload();
  const tab = await patient.context().newPage();
  await signIn(tab, house, ROSA);
  const elsewhere = await signedIn(t, browser, house, ROSA);
  for (const page of [patient, tab, elsewhere]) {
    await page.goto(place);
    await phase(page, 'unknown');
    await link(page, 'Back to people').click();
    await toMeeting(page, 'Round');
    await comeIn(page);
    await page.getByRole('alert').getByText(STAYS_OUT).waitFor();
  }

  await button(doctor, `Let ${ROSA} come back`).click();
  await button(elsewhere, 'Come in').click();
  await phase(elsewhere, 'connected');
  await togetherWith(doctor, ROSA);
});

test('a guest who was removed does not come back by their link, until they are let back', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const address = await guestLink(doctor, `Guest links for the visit with ${ROSA}`, { reusable: true });
  await openVisit(doctor, ROSA);
  const guest = await guestAt(t, browser, address, INES);
  await comeIn(guest);
  await button(doctor, `Admit ${INES}`).click();
  await phase(guest, 'connected');
  await togetherWith(doctor, INES);
  await openPanel(doctor, 'People');
  await button(doctor, `Remove ${INES}`).click();
  await button(doctor, `Yes, remove ${INES}`).click();
  await guest.getByText(REMOVED).waitFor();

  await guest.reload();
  await comeIn(guest);
  await guest.getByRole('alert').getByText(STAYS_OUT).waitFor();
  for (const page of [await guest.context().newPage(), await openPage(t, browser)]) {
    await page.goto(address);
    await heading(page, 'Your invitation').waitFor();
    await page.getByRole('alert').waitFor();
    assert.equal(await field(page, 'Your name').count(), 0);
  }

  await button(doctor, `Let ${INES} come back`).click();
  await button(guest, 'Come in').click();
  await phase(guest, 'connected');
  await togetherWith(doctor, INES);
  await seesAndHears(doctor);
  const again = await guestAt(t, browser, address, JOEL);
  await comeIn(again);
  await phase(again, 'waiting');
});

test('a locked meeting lets nobody in, and whoever is in stays', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, patient] = await inMeeting(t, browser, house, [AMARA, ROSA]);
  await openPanel(host, 'People');
  await button(host, 'Lock the meeting').click();
  await news(patient, 'The meeting is locked. Nobody else can come in.').waitFor();
  const late = await signedIn(t, browser, house, THEO);
  await toMeeting(late, 'Round');
  await comeIn(late, { camera: false });
  await late.getByRole('alert').getByText(/locked/).waitFor();
  await patient.reload();
  await phase(patient, 'connected');
  await togetherWith(host, ROSA);

  await button(host, 'Unlock the meeting').click();
  await news(patient, 'The meeting is not locked any more.').waitFor();
  await button(late, 'Come in').click();
  await phase(late, 'connected');
  await togetherWith(host, THEO);
});

test('a host closes the door of an open meeting, and decides who comes', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host] = await inMeeting(t, browser, house, [AMARA, LUKAS]);
  await openPanel(host, 'People');
  await region(host, 'For hosts').getByLabel('Waiting room').selectOption('strict');
  const late = await signedIn(t, browser, house, THEO);
  await toMeeting(late, 'Round');
  await comeIn(late, { camera: false });
  await phase(late, 'waiting');
  await news(host, `${THEO} waits to come in.`).waitFor();
  await button(host, `Admit ${THEO}`).click();
  await phase(late, 'connected');
  await news(late, 'You are in.').waitFor();
  await togetherWith(host, THEO);
});

test('what is written to somebody at the door is between the two', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [host, other] = await inMeeting(t, browser, house, [AMARA, LUKAS]);
  await openPanel(host, 'People');
  await region(host, 'For hosts').getByLabel('Waiting room').selectOption('strict');
  const late = await signedIn(t, browser, house, THEO);
  await toMeeting(late, 'Round');
  await comeIn(late, { camera: false });
  await phase(late, 'waiting');
  for (const page of [host, other]) await openPanel(page, 'Chat');
  await write(host, 'Only for us in the room');
  await message(other, 'Only for us in the room').waitFor();
  await stillWaits(host, late, THEO, 'Only for you at the door');
  await write(host, 'The next one');
  await message(other, 'The next one').waitFor();
  assert.equal(await message(other, 'Only for you at the door').count(), 0);
  assert.equal(await late.getByText('Only for us in the room').count(), 0);
  assert.equal(await dialog(late, 'Chat').count(), 0);
});
