//! "Check my connection": what it finds, what it says, and who sees it.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  AMARA, ROSA, accessible, button, comeIn, fitsAPhone, heading, link, phase, region, signedIn, toVisit,
} from './support/app.js';
import { openBrowser } from './support/browser.js';
import { WAYS, checkConnection, finds } from './support/check.js';
import { startHouse } from './support/house.js';
import { startRelayHouse } from './support/relay-house.js';

/** @typedef {import('playwright-core').Page} Page */

const OUTPUT = fileURLToPath(new URL('output/', import.meta.url));
await mkdir(OUTPUT, { recursive: true });

const browser = await openBrowser({ after }, { more: ['--ignore-certificate-errors'] });

/** What the provider sees of the patient's check. */
const LATEST = new RegExp(`${ROSA}’s connection: good\\. Checked today, `);

test('somebody checks their connection, and the provider sees that it is good', async (t) => {
  const { house } = await startRelayHouse(t, { demo: true });
  const patient = await signedIn(t, browser, house, ROSA);
  await link(patient, 'Check my connection').click();
  await heading(patient, 'Check my connection').waitFor();
  await accessible(patient, 'the connection check');
  await fitsAPhone(patient, 'the connection check');

  await checkConnection(patient, 'Your connection is good for calls.');
  for (const way of Object.values(WAYS)) await finds(patient, way, 'Works');
  await patient.getByText(/^Those you meet at your next .*can see this\.$/).waitFor();
  await patient.screenshot({ path: `${OUTPUT}check.png`, fullPage: true });
  await patient.getByText('Details').click();
  await patient.getByText(/^To the relay and back: (less than )?\d+ ms$/).waitFor();
  await accessible(patient, 'a connection that is good');
  await fitsAPhone(patient, 'a connection that is good');

  const provider = await signedIn(t, browser, house, AMARA);
  const row = region(provider, 'Appointments').getByRole('listitem').filter({ hasText: LATEST });
  await row.first().getByText(LATEST).click();
  await row.first().getByText('Relay over TLS: Works').waitFor();
  await provider.screenshot({ path: `${OUTPUT}check-seen.png` });
  await accessible(provider, 'an appointment with a connection check');
  await fitsAPhone(provider, 'an appointment with a connection check');
});

test('at the doorway the check goes by itself, and the provider sees it beside who waits', async (t) => {
  const { house } = await startRelayHouse(t, { demo: true });
  const patient = await signedIn(t, browser, house, ROSA);
  const kept = patient.waitForResponse((it) => it.url().endsWith('/api/connection-checks'));
  await toVisit(patient, AMARA);
  assert.equal((await kept).status(), 201);
  await comeIn(patient);
  await phase(patient, 'waiting');
  const provider = await signedIn(t, browser, house, AMARA);
  const waiting = region(provider, 'Waiting room').getByRole('listitem').filter({ hasText: ROSA });
  await waiting.getByText(LATEST).click();
  await waiting.getByText('Microphone: Works').waitFor();
  await provider.screenshot({ path: `${OUTPUT}check-waiting.png` });
});

test('a house without a relay has nothing to be tested but the direct way', async (t) => {
  const relay = { HOUSECALL_ICE__RELAY: 'false' };
  const house = await startHouse(t, { demo: true, env: relay });
  const patient = await signedIn(t, browser, house, ROSA);
  await link(patient, 'Check my connection').click();
  await checkConnection(patient, 'Your connection is good for calls.');
  await finds(patient, WAYS.stun, 'Works');
  for (const way of [WAYS.relayUdp, WAYS.relayTcp, WAYS.relayTls]) await finds(patient, way, 'Not offered');
  await patient.screenshot({ path: `${OUTPUT}check-without-relay.png`, fullPage: true });
  await accessible(patient, 'a house without a relay');
});

test('a house that offers nothing says so', async (t) => {
  const house = await startHouse(t, { demo: true, env: { TURN_PORT: '0' } });
  const patient = await signedIn(t, browser, house, ROSA);
  await link(patient, 'Check my connection').click();
  await checkConnection(patient, 'This server offers nothing to test. Calls work within one network.');
  assert.equal(await patient.getByText('Blocked').count(), 0);
  await button(patient, 'Check again').waitFor();
});
