// One service in a drawer at the side: how it is and since when, how it failed last, what can be done to it, its newest
// lines, and what was done to it. service-drawer.js opens it; the view owns the service's data and the address.
import * as api from '../api.js';
import { runEnd, serviceStatus } from '../cluster.js';
import { delegate, h, icon, perFrame, setAttribute, setText, show } from '../dom.js';
import { duration, NOTHING, number, relative, time } from '../format.js';
import { t } from '../i18n.js';
import { Reader } from '../reader.js';
import { workerUrl } from '../router.js';
import { commandKey } from '../store.js';
import { badge, setBadge } from './badge.js';
import { ACTIONS, control, whyNot } from './service-actions.js';
import { actionText, logsFilter, logsUrl } from './service-row.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').LastAction} LastAction */
/** @typedef {import('../types.js').LogEntry} LogEntry */
/** @typedef {import('../types.js').ServiceAction} ServiceAction */
/** @typedef {import('../types.js').ServiceItem} ServiceItem */

const LINES = 10;
const ACTIONS_SHOWN = 20;
/** How often the lines are read again while the drawer is open. */
const LINES_MS = 10_000;

/**
 * What stands in the list of facts, in this order. Facts without a text are left out.
 * @type {[key: string, text: (item: ServiceItem, now: number) => string][]}
 */
const FACTS = [
  ['since', ({ service: { since } }, now) => (since ? `${time(since)} (${relative(since, now)})` : '')],
  ['detail', ({ service }) => service.detail ?? ''],
  ['exit', ({ service }) => runEnd(service)],
  ['restarts', ({ service: { restarts } }) => (typeof restarts === 'number' ? number(restarts) : '')],
  ['uptime', ({ service }) => (service.status === 'running' ? duration(service.uptime).replace(NOTHING, '') : '')],
  ['driver', ({ service }) => service.driver ?? ''],
];

/**
 * Opens the drawer for a service. It is in the page until it is closed.
 * @param {Store} store
 * @param {{node: string, name: string, find: (node: string, name: string) => ServiceItem | undefined,
 *   loggers: () => string[]}} what
 * @param {() => void} onclose
 */
export function openDrawer(store, { node, name, find, loggers }, onclose) {
  const abort = new AbortController();
  const { signal } = abort;
  const parts = build(node, name);
  const { dialog } = parts;
  const item = () => find(node, name);
  const details = detailsReader(parts, { node, name, loggers, item, signal });
  const update = () => {
    fill(parts, store, item(), loggers());
    details.changed();
  };
  const close = () => dialog.close();
  delegate(
    dialog,
    {
      close,
      control: ({ dataset }) => control(store, [{ node, name }], /** @type {ServiceAction} */ (dataset.do)),
    },
    { signal },
  );
  // A click beside the drawer closes it; the browser reports such a click as one on the dialog itself.
  dialog.addEventListener('mousedown', (event) => event.target === dialog && close(), { signal });
  store.on('commands', perFrame(update, signal), signal);
  const timer = setInterval(() => details.again(), LINES_MS);
  dialog.addEventListener('close', () => {
    clearInterval(timer);
    abort.abort();
    dialog.remove();
    onclose();
  });
  document.body.append(dialog);
  dialog.showModal();
  update();
  return { close, update };
}

/** The drawer's elements. @param {string} node @param {string} name */
function build(node, name) {
  const status = badge();
  const failure = h('div', { class: 'drawer-failure', hidden: true });
  const facts = h('dl', { class: 'drawer-facts' });
  const buttons = Object.entries(ACTIONS).map(([action, { icon: picture }]) =>
    h(
      'button',
      { type: 'button', class: `btn btn-outline-secondary btn-do-${action}`, 'data-action': 'control', 'data-do': action },
      icon(picture),
      ' ',
      t(`action.${action}`),
    ),
  );
  const reason = h('p', { class: 'drawer-reason', role: 'status' });
  const outcome = h('p', { class: 'drawer-outcome', role: 'status' });
  const lines = h('ol', { class: 'drawer-lines' });
  const logs = h('a', { class: 'drawer-more' }, t('drawer.lines.all'));
  const actions = h('ol', { class: 'drawer-actions' });
  const heading = { class: 'drawer-title', id: 'drawer-title', tabindex: '-1', autofocus: true, dir: 'ltr' };
  const close = {
    type: 'button',
    class: 'btn btn-icon btn-outline-secondary',
    'data-action': 'close',
    'aria-label': t('close'),
    title: t('close'),
  };
  const section = (/** @type {string} */ title, /** @type {(Node | false)[]} */ ...children) =>
    h('section', {}, h('div', { class: 'drawer-section' }, h('h3', {}, t(title)), children[1] || null), children[0] || null);
  const dialog = h(
    'dialog',
    { class: 'drawer', 'aria-labelledby': 'drawer-title' },
    h(
      'div',
      { class: 'drawer-body' },
      h('div', { class: 'drawer-head' }, h('h2', heading, h('bdi', {}, name)), status, h('button', close, icon('x-lg'))),
      h('p', { class: 'drawer-where' }, h('a', { href: workerUrl(node), dir: 'ltr' }, node), h('span', {})),
      failure,
      h('div', { class: 'button-row' }, ...buttons),
      reason,
      outcome,
      facts,
      section('drawer.lines', lines, logs),
      section('drawer.actions', actions),
    ),
  );
  const description = /** @type {HTMLElement} */ (dialog.querySelector('.drawer-where span'));
  return { dialog, status, description, failure, facts, buttons, reason, outcome, lines, logs, actions };
}

/** @param {ReturnType<typeof build>} parts @param {Store} store @param {ServiceItem | undefined} item @param {string[]} loggers */
function fill(parts, store, item, loggers) {
  const { dialog, status, description, failure, facts, logs } = parts;
  show(parts.reason, true);
  if (!item) {
    setText(parts.reason, t(parts.lines.hasChildNodes() ? 'drawer.gone' : 'loading'));
    for (const button of parts.buttons) button.disabled = true;
    return;
  }
  const { service } = item;
  const last = service.last_failure;
  setAttribute(dialog, 'data-status', serviceStatus(service));
  setBadge(status, serviceStatus(service));
  setText(description, service.description ? ` · ${service.description}` : '');
  show(failure, Boolean(last));
  if (last) {
    setAttribute(failure, 'data-level', serviceStatus(service) === 'error' ? 'danger' : null);
    const when = last.at ? `${time(last.at)} (${relative(last.at, store.now())})` : '';
    setList(failure, [`${t('drawer.failure')} ${when}`, last.message], ([title, text]) => [
      h('strong', {}, title),
      h('bdi', {}, text),
    ]);
  }
  const told = FACTS.map(([key, text]) => [key, text(item, store.now())]).filter(([, text]) => text);
  setList(facts, told, (rows) => rows.flatMap(([key, text]) => [h('dt', {}, t(`drawer.${key}`)), h('dd', {}, text)]));
  setAttribute(logs, 'href', logsUrl(item, loggers));
  fillButtons(parts, store, item);
}

/** Shows which actions are possible now, and why others are not. @param {ReturnType<typeof build>} parts @param {Store} store @param {ServiceItem} item */
function fillButtons({ buttons, reason, outcome }, store, item) {
  const command = store.commands.get(commandKey(item.node, item.name));
  const reasons = buttons.map((button) => whyNot(store, item, /** @type {ServiceAction} */ (button.dataset.do)));
  buttons.forEach((button, index) => {
    button.disabled = reasons[index] !== '';
    setAttribute(button, 'title', reasons[index] || t(`action.${button.dataset.do}`));
  });
  const none = reasons.every((text) => text === reasons[0]) ? reasons[0] : '';
  setText(reason, none);
  show(reason, none !== '');
  show(outcome, command !== undefined);
  if (!command) return;
  setAttribute(outcome, 'data-level', command.state === 'failed' ? 'danger' : null);
  const end = command.state === 'failed' ? (command.error ?? '') : t(`command.state.${command.state}`);
  setText(outcome, `${t(`action.${command.action}`)}: ${end}`);
}

/**
 * Reads the newest lines and the history of actions: at once, when the service has changed, and after each command.
 * @param {ReturnType<typeof build>} parts
 * @param {{node: string, name: string, loggers: () => string[], item: () => ServiceItem | undefined, signal: AbortSignal}} of
 */
function detailsReader(parts, { node, name, loggers, item, signal }) {
  const mark = () => JSON.stringify([loggers().length, item()?.service.since, item()?.service.status, item()?.last]);
  const read = async () => {
    const filter = logsFilter({ node, name }, loggers());
    const [lines, actions] = await Promise.allSettled([
      api.logs(filter, { limit: LINES }),
      api.serviceActions(node, name, ACTIONS_SHOWN),
    ]);
    if (signal.aborted) return;
    if (lines.status === 'fulfilled') fillLines(parts.lines, lines.value.logs);
    if (actions.status === 'fulfilled') fillActions(parts.actions, actions.value.actions);
    const lost = [lines, actions].find(({ status }) => status === 'rejected');
    if (lost) throw /** @type {PromiseRejectedResult} */ (lost).reason;
  };
  const onfail = (/** @type {Error} */ error) => {
    for (const list of [parts.lines, parts.actions])
      if (!list.hasChildNodes()) list.replaceChildren(h('li', { class: 'drawer-none' }, error.message));
  };
  return new Reader({ read, mark, onfail, signal });
}

/** @param {HTMLElement} list @param {LogEntry[]} entries newest first */
function fillLines(list, entries) {
  setList(list, entries, (rows) =>
    rows.length === 0
      ? [h('li', { class: 'drawer-none' }, t('drawer.lines.none'))]
      : rows.map(({ timestamp, level, message }) =>
          h(
            'li',
            { 'data-level': level },
            h('time', { datetime: timestamp, title: time(timestamp) }, time(timestamp, 'clock')),
            h('span', { class: 'log-level' }, level),
            h('bdi', { class: 'drawer-message' }, message.slice(0, 500)),
          ),
        ),
  );
}

/** @param {HTMLElement} list @param {LastAction[]} actions newest first */
function fillActions(list, actions) {
  setList(list, actions, (rows) =>
    rows.length === 0
      ? [h('li', { class: 'drawer-none' }, t('drawer.actions.none'))]
      : rows.map((action) =>
          h(
            'li',
            { 'data-level': action.result === 'failed' && 'danger' },
            h('span', {}, actionText(action, time(action.timestamp))),
            action.message && action.result === 'failed' && h('bdi', { class: 'drawer-message' }, action.message),
          ),
        ),
  );
}

/**
 * Makes an element's children anew if what they show has changed.
 * @template T
 * @param {HTMLElement} element
 * @param {T} content
 * @param {(content: T) => Node[]} make
 */
function setList(element, content, make) {
  const now = JSON.stringify(content);
  if (element.dataset.shown === now) return;
  element.dataset.shown = now;
  element.replaceChildren(...make(content));
}
