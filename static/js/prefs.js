// Owns the choices that this browser remembers for a person. If it refuses storage, they last as long as the page.

const PREFIX = 'p2pdash.';

/** A choice; null if none was made. @param {string} name */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Keeps a choice. @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A private window may refuse storage.
  }
}
