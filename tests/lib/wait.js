// Waiting: for a condition, never for a time.

const INTERVAL_MS = 20;

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks `condition` again and again until it gives something truthy, which is returned. An exception counts as "not
 * yet"; the last one is told when the deadline has passed.
 *
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {{ what?: string, deadline?: number }} [options] `deadline` in ms; a bound for the broken case, so generous
 * @returns {Promise<NonNullable<T>>}
 */
export async function waitFor(condition, { what = 'the condition', deadline = 60_000 } = {}) {
  const end = Date.now() + deadline;
  /** @type {unknown} */
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return /** @type {NonNullable<T>} */ (value);
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${deadline} ms for ${what}`, { cause: last });
    await pause(INTERVAL_MS);
  }
}
