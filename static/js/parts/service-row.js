// A service as a row: its status, the last action on it, a link to its logs, and the buttons that its worker and the
// person's role allow; and the short table of one node's services.
import * as api from '../api.js';
import { byName, heardAt, isFresh, possibleActions, serviceStatus } from '../cluster.js';
import { h, icon, keyedList, setAttribute, setText, show } from '../dom.js';
import { duration, number, relative, time } from '../format.js';
import { t } from '../i18n.js';
import { EVERYTHING } from '../log-buffer.js';
import { url, workerUrl } from '../router.js';
import { commandKey } from '../store.js';
import { badge, setBadge } from './badge.js';
import { ACTIONS } from './service-actions.js';

const DAY_MS = 86_400_000;

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').LastAction} LastAction */
/** @typedef {import('../types.js').Service} Service */
/** @typedef {import('../types.js').ServiceAction} ServiceAction */
/** @typedef {import('../types.js').ServiceItem} ServiceItem */

/**
 * The loggers of the whole cluster, in lower case. They are asked for at once; the list is empty until they have come.
 * @param {AbortSignal} signal ends the interest in them
 * @param {() => void} [onknown] called when they have come
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
 * Which lines are a service's: those of the loggers that have its name, or of its whole node if there is none.
 * @param {{node: string, name: string}} item
 * @param {string[]} loggers in lower case
 */
export function logsFilter({ node, name }, loggers) {
  const stem = name.toLowerCase().replace(/\.service$/, '');
  return { ...EVERYTHING, node_id: node, logger_name: loggers.some((logger) => logger.includes(stem)) ? stem : '' };
}

/** Where these lines are shown. @param {{node: string, name: string}} item @param {string[]} loggers in lower case */
export function logsUrl(item, loggers) {
  const { node_id, logger_name } = logsFilter(item, loggers);
  return url('/logs', { node: node_id, logger: logger_name });
}

/** The address of a service's drawer. @param {string} node @param {string} name */
export const serviceUrl = (node, name) => url('/services', { service: `${node}/${name}` });

/**
 * Whether a click on a row means the row: not a link or a control in it, no marked text, and no new tab.
 * @param {HTMLElement} element the row, or the link in it that means the same
 * @param {Event} event
 */
export function meansRow(element, event) {
  const { target, ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event);
  const inner = target instanceof Element ? target.closest('a, button, input, label') : null;
  if (ctrlKey || metaKey || shiftKey || (inner && inner !== element)) return false;
  event.preventDefault(); // of the link, for which there is no need to leave the view
  return inner !== null || !getSelection()?.toString();
}

/**
 * Makes rows for keyedList and VirtualList.
 * @param {Store} store
 * @param {object} how
 * @param {boolean} how.withNode whether a column names the node
 * @param {() => string[]} how.loggers as knownLoggers() gives them
 * @param {(key: string, selected: boolean) => void} [how.onselect] called when a row is selected; without it none can be
 * @param {(key: string) => boolean} [how.isSelected]
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
      known.set(refs.whole, refs);
      setIdentity(refs, item);
      return refs.whole;
    },
    /** @param {Element} element @param {ServiceItem} item */
    reuse(element, item) {
      setIdentity(/** @type {ReturnType<typeof serviceParts>} */ (known.get(element)), item);
    },
    /** @param {Element} element @param {ServiceItem} item @param {number} [index] */
    update(element, item, index = -1) {
      const refs = /** @type {ReturnType<typeof serviceParts>} */ (known.get(element));
      const key = commandKey(item.node, item.name);
      setFacts(refs, store, item);
      setCommand(refs, store, item, store.commands.get(key));
      setGroup(refs, item);
      if (index >= 0) setAttribute(refs.element, 'aria-rowindex', index + 2);
      if (refs.select) refs.select.checked = isSelected?.(key) ?? false;
      setAttribute(refs.logs, 'href', logsUrl(item, loggers()));
    },
  };
}

/**
 * @param {boolean} withNode
 * @param {((key: string, selected: boolean) => void) | undefined} onselect
 */
function serviceParts(withNode, onselect) {
  const bdi = h('bdi', {});
  const name = h('a', { class: 'service-name', 'data-action': 'show-service' }, bdi);
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
  const logs = h('a', { class: 'btn btn-sm btn-icon btn-lines', title: t('service.logs') }, icon('card-text'));
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
  const actions = cell('actions', progress, logs, ...buttons);
  const element = h(
    'div',
    { role: 'row', class: `service-row${withNode ? ' with-node' : ''}`, 'data-action': 'show-service' },
    select && cell('select', select),
    cell('status', status),
    cell('name', name, description),
    node && cell('node', node),
    cell('driver', driver),
    cell('uptime', uptime),
    cell('note', note),
    actions,
  );
  const group = h('div', { class: 'service-group', role: 'row', hidden: true }, h('div', { role: 'rowheader' }));
  const whole = h('div', { class: 'service-item', role: 'presentation' }, group, element);
  const texts = { name, bdi, node, status, description, driver, uptime, note };
  return { whole, group, element, ...texts, progress, logs, actions, buttons, select };
}

/**
 * Shows what the worker says of the service. If the worker is not heard, nobody knows.
 * @param {ReturnType<typeof serviceParts>} refs
 * @param {Store} store
 * @param {ServiceItem} item
 */
function setFacts({ element, status, description, driver, uptime }, store, { node, service }) {
  const unknown = serviceStatus(service) === 'unknown';
  setBadge(status, serviceStatus(service), unknown ? t('service.unknown', { since: silentSince(store, node) }) : undefined);
  setAttribute(status, 'title', unknown ? t('service.unknown.last', { status: t(`status.${service.status}`) }) : null);
  setAttribute(element, 'data-status', serviceStatus(service));
  setText(description, service.description ?? '');
  setAttribute(description, 'title', service.description);
  setText(driver, service.driver ?? '');
  setText(uptime, serviceStatus(service) === 'running' ? duration(service.uptime) : '');
}

/**
 * Shows the last command, and the buttons for the next one. None is possible while one runs or the worker is away.
 * @param {ReturnType<typeof serviceParts>} refs
 * @param {Store} store
 * @param {ServiceItem} item
 * @param {import('../types.js').Command | undefined} command of this page
 */
function setCommand(refs, store, item, command) {
  const running = command?.state === 'running';
  const unknown = item.service.known === false;
  const reason = unknown ? t('service.unknown.actions', { node: item.node, since: silentSince(store, item.node) }) : null;
  const possible = store.allows('operator') ? possibleActions(item.service) : [];
  setText(refs.note, note(store, item, command));
  setAttribute(refs.note, 'data-level', command?.state === 'failed' ? 'danger' : null);
  show(refs.progress, running);
  for (const button of refs.buttons) {
    show(button, possible.includes(/** @type {ServiceAction} */ (button.dataset.do)));
    button.disabled = running || unknown;
    setAttribute(button, 'title', reason ?? t(`action.${button.dataset.do}`));
  }
  setAttribute(refs.actions, 'title', reason);
}

/**
 * Makes the row that of another service: its name, and what its controls act on.
 * @param {ReturnType<typeof serviceParts>} refs
 * @param {ServiceItem} item
 */
function setIdentity(refs, { node, name }) {
  setAttribute(refs.name, 'title', name);
  setAttribute(refs.name, 'href', serviceUrl(node, name));
  for (const opener of [refs.element, refs.name]) {
    setAttribute(opener, 'data-node', node);
    setAttribute(opener, 'data-service', name);
  }
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
  setAttribute(refs.logs, 'aria-label', t('service.logs.of', { name }));
  for (const button of refs.buttons) {
    setAttribute(button, 'data-node', node);
    setAttribute(button, 'data-service', name);
    setAttribute(button, 'aria-label', t('action.on', { action: t(`action.${button.dataset.do}`), name }));
  }
}

/**
 * The last command in words: the one that this page sent, or else the last one that the audit knows.
 * @param {Store} store
 * @param {ServiceItem} item
 * @param {import('../types.js').Command | undefined} command of this page
 */
function note(store, { service, last }, command) {
  if (command) {
    const outcome = command.state === 'failed' ? command.error : t(`command.state.${command.state}`);
    return `${t(`action.${command.action}`)}: ${outcome}`;
  }
  const failure = serviceStatus(service) === 'error' ? service.last_failure : null;
  if (failure && !(last && failure.at && last.timestamp > failure.at)) {
    const again = service.restarts ? ` · ${t('service.restarts', { count: service.restarts })}` : '';
    return failure.message + again;
  }
  if (!last) return '';
  const text = actionText(last, relative(last.timestamp, store.now()));
  return last.result === 'failed' && last.message ? `${text}: ${last.message}` : text;
}

/** An action in words, without its message. @param {LastAction} action @param {string} when */
export function actionText({ action, result, user }, when) {
  const verb = action.replace(/^service\./, '');
  return t(result === 'failed' ? `service.last.failed.${verb}` : `service.last.${result}`, {
    action: t(`action.${verb}`),
    done: t(`acted.${verb}`),
    user,
    when,
  });
}

/** Shows the heading of a group above its first service. @param {ReturnType<typeof serviceParts>} refs @param {ServiceItem} item */
function setGroup({ group }, { group: first }) {
  show(group, first !== undefined);
  if (first) setText(/** @type {Element} */ (group.firstElementChild), `${first.title} · ${number(first.count)}`);
}

/** The head of a table of services. @param {boolean} withNode @param {boolean} selectable */
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

/** Since when nothing is known of a node's services: as a time of day, or a date. @param {Store} store @param {string} node */
function silentSince(store, node) {
  const machine = store.machine(node);
  if (!machine) return time(null);
  const heard = heardAt(machine.summary);
  return time(heard, store.now() - heard < DAY_MS ? 'minute' : 'full');
}

/**
 * Whether a node's services are known now, which they are while it is online. Before the first snapshot nobody doubts.
 * @param {Store} store
 * @param {string} node
 */
export function servicesKnown(store, node) {
  const machine = store.machine(node);
  return !store.ready || (machine !== undefined && isFresh(machine));
}

/** @param {Service} service */
const inError = (service) => Number(serviceStatus(service) === 'error');

/**
 * A table of one node's services, with those in error first.
 * @param {Store} store
 * @param {() => string[]} loggers as knownLoggers() gives them
 */
export function serviceTable(store, loggers) {
  const body = h('div', { role: 'rowgroup' });
  const fill = keyedList(body, serviceRows(store, { withNode: false, loggers }));
  const element = h(
    'div',
    { role: 'table', class: 'table-panel', 'aria-label': t('tab.services') },
    h('div', { role: 'rowgroup' }, serviceHead(false, false)),
    body,
  );
  return {
    element,
    /** Puts the focus on a service. @param {string} name */
    focus(name) {
      const names = /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll('.service-name'));
      [...names].find(({ dataset }) => dataset.service === name)?.focus();
    },
    /**
     * @param {string} node
     * @param {{[name: string]: Service}} services
     * @param {{[name: string]: LastAction}} last
     */
    update(node, services, last) {
      const known = servicesKnown(store, node);
      fill(
        Object.keys(services)
          .sort((a, b) => inError(services[b]) - inError(services[a]) || byName(a, b))
          .map((name) => ({ node, name, service: { ...services[name], known }, last: last[name] })),
      );
    },
  };
}
