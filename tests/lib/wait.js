// Waiting: for a condition, never for a time.

const INTERVAL_MS = 20;

/** A bound for the broken case; a loaded machine is slow, not broken. */
const DEADLINE_MS = 60_000;

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks `condition` again and again until it gives something truthy, which is returned. An exception counts as "not
 * yet"; the last one is told when the deadline has passed.
 *
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {{ what?: string, deadline?: number }} [options] `deadline` in ms
 * @returns {Promise<Exclude<NonNullable<T>, false>>}
 */
export async function waitFor(condition, { what = 'the condition', deadline = DEADLINE_MS } = {}) {
  const end = performance.now() + deadline;
  /** @type {unknown} */
  let last;
  for (;;) {
    try {
      const value = await condition();
      if (value) return /** @type {any} */ (value);
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`waited ${deadline} ms for ${what}`, { cause: last });
    await pause(INTERVAL_MS);
  }
}

/**
 * What `promise` comes to, if it ever does: for what would go on for ever, or much longer, if it were broken.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {{ what: string, deadline?: number }} options as above
 * @returns {Promise<T>}
 */
export function settles(promise, { what, deadline = DEADLINE_MS }) {
  /** @type {NodeJS.Timeout} */
  let timer;
  const never = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${deadline} ms for ${what}`)), deadline);
  });
  return Promise.race([promise, never]).finally(() => clearTimeout(timer));
}
