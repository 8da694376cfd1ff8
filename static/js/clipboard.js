// Copies text into the clipboard, and saves it as a file.
import { t } from './i18n.js';
import { toast } from './toast.js';

/**
 * Copies a text, and tells in a toast whether it worked.
 * @param {string} text
 * @param {string} [title] of the toast if it did
 * @param {string} [detail]
 * @returns {Promise<boolean>} whether it did
 */
export async function copy(text, title = t('copied'), detail = '') {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    toast(title, 'success', detail);
    return true;
  } catch {
    toast(t('copy.refused'), 'danger');
    return false;
  }
}

/** Copies without the clipboard's API, which browsers give only to secure origins. @param {string} text */
function copyBySelection(text) {
  const area = document.createElement('textarea');
  area.value = text;
  ([...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body).append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) throw new Error('refused');
}

/**
 * Lets the browser download a text.
 * @param {string} name of the file
 * @param {string} type
 * @param {string} text
 */
export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
