//! Somebody who writes and reads in a call as a careful client does: after every
//! lost connection it asks for what it missed, and repeats what was not acked
//! under the same key.

import assert from 'node:assert/strict';

/**
 * Something that was written, as everybody reads it.
 * @typedef {{ seq: number, user: string, message: string }} Said
 */

export class Writer {
  /** What was read, by its number. @type {Map<number, Said>} */
  #read = new Map();
  /** What was written and not acked yet, in order. @type {{ key: string, message: string }[]} */
  waiting = [];
  /** How often something was said again. */
  repeated = 0;
  /** What went wrong, if anything did. @type {Error[]} */
  errors = [];
  #written = 0;
  #isBack = true;
  /** Whether this connection has begun with its welcome. */
  #isWelcome = true;
  /** The number of the latest event of this connection. */
  #latest = 0;
  /** Up to here nothing is missing. What is heard after it may come after a gap. */
  #complete = 0;
  #isComplete = true;

  /**
   * @param {import('./client.js').Client} client who is in the call
   * @param {string} user
   * @param {string} callId
   */
  constructor(client, user, callId) {
    this.client = client;
    this.user = user;
    this.callId = callId;
    client.socket.on('event', (it) => this.#try(() => this.#hear(it)));
    client.socket.on('welcome', () => (this.#isWelcome = true));
    client.socket.on('connect', () => this.#try(() => this.#comeBack()));
    client.socket.on('disconnect', () => (this.#isBack = false));
  }

  /** Writes something; it is said now, or when this client is back. */
  write() {
    this.#written += 1;
    const it = { key: `key-${this.#written}`, message: `${this.user} ${this.#written}` };
    this.waiting.push(it);
    if (this.#isBack) this.#say(it);
  }

  /** Everything read up to now, in the call's order. */
  get read() {
    return [...this.#read.values()].sort((one, other) => one.seq - other.seq);
  }

  /** What this writer wrote, in order. */
  get written() {
    return Array.from({ length: this.#written }, (_, place) => `${this.user} ${place + 1}`);
  }

  /** What was said up to now comes before what is said from now on. */
  #comeBack() {
    this.#isBack = true;
    this.#isWelcome = false;
    this.#isComplete = false;
    this.#latest = 0;
    this.#ask('resume', {}, () => {});
    this.#ask('messages', { after: this.#complete }, (missed) => this.#catchUp(missed));
    this.repeated += this.waiting.length;
    this.waiting.forEach((it) => this.#say(it));
  }

  #catchUp(/** @type {Said[]} */ missed) {
    missed.forEach((it) => this.#note(it));
    this.#isComplete = true;
    this.#complete = Math.max(0, ...this.#read.keys());
  }

  #say(/** @type {{ key: string, message: string }} */ it) {
    this.#ask('say', it, () => {
      this.waiting = this.waiting.filter(({ key }) => key !== it.key);
    });
  }

  /**
   * Asks, and does something with the result. Whoever is cut off gets none, and
   * asks again when they are back.
   * @param {string} word
   * @param {object} body
   * @param {(result: any) => void} work
   */
  async #ask(word, body, work) {
    const ack = await this.client.socket.emitWithAck(word, { callId: this.callId, ...body }).catch(() => undefined);
    if (ack === undefined) return;
    this.#try(() => {
      assert.ok(ack.ok, `${this.user} was refused: ${word} ${JSON.stringify(ack.problem)}`);
      work(ack.result);
    });
  }

  #hear(/** @type {any} */ { callId, seq, event }) {
    assert.equal(callId, this.callId);
    assert.ok(this.#isWelcome, `${this.user} heard event ${seq} before the welcome`);
    assert.ok(this.#latest === 0 || seq === this.#latest + 1, `${this.user} heard ${seq} after ${this.#latest}`);
    this.#latest = seq;
    if (event.type !== 'said') return;
    assert.equal('key' in event, event.user === this.user, 'a key is for the one who wrote');
    this.#note({ seq, ...event });
    if (this.#isComplete) this.#complete = seq;
  }

  #note(/** @type {Said} */ { seq, user, message }) {
    const known = this.#read.get(seq);
    if (known) assert.deepEqual({ seq, user, message }, known);
    this.#read.set(seq, { seq, user, message });
  }

  /** What goes wrong in a listener is kept for the test. */
  #try(/** @type {() => void} */ work) {
    try {
      work();
    } catch (error) {
      this.errors.push(/** @type {Error} */ (error));
    }
  }
}
