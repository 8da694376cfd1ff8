// The certificates of all nodes, the first to expire on top.
import * as api from '../api.js';
import { certificateLevel } from '../cluster.js';
import { delegate, h, icon, perFrame, setAttribute, setText, show } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { badge, setDays } from '../parts/badge.js';
import { pageHead, searchBox } from '../parts/page.js';
import { empty, failed, loading } from '../parts/states.js';
import { replaceQuery, workerUrl } from '../router.js';
import { VirtualList } from '../virtual.js';

/** @typedef {import('../types.js').Certificate} Certificate */

const ROW_PX = 62;
const REFRESH_MS = 60_000;
/** How often a thousand workers are looked through for certificates that have changed (ms). */
const PACE_MS = 1000;

/** The details of an opened certificate. @type {[key: string, text: (certificate: Certificate) => string][]} */
const DETAILS = [
  ['path', ({ path }) => path],
  ['issuer', ({ issuer }) => issuer],
  ['serial', ({ serial }) => serial],
  ['sans', ({ sans }) => (sans ?? []).join(', ')],
  ['not_before', ({ not_before }) => time(not_before)],
  ['not_after', ({ not_after }) => time(not_after)],
  ['key', ({ key }) => key],
  ['fingerprint', ({ fingerprint_sha256 }) => fingerprint_sha256],
];

/** @param {Certificate} certificate */
function keyOf({ worker, path, fingerprint_sha256 }) {
  return `${worker} ${path} ${fingerprint_sha256}`;
}

/**
 * @param {Certificate[]} certificates
 * @param {string} query
 */
export function selectCertificates(certificates, query) {
  const needle = query.toLowerCase();
  return certificates
    .filter(({ worker, path, subject, issuer, sans }) =>
      `${worker} ${path} ${subject} ${issuer} ${(sans ?? []).join(' ')}`.toLowerCase().includes(needle),
    )
    .sort((a, b) => a.days_left - b.days_left || a.worker.localeCompare(b.worker) || a.path.localeCompare(b.path));
}

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  /** @type {Certificate[] | null} */
  let certificates = null;
  let query = route.query.get('q') ?? '';
  /** @type {Set<string>} */
  const open = new Set();

  const search = searchBox(t('certificates.search'), query);
  const count = h('p', { class: 'count', role: 'status' });
  const state = h('div', {}, loading());
  const body = h('div', { class: 'virtual', role: 'list' });
  const panel = h('div', { class: 'panel table-panel' }, body);
  root.replaceChildren(pageHead(t('tab.certificates'), search), count, state, panel);
  const list = new VirtualList(
    body,
    null,
    certificateRows((key) => open.has(key)),
    { estimate: ROW_PX, measured: true },
  );

  const update = () => {
    show(panel, Boolean(certificates?.length));
    if (!certificates) return;
    const visible = selectCertificates(certificates, query);
    setText(count, t('certificates.count', { count: visible.length, total: certificates.length }));
    show(count, certificates.length > 0);
    show(panel, visible.length > 0);
    show(state, visible.length === 0);
    if (visible.length === 0) {
      state.replaceChildren(
        certificates.length === 0
          ? empty(
              t('certificates.none'),
              t('certificates.none.hint'),
              h('pre', { class: 'code' }, '[certificates]\npaths = /etc/ssl/certs/site.pem'),
            )
          : empty(t('nothing.found'), t('nothing.found.hint')),
      );
    }
    list.setItems(visible);
  };
  // Summaries say when a node has other certificates; what they leave out comes with the timer.
  const summaries = () =>
    store
      .machines()
      .map(({ id, summary }) => `${id} ${summary.certificates_total} ${summary.certificate_days_left}`)
      .join();
  let loadedFor = '';
  const load = async () => {
    loadedFor = summaries();
    try {
      ({ certificates } = await api.certificates());
      update();
    } catch (error) {
      if (!certificates) state.replaceChildren(failed(/** @type {Error} */ (error)));
    }
  };
  search.addEventListener(
    'input',
    () => {
      query = search.value;
      replaceQuery({ q: query });
      update();
    },
    { signal },
  );
  delegate(
    root,
    {
      retry: () => load(),
      details(button) {
        const key = button.dataset.key ?? '';
        if (!open.delete(key)) open.add(key);
        update();
      },
    },
    { signal },
  );
  const loadIfChanged = () => {
    if (summaries() !== loadedFor) load();
  };
  store.on('workers', perFrame(loadIfChanged, signal, PACE_MS), signal);
  store.on('cluster', load, signal);
  const timer = setInterval(load, REFRESH_MS);
  load();
  update();
  return () => {
    abort.abort();
    clearInterval(timer);
    list.destroy();
    root.replaceChildren();
  };
}

/** @param {(key: string) => boolean} isOpen */
function certificateRows(isOpen) {
  return {
    key: keyOf,
    /** @param {Certificate} certificate */
    create(certificate) {
      return h(
        'div',
        { class: 'certificate-row', role: 'listitem' },
        h(
          'button',
          {
            type: 'button',
            class: 'certificate-toggle',
            'data-action': 'details',
            'data-key': keyOf(certificate),
            'aria-label': t('certificate.details', { name: certificate.subject.slice(0, 100) }),
          },
          icon('chevron-down'),
        ),
        h('div', { class: 'certificate-days' }, badge()),
        h(
          'div',
          { class: 'certificate-name' },
          h(
            'div',
            { class: 'certificate-subject', title: certificate.subject.slice(0, 500) },
            h('bdi', {}, certificate.subject),
          ),
          h('div', { class: 'certificate-path', dir: 'ltr' }, certificate.path),
        ),
        h('a', { class: 'certificate-worker', href: workerUrl(certificate.worker), dir: 'ltr' }, certificate.worker),
        h('div', { class: 'certificate-until' }, time(certificate.not_after, 'date')),
      );
    },
    /** @param {HTMLElement} element @param {Certificate} certificate */
    update(element, certificate) {
      setAttribute(element, 'data-level', certificateLevel(certificate.days_left));
      setDays(/** @type {Element} */ (element.querySelector('.badge-status')), certificate.days_left);
      const open = isOpen(keyOf(certificate));
      const details = element.querySelector('.certificate-details');
      element.querySelector('button')?.setAttribute('aria-expanded', String(open));
      if (open && !details) {
        element.append(
          h(
            'dl',
            { class: 'certificate-details' },
            DETAILS.flatMap(([key, text]) => [
              h('dt', {}, t(`certificate.${key}`)),
              h('dd', {}, h('bdi', {}, text(certificate))),
            ]),
          ),
        );
      } else if (!open) details?.remove();
    },
  };
}
