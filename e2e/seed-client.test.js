//! The sample client that comes with the vocabulary of `/webrtc` works as it
//! stands, in real browsers, on a page of another origin.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { look, openBrowser, openPage, seesAndHears } from './support/browser.js';
import { startHouse } from './support/house.js';
import { Person } from './support/people.js';
import { until } from './support/waiting.js';

const FILES = {
  '/': ['support/sample/index.html', 'text/html'],
  '/webrtc-client.js': ['support/sample/webrtc-client.js', 'text/javascript'],
  '/socket.io-client.js': ['node_modules/socket.io-client/dist/socket.io.esm.min.js', 'text/javascript'],
};

/** Where the sample keeps its connection. */
const PEERS = '[window.client.peerConnection]';

const house = await startHouse({ after }, { demo: true });
const browser = await openBrowser({ after });
const site = await serveSample();
const provider = await house.person('provider', 'provider');
const patient = await house.person('patient', 'patient');

/** The user's own web server. */
async function serveSample() {
  const server = createServer(async ({ url = '' }, response) => {
    const [path, type] = FILES[/** @type {keyof typeof FILES} */ (url)] ?? [];
    if (path === undefined) return response.writeHead(404).end();
    const file = fileURLToPath(new URL(path, import.meta.url));
    response.writeHead(200, { 'content-type': type }).end(await readFile(file));
  });
  after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://localhost:${port}`;
}

/**
 * A page on which somebody has the sample client, ready.
 * @param {import('node:test').TestContext} t
 * @param {import('./support/people.js').Person} person
 */
async function openSample(t, { token = '' }) {
  const page = await openPage(t, browser);
  await page.goto(site);
  await page.waitForFunction('window.WebRTCClient');
  await page.evaluate(
    async ({ url, token }) => {
      const { WebRTCClient } = /** @type {any} */ (window);
      const client = new WebRTCClient(url, token);
      const heard = /** @type {unknown[]} */ ([]);
      client.socket.onAny((/** @type {unknown[]} */ ...words) => heard.push(words));
      Object.assign(window, { client, heard });
      await client.initialize();
    },
    { url: house.url, token },
  );
  await page.waitForFunction('window.client.socket.connected');
  return page;
}

/** @param {import('playwright-core').Page} page */
function joinCall(page, /** @type {string} */ callId) {
  return page.evaluate(`window.client.joinCall(${JSON.stringify(callId)})`);
}

/**
 * What the page heard, by its name.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
function words(page) {
  return page.evaluate('window.heard.map(([word]) => word)');
}

for (const order of ['the sample client', 'the visit app']) {
  test(`a page with the sample client and the visit app meet in one call; ${order} comes first`, async (t) => {
    const { body } = await house.stranger.post('/api/demo/sign-in', { userId: 'demo-amara' });
    const amara = new Person(house, 'demo-amara', body.accessToken);
    const rosa = new Person(house, 'demo-rosa', undefined);
    const sample = await openSample(t, amara);
    const app = await openPage(t, browser);
    await app.goto(house.url);
    await app.getByRole('button', { name: 'Continue as Rosa Delgado' }).click();

    const call = await amara.callPatient(rosa);
    const answer = app.getByRole('button', { name: 'Answer', exact: true });
    await answer.waitFor();
    if (order === 'the sample client') {
      await joinCall(sample, call.id);
      await sample.waitForFunction(`window.heard.some(([word]) => word === 'room-participants')`);
      await answer.click();
    } else {
      await answer.click();
      await app.locator('[data-call-phase="connected"]').waitFor();
      await joinCall(sample, call.id);
    }
    await seesAndHears(sample, { peers: PEERS });
    await seesAndHears(app);

    await app.getByRole('button', { name: 'Leave the visit' }).click();
    await sample.waitForFunction(`window.heard.some(([word]) => word === 'call-ended')`);
    const complaints = await sample.evaluate(`window.heard.filter(([word]) => word === 'error')`);
    assert.deepEqual(complaints, []);
  });
}

for (const order of ['the provider', 'the patient']) {
  test(`two pages with the sample client see and hear each other; ${order} comes first`, async (t) => {
    const pages = { provider: await openSample(t, provider), patient: await openSample(t, patient) };
    const call = await provider.callPatient(patient);
    await pages.patient.waitForFunction(`window.heard.some(([word]) => word === 'incoming-call')`);
    const isProvider = order === 'the provider';
    const first = isProvider ? pages.provider : pages.patient;
    const second = isProvider ? pages.patient : pages.provider;
    await joinCall(first, call.id);
    await first.waitForFunction(`window.heard.some(([word]) => word === 'room-participants')`);
    await joinCall(second, call.id);

    for (const page of [first, second]) {
      await seesAndHears(page, { peers: PEERS });
      const drawn = async () => {
        const { mean, range } = await look(page, '#remote');
        return mean > 20 && range > 50;
      };
      await until(drawn, 'the picture is black');
    }
    assert.ok((await words(first)).includes('answer'), 'who was there offers');
    assert.ok((await words(second)).includes('offer'), 'who comes in answers');
    assert.ok(!(await words(second)).includes('answer'));

    const { body } = await provider.get(`/webrtc/calls/${call.id}`);
    const standing = body.participants.map((/** @type {any} */ it) => [it.userId, it.status]);
    assert.deepEqual(standing, [['patient', 'connected'], ['provider', 'connected']]);

    await provider.post(`/webrtc/calls/${call.id}/end`, { reason: 'Call completed' });
    for (const page of [first, second]) {
      await page.waitForFunction(`window.heard.some(([word]) => word === 'call-ended')`);
      const complaints = await page.evaluate(`window.heard.filter(([word]) => word === 'error')`);
      assert.deepEqual(complaints, []);
    }
  });
}
