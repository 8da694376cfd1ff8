// The log as a list. It follows the log's end until a person scrolls up, then stands still, and loads older lines on
// demand. Only the lines in view are in the page.
import { copy } from '../clipboard.js';
import { delegate, h, perFrame, setText, show } from '../dom.js';
import { escapedJson } from '../escape.js';
import { t } from '../i18n.js';
import { loadAround, loadNewer, loadOlder } from '../log-history.js';
import { VirtualList } from '../virtual.js';
import { logRows, newBelow } from './log-line.js';
import { empty, failed, loading } from './states.js';

/** @typedef {import('../store.js').Store} Store */
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
  /** Lines that have come since it stopped following. */
  #unseen = 0;
  /** Where the end was last brought into view (px). A view above it was scrolled there by a person. */
  #endTop = 0;
  /** The lines that show all their fields. @type {Set<number>} */
  #open = new Set();

  /**
   * @param {Store} store
   * @param {object} options
   * @param {boolean} options.withNode whether each line names its node
   * @param {LogFilter} options.filter
   * @param {boolean} options.wrap whether long lines are wrapped
   * @param {number} [options.cap] lines held at most
   * @param {(following: boolean) => void} [options.onfollow] told when it begins or stops to follow the end
   */
  constructor(store, { withNode, filter, wrap, cap = LINES_HELD, onfollow }) {
    const { signal } = this.#abort;
    this.store = store;
    this.cap = cap;
    this.onfollow = onfollow;
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
    const rows = logRows({ withNode, query: () => this.buffer.filter.q, isOpen: (seq) => this.#open.has(seq) });
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
    this.list.setItems([]);
    this.list.forgetRows();
    this.setFollowing(true);
  }

  /** Wraps long lines, or cuts them. @param {boolean} on */
  setWrap(on) {
    this.element.classList.toggle('log-wrap', on);
    this.list.forgetHeights();
    this.update();
  }

  /** Shows the first line at or after a moment, wherever in the log that is. @param {number} ms */
  async jumpTo(ms) {
    this.setFollowing(false);
    if (!this.buffer.covers(ms)) await loadAround(this.store, this.buffer, ms);
    this.list.setItems(this.buffer.lines, { hold: true });
    this.list.scrollTo(this.buffer.indexAt(ms));
    this.scroller.focus({ preventScroll: true });
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
    if (!this.#readerLeft() && !this.#following && !buffer.detached && list.below < 2) this.setFollowing(true);
    if (this.scroller.scrollTop < NEAR_PX && buffer.loaded) loadOlder(store, buffer);
    else if (list.below < NEAR_PX) loadNewer(store, buffer);
  }

  #draw() {
    const { buffer } = this;
    const none = buffer.lines.length === 0;
    this.list.setItems(buffer.lines, { hold: !this.#following });
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

  /** @returns {Parameters<typeof delegate>[1]} */
  #handlers() {
    return {
      follow: () => this.setFollowing(true),
      retry: () => this.store.emit('watch'),
      expand: ({ dataset }) => {
        const seq = Number(dataset.seq);
        if (!this.#open.delete(seq)) this.#open.add(seq);
        if (this.#following && this.list.below < LINE_PX) this.setFollowing(false);
        this.list.update();
      },
      'copy-line': ({ dataset }) => {
        const entry = this.buffer.lines.find((line) => line.seq === Number(dataset.seq));
        if (entry) copy(escapedJson(entry, 2));
      },
    };
  }
}
