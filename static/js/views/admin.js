// For administrators: users, workers' tokens, and the audit. Each is a section with an address of its own.
import { attempt } from '../actions.js';
import * as api from '../api.js';
import { confirmed, submitted } from '../dialog.js';
import { delegate, h, icon } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { addWorker } from '../parts/add-worker.js';
import { auditTable } from '../parts/audit.js';
import { pageHead, select } from '../parts/page.js';
import { empty, failed, loading } from '../parts/states.js';
import { table } from '../parts/table.js';
import { confirmRevoke, tokenList } from '../parts/token-list.js';
import { url } from '../router.js';

/** @typedef {{username: string, role: string, created_at?: string}} User */
/** @typedef {import('../store.js').Store} Store */

const AUDIT_SHOWN = 500;
const ROLES = ['viewer', 'operator', 'admin'];

/** Section → reads it and makes its content. @type {{[name: string]: (store: Store) => Promise<Node[]>}} */
const SECTIONS = {
  async users() {
    const { users } = await api.users();
    return [toolbar('add-user', 'person-plus', t('user.add')), userTable(users)];
  },
  async tokens(store) {
    const { tokens } = await api.tokens();
    return [
      toolbar('add-worker', 'plus-lg', t('token.create')),
      ...(tokens.length > 0 ? tokenList(tokens, store.now()) : [empty(t('tokens.none'), t('tokens.none.hint'))]),
    ];
  },
  async audit() {
    const { audit } = await api.audit(AUDIT_SHOWN);
    return [audit.length > 0 ? auditTable(audit) : empty(t('audit.none'), '')];
  },
};

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const section = Object.hasOwn(SECTIONS, route.params.section ?? '') ? route.params.section : 'users';
  const place = h('section', { class: 'panel admin-panel' }, loading());
  const load = async () => {
    try {
      const content = await SECTIONS[section](store);
      if (!signal.aborted) place.replaceChildren(...content);
    } catch (error) {
      place.replaceChildren(failed(/** @type {Error} */ (error)));
    }
  };
  root.replaceChildren(pageHead(t('tab.admin')), sectionTabs(section), place);
  delegate(root, handlers(load, store), { signal });
  const choices = { 'change-role': (/** @type {any} */ chosen) => changeRole(chosen).then(load) };
  delegate(root, choices, { type: 'change', signal });
  load();
  return () => {
    abort.abort();
    root.replaceChildren();
  };
}

/** @param {string} current */
function sectionTabs(current) {
  const links = Object.keys(SECTIONS).map((name) =>
    h('a', { href: url(`/admin/${name}`), 'aria-current': name === current ? 'page' : null }, t(`admin.${name}`)),
  );
  return h('nav', { class: 'subtabs', 'aria-label': t('tab.admin') }, links);
}

/**
 * What the buttons do, by their `data-action`. Then the section is read anew.
 * @param {() => Promise<void>} load
 * @param {Store} store
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(load, store) {
  return {
    retry: () => load(),
    'add-worker': () => addWorker().then(load),
    'add-user': () => addUser().then(load),
    'change-password': ({ dataset: { name = '' } }) => changePassword(name).then(load),
    'remove-user': ({ dataset: { name = '' } }) => removeUser(name).then(load),
    'revoke-token': ({ dataset: { id = '' } }) => revokeToken(id, store).then(load),
  };
}

/** @param {HTMLSelectElement} select the role of the user whom it names */
function changeRole({ value, dataset: { name = '' } }) {
  return attempt(
    () => api.changeUser(name, { role: value }),
    t('user.role.changed', { name, role: t(`role.${value}`) }),
  );
}

/** @param {string} name */
async function removeUser(name) {
  if (!(await confirmed(t('user.remove'), t('user.remove.text', { name }), t('user.remove')))) return;
  await attempt(() => api.removeUser(name), t('user.removed', { name }));
}

/** Asks with what is known of the token now, and not when the list was read. @param {string} id @param {Store} store */
async function revokeToken(id, store) {
  const { tokens } = await api.tokens();
  /** @type {import('../parts/token-list.js').Token | undefined} */
  const token = tokens.find((/** @type {{id: string}} */ listed) => listed.id === id);
  if (!token) return;
  const others = tokens.filter((/** @type {{node_id: string}} */ listed) => listed.node_id === token.node_id).length - 1;
  if (!(await confirmRevoke(token, others, store.now()))) return;
  await attempt(() => api.revokeToken(id), t('token.revoked', { node: token.node_id }));
}

/** The button above a section. @param {string} action @param {string} picture @param {string} label */
function toolbar(action, picture, label) {
  return h(
    'div',
    { class: 'admin-toolbar' },
    h('button', { type: 'button', class: 'btn btn-primary btn-sm', 'data-action': action }, icon(picture), ' ', label),
  );
}

/** @returns {[string, string][]} */
function roleOptions() {
  return ROLES.map((role) => [role, t(`role.${role}`)]);
}

/**
 * A button in a row.
 * @param {string} action
 * @param {{[name: string]: string}} data attributes that say what it acts on
 * @param {string} label
 * @param {string} picture name of an icon
 * @param {string} kind
 */
function rowButton(action, data, label, picture, kind) {
  const place = kind === 'danger' ? 'apart' : '';
  return h(
    'button',
    { type: 'button', class: `btn btn-sm btn-outline-${kind} ${place}`.trim(), 'data-action': action, ...data },
    icon(picture),
    ' ',
    label,
  );
}

/** @param {User[]} users */
function userTable(users) {
  return table(
    [t('login.username'), t('role'), t('created'), t('column.actions')],
    users.map(({ username, role, created_at }) => {
      const roles = select(t('user.role.of', { name: username }), 'role', roleOptions(), role);
      roles.dataset.action = 'change-role';
      roles.dataset.name = username;
      return [
        h('bdi', { class: 'fw-semibold' }, username),
        roles,
        h('span', {}, time(created_at)),
        h(
          'div',
          { class: 'button-row' },
          rowButton('change-password', { 'data-name': username }, t('user.password'), 'key', 'secondary'),
          rowButton('remove-user', { 'data-name': username }, t('remove'), 'trash3', 'danger'),
        ),
      ];
    }),
  );
}

/** A field of a form. @param {string} id @param {string} label @param {{[name: string]: unknown}} attributes */
function field(id, label, attributes) {
  return [
    h('label', { class: 'form-label', for: id }, label),
    h('input', { class: 'form-control mb-3', id, name: id, required: true, ...attributes }),
  ];
}

const PASSWORD = { type: 'password', minlength: 8, autocomplete: 'new-password' };
const USERNAME = { autocomplete: 'off', maxlength: 64, pattern: '[A-Za-z0-9][A-Za-z0-9._\\-]*' };

function addUser() {
  const body = [
    ...field('username', t('login.username'), USERNAME),
    ...field('password', t('login.password'), PASSWORD),
    h('div', { class: 'form-label' }, t('role')),
    select(t('role'), 'role', roleOptions(), 'viewer'),
  ];
  return submitted({ title: t('user.add'), body, label: t('user.add') }, ({ username, password, role }) =>
    api.addUser(username, password, role),
  );
}

/** @param {string} name */
function changePassword(name) {
  const body = field('password', t('user.password.new'), PASSWORD);
  return submitted({ title: t('user.password.of', { name }), body, label: t('save') }, ({ password }) =>
    api.changeUser(name, { password }),
  );
}
