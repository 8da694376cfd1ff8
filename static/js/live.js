// Connects the socket and the store: writes what each frame says into the store, and subscribes to what the views want
// to see. docs/PROTOCOL.md describes the frames.
import * as api from './api.js';
import { fillGap, loadNewest } from './log-history.js';
import { LiveSocket } from './socket.js';

/** @typedef {import('./store.js').Store} Store */

/** How often workers are checked for reports that are overdue. */
const AGE_MS = 1000;
/** The relay takes no more nodes in a subscription. */
const NODES_AT_MOST = 100;

/** Type of a frame → what it changes. @type {{[type: string]: (store: Store, frame: any) => void}} */
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
 * Opens the socket while there is a session, and keeps the store up to date from it.
 * @param {Store} store
 * @param {string} url
 * @returns {LiveSocket}
 */
export function live(store, url) {
  const socket = new LiveSocket(url);
  let queued = false;

  const subscribe = () => {
    queued = false;
    const { logs } = store;
    socket.send({
      type: 'subscribe',
      nodes: [...store.watched()].slice(0, NODES_AT_MOST),
      logs: logs ? logs.filter : null,
      // The relay first sends the lines after this one, if it still has them, and a `gap` if it has not.
      ...(logs?.loaded && !logs.detached && logs.newestSeq > 0 ? { log_seq: logs.completeTo } : {}),
    });
    if (logs && !logs.loaded) loadNewest(store, logs);
  };
  // Several views may change their wishes at once; one subscription covers them all.
  store.on('watch', () => {
    if (!queued) queueMicrotask(subscribe);
    queued = true;
  });
  store.on('session', () => (store.session ? socket.open() : socket.close()));

  socket.addEventListener('state', (event) => {
    const connection = /** @type {CustomEvent} */ (event).detail;
    store.setConnection(connection);
    if (connection.state === 'live') subscribe();
    // A browser does not tell a page why a handshake was refused. If the session has ended, this request says so.
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
