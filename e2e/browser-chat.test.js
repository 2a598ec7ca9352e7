//! What people write to each other during a visit.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import {
  AMARA, LUKAS, ROSA, button, gone, inMeeting, message, openPanel, phase, togetherWith, write,
} from './support/app.js';
import { openBrowser } from './support/browser.js';
import { startHouse } from './support/house.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:test').TestContext} Test */

const browser = await openBrowser({ after });

/**
 * A doctor who hosts, their colleague and a patient, all with the chat open.
 * By address, not by name: clients believe that `localhost` is there even when
 * the browser says that it is offline.
 */
async function chatting(/** @type {Test} */ t) {
  const house = await startHouse(t, { demo: true });
  const url = house.url.replace('localhost', '127.0.0.1');
  const pages = await inMeeting(t, browser, { url }, [AMARA, LUKAS, ROSA]);
  for (const page of pages) await openPanel(page, 'Chat');
  return pages;
}

/** What one reads, from the oldest to the newest. */
async function read(/** @type {Page} */ page) {
  const log = page.getByRole('log', { name: 'Messages' });
  return log.locator('p.whitespace-pre-wrap').allInnerTexts();
}

test('what is written to one person nobody else ever sees', async (t) => {
  const [doctor, colleague, patient] = await chatting(t);
  await write(doctor, 'For everybody');
  for (const page of [doctor, colleague, patient]) await message(page, 'For everybody').waitFor();
  await write(doctor, 'For you alone', ROSA);
  await message(patient, 'For you alone').waitFor();
  const log = patient.getByRole('log', { name: 'Messages' });
  await log.getByText(`${AMARA} to you only`).waitFor();
  await write(patient, 'And this is my answer', AMARA);
  await message(doctor, 'And this is my answer').waitFor();
  await write(doctor, 'For everybody again');
  await message(colleague, 'For everybody again').waitFor();
  assert.deepEqual(await read(colleague), ['For everybody', 'For everybody again']);

  await colleague.reload();
  await phase(colleague, 'connected');
  await togetherWith(colleague, AMARA);
  await openPanel(colleague, 'Chat');
  await message(colleague, 'For everybody again').waitFor();
  assert.deepEqual(await read(colleague), ['For everybody', 'For everybody again']);
  await patient.reload();
  await phase(patient, 'connected');
  await openPanel(patient, 'Chat');
  await message(patient, 'For everybody again').waitFor();
  const all = ['For everybody', 'For you alone', 'And this is my answer', 'For everybody again'];
  assert.deepEqual(await read(patient), all);
});

test('what looks like a page in a message is shown as it was written', async (t) => {
  const [doctor, , patient] = await chatting(t);
  const text = '<b>bold</b> <img src="x" onerror="window.broken = true"> <script>alert(1)</script>';
  await write(doctor, text);
  for (const page of [doctor, patient]) {
    await message(page, text).waitFor();
    const log = page.getByRole('log', { name: 'Messages' });
    assert.equal(await log.locator('b, img, script').count(), 0);
    assert.equal(await page.evaluate('window.broken'), undefined);
  }
});

test('what is written while the connection is cut arrives once, and in order', async (t) => {
  const [doctor, colleague, patient] = await chatting(t);
  await write(patient, 'One');
  await message(doctor, 'One').waitFor();
  await patient.context().setOffline(true);
  await phase(patient, 'reconnecting');
  await write(patient, 'Two');
  await write(patient, 'Three');
  await patient.getByRole('log', { name: 'Messages' }).getByText('Sending').nth(1).waitFor();
  await write(doctor, 'Are you still there?');
  await message(colleague, 'Are you still there?').waitFor();
  await patient.context().setOffline(false);
  await phase(patient, 'connected');
  await message(patient, 'Are you still there?').waitFor();
  await gone(patient.getByRole('log', { name: 'Messages' }).getByText('Sending'));
  await write(patient, 'Four');
  const all = ['One', 'Are you still there?', 'Two', 'Three', 'Four'];
  for (const page of [doctor, colleague, patient]) {
    await message(page, 'Four').waitFor();
    assert.deepEqual(await read(page), all);
  }
  await patient.reload();
  await phase(patient, 'connected');
  await openPanel(patient, 'Chat');
  await message(patient, 'Four').waitFor();
  assert.deepEqual(await read(patient), all);
});

test('who does not look at the chat sees how much they have not read', async (t) => {
  const [doctor, colleague, patient] = await chatting(t);
  await button(patient, 'Close chat').click();
  await write(doctor, 'One');
  await button(patient, 'Chat 1 new').waitFor();
  await write(colleague, 'Two', ROSA);
  await button(patient, 'Chat 2 new').waitFor();
  await write(doctor, 'Not for the patient', LUKAS);
  await write(doctor, 'Three');
  await button(patient, 'Chat 3 new').click();
  await message(patient, 'Three').waitFor();
  await button(patient, 'Close chat').click();
  await button(patient, 'Chat').waitFor();
});

test('a file reaches whoever may read it, as it was sent', async (t) => {
  const [doctor, colleague, patient] = await chatting(t);
  const bytes = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
  await patient.getByRole('combobox', { name: 'To' }).selectOption({ label: AMARA });
  await patient
    .getByLabel('File to send')
    .setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: bytes });
  const letter = doctor.getByRole('button', { name: /^Download letter\.pdf/ });
  await letter.waitFor();
  const [download] = await Promise.all([doctor.waitForEvent('download'), letter.click()]);
  assert.equal(download.suggestedFilename(), 'letter.pdf');
  assert.deepEqual(await readFile(await download.path()), bytes);
  await write(patient, 'I sent the letter');
  await message(colleague, 'I sent the letter').waitFor();
  assert.equal(await colleague.getByRole('button', { name: /^Download/ }).count(), 0);

  await patient
    .getByLabel('File to send')
    .setInputFiles({ name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<p>No</p>') });
  await patient.getByRole('complementary', { name: 'Chat' }).getByRole('alert').waitFor();
  await write(patient, 'That did not work');
  await message(doctor, 'That did not work').waitFor();
  assert.equal(await letter.count(), 1);
});
