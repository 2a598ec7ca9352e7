//! Visits of people between whom there is nothing but a relay: the one of the
//! house, or a coturn beside it.

import { after, test } from 'node:test';
import { openBrowser, openPage } from './support/browser.js';
import { startCoturn } from './support/coturn.js';
import { startHouse } from './support/house.js';
import { startRelayHouse } from './support/relay-house.js';
import { goesBy, relayOnly } from './support/relay.js';
import { leave, visit } from './support/visit.js';

/** @typedef {import('./support/house.js').RunningHouse} RunningHouse */
/** @typedef {import('./support/relay.js').Way} Way */

const browser = await openBrowser({ after }, { more: ['--ignore-certificate-errors'] });

/** A house with a relay of its own, which permits what a call has announced. */
const { house: own } = await startRelayHouse({ after }, { demo: true });

/** A house that signs what lets people into coturn. */
async function besideCoturn() {
  const secret = 'what-the-house-and-coturn-share-0123456789';
  const { urls } = await startCoturn({ after }, { secret });
  const env = { TURN_PORT: '0', WEBRTC_TURN_SERVERS: urls, TURN_SECRET: secret };
  return startHouse({ after }, { demo: true, env });
}

/** A house that tells everybody the same name and password. */
async function besideFixedCoturn() {
  const [user, password] = ['clinic', 'a-fixed-password'];
  const { urls } = await startCoturn({ after }, { user, password });
  const env = {
    TURN_PORT: '0',
    WEBRTC_TURN_SERVERS: urls,
    WEBRTC_TURN_USERNAME: user,
    WEBRTC_TURN_PASSWORD: password,
  };
  return startHouse({ after }, { demo: true, env });
}

const [shared, fixed] = [await besideCoturn(), await besideFixedCoturn()];

/**
 * How the doctor and the patient reach the relay; without a way they may connect
 * as they like.
 * @type {[story: string, house: RunningHouse, ...ways: (Way | undefined)[]][]}
 */
const VISITS = [
  ['two people meet at the relay of the house over UDP', own, 'udp', 'udp'],
  ['two people meet at the relay of the house over TCP', own, 'tcp', 'tcp'],
  ['two people meet at the relay of the house over TLS', own, 'tls', 'tls'],
  ['one of two people needs the relay of the house', own, undefined, 'tcp'],
  ['two people meet at a coturn the house signs credentials for', shared, 'udp', 'tcp'],
  ['one of two people needs a coturn with a fixed password', fixed, 'tls', undefined],
];

for (const [story, house, ...ways] of VISITS) {
  test(story, async (t) => {
    const [doctor, patient] = [await openPage(t, browser), await openPage(t, browser)];
    const pages = [doctor, patient];
    for (const [at, way] of ways.entries()) if (way) await relayOnly(pages[at], way);
    await visit(house, doctor, patient);
    for (const [at, protocol] of ways.entries()) {
      if (protocol) await goesBy(pages[at], { local: 'relay', protocol });
      else await goesBy(pages[at], { remote: 'relay' });
    }
    await leave(doctor, patient);
  });
}
