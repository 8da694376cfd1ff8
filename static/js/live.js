// Ties the socket to the store: what frames mean, what is subscribed, and how the log goes on without a gap
// after one. The frames are described in docs/PROTOCOL.md.
import * as api from './api.js';
import { LiveSocket } from './socket.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./logfeed.js').LogFeed} LogFeed */

const AGE_MS = 1000;
const PAGE = 500;
const READ_ATTEMPTS = 5;
const NODES_AT_MOST = 100;
/** How long after a try to fill a gap that came to nothing there is another. */
const GAP_RETRY_MS = 2000;

/** @type {{[type: string]: (store: Store, frame: any) => void}} */
const FRAMES = {
  snapshot(store, { data }) {
    store.setCluster(data);
  },
  delta(store, { data }) {
    store.changeCluster(data);
  },
  node(store, { node_id, node, history, point, certificates }) {
    if (history) store.forgetHistory(node_id);
    store.setNode(node_id, { state: node, points: history ?? (point ? [point] : []), certificates });
  },
  new_logs(store, { logs }) {
    store.addLogs(logs);
  },
  database(store, { away }) {
    store.setConnection({ state: 'live', degraded: away });
  },
};

/**
 * @param {Store} store
 * @param {string} url
 * @returns {LiveSocket}
 */
export function live(store, url) {
  const socket = new LiveSocket(url);
  let queued = false;

  const subscribe = () => {
    queued = false;
    const feed = store.logs;
    socket.send({
      type: 'subscribe',
      nodes: [...store.watched()].slice(0, NODES_AT_MOST),
      logs: feed ? feed.filter : null,
      ...(feed?.loaded && !feed.detached && feed.newestSeq > 0 ? { log_seq: completeTo(feed) } : {}),
    });
    if (feed && !feed.loaded) fill(store, feed);
  };
  // Views that are mounted together ask in one breath.
  store.on('watch', () => {
    if (!queued) queueMicrotask(subscribe);
    queued = true;
  });
  store.on('session', () => (store.session ? socket.open() : socket.close()));

  socket.addEventListener('state', (event) => {
    const connection = /** @type {CustomEvent} */ (event).detail;
    store.setConnection(connection);
    if (connection.state === 'live') subscribe();
    // A handshake's refusal says no reason to a page; this asks for it.
    if (connection.state === 'waiting') api.me().catch(() => {});
  });
  socket.addEventListener('message', (event) => {
    const frame = /** @type {CustomEvent} */ (event).detail;
    FRAMES[frame.type]?.(store, frame);
    if (frame.type === 'gap' && store.logs && !store.logs.detached) fillGap(store, store.logs, frame.after);
  });
  socket.addEventListener('ended', () => api.sessionEnd.dispatchEvent(new Event('expired')));

  setInterval(() => store.age(), AGE_MS);
  addEventListener('online', () => socket.hurry());
  return socket;
}

/**
 * A page of the log, which may hold fewer lines than asked for where they are long. One user reads only so many at
 * once: behind other windows it comes in turn.
 * @param {import('./types.js').LogFilter} filter
 * @param {Parameters<typeof api.logs>[1]} range
 */
async function page(filter, range) {
  for (let left = READ_ATTEMPTS - 1; ; left--) {
    try {
      return await api.logs(filter, range);
    } catch (error) {
      const { code, retryAfter } = /** @type {api.ApiError} */ (error);
      if (code !== 'too_many_reads' || left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, (retryAfter ?? 1) * 1000));
    }
  }
}

/**
 * The seq behind which lines of a feed may be missing, and whether that was told since they were last read.
 * @type {WeakMap<LogFeed, {after: number, told: boolean}>}
 */
const gaps = new WeakMap();

/** @param {LogFeed} feed */
function completeTo(feed) {
  return gaps.get(feed)?.after ?? feed.newestSeq;
}

/**
 * Reads what may be missing from what is held, until it has come.
 * @param {Store} store
 * @param {LogFeed} feed
 * @param {number} after the seq behind which lines may be missing
 * @param {number} [retryMs]
 */
export async function fillGap(store, feed, after, retryMs = GAP_RETRY_MS) {
  const known = gaps.get(feed);
  if (known) {
    Object.assign(known, { after: Math.min(known.after, after), told: true });
    return;
  }
  const gap = { after, told: true };
  gaps.set(feed, gap);
  while (gap.told && store.logs === feed && !feed.detached) {
    gap.told = false;
    await fill(store, feed, gap.after);
    if (!feed.error) continue;
    gap.told = true;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  gaps.delete(feed);
}

/**
 * Reads the newest lines, back to what is held already, a page at a time. Why they did not come is the feed's `error`.
 * @param {Store} store
 * @param {LogFeed} feed
 * @param {number} [after] down to this seq; without it one page is enough
 */
export async function fill(store, feed, after) {
  try {
    for (let offset = 0; offset < feed.cap; ) {
      const { logs, total } = await page(feed.filter, { limit: PAGE, offset });
      if (store.logs !== feed || feed.detached) return;
      offset += logs.length;
      const end = offset >= total || logs.length === 0;
      store.changeLogs(feed, () => feed.fill(logs, feed.complete || end));
      if (end || after === undefined || logs.at(-1).seq <= after + 1) return;
    }
  } catch (error) {
    fail(store, feed, error);
  }
}

/** @param {Store} store @param {LogFeed} feed @param {unknown} error */
function fail(store, feed, error) {
  store.changeLogs(feed, () => {
    feed.error = /** @type {Error} */ (error);
  });
}

/**
 * Reads of the log what a feed does not hold, one thing at a time.
 * @param {Store} store
 * @param {LogFeed} feed
 * @param {() => Promise<void>} work
 */
async function read(store, feed, work) {
  if (feed.loading) return;
  feed.loading = true;
  try {
    await work();
  } catch (error) {
    fail(store, feed, error);
  } finally {
    feed.loading = false;
  }
}

/** Live lines go on behind the newest that is held. @param {Store} store @param {LogFeed} feed */
function goLive(store, feed) {
  if (store.logs === feed && !feed.detached) store.emit('watch');
}

/**
 * Reads the page of lines before the oldest that is held.
 * @param {Store} store
 * @param {LogFeed} feed
 */
export async function loadOlder(store, feed) {
  if (feed.complete || feed.oldestSeq === 0) return;
  await read(store, feed, async () => {
    const { logs, total } = await page(feed.filter, { limit: PAGE, before: feed.oldestSeq });
    store.changeLogs(feed, () => feed.prepend(logs, logs.length >= total));
  });
}

/**
 * Reads the page of lines after the newest of a piece of the past.
 * @param {Store} store
 * @param {LogFeed} feed
 */
export async function loadNewer(store, feed) {
  if (!feed.detached) return;
  await read(store, feed, async () => {
    const { logs, total } = await page(feed.filter, { limit: PAGE, after: feed.newestSeq, order: 'oldest' });
    store.changeLogs(feed, () => feed.extend(logs, logs.length >= total));
    goLive(store, feed);
  });
}

/**
 * Reads what was written about a moment, wherever in the log that is.
 * @param {Store} store
 * @param {LogFeed} feed
 * @param {number} ms
 */
export async function loadAround(store, feed, ms) {
  await read(store, feed, async () => {
    const since = new Date(ms).toISOString();
    const [first] = (await page(feed.filter, { limit: 1, since, order: 'oldest' })).logs;
    if (!first) return;
    const [older, newer] = await Promise.all([
      page(feed.filter, { limit: PAGE, before: first.seq }),
      page(feed.filter, { limit: PAGE, after: first.seq - 1, order: 'oldest' }),
    ]);
    const complete = older.logs.length >= older.total;
    const detached = newer.logs.length < newer.total;
    store.changeLogs(feed, () => feed.replace([...older.logs, ...newer.logs], { complete, detached }));
    goLive(store, feed);
  });
}
