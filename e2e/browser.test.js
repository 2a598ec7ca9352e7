//! Visits as people have them: in real browsers, through the page, with a
//! camera and a microphone that send.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  AMARA, ROSA, accessible, button, caption, dialog, heading, phase, signedIn as signedInAt,
} from './support/app.js';
import { look, openBrowser, openPage, received, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';
import { Person } from './support/people.js';
import { until } from './support/waiting.js';

const OUTPUT = fileURLToPath(new URL('output/', import.meta.url));

const browser = await openBrowser({ after });
const house = await startHouse({ after }, { demo: true });

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:test').TestContext} Test */

/** A page on which somebody of the demo has signed in. */
const signedIn = (/** @type {Test} */ t, /** @type {string} */ name, at = house) =>
  signedInAt(t, browser, at, name);

const incoming = (/** @type {Page} */ page, /** @type {string} */ from) =>
  dialog(page, `${from} is calling`);

/** The doctor calls, and the patient's page rings. */
async function ringing(/** @type {Page} */ doctor, /** @type {Page} */ patient) {
  await button(doctor, `Call ${ROSA}`).click();
  await incoming(patient, AMARA).waitFor();
}

/** Both in a visit, seeing and hearing each other. */
async function inVisit(/** @type {Test} */ t) {
  const doctor = await signedIn(t, AMARA);
  const patient = await signedIn(t, ROSA);
  await ringing(doctor, patient);
  const answeredAt = Date.now();
  await button(patient, 'Answer').click();
  for (const page of [doctor, patient]) {
    await phase(page, 'connected');
    await seesAndHears(page);
  }
  return { doctor, patient, answeredAt };
}

/** Waits until what is drawn of the others is a picture. */
async function seesAPicture(/** @type {Page} */ page) {
  /** @type {Awaited<ReturnType<typeof look>> | undefined} */
  let seen;
  const drawn = async () => {
    seen = await look(page, 'video[data-remote]');
    return seen.mean > 20 && seen.range > 50 && seen.width > 0;
  };
  await until(drawn, () => `the picture is black: ${JSON.stringify(seen)}`);
}

/** Ends a visit from one side, and waits until it is over on both. */
async function leave(/** @type {Page} */ one, /** @type {Page} */ other) {
  await button(one, 'Leave the visit').click();
  for (const page of [one, other]) {
    await phase(page, 'ended');
    await heading(page, 'The visit has ended.').waitFor();
  }
}

/** The rows of the history, newest first, as texts. */
async function history(/** @type {Page} */ page) {
  await page.getByRole('link', { name: 'Back to people' }).click();
  return historyFromPeople(page);
}

async function historyFromPeople(/** @type {Page} */ page) {
  await page.getByRole('link', { name: 'History', exact: true }).click();
  await heading(page, 'History').waitFor();
  const rows = page.getByRole('main').getByRole('listitem');
  await rows.first().waitFor();
  return rows.allInnerTexts();
}

/** Somebody of the demo, over REST. */
async function overRest(/** @type {string} */ userId, at = house) {
  const { body } = await at.stranger.post('/api/demo/sign-in', { userId });
  return new Person(at, userId, body.accessToken);
}

test('two people see and hear each other, and when one hangs up it is over for both', async (t) => {
  const { doctor, patient, answeredAt } = await inVisit(t);
  const connectedAt = Date.now();
  for (const page of [doctor, patient]) await seesAPicture(page);
  await mkdir(OUTPUT, { recursive: true });
  await doctor.screenshot({ path: `${OUTPUT}call.png` });

  await button(patient, 'Mute').click();
  await caption(doctor, ROSA, 'Muted').waitFor();
  await button(patient, 'Unmute').click();
  await caption(doctor, ROSA, 'Muted').waitFor({ state: 'detached' });
  await button(doctor, 'Stop camera').click();
  await caption(patient, AMARA, 'Camera off').waitFor();
  await button(doctor, 'Start camera').click();
  await caption(patient, AMARA, 'Camera off').waitFor({ state: 'detached' });
  await seesAndHears(patient, { beyond: await received(patient) });

  const leftAt = Date.now();
  await leave(patient, doctor);
  const endedAt = Date.now();
  const still = await doctor.evaluate('window.__housecall.peers().length');
  assert.equal(still, 0, 'no connection outlives the visit');

  const amara = await overRest('demo-amara');
  const { body } = await amara.get('/webrtc/calls?limit=1');
  const [{ status, outcome, actualDuration }] = body.calls;
  assert.deepEqual([status, outcome], ['ended', 'completed']);
  const [least, most] = [(leftAt - connectedAt) / 1_000 - 1, (endedAt - answeredAt) / 1_000];
  assert.ok(actualDuration >= least && actualDuration <= most, `${least} ≤ ${actualDuration} ≤ ${most}`);
  for (const [page, other, who] of /** @type {[Page, string, string][]} */ ([
    [doctor, ROSA, 'You called'],
    [patient, AMARA, 'Called you'],
  ])) {
    const [newest] = await history(page);
    for (const part of [other, 'Completed', who, 'Video call', `${actualDuration} s`]) {
      assert.ok(newest.includes(part), `the history says ${newest}, without ${part}`);
    }
  }
});

test('a patient declines, and the doctor hears it', async (t) => {
  const [doctor, patient] = [await signedIn(t, AMARA), await signedIn(t, ROSA)];
  await ringing(doctor, patient);
  await button(patient, 'Decline').click();
  await incoming(patient, AMARA).waitFor({ state: 'detached' });
  await phase(doctor, 'ended');
  await heading(doctor, `${ROSA} declined the call.`).waitFor();
  assert.match((await history(doctor))[0], /Declined/);
  assert.match((await historyFromPeople(patient))[0], /Declined/);
});

test('a doctor takes a call back, and the patient’s page stops ringing', async (t) => {
  const [doctor, patient] = [await signedIn(t, AMARA), await signedIn(t, ROSA)];
  await ringing(doctor, patient);
  await button(doctor, 'Cancel the call').click();
  await incoming(patient, AMARA).waitFor({ state: 'detached' });
  await phase(doctor, 'ended');
  await heading(doctor, 'You cancelled the call.').waitFor();
  await patient.getByRole('status').getByText(`${AMARA} cancelled the call.`).waitFor();
  assert.match((await historyFromPeople(patient))[0], /Cancelled/);
});

test('nobody answers, and the call ends by itself', async (t) => {
  const impatient = await startHouse(t, { demo: true, env: { HOUSECALL_CALLS__RING_SECONDS: '4' } });
  const [doctor, patient] = [await signedIn(t, AMARA, impatient), await signedIn(t, ROSA, impatient)];
  await ringing(doctor, patient);
  await phase(doctor, 'ended');
  await heading(doctor, `${ROSA} did not answer.`).waitFor();
  await incoming(patient, AMARA).waitFor({ state: 'detached' });
  assert.match((await history(doctor))[0], /Missed/);
  assert.match((await historyFromPeople(patient))[0], /Missed/);
});

test('two devices of one patient ring, one answers, the other hears that', async (t) => {
  const doctor = await signedIn(t, AMARA);
  const [phone, tablet] = [await signedIn(t, ROSA), await signedIn(t, ROSA)];
  await ringing(doctor, phone);
  await incoming(tablet, AMARA).waitFor();
  await button(phone, 'Answer').click();
  await incoming(tablet, AMARA).waitFor({ state: 'detached' });
  await tablet.getByRole('status').getByText('Answered on another device.').waitFor();
  await phase(phone, 'connected');
  await seesAndHears(doctor);

  // The visit moves when the patient wants it to.
  await tablet.getByRole('link', { name: /^Return/ }).click();
  await phase(tablet, 'away');
  await button(tablet, 'Continue here').click();
  await phase(phone, 'away');
  await phase(tablet, 'connected');
  await seesAndHears(tablet);
  await seesAndHears(doctor);
  await leave(doctor, tablet);
});

test('a page that is reloaded in the middle of a visit comes back to it', async (t) => {
  const { doctor, patient } = await inVisit(t);
  await patient.reload();
  await phase(patient, 'connected');
  await seesAndHears(patient);
  await seesAndHears(doctor);
  const sound = button(patient, 'Turn on sound and picture');
  if (await sound.isVisible()) await sound.click();
  for (const page of [doctor, patient]) await seesAPicture(page);
  await leave(doctor, patient);
});

test('the server is killed in the middle of a visit, and the visit goes on', async (t) => {
  const { doctor, patient } = await inVisit(t);
  const pages = [doctor, patient];
  const connections = () =>
    Promise.all(pages.map((it) => it.evaluate('window.__housecall.peers()[0].connectionState')));
  for (const page of pages) {
    await page.evaluate('window.before = window.__housecall.peers()[0]');
  }
  await house.kill9();
  for (const page of pages) {
    await phase(page, 'reconnecting');
    await seesAndHears(page, { beyond: await received(page) });
  }
  await house.start();
  for (const page of pages) {
    await phase(page, 'connected');
    await seesAndHears(page, { beyond: await received(page) });
    const same = await page.evaluate('window.before === window.__housecall.peers()[0]');
    assert.equal(same, true, 'the peer connections never noticed');
  }
  assert.deepEqual(await connections(), ['connected', 'connected']);

  await button(doctor, 'Mute').click();
  await caption(patient, AMARA, 'Muted').waitFor();
  await button(doctor, 'Unmute').click();
  await caption(patient, AMARA, 'Muted').waitFor({ state: 'detached' });
  await leave(doctor, patient);
  assert.match((await history(patient))[0], /Completed/);
});

test('the server is killed while a call rings, and it is answered afterwards', async (t) => {
  const [doctor, patient] = [await signedIn(t, AMARA), await signedIn(t, ROSA)];
  await ringing(doctor, patient);
  await phase(doctor, 'ringing');
  await house.kill9();
  await phase(doctor, 'reconnecting');
  await house.start();
  await phase(doctor, 'ringing');
  await button(patient, 'Answer').click();
  for (const page of [doctor, patient]) {
    await phase(page, 'connected');
    await seesAndHears(page);
  }
  await leave(doctor, patient);
});

test('two who call each other at the same moment meet in one visit', async (t) => {
  const [doctor, patient] = [await signedIn(t, AMARA), await signedIn(t, ROSA)];
  await Promise.all([
    // Without looking whether the other was faster, as people do.
    button(doctor, `Call ${ROSA}`).dispatchEvent('click'),
    button(patient, `Call ${AMARA}`).dispatchEvent('click'),
  ]);
  // Whoever was slower by a moment has answered the faster one with that.
  for (const page of [doctor, patient]) {
    await phase(page, 'connected');
    await seesAndHears(page);
  }
  await leave(doctor, patient);
  const rosa = await overRest('demo-rosa');
  assert.equal((await rosa.get('/webrtc/calls?status=ringing')).body.total, 0);
});

test('somebody answers without a camera, and is heard but not seen', async (t) => {
  const [doctor, patient] = [await signedIn(t, AMARA), await signedIn(t, ROSA)];
  await ringing(doctor, patient);
  await button(patient, 'Answer without camera').click();
  await phase(patient, 'connected');
  await seesAndHears(patient);
  await caption(doctor, ROSA, 'Camera off').waitFor();
  await until(async () => (await received(doctor)).packets > 30, 'the doctor hears nothing');
  assert.equal((await received(doctor)).frames, 0);
  await button(patient, 'Start camera').click();
  await caption(doctor, ROSA, 'Camera off').waitFor({ state: 'detached' });
  await seesAndHears(doctor);
  await button(doctor, 'Share screen').click();
  await caption(patient, AMARA, 'Shares the screen').waitFor();
  await seesAndHears(patient, { frames: 5, beyond: await received(patient) });
  await button(doctor, 'Stop sharing').click();
  await caption(patient, AMARA, 'Shares the screen').waitFor({ state: 'detached' });
  await leave(doctor, patient);
});

test('somebody creates an account, signs out, and signs in again', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(house.url);
  await button(page, 'Create an account').click();
  await page.getByLabel('Name').fill('Nadia Petrova');
  await page.getByLabel('Email').fill('nadia@clinic.example');
  await page.getByLabel('Password').fill('correct horse');
  await button(page, 'Create account').click();
  await heading(page, 'People').waitFor();
  await button(page, `Call ${AMARA}`).waitFor();
  assert.equal(await button(page, `Call ${ROSA}`).count(), 0, 'patients do not see each other');
  await page.getByText('Nadia Petrova').waitFor();
  await button(page, 'Sign out').click();
  await heading(page, 'Sign in').waitFor();

  await page.getByLabel('Email').fill('nadia@clinic.example');
  await page.getByLabel('Password').fill('battery staple');
  await button(page, 'Sign in').click();
  await page.getByRole('alert').getByText('The email address or the password is wrong.').waitFor();
  await page.getByLabel('Password').fill('correct horse');
  await button(page, 'Sign in').click();
  await heading(page, 'People').waitFor();
  await page.reload();
  await heading(page, 'People').waitFor();
});

test('all of it goes without a mouse', async (t) => {
  const [doctor, patient] = [await openPage(t, browser), await openPage(t, browser)];
  for (const [page, name] of /** @type {[Page, string][]} */ ([[doctor, AMARA], [patient, ROSA]])) {
    await page.goto(house.url);
    await button(page, `Continue as ${name}`).waitFor();
    await press(page, `Continue as ${name}`);
    await heading(page, 'People').waitFor();
    await button(page, `Call ${page === doctor ? ROSA : AMARA}`).waitFor();
  }
  await press(doctor, `Call ${ROSA}`);
  await incoming(patient, AMARA).waitFor();
  // Escape leaves no call ringing unseen, however often it is pressed.
  for (let times = 0; times < 3; times += 1) await patient.keyboard.press('Escape');
  await press(patient, 'Answer');
  await phase(doctor, 'connected');
  await phase(patient, 'connected');
  await press(patient, 'Mute');
  await caption(doctor, ROSA, 'Muted').waitFor();
  await press(patient, 'Leave the visit');
  for (const page of [doctor, patient]) await phase(page, 'ended');
  await press(patient, 'Back to people');
  await heading(patient, 'People').waitFor();
  await press(patient, 'Sign out');
  await heading(patient, 'Sign in').waitFor();
});

/** Goes to a control with Tab alone, checks that one sees it, and presses it. */
async function press(/** @type {Page} */ page, /** @type {string} */ name) {
  const passed = [];
  while (passed.length < 60) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => {
      const element = /** @type {HTMLElement | null} */ (document.activeElement);
      const { outlineStyle, boxShadow } = element ? getComputedStyle(element) : { outlineStyle: '', boxShadow: '' };
      const name = element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
      return { name, marked: outlineStyle !== 'none' || boxShadow !== 'none' };
    });
    passed.push(focus.name);
    if (focus.name !== name) continue;
    assert.ok(focus.marked, `nobody sees that ${name} has the focus`);
    await page.keyboard.press('Enter');
    return;
  }
  throw new Error(`Tab does not lead to ${name}, only to ${[...new Set(passed)].join(', ')}`);
}

test('nothing serious stands in the way of assistive technology, on any screen', async (t) => {
  const [doctor, patient] = [await openPage(t, browser), await signedIn(t, ROSA)];
  await doctor.goto(house.url);
  await button(doctor, `Continue as ${AMARA}`).waitFor();
  await accessible(doctor, 'the sign-in page');
  await button(doctor, 'Create an account').click();
  await heading(doctor, 'Create an account').waitFor();
  await accessible(doctor, 'the registration page');
  await button(doctor, `Continue as ${AMARA}`).click();
  await button(doctor, `Call ${ROSA}`).waitFor();
  await accessible(doctor, 'the people');
  await doctor.goto(`${house.url}/nowhere`);
  await heading(doctor, 'This page does not exist').waitFor();
  await accessible(doctor, 'a page that does not exist');
  await doctor.goto(`${house.url}/calls/none`);
  await phase(doctor, 'unknown');
  await accessible(doctor, 'a visit that does not exist');
  await doctor.getByRole('link', { name: 'Back to people' }).click();

  await ringing(doctor, patient);
  await phase(doctor, 'ringing');
  await accessible(doctor, 'a call that rings');
  await accessible(patient, 'an incoming call');
  const second = await signedIn(t, ROSA);
  await button(patient, 'Answer').click();
  await phase(patient, 'connected');
  await seesAndHears(doctor);
  await accessible(doctor, 'a visit');
  await button(patient, 'Mute').click();
  await button(patient, 'Stop camera').click();
  await caption(doctor, ROSA, 'Camera off').waitFor();
  await accessible(doctor, 'a visit with somebody unseen');
  await accessible(patient, 'a visit without sending anything');
  await second.getByRole('link', { name: /^Return/ }).waitFor();
  await accessible(second, 'the people during a visit on another device');
  await second.getByRole('link', { name: /^Return/ }).click();
  await phase(second, 'away');
  await accessible(second, 'a visit on another device');

  await leave(doctor, patient);
  await accessible(doctor, 'a visit that has ended');
  await history(doctor);
  await accessible(doctor, 'the history');

  const [amara, rosa] = [await overRest('demo-amara'), await overRest('demo-rosa')];
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  await amara.callPatient(rosa, { scheduledAt: tomorrow });
  await doctor.getByRole('link', { name: 'People', exact: true }).click();
  await doctor.getByRole('link', { name: `Open to the visit with ${ROSA}` }).click();
  await phase(doctor, 'scheduled');
  await accessible(doctor, 'a planned visit');
  await button(doctor, 'Cancel the visit').click();
  await phase(doctor, 'ended');
});
