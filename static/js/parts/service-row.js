// A service as a row: its status, what was done to it last, the way to its log lines, and the buttons that its worker
// and the person's role allow.
import * as api from '../api.js';
import { byName } from '../cluster.js';
import { commandKey } from '../store.js';
import { confirmed } from '../dialog.js';
import { h, icon, keyedList, setAttribute, setText, show } from '../dom.js';
import { duration, relative } from '../format.js';
import { t } from '../i18n.js';
import { url, workerUrl } from '../router.js';
import { controlService } from '../actions.js';
import { badge, setBadge } from './badge.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').Service} Service */
/** @typedef {import('../types.js').ServiceAction} ServiceAction */

/**
 * @typedef {object} ServiceItem
 * @property {string} node
 * @property {string} name
 * @property {Service} service
 * @property {LastAction} [last] who did what to it last
 *
 * @typedef {{user: string, action: string, result: string, timestamp: string}} LastAction
 */

/** @type {{[action: string]: {icon: string, stops: boolean}}} */
export const ACTIONS = {
  start: { icon: 'play-fill', stops: false },
  stop: { icon: 'stop-fill', stops: true },
  restart: { icon: 'arrow-clockwise', stops: true },
};

/** @param {Service} service */
const inError = (service) => Number(serviceStatus(service) === 'error');

/** @param {Service} service */
export function serviceStatus(service) {
  return service.installed === false ? 'absent' : service.status;
}

/**
 * What may be done to a service now.
 * @param {Service} service
 * @returns {ServiceAction[]}
 */
export function possibleActions(service) {
  const allowed = service.actions ?? [];
  const sensible = service.status === 'running' ? ['stop', 'restart'] : ['start', 'restart'];
  return service.installed === false ? [] : allowed.filter((action) => sensible.includes(action));
}

/**
 * Which loggers there are, once they are known.
 * @param {AbortSignal} signal
 * @param {() => void} [onknown]
 * @returns {() => string[]}
 */
export function knownLoggers(signal, onknown = () => {}) {
  /** @type {string[]} */
  let loggers = [];
  api
    .logSources()
    .then((sources) => {
      loggers = sources.loggers.map((/** @type {string} */ logger) => logger.toLowerCase());
      if (!signal.aborted) onknown();
    })
    .catch(() => {});
  return () => loggers;
}

/**
 * The log lines of a service: those of its logger, where one has its name, or all of its node's.
 * @param {ServiceItem} item
 * @param {string[]} loggers in lower case
 */
export function linesUrl({ node, name }, loggers) {
  const stem = name.toLowerCase().replace(/\.service$/, '');
  return url('/logs', { node, logger: loggers.some((logger) => logger.includes(stem)) ? stem : '' });
}

/**
 * @param {Store} store
 * @param {{withNode: boolean, loggers: () => string[], onselect?: (key: string, selected: boolean) => void, 
 *   isSelected?: (key: string) => boolean}} how
 */
export function serviceRows(store, { withNode, loggers, onselect, isSelected }) {
  /** @type {WeakMap<Element, ReturnType<typeof serviceParts>>} */
  const known = new WeakMap();
  return {
    /** @param {ServiceItem} item */
    key: (item) => commandKey(item.node, item.name),
    /** @param {ServiceItem} item */
    create(item) {
      const refs = serviceParts(withNode, onselect);
      known.set(refs.element, refs);
      setIdentity(refs, item);
      return refs.element;
    },
    /** @param {Element} element @param {ServiceItem} item */
    reuse(element, item) {
      setIdentity(/** @type {ReturnType<typeof serviceParts>} */ (known.get(element)), item);
    },
    /** @param {Element} element @param {ServiceItem} item @param {number} [index] */
    update(element, item, index = -1) {
      const refs = /** @type {ReturnType<typeof serviceParts>} */ (known.get(element));
      const key = commandKey(item.node, item.name);
      const command = store.commands.get(key);
      const busy = command?.state === 'running';
      const status = serviceStatus(item.service);
      const online = (store.workers.get(item.node)?.status ?? 'online') !== 'offline';
      setBadge(refs.status, status);
      setAttribute(element, 'data-status', status);
      if (index >= 0) setAttribute(element, 'aria-rowindex', index + 2);
      setText(refs.description, item.service.description ?? '');
      setText(refs.driver, item.service.driver ?? '');
      setText(refs.uptime, item.service.status === 'running' ? duration(item.service.uptime) : '');
      setText(refs.note, note(store, item, command));
      setAttribute(refs.note, 'data-level', command?.state === 'failed' ? 'danger' : null);
      if (refs.select) refs.select.checked = isSelected?.(key) ?? false;
      setAttribute(refs.lines, 'href', linesUrl(item, loggers()));
      show(refs.progress, busy);
      const actions = store.allows('operator') ? possibleActions(item.service) : [];
      for (const button of refs.buttons) {
        const action = /** @type {ServiceAction} */ (button.dataset.do);
        show(button, actions.includes(action));
        button.disabled = busy || !online;
      }
    },
  };
}

/**
 * @param {boolean} withNode
 * @param {((key: string, selected: boolean) => void) | undefined} onselect
 */
function serviceParts(withNode, onselect) {
  const bdi = h('bdi', {});
  const name = h('span', { class: 'service-name' }, bdi);
  const node = withNode ? h('a', { dir: 'ltr' }) : null;
  const status = badge();
  const description = h('span', { class: 'service-description' });
  const driver = h('span', {});
  const uptime = h('span', {});
  const note = h('span', { class: 'service-note' });
  const progress = h('span', {
    class: 'spinner-border spinner-border-sm',
    role: 'status',
    'aria-label': t('command.running'),
  });
  const lines = h('a', { class: 'btn btn-sm btn-icon btn-lines', title: t('service.lines') }, icon('card-text'));
  const buttons = Object.entries(ACTIONS).map(([action, { icon: picture }]) =>
    h(
      'button',
      {
        type: 'button',
        class: `btn btn-sm btn-icon btn-do-${action}`,
        'data-action': 'control',
        'data-do': action,
        title: t(`action.${action}`),
      },
      icon(picture),
    ),
  );
  const select = onselect ? h('input', { type: 'checkbox', class: 'form-check-input' }) : null;
  select?.addEventListener('change', () => onselect?.(select.dataset.key ?? '', select.checked));
  const cell = (/** @type {string} */ kind, /** @type {(Node | null | false)[]} */ ...children) =>
    h('div', { role: 'cell', class: `cell cell-${kind}` }, ...children);
  const element = h(
    'div',
    { role: 'row', class: `service-row${withNode ? ' with-node' : ''}` },
    select && cell('select', select),
    cell('status', status),
    cell('name', name, description),
    node && cell('node', node),
    cell('driver', driver),
    cell('uptime', uptime),
    cell('note', note),
    cell('actions', progress, lines, ...buttons),
  );
  return { element, name, bdi, node, status, description, driver, uptime, note, progress, lines, buttons, select };
}

/**
 * Whose row it is, and whom its controls act on.
 * @param {ReturnType<typeof serviceParts>} refs
 * @param {ServiceItem} item
 */
function setIdentity(refs, { node, name }) {
  setAttribute(refs.name, 'title', name);
  setText(refs.bdi, name);
  if (refs.node) {
    setAttribute(refs.node, 'href', workerUrl(node));
    setAttribute(refs.node, 'title', node);
    setText(refs.node, node);
  }
  if (refs.select) {
    setAttribute(refs.select, 'data-key', commandKey(node, name));
    setAttribute(refs.select, 'aria-label', t('select.one', { name: `${node} ${name}` }));
  }
  setAttribute(refs.lines, 'aria-label', t('service.lines.of', { name }));
  for (const button of refs.buttons) {
    setAttribute(button, 'data-node', node);
    setAttribute(button, 'data-service', name);
    setAttribute(button, 'aria-label', t('action.on', { action: t(`action.${button.dataset.do}`), name }));
  }
}

/** @param {LastAction} last @param {number} now */
function lastAction({ action, result, user, timestamp }, now) {
  const verb = action.replace(/^service\./, '');
  const words = { action: t(`action.${verb}`), done: t(`acted.${verb}`) };
  return t(`service.last.${result}`, { ...words, user, when: relative(timestamp, now) });
}

/**
 * What is being done to a service, or was by this page, or by whomever.
 * @param {Store} store
 * @param {ServiceItem} item
 * @param {import('../types.js').Command | undefined} command
 */
function note(store, item, command) {
  if (command) {
    const action = t(`action.${command.action}`);
    if (command.state === 'failed') return `${action}: ${command.error}`;
    return `${action}: ${t(`command.state.${command.state}`)}`;
  }
  return item.last ? lastAction(item.last, store.now()) : '';
}

/** @param {boolean} withNode @param {boolean} selectable */
export function serviceHead(withNode, selectable) {
  const columns = [
    ...(selectable ? ['select'] : []),
    'status',
    'name',
    ...(withNode ? ['node'] : []),
    'driver',
    'uptime',
    'note',
    'actions',
  ];
  return h(
    'div',
    { role: 'row', class: `service-row table-head${withNode ? ' with-node' : ''}` },
    columns.map((column) => h('div', { role: 'columnheader', class: `cell cell-${column}` }, t(`column.${column}`))),
  );
}

/**
 * Asks where something would stop, then does it; several run side by side.
 * @param {Store} store
 * @param {{node: string, name: string}[]} services
 * @param {ServiceAction} action
 */
export async function control(store, services, action) {
  const names = services
    .slice(0, 5)
    .map(({ node, name }) => `${name} (${node})`)
    .join(', ');
  const text = services.length > 5 ? t('confirm.more', { names, count: services.length - 5 }) : names;
  const sure =
    !ACTIONS[action].stops ||
    (await confirmed(
      t(`confirm.${action}`, { count: services.length }),
      text,
      t(`action.${action}`),
      action === 'stop' ? 'danger' : 'warning',
    ));
  if (!sure) return;
  const queue = [...services];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift())
      await controlService(store, next.node, next.name, action);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, services.length) }, worker));
}

/** A browser keeps six connections to a host; some are left for other work. */
const AT_ONCE = 4;

/**
 * A table of one node's services, those in error first.
 * @param {Store} store
 * @param {AbortSignal} signal
 */
export function serviceTable(store, signal) {
  const body = h('div', { role: 'rowgroup' });
  const loggers = knownLoggers(signal);
  const fill = keyedList(body, serviceRows(store, { withNode: false, loggers }));
  const element = h(
    'div',
    { role: 'table', class: 'table-panel', 'aria-label': t('tab.services') },
    h('div', { role: 'rowgroup' }, serviceHead(false, false)),
    body,
  );
  return {
    element,
    /**
     * @param {string} node
     * @param {{[name: string]: Service}} services
     * @param {{[name: string]: LastAction}} last
     */
    update(node, services, last) {
      fill(
        Object.keys(services)
          .sort((a, b) => inError(services[b]) - inError(services[a]) || byName(a, b))
          .map((name) => ({ node, name, service: services[name], last: last[name] })),
      );
    },
  };
}
