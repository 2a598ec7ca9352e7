//! A line between one client and the house that can be cut: at once, when the
//! house has been asked something, or when it has answered and nobody hears it.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {'asked' | 'answered'} Moment */

/**
 * A line that is gone when the test is over.
 * @param {{ after: (work: () => void) => void }} owner `node:test` or a test's context
 * @param {import('./house.js').RunningHouse} house
 */
export async function openLine(owner, house) {
  const line = new Line(Number(new URL(house.url).port));
  owner.after(() => line.close());
  await line.open();
  return line;
}

export class Line {
  /** Where the client reaches the house. */
  url = '';
  /** @type {Set<() => void>} */
  #cuts = new Set();
  /** @type {Moment | undefined} */
  #moment;

  /** @param {number} port of the house */
  constructor(port) {
    this.port = port;
    this.server = createServer((client) => this.#join(client));
  }

  async open() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.server.address());
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Cuts every connection now. */
  cut() {
    this.#moment = undefined;
    this.#cuts.forEach((it) => it());
  }

  /**
   * Cuts every connection as soon as more has reached the house, or as soon as
   * the house has said more, which is lost.
   * @param {Moment} moment
   */
  cutWhen(moment) {
    this.#moment = moment;
  }

  close() {
    this.cut();
    this.server.close();
  }

  /** @param {import('node:net').Socket} client */
  #join(client) {
    const house = connect(this.port, '127.0.0.1');
    for (const socket of [client, house]) socket.setNoDelay(true);
    const cut = () => {
      this.#cuts.delete(cut);
      client.destroy();
      house.destroy();
    };
    this.#cuts.add(cut);
    for (const socket of [client, house]) socket.on('error', cut).on('close', cut);
    client.on('data', (bytes) => {
      if (this.#moment === 'asked') house.write(bytes, () => this.cut());
      else house.write(bytes);
    });
    house.on('data', (bytes) => {
      if (this.#moment === 'answered') this.cut();
      else client.write(bytes);
    });
  }
}
