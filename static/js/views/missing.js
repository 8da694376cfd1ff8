// The view of an address that names none.
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { url } from '../router.js';

/** Shows that there is no such page, and a way back. @param {HTMLElement} root */
export function mount(root) {
  root.replaceChildren(
    h(
      'div',
      { class: 'state' },
      icon('compass', 'state-icon'),
      h('h1', { class: 'state-title', tabindex: '-1' }, t('missing.title')),
      h('p', {}, t('missing.text')),
      h('a', { class: 'btn btn-primary', href: url('') }, t('tab.overview')),
    ),
  );
  return () => root.replaceChildren();
}
