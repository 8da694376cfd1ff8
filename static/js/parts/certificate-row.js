// A certificate as a row that opens to its details, and as an entry of the short list of one node. A path whose certificate
// cannot be read is a row, too, with the reason in place of the facts.
import { byUrgency } from '../cluster.js';
import { h, icon, setAttribute, show } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { workerUrl } from '../router.js';
import { certificateLevel } from '../thresholds.js';
import { badge, setBadge, setDays } from './badge.js';

/** @typedef {import('../types.js').Certificate} Certificate */
/** @typedef {import('../types.js').ReadCertificate} ReadCertificate */

/** The details of an opened certificate. @type {[key: string, text: (certificate: ReadCertificate) => string][]} */
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
function keyOf(certificate) {
  const { worker, path } = certificate;
  return `${worker} ${path} ${'error' in certificate ? certificate.error : certificate.fingerprint_sha256}`;
}

/**
 * Makes rows for a VirtualList.
 * @param {(key: string) => boolean} isOpen whether the row with this key shows its details
 */
export function certificateRows(isOpen) {
  return {
    key: keyOf,
    /** @param {Certificate} certificate */
    create: (certificate) => ('error' in certificate ? unreadableRow(certificate) : certificateRow(certificate)),
    /** @param {HTMLElement} element @param {Certificate} certificate */
    update(element, certificate) {
      if ('error' in certificate) return;
      const open = isOpen(keyOf(certificate));
      const details = element.querySelector('.certificate-details');
      setAttribute(element, 'data-level', certificateLevel(certificate.days_left));
      setDays(/** @type {Element} */ (element.querySelector('.badge-status')), certificate.days_left);
      element.querySelector('button')?.setAttribute('aria-expanded', String(open));
      if (open && !details) element.append(certificateDetails(certificate));
      if (!open) details?.remove();
    },
  };
}

/** The badge of a path that cannot be read. */
function unreadableBadge() {
  const element = badge();
  setBadge(element, 'unreadable', t('certificate.unreadable'));
  return element;
}

/** @param {import('../types.js').UnreadableCertificate} certificate */
function unreadableRow({ worker, path, error, since }) {
  return h(
    'div',
    { class: 'certificate-row', role: 'listitem', 'data-level': 'unreadable' },
    h('div', { class: 'certificate-days' }, unreadableBadge()),
    h(
      'div',
      { class: 'certificate-name' },
      h('div', { class: 'certificate-path certificate-broken', dir: 'ltr', title: path }, path),
      h('div', { class: 'certificate-error' }, error),
    ),
    h('a', { class: 'certificate-worker', href: workerUrl(worker), dir: 'ltr' }, worker),
    h('div', { class: 'certificate-until' }, t('certificate.since', { time: time(since) })),
  );
}

/** @param {ReadCertificate} certificate */
function certificateRow(certificate) {
  const { subject, path, worker, not_after } = certificate;
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'certificate-toggle',
      'data-action': 'details',
      'data-key': keyOf(certificate),
      'aria-label': t('certificate.details', { name: subject.slice(0, 100) }),
    },
    icon('chevron-down'),
  );
  const name = h(
    'div',
    { class: 'certificate-name' },
    h('div', { class: 'certificate-subject', title: subject.slice(0, 500) }, h('bdi', {}, subject)),
    h('div', { class: 'certificate-path', dir: 'ltr' }, path),
  );
  return h(
    'div',
    { class: 'certificate-row', role: 'listitem' },
    toggle,
    h('div', { class: 'certificate-days' }, badge()),
    name,
    h('a', { class: 'certificate-worker', href: workerUrl(worker), dir: 'ltr' }, worker),
    h('div', { class: 'certificate-until' }, time(not_after, 'date')),
  );
}

/** @param {ReadCertificate} certificate */
function certificateDetails(certificate) {
  return h(
    'dl',
    { class: 'certificate-details' },
    DETAILS.flatMap(([key, text]) => [
      h('dt', {}, t(`certificate.${key}`)),
      h('dd', {}, h('bdi', {}, text(certificate))),
    ]),
  );
}

/**
 * The certificates of one node, the worst on top.
 * @returns {{element: HTMLElement, update: (certificates: Certificate[]) => void}}
 */
export function certificateList() {
  const list = h('ul', { class: 'certificate-list' });
  const none = h('p', { class: 'panel-empty' }, t('worker.certificates.none'));
  /** @type {Certificate[] | null} */
  let shown = null;
  return {
    element: h('div', {}, list, none),
    update(certificates) {
      show(none, certificates.length === 0);
      if (certificates === shown) return;
      shown = certificates;
      list.replaceChildren(...[...certificates].sort(byUrgency).map(listEntry));
    },
  };
}

/** @param {Certificate} certificate */
function listEntry(certificate) {
  const { path } = certificate;
  if ('error' in certificate) {
    return h(
      'li',
      {},
      h('div', { class: 'certificate-path certificate-broken', dir: 'ltr', title: path }, path),
      unreadableBadge(),
      h('div', { class: 'certificate-error' }, certificate.error),
    );
  }
  const days = badge();
  setDays(days, certificate.days_left);
  return h(
    'li',
    {},
    h('div', { class: 'certificate-subject' }, h('bdi', {}, certificate.subject)),
    days,
    h('div', { class: 'certificate-path', dir: 'ltr' }, path),
  );
}
