// The panel on top of the overview: a row for each kind of trouble, with links to the view that shows more.
import { heardAt } from '../cluster.js';
import { h, icon, keyedList, setAttribute, setClass, setText } from '../dom.js';
import { relative, silence } from '../format.js';
import { t } from '../i18n.js';
import { url, workerUrl } from '../router.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').LogEntry} LogEntry */
/** @typedef {import('../cluster.js').Trouble} Trouble */

const NAMES_SHOWN = 3;
const RECENT_MS = 3600_000;

/**
 * Kind of trouble → its icon, and the view that shows it for all workers or for one.
 * @type {{[kind: string]: {icon: string, all: string, one: (id: string) => string}}}
 */
const PLACES = {
  silent: { icon: 'plug', all: url('/workers', { status: 'silent' }), one: workerUrl },
  missing: { icon: 'plug', all: url('/workers', { status: 'missing' }), one: workerUrl },
  offline: { icon: 'plug', all: url('/workers', { status: 'offline' }), one: workerUrl },
  stale: { icon: 'hourglass-split', all: url('/workers', { status: 'stale' }), one: workerUrl },
  service: { icon: 'boxes', all: url('/services', { status: 'error' }), one: workerUrl },
  disk: { icon: 'device-hdd', all: url('/workers', { sort: 'disk', desc: true }), one: workerUrl },
  memory: { icon: 'memory', all: url('/workers', { sort: 'memory', desc: true }), one: workerUrl },
  cpu: { icon: 'cpu', all: url('/workers', { sort: 'cpu', desc: true }), one: workerUrl },
  reporter: { icon: 'exclamation-triangle', all: url('/workers'), one: workerUrl },
  unreadable: { icon: 'shield-x', all: url('/certificates'), one: (id) => url('/certificates', { q: id }) },
  expired: { icon: 'shield-lock', all: url('/certificates'), one: (id) => url('/certificates', { q: id }) },
  certificate: { icon: 'shield-lock', all: url('/certificates'), one: (id) => url('/certificates', { q: id }) },
};

/** A row. It is changed in place, so that a link does not move away under the mouse. @param {string} picture */
function row(picture) {
  const link = h('a', { class: 'attention-link' });
  const details = h('span', { class: 'attention-details' });
  const element = h('li', {}, icon(picture), link, details);
  return { element, link, details };
}

/**
 * @param {ReturnType<typeof row>} refs
 * @param {string} level
 * @param {string} href
 * @param {string} text
 */
function setRow({ element, link }, level, href, text) {
  setClass(element, `attention-row attention-${level}`);
  setAttribute(link, 'href', href);
  setText(link, text);
}

/**
 * The services of a node that are in error. They are known only of nodes that the overview shows.
 * @param {Store} store
 * @param {string} id
 */
function servicesInError(store, id) {
  const services = Object.entries(store.nodes.get(id)?.state?.services ?? {});
  return services.filter(([, { status }]) => status === 'error').map(([name]) => name);
}

/**
 * Where a trouble of one node is shown: of a service in error, in its drawer.
 * @param {Store} store
 * @param {string} kind
 * @param {string} id
 */
function placeOf(store, kind, id) {
  const [service] = kind === 'service' ? servicesInError(store, id) : [];
  return service ? url(`/workers/${encodeURIComponent(id)}`, { service }) : PLACES[kind].one(id);
}

/**
 * @param {Store} store
 * @param {string} kind
 * @param {string} id
 */
function nameOf(store, kind, id) {
  const services = kind === 'service' ? servicesInError(store, id).join(', ') : '';
  return services ? `${id}: ${services}` : id;
}

/**
 * The row of a kind of trouble: how many nodes have it, and the first of them.
 * @param {Store} store
 * @param {string} kind
 */
function troubleRow(store, kind) {
  const place = PLACES[kind];
  const refs = row(place.icon);
  let shown = '';
  return {
    element: refs.element,
    /** @param {Trouble} trouble */
    update({ level, workers }) {
      setRow(refs, level, place.all, t(`attention.${kind}`, { count: workers.length }));
      const names = workers.slice(0, NAMES_SHOWN).map(({ id }) => [id, nameOf(store, kind, id)]);
      const now = JSON.stringify([names, workers.length]);
      if (now === shown) return;
      shown = now;
      const chips = names.map(([id, name]) =>
        h('a', { href: placeOf(store, kind, id), class: 'chip', dir: 'ltr', title: name }, h('bdi', {}, name)),
      );
      if (workers.length > NAMES_SHOWN) {
        chips.push(h('a', { href: place.all, class: 'chip' }, t('more', { count: workers.length - NAMES_SHOWN })));
      }
      refs.details.replaceChildren(...chips);
    },
  };
}

/** The row of the coordinator's own reporter. @param {Store} store */
function coordinatorRow(store) {
  const refs = row('plug');
  return {
    element: refs.element,
    /** @param {Trouble} trouble */
    update({ level, status, workers: [coordinator] }) {
      const heard = coordinator ? heardAt(coordinator.summary) : store.now();
      const text = t(`attention.coordinator.${status}`, { time: silence(store.now() - heard) });
      setRow(refs, level, workerUrl('coordinator'), text);
    },
  };
}

/** The row of recent error lines: how many there are, and the newest. @param {Store} store */
function errorRow(store) {
  const refs = row('chat-left-text');
  const text = h('bdi', {});
  const line = h('a', { class: 'attention-line' }, text);
  refs.details.append(line);
  return {
    element: refs.element,
    /** @param {{lines: LogEntry[]}} recent oldest first */
    update({ lines }) {
      const newest = /** @type {LogEntry} */ (lines.at(-1));
      const atLeast = store.logs && lines.length >= store.logs.cap ? '+' : '';
      const count = t('attention.errors', { count: lines.length, n: `${lines.length}${atLeast}` });
      setRow(refs, 'warning', url('/logs', { level: 'ERROR' }), count);
      setAttribute(line, 'href', url('/logs', { level: 'ERROR', node: newest.node_id }));
      setAttribute(line, 'title', relative(newest.timestamp, store.now()));
      setText(text, `${newest.node_id}: ${newest.message.slice(0, 200)}`);
    },
  };
}

/** @param {Store} store @returns {LogEntry[]} */
function recentErrors(store) {
  return (store.logs?.lines ?? []).filter((line) => Date.parse(line.timestamp) > store.now() - RECENT_MS);
}

/** The row that stands there alone. */
function noRow() {
  return { element: h('li', { class: 'attention-row' }, icon('check-circle-fill'), t('attention.none')), update() {} };
}

/** The kinds of rows that are not about workers. @type {{[kind: string]: (store: Store) => any}} */
const OTHER_ROWS = { none: noRow, errors: errorRow, coordinator: coordinatorRow };

/**
 * Makes the panel.
 * @param {Store} store
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function attentionPanel(store) {
  const list = h('ul', { class: 'attention-list' });
  const element = h('section', { class: 'panel attention', 'aria-label': t('attention.title') }, list);
  /** @type {WeakMap<Element, {update: (item: any) => void}>} */
  const rows = new WeakMap();
  const fill = keyedList(list, {
    key: ({ kind }) => kind,
    create({ kind }) {
      const made = (OTHER_ROWS[kind] ?? ((store) => troubleRow(store, kind)))(store);
      rows.set(made.element, made);
      return made.element;
    },
    update: (row, item) => rows.get(row)?.update(item),
  });
  return {
    element,
    update() {
      /** @type {(Trouble | {kind: 'errors', lines: LogEntry[]} | {kind: 'none'})[]} */
      const items = store.attention();
      const lines = recentErrors(store);
      if (lines.length > 0) items.push({ kind: 'errors', lines });
      element.classList.toggle('attention-none', items.length === 0);
      if (items.length === 0) items.push({ kind: 'none' });
      fill(items);
    },
  };
}
