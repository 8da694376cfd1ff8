// The certificates of all nodes, the worst on top: those that cannot be read, then the first to expire.
import * as api from '../api.js';
import { delegate, h, perFrame, setText, show } from '../dom.js';
import { t } from '../i18n.js';
import { selectCertificates } from '../lists.js';
import { certificateRows } from '../parts/certificate-row.js';
import { pageHead, searchBox } from '../parts/page.js';
import { empty, failed, loading, nothingFound } from '../parts/states.js';
import { Reader } from '../reader.js';
import { replaceQuery } from '../router.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../types.js').Certificate} Certificate */

/**
 * @typedef {object} View what the functions of this view share
 * @property {import('../store.js').Store} store
 * @property {Certificate[] | null} certificates all of them; null until they have come
 * @property {Reader} reader of the certificates
 * @property {string} query what is searched for
 * @property {Set<string>} open keys of the rows that show their details
 * @property {ReturnType<typeof build>} page
 * @property {VirtualList<Certificate>} list
 */

const ROW_PX = 62;
/** How often the certificates are read again in any case. */
const REFRESH_MS = 60_000;
/** The least time between two looks through the summaries of a thousand workers. */
const CHECK_MS = 1000;
const EXAMPLE = '[certificates]\npaths = /etc/ssl/certs/site.pem';

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const query = route.query.get('q') ?? '';
  const page = build(query);
  /** @type {Set<string>} */
  const open = new Set();
  const rows = certificateRows((key) => open.has(key));
  const list = new VirtualList(page.body, null, rows, { estimate: ROW_PX, measured: true });
  /** @type {View} */
  const view = {
    store,
    certificates: null,
    reader: certificatesReader(() => view, signal),
    query,
    open,
    page,
    list,
  };
  root.replaceChildren(...page.children);

  page.search.addEventListener('input', () => search(view), { signal });
  delegate(root, handlers(view), { signal });
  store.on('workers', perFrame(() => view.reader.changed(), signal, CHECK_MS), signal);
  store.on('cluster', () => view.reader.again(), signal);
  const timer = setInterval(() => view.reader.again(), REFRESH_MS);
  view.reader.again();
  update(view);
  return () => {
    abort.abort();
    clearInterval(timer);
    list.destroy();
    root.replaceChildren();
  };
}

/** The view's elements. @param {string} query */
function build(query) {
  const search = searchBox(t('certificates.search'), query);
  const count = h('p', { class: 'count', role: 'status' });
  const state = h('div', {}, loading());
  const body = h('div', { class: 'virtual', role: 'list' });
  const panel = h('div', { class: 'panel table-panel' }, body);
  const children = [pageHead(t('tab.certificates'), search), count, state, panel];
  return { children, search, count, state, body, panel };
}

/**
 * Reads the certificates. Until they have come once, a failure is shown in their place.
 * @param {() => View} view asked for when something is read
 * @param {AbortSignal} signal
 */
function certificatesReader(view, signal) {
  return new Reader({
    async read() {
      ({ certificates: view().certificates } = await api.certificates());
      if (!signal.aborted) update(view());
    },
    mark: () => summariesOf(view().store),
    onfail: (error) => !view().certificates && view().page.state.replaceChildren(failed(error)),
    signal,
  });
}

/**
 * What all summaries say of certificates, to see whether a node has others now. A renewed certificate that changes
 * neither number comes with the timer.
 * @param {import('../store.js').Store} store
 */
function summariesOf(store) {
  return store
    .machines()
    .map(({ id, summary }) => `${id} ${summary.certificates_total} ${summary.certificates_error} ${summary.certificate_days_left}`)
    .join();
}

/** @param {View} view */
function update({ certificates, query, page, list }) {
  show(page.panel, Boolean(certificates?.length));
  if (!certificates) return;
  const visible = selectCertificates(certificates, query);
  setText(page.count, t('certificates.count', { count: visible.length, total: certificates.length }));
  show(page.count, certificates.length > 0);
  show(page.panel, visible.length > 0);
  show(page.state, visible.length === 0);
  if (visible.length === 0) page.state.replaceChildren(certificates.length === 0 ? noCertificates() : nothingFound());
  list.setItems(visible);
}

function noCertificates() {
  return empty(t('certificates.none'), t('certificates.none.hint'), h('pre', { class: 'code' }, EXAMPLE));
}

/** @param {View} view */
function search(view) {
  view.query = view.page.search.value;
  replaceQuery({ q: view.query });
  update(view);
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(view) {
  return {
    retry: () => view.reader.again(),
    details({ dataset: { key = '' } }) {
      if (!view.open.delete(key)) view.open.add(key);
      update(view);
    },
  };
}
