//! Where recordings are kept: the house's own disk, or a bucket that speaks as S3
//! does and can go away and come back.

import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.js';
import { startProgram } from './programs.js';

/** @typedef {{ after: (work: () => Promise<void>) => void }} Owner `node:test` or a test's context */

const BUILT = fileURLToPath(new URL('../../target/debug/housecall-bucket', import.meta.url));

const NAME = 'recordings';

/**
 * Somewhere to keep recordings: the settings of a house that does, and where the
 * files are then, given the house's data.
 * @typedef {{ env: Record<string, string>, folder: (data: string) => string }} Storage
 */

/**
 * Every place recordings can be kept in.
 * @type {[name: string, open: (owner: Owner) => Promise<Storage>][]}
 */
export const STORAGES = [
  ['on the local disk', async () => ({ env: {}, folder: (data) => join(data, 'recordings') })],
  ['in a bucket', (owner) => startBucket(owner)],
];

/**
 * A bucket of its own, gone when the test, or the file, is over.
 * @param {Owner} owner
 */
export async function startBucket(owner) {
  const folder = await mkdtemp(join(tmpdir(), 'housecall-bucket-'));
  const bucket = new Bucket(owner, folder, await freePort());
  await bucket.start();
  owner.after(() => rm(folder, { recursive: true, force: true }));
  return bucket;
}

/** @implements {Storage} */
class Bucket {
  /** @type {() => Promise<void>} */
  stop = async () => {};

  /**
   * @param {Owner} owner
   * @param {string} root
   * @param {number} port
   */
  constructor(owner, root, port) {
    this.owner = owner;
    this.root = root;
    this.port = port;
    this.env = {
      STORAGE_PROVIDER: 'aws-s3',
      STORAGE_BUCKET: NAME,
      STORAGE_ENDPOINT: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'housecall',
      AWS_SECRET_ACCESS_KEY: 'for-tests-only',
    };
  }

  folder = () => this.root;

  /** Starts, or comes back with all that is in it. */
  async start() {
    const words = ['--folder', this.root, '--port', String(this.port), '--bucket', NAME];
    this.stop = await startProgram(this.owner, [binary(), ...words], /^http:/);
  }
}

function binary() {
  const named = process.env.HOUSECALL_BUCKET_BIN;
  const path = named ? resolve(named) : BUILT;
  if (!existsSync(path)) throw new Error(`There is no bucket at ${path}: run \`cargo build --workspace\` first.`);
  return path;
}

/** Every file in a folder and the folders in it; those that go meanwhile are left out. */
export async function filesIn(/** @type {string} */ folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((it) => it.isFile()).map((it) => join(it.path, it.name));
  const read = files.map(async (path) => ({ path, bytes: await readFile(path).catch(() => undefined) }));
  return (await Promise.all(read)).flatMap(({ path, bytes }) => (bytes ? [{ path, bytes }] : []));
}

/** The files that hold finished recordings: they begin with what every sealed file does. */
export async function sealedFiles(/** @type {string} */ folder) {
  const files = await filesIn(folder);
  return files.filter((it) => it.bytes.subarray(0, 6).toString() === 'HCSEAL');
}

/** Turns one bit of a file round. */
export async function flipBit(/** @type {string} */ path, /** @type {number} */ offset) {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, offset);
  byte[0] ^= 0x10;
  await file.write(byte, 0, 1, offset);
  await file.close();
}
