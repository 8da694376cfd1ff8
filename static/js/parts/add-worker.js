// How a worker is added: the exact commands, with a token that the page makes for an administrator.
import * as api from '../api.js';
import { copy } from '../clipboard.js';
import { openDialog } from '../dialog.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { empty } from './states.js';

/** @typedef {import('../store.js').Store} Store */

/**
 * What an administrator types on the worker. The token goes through standard input into a file that only root
 * can read.
 * @param {string} origin
 * @param {string} node
 * @param {string} token
 */
export function commands(origin, node, token) {
  return `sudo install -d -m 755 /etc/p2pdash
sudo install -m 600 /dev/stdin /etc/p2pdash/token <<'END'
${token}
END
sudo tee /etc/p2pdash/reporter.conf >/dev/null <<'END'
[reporter]
coordinator = ${origin}
node_id     = ${node}
token_file  = /etc/p2pdash/token
END
sudo make install-worker
sudo systemctl enable --now p2pdash-reporter`;
}

/**
 * @param {Store} store
 * @returns {HTMLElement} what stands where workers would
 */
export function noWorkers(store) {
  const admin = store.allows('admin');
  return empty(
    t('workers.none'),
    t(admin ? 'workers.none.admin' : 'workers.none.ask'),
    ...(admin ? [addWorkerButton('btn-primary')] : []),
  );
}

/** @param {string} kind */
export function addWorkerButton(kind) {
  return h(
    'button',
    { type: 'button', class: `btn ${kind}`, 'data-action': 'add-worker' },
    icon('plus-lg'),
    ' ',
    t('worker.add'),
  );
}

/** Asks for a name, makes a token, shows the commands. */
export async function addWorker() {
  const name = h('input', {
    class: 'form-control',
    name: 'node',
    id: 'add-node',
    required: true,
    maxlength: 64,
    pattern: '[A-Za-z0-9][A-Za-z0-9._\\-]*',
    placeholder: 'worker-001',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  let token = '';
  const { value } = await openDialog({
    title: t('worker.add'),
    body: [
      h('label', { class: 'form-label', for: 'add-node' }, t('worker.id')),
      name,
      h('p', { class: 'form-text mb-0' }, t('worker.id.hint')),
    ],
    buttons: [
      { value: '', label: t('cancel'), kind: 'secondary' },
      { value: 'yes', label: t('token.create'), kind: 'primary' },
    ],
    async onsubmit() {
      try {
        ({ token } = await api.createToken(name.value));
        return null;
      } catch (error) {
        return /** @type {Error} */ (error).message;
      }
    },
  });
  if (value === 'yes') await showToken(name.value, token);
}

/**
 * A token is shown once: it is kept nowhere.
 * @param {string} node
 * @param {string} token
 */
export async function showToken(node, token) {
  const text = commands(location.origin, node, token);
  const button = h(
    'button',
    { type: 'button', class: 'btn btn-sm btn-outline-secondary code-copy' },
    icon('copy'),
    ' ',
    t('copy'),
  );
  button.addEventListener('click', () => copy(text));
  await openDialog({
    title: t('token.made', { node }),
    body: [
      h('p', {}, t('token.once')),
      h('div', { class: 'code' }, button, h('pre', { tabindex: 0, dir: 'ltr' }, text)),
      h('p', { class: 'form-text mb-0' }, t('token.appears')),
    ],
    buttons: [{ value: 'done', label: t('close'), kind: 'primary' }],
    wide: true,
  });
}
