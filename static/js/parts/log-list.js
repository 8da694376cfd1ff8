// The log as a list. It follows the log's end until a person scrolls up, then stands still, and loads older lines on
// demand. Only the lines in view are in the page.
import { copy } from '../clipboard.js';
import { delegate, h, perFrame, setText, show } from '../dom.js';
import { escapedJson } from '../escape.js';
import { dayNumber, time, zoneName } from '../format.js';
import { t } from '../i18n.js';
import { loadAround, loadLine, loadNewer, loadOlder } from '../log-history.js';
import { timeOf } from '../log-order.js';
import { VirtualList } from '../virtual.js';
import { logRows, newBelow } from './log-line.js';
import { empty, failed, loading } from './states.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').LogEntry} LogEntry */
/** @typedef {import('../types.js').LogFilter} LogFilter */

const LINES_HELD = 10_000;
/** What a worker's configuration needs to send its journal. */
const EXAMPLE = '[log journal]\nsource = journal';
const LINE_PX = 24;
/** How close to the end of what is held one scrolls before more is loaded. */
const NEAR_PX = 600;
/** The least time between two updates: nobody reads lines that pass faster. */
const UPDATE_MS = 100;

/** The list. Its element must be put into the page; destroy() ends it. */
export class LogList {
  #abort = new AbortController();
  #following = true;
  /** Jumps whose lines are being read: until they are there, scrolling does not say what a person wants. */
  #jumps = 0;
  /** Lines that have come since it stopped following. */
  #unseen = 0;
  /** Where the end was last brought into view (px). A view above it was scrolled there by a person. */
  #endTop = 0;
  /** The lines that show all their fields, the last opened last. @type {Set<number>} */
  #open = new Set();
  /** The lines in the list, in the order of its rows. @type {LogEntry[]} */
  #shown = [];

  /**
   * @param {Store} store
   * @param {object} options
   * @param {boolean} options.withNode whether each line names its node
   * @param {LogFilter} options.filter
   * @param {boolean} options.wrap whether long lines are wrapped
   * @param {import('../format.js').Zone} options.zone of the times
   * @param {number} [options.cap] lines held at most
   * @param {(following: boolean) => void} [options.onfollow] told when it begins or stops to follow the end
   * @param {(line: LogEntry | null) => void} [options.onopen] told which line was opened last, of those that are open
   */
  constructor(store, { withNode, filter, wrap, zone, cap = LINES_HELD, onfollow, onopen }) {
    const { signal } = this.#abort;
    this.store = store;
    this.cap = cap;
    this.zone = zone;
    this.onfollow = onfollow;
    this.onopen = onopen;
    this.buffer = store.followLogs(filter, cap);

    const lines = h('div', { class: 'virtual', role: 'list', 'aria-label': t('tab.logs') });
    const region = { class: 'log-scroller', tabindex: 0, role: 'region', 'aria-label': t('tab.logs') };
    this.top = h('div', { class: 'log-top', role: 'status' });
    this.message = h('div', { class: 'log-state' });
    this.scroller = h('div', region, this.top, lines);
    this.below = newBelow();
    this.element = h('div', { class: 'log-list' }, this.scroller, this.message, this.below.element);
    this.element.classList.toggle('log-wrap', wrap);
    this.element.classList.toggle('log-with-node', withNode);
    const rows = logRows({
      withNode,
      query: () => this.buffer.filter.q,
      isOpen: (seq) => this.#open.has(seq),
      zone: () => this.zone,
      dayAt: (index) => this.#dayAt(index),
    });
    this.list = new VirtualList(lines, this.scroller, rows, {
      estimate: LINE_PX,
      measured: true,
      stick: () => !this.#readerLeft() && this.#following,
      onstick: (top) => (this.#endTop = top),
    });

    this.update = perFrame(() => this.#draw(), signal, UPDATE_MS);
    store.on('logs', (added) => this.#count(added.length), signal);
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true, signal });
    delegate(this.element, this.#handlers(), { signal });
    lines.addEventListener('keydown', (event) => this.#pressed(event), { signal });
    this.update();
  }

  /** Follows the log's end, or stands still. @param {boolean} follow */
  setFollowing(follow) {
    if (follow) this.#unseen = this.#endTop = 0;
    // A detached buffer does not hold the log's end: it is read anew.
    if (follow && this.buffer.detached) this.buffer = this.store.followLogs(this.buffer.filter, this.cap);
    if (follow !== this.#following) {
      this.#following = follow;
      this.onfollow?.(follow);
    }
    this.update();
  }

  /** Shows other lines, from the log's end on. @param {LogFilter} filter */
  setFilter(filter) {
    this.buffer = this.store.followLogs(filter, this.cap);
    this.#unseen = 0;
    this.#open.clear();
    this.#show([], false);
    this.list.forgetRows();
    this.setFollowing(true);
  }

  /** Wraps long lines, or cuts them. @param {boolean} on */
  setWrap(on) {
    this.element.classList.toggle('log-wrap', on);
    this.list.forgetHeights();
    this.update();
  }

  /** Shows times and days in another time zone. @param {import('../format.js').Zone} zone */
  setZone(zone) {
    this.zone = zone;
    this.list.forgetRows();
  }

  /** Shows the first line at or after a moment, wherever in the log that is. @param {number} ms */
  async jumpTo(ms) {
    const { buffer } = this;
    await this.#jump(async () => buffer.covers(ms) || loadAround(this.store, buffer, ms));
    if (this.buffer !== buffer) return;
    this.#show(buffer.ordered, true);
    this.list.scrollTo(buffer.indexAt(ms));
    this.scroller.focus({ preventScroll: true });
  }

  /**
   * Opens a line, wherever in the log it is.
   * @param {{node: string, seq: number}} line
   * @returns {Promise<boolean>} whether there is such a line that passes the filter
   */
  async openLine(line) {
    const { buffer } = this;
    const found = await this.#jump(() => loadLine(this.store, buffer, line));
    if (!found || this.buffer !== buffer) return found;
    this.#open.add(line.seq);
    this.#show(buffer.ordered, true);
    this.list.scrollTo(this.#shown.findIndex(({ seq }) => seq === line.seq));
    this.#reveal(line.seq);
    return true;
  }

  /** Stands still while lines elsewhere in the log are read. @template T @param {() => Promise<T>} load @returns {Promise<T>} */
  async #jump(load) {
    this.setFollowing(false);
    this.#jumps += 1;
    try {
      return await load();
    } finally {
      this.#jumps -= 1;
    }
  }

  /** Ends it, and the store's interest in its lines. */
  destroy() {
    this.#abort.abort();
    this.list.destroy();
    this.store.unfollowLogs(this.buffer);
  }

  /** @param {number} added lines that have come */
  #count(added) {
    if (!this.#following) this.#unseen += added;
    this.update();
  }

  /**
   * Stops following if a person has scrolled up. Also asked before the end is brought into view, since the browser
   * tells of scrolling only with the next frame.
   */
  #readerLeft() {
    if (!this.#following || this.scroller.scrollTop >= this.#endTop - 2 || this.list.below <= LINE_PX) return false;
    this.setFollowing(false);
    return true;
  }

  #scrolled() {
    const { store, buffer, list } = this;
    if (this.#jumps > 0) return;
    if (!this.#readerLeft() && !this.#following && !buffer.detached && list.below < 2) this.setFollowing(true);
    if (this.scroller.scrollTop < NEAR_PX && buffer.loaded) loadOlder(store, buffer);
    else if (list.below < NEAR_PX) loadNewer(store, buffer);
  }

  #draw() {
    const { buffer } = this;
    const none = buffer.lines.length === 0;
    this.#show(buffer.ordered, !this.#following);
    this.below.update(this.#following ? 0 : this.#unseen, buffer.detached);
    setText(this.top, none || !buffer.loaded ? '' : t(buffer.complete ? 'logs.start' : 'logs.older'));
    show(this.message, none);
    this.#showState(none ? (buffer.error ? 'failed' : buffer.loaded ? 'empty' : 'loading') : '');
  }

  /** @param {'' | 'failed' | 'empty' | 'loading'} state what stands in place of the lines */
  #showState(state) {
    if (this.message.dataset.state === state) return;
    this.message.dataset.state = state;
    const example = () => h('pre', { class: 'code', dir: 'ltr' }, EXAMPLE);
    const makers = {
      '': () => '',
      failed: () => failed(/** @type {Error} */ (this.buffer.error)),
      empty: () => empty(t('logs.none'), t('logs.none.hint'), example()),
      loading: () => loading(),
    };
    this.message.replaceChildren(makers[state]());
  }

  /** @param {LogEntry[]} lines @param {boolean} hold whether what a person reads stays where it is */
  #show(lines, hold) {
    this.#shown = lines;
    this.list.setItems(lines, { hold });
  }

  /** The day and the time zone, if the row is the first of its day; else empty. @param {number} index */
  #dayAt(index) {
    const line = this.#shown[index];
    const before = this.#shown[index - 1];
    const day = dayNumber(timeOf(line), this.zone);
    if (Number.isNaN(day) || (before && dayNumber(timeOf(before), this.zone) === day)) return '';
    return `${time(line.timestamp, 'day', this.zone)} · ${zoneName(this.zone, line.timestamp)}`;
  }

  /** Opens a line, or closes it. @param {number} seq */
  #toggle(seq) {
    if (!this.#open.delete(seq)) this.#open.add(seq);
    if (this.#following && this.list.below < LINE_PX) this.setFollowing(false);
    this.list.update();
    if (this.#open.has(seq)) this.#reveal(seq);
    const last = [...this.#open].at(-1);
    this.onopen?.(this.#shown.find((line) => line.seq === last) ?? null);
  }

  /** Brings a row into view with all it shows. @param {number} seq */
  #reveal(seq) {
    this.scroller.querySelector(`.log-line[data-seq="${seq}"]`)?.scrollIntoView({ block: 'nearest' });
  }

  /** A row that has the focus opens by Enter; the arrows lead from row to row. @param {KeyboardEvent} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = target.closest('.log-line');
    if (!(row instanceof HTMLElement) || (target !== row && !target.matches('.log-toggle'))) return;
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (next instanceof HTMLElement) (target === row ? next : next.querySelector('button'))?.focus();
    else if (target === row && event.key === 'Enter') this.#toggle(Number(row.dataset.seq));
    else return;
    event.preventDefault();
  }

  /** @returns {Parameters<typeof delegate>[1]} */
  #handlers() {
    return {
      follow: () => this.setFollowing(true),
      retry: () => this.store.emit('watch'),
      expand: (element, { target }) => {
        // In a row there are things to click and text to select.
        const other = target instanceof Element && target.closest('a, .log-details, .log-day');
        const selecting = element.matches('.log-line') && getSelection()?.isCollapsed === false;
        if (!other && !selecting) this.#toggle(Number(element.dataset.seq));
      },
      'copy-line': ({ dataset }) => {
        const entry = this.buffer.lines.find((line) => line.seq === Number(dataset.seq));
        if (entry) copy(escapedJson(entry, 2));
      },
    };
  }
}
