//! Appointments: made, moved, kept in a calendar, cancelled; and the notes of
//! the provider.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import {
  AMARA, LUKAS, ROSA, THEO, button, comeIn, dialog, field, gone, heading, link, openPanel, openVisit,
  phase, region, signedIn, togetherWith, waitAtVisit,
} from './support/app.js';
import { openBrowser } from './support/browser.js';
import { startHouse } from './support/house.js';
import { until } from './support/waiting.js';

/** @typedef {import('playwright-core').Page} Page */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const browser = await openBrowser({ after });

/** The next full minute this long from now. */
const from = (/** @type {number} */ milliseconds) =>
  new Date(Math.ceil((Date.now() + milliseconds) / MINUTE) * MINUTE);

/** A moment as people type it into a form. */
function typed(/** @type {Date} */ at) {
  return new Date(at.getTime() - at.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

/** "14:05", as the pages of these tests show it. */
const clock = (/** @type {Date} */ at) =>
  new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(at);

/** What is told of appointments on this page. */
const told = (/** @type {Page} */ page) => page.getByRole('list', { name: 'News of your appointments' });

/** Makes an appointment with the patient whom no other appointment names. */
async function book(/** @type {Page} */ provider, /** @type {Date} */ at) {
  await button(provider, 'New appointment').click();
  await provider.getByLabel('Patient').selectOption({ label: THEO });
  await provider.getByLabel('Starts').fill(typed(at));
  await provider.getByLabel('Minutes').fill('20');
  await button(provider, 'Make the appointment').click();
  await button(provider, `Move the visit with ${THEO}`).waitFor();
}

test('an appointment is made, moved, kept in a calendar and cancelled', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [provider, patient] = [
    await signedIn(t, browser, house, LUKAS),
    await signedIn(t, browser, house, THEO),
  ];
  const first = from(2 * HOUR);
  await book(provider, first);
  await told(patient).getByText(new RegExp(`^Your visit with ${LUKAS} is planned: `)).waitFor();
  const row = region(patient, 'Appointments').getByRole('listitem').filter({ hasText: LUKAS });
  await row.getByText(`You can join from ${clock(new Date(first.getTime() - 15 * MINUTE))}.`).waitFor();
  assert.equal(await link(patient, `Join the visit with ${LUKAS}`).count(), 0);

  const [download] = await Promise.all([
    patient.waitForEvent('download'),
    link(patient, `Add to calendar the visit with ${LUKAS}`).click(),
  ]);
  const event = calendar(await readFile(await download.path(), 'utf8'));
  const utc = (/** @type {Date} */ at) => `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  assert.equal(event.DTSTART, utc(first));
  assert.equal(event.DTEND, utc(new Date(first.getTime() + 20 * MINUTE)));
  assert.equal(event.TRIGGER, '-PT15M');
  const visit = new URL(event.URL);
  assert.equal(visit.origin, house.url);

  // The way there is in the calendar, and says when it is too early for it.
  await patient.goto(visit.href);
  await heading(patient, `Visit with ${LUKAS}`).waitFor();
  await comeIn(patient);
  const tooEarly = 'It is too early to come in. This appointment opens 15 minutes before it starts.';
  await patient.getByRole('alert').getByText(tooEarly).waitFor();
  await link(patient, 'People').click();

  await button(provider, `Move the visit with ${THEO}`).click();
  await dialog(provider, 'Move the appointment').getByLabel('Starts').fill(typed(from(5 * MINUTE)));
  await button(provider, 'Save').click();
  await told(patient).getByText(new RegExp(`^Your visit with ${LUKAS} was moved: `)).waitFor();
  await link(patient, `Join the visit with ${LUKAS}`).waitFor();

  await button(provider, `Cancel the visit with ${THEO}`).click();
  await button(provider, 'Keep it').click();
  await button(provider, `Cancel the visit with ${THEO}`).click();
  await button(provider, 'Cancel the visit').click();
  await told(patient).getByText(new RegExp(`^Your visit with ${LUKAS} was cancelled\\. `)).waitFor();
  await gone(link(patient, `Join the visit with ${LUKAS}`));
  await gone(button(provider, `Move the visit with ${THEO}`));
  await patient.getByRole('button', { name: new RegExp(`^Dismiss: Your visit with ${LUKAS}`) }).click();
  await gone(told(patient).getByRole('listitem'));
});

/** The fields of the one event of a calendar, or what is wrong with it. */
function calendar(/** @type {string} */ text) {
  assert.ok(text.endsWith('END:VCALENDAR\r\n'), 'every line ends as RFC 5545 wants it');
  // Long lines go on in the next one, after a blank.
  const lines = text.replaceAll('\r\n ', '').trimEnd().split('\r\n');
  for (const line of lines) assert.match(line, /^[A-Z-]+[;:]/, line);
  const open = [];
  for (const line of lines) {
    if (line.startsWith('BEGIN:')) open.push(line.slice(6));
    if (line.startsWith('END:')) assert.equal(open.pop(), line.slice(4));
  }
  assert.deepEqual(open, []);
  assert.equal(lines.filter((it) => it === 'BEGIN:VEVENT').length, 1);
  const fields = lines.map((it) => [it.split(/[;:]/)[0], it.slice(it.indexOf(':') + 1)]);
  return Object.fromEntries(fields);
}

test('a provider who opens early rings the patient, who may come early then', async (t) => {
  const house = await startHouse(t, { demo: true, env: { HOUSECALL_CALLS__RING_SECONDS: '2' } });
  const [provider, patient] = [
    await signedIn(t, browser, house, LUKAS),
    await signedIn(t, browser, house, THEO),
  ];
  await book(provider, from(2 * HOUR));
  const early = `Join the visit with ${LUKAS}`;
  await link(patient, `Add to calendar the visit with ${LUKAS}`).waitFor();
  assert.equal(await link(patient, early).count(), 0);
  await openVisit(provider, THEO);
  await dialog(patient, `${LUKAS} is calling`).waitFor();
  await gone(dialog(patient, `${LUKAS} is calling`));
  await waitAtVisit(patient, LUKAS);
  await button(provider, `Admit ${THEO}`).click();
  await phase(patient, 'connected');
  await togetherWith(provider, THEO);
});

test('notes are saved while they are written, and nothing of them reaches the patient', async (t) => {
  const house = await startHouse(t, { demo: true });
  const [provider, patient] = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, ROSA),
  ];
  const heard = everythingHeard(patient);
  const opener = `Notes on the visit with ${ROSA}`;
  await button(provider, opener).click();
  await field(provider, 'Notes').fill('Suspects a heliotrope allergy.');
  await dialog(provider, opener).getByRole('status').getByText(/^Saved /).waitFor();
  await provider.reload();
  await button(provider, opener).click();
  await until(
    async () => (await field(provider, 'Notes').inputValue()) === 'Suspects a heliotrope allergy.',
    'the notes were not kept',
  );
  await button(provider, 'Close').click();

  await waitAtVisit(patient, AMARA);
  await openVisit(provider, ROSA);
  await button(provider, `Admit ${ROSA}`).click();
  await phase(patient, 'connected');
  await togetherWith(provider, ROSA);
  await openPanel(provider, 'Notes');
  await field(provider, 'Notes').pressSequentially('Heliotrope confirmed. ');
  await provider.getByRole('complementary', { name: 'Notes' }).getByText(/^Saved /).waitFor();
  assert.equal(await patient.getByRole('button', { name: /Notes/ }).count(), 0);
  await button(provider, 'Leave the visit').click();
  await button(patient, 'Leave the visit').click();
  await link(patient, 'Back to people').click();
  await link(patient, 'History').click();
  await heading(patient, 'History').waitFor();
  await patient.getByRole('main').getByRole('listitem').first().waitFor();
  const all = (await Promise.all(heard)).join('\n');
  assert.ok(all.includes(AMARA), 'what the patient hears is looked at');
  assert.doesNotMatch(all, /heliotrope/i);
});

/** Everything the server answers and says to a page from now on. */
function everythingHeard(/** @type {Page} */ page) {
  /** @type {Promise<string>[]} */
  const heard = [];
  page.on('response', (it) => heard.push(it.text().catch(() => '')));
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => heard.push(Promise.resolve(String(payload))));
  });
  return heard;
}

test('notes written in two places are never lost over each other', async (t) => {
  const house = await startHouse(t, { demo: true });
  const opener = `Notes on the visit with ${ROSA}`;
  const pages = [
    await signedIn(t, browser, house, AMARA),
    await signedIn(t, browser, house, AMARA),
  ];
  for (const page of pages) {
    await button(page, opener).click();
    await field(page, 'Notes').waitFor();
  }
  const [desk, ward] = pages;
  await field(desk, 'Notes').fill('From the desk.');
  await dialog(desk, opener).getByText(/^Saved /).waitFor();
  await field(ward, 'Notes').fill('From the ward.');
  await dialog(ward, opener).getByRole('alert').waitFor();
  assert.equal(await field(ward, 'Saved somewhere else').inputValue(), 'From the desk.');
  assert.equal(await field(ward, 'Written here').inputValue(), 'From the ward.');
  await button(ward, 'Keep both').click();
  await dialog(ward, opener).getByText(/^Saved /).waitFor();
  assert.equal(await field(ward, 'Notes').inputValue(), 'From the desk.\n\nFrom the ward.');
});
