//! Pages with the clients of every vocabulary, on a web server of another
//! origin, all treated alike: see `clients/visitor.js`.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openBrowser, openPage } from './browser.js';
import { inTime, until } from './waiting.js';

/** The packages of the web workspace, which our SDK is built with. */
const WEB = new URL('../../web/', import.meta.url);
const SDK = fileURLToPath(new URL('packages/client/src/index.ts', WEB));

/** Files that are not under `clients/`. */
const ELSEWHERE = {
  '/': 'clients/index.html',
  '/webrtc-client.js': 'support/sample/webrtc-client.js',
  '/socket.io-client.js': 'node_modules/socket.io-client/dist/socket.io.esm.min.js',
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

/** Words with which a server tells that it did not do what was asked. */
const COMPLAINTS = [
  'connect_error',
  'error',
  'problem',
  'call_error',
  'disconect_error',
  'join_room_error',
  'joins_in_room_error',
  'message_error',
  'webrtc_error',
];

/**
 * A vocabulary, and which kind of client where there are several; the names
 * are those of `clients/visitors.js`.
 * @typedef {string} Vocabulary
 *
 * What came through one peer connection.
 * @typedef {{ user: string, state: string, frames: number, packets: number }} Received
 */

/**
 * A browser and a web server with all clients, gone when the tests are over.
 * @param {{ after: (work: () => void | Promise<void>) => void }} owner
 */
export async function openClients(owner) {
  const [browser, url] = await Promise.all([openBrowser(owner), serve(owner)]);
  return new Clients(browser, url);
}

class Clients {
  /**
   * @param {import('playwright-core').Browser} browser
   * @param {string} url
   */
  constructor(browser, url) {
    this.browser = browser;
    this.url = url;
  }

  /**
   * A page on which somebody has a client, ready to call or to be called.
   * @param {import('node:test').TestContext} t
   * @param {import('./people.js').Person} person
   * @param {Vocabulary} vocabulary
   */
  async open(t, person, vocabulary) {
    const page = await openPage(t, this.browser);
    const visitor = new Visitor(page, person, vocabulary);
    await page.goto(this.url);
    await page.waitForFunction('window.begin');
    await visitor.begin();
    return visitor;
  }
}

/** Somebody in a browser, with one client. */
export class Visitor {
  /** @type {string[]} */
  #errors = [];

  /**
   * @param {import('playwright-core').Page} page
   * @param {import('./people.js').Person} person
   * @param {Vocabulary} vocabulary
   */
  constructor(page, person, vocabulary) {
    this.page = page;
    this.person = person;
    this.id = person.id;
    this.vocabulary = vocabulary;
    page.on('pageerror', (error) => this.#errors.push(error.message));
  }

  /** Gets ready; everything else comes after it. */
  begin() {
    const { house, id, token = '' } = this.person;
    const [, claims] = token.split('.');
    const { name, role } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const me = { url: house.url, token, id, name, role };
    return this.#does('get ready', `window.begin(${JSON.stringify(this.vocabulary)}, ${JSON.stringify(me)})`);
  }

  /** Is there first, and rings the other one if their vocabulary can be rung. */
  call(/** @type {object} */ visit) {
    return this.#does('call', `window.visitor.call(${JSON.stringify(visit)})`);
  }

  /** Comes when rung, or where something was opened. */
  answer(/** @type {object} */ visit) {
    return this.#does('answer', `window.visitor.answer(${JSON.stringify(visit)})`);
  }

  /** Comes to a place. */
  join(/** @type {string} */ place) {
    return this.#does('join', `window.visitor.join(${JSON.stringify(place)})`);
  }

  /** Turns the microphone off. */
  mute() {
    return this.#does('mute', 'window.visitor.mute()');
  }

  /** Writes to everybody. */
  say(/** @type {string} */ text) {
    return this.#does('say something', `window.visitor.say(${JSON.stringify(text)})`);
  }

  /** Goes, as the client does it. */
  hangUp() {
    return this.#does('hang up', 'window.visitor.hangUp()');
  }

  /**
   * Waits until one of these words is heard with these fields, now or earlier.
   * @param {...[word: string, fields?: object]} any
   */
  hears(...any) {
    const firsts = any.map(([word, fields = {}]) => {
      return `window.visitor.first(${JSON.stringify(word)}, ${JSON.stringify(fields)})`;
    });
    return this.#does(`hear ${JSON.stringify(any)}`, `Promise.race([${firsts}])`);
  }

  /** What came through each peer connection. */
  stats() {
    return /** @type {Promise<Received[]>} */ (this.page.evaluate('window.visitor.stats()'));
  }

  /** Waits until the connection to somebody stands. */
  isConnectedTo(/** @type {string} */ user) {
    return this.#waitsFor(user, 'is not connected to', ({ state }) => state === 'connected');
  }

  /**
   * Waits until this page hears somebody and has decoded more than so many
   * frames of their picture; what it has received then.
   * @param {string} user
   * @param {number} [frames]
   */
  seesAndHears(user, frames = 10) {
    return this.#waitsFor(user, `does not hear and see ${frames} frames of`, (it) => {
      return it.state === 'connected' && it.frames > frames && it.packets > 0;
    });
  }

  /** What the server complained about. */
  complaints() {
    const those = `window.visitor.heard.filter(([it]) => ${JSON.stringify(COMPLAINTS)}.includes(it))`;
    return /** @type {Promise<unknown[]>} */ (this.page.evaluate(those));
  }

  /** The words heard, in order. */
  words() {
    return /** @type {Promise<string[]>} */ (this.page.evaluate('window.visitor.heard.map(([it]) => it)'));
  }

  /**
   * @param {string} what for the sentence when it does not happen
   * @param {string} expression
   * @returns {Promise<any>}
   */
  async #does(what, expression) {
    try {
      return await inTime(this.page.evaluate(expression), `did not ${what}`);
    } catch (error) {
      throw await this.#explained(error);
    }
  }

  /**
   * @param {string} user
   * @param {string} what for the sentence when it does not happen
   * @param {(received: Received) => boolean} fits
   */
  async #waitsFor(user, what, fits) {
    /** @type {Received[]} */
    let all = [];
    const look = async () => {
      all = await this.stats();
      return all.find((it) => it.user === user && fits(it));
    };
    try {
      return await until(look, () => `${what} ${user}: ${JSON.stringify(all)}`);
    } catch (error) {
      throw await this.#explained(error);
    }
  }

  /** An error with what this page has been through. */
  async #explained(/** @type {unknown} */ error) {
    const what = error instanceof Error ? error.message : String(error);
    const heard = /** @type {unknown[]} */ (await this.page.evaluate('window.visitor.heard').catch(() => []));
    const told = heard.map((it) => JSON.stringify(it, abridged)).filter((it) => !it.includes('"candidate:'));
    const errors = this.#errors.join('; ') || 'none';
    const sentences = [
      `${this.id} with ${this.vocabulary} ${what}`,
      `errors in the page: ${errors}`,
      `heard but for candidates: ${told.join(' ')}`,
    ];
    return new Error(sentences.join('\n'));
  }
}

/** Session descriptions are long and say little. */
function abridged(/** @type {string} */ _name, /** @type {unknown} */ value) {
  return typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value;
}

/** Serves the pages; where. */
async function serve(/** @type {{ after: (work: () => void) => void }} */ owner) {
  const sdk = await bundleSdk();
  const server = createServer(async ({ url = '' }, response) => {
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(url) || '.html')];
    const text = url === '/housecall-client.js' ? sdk : await fileAt(url);
    if (text === undefined || type === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type }).end(text);
  });
  owner.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://localhost:${port}`;
}

/** The file a page asks for, if there is one. */
async function fileAt(/** @type {string} */ url) {
  const elsewhere = ELSEWHERE[/** @type {keyof typeof ELSEWHERE} */ (url)];
  const path = elsewhere ?? (/^\/clients\/[a-z]+\.js$/.test(url) ? url.slice(1) : undefined);
  if (path === undefined) return undefined;
  return readFile(new URL(`../${path}`, import.meta.url)).catch(() => undefined);
}

/** Our SDK as one module, with Socket.IO left to the page's import map. */
async function bundleSdk() {
  const { build } = await import(pathToFileURL(vitePath()).href);
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      lib: { entry: SDK, formats: ['es'] },
      rollupOptions: { external: ['socket.io-client'] },
    },
  });
  return /** @type {string} */ (output[0].code);
}

/** The bundler, among the packages of the web workspace. */
function vitePath() {
  try {
    return createRequire(new URL('package.json', WEB)).resolve('vite');
  } catch (cause) {
    throw new Error('Our SDK cannot be built for the pages: run `npm ci` in web/ first.', { cause });
  }
}
