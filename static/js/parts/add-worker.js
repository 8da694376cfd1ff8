// How a worker is added: an administrator gives its name and the address by which it reaches the coordinator, and gets
// the exact commands to type on it, with its token.
import * as api from '../api.js';
import { BASE_PATH } from '../base-path.js';
import { copy } from '../clipboard.js';
import { confirmed, openDialog, submitted } from '../dialog.js';
import { h, icon, show } from '../dom.js';
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

/** Names by which a machine calls itself: no other one reaches the coordinator there. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\]|0\.0\.0\.0|\[::\])$/;

/** @param {string} text @returns {URL | null} null if it is no address that a reporter can call */
function coordinatorAddress(text) {
  try {
    const address = new URL(text);
    return /^https?:$/.test(address.protocol) && !address.username && !address.search && !address.hash ? address : null;
  } catch {
    return null;
  }
}

/**
 * The field for the address, with a warning below while it is one that only this machine can reach.
 * @returns {HTMLElement[]}
 */
function addressField() {
  const warning = h('p', { class: 'form-warning', role: 'status', hidden: true }, icon('exclamation-triangle'), ' ', t('worker.address.loopback'));
  const input = h('input', {
    class: 'form-control',
    name: 'address',
    id: 'add-address',
    type: 'url',
    required: true,
    value: location.origin + BASE_PATH,
    autocomplete: 'off',
    spellcheck: 'false',
    dir: 'ltr',
  });
  const update = () => show(warning, LOOPBACK.test(coordinatorAddress(input.value)?.hostname ?? ''));
  input.addEventListener('input', update);
  update();
  return [
    h('label', { class: 'form-label mt-3', for: 'add-address' }, t('worker.address')),
    input,
    h('p', { class: 'form-text mb-0' }, t('worker.address.hint')),
    warning,
  ];
}

/** Asks for a name and the coordinator's address. Only then is a token made, and shown with the commands. */
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
  const label = h('input', { class: 'form-control', name: 'label', id: 'add-label', maxlength: 64, autocomplete: 'off' });
  const body = [
    h('label', { class: 'form-label', for: 'add-node' }, t('worker.id')),
    name,
    h('p', { class: 'form-text mb-0' }, t('worker.id.hint')),
    ...addressField(),
    h('label', { class: 'form-label mt-3', for: 'add-label' }, t('token.name.optional')),
    label,
    h('p', { class: 'form-text mb-0' }, t('token.name.hint')),
  ];
  let text = '';
  const done = await submitted({ title: t('worker.add'), body, label: t('token.create') }, async (data) => {
    const address = coordinatorAddress(data.address.trim());
    if (!address) throw new Error(t('worker.address.wrong'));
    const { token } = await api.createToken(data.node, data.label.trim());
    text = commands(address.href.replace(/\/+$/, ''), data.node, token);
  });
  if (done) await showCommands(name.value, text);
}

/**
 * Shows the commands. The token in them cannot be shown again: so the dialog asks before it closes, until the commands
 * were copied.
 * @param {string} node
 * @param {string} text
 */
async function showCommands(node, text) {
  let copied = false;
  const button = h(
    'button',
    { type: 'button', class: 'btn btn-sm btn-outline-secondary code-copy' },
    icon('copy'),
    ' ',
    t('copy'),
  );
  button.addEventListener('click', async () => {
    copied = (await copy(text)) || copied;
  });
  const code = h('div', { class: 'code' }, button, h('pre', { tabindex: 0, dir: 'ltr' }, text));
  // Selected and copied by hand.
  code.addEventListener('copy', () => {
    copied = true;
  });
  await openDialog({
    title: t('token.made', { node }),
    body: [h('p', {}, t('token.once')), code, h('p', { class: 'form-text mb-0' }, t('token.appears'))],
    buttons: [{ value: 'done', label: t('close'), kind: 'primary' }],
    wide: true,
    mayClose: () => copied || confirmed(t('token.lose.title'), t('token.lose.text', { node }), t('token.lose')),
  });
}
