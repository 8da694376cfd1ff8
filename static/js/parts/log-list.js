// The log as a list that follows its end, or stands still while one reads, and grows upwards on demand. Only the
// lines in view are in the page.
import { copy } from '../clipboard.js';
import { delegate, h, perFrame, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { loadAround, loadNewer, loadOlder } from '../live.js';
import { VirtualList } from '../virtual.js';
import { logRows, newBelow } from './log-line.js';
import { empty, failed, loading } from './states.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').LogFilter} LogFilter */

export const LINES_HELD = 10_000;
/** What a worker's configuration says to send its journal. */
const EXAMPLE = '[log journal]\nsource = journal';
const LINE_PX = 24;
const NEAR_PX = 600;
/** Nobody reads what flows by faster. */
const PACE_MS = 100;

/**
 * @param {Store} store
 * @param {{withNode: boolean, filter: LogFilter, wrap: boolean, cap?: number, onfollow?: (following: boolean) => void}} options
 */
export function logList(store, { withNode, filter, wrap, cap = LINES_HELD, onfollow }) {
  const abort = new AbortController();
  const { signal } = abort;
  let feed = store.followLogs(filter, cap);
  let following = true;
  let unseen = 0;
  let endTop = 0; // where the end was last brought into view; the view is above it only where a reader scrolled
  /** @type {Set<number>} */
  const open = new Set();

  const lines = h('div', { class: 'virtual', role: 'list', 'aria-label': t('tab.logs') });
  const message = h('div', { class: 'log-state' });
  const top = h('div', { class: 'log-top', role: 'status' });
  const scroller = h(
    'div',
    { class: 'log-scroller', tabindex: 0, role: 'region', 'aria-label': t('tab.logs') },
    top,
    lines,
  );
  const below = newBelow();
  const element = h('div', { class: 'log-list' }, scroller, message, below.element);
  element.classList.toggle('log-wrap', wrap);
  element.classList.toggle('log-with-node', withNode);
  const list = new VirtualList(
    lines,
    scroller,
    logRows({ withNode, query: () => feed.filter.q, isOpen: (seq) => open.has(seq) }),
    { estimate: LINE_PX, measured: true, stick: () => !readerLeft() && following, onstick: (top) => (endTop = top) },
  );

  // Asked before the end is brought into view, too: the browser tells of scrolling only with the next frame.
  const readerLeft = () => {
    if (!following || scroller.scrollTop >= endTop - 2 || list.below <= LINE_PX) return false;
    setFollowing(false);
    return true;
  };

  /** @param {boolean} follow */
  const setFollowing = (follow) => {
    if (follow) unseen = endTop = 0;
    // The end of the log is not held then: it is read anew.
    if (follow && feed.detached) feed = store.followLogs(feed.filter, cap);
    if (follow !== following) {
      following = follow;
      onfollow?.(follow);
    }
    update();
  };

  const update = perFrame(
    () => {
      list.setItems(feed.lines, { hold: !following });
      below.update(following ? 0 : unseen, feed.detached);
      showState();
    },
    signal,
    PACE_MS,
  );

  const showState = () => {
    const none = feed.lines.length === 0;
    const state = none ? (feed.error ? 'failed' : feed.loaded ? 'empty' : 'loading') : '';
    setText(top, none || !feed.loaded ? '' : t(feed.complete ? 'logs.start' : 'logs.older'));
    show(message, none);
    if (message.dataset.state === state) return;
    message.dataset.state = state;
    const makers = {
      failed: () => failed(/** @type {Error} */ (feed.error)),
      empty: () => empty(t('logs.none'), t('logs.none.hint'), h('pre', { class: 'code', dir: 'ltr' }, EXAMPLE)),
      loading: () => loading(),
    };
    message.replaceChildren(...(state ? [makers[/** @type {keyof typeof makers} */ (state)]()] : []));
  };

  store.on(
    'logs',
    (added) => {
      if (!following) unseen += added.length;
      update();
    },
    signal,
  );
  scroller.addEventListener(
    'scroll',
    () => {
      if (!readerLeft() && !following && !feed.detached && list.below < 2) setFollowing(true);
      if (scroller.scrollTop < NEAR_PX && feed.loaded) loadOlder(store, feed);
      else if (list.below < NEAR_PX) loadNewer(store, feed);
    },
    { passive: true, signal },
  );

  delegate(
    element,
    {
      follow: () => setFollowing(true),
      retry: () => store.emit('watch'),
      expand(button) {
        const seq = Number(button.dataset.seq);
        if (!open.delete(seq)) open.add(seq);
        if (following && list.below < LINE_PX) setFollowing(false);
        list.update();
      },
      'copy-line'(button) {
        const entry = feed.lines.find((line) => line.seq === Number(button.dataset.seq));
        if (entry) copy(JSON.stringify(entry, null, 2));
      },
    },
    { signal },
  );
  update();

  return {
    element,
    get feed() {
      return feed;
    },
    setFollowing,
    /** @param {LogFilter} next */
    setFilter(next) {
      feed = store.followLogs(next, cap);
      unseen = 0;
      open.clear();
      list.forgetRows();
      setFollowing(true);
    },
    /** @param {boolean} on */
    setWrap(on) {
      element.classList.toggle('log-wrap', on);
      list.forgetHeights();
      update();
    },
    /** Shows the first line at or after a moment, wherever in the log that is. @param {number} ms */
    async jumpTo(ms) {
      setFollowing(false);
      if (!feed.covers(ms)) await loadAround(store, feed, ms);
      list.setItems(feed.lines, { hold: true });
      list.scrollTo(feed.indexAt(ms));
      scroller.focus({ preventScroll: true });
    },
    destroy() {
      abort.abort();
      list.destroy();
      store.unfollowLogs(feed);
    },
  };
}
