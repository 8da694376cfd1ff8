// Owns modal dialogs: the browser's own <dialog>, which keeps the focus inside and gives it back.
import { h } from './dom.js';
import { t } from './i18n.js';

/**
 * Shows a dialog; the promise ends with the value of the button that closed it, empty when it was dismissed.
 * @param {{title: string, body: (Node | string)[], buttons: {value: string, label: string, kind: string}[],
 *   wide?: boolean, onsubmit?: (form: HTMLFormElement) => Promise<string | null>}} options `onsubmit` may refuse
 *   with a text that is shown in the dialog
 * @returns {Promise<{value: string, data: FormData}>}
 */
export function openDialog({ title, body, buttons, wide = false, onsubmit }) {
  const error = h('div', { class: 'alert alert-danger py-2 mb-0', role: 'alert', hidden: true });
  const form = h(
    'form',
    { method: 'dialog', class: 'dialog-form' },
    h('h2', { class: 'dialog-title', id: 'dialog-title' }, title),
    h('div', { class: 'dialog-body' }, ...body),
    error,
    h(
      'div',
      { class: 'dialog-buttons' },
      buttons.map(({ value, label, kind }) =>
        h('button', { type: value ? 'submit' : 'button', value, class: `btn btn-${kind}` }, label),
      ),
    ),
  );
  const dialog = h(
    'dialog',
    { class: wide ? 'dialog dialog-wide' : 'dialog', 'aria-labelledby': 'dialog-title' },
    form,
  );
  document.body.append(dialog);

  form.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[value=""]') : null;
    if (button) dialog.close('');
  });
  // A click beside the dialog dismisses it.
  dialog.addEventListener('mousedown', (event) => {
    if (event.target === dialog) dialog.close('');
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const value = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? '';
    form.toggleAttribute('inert', true);
    const refusal = onsubmit ? await onsubmit(form) : null;
    form.toggleAttribute('inert', false);
    error.hidden = refusal === null;
    error.textContent = refusal ?? '';
    if (refusal === null) dialog.close(value);
  });
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const data = new FormData(form);
      dialog.remove();
      resolve({ value: dialog.returnValue, data });
    });
    dialog.showModal();
  });
}

/**
 * @param {string} title
 * @param {string} text what will happen
 * @param {string} label of the button that does it
 * @param {string} [kind]
 */
export async function confirmed(title, text, label, kind = 'danger') {
  const { value } = await openDialog({
    title,
    body: [h('p', { class: 'mb-0' }, text)],
    buttons: [
      { value: '', label: t('cancel'), kind: 'secondary' },
      { value: 'yes', label, kind },
    ],
  });
  return value === 'yes';
}
