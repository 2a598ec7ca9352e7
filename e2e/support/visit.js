//! Visits of the doctor and the patient of the demo, from the ring to the end.

import { AMARA, ROSA, button, dialog, phase, signIn } from './app.js';
import { seesAndHears } from './browser.js';

/** @typedef {import('playwright-core').Page} Page */

/** Both sign in, the doctor calls, and they see and hear each other. */
export async function visit(
  /** @type {{ url: string }} */ house,
  /** @type {Page} */ doctor,
  /** @type {Page} */ patient,
) {
  await signIn(doctor, house, AMARA);
  await signIn(patient, house, ROSA);
  await button(doctor, `Call ${ROSA}`).click();
  await dialog(patient, `${AMARA} is calling`).waitFor();
  await button(patient, 'Answer').click();
  for (const page of [doctor, patient]) {
    await phase(page, 'connected');
    await seesAndHears(page);
  }
}

/** One of them ends it, for both. */
export async function leave(/** @type {Page} */ one, /** @type {Page} */ other) {
  await button(one, 'Leave the visit').click();
  for (const page of [one, other]) await phase(page, 'ended');
}
