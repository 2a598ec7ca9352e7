//! People who come by a link, without an account.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, ROSA, button, comeIn, field, guestAt, guestLink, heading, openVisit, phase, region,
  signedIn, togetherWith, waitAtVisit,
} from './support/app.js';
import { openBrowser, openPage, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';

const INES = 'Ines Moreau';
const LINKS = `Guest links for the visit with ${ROSA}`;

const browser = await openBrowser({ after });

test('a guest comes by a link, waits, is written to, and is let in', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const address = await guestLink(doctor, LINKS, { as: 'Interpreter' });
  assert.ok(address.startsWith(`${house.url}/join/`), address);

  const guest = await openPage(t, browser);
  await guest.goto(address);
  await heading(guest, `Visit with ${AMARA}`).waitFor();
  await guest.getByText(`${AMARA} invites you. You come as: Interpreter.`).waitFor();
  await field(guest, 'Your name').fill(INES);
  await button(guest, 'Continue').click();
  await heading(guest, 'Check your devices').waitFor();
  const result = guest.getByRole('status', { name: 'Result of the check' });
  for (const works of ['Microphone works.', 'Camera works.', 'Connection works.']) {
    await result.getByText(works).waitFor();
  }
  await button(guest, 'Come in').click();
  await phase(guest, 'waiting');
  await heading(guest, `${AMARA} will let you in`).waitFor();
  await guest.getByText('You have been waiting for less than a minute.').waitFor();

  const door = region(doctor, 'Waiting room');
  await door.getByText(`${INES} · Interpreter`).waitFor();
  await door.getByText('Microphone, camera and connection work.').waitFor();
  await button(doctor, `Message ${INES}`).click();
  await field(doctor, `Message to ${INES}`).fill('Five more minutes, please.');
  await button(doctor, `Send to ${INES}`).click();
  const said = guest.getByRole('log', { name: 'Messages from the host' });
  await said.getByText('Five more minutes, please.').waitFor();

  // Who comes later stays behind whoever reloads their page.
  const patient = await signedIn(t, browser, house, ROSA);
  await waitAtVisit(patient, AMARA);
  await door.getByText(`${ROSA} · Patient`).waitFor();
  await guest.reload();
  await phase(guest, 'waiting');
  await said.getByText('Five more minutes, please.').waitFor();
  const line = await door.getByRole('listitem').allInnerTexts();
  assert.deepEqual(line.map((it) => it.split(' · ')[0]), [INES, ROSA]);

  await button(doctor, `Admit ${INES}`).click();
  await phase(guest, 'connected');
  await openVisit(doctor, ROSA);
  for (const page of [doctor, guest]) await seesAndHears(page);
  await region(doctor, INES).getByText('Interpreter', { exact: true }).waitFor();
  await togetherWith(guest, AMARA);
  assert.ok(guest.url().startsWith(address), 'a guest stays at the address of their link');
});

test('a link for one person is used up, and one that was taken back leads nowhere', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const forOne = await guestLink(doctor, LINKS);
  const guest = await guestAt(t, browser, forOne, INES);
  await comeIn(guest);
  await phase(guest, 'waiting');
  await usedUp(t, forOne);

  const takenBack = await guestLink(doctor, LINKS, { as: 'Carer' });
  await button(doctor, LINKS).click();
  await button(doctor, 'Take back the link for Carer').click();
  await button(doctor, 'Take back the link for Carer').waitFor({ state: 'detached' });
  await usedUp(t, takenBack);
  await usedUp(t, `${house.url}/join/nothing-like-a-link`);
});

/** The link says that it is of no use, and asks for no name. */
async function usedUp(/** @type {import('node:test').TestContext} */ t, /** @type {string} */ address) {
  const page = await openPage(t, browser);
  await page.goto(address);
  await heading(page, 'Your invitation').waitFor();
  await page.getByRole('alert').waitFor();
  await page.getByText('Please ask whoever invited you for a new link.').waitFor();
  assert.equal(await field(page, 'Your name').count(), 0);
}

test('a guest link opens beside the session of somebody who is signed in', async (t) => {
  const house = await startHouse(t, { demo: true });
  const doctor = await signedIn(t, browser, house, AMARA);
  const address = await guestLink(doctor, LINKS, { as: 'Observer' });
  const patient = await signedIn(t, browser, house, ROSA);
  await patient.goto(address);
  await field(patient, 'Your name').fill(INES);
  await button(patient, 'Continue').click();
  await comeIn(patient);
  await phase(patient, 'waiting');
  await region(doctor, 'Waiting room').getByText(`${INES} · Observer`).waitFor();
  await button(patient, 'Leave the waiting room').click();
  await region(doctor, 'Waiting room').waitFor({ state: 'detached' });
  await patient.goto(house.url);
  await heading(patient, 'People').waitFor();
  await patient.getByText(ROSA, { exact: true }).waitFor();
});
