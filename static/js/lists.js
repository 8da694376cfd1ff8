// Decides which rows a long list shows, and in which order. Pure: a list of all rows and what a person asked for go
// in, the rows to show come out.
import { byName, byTrouble, byUrgency, isFresh, networkRate, serviceStatus } from './cluster.js';

/** @typedef {import('./types.js').Worker} Worker */
/** @typedef {import('./types.js').Certificate} Certificate */
/** @typedef {import('./types.js').ServiceItem} ServiceItem */

/** Column of the workers' table → its value. @type {{[column: string]: (worker: Worker) => number | null}} */
const WORKER_VALUES = {
  cpu: ({ summary }) => summary.cpu_percent,
  memory: ({ summary }) => summary.memory_percent,
  disk: ({ summary }) => summary.disk_percent,
  load: ({ summary }) => summary.load1,
  network: ({ summary }) => networkRate(summary),
  services: ({ summary }) => summary.services_error * 1e6 + summary.services_stopped,
};

/** Columns that are no values and that old workers have, too. @type {{[column: string]: (a: Worker, b: Worker) => number}} */
const WORKER_ORDERS = {
  status: (a, b) => -byTrouble(a, b),
  seen: (a, b) => a.summary.timestamp.localeCompare(b.summary.timestamp),
};

/**
 * Compares two workers by a value. Workers whose value is old or was not measured come last whatever the direction: an
 * old value does not rank beside a live one.
 * @param {string} column
 * @param {number} direction 1 or -1
 * @returns {(a: Worker, b: Worker) => number}
 */
function byValue(column, direction) {
  /** @param {Worker} worker */
  const valueOf = (worker) => (isFresh(worker) ? (WORKER_VALUES[column]?.(worker) ?? null) : null);
  return (a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return direction * (first - second);
  };
}

/**
 * The workers that match, sorted by a column.
 * @param {Iterable<Worker>} workers by name, which breaks all ties since sorting is stable
 * @param {{q: string, status: string, sort: string, desc: boolean}} wanted an empty `q` or `status` matches all
 * @returns {Worker[]}
 */
export function selectWorkers(workers, { q, status, sort, desc }) {
  const needle = q.toLowerCase();
  const order = WORKER_ORDERS[sort];
  const direction = desc ? -1 : 1;
  const found = [...workers].filter(
    (worker) => (!status || worker.status === status) && worker.id.toLowerCase().includes(needle),
  );
  if (sort === 'id') return desc ? found.reverse() : found;
  return found.sort(order ? (a, b) => direction * order(a, b) : byValue(sort, direction));
}

/**
 * The services of all nodes as one list, by node, then by name. Comparing names is slow, so the list is sorted once
 * for each answer of the API, not for each search.
 * @param {{[node: string]: {[name: string]: import('./types.js').Service}}} services
 * @param {{[node: string]: {[name: string]: ServiceItem['last']}}} lastActions
 * @returns {ServiceItem[]}
 */
export function serviceItems(services, lastActions) {
  return Object.keys(services)
    .sort(byName)
    .flatMap((node) =>
      Object.keys(services[node])
        .sort(byName)
        .map((name) => ({ node, name, service: services[node][name], last: lastActions[node]?.[name] })),
    );
}

/** How bad a status of a service is. @type {{[status: string]: number}} */
const SERVICE_BADNESS = { error: 4, unknown: 3, absent: 2, stopped: 1, running: 0 };

/** How services may be sorted; what is equal stays by node, then by name. @type {{[sort: string]: (a: ServiceItem, b: ServiceItem) => number}} */
const SERVICE_ORDERS = {
  worst: (a, b) => SERVICE_BADNESS[serviceStatus(b.service)] - SERVICE_BADNESS[serviceStatus(a.service)],
  node: () => 0,
  since: (a, b) => (b.service.since ?? '').localeCompare(a.service.since ?? ''),
  restarts: (a, b) => (b.service.restarts ?? -1) - (a.service.restarts ?? -1),
};

export const SERVICE_SORTS = ['worst', 'name', 'node', 'since', 'restarts'];

/**
 * How well a service matches a search: 0 for its very name, more for worse, -1 if it does not match. Whoever searches
 * for `shop` means the service of this name, not one whose description mentions a shop.
 * @param {ServiceItem} item
 * @param {string} needle in lower case
 */
function mismatch({ name, node, service }, needle) {
  const lower = name.toLowerCase();
  if (lower === needle || needle === '') return 0;
  if (lower.startsWith(needle)) return 1;
  if (lower.includes(needle)) return 2;
  if (node.toLowerCase().includes(needle)) return 3;
  return `${lower} ${node} ${service.description ?? ''}`.toLowerCase().includes(needle) ? 4 : -1;
}

/** Sorts by the services' names. Names are compared once each, since that is slow. @param {ServiceItem[]} items */
function orderByName(items) {
  const ranks = new Map([...new Set(items.map(({ name }) => name))].sort(byName).map((name, rank) => [name, rank]));
  return (/** @type {ServiceItem} */ a, /** @type {ServiceItem} */ b) =>
    Number(ranks.get(a.name)) - Number(ranks.get(b.name));
}

/**
 * The services that match: first those whose name matches best, then as sorted, and in groups if they are wanted.
 * A group stands where its first service would.
 * @param {ServiceItem[]} items as serviceItems() orders them
 * @param {{q: string, status: string, node: string, by: string, sort: string}} wanted empty texts match all; `by`:
 *   `node`, `service` or empty for no groups; `sort`: one of SERVICE_SORTS
 * @returns {ServiceItem[]}
 */
export function selectServices(items, { q, status, node, by, sort }) {
  const needle = q.trim().toLowerCase();
  const found = items.filter(
    (item) =>
      (!node || item.node === node) &&
      (!status || serviceStatus(item.service) === status) &&
      mismatch(item, needle) >= 0,
  );
  const order = SERVICE_ORDERS[sort] ?? orderByName(found);
  found.sort((a, b) => mismatch(a, needle) - mismatch(b, needle) || order(a, b));
  return by ? grouped(found, (item) => (by === 'node' ? item.node : item.name)) : found;
}

/**
 * @param {ServiceItem[]} items
 * @param {(item: ServiceItem) => string} titleOf
 */
function grouped(items, titleOf) {
  /** @type {Map<string, ServiceItem[]>} */
  const groups = new Map();
  for (const item of items) {
    const group = groups.get(titleOf(item));
    if (group) group.push(item);
    else groups.set(titleOf(item), [item]);
  }
  return [...groups].flatMap(([title, [first, ...rest]]) => [
    { ...first, group: { title, count: rest.length + 1 } },
    ...rest,
  ]);
}

/**
 * The certificates that match, the worst on top.
 * @param {Certificate[]} certificates
 * @param {string} query
 * @returns {Certificate[]}
 */
export function selectCertificates(certificates, query) {
  const needle = query.toLowerCase();
  return certificates
    .filter((certificate) => searchable(certificate).toLowerCase().includes(needle))
    .sort(byUrgency);
}

/** @param {Certificate} certificate */
function searchable(certificate) {
  const place = `${certificate.worker} ${certificate.path}`;
  if ('error' in certificate) return `${place} ${certificate.error}`;
  return `${place} ${certificate.subject} ${certificate.issuer} ${(certificate.sans ?? []).join(' ')}`;
}
