//! The sample clients that come with the vocabularies of consultations,
//! meetings and contacts work as they stand, each with itself, in real browsers
//! on a page of another origin.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { look } from './support/browser.js';
import { openClients } from './support/clients.js';
import { startHouse } from './support/house.js';
import { appointment, meetingRoom } from './support/places.js';
import { until } from './support/waiting.js';
import { left, muted, said } from './support/words.js';

const house = await startHouse({ after });
const clients = await openClients({ after });
let stories = 0;

/** @typedef {import('./support/clients.js').Visitor} Visitor */
/** @typedef {import('node:test').TestContext} Test */

/** A provider and a patient nobody has heard of yet. */
async function strangers() {
  stories += 1;
  const provider = await house.person(`provider-${stories}`, 'provider');
  const patient = await house.person(`patient-${stories}`, 'patient');
  return { provider, patient };
}

/** Waits until what a page draws is a picture. */
async function draws(/** @type {Visitor} */ { page }) {
  const drawn = async () => {
    const { mean, range } = await look(page, 'video >> nth=0');
    return mean > 20 && range > 50;
  };
  await until(drawn, 'the picture is black');
}

/** Which of these words a page heard. */
async function heard(/** @type {Visitor} */ visitor, /** @type {string[]} */ ...these) {
  const all = await visitor.words();
  return these.filter((it) => all.includes(it));
}

/** Nobody was complained to. */
async function content(/** @type {Visitor[]} */ ...visitors) {
  for (const it of visitors) assert.deepEqual(await it.complaints(), []);
}

/**
 * Two in a consultation: who is there first calls.
 * @param {Test} t
 * @param {import('./support/people.js').Person[]} inOrder
 * @param {string} place
 */
async function inConsultation(t, [one, other], place) {
  const first = await clients.open(t, one, 'consultation');
  const second = await clients.open(t, other, 'consultation');
  await first.call({ other: second.id, place });
  await second.answer({ other: first.id, place });
  return [first, second];
}

for (const who of /** @type {const} */ (['provider', 'patient'])) {
  test(`consultation: the ${who} is there first and calls, and the other one sees and hears them`, async (t) => {
    const { provider, patient } = await strangers();
    const place = await appointment(provider, patient);
    const inOrder = who === 'provider' ? [provider, patient] : [patient, provider];
    const [first, second] = await inConsultation(t, inOrder, place);

    await second.seesAndHears(first.id, 30);
    await draws(second);
    await first.isConnectedTo(second.id);
    const [{ frames, packets }] = await first.stats();
    assert.deepEqual({ frames, packets }, { frames: 0, packets: 0 }, 'the sample answers without its tracks');

    const words = ['consultation:offer', 'consultation:answer', 'consultation:user_joined'];
    assert.deepEqual(await heard(first, ...words), ['consultation:answer', 'consultation:user_joined']);
    assert.deepEqual(await heard(second, ...words), ['consultation:offer']);
    await content(first, second);
    await first.hangUp();
    await second.hears(left('consultation', first.id));
  });
}

test('consultation: once both have called, both see and hear each other', async (t) => {
  const { provider, patient } = await strangers();
  const place = await appointment(provider, patient);
  const [first, second] = await inConsultation(t, [patient, provider], place);
  await second.seesAndHears(first.id);
  await second.page.evaluate('window.visitor.service.startCall(window.visitor.localStream)');
  await first.seesAndHears(second.id, 30);
  await second.seesAndHears(first.id, 30);
  for (const visitor of [first, second]) await draws(visitor);
  await content(first, second);
});

for (const who of /** @type {const} */ (['provider', 'patient'])) {
  test(`contact: the ${who} calls, the other one answers, and both see and hear each other`, async (t) => {
    const people = await strangers();
    const { [who]: one } = people;
    const other = who === 'provider' ? people.patient : people.provider;
    const caller = await clients.open(t, one, 'contact');
    const callee = await clients.open(t, other, 'contact');
    await caller.call({ other: callee.id });
    await callee.hears(['incoming_call', { caller: { _id: caller.id }, type: 'video' }]);
    await callee.answer({ other: caller.id });

    for (const [visitor, whom] of /** @type {const} */ ([[caller, callee], [callee, caller]])) {
      await visitor.seesAndHears(whom.id, 30);
      await draws(visitor);
    }
    const words = ['call_initiated', 'incoming_call', 'call_answered', 'webrtc_offer', 'webrtc_answer'];
    assert.deepEqual(await heard(caller, ...words), ['call_initiated', 'call_answered', 'webrtc_answer']);
    assert.deepEqual(await heard(callee, ...words), ['incoming_call', 'call_answered', 'webrtc_offer']);
    await content(caller, callee);

    await callee.hangUp();
    await caller.hears(['call_ended', { reason: 'user_hangup', endedBy: callee.id }]);
  });
}

test('meeting: whoever comes in offers to all who are there, and all see and hear each other', async (t) => {
  const { provider, patient } = await strangers();
  const relative = await house.person('relative', 'patient');
  const place = await meetingRoom(provider, 'Family meeting');
  const people = [provider, patient, relative];
  const visitors = await Promise.all(people.map((it) => clients.open(t, it, 'meeting')));
  for (const visitor of visitors) await visitor.join(place);

  for (const visitor of visitors) {
    for (const other of visitors) {
      if (other !== visitor) await visitor.seesAndHears(other.id, 30);
    }
    await draws(visitor);
  }
  const [first, second, third] = visitors;
  const words = ['webrtc_offer', 'webrtc_answer'];
  assert.deepEqual(await heard(first, ...words), ['webrtc_offer']);
  assert.deepEqual(await heard(second, ...words), words);
  assert.deepEqual(await heard(third, ...words), ['webrtc_answer']);

  await second.say('Can everybody hear me?');
  for (const visitor of visitors) await visitor.hears(said('meeting', second.id, 'Can everybody hear me?'));
  await third.mute();
  for (const visitor of [first, second]) await visitor.hears(muted('meeting', third.id));
  await content(...visitors);

  await first.hangUp();
  for (const visitor of [second, third]) await visitor.hears(left('meeting', first.id));
  await second.seesAndHears(third.id, 60);
});
