//! People with clients of different vocabularies meet in one room, in real
//! browsers: all see all, and each hears of the others in its own words.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openClients } from './support/clients.js';
import { startHouse } from './support/house.js';
import { meetingRoom } from './support/places.js';
import { left, muted, said } from './support/words.js';

/** Who comes, in this order. */
const ROOMS = [
  ['rtc', 'meeting', 'native'],
  ['native', 'rtc', 'meeting'],
  ['rtc', 'call, many peers', 'meeting', 'native'],
  ['native', 'meeting', 'call, many peers', 'rtc'],
];

/** Whose clients write and read in the room. */
const CHATS = ['rtc', 'meeting'];

const house = await startHouse({ after }, { env: { HOUSECALL_AUTH__TOKENLESS_RTC: 'true' } });
const clients = await openClients({ after });
let people = 0;

/** @typedef {import('./support/clients.js').Visitor} Visitor */

/**
 * Everybody in one room.
 * @param {import('node:test').TestContext} t
 * @param {string[]} vocabularies
 */
async function inOneRoom(t, vocabularies) {
  const visitors = await Promise.all(vocabularies.map(async (vocabulary) => {
    people += 1;
    const person = await house.person(`guest-${people}`, 'patient');
    return clients.open(t, person, vocabulary);
  }));
  const host = await house.person(`host-${people}`, 'provider');
  const place = await meetingRoom(host, 'Case conference');
  for (const visitor of visitors) await visitor.join(place);
  return visitors;
}

/** Does something for each pair of different visitors, one way and the other. */
async function each(
  /** @type {Visitor[]} */ visitors,
  /** @type {(visitor: Visitor, other: Visitor) => Promise<unknown>} */ work,
) {
  for (const visitor of visitors) {
    const others = visitors.filter((it) => it !== visitor);
    await Promise.all(others.map((other) => work(visitor, other)));
  }
}

for (const vocabularies of ROOMS) {
  test(`in one room come ${vocabularies.join('; ')}`, async (t) => {
    const visitors = await inOneRoom(t, vocabularies);
    await each(visitors, (visitor, other) => visitor.seesAndHears(other.id));
    for (const { length } of await Promise.all(visitors.map((it) => it.stats()))) {
      assert.equal(length, visitors.length - 1, 'one connection to each of the others');
    }

    for (const visitor of visitors) await visitor.mute();
    await each(visitors, (visitor, other) => visitor.hears(muted(visitor.vocabulary, other.id)));

    const writers = visitors.filter((it) => CHATS.includes(it.vocabulary));
    for (const it of writers) await it.say(`Hello from ${it.vocabulary}`);
    await each(writers, (visitor, other) => {
      return visitor.hears(said(visitor.vocabulary, other.id, `Hello from ${other.vocabulary}`));
    });
    for (const visitor of visitors) assert.deepEqual(await visitor.complaints(), []);

    // One after the other goes, and those who stay keep seeing each other.
    const staying = [...visitors];
    while (staying.length > 1) {
      const leaving = /** @type {Visitor} */ (staying.shift());
      await leaving.hangUp();
      await Promise.all(staying.map((it) => it.hears(left(it.vocabulary, leaving.id))));
      await each(staying, (visitor, other) => stillSees(visitor, other));
    }
  });
}

/** Waits until more of somebody's picture has come. */
async function stillSees(/** @type {Visitor} */ visitor, /** @type {Visitor} */ other) {
  const all = await visitor.stats();
  const frames = all.find(({ user }) => user === other.id)?.frames ?? 0;
  await visitor.seesAndHears(other.id, frames + 10);
}
