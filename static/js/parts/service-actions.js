// What a person does to services: the actions there are, the question before one that stops something, and the bar for
// several services at once. actions.js sends the commands.
import { controlService } from '../actions.js';
import { possibleActions, sensibleActions } from '../cluster.js';
import { confirmed } from '../dialog.js';
import { h, icon, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { commandKey } from '../store.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').ServiceAction} ServiceAction */
/** @typedef {import('../types.js').ServiceItem} ServiceItem */

/**
 * Action → its icon, and whether it ends what the service does now.
 * @type {{[action: string]: {icon: string, stops: boolean}}}
 */
export const ACTIONS = {
  start: { icon: 'play-fill', stops: false },
  stop: { icon: 'stop-fill', stops: true },
  restart: { icon: 'arrow-clockwise', stops: true },
};

/** Commands under way at the same time. A browser keeps six connections to a host; two are left for other requests. */
const AT_ONCE = 4;
/** Services that are named in the question. */
const NAMED = 5;

/**
 * Does something to services, and asks first if it would stop them. Ends when all commands have ended.
 * @param {Store} store
 * @param {{node: string, name: string}[]} services
 * @param {ServiceAction} action
 */
export async function control(store, services, action) {
  if (ACTIONS[action].stops && !(await confirmedFor(services, action))) return;
  const queue = [...services];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift())
      await controlService(store, next.node, next.name, action);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, services.length) }, work));
}

/** @param {{node: string, name: string}[]} services @param {ServiceAction} action */
function confirmedFor(services, action) {
  const names = services
    .slice(0, NAMED)
    .map(({ node, name }) => `${name} (${node})`)
    .join(', ');
  const count = services.length;
  return confirmed(
    t(`confirm.${action}`, { count }),
    count > NAMED ? t('confirm.more', { names, count: count - NAMED }) : names,
    t(`action.${action}`),
    action === 'stop' ? 'danger' : 'warning',
  );
}

/** Whether an action can be done to a service now. @param {ServiceItem} item @param {ServiceAction} action */
export function isPossible({ service }, action) {
  return service.known !== false && possibleActions(service).includes(action);
}

/**
 * Why an action cannot be done to a service now, for a person; empty if it can.
 * @param {Store} store
 * @param {ServiceItem} item
 * @param {ServiceAction} action
 */
export function whyNot(store, { node, name, service }, action) {
  if (!store.allows('operator')) return t('whynot.role');
  if (service.known === false) return t('whynot.unknown', { node });
  if (store.commands.get(commandKey(node, name))?.state === 'running') return t('whynot.busy');
  if (service.installed === false) return t('whynot.absent');
  if (!(service.actions ?? []).includes(action)) return t('whynot.forbidden', { node });
  return sensibleActions(service).includes(action) ? '' : t(`whynot.${action}`);
}

/**
 * The bar that is shown while services are selected: how many, and what can be done to them.
 * @returns {{element: HTMLElement, update: (selected: ServiceItem[]) => void}}
 */
export function bulkBar() {
  const text = h('span', { class: 'bulk-count' });
  const buttons = Object.entries(ACTIONS).map(([action, { icon: picture }]) =>
    h(
      'button',
      { type: 'button', class: 'btn btn-sm btn-outline-secondary', 'data-action': 'bulk', 'data-do': action },
      icon(picture),
      ' ',
      t(`action.${action}`),
    ),
  );
  const element = h(
    'div',
    { class: 'bulk', role: 'status', hidden: true },
    text,
    ...buttons,
    h('button', { type: 'button', class: 'btn btn-sm btn-link', 'data-action': 'unselect' }, t('select.none')),
  );
  return {
    element,
    update(selected) {
      show(element, selected.length > 0);
      setText(text, t('select.count', { count: selected.length }));
      for (const button of buttons) {
        const action = /** @type {ServiceAction} */ (button.dataset.do);
        button.disabled = !selected.some((item) => isPossible(item, action));
      }
    },
  };
}
