//! The official socket.io-client with an ear: everything it hears is kept, in
//! order, until the story asks for it.

import { io } from 'socket.io-client';
import { inTime } from './waiting.js';

/**
 * Something heard: the event and its payload.
 * @typedef {[event: string, payload: any]} Heard
 */

/** A socket of one device. */
export class Client {
  /** @type {Heard[]} */
  #heard = [];
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {string} url with the namespace
   * @param {string} name who it is, for sentences
   * @param {object} options of socket.io-client
   */
  constructor(url, name, options) {
    this.name = name;
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 300,
      ...options,
    });
    this.socket.onAny((event, payload) => {
      this.#heard.push([event, payload]);
      this.#listeners.forEach((it) => it());
    });
  }

  /** Waits until it is connected. */
  async connected() {
    if (this.socket.connected) return;
    const refused = this.#next('connect_error').then((error) => {
      throw new Error(`${this.name} was refused: ${error.message}`);
    });
    await inTime(Promise.race([this.#next('connect'), refused]), `${this.name} did not connect`);
  }

  /** Waits until it is connected again, however often that fails. */
  async reconnected() {
    if (this.socket.connected) return;
    await inTime(this.#next('connect'), `${this.name} did not come back`);
  }

  /** Waits until the server says no; the problem it gives. */
  async refused() {
    const refused = this.#next('connect_error').then((error) => error.data);
    const connected = this.#next('connect').then(() => {
      throw new Error(`${this.name} was let in`);
    });
    return inTime(Promise.race([refused, connected]), `${this.name} was not refused`);
  }

  /** Waits until the connection is gone; the reason and what the transport knows. */
  async disconnected() {
    return inTime(
      new Promise((resolve) => {
        this.socket.once('disconnect', (reason, details) => resolve({ reason, details }));
      }),
      `${this.name} was not disconnected`,
    );
  }

  /** Says something and wants no ack. */
  say(/** @type {string} */ event, /** @type {unknown[]} */ ...payload) {
    this.socket.emit(event, ...payload);
  }

  /**
   * Says something and waits for its ack.
   * @param {string} event
   * @param {unknown[]} payload
   * @returns {Promise<any>}
   */
  ask(event, ...payload) {
    const acked = this.socket.emitWithAck(event, ...payload);
    return inTime(acked, () => `${this.name} got no ack for ${event}; heard ${this.#words()}`);
  }

  /**
   * The payload of the oldest `event` nobody has asked for yet.
   * @param {string} event
   * @param {(payload: any) => boolean} [fits]
   * @returns {Promise<any>}
   */
  async once(event, fits = () => true) {
    return this.first((it, payload) => it === event && fits(payload), event);
  }

  /**
   * The payload of the oldest event that fits and nobody has asked for yet.
   * @param {(event: string, payload: any) => boolean} fits
   * @param {string} what for the sentence when it is not heard
   * @returns {Promise<any>}
   */
  async first(fits, what) {
    const take = () => {
      const place = this.#heard.findIndex(([event, payload]) => fits(event, payload));
      return place < 0 ? undefined : this.#heard.splice(place, 1)[0];
    };
    /** @type {(() => void) | undefined} */
    let listener;
    const heard = new Promise((resolve) => {
      listener = () => {
        const taken = take();
        if (taken === undefined) return;
        this.#listeners.delete(/** @type {() => void} */ (listener));
        resolve(taken[1]);
      };
      this.#listeners.add(listener);
      listener();
    });
    const sentence = () => `${this.name} did not hear ${what}; heard ${this.#words()}`;
    try {
      return await inTime(heard, sentence);
    } finally {
      if (listener) this.#listeners.delete(listener);
    }
  }

  /**
   * Everything heard up to now that nobody has asked for: a question goes
   * there and back, and what was said before the answer has been heard then.
   * @returns {Promise<Heard[]>}
   */
  async heard() {
    await this.ask('have-i-heard-everything');
    return this.#heard.splice(0);
  }

  /** Loses the connection as in a lift; socket.io-client comes back by itself. */
  async drop() {
    const gone = this.disconnected();
    this.socket.io.engine.close();
    await gone;
  }

  /** Closes the websocket as a page does that is closed or reloaded. */
  async closePage() {
    const gone = this.disconnected();
    this.socket.io.reconnection(false);
    // @ts-expect-error socket.io-client does not show its websocket
    this.socket.io.engine.transport.ws.close(1001);
    await gone;
  }

  /** The transport in use. */
  get transport() {
    return this.socket.io.engine.transport.name;
  }

  /** Says goodbye. */
  close() {
    this.socket.disconnect();
  }

  /** @returns {Promise<any>} */
  #next(/** @type {string} */ event) {
    return new Promise((resolve) => {
      this.socket.once(event, resolve);
    });
  }

  #words() {
    return this.#heard.map(([event]) => event).join(', ') || 'nothing';
  }
}

/**
 * `value` with the call's id and all times replaced, so that a conversation
 * can be compared as a whole.
 * @template T
 * @param {T} value
 * @param {Record<string, string>} [names] what stands for which text
 * @returns {T}
 */
export function plain(value, names = {}) {
  const moment = /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g;
  let text = JSON.stringify(value).replaceAll(moment, '"TIME"');
  for (const [name, id] of Object.entries(names)) text = text.replaceAll(id, name);
  return JSON.parse(text);
}
