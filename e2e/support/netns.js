//! Networks of their own (Linux network namespaces): a house in the middle, homes
//! around it, and no way from home to home but the ones a story lays.

import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executable, openBrowser } from './browser.js';
import { mustRun } from './programs.js';

/** @typedef {{ after: (work: () => Promise<void>) => void }} Owner `node:test` or a test's context */

/** Where the house is, seen from every home. */
export const HOUSE = '10.77.0.1';

/**
 * Why stories with networks cannot be told on this machine; `false` where they
 * can. Only whoever runs the tests may leave them out.
 */
export const WITHOUT_NETWORKS = process.env.HOUSECALL_WITHOUT_NETWORKS
  ? 'this machine lets nobody make network namespaces'
  : false;

/** What runs a program in a namespace. */
const inside = (/** @type {string} */ namespace) => ['ip', 'netns', 'exec', namespace];

/** @type {Set<string>} */
const namespaces = new Set();

process.on('exit', () => namespaces.forEach((it) => execFileSync('ip', ['netns', 'del', it])));

/**
 * The network around a house, gone when the test is over.
 * @param {Owner} owner
 */
export async function openNetwork(owner) {
  const hub = await openNamespace(owner, 'hub');
  await mustRun(['ip', '-n', hub, 'addr', 'add', `${HOUSE}/32`, 'dev', 'lo']);
  return new Network(owner, hub);
}

class Network {
  #homes = 0;

  /**
   * @param {Owner} owner
   * @param {string} hub
   */
  constructor(owner, hub) {
    this.owner = owner;
    this.hub = hub;
    this.inside = inside(hub);
  }

  /** A home with a line to the house alone: everything else is beyond its routes. */
  async home() {
    this.#homes += 1;
    const line = `home${this.#homes}`;
    const namespace = await openNamespace(this.owner, line);
    await mustRun(['ip', '-n', this.hub, 'link', 'add', line, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace]);
    const home = new Home(this.owner, this, namespace, line, `10.77.${this.#homes}`);
    await mustRun(['ip', '-n', this.hub, 'addr', 'add', `${home.network}.1/24`, 'dev', line]);
    await mustRun(['ip', '-n', this.hub, 'link', 'set', line, 'up']);
    await home.moveTo(2);
    return home;
  }

  /**
   * Lays a line between two homes.
   * @param {Home} one
   * @param {Home} other
   */
  async join(one, other) {
    const ends = [one.namespace, other.namespace];
    await mustRun(['ip', '-n', ends[0], 'link', 'add', 'lan', 'type', 'veth', 'peer', 'name', 'lan', 'netns', ends[1]]);
    for (const [at, end] of ends.entries()) {
      await mustRun(['ip', '-n', end, 'addr', 'add', `10.77.100.${at + 1}/24`, 'dev', 'lan']);
      await bringUp(end, 'lan');
    }
  }
}

class Home {
  /**
   * @param {Owner} owner
   * @param {Network} around
   * @param {string} namespace
   * @param {string} line
   * @param {string} network the first three bytes of its addresses
   */
  constructor(owner, around, namespace, line, network) {
    this.owner = owner;
    this.around = around;
    this.namespace = namespace;
    this.line = line;
    this.network = network;
    this.inside = inside(namespace);
  }

  /** Takes another address. */
  async moveTo(/** @type {number} */ last) {
    const address = `${this.network}.${last}/24`;
    await mustRun(['ip', '-n', this.namespace, 'addr', 'flush', 'dev', 'eth0']);
    await bringUp(this.namespace, 'eth0');
    await mustRun(['ip', '-n', this.namespace, 'addr', 'add', address, 'dev', 'eth0']);
    await mustRun(['ip', '-n', this.namespace, 'route', 'add', `${HOUSE}/32`, 'via', `${this.network}.1`]);
  }

  /** From now on no datagram of this home arrives, and nobody is told. */
  async blockUdp() {
    const rules = `table ip ${this.line} {
      chain input {
        type filter hook input priority 0;
        iifname "${this.line}" meta l4proto udp drop
      }
    }`;
    await mustRun([...this.around.inside, 'nft', rules]);
  }

  /** Takes the line to the other home away, at both ends. */
  async loseLan() {
    await mustRun(['ip', '-n', this.namespace, 'link', 'del', 'lan']);
  }

  /**
   * A browser at this home. Where the house serves, `origin`, pages may use the
   * camera as if it had a certificate.
   * @param {string} origin
   */
  async browser(origin) {
    const folder = await mkdtemp(join(tmpdir(), 'housecall-home-'));
    this.owner.after(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'chromium');
    await writeFile(path, `#!/bin/sh\nexec ${[...this.inside, executable()].join(' ')} "$@"\n`);
    await chmod(path, 0o755);
    const more = [`--unsafely-treat-insecure-origin-as-secure=${origin}`, '--ignore-certificate-errors'];
    return openBrowser(this.owner, { path, more });
  }
}

/**
 * A line without an IPv6 address of its own: that comes a moment later, and browsers
 * then give up what they are loading.
 * @param {string} namespace
 * @param {string} device
 */
async function bringUp(namespace, device) {
  await mustRun(['ip', '-n', namespace, 'link', 'set', device, 'addrgenmode', 'none']);
  await mustRun(['ip', '-n', namespace, 'link', 'set', device, 'up']);
}

/**
 * @param {Owner} owner
 * @param {string} name
 */
async function openNamespace(owner, name) {
  const namespace = `housecall-${process.pid}-${name}`;
  await mustRun(['ip', 'netns', 'add', namespace]);
  namespaces.add(namespace);
  owner.after(async () => {
    namespaces.delete(namespace);
    await mustRun(['ip', 'netns', 'del', namespace]);
  });
  await mustRun(['ip', '-n', namespace, 'link', 'set', 'lo', 'up']);
  return namespace;
}
