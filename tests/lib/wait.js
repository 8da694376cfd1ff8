// Waiting for conditions. A test never waits for a time to pass and hopes that something has happened then.

const INTERVAL_MS = 20;

/** Ends a wait that would never end. It is long, since a loaded machine is slow and not broken. */
const DEADLINE_MS = 60_000;

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls `condition` again and again until it gives something truthy, and returns that. An exception counts as "not yet";
 * after the deadline the last one is the cause of the error.
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
 * Waits for a promise, but not for ever: for things that would hang if they were broken.
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
