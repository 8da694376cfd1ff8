// The frame around every view: brand, tabs, account menu, and the state of the connection with its banner.
import * as api from './api.js';
import { delegate, h, icon, setAttribute, setText, show } from './dom.js';
import { time } from './format.js';
import { LANGUAGES, language, t } from './i18n.js';
import { showShortcuts } from './keyboard.js';
import { choice, setChoice } from './parts/page.js';
import { remember, remembered } from './prefs.js';
import { url } from './router.js';
import { toast } from './toast.js';

/** @typedef {import('./store.js').Store} Store */

const TABS = [
  { name: 'overview', path: '', icon: 'speedometer2', role: 'viewer' },
  { name: 'workers', path: '/workers', icon: 'hdd-network', role: 'viewer' },
  { name: 'services', path: '/services', icon: 'boxes', role: 'viewer' },
  { name: 'logs', path: '/logs', icon: 'card-text', role: 'viewer' },
  { name: 'certificates', path: '/certificates', icon: 'shield-lock', role: 'viewer' },
  { name: 'admin', path: '/admin', icon: 'people', role: 'admin' },
];

/** View → the tab it belongs to, if that has another name. @type {{[view: string]: string}} */
const TAB_OF = { worker: 'workers' };

/**
 * Builds the frame. The view goes into its `main`.
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function mountShell(root, store) {
  const abort = new AbortController();
  const { signal } = abort;
  const main = h('main', { id: 'main', class: 'content' });
  const tabs = tabBar();
  const account = accountMenu(store);
  const connection = connectionState(store, signal);
  const header = h(
    'header',
    { class: 'topbar' },
    h(
      'a',
      { class: 'brand', href: url('') },
      icon('diagram-3-fill', 'brand-icon'),
      h('span', { class: 'brand-name' }, t('app.name')),
    ),
    tabs.element,
    h('div', { class: 'topbar-end' }, connection.pill, account.button),
    account.menu,
  );
  root.replaceChildren(h('a', { class: 'skip-link', href: '#main' }, t('skip')), header, connection.banner, main);

  delegate(root, handlers(store, account), { signal });
  return {
    main,
    /** @param {import('./types.js').Route} route */
    show(route) {
      const inside = store.session !== null;
      root.classList.toggle('is-outside', !inside);
      show(header, inside);
      show(connection.banner, inside && connection.lost());
      account.hide();
      account.update();
      tabs.update(store, TAB_OF[route.name] ?? route.name);
    },
    unmount() {
      abort.abort();
      root.replaceChildren();
    },
  };
}

/**
 * What the frame's buttons do, by their `data-action`.
 * @param {Store} store
 * @param {{update: () => void, hide: () => void}} account
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(store, account) {
  return {
    reconnect: () => document.dispatchEvent(new Event('reconnect')),
    async logout() {
      await api.logout().catch(() => {});
      store.setSession(null);
    },
    async 'own-password'() {
      account.hide();
      const part = await import('./parts/own-password.js').catch(() => null);
      if (part) await part.changeOwnPassword(store.session?.username ?? '');
      else toast(t('error.unreachable'), 'danger');
    },
    shortcuts: () => showShortcuts(),
    reload: () => location.reload(),
    theme({ dataset }) {
      remember('theme', dataset.value ?? 'dark');
      document.dispatchEvent(new Event('theme'));
      account.update();
    },
    language: ({ dataset }) => document.dispatchEvent(new CustomEvent('language', { detail: dataset.value })),
  };
}

function tabBar() {
  const links = TABS.map((tab) =>
    h('a', { class: 'tab', href: url(tab.path) }, icon(tab.icon), h('span', {}, t(`tab.${tab.name}`))),
  );
  return {
    element: h('nav', { class: 'tabs', 'aria-label': t('tabs') }, links),
    /** @param {Store} store @param {string} current */
    update(store, current) {
      TABS.forEach((tab, index) => {
        show(links[index], store.allows(/** @type {any} */ (tab.role)));
        setAttribute(links[index], 'aria-current', tab.name === current ? 'page' : null);
      });
    },
  };
}

/** @param {Store} store */
function accountMenu(store) {
  const name = h('div', { class: 'account-name' });
  const role = h('div', { class: 'account-role' });
  const themes = themeChoice();
  const menu = h(
    'div',
    { id: 'account-menu', class: 'account-menu', popover: 'auto' },
    h('div', { class: 'account-who' }, name, role),
    h('div', { class: 'account-line' }, h('span', {}, t('theme')), themes),
    h('div', { class: 'account-line' }, h('span', {}, t('language')), languageChoice()),
    menuItem('own-password', 'key', t('password.change')),
    menuItem('shortcuts', 'keyboard', t('shortcuts.title'), h('kbd', {}, '?')),
    menuItem('logout', 'box-arrow-right', t('logout')),
  );
  const button = h(
    'button',
    {
      type: 'button',
      class: 'account-button',
      popovertarget: 'account-menu',
      'aria-label': t('account'),
      title: t('account'),
    },
    icon('person-circle'),
  );
  return {
    menu,
    button,
    hide() {
      if (menu.matches(':popover-open')) menu.hidePopover();
    },
    update() {
      setText(name, store.session?.username ?? '');
      setText(role, store.session ? t(`role.${store.session.role}`) : '');
      setChoice(themes, remembered('theme') ?? 'dark');
    },
  };
}

function themeChoice() {
  return choice(
    t('theme'),
    'theme',
    [
      ['dark', icon('moon-stars'), t('theme.dark')],
      ['light', icon('sun'), t('theme.light')],
      ['system', icon('display'), t('theme.system')],
    ],
    'dark',
  );
}

function languageChoice() {
  const languages = Object.entries(LANGUAGES);
  return choice(
    t('language'),
    'language',
    languages.map(([code, label]) => [code, label, label]),
    language(),
  );
}

/** @param {string} action @param {string} picture @param {string} label @param {...Node} after */
function menuItem(action, picture, label, ...after) {
  return h('button', { type: 'button', class: 'account-item', 'data-action': action }, icon(picture), label, ...after);
}

/**
 * The state of the connection: a word in the bar, and a banner while live data does not come.
 * @param {Store} store
 * @param {AbortSignal} signal
 */
function connectionState(store, signal) {
  const text = h('span', {});
  const pill = h('div', { class: 'connection', role: 'status' }, h('span', { class: 'badge-dot' }), text);
  const since = h('span', {});
  const wait = h('span', {});
  const retry = h(
    'button',
    { type: 'button', class: 'btn btn-sm btn-light', 'data-action': 'reconnect' },
    t('retry.now'),
  );
  const banner = h(
    'div',
    { class: 'banner', role: 'alert', hidden: true },
    icon('plug'),
    h('div', { class: 'banner-text' }, since, ' ', wait),
    retry,
  );
  const lost = () => {
    const { state, degraded } = store.connection;
    return degraded === true || state === 'waiting' || (state === 'connecting' && store.ready);
  };

  const update = () => {
    const { retryAt, lostAt, degraded } = store.connection;
    const state = degraded ? 'degraded' : store.connection.state;
    const seconds = Math.max(0, Math.ceil(((retryAt ?? 0) - Date.now()) / 1000));
    const waiting = state === 'waiting' && seconds > 0;
    setAttribute(pill, 'data-state', state);
    setText(text, t(waiting ? 'connection.lost' : `connection.${state === 'waiting' ? 'connecting' : state}`));
    show(banner, store.session !== null && lost());
    document.documentElement.classList.toggle('is-cut-off', lost());
    if (!lost()) return;
    setText(since, t('connection.since', { time: time(lostAt, 'clock') }));
    setText(
      wait,
      waiting
        ? t('connection.waiting', { count: seconds })
        : t(`connection.${degraded ? 'degraded.hint' : 'connecting'}`),
    );
    show(retry, !degraded);
  };
  store.on('connection', update, signal);
  const timer = setInterval(update, 500);
  signal.addEventListener('abort', () => clearInterval(timer));
  update();
  return { pill, banner, lost };
}
