// Starts the page: finds the language and the session, connects the live data, and shows the view of the address.
import * as api from './api.js';
import { addressOf } from './base-path.js';
import { perFrame } from './dom.js';
import { setAttention, setTitle } from './headline.js';
import { pickLanguage, t, useLanguage } from './i18n.js';
import { keyboard } from './keyboard.js';
import { live } from './live.js';
import { failed } from './parts/states.js';
import { remember, remembered } from './prefs.js';
import { Router, safeReturn, url } from './router.js';
import { mountShell } from './shell.js';
import { Store } from './store.js';

/**
 * How a view is shown: it fills `root`, follows the store, and returns its unmount, which ends both.
 * @typedef {(root: HTMLElement, store: Store, route: import('./types.js').Route) => () => void} Mount
 */

/** @type {{[name: string]: () => Promise<{mount: Mount}>}} */
const VIEWS = {
  overview: () => import('./views/overview.js'),
  login: () => import('./views/login.js'),
  workers: () => import('./views/workers.js'),
  worker: () => import('./views/worker.js'),
  services: () => import('./views/services.js'),
  logs: () => import('./views/logs.js'),
  certificates: () => import('./views/certificates.js'),
  admin: () => import('./views/admin.js'),
  missing: () => import('./views/missing.js'),
};

/** The least time between two counts of what needs attention (ms). */
const HEADLINE_MS = 1000;

const store = new Store();
const router = new Router();
/** @type {ReturnType<typeof mountShell> | null} */
let shell = null;
/** @type {(() => void) | null} */
let unmountView = null;
/** Counts the views asked for. A view whose code comes late does not replace a newer one. */
let shown = 0;

/** @param {import('./types.js').Route} route */
async function render(route) {
  if (!store.session && route.name !== 'login') {
    router.go(url('/login', { next: location.pathname + location.search }), { replace: true });
    return;
  }
  if (store.session && route.name === 'login') {
    router.go(safeReturn(route.query.get('next')), { replace: true });
    return;
  }
  const turn = ++shown;
  const view = await load(route.name);
  if (turn !== shown) return;
  unmountView?.();
  const first = shell === null;
  shell ??= mountShell(/** @type {HTMLElement} */ (document.getElementById('app')), store);
  shell.show(route);
  unmountView = view.mount(shell.main, store, route);
  setTitle(`${t(`title.${route.name}`, route.params)} · ${t('app.name')}`);
  // Screen readers go on at the new view's title.
  if (!first) /** @type {HTMLElement | null} */ (shell.main.querySelector('h1'))?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

/**
 * Loads a view's code. If it does not come, the view is one that says so and offers to try again.
 * @param {string} name
 * @returns {Promise<{mount: Mount}>}
 */
async function load(name) {
  try {
    return await VIEWS[name]();
  } catch {
    return {
      mount(root) {
        root.replaceChildren(failed(new Error(t('error.unreachable')), 'reload'));
        return () => root.replaceChildren();
      },
    };
  }
}

/** @param {string} name */
async function changeLanguage(name) {
  await useLanguage(name);
  document.documentElement.lang = name;
  unmountView?.();
  unmountView = null;
  shell?.unmount();
  shell = null;
}

async function start() {
  api.clock.addEventListener('date', (event) => store.setClock(/** @type {CustomEvent} */ (event).detail));
  // The session, the view's code and the language are requested at the same time. If the session does not come,
  // findSession() asks again once there is a language to tell the reason in.
  const asked = currentSession().catch(() => null);
  VIEWS[router.route.name]().catch(() => {});
  await changeLanguage(pickLanguage(remembered('language'), navigator.languages));
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = live(store, `${scheme}://${location.host}${addressOf('/ws/dashboard?mode=delta')}`);
  api.sessionEnd.addEventListener('expired', () => store.session && store.setSession(null, { expired: true }));
  document.addEventListener('reconnect', () => socket.hurry());
  document.addEventListener('language', async (event) => {
    const name = /** @type {CustomEvent} */ (event).detail;
    remember('language', name);
    await changeLanguage(name);
    await render(router.route);
  });
  keyboard(router);
  followAttention();
  const session = await asked;
  if (session) store.setSession(session);
  else await findSession();
  router.addEventListener('route', (event) => render(/** @type {CustomEvent} */ (event).detail));
  store.on('session', () => render(router.route));
  router.start();
}

/** Keeps the title and the icon true while somebody is logged in. */
function followAttention() {
  const forever = new AbortController().signal;
  const update = perFrame(() => setAttention(store.session ? store.attention() : []), forever, HEADLINE_MS);
  for (const event of ['session', 'cluster', 'workers']) store.on(event, update);
}

/** @returns {Promise<import('./types.js').Session>} */
async function currentSession() {
  const { username, role } = await api.me();
  return { username, role };
}

/** Finds out whether somebody is logged in. While the coordinator cannot be reached, this is shown and tried again. */
async function findSession() {
  try {
    store.setSession(await currentSession());
  } catch (error) {
    if (/** @type {api.ApiError} */ (error).status === 401) return;
    const { mount } = await import('./views/unreachable.js');
    await mount(/** @type {HTMLElement} */ (document.getElementById('app')), /** @type {Error} */ (error));
    await findSession();
  }
}

start();
