//! Visits of people whose networks do not reach each other, who are behind a
//! firewall, or whose way to each other is lost in the middle.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ROSA, accessible, fitsAPhone, link, signIn } from './support/app.js';
import { openPage, received, seesAndHears } from './support/browser.js';
import { WAYS, checkConnection, finds } from './support/check.js';
import { HOUSE, WITHOUT_NETWORKS as skip, openNetwork } from './support/netns.js';
import { runProgram } from './support/programs.js';
import { startRelayHouse } from './support/relay-house.js';
import { goesBy, path } from './support/relay.js';
import { leave, visit } from './support/visit.js';
import { until } from './support/waiting.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:test').TestContext} Test */

/** A house that relays, and two homes with a page each. */
async function twoHomes(/** @type {Test} */ t) {
  const network = await openNetwork(t);
  const { inside } = network;
  // Homes are no public addresses.
  const env = { HOST: HOUSE, HOUSECALL_ICE__ALLOWED_PEERS: '10.77.0.0/16' };
  const { house } = await startRelayHouse(t, { demo: true, inside, host: HOUSE, env });
  const homes = [await network.home(), await network.home()];
  const pages = [];
  for (const home of homes) pages.push(await openPage(t, await home.browser(house.url)));
  return { network, house, homes, pages };
}

const OUTPUT = fileURLToPath(new URL('output/', import.meta.url));

/** Waits until one or both ends of what each page goes by are relayed. */
async function meetAtRelay(/** @type {Page[]} */ pages) {
  for (const page of pages) {
    /** @type {Awaited<ReturnType<typeof path>>} */
    let by;
    const isRelayed = async () => {
      by = await path(page);
      return by !== undefined && [by.local, by.remote].includes('relay');
    };
    await until(isRelayed, () => `a page goes by ${JSON.stringify(by)}`);
  }
}

/**
 * Waits until both see and hear each other again, and tells how long that took.
 * @param {Test} t
 * @param {Page[]} pages
 * @param {() => Promise<void>} trouble
 */
async function recover(t, pages, trouble) {
  await trouble();
  const start = Date.now();
  const before = await Promise.all(pages.map((it) => received(it)));
  const back = pages.map(async (page, at) => {
    await seesAndHears(page, { beyond: before[at], frames: 10 });
    return Date.now() - start;
  });
  const took = await Promise.all(back);
  t.diagnostic(`sound and picture were back after ${took.join(' and ')} ms`);
}

test('two homes with no route between them meet at the relay', { skip }, async (t) => {
  const { house, homes: [here, there], pages } = await twoHomes(t);
  const [doctor, patient] = pages;
  const { code, out } = await runProgram(['ip', '-n', here.namespace, 'route', 'get', `${there.network}.2`]);
  assert.ok(code !== 0 && out.includes('unreachable'), out);
  await visit(house, doctor, patient);
  await meetAtRelay(pages);
  await leave(doctor, patient);
});

test('a home that may send no datagrams reaches the relay over TCP', { skip }, async (t) => {
  const { house, homes, pages: [doctor, patient] } = await twoHomes(t);
  for (const home of homes) await home.blockUdp();
  await visit(house, doctor, patient);
  for (const page of [doctor, patient]) {
    await goesBy(page, { local: 'relay', remote: 'relay', protocol: 'tcp' });
  }
  await leave(doctor, patient);
});

test('two who meet directly go on through the relay when that way is lost', { skip }, async (t) => {
  const { network, house, homes: [here, there], pages } = await twoHomes(t);
  const [doctor, patient] = pages;
  await network.join(here, there);
  await visit(house, doctor, patient);
  for (const page of pages) await goesBy(page, { local: 'host', remote: 'host' });

  await recover(t, pages, () => here.loseLan());
  await meetAtRelay(pages);
  await leave(doctor, patient);
});

test('somebody changes the network in the middle of a visit', { skip }, async (t) => {
  const { house, homes: [here], pages } = await twoHomes(t);
  const [doctor, patient] = pages;
  await visit(house, doctor, patient);
  await recover(t, pages, () => here.moveTo(3));
  await meetAtRelay(pages);
  await leave(doctor, patient);
});

test('somebody behind a firewall is told what it blocks and whom to ask', { skip }, async (t) => {
  const { house, homes: [here], pages: [patient] } = await twoHomes(t);
  await here.blockUdp();
  await signIn(patient, house, ROSA);
  await link(patient, 'Check my connection').click();
  await checkConnection(patient, 'Your network blocks UDP. Calls will work over TCP, with a little more delay.');
  for (const way of [WAYS.stun, WAYS.relayUdp]) await finds(patient, way, 'Blocked');
  for (const way of [WAYS.relayTcp, WAYS.relayTls, WAYS.roundTrip]) await finds(patient, way, 'Works');
  const advice = `Nobody answers. Ask your IT to open UDP port ${house.turnPort} to ${HOUSE}.`;
  await patient.getByText(advice, { exact: true }).first().waitFor();
  await mkdir(OUTPUT, { recursive: true });
  await patient.screenshot({ path: `${OUTPUT}check-firewall.png`, fullPage: true });
  await accessible(patient, 'a connection behind a firewall');
  await fitsAPhone(patient, 'a connection behind a firewall');
});
