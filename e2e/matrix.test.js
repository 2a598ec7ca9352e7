//! Everybody can call everybody: one person with a client of one vocabulary,
//! the other with one of another, in two real browsers that see each other.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openClients } from './support/clients.js';
import { startHouse } from './support/house.js';
import { appointment } from './support/places.js';
import { gone } from './support/words.js';

const VOCABULARIES = ['consultation', 'rtc', 'call', 'meeting', 'contact', 'native'];

/** Kinds of clients that came later, each with itself and with our own. */
const LATER = ['rtc, later', 'meeting, two lanes', 'live'];

/** Whose callers call a person. The others come to an appointment. */
const CALLS_A_PERSON = ['contact', 'live', 'native'];

/** Whose sample answers an offer without sending anything itself. */
const ONLY_WATCHES = 'consultation';

const house = await startHouse({ after }, { env: { HOUSECALL_AUTH__TOKENLESS_RTC: 'true' } });
const clients = await openClients({ after });
let pairs = 0;

/**
 * Two people who have never met call, see and leave each other.
 * @param {import('node:test').TestContext} t
 * @param {string} calling the caller's vocabulary
 * @param {string} called the callee's vocabulary
 */
async function meet(t, calling, called) {
  pairs += 1;
  const [provider, patient] = await Promise.all([
    house.person(`provider-${pairs}`, 'provider'),
    house.person(`patient-${pairs}`, 'patient'),
  ]);
  const [caller, callee] = await Promise.all([
    clients.open(t, provider, calling),
    clients.open(t, patient, called),
  ]);
  const place = CALLS_A_PERSON.includes(calling) ? undefined : await appointment(provider, patient);
  const visit = { providerId: provider.id, patientId: patient.id, place };
  await caller.call({ ...visit, other: callee.id });
  await callee.answer({ ...visit, other: caller.id });

  await callee.seesAndHears(caller.id);
  if (called === ONLY_WATCHES) await caller.isConnectedTo(callee.id);
  else await caller.seesAndHears(callee.id);
  for (const visitor of [caller, callee]) assert.deepEqual(await visitor.complaints(), []);

  await caller.hangUp();
  await callee.hears(...gone(called, caller.id));
}

test('every vocabulary calls every vocabulary', async (t) => {
  const all = VOCABULARIES.flatMap((calling) => VOCABULARIES.map((called) => [calling, called]));
  let met = 0;
  for (const [calling, called] of all) {
    await t.test(`${calling} calls ${called}`, async (t) => {
      await meet(t, calling, called);
      met += 1;
    });
  }
  t.diagnostic(`${met} of ${all.length}`);
});

for (const kind of LATER) {
  for (const [calling, called] of [[kind, kind], [kind, 'native'], ['native', kind]]) {
    test(`${calling} calls ${called}`, (t) => meet(t, calling, called));
  }
}
