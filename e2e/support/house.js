//! The real binary, started for a test on ports and in a folder of its own,
//! killed without a goodbye where the story wants it, and gone at the end.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Person } from './people.js';
import { freePort } from './ports.js';
import { ACCESS_SECRET, accessToken } from './tokens.js';
import { inTime } from './waiting.js';

const BUILT = fileURLToPath(new URL('../../target/debug/housecall', import.meta.url));

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

// Whatever happens to the tests, no server outlives them.
process.on('exit', () => running.forEach((it) => it.kill('SIGKILL')));

/**
 * Starts a house that is closed when the test, or the file, is over.
 * @param {{ after: (work: () => Promise<void>) => void }} owner `node:test` or a test's context
 * @param {{ demo?: boolean, env?: Record<string, string>, inside?: string[] }} [options] `inside`
 *   is what runs a program in a network namespace
 */
export async function startHouse(owner, { demo = false, env = {}, inside = [] } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'housecall-e2e-'));
  const ports = { TURN_PORT: String(await freePort()) };
  const house = new House(data, demo, { ...ports, ...env }, inside);
  owner.after(() => house.close());
  await house.start();
  return house;
}

/** A running server. */
class House {
  /** Where it serves, such as `http://localhost:34567`. */
  url = '';
  /** The lines it printed when it started. */
  /** @type {string[]} */
  printed = [];
  #port = '0';
  #log = '';
  /** @type {import('node:child_process').ChildProcess | null} */
  #process = null;

  /**
   * @param {string} data
   * @param {boolean} demo
   * @param {Record<string, string>} env
   * @param {string[]} inside
   */
  constructor(data, demo, env, inside) {
    this.data = data;
    this.demo = demo;
    this.env = env;
    this.inside = inside;
  }

  get turnPort() {
    return Number(this.env.TURN_PORT);
  }

  /** Starts on the data, and after the first time on the port, it had before. */
  async start() {
    const [program, ...words] = [...this.inside, binary(), 'serve', ...(this.demo ? ['--demo'] : [])];
    const child = spawn(program, words, {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    this.#process = child;
    this.#log = '';
    this.printed = [];
    child.stderr.on('data', (it) => (this.#log += it));
    child.once('exit', () => running.delete(child));
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (it) => this.printed.push(it));
    const said = inTime(firstLine(child, lines), () => `the server did not start: ${this.#log}`);
    const address = /^Housecall serves (http:\/\/[^:]+:(\d+))$/.exec(await said);
    if (address === null) throw new Error(`the server started with other words: ${this.printed}${this.#log}`);
    [, this.url, this.#port] = address;
  }

  /** Ends the process without a warning. */
  async kill9() {
    await this.#end('SIGKILL');
  }

  /** Asks the process to end; its exit code and how long it took. */
  async stop() {
    const start = Date.now();
    const code = await this.#end('SIGTERM');
    return { code, took: Date.now() - start };
  }

  /** Ends whatever runs and leaves nothing behind. */
  async close() {
    await this.#end('SIGKILL');
    await rm(this.data, { recursive: true, force: true });
  }

  /**
   * Runs the command-line tool on this house's data.
   * @param {...string} words
   * @returns {Promise<{ code: number, out: string, err: string }>}
   */
  run(...words) {
    return new Promise((done) => {
      execFile(binary(), words, { env: this.#environment() }, (error, out, err) => {
        done({ code: error === null ? 0 : Number(error.code), out: out.trim(), err });
      });
    });
  }

  /**
   * Somebody the identity provider knows; the first request makes them known
   * here too.
   * @param {string} id
   * @param {'patient' | 'provider' | 'admin' | 'guest'} role
   */
  async person(id, role) {
    const person = new Person(this, id, accessToken(id, role));
    await person.get('/api/me');
    return person;
  }

  /** Nobody in particular. */
  get stranger() {
    return new Person(this, '', undefined);
  }

  async #end(/** @type {NodeJS.Signals} */ signal) {
    const child = this.#process;
    if (child === null) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = await inTime(gone, () => `the server did not end on ${signal}: ${this.#log}`);
    return code;
  }

  #environment() {
    const { PATH = '', HOME = '' } = process.env;
    return {
      PATH,
      HOME,
      PORT: this.#port,
      HOUSECALL_DATA: this.data,
      ACCESS_SECRET,
      ...this.env,
    };
  }
}

/** @typedef {House} RunningHouse */

function binary() {
  const named = process.env.HOUSECALL_BIN;
  const path = named ? resolve(named) : BUILT;
  if (!existsSync(path)) throw new Error(`There is no server at ${path}: run \`cargo build\` first.`);
  return path;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {import('node:readline').Interface} lines
 * @returns {Promise<string>}
 */
function firstLine(child, lines) {
  return new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended at once, with ${code}`)));
  });
}
