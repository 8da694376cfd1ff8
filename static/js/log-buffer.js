// Holds the log lines of one filter: in the order of `seq`, each once, never more than `cap`.
//
// Lines come from three sides: live, as pages of older or newer lines on demand, and to fill a gap after a lost
// connection. These may overlap, so every line is merged by its `seq`. The lines held are always one piece of the log
// without holes. Usually this piece is the log's end. Somebody who reads back so far that both do not fit under `cap`
// has a piece of the past instead; the buffer is then `detached` and takes no live lines.

import { escapeText } from './escape.js';
import { inTimeOrder, timeOf } from './log-order.js';

/** @typedef {import('./types.js').LogEntry} LogEntry */
/** @typedef {import('./types.js').LogFilter} LogFilter */

/** The levels, the least severe first. */
export const LEVELS = /** @type {const} */ (['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);

/** The filter that all lines pass. @type {LogFilter} */
export const EVERYTHING = { node_id: '', level: '', logger_name: '', q: '' };

/** The held lines, and what is known of where in the log they are. */
export class LogBuffer {
  #knownTo = 0;
  /** What `ordered` gave last, and for which lines. @type {{of: LogEntry[], ordered: LogEntry[]}} */
  #shown = { of: [], ordered: [] };

  /**
   * @param {LogFilter} filter
   * @param {number} cap how many lines are held at most
   */
  constructor(filter, cap) {
    this.filter = filter;
    this.cap = cap;
    /** @type {LogEntry[]} oldest first; never changed in place, so that a view can see by comparison what it has shown */
    this.lines = [];
    /** Whether the coordinator has no older lines than these. */
    this.complete = false;
    /** Whether the coordinator has newer lines than these. Live lines are not taken then. */
    this.detached = false;
    /** Whether the first page has come. */
    this.loaded = false;
    /** Whether a page of older or newer lines is on its way. */
    this.loading = false;
    /** @type {Error | null} why the last page did not come */
    this.error = null;
    /**
     * A gap that is being filled: lines after this `seq` may be missing. `pending`: lines may have been missed since
     * the last page was asked for.
     * @type {{after: number, pending: boolean} | null}
     */
    this.gap = null;
  }

  /** The lines in the order in which they are shown; the same array as long as `lines` is. */
  get ordered() {
    if (this.#shown.of !== this.lines) this.#shown = { of: this.lines, ordered: inTimeOrder(this.lines) };
    return this.#shown.ordered;
  }

  /** 0 if no line is held. */
  get newestSeq() {
    return this.lines.at(-1)?.seq ?? 0;
  }

  /** 0 if no line is held. */
  get oldestSeq() {
    return this.lines[0]?.seq ?? 0;
  }

  /** The `seq` up to which no line is missing; 0 if that is not known. */
  get completeTo() {
    return this.gap?.after ?? Math.max(this.newestSeq, this.#knownTo);
  }

  /**
   * Keeps that no line up to a `seq` is missing, though the newest of them may not pass the filter.
   * @param {number} seq
   */
  knowTo(seq) {
    this.#knownTo = Math.max(this.#knownTo, seq);
  }

  /**
   * Takes live lines and drops the oldest beyond `cap`. A detached buffer takes none.
   * @param {LogEntry[]} entries
   * @returns {LogEntry[]} the entries that were new; all of them if the buffer is detached
   */
  append(entries) {
    if (this.detached) return entries;
    const added = this.#merge(entries);
    this.#dropOldest();
    return added;
  }

  /**
   * Takes a page of the newest lines: the first page, or lines that were missed.
   * @param {LogEntry[]} entries
   * @param {boolean} complete whether no line is older than these and the lines held
   */
  fill(entries, complete) {
    this.loaded = true;
    this.error = null;
    this.complete = complete;
    this.#merge(entries);
    this.#dropOldest();
  }

  /**
   * Takes a page of lines before the oldest held, and drops the newest beyond `cap`.
   * @param {LogEntry[]} entries
   * @param {boolean} complete whether no line is older than these
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
   * Takes a page of lines after the newest of a detached buffer.
   * @param {LogEntry[]} entries
   * @param {boolean} ends whether these reach the log's end, from where on lines come live again
   */
  extend(entries, ends) {
    this.error = null;
    this.#merge(entries);
    this.#dropOldest();
    this.detached = !ends;
  }

  /**
   * Drops all lines and holds another piece of the log.
   * @param {LogEntry[]} entries
   * @param {{complete: boolean, detached: boolean}} piece where in the log it is, as the fields of the same names
   */
  replace(entries, { complete, detached }) {
    this.lines = [];
    this.error = null;
    this.loaded = true;
    Object.assign(this, { complete, detached });
    this.#merge(entries);
  }

  /** Whether a moment lies within the lines held. @param {number} ms */
  covers(ms) {
    const { ordered } = this;
    const at = (/** @type {LogEntry | undefined} */ line) => (line ? timeOf(line) : NaN);
    return (this.complete || at(ordered[0]) <= ms) && (!this.detached || at(ordered.at(-1)) >= ms);
  }

  /** The index in `ordered` of the first line at or after a moment. @param {number} ms */
  indexAt(ms) {
    const index = this.ordered.findIndex((line) => timeOf(line) >= ms);
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
   * @returns {LogEntry[]} the entries that were not held yet
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
 * Cuts a text into pieces that match a search and pieces that do not. Case does not count.
 * @param {string} text
 * @param {string} query
 * @returns {{text: string, match: boolean}[]}
 */
export function highlight(text, query) {
  if (!query) return [{ text, match: false }];
  const haystack = text.toLowerCase();
  const needle = query.toLowerCase();
  // Some letters change length in lower case. Positions in the two texts would differ then.
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
 * What a structured line carries beside its message, as the search of the log sees it.
 * @param {LogEntry} entry
 * @returns {string[]} `name=value`
 */
export function fieldTexts(entry) {
  return Object.entries(entry.fields ?? {}).map(([name, value]) => `${name}=${value}`);
}

/**
 * A line as it would stand in a log file: one line, whatever its message holds.
 * @param {LogEntry} entry
 */
export function lineText(entry) {
  const said = [entry.message, ...fieldTexts(entry)].join(' ');
  return escapeText(`${entry.timestamp} ${entry.level.padEnd(8)} ${entry.node_id} ${entry.logger_name}: ${said}`);
}
