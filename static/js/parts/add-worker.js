// How a worker is added: an administrator gives its name, and gets the exact commands to type on it, with its token.
import * as api from '../api.js';
import { BASE_PATH } from '../base-path.js';
import { copy } from '../clipboard.js';
import { openDialog, submitted } from '../dialog.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';
import { empty } from './states.js';

/** @typedef {import('../store.js').Store} Store */

/**
 * What an administrator types on the worker. The token goes through standard input into a file that only root can read,
 * so it stands in no list of processes.
 * @param {string} coordinator the address of the dashboard
 * @param {string} node
 * @param {string} token
 */
function commands(coordinator, node, token) {
  return `sudo install -d -m 755 /etc/p2pdash
sudo install -m 600 /dev/stdin /etc/p2pdash/token <<'END'
${token}
END
sudo tee /etc/p2pdash/reporter.conf >/dev/null <<'END'
[reporter]
coordinator = ${coordinator}
node_id     = ${node}
token_file  = /etc/p2pdash/token
END
sudo make install-worker
sudo systemctl enable --now p2pdash-reporter`;
}

/**
 * What stands in place of the workers while there are none.
 * @param {Store} store
 */
export function noWorkers(store) {
  const admin = store.allows('admin');
  return empty(
    t('workers.none'),
    t(admin ? 'workers.none.admin' : 'workers.none.ask'),
    ...(admin ? [addWorkerButton('btn-primary')] : []),
  );
}

/** The button that adds a worker. @param {string} kind its class */
export function addWorkerButton(kind) {
  return h(
    'button',
    { type: 'button', class: `btn ${kind}`, 'data-action': 'add-worker' },
    icon('plus-lg'),
    ' ',
    t('worker.add'),
  );
}

/** Asks for a name, makes a token, and shows the commands. */
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
  const body = [
    h('label', { class: 'form-label', for: 'add-node' }, t('worker.id')),
    name,
    h('p', { class: 'form-text mb-0' }, t('worker.id.hint')),
  ];
  let token = '';
  const done = await submitted({ title: t('worker.add'), body, label: t('token.create') }, async ({ node }) => {
    ({ token } = await api.createToken(node));
  });
  if (done) await showToken(name.value, token);
}

/**
 * Shows the commands. The token cannot be shown again: it is stored nowhere.
 * @param {string} node
 * @param {string} token
 */
async function showToken(node, token) {
  const text = commands(location.origin + BASE_PATH, node, token);
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
