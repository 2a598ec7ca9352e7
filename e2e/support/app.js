//! The web app as people use it: by the names its controls have.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { openPage, seesAndHears } from './browser.js';

export const AMARA = 'Dr. Amara Okafor';
export const LUKAS = 'Dr. Lukas Brandt';
export const ROSA = 'Rosa Delgado';
export const THEO = 'Theo Lindqvist';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('node:test').TestContext} Test */
/** @typedef {{ url: string }} House where a house serves */

export const button = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('button', { name, exact: true });
export const heading = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('heading', { name, exact: true });
export const link = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('link', { name, exact: true });
export const field = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('textbox', { name, exact: true });
export const region = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('region', { name, exact: true });
export const dialog = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('dialog', { name, exact: true });

/** What is said to everybody, seen or only heard. */
export const news = (/** @type {Page} */ page, /** @type {string} */ sentence) =>
  page.getByRole('status').getByText(sentence, { exact: true });

/** A condition on the picture of somebody. */
export const caption = (
  /** @type {Page} */ page,
  /** @type {string} */ of,
  /** @type {string} */ word,
) => region(page, of).getByText(word, { exact: true });

/** A message somebody reads in the open chat. */
export const message = (/** @type {Page} */ page, /** @type {string} */ text) =>
  page.getByRole('log', { name: 'Messages' }).getByText(text, { exact: true });

/** Waits until the page shows the call in this phase. */
export async function phase(/** @type {Page} */ page, /** @type {string} */ name) {
  await page.locator(`[data-call-phase="${name}"]`).waitFor();
}

/** Waits until it is not there any more. */
export async function gone(/** @type {import('playwright-core').Locator} */ what) {
  await what.waitFor({ state: 'detached' });
}

/** Somebody of the demo signs in on this page, and sees the others. */
export async function signIn(
  /** @type {Page} */ page,
  /** @type {House} */ house,
  /** @type {string} */ name,
) {
  await page.goto(house.url);
  await button(page, `Continue as ${name}`).click();
  await heading(page, 'People').waitFor();
  await page.getByRole('button', { name: /^Call / }).first().waitFor();
}

/** A page on which somebody of the demo has signed in. */
export async function signedIn(
  /** @type {Test} */ t,
  /** @type {Browser} */ browser,
  /** @type {House} */ house,
  /** @type {string} */ name,
) {
  const page = await openPage(t, browser);
  await signIn(page, house, name);
  return page;
}

/** Passes the device check. */
export async function comeIn(/** @type {Page} */ page, { camera = true } = {}) {
  const result = page.getByRole('status', { name: 'Result of the check' });
  await result.getByText('Microphone works.').waitFor();
  if (!camera) await page.getByLabel('Come in with my camera on').uncheck();
  await button(page, 'Come in').click();
}

/** Comes to an appointment, as far as the doorway. */
export async function toVisit(/** @type {Page} */ page, /** @type {string} */ other) {
  await link(page, `Join the visit with ${other}`).click();
  await heading(page, `Visit with ${other}`).waitFor();
}

/** Comes to an appointment and waits there. */
export async function waitAtVisit(/** @type {Page} */ page, /** @type {string} */ other) {
  await toVisit(page, other);
  await comeIn(page);
  await phase(page, 'waiting');
}

/** The host of an appointment comes in at once. */
export async function openVisit(/** @type {Page} */ page, /** @type {string} */ other) {
  await toVisit(page, other);
  await button(page, 'Go straight in').click();
  await phase(page, 'connected');
}

/**
 * Makes a guest link in the dialog that is opened by this button; its address.
 * @param {Page} page
 * @param {string} opener
 * @param {{ as?: string, reusable?: boolean }} [options]
 */
export async function guestLink(page, opener, { as = 'Guest', reusable = false } = {}) {
  await button(page, opener).click();
  await page.getByLabel('They come as').selectOption({ label: as });
  if (reusable) await page.getByLabel('Several people may use it').check();
  await button(page, 'Make a link').click();
  const address = await field(page, `Link for ${as}`).inputValue();
  await button(page, 'Close').click();
  return address;
}

/** A guest follows a link and says who they are. */
export async function guestAt(
  /** @type {Test} */ t,
  /** @type {Browser} */ browser,
  /** @type {string} */ address,
  /** @type {string} */ name,
) {
  const page = await openPage(t, browser);
  await page.goto(address);
  await field(page, 'Your name').fill(name);
  await button(page, 'Continue').click();
  await heading(page, 'Check your devices').waitFor();
  return page;
}

/** Makes a meeting anybody may come to. */
export async function makeMeeting(
  /** @type {Page} */ page,
  /** @type {string} */ name,
  door = 'open',
) {
  await link(page, 'Meetings').click();
  await button(page, 'New meeting').click();
  await field(page, 'Name').fill(name);
  await page.getByLabel('Waiting room').selectOption(door);
  await button(page, 'Make the meeting').click();
  await link(page, `Join ${name}`).waitFor();
}

/** Comes to a meeting, as far as its doorway. */
export async function toMeeting(/** @type {Page} */ page, /** @type {string} */ name) {
  await link(page, 'Meetings').click();
  await link(page, `Join ${name}`).click();
  await heading(page, name).waitFor();
}

/**
 * People of the demo in one meeting, the first of them its host. Without a
 * camera, where nobody looks at pictures.
 * @param {Test} t
 * @param {Browser} browser
 * @param {House} house
 * @param {string[]} names
 */
export async function inMeeting(t, browser, house, names, { title = 'Round', camera = false } = {}) {
  const pages = [];
  for (const name of names) {
    const page = await signedIn(t, browser, house, name);
    if (pages.length === 0) await makeMeeting(page, title);
    await toMeeting(page, title);
    await comeIn(page, { camera });
    await phase(page, 'connected');
    pages.push(page);
  }
  for (const [at, page] of pages.entries()) {
    for (const other of names.filter((_, it) => it !== at)) await togetherWith(page, other);
    if (camera) await seesAndHears(page);
  }
  return pages;
}

/** Waits until somebody is in the room and the connection to them stands. */
export async function togetherWith(/** @type {Page} */ page, /** @type {string} */ other) {
  await region(page, other).waitFor();
  await gone(caption(page, other, 'Connecting'));
}

/** Opens what is beside the stage. */
export async function openPanel(/** @type {Page} */ page, /** @type {'People' | 'Chat' | 'Notes' | 'Record'} */ name) {
  const tools = page.getByRole('group', { name: 'Tools' });
  await tools.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  await page.getByRole('complementary', { name }).waitFor();
}

/** Writes into the open chat: to everybody, or to somebody alone. */
export async function write(
  /** @type {Page} */ page,
  /** @type {string} */ text,
  to = 'Everybody',
) {
  await page.getByRole('combobox', { name: 'To' }).selectOption({ label: to });
  await field(page, 'Message').fill(text);
  await button(page, 'Send').click();
}

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Asks axe-core about what the page shows. */
export async function accessible(/** @type {Page} */ page, /** @type {string} */ screen) {
  const isStyled = await page.evaluate(() =>
    [...document.styleSheets].some(({ cssRules }) => cssRules.length > 0),
  );
  assert.ok(isStyled, `${screen} has lost its looks`);
  await page.evaluate(AXE);
  const serious = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run();
    const isSerious = (/** @type {any} */ it) => ['serious', 'critical'].includes(it.impact);
    return violations.filter(isSerious).map((/** @type {any} */ it) => ({
      rule: it.id,
      help: it.help,
      where: it.nodes.map((/** @type {any} */ node) => node.html),
    }));
  });
  assert.deepEqual(serious, [], `on ${screen}`);
}

/** On the narrowest phone nothing is to be reached by scrolling sideways. */
export async function fitsAPhone(/** @type {Page} */ page, /** @type {string} */ screen) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const { width, wide } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const outside = [...document.querySelectorAll('button, a, input, select, textarea, h1, h2, p')]
      .filter((it) => it.checkVisibility() && getComputedStyle(it).clip !== 'rect(0px, 0px, 0px, 0px)')
      .filter((it) => it.closest('.sr-only') === null && it.getBoundingClientRect().right > width + 1)
      .map((it) => it.outerHTML.slice(0, 120));
    const scrolls = document.documentElement.scrollWidth > width;
    return { width, wide: scrolls ? ['the page', ...outside] : outside };
  });
  assert.equal(width, 320);
  assert.deepEqual(wide, [], `${screen} is wider than a phone`);
  if (before) await page.setViewportSize(before);
}
