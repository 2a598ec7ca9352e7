//! What was recorded, for those who may watch it and for those who may only know.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, ROSA, THEO, button, dialog, field, gone, heading, link, signedIn,
} from './support/app.js';
import { openBrowser } from './support/browser.js';
import { startHouse } from './support/house.js';
import {
  MINA, allSaved, captured, completed, good, inVisit, offAir, overRest, picture, player, plays,
  record, stopRecording,
} from './support/recording.js';
import { leave } from './support/visit.js';

/** @typedef {import('playwright-core').Page} Page */

const browser = await openBrowser({ after });

test('a recording from its first viewer to its destruction', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  await record([doctor, patient]);
  await captured(doctor, 6);
  await stopRecording(doctor);
  await offAir(doctor, patient);
  await allSaved(doctor);
  const { id } = await completed(await overRest(house, 'demo-amara'));
  await leave(doctor, patient);
  const address = `${house.url}/recordings/${id}`;

  // The patient learns that it is there, and may ask.
  await link(patient, 'Back to people').click();
  await link(patient, 'Recordings').click();
  const theirs = patient.getByRole('link', { name: new RegExp(`^Details: Visit with ${AMARA}`) });
  await theirs.waitFor();
  assert.equal(await patient.getByRole('link', { name: /^Watch/ }).count(), 0);
  await picture(patient, 'library-patient');
  await good(patient, 'the library of a patient');
  await button(patient, `Ask to see it: Visit with ${AMARA}`).click();
  await patient.getByText('You have asked to see it. Those who may watch it are told.').waitFor();
  await patient.goto(address);
  await heading(patient, `Visit with ${AMARA}`).waitFor();
  await patient.getByText('You may know of this recording, but not watch it.').waitFor();
  assert.equal(await button(patient, 'Watch the recording').count(), 0);
  assert.equal(await patient.getByRole('heading', { name: 'Who has seen it' }).count(), 0);
  await picture(patient, 'refused');
  await good(patient, 'a recording that one may not watch');
  const rosa = await overRest(house, 'demo-rosa');
  assert.equal((await rosa.post(`/api/recordings/${id}/watch`)).status, 403);

  // Others do not even learn of it.
  const stranger = await signedIn(t, browser, house, THEO);
  assert.equal(await link(stranger, 'Recordings').count(), 0);
  await stranger.goto(address);
  await stranger.getByRole('alert').waitFor();
  await picture(stranger, 'unknown');

  // The provider finds it, reads who asks, and watches.
  await link(doctor, 'Back to people').click();
  await link(doctor, 'Recordings').click();
  const row = doctor.getByRole('link', { name: new RegExp(`^Watch: Visit with ${ROSA}`) });
  await row.waitFor();
  await picture(doctor, 'library');
  await good(doctor, 'the library');
  const search = doctor.getByRole('search', { name: 'Recordings' });
  await search.getByRole('searchbox', { name: 'Search' }).fill('nobody of that name');
  await button(doctor, 'Search').click();
  await doctor.getByText('No recording fits. Try other words, or a longer period.').waitFor();
  await search.getByRole('searchbox', { name: 'Search' }).fill('Delgado');
  await button(doctor, 'Search').click();
  await row.click();
  await heading(doctor, `Visit with ${ROSA}`).waitFor();
  await doctor.getByText(`${ROSA} asked to see it.`, { exact: true }).first().waitFor();
  const agreed = doctor.getByText(`${ROSA} agreed to sound, picture, and shared screens. Text 2026-11/en.`);
  await agreed.waitFor();
  await plays(await player(doctor));
  await picture(doctor, 'watching');
  await button(doctor, 'Show the list').click();
  for (const what of [
    `${AMARA} opened its page.`,
    `${AMARA} watched it.`,
    `${ROSA} asked to see it.`,
    `${ROSA} wanted to see it, and may not.`,
  ]) {
    await doctor.getByText(new RegExp(`^${what.replaceAll('.', '\\.')}`)).first().waitFor();
  }
  await good(doctor, 'a recording that one watches');
  await doctor.evaluate('scrollTo(0, document.body.scrollHeight)');
  await picture(doctor, 'records');
  assert.equal(await button(doctor, 'Delete it').count(), 0, 'that is for administrators');

  // The law wants it to be kept: nobody destroys it.
  const admin = await signedIn(t, browser, house, MINA);
  await admin.goto(address);
  await button(admin, 'Keep it beyond its time').click();
  await dialog(admin, 'Keep this recording beyond its time?').waitFor();
  await good(admin, 'the question why a recording is kept');
  await field(admin, 'Reason').fill('Complaint 12.');
  await button(admin, 'Keep it').click();
  await admin.getByText('Until it is released. The reason: Complaint 12.', { exact: true }).waitFor();
  await picture(admin, 'held');
  assert.equal(await button(admin, 'Delete it').count(), 0, 'the page offers to delete it');
  const mina = await overRest(house, 'demo-admin');
  const held = await mina.request('DELETE', `/api/recordings/${id}`);
  assert.deepEqual([held.status, held.body.code], [409, 'on_hold']);
  await button(admin, 'Release it').click();
  await admin.getByRole('dialog').getByRole('button', { name: 'Release it', exact: true }).click();
  await gone(admin.getByText(/^Until it is released/));

  // Then it is gone for everybody, and says so.
  await button(admin, 'Delete it').click();
  await dialog(admin, 'Delete this recording for good?').waitFor();
  await picture(admin, 'delete');
  await good(admin, 'the question whether to delete');
  await button(admin, 'Yes, delete it').click();
  const tombstone = 'This recording was deleted. It cannot be brought back.';
  await admin.getByText(tombstone, { exact: true }).waitFor();
  await picture(admin, 'destroyed');
  await good(admin, 'a recording that was destroyed');
  await doctor.reload();
  await doctor.getByText(tombstone, { exact: true }).waitFor();
  assert.equal(await button(doctor, 'Watch the recording').count(), 0);
  const amara = await overRest(house, 'demo-amara');
  const { status, body } = await amara.post(`/api/recordings/${id}/watch`);
  assert.deepEqual([status, body.code], [410, 'recording_destroyed']);
  await button(admin, 'Show the list').click();
  for (const what of ['had it kept', 'released it', 'deleted it']) {
    await admin.getByText(new RegExp(`^${MINA} ${what}\\.`)).first().waitFor();
  }
});
