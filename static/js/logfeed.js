// Owns the log lines that are held for one filter: in the order of `seq`, each once, never more than `cap`.
// Lines come from three sides, live, after a gap, and older ones on demand, and may overlap.

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
    /** @type {LogEntry[]} oldest first */
    this.lines = [];
    /** Whether the coordinator has nothing older than what is held. */
    this.complete = false;
    /** Whether the first page has come. */
    this.loaded = false;
    /** Whether older lines are on their way. */
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
   * Newer lines; the oldest make room for them.
   * @param {LogEntry[]} entries
   * @returns {LogEntry[]} those that were new
   */
  append(entries) {
    const added = this.#merge(entries);
    const excess = this.lines.length - this.cap;
    if (excess > 0) {
      this.lines.splice(0, excess);
      this.complete = false;
    }
    return added;
  }

  /**
   * Older lines, as the history serves them. What does not fit is left out: they are the oldest.
   * @param {LogEntry[]} entries
   * @param {boolean} complete whether these were the last there are
   */
  prepend(entries, complete) {
    this.loaded = true;
    this.error = null;
    this.#merge(entries);
    const excess = this.lines.length - this.cap;
    if (excess > 0) this.lines.splice(0, excess);
    this.complete = complete && excess <= 0;
  }

  /** The index of the first line at or after a moment. @param {number} ms */
  indexAt(ms) {
    const index = this.lines.findIndex((line) => Date.parse(line.timestamp) >= ms);
    return index < 0 ? this.lines.length : index;
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
      this.lines.push(...sorted);
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
