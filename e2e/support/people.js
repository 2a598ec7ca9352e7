//! People, as REST and sockets see them: somebody at a house with a token.

import { Client } from './client.js';

/**
 * An answer over HTTP.
 * @typedef {{ status: number, type: string, body: any }} Answer
 */

/** Somebody at a house. */
export class Person {
  /** @type {Client[]} */
  #clients = [];

  /**
   * @param {import('./house.js').RunningHouse} house
   * @param {string} id
   * @param {string | undefined} token
   */
  constructor(house, id, token) {
    this.house = house;
    this.id = id;
    this.token = token;
  }

  /**
   * @param {string} path
   * @returns {Promise<Answer>}
   */
  get(path) {
    return this.request('GET', path);
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<Answer>}
   */
  post(path, body = {}) {
    return this.request('POST', path, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ headers?: Record<string, string>, body?: string | Uint8Array }} [options]
   * @returns {Promise<Answer>}
   */
  async request(method, path, { headers = {}, body } = {}) {
    const all = new Headers(headers);
    if (this.token !== undefined) all.set('authorization', `Bearer ${this.token}`);
    const response = await fetch(this.house.url + path, {
      method,
      headers: all,
      body,
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : text };
  }

  /**
   * Calls somebody over REST; the call as the server answers it.
   * @param {Person} patient
   * @param {object} [more]
   */
  async callPatient(patient, more = {}) {
    const call = { patientId: patient.id, providerId: this.id, type: 'video', ...more };
    const { status, body } = await this.post('/webrtc/calls', call);
    if (status !== 201) throw new Error(`the call was refused: ${JSON.stringify(body)}`);
    return body;
  }

  /** A connection that speaks the vocabulary of `/webrtc`. */
  webrtc(options = {}) {
    return this.connect('/webrtc', options);
  }

  /**
   * A connection that speaks Housecall's own vocabulary, and the `welcome` it
   * was received with.
   * @param {string} [device]
   * @param {object} [options]
   */
  async native(device = `${this.id}-phone`, options = {}) {
    const client = await this.connect('/housecall', { ...options, auth: { device } });
    return { client, welcome: await client.once('welcome') };
  }

  /**
   * @param {string} namespace
   * @param {{ auth?: object, [more: string]: unknown }} options
   */
  async connect(namespace, { auth = {}, ...options } = {}) {
    const client = this.client(namespace, { ...options, auth: { token: this.token, ...auth } });
    await client.connected();
    return client;
  }

  /**
   * A connection that may well be refused.
   * @param {string} namespace
   * @param {{ url?: string, [more: string]: unknown }} options of socket.io-client; `url` is
   *   where the house is reached, if not directly
   */
  client(namespace, { url = this.house.url, ...options }) {
    const client = new Client(url + namespace, `${this.id}'s client`, options);
    this.#clients.push(client);
    return client;
  }

  /** Disconnects every client of theirs. */
  disconnect() {
    this.#clients.splice(0).forEach((it) => it.close());
  }
}
