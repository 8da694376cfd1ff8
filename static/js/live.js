// Connects the socket and the store: writes what each frame says into the store, and subscribes to what the views want
// to see. docs/PROTOCOL.md describes the frames.
import * as api from './api.js';
import { fillGap, loadNewest } from './log-history.js';
import { LogSubscription } from './log-subscription.js';
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
    if (history) store.forgetHistory(node_id, history);
    store.setNode(node_id, { state: node, points: history ?? (point ? [point] : []), certificates });
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
  const subscription = new LogSubscription();
  let queued = false;

  const subscribe = () => {
    queued = false;
    const { logs } = store;
    const nodes = [...store.watched()].slice(0, NODES_AT_MOST);
    socket.send({ type: 'subscribe', nodes, ...subscription.ask(logs) });
    // What is stored can be read without a connection, too.
    if (logs && !logs.loaded && store.connection.state !== 'live') loadNewest(store, logs);
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
    takeLogFrame(store, subscription, frame);
  });
  // The session has ended, or was replaced by another one: the request says so, or the socket opens with that one.
  socket.addEventListener('ended', () => {
    api.me().then(
      () => socket.open(),
      ({ status }) => status !== 401 && socket.open(),
    );
  });

  setInterval(() => store.age(), AGE_MS);
  addEventListener('online', () => socket.hurry());
  return socket;
}

/**
 * Takes a frame about log lines. The stored lines are read after the answer to a subscription: all that have been
 * written by then are stored, and all later ones come live, so none is missing in between. Lines of an earlier filter
 * are dropped.
 * @param {Store} store
 * @param {LogSubscription} subscription
 * @param {any} frame
 */
function takeLogFrame(store, subscription, frame) {
  const { buffer } = subscription;
  if (frame.type === 'subscribed' || frame.type === 'error') {
    if (!subscription.answer(frame) || !buffer || buffer.detached || subscription.after !== undefined) return;
    loadNewest(store, buffer).then(() => !buffer.error && buffer.knowTo(frame.log_seq ?? 0));
  } else if (subscription.covers(frame) && buffer && buffer === store.logs) {
    if (frame.type === 'new_logs') store.addLogs(frame.logs);
    if (frame.type === 'gap' && !buffer.detached) fillGap(store, buffer, frame.after);
  }
}
