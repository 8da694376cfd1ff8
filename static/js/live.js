// Ties the socket to the store: what frames mean, what is subscribed, and how the log goes on without a gap
// after one. The frames are described in docs/PROTOCOL.md.
import * as api from './api.js';
import { LiveSocket } from './socket.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./logfeed.js').LogFeed} LogFeed */

const AGE_MS = 1000;
/** The coordinator's own reporter is heard more often; when nothing comes for as long, something may be wrong. */
const QUIET_MS = 8000;
const HEALTH_MS = 4000;
const PAGE = 500;
const NODES_AT_MOST = 100;

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
      ...(feed?.loaded && feed.newestSeq > 0 ? { log_seq: feed.newestSeq } : {}),
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
    if (frame.type === 'gap' && store.logs) fill(store, store.logs, frame.after);
  });
  watchHealth(store, socket);
  socket.addEventListener('ended', () => api.sessionEnd.dispatchEvent(new Event('expired')));

  setInterval(() => store.age(), AGE_MS);
  addEventListener('online', () => socket.hurry());
  return socket;
}

/**
 * The relay stays connected while the coordinator's database is away, and has nothing to tell: so when it is quiet,
 * the coordinator is asked how it is.
 * @param {Store} store
 * @param {LiveSocket} socket
 */
function watchHealth(store, socket) {
  let heardAt = Date.now();
  const degrade = (/** @type {boolean} */ degraded) => {
    if (store.connection.state !== 'live' || Boolean(store.connection.degraded) === degraded) return;
    store.setConnection({ state: 'live', degraded });
  };
  socket.addEventListener('message', (event) => {
    if (/** @type {CustomEvent} */ (event).detail.type === 'pong') return;
    heardAt = Date.now();
    degrade(false);
  });
  setInterval(async () => {
    if (store.connection.state !== 'live' || Date.now() - heardAt < QUIET_MS) return;
    await api.health().then(
      () => degrade(false),
      (error) => degrade(error.status === 503),
    );
  }, HEALTH_MS);
}

/**
 * Reads the newest lines, back to what is held already, a page at a time.
 * @param {Store} store
 * @param {LogFeed} feed
 * @param {number} [after] down to this seq; without it one page is enough
 */
async function fill(store, feed, after) {
  try {
    for (let offset = 0; offset < feed.cap; offset += PAGE) {
      const { logs, total } = await api.logs(feed.filter, PAGE, offset);
      if (store.logs !== feed) return;
      const end = offset + logs.length >= total || logs.length === 0;
      store.addOlderLogs(feed, logs, feed.complete || end);
      if (end || after === undefined || logs.at(-1).seq <= after) return;
    }
  } catch (error) {
    store.failLogs(feed, /** @type {Error} */ (error));
  }
}

/**
 * Reads the page of lines before the oldest that is held.
 * @param {Store} store
 * @param {LogFeed} feed
 * @returns {Promise<void>}
 */
export async function loadOlder(store, feed) {
  if (feed.complete || feed.loading || feed.lines.length >= feed.cap) return;
  feed.loading = true;
  try {
    // Lines that came since the newest one held would shift the pages; overlaps are harmless, gaps are not.
    const { logs, total } = await api.logs(feed.filter, PAGE, feed.lines.length);
    store.addOlderLogs(feed, logs, feed.lines.length + logs.length >= total || logs.length === 0);
  } catch (error) {
    store.failLogs(feed, /** @type {Error} */ (error));
  } finally {
    feed.loading = false;
  }
}
