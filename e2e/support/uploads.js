//! People in a call that one of them records, and what the recorder's device does
//! then: it sends what it records piece by piece, and goes on where it was after
//! whatever happens.

import { createHash } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { Person } from './people.js';
import { until } from './waiting.js';
import { LiveWebm } from './webm.js';

/** @typedef {import('./client.js').Client} Client */
/** @typedef {import('./house.js').RunningHouse} House */
/** @typedef {import('./people.js').Answer} Answer */
/** @typedef {import('./webm.js').Piece} Piece */

const ON = { audio: true, video: true };

/** What every picture and sound of these recordings says. */
export const MARK = 'what nobody but those who may has ever seen';

export const WEBM = 'video/webm;codecs=vp8,opus';

/** How much of a recording is sent at a time, in milliseconds. */
const USUAL = 200;

/**
 * Two people in a call, and one of them records it.
 * @param {Person} recorder
 * @param {Person} other
 * @param {{ invited?: string[] }} [options] who is called as well and has not come
 */
export async function record(recorder, other, { invited = [] } = {}) {
  const [{ client: doctor }, { client: patient }] = [await recorder.native(), await other.native()];
  const { result } = await must(doctor, 'start', { callees: [other.id, ...invited], media: ON });
  const callId = result.id;
  await must(patient, 'answer', { callId, media: ON });
  for (const client of [doctor, patient]) {
    client.socket.on('welcome', () => client.say('resume', { callId, media: ON }));
    await must(client, 'consent', { callId, agreed: true, wording: '2026-11/en' });
  }
  const started = await must(doctor, 'record', { callId });
  return new Visit(recorder, callId, started.result.recording.id, doctor, patient);
}

/** A call that is being recorded. */
class Visit {
  /**
   * @param {Person} recorder
   * @param {string} callId
   * @param {string} recording
   * @param {Client} doctor
   * @param {Client} patient
   */
  constructor(recorder, callId, recording, doctor, patient) {
    this.recorder = recorder;
    this.callId = callId;
    this.recording = recording;
    this.doctor = doctor;
    this.patient = patient;
  }

  /** Ends the recording, and the call goes on. */
  async stop() {
    await this.doctor.reconnected();
    await must(this.doctor, 'stop-recording', { callId: this.callId });
  }

  /** Ends the call. */
  async end() {
    await must(this.doctor, 'end', { callId: this.callId });
    for (const client of [this.doctor, this.patient]) client.close();
  }
}

/**
 * Says what must not be refused.
 * @param {Client} client
 * @param {string} word
 * @param {object} body
 */
export async function must(client, word, body) {
  const ack = await client.ask(word, body);
  if (!ack.ok) throw new Error(`${client.name} may not ${word}: ${JSON.stringify(ack.problem)}`);
  return ack;
}

/** The upload of one recording. */
export class Upload {
  grant = '';
  /** The number of the piece the house awaits. */
  next = 0;
  part = 0;
  /** Every picture and sound that was recorded, in order. */
  /** @type {Buffer[]} */
  blocks = [];
  /** How many requests to send a piece are on their way. */
  sending = 0;
  /** @type {LiveWebm | undefined} */
  #live;
  #began = 0;
  /** Pieces the house has not acknowledged. */
  /** @type {(Piece & { number: number, part: number })[]} */
  #kept = [];
  #made = 0;

  /**
   * @param {Person} recorder
   * @param {string} recording
   * @param {{ seed?: number, pictureBytes?: number }} [options]
   */
  constructor(recorder, recording, options = {}) {
    this.recorder = recorder;
    this.recording = recording;
    this.options = options;
  }

  /** The pieces there are up to now. */
  get made() {
    return this.#made;
  }

  /** How long ago the part began, in milliseconds. */
  get elapsed() {
    return performance.now() - this.#began;
  }

  get path() {
    return `/api/recordings/${this.recording}`;
  }

  /** Begins a part, as a page does that records from now on. */
  async begin() {
    const opened = await this.recorder.post(`${this.path}/parts`, { mediaType: WEBM });
    if (opened.status !== 201) throw new Error(`no part begins: ${JSON.stringify(opened.body)}`);
    this.#began = performance.now();
    ({ part: this.part, grant: this.grant } = opened.body);
    this.#live = new LiveWebm(`${MARK} ${this.part}`, this.options);
    return opened.body;
  }

  /** The next piece, when it has happened. */
  async make(length = USUAL, { isLast = false } = {}) {
    if (this.#live === undefined) throw new Error('no part has begun');
    const before = this.#live.blocks.length;
    const piece = this.#live.piece(length, { isLast });
    this.blocks.push(...this.#live.blocks.slice(before));
    const time = piece.at + piece.length - this.elapsed;
    if (time > 0) await pass(time);
    const made = { ...piece, part: this.part, number: this.#made };
    this.#made += 1;
    this.#kept.push(made);
    return made;
  }

  /**
   * Sends a piece once, whatever the answer.
   * @param {Piece & { number: number | string, part: number | string }} piece
   * @param {{ grant?: string, digest?: string | null }} [options] `null`: no digest is sent
   * @returns {Promise<Answer>}
   */
  async put({ number, part, at, length, bytes }, { grant = this.grant, digest } = {}) {
    const query = new URLSearchParams({ part: String(part), at: String(at), length: String(length) });
    const sum = digest === undefined ? digestOf(bytes) : digest;
    this.sending += 1;
    try {
      return await this.bearer(grant).request('PUT', `${this.path}/chunks/${number}?${query}`, {
        headers: sum === null ? {} : { 'content-digest': sum },
        body: bytes,
      });
    } finally {
      this.sending -= 1;
    }
  }

  /** Sends everything that was made, and asks where to go on if something fails. */
  async sendAll() {
    for (let piece; (piece = this.#kept[0]) !== undefined; ) {
      const answer = await this.put(piece).catch(() => undefined);
      if (answer?.status === 200) this.#acknowledge(answer.body.next);
      else if (answer === undefined || answer.status === 401) await this.resume();
      else throw new Error(`a piece was refused: ${JSON.stringify(answer.body)}`);
    }
  }

  /** Makes some pieces and sends them. */
  async goOn(pieces = 5, length = USUAL) {
    for (let more = pieces; more > 0; more -= 1) {
      await this.make(length);
      await this.sendAll();
    }
  }

  /** Sends the end of what was recorded, as a recorder does that stops. */
  async close() {
    await this.make(USUAL, { isLast: true });
    await this.sendAll();
  }

  /** Asks the house where to go on, until it answers. */
  async resume() {
    const ask = () => this.recorder.post(`${this.path}/grants`).catch(() => undefined);
    const { status, body } = await until(ask, 'nobody says where the upload goes on');
    if (status !== 200) throw new Error(`the upload does not go on: ${JSON.stringify(body)}`);
    this.grant = body.grant;
    this.#acknowledge(body.next);
  }

  #acknowledge(/** @type {number} */ next) {
    if (next < this.next) throw new Error(`pieces ${next} to ${this.next - 1} were acknowledged and are gone`);
    if (next > this.#made) throw new Error(`${next} pieces have come of ${this.#made}`);
    this.next = next;
    this.#kept = this.#kept.filter((it) => it.number >= next);
  }

  /** How the upload stands. */
  progress(grant = this.grant) {
    return this.bearer(grant).get(`${this.path}/upload`);
  }

  finish(chunks = this.#made) {
    return this.bearer(this.grant).post(`${this.path}/finish`, { chunks });
  }

  /** Waits until the house has made a file of it; how the recording looks then. */
  async completed(within = 30_000) {
    /** @type {any} */
    let seen;
    const isDone = async () => {
      seen = (await this.recorder.get(this.path).catch(() => undefined))?.body;
      return ['completed', 'failed'].includes(seen?.status);
    };
    await until(isDone, () => `the recording is not finished: ${JSON.stringify(seen)}`, within);
    return seen;
  }

  /** Somebody who has nothing but a grant. */
  bearer(grant = this.grant) {
    return new Person(this.recorder.house, 'grant', grant);
  }
}

/**
 * Records a visit of two for a while, from the first word to the finished file.
 * @param {Person} recorder
 * @param {Person} other
 * @param {{ pieces?: number, pictureBytes?: number }} [options]
 */
export async function recorded(recorder, other, { pieces = 5, pictureBytes } = {}) {
  const visit = await record(recorder, other);
  const upload = new Upload(recorder, visit.recording, { pictureBytes });
  await upload.begin();
  await upload.goOn(pieces);
  await upload.close();
  await visit.end();
  const finished = await upload.finish();
  if (finished.status !== 202) throw new Error(`it is not finished: ${JSON.stringify(finished.body)}`);
  const view = await upload.completed();
  if (view.status !== 'completed') throw new Error(`it failed: ${view.failure}`);
  return { visit, upload, view };
}

/** As `Content-Digest` says it (RFC 9530). */
export function digestOf(/** @type {Uint8Array} */ bytes) {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}

/**
 * What somebody is sent under a path, with its headers; the bytes as they are.
 * @param {Person} person
 * @param {string} path
 * @param {Record<string, string>} [headers]
 */
export async function fetched(person, path, headers = {}) {
  const response = await fetch(person.house.url + path, {
    headers: { authorization: `Bearer ${person.token}`, ...headers },
    signal: AbortSignal.timeout(30_000),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, bytes, problem: isJson ? JSON.parse(String(bytes)) : undefined };
}

/** The pictures and sounds an administrator downloads. */
export async function downloaded(/** @type {Person} */ admin, /** @type {string} */ recording) {
  const { status, bytes, problem } = await fetched(admin, `/api/recordings/${recording}/download`);
  if (status !== 200) throw new Error(`it cannot be downloaded: ${JSON.stringify(problem)}`);
  return bytes;
}
