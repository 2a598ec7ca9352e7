//! Devices that ring and are answered, whatever they speak, and the moments at
//! which they hear what.

/**
 * How a vocabulary rings, stops ringing, says yes, and hears that it was too late.
 * @typedef {{
 *   namespace: string,
 *   rings: (word: string, body: any, user: string) => boolean,
 *   stops: (word: string, body: any, user: string) => boolean,
 *   answer: (callId: string, caller: string) => [word: string, body: object],
 *   refusal: (ack: any) => string | undefined,
 *   tooLate: string,
 * }} Manner
 * @typedef {{ won: boolean, code: string | undefined, said: number, acked: number }} Answered
 */

/** @type {Record<string, Manner>} */
const MANNERS = {
  native: {
    namespace: '/housecall',
    rings: (word, { event }, user) =>
      word === 'event' && (event.type === 'rang' || (event.type === 'initiated' && event.call.caller !== user)),
    stops: (word, { event }, user) =>
      word === 'event' &&
      (event.type === 'ended' || (['answered', 'declined'].includes(event.type) && event.user === user)),
    answer: (callId) => ['answer', { callId }],
    refusal: (ack) => ack.problem?.code,
    tooLate: 'answered_elsewhere',
  },
  call: {
    namespace: '/webrtc',
    rings: (word) => word === 'incoming-call',
    stops: (word, { answeredBy }, user) =>
      ['call-ended', 'call-cancelled'].includes(word) || (word === 'call-answered' && answeredBy === user),
    answer: (callId) => ['join-call', { callId }],
    refusal: (ack) => ack.error?.code,
    // It answers by joining.
    tooLate: 'on_another_device',
  },
  live: {
    namespace: '/live',
    rings: (word) => word === 'call:incoming',
    stops: (word) => word === 'call:ended',
    answer: (callId, callerId) => ['call:accept', { callId, callerId }],
    refusal: (ack) => ack.code,
    tooLate: 'answered_elsewhere',
  },
  contact: {
    namespace: '/',
    rings: (word) => word === 'incoming_call',
    stops: (word) => word === 'call_ended',
    answer: (callId) => ['call_answer', { callId }],
    refusal: (ack) => ack.code,
    tooLate: 'answered_elsewhere',
  },
};

/**
 * A device of somebody that can be rung, connected.
 * @param {import('./people.js').Person} person
 * @param {string} vocabulary
 * @param {string} name
 */
export async function ringingDevice(person, vocabulary, name) {
  const manner = MANNERS[vocabulary];
  const client = await person.connect(manner.namespace, { auth: { device: name } });
  return new RingingDevice(client, person.id, manner);
}

/** A device of somebody that can be rung. */
export class RingingDevice {
  /** @type {{ word: string, body: any, at: number }[]} */
  #log = [];

  /**
   * @param {import('./client.js').Client} client
   * @param {string} user
   * @param {Manner} manner
   */
  constructor(client, user, manner) {
    this.client = client;
    this.user = user;
    this.manner = manner;
    client.socket.onAny((word, body) => this.#log.push({ word, body, at: performance.now() }));
  }

  /** Waits until a call rings here. */
  async rung(/** @type {string} */ callId) {
    const { rings } = this.manner;
    const fits = (/** @type {string} */ word, /** @type {any} */ body) =>
      body?.callId === callId && rings(word, body, this.user);
    return this.client.first(fits, `the ring of ${callId}`);
  }

  /**
   * Answers; whether it won, and when that was said and acked.
   * @param {string} callId
   * @param {string} caller
   * @returns {Promise<Answered>}
   */
  async answer(callId, caller) {
    const said = performance.now();
    const ack = await this.client.ask(...this.manner.answer(callId, caller));
    const code = this.manner.refusal(ack);
    return { won: code === undefined, code, said, acked: performance.now() };
  }

  /** The moments at which something was heard that makes a call ring here. */
  ringsFor(/** @type {string} */ callId) {
    return this.#momentsOf(callId, this.manner.rings);
  }

  /** The moments at which something was heard that stops its ringing. */
  stopsOf(/** @type {string} */ callId) {
    return this.#momentsOf(callId, this.manner.stops);
  }

  /**
   * @param {string} callId
   * @param {(word: string, body: any, user: string) => boolean} means
   */
  #momentsOf(callId, means) {
    const those = this.#log.filter(({ word, body }) => body?.callId === callId && means(word, body, this.user));
    return those.map(({ at }) => at);
  }
}
