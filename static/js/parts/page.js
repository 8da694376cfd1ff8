// The head of a view, and the controls that stand in it.
import { h } from '../dom.js';
import { t } from '../i18n.js';

/**
 * A view's title, and its controls beside it.
 * @param {string | Node} title
 * @param {...(Node | null | false)} controls
 */
export function pageHead(title, ...controls) {
  return h(
    'div',
    { class: 'page-head' },
    h('h1', { class: 'page-title', tabindex: '-1' }, title),
    h('div', { class: 'page-controls' }, ...controls),
  );
}

/**
 * A search box. The key `/` puts the cursor there.
 * @param {string} label
 * @param {string} value
 * @param {string} name
 */
export function searchBox(label, value, name = 'q') {
  return h('input', {
    type: 'search',
    class: 'form-control search',
    name,
    value,
    placeholder: label,
    'aria-label': label,
    autocomplete: 'off',
    spellcheck: 'false',
    'data-search': true,
    maxlength: 200,
  });
}

/**
 * A list to choose from.
 * @param {string} label
 * @param {string} name
 * @param {[value: string, text: string][]} options
 * @param {string} value
 */
export function select(label, name, options, value) {
  const element = h(
    'select',
    { class: 'form-select', name, 'aria-label': label },
    options.map(([option, text]) => h('option', { value: option }, text)),
  );
  element.value = value;
  return element;
}

/**
 * A choice of statuses, the first being any.
 * @param {string[]} statuses
 * @param {string} value one of them, or empty
 */
export function statusSelect(statuses, value) {
  /** @type {[value: string, text: string][]} */
  const options = statuses.map((status) => [status, t(`status.${status}`)]);
  return select(t('column.status'), 'status', [['', t('status.any')], ...options], value);
}

/**
 * A row of buttons, one of which is pressed.
 * @param {string} label
 * @param {string} action
 * @param {[value: string, content: string | Node, title: string][]} choices
 * @param {string} value
 */
export function choice(label, action, choices, value) {
  return h(
    'div',
    { class: 'btn-group', role: 'group', 'aria-label': label },
    choices.map(([option, content, title]) =>
      h(
        'button',
        {
          type: 'button',
          class: 'btn btn-outline-secondary',
          'data-action': action,
          'data-value': option,
          title,
          'aria-label': title,
          'aria-pressed': String(option === value),
        },
        content,
      ),
    ),
  );
}

/**
 * Presses another button.
 * @param {Element} group as made by choice()
 * @param {string} value
 */
export function setChoice(group, value) {
  for (const button of group.children) {
    button.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (button).dataset.value === value));
  }
}
