// How many services are in which status, whatever is searched for. A press on one shows only these.
import { serviceStatus } from '../cluster.js';
import { h, setAttribute, show } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { badge, setBadge } from './badge.js';

/** @typedef {import('../types.js').ServiceItem} ServiceItem */

/** The statuses of services, as serviceStatus() gives them. */
export const SERVICE_STATUSES = ['running', 'stopped', 'error', 'unknown', 'absent'];

/** Makes the totals. @returns {{element: HTMLElement, update: (items: ServiceItem[], pressed: string) => void}} */
export function statusTotals() {
  const totals = SERVICE_STATUSES.map((status) => {
    const text = badge(status);
    const button = h(
      'button',
      { type: 'button', class: 'chip status-total', 'data-action': 'status', 'data-value': status, hidden: true },
      text,
    );
    return { status, text, button };
  });
  return {
    element: h(
      'div',
      { class: 'status-totals' },
      totals.map(({ button }) => button),
    ),
    update(items, pressed) {
      for (const { status, text, button } of totals) {
        const count = items.filter(({ service }) => serviceStatus(service) === status).length;
        setBadge(text, status, `${t(`status.${status}`)} ${number(count)}`);
        setAttribute(button, 'aria-pressed', String(status === pressed));
        show(button, count > 0);
      }
    },
  };
}
