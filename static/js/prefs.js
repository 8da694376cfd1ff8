// Owns what this browser remembers of a person's choices. A browser that refuses storage forgets, no more.

const PREFIX = 'p2pdash.';

/** @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Private windows may refuse.
  }
}
