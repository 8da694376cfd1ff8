// What needs attention, on top of the overview: a row for each kind of trouble, each leading to its place.
import { attention } from '../cluster.js';
import { h, icon } from '../dom.js';
import { relative } from '../format.js';
import { t } from '../i18n.js';
import { url, workerUrl } from '../router.js';

/** @typedef {import('../store.js').Store} Store */

const NAMES_SHOWN = 3;
const RECENT_MS = 3600_000;

/** Where a kind of trouble is looked into, for all workers and for one. @type {{[kind: string]: {icon: string, all: string, one: (id: string) => string}}} */
const PLACES = {
  offline: { icon: 'plug', all: url('/workers', { status: 'offline' }), one: workerUrl },
  stale: { icon: 'hourglass-split', all: url('/workers', { status: 'stale' }), one: workerUrl },
  service: { icon: 'boxes', all: url('/services', { status: 'error' }), one: workerUrl },
  disk: { icon: 'device-hdd', all: url('/workers', { sort: 'disk', desc: true }), one: workerUrl },
  memory: { icon: 'memory', all: url('/workers', { sort: 'memory', desc: true }), one: workerUrl },
  cpu: { icon: 'cpu', all: url('/workers', { sort: 'cpu', desc: true }), one: workerUrl },
  certificate: { icon: 'shield-lock', all: url('/certificates'), one: (id) => url('/certificates', { q: id }) },
};

/**
 * @param {string} level
 * @param {string} picture
 * @param {string} href
 * @param {string} text
 * @param {Node[]} details
 */
function row(level, picture, href, text, details) {
  return h(
    'li',
    { class: `attention-row attention-${level}` },
    icon(picture),
    h('a', { class: 'attention-link', href }, text),
    h('span', { class: 'attention-details' }, details),
  );
}

/**
 * Which of a node's services are in error, as far as its state is known: that of the worst is.
 * @param {Store} store
 * @param {string} id
 */
function servicesInError(store, id) {
  const services = Object.entries(store.nodes.get(id)?.state?.services ?? {});
  return services.filter(([, { status }]) => status === 'error').map(([name]) => name);
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

/** @param {Store} store @param {ReturnType<typeof attention>[number]} trouble */
function troubleRow(store, { kind, level, workers }) {
  const place = PLACES[kind];
  const names = workers.slice(0, NAMES_SHOWN).map(({ id }) => {
    const name = nameOf(store, kind, id);
    return h('a', { href: place.one(id), class: 'chip', dir: 'ltr', title: name }, h('bdi', {}, name));
  });
  if (workers.length > NAMES_SHOWN) {
    names.push(h('a', { href: place.all, class: 'chip' }, t('more', { count: workers.length - NAMES_SHOWN })));
  }
  return row(level, place.icon, place.all, t(`attention.${kind}`, { count: workers.length }), names);
}

/** @param {Store} store */
function errorRow(store) {
  const lines = (store.logs?.lines ?? []).filter((line) => Date.parse(line.timestamp) > store.now() - RECENT_MS);
  const newest = lines.at(-1);
  if (!newest) return null;
  const atLeast = store.logs && lines.length >= store.logs.cap ? '+' : '';
  return row(
    'warning',
    'chat-left-text',
    url('/logs', { level: 'ERROR' }),
    t('attention.errors', { count: lines.length, n: `${lines.length}${atLeast}` }),
    [
      h(
        'a',
        {
          class: 'attention-line',
          href: url('/logs', { level: 'ERROR', node: newest.node_id }),
          title: relative(newest.timestamp, store.now()),
        },
        h('bdi', {}, `${newest.node_id}: ${newest.message.slice(0, 200)}`),
      ),
    ],
  );
}

/**
 * @param {Store} store
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function attentionPanel(store) {
  const list = h('ul', { class: 'attention-list' });
  const element = h('section', { class: 'panel attention', 'aria-label': t('attention.title') }, list);
  let shown = '';
  return {
    element,
    update() {
      const troubles = attention(store.machines());
      const newest = store.logs?.lines.at(-1)?.seq ?? 0;
      // Rebuilt only when something else is wrong, so that a link does not vanish under the mouse.
      const now = JSON.stringify([
        troubles.map(({ kind, workers }) => [kind, workers.map(({ id }) => nameOf(store, kind, id))]),
        newest,
        store.logs?.lines.length,
      ]);
      if (now === shown) return;
      shown = now;
      const errors = errorRow(store);
      const rows = [...troubles.map((trouble) => troubleRow(store, trouble)), ...(errors ? [errors] : [])];
      element.classList.toggle('attention-none', rows.length === 0);
      list.replaceChildren(
        ...(rows.length > 0
          ? rows
          : [h('li', { class: 'attention-row' }, icon('check-circle-fill'), t('attention.none'))]),
      );
    },
  };
}
