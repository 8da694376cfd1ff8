// Owns what the page knows. live.js, log-history.js, actions.js and the login write it; views read it and listen to its
// events:
//   session, connection       the session or the connection has changed
//   cluster                   a snapshot of all workers has come
//   workers (Set of ids)      these workers have changed, come or gone
//   node (id)                 the full state, history or certificates of a watched node have changed
//   logs (new lines)          the lines in the buffer have changed
//   commands (Command)        a command was sent or has ended
//   watch                     views want other nodes or lines: live.js subscribes to them
import { attention, byName, statusAt, workerFrom } from './cluster.js';
import { LogBuffer } from './log-buffer.js';

/** @typedef {import('./types.js').Worker} Worker */
/** @typedef {import('./types.js').WatchedNode} WatchedNode */
/** @typedef {import('./types.js').Point} Point */

const HISTORY_POINTS = 100;
/** How many points of a node the relay sends at most when a node is watched (docs/PROTOCOL.md). */
const POINTS_PUSHED = 50;
const COMMANDS_KEPT = 200;
/** Clocks that differ by less count as equal: answers have whole seconds only, and take time to come. */
const CLOCK_TOLERANCE_MS = 3000;

/** The page's data. See above for its events. */
export class Store extends EventTarget {
  /** The workers' ids by name; null when a worker has come or gone. @type {string[] | null} */
  #names = null;

  constructor() {
    super();
    /** @type {import('./types.js').Session | null} */
    this.session = null;
    /** Whether the last session ended by itself, not by a logout. */
    this.expired = false;
    /** @type {import('./types.js').Connection} */
    this.connection = { state: 'connecting' };
    /** Whether the first snapshot has come. */
    this.ready = false;
    /** The workers, the missing ones among them. @type {Map<string, Worker>} */
    this.workers = new Map();
    /** @type {Worker | null} the coordinator's own machine, if a reporter runs on it */
    this.coordinator = null;
    /** @type {import('./types.js').Stats | null} */
    this.stats = null;
    /** When `stats` came (ms). */
    this.statsAt = 0;
    /** The nodes that views watch, and the coordinator. @type {Map<string, WatchedNode>} */
    this.nodes = new Map();
    /** The log lines that a view shows; one view at a time. @type {LogBuffer | null} */
    this.logs = null;
    /**
     * The last command to each target, by commandKey(), the newest last.
     * @type {Map<string, import('./types.js').Command>}
     */
    this.commands = new Map();
    /** How far the coordinator's clock is ahead of the browser's (ms). */
    this.clockOffset = 0;
    /** The nodes that each view watches. @type {Map<symbol, Set<string>>} */
    this.watchers = new Map();
  }

  /** The time on the coordinator's clock (ms). */
  now() {
    return Date.now() + this.clockOffset;
  }

  /** Tells everybody who listens. @param {string} type @param {unknown} [detail] */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /**
   * Calls `listener` with an event's detail until `signal` ends it.
   * @param {string} type
   * @param {(detail: any) => void} listener
   * @param {AbortSignal} [signal]
   */
  on(type, listener, signal) {
    this.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
  }

  // What views call.

  /** All workers by name. Sorting them is slow, so it is done only when a worker has come or gone. */
  workersByName() {
    this.#names ??= [...this.workers.keys()].sort(byName);
    return this.#names.map((id) => /** @type {Worker} */ (this.workers.get(id)));
  }

  /**
   * Sets the nodes whose full state, history and certificates a view wants.
   * @param {symbol} owner the view
   * @param {Iterable<string>} ids
   */
  watch(owner, ids) {
    const wanted = new Set(ids);
    const before = this.watchers.get(owner);
    if (before && before.size === wanted.size && [...wanted].every((id) => before.has(id))) return;
    if (wanted.size > 0) this.watchers.set(owner, wanted);
    else this.watchers.delete(owner);
    this.#forgetUnwatched();
    this.emit('watch');
  }

  /** The nodes that any view watches. */
  watched() {
    return new Set([...this.watchers.values()].flatMap((ids) => [...ids]));
  }

  /**
   * Follows the logs that pass a filter, instead of those followed before.
   * @param {import('./types.js').LogFilter} filter
   * @param {number} cap how many lines are held at most
   */
  followLogs(filter, cap) {
    this.logs = new LogBuffer(filter, cap);
    this.emit('watch');
    return this.logs;
  }

  /** Stops following, unless another view follows other logs already. @param {LogBuffer} buffer */
  unfollowLogs(buffer) {
    if (this.logs !== buffer) return;
    this.logs = null;
    this.emit('watch');
  }

  /** Whether the session has this role or a higher one. @param {import('./types.js').Role} role */
  allows(role) {
    const roles = ['viewer', 'operator', 'admin'];
    return this.session !== null && roles.indexOf(this.session.role) >= roles.indexOf(role);
  }

  // What the writers call.

  /** Takes the time on the coordinator's clock. @param {number} ms right to about a second */
  setClock(ms) {
    const offset = ms - Date.now();
    if (Math.abs(offset - this.clockOffset) > CLOCK_TOLERANCE_MS) this.clockOffset = offset;
  }

  /**
   * Begins or ends a session.
   * @param {import('./types.js').Session | null} session
   * @param {{expired?: boolean}} [how] whether it ended by itself, not by a logout
   */
  setSession(session, { expired = false } = {}) {
    this.session = session;
    this.expired = expired;
    this.emit('session');
  }

  /** Also keeps since when no data has come. @param {import('./types.js').Connection} connection */
  setConnection(connection) {
    const flows = connection.state === 'live' && !connection.degraded;
    const lostAt = flows ? undefined : (this.connection.lostAt ?? Date.now());
    this.connection = { ...connection, lostAt };
    this.emit('connection');
  }

  /**
   * Takes a snapshot of all workers.
   * @param {{workers: {[id: string]: import('./types.js').Summary}, stats: import('./types.js').Stats,
   *   coordinator?: import('./types.js').Summary | null, missing?: {[id: string]: import('./types.js').Missing}}} data
   */
  setCluster({ workers, stats, coordinator, missing = {} }) {
    const now = this.now();
    this.workers = new Map(
      Object.entries(workers).map(([id, summary]) => [id, workerFrom(id, summary, now)]),
    );
    this.#changeMissing(missing, workers);
    this.#names = null;
    this.coordinator = null;
    this.#changeCoordinator(coordinator);
    this.#setStats(stats);
    this.ready = true;
    this.emit('cluster');
  }

  /**
   * Takes what has changed since, and who is gone.
   * @param {{workers?: {[id: string]: Partial<import('./types.js').Summary>}, removed?: string[],
   *   stats?: import('./types.js').Stats, coordinator?: Partial<import('./types.js').Summary> | null,
   *   missing?: {[id: string]: import('./types.js').Missing | null}}} data null: not missing any more
   */
  changeCluster({ workers = {}, removed = [], stats, coordinator, missing = {} }) {
    const now = this.now();
    for (const id of removed) this.workers.delete(id);
    if (removed.length > 0) this.#names = null;
    for (const [id, changed] of Object.entries(workers)) {
      const before = this.workers.get(id);
      if (!before) this.#names = null;
      const summary = /** @type {import('./types.js').Summary} */ ({ ...before?.summary, ...changed });
      this.workers.set(id, workerFrom(id, summary, now));
    }
    this.#changeMissing(missing, workers);
    this.#changeCoordinator(coordinator);
    if (stats) this.#setStats(stats);
    this.emit('workers', new Set([...Object.keys(workers), ...removed, ...Object.keys(missing)]));
  }

  /** Changes the status of machines that are not heard any more. */
  age() {
    const now = this.now();
    const changed = new Set();
    for (const worker of this.machines()) {
      const status = worker.status === 'missing' ? 'missing' : statusAt(worker.summary, now);
      if (status === worker.status) continue;
      changed.add(worker.id);
      if (worker === this.coordinator) this.coordinator = { ...worker, status };
      else this.workers.set(worker.id, { ...worker, status });
    }
    if (changed.size > 0) this.emit('workers', changed);
  }

  /**
   * Takes news of a watched node.
   * @param {string} id
   * @param {{state: import('./types.js').Node | null, points?: import('./types.js').Point[],
   *   certificates?: import('./types.js').Certificate[]}} news state: null if there is no such node; certificates: only
   *   if they have changed
   */
  setNode(id, { state, points = [], certificates }) {
    const node = this.#node(id);
    node.state = state;
    node.known = true;
    if (certificates) node.certificates = certificates;
    this.addPoints(id, points);
  }

  /**
   * Adds points to a node's history. Those it has already are left out.
   * @param {string} id
   * @param {import('./types.js').Point[]} points oldest first
   */
  addPoints(id, points) {
    const node = this.#node(id);
    const byTime = new Map([...node.history, ...points].map((point) => [point.timestamp, point]));
    const times = [...byTime.keys()].sort();
    node.history = times.slice(-HISTORY_POINTS).map((time) => /** @type {Point} */ (byTime.get(time)));
    this.emit('node', id);
  }

  /**
   * Drops the part of a node's history that the coordinator no longer has, before its newest points come. The relay
   * sends its newest points only: if they are fewer than it would send, there are no others.
   * @param {string} id
   * @param {import('./types.js').Point[]} newest
   */
  forgetHistory(id, newest) {
    if (newest.length < POINTS_PUSHED) this.#node(id).history = [];
  }

  /** Takes live lines. @param {import('./types.js').LogEntry[]} entries */
  addLogs(entries) {
    const added = this.logs?.append(entries) ?? [];
    if (added.length > 0) this.emit('logs', added);
  }

  /**
   * Changes a buffer, and tells so if it is still the one followed.
   * @param {LogBuffer} buffer
   * @param {(buffer: LogBuffer) => void} change
   */
  changeLogs(buffer, change) {
    change(buffer);
    if (this.logs === buffer) this.emit('logs', []);
  }

  /** Keeps the state of a command. @param {import('./types.js').Command} command */
  setCommand(command) {
    const key = commandKey(command.worker, command.target);
    this.commands.delete(key);
    this.commands.set(key, command);
    if (this.commands.size > COMMANDS_KEPT) {
      this.commands.delete(/** @type {string} */ (this.commands.keys().next().value));
    }
    this.emit('commands', command);
  }

  /** @param {Partial<import('./types.js').Summary> | null | undefined} changed */
  #changeCoordinator(changed) {
    if (!changed) return;
    const before = this.coordinator ?? undefined;
    const summary = /** @type {import('./types.js').Summary} */ ({ ...before?.summary, ...changed });
    this.coordinator = workerFrom('coordinator', summary, this.now());
  }

  /**
   * Takes who is missing, and who is not any more because it was removed or is in `reported`.
   * @param {{[id: string]: import('./types.js').Missing | null}} missing
   * @param {{[id: string]: unknown}} reported
   */
  #changeMissing(missing, reported) {
    for (const [id, entry] of Object.entries(missing)) {
      if (Object.hasOwn(reported, id)) continue;
      this.#names = null;
      if (entry) {
        const summary = { ...this.workers.get(id)?.summary, ...entry.summary, last_heard: entry.last_seen };
        this.workers.set(id, workerFrom(id, summary, this.now(), true));
      } else if (this.workers.get(id)?.status === 'missing') this.workers.delete(id);
    }
  }

  /** All machines that report: the workers and the coordinator. @returns {Worker[]} */
  machines() {
    const workers = this.workersByName();
    return this.coordinator ? [...workers, this.coordinator] : workers;
  }

  /** A machine by its id, if the page knows it. @param {string} id @returns {Worker | undefined} */
  machine(id) {
    return id === 'coordinator' ? (this.coordinator ?? undefined) : this.workers.get(id);
  }

  /** What needs attention now. Nothing is known before the first snapshot. */
  attention() {
    return attention(this.workersByName(), this.ready ? this.coordinator : undefined);
  }

  /** @param {import('./types.js').Stats} stats */
  #setStats(stats) {
    this.stats = stats;
    this.statsAt = Date.now();
  }

  /** @param {string} id @returns {WatchedNode} */
  #node(id) {
    let node = this.nodes.get(id);
    if (!node) {
      node = { state: null, known: false, history: [], certificates: [] };
      this.nodes.set(id, node);
    }
    return node;
  }

  #forgetUnwatched() {
    const watched = this.watched();
    for (const id of this.nodes.keys()) {
      if (!watched.has(id) && id !== 'coordinator') this.nodes.delete(id);
    }
  }
}

/** By what the store knows a service or a reporter. @param {string} worker @param {string} target */
export function commandKey(worker, target) {
  return `${worker}/${target}`;
}
