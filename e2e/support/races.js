//! Two things said at the same moment, again and again, and how long it took.

import assert from 'node:assert/strict';

/** How far apart two words may be to count as said at once, in milliseconds. */
const AT_ONCE = 1;

/** The second word follows at once, or so much later. */
const LATER = [0, 0.2, 0.4, 0.6, 0.8];

/**
 * Says two things within a millisecond, first the one and the next time the
 * other first; their answers, and how far apart they were said.
 * @template One, Other
 * @param {number} turn
 * @param {() => Promise<One>} one
 * @param {() => Promise<Other>} other
 * @returns {Promise<{ apart: number, answers: [One, Other] }>}
 */
export async function atOnce(turn, one, other) {
  const swapped = turn % 2 === 1;
  const [first, second] = swapped ? [other, one] : [one, other];
  const begin = performance.now();
  const its = first();
  const due = begin + LATER[turn % LATER.length];
  while (performance.now() < due);
  const apart = performance.now() - begin;
  const both = await Promise.all([its, second()]);
  return { apart, answers: /** @type {[One, Other]} */ (swapped ? both.reverse() : both) };
}

/**
 * Runs rounds until so many of them were races: on a busy machine the two may
 * be said too far apart, which is a round but no race.
 * @param {number} times
 * @param {(turn: number) => Promise<number>} round answers how far apart they were
 */
export async function races(times, round) {
  let raced = 0;
  for (let turn = 0; raced < times; turn += 1) {
    assert.ok(turn < 3 * times, `only ${raced} of ${turn} rounds were races`);
    if ((await round(turn)) < AT_ONCE) raced += 1;
  }
}

/** A row of milliseconds in words. */
export function distribution(/** @type {number[]} */ times) {
  const sorted = [...times].sort((one, other) => one - other);
  const [p50, max] = [sorted[Math.floor(sorted.length / 2)], sorted[sorted.length - 1]];
  return `p50 ${p50.toFixed(1)} ms, max ${max.toFixed(1)} ms`;
}
