//! A visit is recorded only while both agree, and what was recorded plays.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  AMARA, ROSA, button, heading, link, news, openPanel, phase, signedIn, write,
} from './support/app.js';
import { look, openBrowser } from './support/browser.js';
import { startHouse } from './support/house.js';
import {
  MINA, agree, allSaved, askToRecord, brightness, captured, completed, decline, folder, good,
  handedOver, inVisit, indicator, loudness, nothingUnderWay, offAir, onAir, overRest, picture,
  placeOf, player, plays, probe, question, record, seek, stopRecording, tapes, vanishes,
} from './support/recording.js';
import { leave } from './support/visit.js';
import { until } from './support/waiting.js';

/** @typedef {import('playwright-core').Page} Page */

/** How far the length of a file may be from what was recorded, in seconds. */
const EXACT = 1;

/** How far pictures stay behind on a very busy machine, in seconds. */
const LATE = 3;

/** How much may be lost when a page goes away, in seconds: what was not handed over
 *  yet, and what a very busy machine had not yet encoded. */
const LAST_PIECE = 4;

const browser = await openBrowser({ after });

/**
 * Two lengths are as good as the same.
 * @param {number} one
 * @param {number} other
 * @param {string} what
 */
function near(one, other, what, within = EXACT) {
  assert.ok(Math.abs(one - other) <= within, `${what}: ${one} s, not ${other} s`);
}

test('a visit is recorded over a reload, and is one file that plays and seeks', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  await askToRecord(doctor);
  await patient.getByText(/sound, picture, and shared screens of everybody/).waitFor();
  await agree(patient);
  await onAir(doctor, patient);
  await captured(doctor, 8);
  await nothingUnderWay(doctor);
  const reloadedAt = Date.now();
  await doctor.reload();
  await phase(doctor, 'connected');
  await onAir(doctor, patient);
  await captured(doctor, 13);
  await openPanel(patient, 'Chat');
  await write(patient, 'It hurts here.');
  await captured(doctor, 20);
  await openPanel(doctor, 'Record');
  await stopRecording(doctor);
  await offAir(doctor, patient);
  await allSaved(doctor);

  const runs = await tapes(doctor);
  assert.equal(runs.length, 2);
  const [spoke, after] = await handedOver(t, doctor);
  const recorded = spoke + after;
  const around = (reloadedAt - runs[0].began + Number(runs[1].stopped) - runs[1].began) / 1_000;
  t.diagnostic(`recorded ${spoke} s and, after the reload, ${after} s, of ${around} s in all`);
  const lost = around - recorded;
  assert.ok(lost > -EXACT && lost < LAST_PIECE, `of ${around} s, ${recorded} s were recorded`);
  const amara = await overRest(house, 'demo-amara');
  const { id, duration } = await completed(amara);
  t.diagnostic(`the file is ${duration} s long`);
  near(duration, recorded, 'the house says the length');
  await leave(doctor, patient);

  // It is watched where it is found.
  await link(doctor, 'Back to people').click();
  await link(doctor, 'Recordings').click();
  await doctor.getByRole('link', { name: new RegExp(`^Watch: Visit with ${ROSA}`) }).first().click();
  await heading(doctor, `Visit with ${ROSA}`).waitFor();
  assert.ok(doctor.url().endsWith(id));
  const video = await player(doctor);
  const length = await video.evaluate((/** @type {HTMLVideoElement} */ it) => it.duration);
  near(length, recorded, 'the player says the length');
  await plays(video);
  for (const to of [length - 3, 2, length / 2]) {
    near(await seek(video, to), to, 'the player is at', 0.1);
    await plays(video);
  }
  await doctor.getByRole('button', { name: `${ROSA} wrote in the chat` }).click();
  await until(async () => (await placeOf(video)) < length / 2 + 8, 'the chapter leads nowhere');
  const place = await placeOf(video);
  assert.ok(place > spoke, `the chapter is at ${place} s, before the reload at ${spoke} s`);
  await plays(video);
  await until(async () => {
    const seen = await look(doctor, 'video[aria-label="The recording"]');
    return seen.mean > 20 && seen.range > 50;
  }, 'the player shows black');
  await picture(doctor, 'player');

  // What an administrator downloads is what any other program plays.
  const admin = await signedIn(t, browser, house, MINA);
  await admin.goto(`${house.url}/recordings/${id}`);
  const coming = admin.waitForEvent('download');
  await button(admin, 'Download').click();
  const path = `${await folder(t)}/recording.webm`;
  await (await coming).saveAs(path);
  const file = await probe(path);
  assert.deepEqual(file.kinds, ['audio', 'video']);
  near(file.duration, recorded, 'the file says its length');
  for (const kind of ['audio', 'video']) {
    const { to, widest, least } = file.ends[kind];
    near(to, recorded, `the ${kind} ends at`, LATE);
    assert.ok(widest < LATE, `the ${kind} has a gap of ${widest} s`);
    assert.ok(least >= 0, `the ${kind} goes back by ${-least} s`);
  }
  for (const at of [4, file.duration / 2, file.duration - 4]) {
    const seen = await brightness(path, at);
    const isPicture = seen.mean > 40 && seen.most - seen.least > 100;
    assert.ok(isPicture, `the picture at ${at} s: ${JSON.stringify(seen)}`);
    const level = await loudness(path, at - 2, 4);
    assert.ok(level > -50, `at ${at} s there are ${level} dB`);
  }
});

test('a patient says no and nothing is recorded; then they change their mind', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  await openPanel(doctor, 'Record');
  await picture(doctor, 'form');
  await good(doctor, 'the form in which a recording is asked for');
  await button(doctor, 'Close record').click();
  await askToRecord(doctor, { startsItself: false });
  await question(patient).waitFor();
  await picture(patient, 'question');
  await good(patient, 'the question whether somebody agrees');
  await good(doctor, 'what everybody has said');
  await decline(patient);
  await news(doctor, `${ROSA} does not agree to be recorded.`).waitFor();
  const answers = doctor.getByRole('list', { name: 'Who agrees' });
  await answers.getByText('Said no', { exact: true }).waitFor();
  await patient.getByText(`${AMARA} asks whether this visit may be recorded. You did not agree.`).waitFor();
  await picture(doctor, 'said-no');
  await button(doctor, 'Start the recording').waitFor({ state: 'detached' });
  await offAir(doctor, patient);
  assert.deepEqual(await tapes(doctor), []);

  await button(patient, 'Change my answer').click();
  await agree(patient);
  await answers.getByText('Said no', { exact: true }).waitFor({ state: 'detached' });
  assert.deepEqual(await tapes(doctor), [], 'nothing starts by itself');
  await button(doctor, 'Start the recording').click();
  await onAir(doctor, patient);
  await captured(doctor, 3);
  await picture(doctor, 'running');
  await picture(patient, 'recorded');
  await good(doctor, 'the visit of whoever records');
  await good(patient, 'a visit that is recorded');
  await stopRecording(doctor);
  await offAir(doctor, patient);
  await allSaved(doctor);
  const [recorded] = await handedOver(t, doctor);
  const amara = await overRest(house, 'demo-amara');
  near((await completed(amara)).duration, recorded, 'the house says the length');
  await leave(doctor, patient);
});

test('whoever agrees no longer ends it within a second, and no more is in the file', async (t) => {
  const house = await startHouse(t, { demo: true });
  const { doctor, patient } = await inVisit(t, browser, house);
  await record([doctor, patient]);
  await captured(doctor, 6);
  const vanished = [];
  for (const page of [doctor, patient]) vanished.push(await vanishes(page, indicator(page)));
  const clickedAt = Date.now();
  await button(patient, 'Stop recording me').click();
  for (const at of vanished) {
    const took = (await at()) - clickedAt;
    t.diagnostic(`the sign was gone after ${took} ms`);
    assert.ok(took < 1_000, `the sign was there for another ${took} ms`);
  }
  await news(doctor, 'Recording stopped.').waitFor();
  await allSaved(doctor);
  const [tape, ...more] = await tapes(doctor);
  assert.deepEqual(more, []);
  const late = Number(tape.stopped) - clickedAt;
  assert.ok(late < 1_000, `the browser recorded for another ${late} ms`);
  const amara = await overRest(house, 'demo-amara');
  const { id, duration } = await completed(amara);
  near(duration, (await handedOver(t, doctor))[0], 'the house says the length');
  assert.ok(duration <= (clickedAt - tape.began) / 1_000 + EXACT, `${duration} s are kept`);
  const { body } = await amara.get(`/api/recordings/${id}`);
  const said = body.consents.map((/** @type {any} */ it) => [it.name, it.what]);
  assert.deepEqual(said.at(-1), [ROSA, 'withdrew']);
  await leave(doctor, patient);
});
