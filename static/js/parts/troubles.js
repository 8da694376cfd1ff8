// The panel of what a reporter could not do, in the reporter's own words.
import { h, show } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';

/** @typedef {import('../types.js').NodeTrouble} NodeTrouble */

/**
 * Makes the panel. It is hidden while there are no troubles.
 * @returns {{element: HTMLElement, update: (troubles: NodeTrouble[]) => void}}
 */
export function troublesPanel() {
  const list = h('ul', {});
  const element = h(
    'section',
    { class: 'panel troubles', hidden: true },
    h('div', { class: 'panel-head' }, h('h2', { class: 'panel-title' }, t('troubles.title'))),
    list,
  );
  let shown = '';
  return {
    element,
    update(troubles) {
      show(element, troubles.length > 0);
      const now = JSON.stringify(troubles);
      if (now === shown) return; // every report brings the same ones again, and a selected text should stay selected
      shown = now;
      list.replaceChildren(...troubles.map(troubleEntry));
    },
  };
}

/** @param {NodeTrouble} trouble */
function troubleEntry({ part, name, message, since }) {
  return h(
    'li',
    {},
    h('span', { class: 'trouble-part' }, t(`troubles.${part}`)),
    h('bdi', { class: 'trouble-name', dir: 'ltr' }, name),
    h('bdi', {}, message),
    h('span', { class: 'trouble-since' }, t('troubles.since', { time: time(since) })),
  );
}
