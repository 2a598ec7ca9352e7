//! Plays golden conversations: every person is the official client, connected
//! to the real server.

import { readFileSync } from 'node:fs';
import { startHouse } from './house.js';
import { readStep, TRANSCRIPTS } from './transcript.js';
import { fill, fillText, mismatch } from './transcript-values.js';
import { inTime, PATIENCE } from './waiting.js';

/**
 * @typedef {import('./transcript.js').Story} Story
 * @typedef {import('./transcript.js').Step} Step
 * @typedef {import('./transcript-values.js').Pattern} Pattern
 * @typedef {{ direction: 'says' | 'hears', word: string, body: unknown, namespace: string }} Proof
 *   something a client said with success, or heard, and where
 */

/**
 * A step with this verb.
 * @template {Step['verb']} Verb
 * @typedef {Extract<Step, { verb: Verb }>} To
 */

/** Nobody is asked about quality in the middle of a story that is not about it. */
const USUAL_ENV = { HOUSECALL_CALLS__QUALITY_SECONDS: '3600' };

/** A word no vocabulary has. Its ack tells that all said before it was dealt with. */
const NO_WORD = 'have-i-heard-everything';

/**
 * Plays a story from beginning to end.
 * @param {{ after: (work: () => void | Promise<void>) => void }} owner
 * @param {Story} story
 */
export async function play(owner, story) {
  const stage = await Stage.open(owner, story);
  await stage.play(story.steps);
  await stage.end();
  return stage.proofs;
}

/** A running story. */
export class Stage {
  /** What was said with success, and what was heard. @type {Proof[]} */
  proofs = [];
  /** @type {Map<string, Device>} */
  #devices = new Map();

  /**
   * @param {import('./house.js').RunningHouse} house
   * @param {Map<string, import('./people.js').Person>} people
   */
  constructor(house, people) {
    this.house = house;
    this.people = people;
    /** What the names stand for. @type {import('./transcript-values.js').Values} */
    this.values = new Map(Object.entries(usualValues()));
  }

  /**
   * A house for the story, with its people.
   * @param {{ after: (work: () => void | Promise<void>) => void }} owner
   * @param {Story} story
   */
  static async open(owner, { env, people }) {
    const house = await startHouse(/** @type {any} */ (owner), { env: { ...USUAL_ENV, ...env } });
    const stage = new Stage(house, new Map([['nobody', house.stranger]]));
    owner.after(() => stage.people.forEach((it) => it.disconnect()));
    for (const { id, role } of people) {
      stage.people.set(id, await house.person(id, /** @type {any} */ (role)));
    }
    return stage;
  }

  async play(/** @type {Step[]} */ steps) {
    for (const step of steps) await this.take(step);
  }

  /** Plays one more line, such as `pat hears nothing`. */
  run(/** @type {string} */ line) {
    return this.take(readStep(line));
  }

  async take(/** @type {Step} */ step) {
    try {
      await this.#take(step);
    } catch (error) {
      const place = step.line ? `line ${step.line}: ` : '';
      const { message } = /** @type {Error} */ (error);
      throw new Error([place + step.source, message, ...this.#unheeded()].join('\n'));
    }
  }

  /** What was heard that the story has not told yet, for whoever mends it. */
  #unheeded() {
    return [...this.#devices.values()].flatMap((it) => it.unheeded);
  }

  /** Makes sure that nobody heard more than the story tells. */
  async end() {
    for (const device of this.#devices.values()) await device.settle();
    const unheeded = this.#unheeded();
    if (unheeded.length > 0) throw new Error(`the story is over, but\n${unheeded.join('\n')}`);
  }

  /** Forgets what was heard, so that what comes next stands for itself. */
  forget() {
    for (const device of this.#devices.values()) device.forget();
  }

  /**
   * @param {Step} step
   * @returns {unknown}
   */
  #take(step) {
    switch (step.verb) {
      case 'define':
        return this.values.set(step.name, fill(step.value, this.values));
      case 'arrange':
        return this.#arrange(step);
      case 'found':
        return this.#found(step);
      case 'connect':
        return this.#connect(step);
      case 'say':
        return this.#say(step);
      case 'hear':
        return this.#hear(step);
      case 'hear nothing':
        return this.#hearNothing(step);
      case 'ignore':
        return this.#device(step.who).ignore(step.words);
      case 'request':
        return this.#request(step);
      case 'go':
        return this.#device(step.who).go(step.how);
      case 'come back':
        return this.#device(step.who).comeBack();
      case 'be disconnected':
        return this.#device(step.who).gone();
      case 'restart':
        return this.#restart();
      case 'wait':
        return new Promise((resolve) => setTimeout(resolve, step.milliseconds));
    }
  }

  /** @param {To<'arrange'>} step */
  async #arrange({ name, patient, provider }) {
    const appointment = {
      patientId: patient,
      providerId: provider,
      startsAt: new Date().toISOString(),
      durationMinutes: 30,
      type: 'video',
    };
    this.values.set(name, await this.#make(provider, '/api/appointments', appointment));
  }

  /** @param {To<'found'>} step */
  async #found({ name, host, isPrivate }) {
    const meeting = { name: 'A meeting', private: isPrivate };
    this.values.set(name, await this.#make(host, '/api/room', meeting));
  }

  /** The id of what was made. */
  async #make(/** @type {string} */ who, /** @type {string} */ path, /** @type {object} */ body) {
    const answer = await this.#person(who).post(path, body);
    if (answer.status === 200 || answer.status === 201) return answer.body.id;
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  /** @param {To<'connect'>} step */
  async #connect({ who, namespace, auth, refused }) {
    const person = this.#person(who.split('@')[0]);
    const given = { token: person.token, ...(auth && this.#fill(auth)) };
    const kept = Object.fromEntries(Object.entries(given).filter(([, it]) => it !== null));
    const client = person.client(namespace, { auth: kept, reconnection: false });
    const device = new Device(who, namespace, client);
    if (refused) {
      const { message, data } = await device.refused();
      return this.#expect(refused, { message, data });
    }
    this.#devices.set(who, device);
    await device.client.connected();
  }

  /** @param {To<'say'>} step */
  async #say({ who, word, body, ack, inVain }) {
    const device = this.#device(who);
    const bodies = body ? [this.#fill(body)] : [];
    if (ack) {
      this.#expect(ack, await device.client.ask(word, ...bodies), 'ack');
    } else {
      device.client.say(word, ...bodies);
      await device.settle();
    }
    if (!inVain) this.#proves(device, 'says', word, bodies[0]);
  }

  /** @param {To<'hear'>} step */
  async #hear({ who, word, body }) {
    const device = this.#device(who);
    const heard = await device.next(word);
    if (heard.word !== word) throw new Error(`${who} heard ${heard.word} ${JSON.stringify(heard.body)}`);
    if (body) this.#expect(body, heard.body);
    else if (heard.body !== undefined) throw new Error(`it has a body: ${JSON.stringify(heard.body)}`);
    this.#proves(device, 'hears', word, heard.body);
  }

  /**
   * @param {Device} device
   * @param {'says' | 'hears'} direction
   * @param {string} word
   * @param {unknown} body
   */
  #proves({ namespace }, direction, word, body) {
    this.proofs.push({ direction, word, body, namespace });
  }

  /** @param {To<'hear nothing'>} step */
  async #hearNothing({ who, milliseconds }) {
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.#device(who).hearsNothing();
  }

  /** @param {To<'request'>} step */
  async #request({ who, method, path, body, status, answer }) {
    const sent = body && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(this.#fill(body)),
    };
    const got = await this.#person(who).request(method, fillText(path, this.values), sent);
    if (got.status !== status) {
      throw new Error(`it was answered with ${got.status}: ${JSON.stringify(got.body)}`);
    }
    if (answer) this.#expect(answer, got.body);
  }

  /** Ends the server without a warning, and starts it again. */
  async #restart() {
    const all = [...this.#devices.values()].map((it) => it.gone());
    await this.house.kill9();
    await Promise.all(all);
    await this.house.start();
  }

  #expect(/** @type {Pattern} */ pattern, /** @type {unknown} */ actual, place = 'body') {
    const wrong = mismatch(pattern, actual, this.values, place);
    if (wrong) throw new Error(wrong);
  }

  #fill(/** @type {Pattern} */ pattern) {
    return fill(pattern, this.values);
  }

  #person(/** @type {string} */ id) {
    const person = this.people.get(id);
    if (!person) throw new Error(`there is nobody called ${id}`);
    return person;
  }

  #device(/** @type {string} */ who) {
    const device = this.#devices.get(who);
    if (!device) throw new Error(`${who} has not connected`);
    return device;
  }
}

/** One connection of a person, and what it has heard that the story has not told yet. */
class Device {
  /** @type {{ word: string, body: unknown }[]} */
  #heard = [];
  /** @type {Set<string>} */
  #ignored = new Set();
  #noticed = () => {};

  /**
   * @param {string} name
   * @param {string} namespace
   * @param {import('./client.js').Client} client
   */
  constructor(name, namespace, client) {
    this.name = name;
    this.namespace = namespace;
    this.client = client;
    client.socket.onAny((word, ...bodies) => {
      this.#heard.push({ word, body: bodies.length > 1 ? bodies : bodies[0] });
      this.#noticed();
    });
  }

  ignore(/** @type {string[]} */ words) {
    words.forEach((it) => this.#ignored.add(it));
  }

  forget() {
    this.#heard = [];
  }

  /** The next thing heard; `word` is only what to say if there is none. */
  next(/** @type {string} */ word) {
    const heard = new Promise((resolve) => {
      this.#noticed = () => {
        if (this.#waiting.length === 0) return;
        this.#noticed = () => {};
        resolve(this.#heard.shift());
      };
      this.#noticed();
    });
    return inTime(heard, `${this.name} did not hear ${word}`);
  }

  async hearsNothing() {
    await this.settle();
    if (this.#waiting.length > 0) throw new Error(`${this.name} heard something`);
  }

  /** Waits until everything this device said was dealt with, and it heard what was said to it. */
  async settle() {
    if (!this.client.socket.connected) return;
    const acked = this.client.socket.emitWithAck(NO_WORD).catch(() => {});
    await inTime(acked, `${this.name} got no ack for a word nobody knows`);
  }

  /** Waits until the server says no. */
  refused() {
    const { socket } = this.client;
    const refused = new Promise((resolve, reject) => {
      socket.once('connect_error', resolve);
      socket.once('connect', () => reject(new Error(`${this.name} was let in`)));
    });
    return inTime(refused, `${this.name} was not refused`, PATIENCE);
  }

  /** Waits until the connection is gone. */
  async gone() {
    if (this.client.socket.connected) await this.client.disconnected();
  }

  async go(/** @type {'disconnects' | 'closes the page' | 'loses the connection'} */ how) {
    if (how === 'disconnects') this.client.close();
    else if (how === 'closes the page') await this.client.closePage();
    else await this.client.drop();
  }

  async comeBack() {
    this.client.socket.connect();
    await this.client.connected();
  }

  /** A sentence for everything the story has not told yet. */
  get unheeded() {
    return this.#waiting.map(({ word, body }) => `${this.name} has heard ${word} ${JSON.stringify(body)}`);
  }

  /** What the story has to tell next. */
  get #waiting() {
    this.#heard = this.#heard.filter((it) => !this.#ignored.has(it.word));
    return this.#heard;
  }
}

/** Signals of three browsers, and a time to come, which every story may use. */
function usualValues() {
  const soon = new Date(Date.now() + 63_000).toISOString();
  return { ...JSON.parse(readFileSync(new URL('values.json', TRANSCRIPTS), 'utf8')), soon };
}
