// Owns what the page knows. `live` and `actions` write it, views read it and listen:
//   session, connection, cluster (all of it), workers (detail: Set of ids), node (detail: id), logs (detail:
//   new lines), commands, and watch (a view wants to see something else; `live` subscribes).
import { byName, statusAt, workerFrom } from './cluster.js';
import { LogBuffer } from './log-buffer.js';

/** @typedef {import('./types.js').Worker} Worker */
/** @typedef {import('./types.js').WatchedNode} WatchedNode */

const HISTORY_POINTS = 100;
const COMMANDS_KEPT = 200;
/** Clocks that differ by less are taken for equal: answers tell whole seconds, and take time to come. */
const CLOCK_TOLERANCE_MS = 3000;

export class Store extends EventTarget {
  /** The workers' ids in order; null once somebody has come or gone. @type {string[] | null} */
  #names = null;

  constructor() {
    super();
    /** @type {import('./types.js').Session | null} */
    this.session = null;
    /** Whether the last session ended without being asked to. */
    this.expired = false;
    /** @type {import('./types.js').Connection} */
    this.connection = { state: 'connecting' };
    /** Whether the first snapshot has come. */
    this.ready = false;
    /** @type {Map<string, Worker>} */
    this.workers = new Map();
    /** @type {Worker | null} the coordinator's own summary, once its reporter has told one */
    this.coordinator = null;
    /** @type {import('./types.js').Stats | null} */
    this.stats = null;
    /** When `stats` came (ms). */
    this.statsAt = 0;
    /** @type {Map<string, WatchedNode>} */
    this.nodes = new Map();
    /** @type {LogBuffer | null} */
    this.logs = null;
    /** @type {Map<string, import('./types.js').Command>} newest last */
    this.commands = new Map();
    /** How far the coordinator's clock is ahead of ours (ms). */
    this.clockOffset = 0;
    /** @type {Map<symbol, Set<string>>} */
    this.watchers = new Map();
  }

  /** The coordinator's time. */
  now() {
    return Date.now() + this.clockOffset;
  }

  /** @param {string} type @param {unknown} [detail] */
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

  // What views ask for.

  /** All workers in the order of their names, which is found anew only when somebody has come or gone. */
  workersByName() {
    this.#names ??= [...this.workers.keys()].sort(byName);
    return this.#names.map((id) => /** @type {Worker} */ (this.workers.get(id)));
  }

  /**
   * Says which nodes' full state, history and points a view wants, instead of what it wanted before.
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

  watched() {
    return new Set([...this.watchers.values()].flatMap((ids) => [...ids]));
  }

  /**
   * Follows the logs that pass a filter; a page follows one at a time.
   * @param {import('./types.js').LogFilter} filter
   * @param {number} cap lines held at most
   */
  followLogs(filter, cap) {
    this.logs = new LogBuffer(filter, cap);
    this.emit('watch');
    return this.logs;
  }

  /** @param {LogBuffer} buffer the one followed until now */
  unfollowLogs(buffer) {
    if (this.logs !== buffer) return;
    this.logs = null;
    this.emit('watch');
  }

  /** @param {import('./types.js').Role} role */
  allows(role) {
    const roles = ['viewer', 'operator', 'admin'];
    return this.session !== null && roles.indexOf(this.session.role) >= roles.indexOf(role);
  }

  // What `live` and `actions` tell.

  /** @param {number} ms what the coordinator's clock showed just now, give or take a second */
  setClock(ms) {
    const offset = ms - Date.now();
    if (Math.abs(offset - this.clockOffset) > CLOCK_TOLERANCE_MS) this.clockOffset = offset;
  }

  /**
   * @param {import('./types.js').Session | null} session
   * @param {{expired?: boolean}} [how] whether it ended without being asked to
   */
  setSession(session, { expired = false } = {}) {
    this.session = session;
    this.expired = expired;
    this.emit('session');
  }

  /** @param {import('./types.js').Connection} connection */
  setConnection(connection) {
    const flows = connection.state === 'live' && !connection.degraded;
    const lostAt = flows ? undefined : (this.connection.lostAt ?? Date.now());
    this.connection = { ...connection, lostAt };
    this.emit('connection');
  }

  /** @param {{workers: {[id: string]: import('./types.js').Summary}, stats: import('./types.js').Stats,
   *   coordinator?: import('./types.js').Summary | null}} data */
  setCluster({ workers, stats, coordinator }) {
    const now = this.now();
    this.workers = new Map(
      Object.entries(workers).map(([id, summary]) => [id, workerFrom(this.workers.get(id), id, summary, now)]),
    );
    this.#names = null;
    this.coordinator = null;
    this.#changeCoordinator(coordinator);
    this.#setStats(stats);
    this.ready = true;
    this.emit('cluster');
  }

  /** @param {{workers?: {[id: string]: Partial<import('./types.js').Summary>}, removed?: string[],
   *   stats?: import('./types.js').Stats, coordinator?: Partial<import('./types.js').Summary> | null}} data */
  changeCluster({ workers = {}, removed = [], stats, coordinator }) {
    const now = this.now();
    for (const id of removed) this.workers.delete(id);
    if (removed.length > 0) this.#names = null;
    for (const [id, changed] of Object.entries(workers)) {
      const before = this.workers.get(id);
      if (!before) this.#names = null;
      const summary = /** @type {import('./types.js').Summary} */ ({ ...before?.summary, ...changed });
      this.workers.set(id, workerFrom(before, id, summary, now));
    }
    this.#changeCoordinator(coordinator);
    if (stats) this.#setStats(stats);
    this.emit('workers', new Set([...Object.keys(workers), ...removed]));
  }

  /** Lets workers whose reports have stopped grow stale. */
  age() {
    const now = this.now();
    const changed = new Set();
    for (const worker of this.workers.values()) {
      const status = statusAt(worker.summary, now);
      if (status !== worker.status) {
        this.workers.set(worker.id, { ...worker, status });
        changed.add(worker.id);
      }
    }
    if (changed.size > 0) this.emit('workers', changed);
  }

  /**
   * What came of a watched node: its state, and its points, certificates where they changed.
   * @param {string} id
   * @param {{state: import('./types.js').Node | null, points?: import('./types.js').Point[],
   *   certificates?: import('./types.js').Certificate[]}} news
   */
  setNode(id, { state, points = [], certificates }) {
    const node = this.#node(id);
    node.state = state;
    node.known = true;
    if (certificates) node.certificates = certificates;
    this.addPoints(id, points);
  }

  /**
   * @param {string} id
   * @param {import('./types.js').Point[]} points a history, or the points since; oldest first
   */
  addPoints(id, points) {
    const node = this.#node(id);
    const newest = node.history.at(-1)?.timestamp ?? '';
    const oldest = node.history[0]?.timestamp ?? '';
    const older = oldest ? points.filter((point) => point.timestamp < oldest) : [];
    const newer = points.filter((point) => point.timestamp > newest);
    node.history = [...older, ...node.history, ...newer].slice(-HISTORY_POINTS);
    this.emit('node', id);
  }

  /** Its points will come anew. @param {string} id */
  forgetHistory(id) {
    this.#node(id).history = [];
  }

  /** @param {import('./types.js').LogEntry[]} entries */
  addLogs(entries) {
    const added = this.logs?.append(entries) ?? [];
    if (added.length > 0) this.emit('logs', added);
  }

  /**
   * @param {LogBuffer} buffer
   * @param {(buffer: LogBuffer) => void} change what was read of the log, or why it was not
   */
  changeLogs(buffer, change) {
    change(buffer);
    if (this.logs === buffer) this.emit('logs', []);
  }

  /** @param {import('./types.js').Command} command */
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
    this.coordinator = workerFrom(before, 'coordinator', summary, this.now());
  }

  /** All that report: the workers, and the coordinator itself. @returns {Worker[]} */
  machines() {
    const workers = this.workersByName();
    return this.coordinator ? [...workers, this.coordinator] : workers;
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

/** @param {string} worker @param {string} target */
export function commandKey(worker, target) {
  return `${worker}/${target}`;
}
