//! Other programs beside the house: run to their end, or kept until the story is
//! over.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inTime } from './waiting.js';

/** Tools that measure something take their time. */
const TOOL_PATIENCE = 60_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

// Whatever happens to the tests, no program outlives them.
process.on('exit', () => running.forEach((it) => it.kill('SIGKILL')));

/**
 * Starts a program that is gone when the test, or the file, is over; waits until
 * it prints a line that fits. The answer ends it before that.
 * @param {{ after: (work: () => Promise<void>) => void }} owner `node:test` or a test's context
 * @param {string[]} words
 * @param {RegExp} ready
 */
export async function startProgram(owner, [program, ...words], ready) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  owner.after(() => end(child));
  let said = '';
  const isReady = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said += `${line}\n`;
        if (ready.test(line)) resolve(undefined);
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${said}`)));
  });
  await inTime(isReady, () => `${program} did not start: ${said}`);
  return () => end(child);
}

/**
 * Runs a program to its end.
 * @param {string[]} words
 * @returns {Promise<{ code: number, out: string }>} what it printed, on both streams
 */
export function runProgram([program, ...words]) {
  return new Promise((resolve, reject) => {
    execFile(program, words, { timeout: TOOL_PATIENCE }, (error, out, err) => {
      if (typeof error?.code === 'string') reject(new Error(`${program} did not run: ${error.code}`));
      else resolve({ code: error === null ? 0 : (error.code ?? -1), out: out + err });
    });
  });
}

/** Runs a program that has to succeed; what it printed. */
export async function mustRun(/** @type {string[]} */ words) {
  const { code, out } = await runProgram(words);
  if (code !== 0) throw new Error(`${words.join(' ')} failed with ${code}: ${out.trim()}`);
  return out.trim();
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await inTime(gone, 'a program did not end');
}
