//! Waiting, always for something and never for ever: whoever waits in vain is
//! told in a sentence what did not happen.

/** How long anything may take on a machine that is very busy. */
export const PATIENCE = 15_000;

/** How often a condition is looked at again. */
const LOOK_AGAIN = 50;

/**
 * The result of `promise`, or an error that says what did not happen in time.
 * @template T
 * @param {Promise<T>} promise
 * @param {string | (() => string)} sentence what did not happen
 * @param {number} [within] milliseconds
 * @returns {Promise<T>}
 */
export function inTime(promise, sentence, within = PATIENCE) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const what = typeof sentence === 'string' ? sentence : sentence();
      reject(new Error(`${what} (waited ${within / 1_000} s)`));
    }, within);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Asks again and again until the answer is neither false nor nothing.
 * @template T
 * @param {() => T | Promise<T>} ask
 * @param {string | (() => string)} sentence what did not happen
 * @param {number} [within] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(ask, sentence, within = PATIENCE) {
  let over = false;
  const asking = async () => {
    while (!over) {
      const answer = await ask();
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
    throw new Error('nobody waits for this any more');
  };
  try {
    return /** @type {NonNullable<T>} */ (await inTime(asking(), sentence, within));
  } finally {
    over = true;
  }
}
