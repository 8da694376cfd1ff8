// The login: name and password. It only sets the session; app.js then decides which view comes next.
import * as api from '../api.js';
import { h, icon, setText, show } from '../dom.js';
import { t } from '../i18n.js';

/** How to read the password of the first user, by the way the coordinator was started. */
const PASSWORDS = {
  host: 'cat run/admin-password',
  containers: 'docker-compose exec api cat /var/lib/p2pdash/secrets/admin-password',
};

function firstTime() {
  return h(
    'details',
    { class: 'login-first' },
    h('summary', {}, t('login.first')),
    h('p', {}, t('login.first.user')),
    Object.entries(PASSWORDS).map(([way, command]) => [
      h('div', {}, t(`login.first.${way}`)),
      h('pre', { class: 'code', dir: 'ltr' }, command),
    ]).flat(),
  );
}

/**
 * Shows the form.
 * @param {HTMLElement} root
 * @param {import('../store.js').Store} store
 */
export function mount(root, store) {
  const error = h('div', { class: 'alert alert-danger py-2', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'btn btn-primary w-100' }, t('login.submit'));
  const form = h(
    'form',
    { class: 'login-card', 'aria-labelledby': 'login-title' },
    h('div', { class: 'login-brand' }, icon('diagram-3-fill', 'login-icon')),
    h('h1', { class: 'login-title', id: 'login-title', tabindex: '-1' }, t('login.title')),
    store.expired && h('div', { class: 'alert alert-warning py-2', role: 'status' }, t('login.expired')),
    error,
    h('label', { class: 'form-label', for: 'username' }, t('login.username')),
    h('input', {
      class: 'form-control',
      id: 'username',
      name: 'username',
      autocomplete: 'username',
      required: true,
      autocapitalize: 'none',
      spellcheck: 'false',
    }),
    h('label', { class: 'form-label', for: 'password' }, t('login.password')),
    h('input', {
      class: 'form-control',
      id: 'password',
      name: 'password',
      type: 'password',
      autocomplete: 'current-password',
      required: true,
    }),
    button,
    firstTime(),
  );

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    const { username, password } = /** @type {{[name: string]: string}} */ (Object.fromEntries(new FormData(form)));
    try {
      const session = await api.login(username, password);
      store.setSession({ username: session.username, role: session.role });
    } catch (cause) {
      setText(error, /** @type {Error} */ (cause).message);
      show(error, true);
      form.password.select();
    } finally {
      button.disabled = false;
    }
  });
  root.replaceChildren(form);
  form.username.focus();
  return () => root.replaceChildren();
}
