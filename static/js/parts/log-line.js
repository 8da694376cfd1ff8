// A log line as a row. It is one line high until it is opened, and then shows all its fields.
import { h, icon, setAttribute, setText, show } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { highlight } from '../log-buffer.js';
import { workerUrl } from '../router.js';

/** @typedef {import('../types.js').LogEntry} LogEntry */
/** @typedef {import('../format.js').Zone} Zone */

/** Longer messages are cut until the line is opened: the layout of 64 KiB on one line is slow. */
const SHOWN_CHARACTERS = 1000;

/** The fields of an opened line. @type {[key: string, text: (entry: LogEntry, zone: Zone) => string][]} */
const FIELDS = [
  ['time', ({ timestamp }, zone) => `${time(timestamp, 'full', zone)} (${timestamp})`],
  ['level', (entry) => entry.level],
  ['node', (entry) => entry.node_id],
  ['logger', (entry) => entry.logger_name],
  ['source', (entry) => [entry.module, entry.funcName, entry.lineno || ''].filter(Boolean).join(' · ')],
  ['seq', (entry) => String(entry.seq)],
];

/**
 * @param {string} text
 * @param {string} query
 */
function marked(text, query) {
  return highlight(text, query).map((piece) => (piece.match ? h('mark', {}, piece.text) : piece.text));
}

/**
 * Makes rows for a VirtualList. A row has as few elements as possible, since hundreds may be made in a second.
 * @param {{withNode: boolean, query: () => string, isOpen: (seq: number) => boolean, zone: () => Zone,
 *   dayAt: (index: number) => string}} how dayAt: the day that begins with a row, to stand above it, or empty
 */
export function logRows({ withNode, query, isOpen, zone, dayAt }) {
  /** @type {WeakMap<Element, ReturnType<typeof lineParts>>} */
  const known = new WeakMap();
  return {
    /** @param {LogEntry} entry */
    key: (entry) => String(entry.seq),
    /** @param {LogEntry} entry */
    create(entry) {
      const refs = lineParts(withNode);
      known.set(refs.element, refs);
      fill(refs, entry, zone());
      return refs.element;
    },
    /** @param {HTMLElement} element @param {LogEntry} entry */
    reuse(element, entry) {
      fill(/** @type {ReturnType<typeof lineParts>} */ (known.get(element)), entry, zone());
    },
    /** @param {HTMLElement} element @param {LogEntry} entry @param {number} index */
    update(element, entry, index) {
      const refs = /** @type {NonNullable<ReturnType<typeof known.get>>} */ (known.get(element));
      showDay(refs, dayAt(index));
      const open = isOpen(entry.seq);
      if (refs.open === open) return;
      refs.open = open;
      setAttribute(element, 'data-open', open);
      setAttribute(refs.button, 'aria-expanded', String(open));
      const text = open ? entry.message : entry.message.slice(0, SHOWN_CHARACTERS);
      if (query()) refs.message.replaceChildren(...marked(text, query()));
      else setText(refs.message, text);
      element.querySelector('.log-details')?.remove();
      if (open) element.append(details(entry, zone()));
    },
  };
}

/** The elements of a row. @param {boolean} withNode */
function lineParts(withNode) {
  const button = h('button', {
    type: 'button',
    class: 'log-toggle',
    'data-action': 'expand',
    'aria-label': t('log.expand'),
  });
  const at = h('time', { class: 'log-time' });
  const level = h('span', { class: 'log-level' });
  const node = withNode ? h('a', { class: 'log-node', dir: 'ltr' }) : null;
  const logger = h('span', { class: 'log-logger' });
  const message = h('div', { class: 'log-message', dir: 'auto' });
  // A click anywhere in the row opens it. It takes the focus then, but is no stop of the Tab key: its button is.
  const row = { class: 'log-line', role: 'listitem', tabindex: -1, 'data-action': 'expand' };
  const element = h('div', row, button, at, level, node, logger, message);
  const day = /** @type {HTMLElement | null} */ (null);
  return { element, button, at, level, node, logger, message, day, open: /** @type {boolean | null} */ (null) };
}

/**
 * Shows the day above a line that is the first of it.
 * @param {ReturnType<typeof lineParts>} refs
 * @param {string} day empty: none
 */
function showDay(refs, day) {
  if ((refs.day?.textContent ?? '') === day) return;
  refs.day?.remove();
  refs.day = day ? h('div', { class: 'log-day' }, day) : null;
  if (refs.day) refs.element.prepend(refs.day);
}

/**
 * Shows the parts of a line that do not depend on whether it is open or where it stands; `update` shows the others.
 * @param {ReturnType<typeof lineParts>} refs
 * @param {LogEntry} entry
 * @param {Zone} zone
 */
function fill(refs, { seq, level, timestamp, node_id, logger_name }, zone) {
  refs.open = null;
  setAttribute(refs.element, 'data-level', level);
  setAttribute(refs.element, 'data-seq', seq);
  setAttribute(refs.button, 'data-seq', seq);
  setAttribute(refs.at, 'datetime', timestamp);
  setAttribute(refs.at, 'title', timestamp);
  setText(refs.at, time(timestamp, 'millisecond', zone));
  setText(refs.level, level);
  setAttribute(refs.logger, 'title', logger_name);
  setText(refs.logger, logger_name);
  if (!refs.node) return;
  setAttribute(refs.node, 'href', workerUrl(node_id));
  setAttribute(refs.node, 'title', node_id);
  setText(refs.node, node_id);
}

/** @param {LogEntry} entry @param {Zone} zone */
function details(entry, zone) {
  return h(
    'div',
    { class: 'log-details' },
    h(
      'dl',
      {},
      FIELDS.flatMap(([key, text]) =>
        text(entry, zone) ? [h('dt', {}, t(`log.${key}`)), h('dd', {}, h('bdi', {}, text(entry, zone)))] : [],
      ),
      Object.entries(entry.fields ?? {}).flatMap(([name, value]) => [
        h('dt', { class: 'log-field', dir: 'ltr' }, name),
        h('dd', {}, h('bdi', {}, String(value))),
      ]),
    ),
    h(
      'button',
      { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-action': 'copy-line', 'data-seq': entry.seq },
      icon('copy'),
      ' ',
      t('copy'),
    ),
  );
}

/** The button below the list that says how many lines have come while it stood still, and leads to them. */
export function newBelow() {
  const text = h('span', {});
  const element = h(
    'button',
    { type: 'button', class: 'btn btn-primary btn-sm log-new', 'data-action': 'follow', hidden: true },
    icon('arrow-down'),
    ' ',
    text,
  );
  return {
    element,
    /** @param {number} count @param {boolean} detached whether the log's end is not held */
    update(count, detached) {
      show(element, count > 0 || detached);
      setText(text, count > 0 ? t('logs.new', { count }) : t('logs.newest'));
    },
  };
}
