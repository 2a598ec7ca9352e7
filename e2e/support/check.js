//! The page "Check my connection", as people read it.

import { button } from './app.js';
import { MEDIA_PATIENCE } from './browser.js';

/** @typedef {import('playwright-core').Page} Page */

/** What is tested, by the names the page gives it. */
export const WAYS = {
  stun: 'Direct way',
  relayUdp: 'Relay over UDP',
  relayTcp: 'Relay over TCP',
  relayTls: 'Relay over TLS',
  roundTrip: 'Sending through the relay',
};

/** Starts the check and waits until it says this. */
export async function checkConnection(/** @type {Page} */ page, /** @type {string} */ sentence) {
  await button(page, 'Check my connection').click();
  const result = page.getByRole('status', { name: 'Result of the check' });
  await result.getByText(sentence, { exact: true }).waitFor({ timeout: MEDIA_PATIENCE });
}

/** Waits until one way came out so. */
export async function finds(
  /** @type {Page} */ page,
  /** @type {string} */ way,
  /** @type {'Works' | 'Blocked' | 'Not offered'} */ result,
) {
  const tested = page.getByRole('list', { name: 'What was tested' });
  await tested.getByText(`${way}: ${result}`, { exact: true }).waitFor();
}
