// Owns modal dialogs. They are the browser's own <dialog>, which keeps the focus inside and gives it back at the end.
import { h } from './dom.js';
import { t } from './i18n.js';

let made = 0;

/**
 * Shows a dialog until it is closed.
 * @param {object} options
 * @param {string} options.title
 * @param {(Node | string)[]} options.body
 * @param {{value: string, label: string, kind: string}[]} options.buttons one with an empty value dismisses the dialog
 * @param {boolean} [options.wide]
 * @param {(form: HTMLFormElement) => Promise<string | null>} [options.onsubmit] if it gives a text, that is shown in
 *   the dialog, which stays open
 * @param {() => boolean | Promise<boolean>} [options.mayClose] asked before the dialog is closed, in whatever way
 * @returns {Promise<{value: string, data: FormData}>} value: of the button that closed it, empty if it was dismissed
 */
export function openDialog({ title, body, buttons, wide = false, onsubmit, mayClose }) {
  const titleId = `dialog-title-${++made}`;
  const error = h('div', { class: 'alert alert-danger py-2 mb-0', role: 'alert', hidden: true });
  const form = h(
    'form',
    { method: 'dialog', class: 'dialog-form' },
    h('h2', { class: 'dialog-title', id: titleId }, title),
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
    { class: wide ? 'dialog dialog-wide' : 'dialog', 'aria-labelledby': titleId },
    form,
  );
  document.body.append(dialog);

  const close = async (/** @type {string} */ value) => {
    if (!mayClose || (await mayClose())) dialog.close(value);
  };
  form.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[value=""]') : null;
    if (button) close('');
  });
  // Left alone, a browser closes the dialog at a second Esc whatever the page says to `cancel`.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !mayClose) return;
    event.preventDefault();
    event.stopPropagation();
    close('');
  });
  dialog.addEventListener('cancel', (event) => {
    if (!mayClose) return;
    event.preventDefault();
    close('');
  });
  // A click beside the dialog dismisses it; the browser reports such a click as one on the dialog itself.
  dialog.addEventListener('mousedown', (event) => {
    if (event.target === dialog) close('');
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const value = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? '';
    form.toggleAttribute('inert', true);
    const refusal = onsubmit ? await onsubmit(form) : null;
    form.toggleAttribute('inert', false);
    error.hidden = refusal === null;
    error.textContent = refusal ?? '';
    if (refusal === null) await close(value);
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
 * Shows a form in a dialog until it was submitted with success or dismissed. The message of an error is shown in it.
 * @param {{title: string, body: (Node | string)[], label: string}} options label: of the button that submits it
 * @param {(data: {[name: string]: string}) => Promise<unknown>} work what is done with the values of the fields
 * @returns {Promise<boolean>} whether it was done
 */
export async function submitted({ title, body, label }, work) {
  const { value } = await openDialog({
    title,
    body,
    buttons: [
      { value: '', label: t('cancel'), kind: 'secondary' },
      { value: 'yes', label, kind: 'primary' },
    ],
    async onsubmit(form) {
      try {
        await work(/** @type {{[name: string]: string}} */ (Object.fromEntries(new FormData(form))));
        return null;
      } catch (error) {
        return /** @type {Error} */ (error).message;
      }
    },
  });
  return value === 'yes';
}

/**
 * Asks whether something shall be done.
 * @param {string} title
 * @param {string} text what will happen
 * @param {string} label of the button that does it
 * @param {string} [kind] of that button
 * @returns {Promise<boolean>}
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
