//! Chance that can be had again: the same seed gives the same numbers.

/** The seed: what the environment names, or another one each time. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));

/**
 * Numbers from 0 up to, and without, `limit` (mulberry32).
 * @param {number} seed
 * @returns {(limit: number) => number}
 */
export function chance(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
}
