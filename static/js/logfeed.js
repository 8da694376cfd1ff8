// Owns the log lines that are held for one filter: in the order of `seq`, each once, never more than `cap`.
// Lines come live, after a gap, and on demand, older or newer ones, and may overlap. What is held is one piece of the
// log: its end, or, when one has read back too far to hold both, a piece of the past.

/** @typedef {import('./types.js').LogEntry} LogEntry */
/** @typedef {import('./types.js').LogFilter} LogFilter */

export const LEVELS = /** @type {const} */ (['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);

/** @type {LogFilter} */
export const EVERYTHING = { node_id: '', level: '', logger_name: '', q: '' };

export class LogFeed {
  /**
   * @param {LogFilter} filter
   * @param {number} cap
   */
  constructor(filter, cap) {
    this.filter = filter;
    this.cap = cap;
    /** @type {LogEntry[]} oldest first; another array whenever others are held, for whoever shows it compares */
    this.lines = [];
    /** Whether the coordinator has nothing older than what is held. */
    this.complete = false;
    /** Whether the coordinator has newer lines than are held, which then do not come by themselves. */
    this.detached = false;
    /** Whether the first page has come. */
    this.loaded = false;
    /** Whether older or newer lines are on their way. */
    this.loading = false;
    /** @type {Error | null} why the last page did not come */
    this.error = null;
  }

  get newestSeq() {
    return this.lines.at(-1)?.seq ?? 0;
  }

  get oldestSeq() {
    return this.lines[0]?.seq ?? 0;
  }

  /**
   * Live lines; the oldest make room for them. A piece of the past has no place for them.
   * @param {LogEntry[]} entries
   * @returns {LogEntry[]} those that were new
   */
  append(entries) {
    if (this.detached) return entries;
    const added = this.#merge(entries);
    this.#dropOldest();
    return added;
  }

  /**
   * The newest lines, as the history serves them, where they were missed or not yet held.
   * @param {LogEntry[]} entries
   * @param {boolean} complete whether there are no older ones than these and those held
   */
  fill(entries, complete) {
    this.loaded = true;
    this.error = null;
    this.complete = complete;
    this.#merge(entries);
    this.#dropOldest();
  }

  /**
   * Lines before the oldest held; the newest make room for them.
   * @param {LogEntry[]} entries
   * @param {boolean} complete whether these were the last there are
   */
  prepend(entries, complete) {
    this.error = null;
    this.complete = complete;
    this.#merge(entries);
    if (this.lines.length > this.cap) {
      this.lines = this.lines.slice(0, this.cap);
      this.detached = true;
    }
  }

  /**
   * Lines after the newest of a piece of the past.
   * @param {LogEntry[]} entries
   * @param {boolean} ends whether these were the last there are: from here on they come by themselves
   */
  extend(entries, ends) {
    this.error = null;
    this.#merge(entries);
    this.#dropOldest();
    this.detached = !ends;
  }

  /**
   * Holds another piece of the log instead.
   * @param {LogEntry[]} entries
   * @param {{complete: boolean, detached: boolean}} piece
   */
  replace(entries, { complete, detached }) {
    this.lines = [];
    this.error = null;
    this.loaded = true;
    Object.assign(this, { complete, detached });
    this.#merge(entries);
  }

  /** Whether a moment is in what is held. @param {number} ms */
  covers(ms) {
    const at = (/** @type {LogEntry | undefined} */ line) => Date.parse(line?.timestamp ?? '');
    return (this.complete || at(this.lines[0]) <= ms) && (!this.detached || at(this.lines.at(-1)) >= ms);
  }

  /** The index of the first line at or after a moment. @param {number} ms */
  indexAt(ms) {
    const index = this.lines.findIndex((line) => Date.parse(line.timestamp) >= ms);
    return index < 0 ? this.lines.length : index;
  }

  #dropOldest() {
    const excess = this.lines.length - this.cap;
    if (excess <= 0) return;
    this.lines = this.lines.slice(excess);
    this.complete = false;
  }

  /**
   * @param {LogEntry[]} entries
   * @returns {LogEntry[]} those that were not held yet
   */
  #merge(entries) {
    const sorted = [...entries]
      .sort((a, b) => a.seq - b.seq)
      .filter((entry, index, all) => index === 0 || entry.seq !== all[index - 1].seq);
    if (this.lines.length === 0 || sorted.length === 0 || sorted[0].seq > this.newestSeq) {
      this.lines = [...this.lines, ...sorted];
      return sorted;
    }
    const held = new Set(this.lines.map((line) => line.seq));
    const added = sorted.filter((entry) => !held.has(entry.seq));
    if (added.length > 0) this.lines = [...this.lines, ...added].sort((a, b) => a.seq - b.seq);
    return added;
  }
}

/**
 * Cuts a text into pieces that match what is searched for and pieces that do not (case does not count).
 * @param {string} text
 * @param {string} query
 * @returns {{text: string, match: boolean}[]}
 */
export function highlight(text, query) {
  if (!query) return [{ text, match: false }];
  const haystack = text.toLowerCase();
  const needle = query.toLowerCase();
  // Some letters change length in lower case; then positions would not agree.
  if (haystack.length !== text.length) return [{ text, match: false }];
  const pieces = [];
  let from = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), match: false });
    from = at + needle.length;
    pieces.push({ text: text.slice(at, from), match: true });
  }
  if (from < text.length) pieces.push({ text: text.slice(from), match: false });
  return pieces;
}

/**
 * A line as one reads it in a file.
 * @param {LogEntry} entry
 */
export function lineText(entry) {
  return `${entry.timestamp} ${entry.level.padEnd(8)} ${entry.node_id} ${entry.logger_name}: ${entry.message}`;
}
