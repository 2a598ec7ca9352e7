//! Recordings as people make and watch them: by the names their controls have, by
//! what the browser's own recorder did, and by what tools of others say of a file.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessible, button, dialog, fitsAPhone, gone, openPanel } from './app.js';
import { openPage } from './browser.js';
import { Person } from './people.js';
import { mustRun } from './programs.js';
import { visit } from './visit.js';
import { inTime, until } from './waiting.js';

/** Who runs the house of the demo. */
export const MINA = 'Mina Park';

/** Recording, saving, joining and sealing on a machine that is very busy. */
export const SAVING_PATIENCE = 30_000;

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:test').TestContext} Test */
/** @typedef {import('./house.js').RunningHouse} RunningHouse */

/**
 * What one run of the browser's recorder did, in milliseconds since 1970: when it
 * began, up to when it handed its pieces over, when it was stopped, and how many
 * pieces there were.
 * @typedef {{ began: number, until: number, stopped: number | null, pieces: number }} Tape
 */

/**
 * What a page's recorder handed over, run by run, and how much of it the house took.
 * @typedef {{ runs: Buffer[][], taken: number }} Pieces
 */

/** @type {WeakMap<Page, Pieces>} */
const watched = new WeakMap();

/** The question whether somebody agrees. */
export const question = (/** @type {Page} */ page) => dialog(page, 'May this visit be recorded?');

/** What stands at the top of a visit while it is recorded, or waits to be. */
export const indicator = (/** @type {Page} */ page, /** @type {string | RegExp} */ word = 'Recording') =>
  page.locator('[data-stage] header strong').getByText(word, { exact: true });

/** Waits until all of them see that it is recorded. */
export async function onAir(/** @type {Page[]} */ ...pages) {
  for (const page of pages) await indicator(page).waitFor();
}

/** Waits until nobody sees a recording, running or paused. */
export async function offAir(/** @type {Page[]} */ ...pages) {
  for (const page of pages) await gone(page.locator('[data-stage] header strong'));
}

/**
 * Asks everybody in the visit whether it may be recorded.
 * @param {Page} page
 * @param {{ covers?: 'all' | 'sound', newcomers?: 'pause' | 'wait', startsItself?: boolean }} [options]
 */
export async function askToRecord(page, { covers = 'all', newcomers = 'pause', startsItself = true } = {}) {
  await openPanel(page, 'Record');
  await page.getByLabel('What is recorded').selectOption(covers);
  await page.getByLabel('When somebody else comes in').selectOption(newcomers);
  if (!startsItself) await page.getByLabel('Start as soon as everybody agrees').uncheck();
  await button(page, 'Ask everybody').click();
  await page.getByText(/^You asked whether the /).first().waitFor();
}

/** Agrees in the question. */
export async function agree(/** @type {Page} */ page) {
  await question(page).getByRole('button', { name: 'I agree to be recorded', exact: true }).click();
  await gone(question(page));
}

/** Says no in the question. */
export async function decline(/** @type {Page} */ page) {
  await question(page).getByRole('button', { name: 'I do not agree', exact: true }).click();
  await gone(question(page));
}

/**
 * The first of them asks, the others agree, and it is recorded.
 * @param {Page[]} pages
 * @param {Parameters<typeof askToRecord>[1]} [options]
 */
export async function record([provider, ...others], options = {}) {
  await askToRecord(provider, options);
  for (const page of others) await agree(page);
  await onAir(provider, ...others);
}

/** Stops what is recorded, in the open panel. */
export async function stopRecording(/** @type {Page} */ page) {
  await button(page, 'Stop the recording').click();
  await button(page, 'Yes, stop it').click();
}

/** Waits until nothing of what this page recorded is still to be saved. */
export async function allSaved(/** @type {Page} */ page) {
  await gone(page.locator('[data-stage] header').getByText(/still to be saved|^Saving the recording/));
}

/**
 * The doctor and the patient of the demo in a visit, and what the doctor's browser
 * records is watched.
 * @param {Test} t
 * @param {import('playwright-core').Browser} browser
 * @param {RunningHouse} house
 */
export async function inVisit(t, browser, house) {
  const [doctor, patient] = [await openPage(t, browser), await openPage(t, browser)];
  await watchTapes(doctor);
  await visit(house, doctor, patient);
  return { doctor, patient };
}

/**
 * Notes what the browser's recorder does in this page, over its reloads, and keeps
 * what it hands over.
 * @param {Page} page
 */
export async function watchTapes(page) {
  /** @type {Pieces} */
  const kept = { runs: [], taken: 0 };
  watched.set(page, kept);
  /** @type {(run: number, place: number, url: string) => void} */
  const keepPiece = (run, place, url) => {
    kept.runs[run] ??= [];
    kept.runs[run][place] = Buffer.from(url.slice(url.lastIndexOf(',') + 1), 'base64');
  };
  await page.exposeFunction('keepPiece', keepPiece);
  page.on('response', (it) => {
    if (/\/api\/recordings\/[^/]+\/chunks\//.test(it.url()) && it.status() === 200) kept.taken += 1;
  });
  await page.addInitScript(() => {
    const KEY = 'tapes';
    const { start, stop } = MediaRecorder.prototype;
    const tapes = () => JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    const note = (/** @type {number} */ place, /** @type {object} */ what) => {
      const all = tapes();
      all[place] = { ...all[place], ...what };
      sessionStorage.setItem(KEY, JSON.stringify(all));
    };
    const keep = (/** @type {number} */ run, /** @type {number} */ place, /** @type {Blob} */ piece) => {
      const reader = new FileReader();
      reader.onload = () => /** @type {any} */ (window).keepPiece(run, place, reader.result);
      reader.readAsDataURL(piece);
    };
    /** @type {WeakMap<MediaRecorder, number>} */
    const places = new WeakMap();
    MediaRecorder.prototype.start = function (timeslice) {
      const [run, began] = [tapes().length, Date.now()];
      places.set(this, run);
      note(run, { began, until: began, stopped: null, pieces: 0 });
      this.addEventListener('dataavailable', ({ data }) => {
        if (data.size === 0) return;
        const { stopped, pieces } = tapes()[run];
        keep(run, pieces, data);
        // What is handed over after the stop was captured before.
        note(run, { until: stopped ?? Date.now(), pieces: pieces + 1 });
      });
      start.call(this, timeslice);
    };
    MediaRecorder.prototype.stop = function () {
      note(places.get(this) ?? 0, { stopped: Date.now() });
      stop.call(this);
    };
  });
}

/**
 * What the browser's recorder has done in this page since it was opened.
 * @param {Page} page
 * @returns {Promise<Tape[]>}
 */
export function tapes(page) {
  return page.evaluate(() => JSON.parse(sessionStorage.getItem('tapes') ?? '[]'));
}

/** How long they ran in all, in seconds, up to what was handed over. */
export function secondsOn(/** @type {Tape[]} */ all) {
  return all.reduce((sum, it) => sum + it.until - it.began, 0) / 1_000;
}

/** Waits until this page has captured so long, in seconds. */
export async function captured(/** @type {Page} */ page, /** @type {number} */ seconds) {
  const enough = async () => secondsOn(await tapes(page)) >= seconds;
  await until(enough, `the page did not record for ${seconds} s`, SAVING_PATIENCE);
}

/** Waits for a moment in which all that was handed over has reached the house. */
export async function nothingUnderWay(/** @type {Page} */ page) {
  const isStill = async () => {
    const pieces = (await tapes(page)).reduce((sum, it) => sum + it.pieces, 0);
    const { runs, taken } = /** @type {Pieces} */ (watched.get(page));
    return taken === pieces && runs.flat().length === pieces;
  };
  await until(isStill, 'something is under way all the time', SAVING_PATIENCE);
}

/**
 * How much sound and picture the browser's recorder handed over in this page, in
 * seconds: for each run, what ffprobe finds in it.
 * @param {Test} t
 * @param {Page} page
 */
export async function handedOver(t, page) {
  const place = await folder(t);
  const lengths = [];
  for (const [run, pieces] of (watched.get(page)?.runs ?? []).entries()) {
    const path = `${place}/${run}.webm`;
    await writeFile(path, Buffer.concat(pieces));
    const { ends } = await probe(path);
    lengths.push(Math.max(...Object.values(ends).map((it) => it.to)));
  }
  return lengths;
}

/** Somebody of the demo, over REST. */
export async function overRest(/** @type {RunningHouse} */ house, /** @type {string} */ userId) {
  const { body } = await house.stranger.post('/api/demo/sign-in', { userId });
  return new Person(house, userId, body.accessToken);
}

/** The newest recording this person may learn of, once it is there. */
export async function newest(/** @type {Person} */ person) {
  const ask = async () => (await person.get('/api/recordings?limit=1')).body.recordings?.[0];
  return until(ask, `${person.id} learns of no recording`);
}

/** The newest recording, once it can be watched. */
export async function completed(/** @type {Person} */ person) {
  /** @type {any} */
  let now;
  const ask = async () => {
    now = (await person.get('/api/recordings?limit=1')).body.recordings?.[0];
    return now?.status === 'completed' && now;
  };
  return until(ask, () => `no recording was completed: ${JSON.stringify(now)}`, SAVING_PATIENCE);
}

/**
 * A folder that is gone when the test is over.
 * @param {Test} t
 */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'housecall-e2e-media-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/**
 * What ffprobe says of a file: its tracks, and its length as its header has it and
 * as its packets have it.
 * @param {string} path
 */
export async function probe(path) {
  const words = ['ffprobe', '-v', 'quiet', '-of', 'json', '-show_format', '-show_streams'];
  const { streams, format } = JSON.parse(await mustRun([...words, path]));
  const kinds = streams.map((/** @type {any} */ it) => it.codec_type).sort();
  /** @type {Record<string, Awaited<ReturnType<typeof span>>>} */
  const ends = {};
  for (const kind of kinds) ends[kind] = await span(path, kind);
  return { kinds, duration: Number(format.duration), ends };
}

/** From the first packet of a track to the end of its last, and its widest gap, in seconds. */
async function span(/** @type {string} */ path, /** @type {string} */ kind) {
  const entries = ['-show_entries', 'packet=pts_time', '-of', 'csv=p=0'];
  const out = await mustRun(['ffprobe', '-v', 'quiet', '-select_streams', kind[0], ...entries, path]);
  const times = out.split(/[\s,]+/).filter((it) => /\d/.test(it)).map(Number);
  const gaps = times.slice(1).map((it, at) => it - times[at]);
  return { from: times[0], to: times[times.length - 1], widest: Math.max(...gaps), least: Math.min(...gaps) };
}

/** How bright the picture is at a moment, and its brightest and darkest points: 0 to 255. */
export async function brightness(/** @type {string} */ path, /** @type {number} */ seconds) {
  const filter = 'signalstats,metadata=print:file=-';
  const out = await mustRun([
    'ffmpeg', '-v', 'error', '-ss', String(seconds), '-i', path, '-frames:v', '1',
    '-vf', filter, '-f', 'null', '-',
  ]);
  const of = (/** @type {string} */ name) =>
    Number(new RegExp(`signalstats\\.${name}=([\\d.]+)`).exec(out)?.[1]);
  return { mean: of('YAVG'), least: of('YMIN'), most: of('YMAX') };
}

/**
 * How loud a file is from a moment on for some seconds: its mean, in decibels below
 * full.
 * @param {string} path
 * @param {number} from
 * @param {number} seconds
 */
export async function loudness(path, from, seconds) {
  const out = await mustRun([
    'ffmpeg', '-nostats', '-ss', String(from), '-t', String(seconds), '-i', path,
    '-map', '0:a', '-af', 'volumedetect', '-f', 'null', '-',
  ]);
  return Number(/mean_volume: (-?[\d.]+) dB/.exec(out)?.[1]);
}

/** The screen is good for everybody. */
export async function good(/** @type {Page} */ page, /** @type {string} */ screen) {
  await accessible(page, screen);
  await fitsAPhone(page, screen);
}

const OUTPUT = fileURLToPath(new URL('../output/', import.meta.url));

/** Keeps what the page looks like, for people to look at. */
export async function picture(/** @type {Page} */ page, /** @type {string} */ name) {
  await mkdir(OUTPUT, { recursive: true });
  await page.screenshot({ path: `${OUTPUT}recording-${name}.png` });
}

/** The player, once it knows what it plays. */
export async function player(/** @type {Page} */ page) {
  await button(page, 'Watch the recording').click();
  const video = page.locator('video[aria-label="The recording"]');
  await video.evaluate((/** @type {HTMLVideoElement} */ it) => {
    if (it.readyState >= HTMLMediaElement.HAVE_METADATA) return undefined;
    return new Promise((resolve, reject) => {
      it.addEventListener('loadedmetadata', resolve, { once: true });
      it.addEventListener('error', () => reject(new Error(it.error?.message)), { once: true });
    });
  });
  return video;
}

/** @typedef {Awaited<ReturnType<typeof player>>} Player */

/** Where a player is, in seconds. */
export const placeOf = (/** @type {Player} */ video) =>
  video.evaluate((/** @type {HTMLVideoElement} */ it) => it.currentTime);

/** Waits until it has played some more from where it is. */
export async function plays(/** @type {Player} */ video) {
  const from = await placeOf(video);
  const further = async () => (await placeOf(video)) > from + 0.3;
  await until(further, `the player stays at ${from} s`);
}

/** Goes to a moment, and resolves when the player is there. */
export async function seek(/** @type {Player} */ video, /** @type {number} */ seconds) {
  const seeked = video.evaluate((/** @type {HTMLVideoElement} */ it, to) => {
    const there = new Promise((resolve) => it.addEventListener('seeked', resolve, { once: true }));
    it.currentTime = to;
    return there.then(() => it.currentTime);
  }, seconds);
  return inTime(seeked, `the player did not seek to ${seconds} s`);
}

/**
 * Watches something in the page; resolves, once it is watched, with a way to wait
 * until it is gone and to learn when that was, in milliseconds since 1970.
 * @param {Page} page
 * @param {import('playwright-core').Locator} what
 */
export async function vanishes(page, what) {
  const element = await what.elementHandle();
  const at = page.evaluate((it) => new Promise((resolve) => {
    const look = () => {
      if (it?.isConnected && it.textContent === 'Recording') requestAnimationFrame(look);
      else resolve(Date.now());
    };
    look();
  }), element);
  return () => at;
}

/**
 * Watches for something in the page; resolves, once it is watched for, with a way to
 * wait until it is there and to learn when that was, in milliseconds since 1970.
 * @param {Page} page
 * @param {string} condition an expression
 */
export async function appears(page, condition) {
  const at = await page.evaluateHandle(`({ when: new Promise((resolve) => {
    const look = () => (${condition}) ? resolve(Date.now()) : requestAnimationFrame(look);
    look();
  }) })`);
  return () => at.evaluate((it) => /** @type {Promise<number>} */ (/** @type {any} */ (it).when));
}
