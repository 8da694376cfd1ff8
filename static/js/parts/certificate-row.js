// A certificate as a row that opens to its details, and as an entry of the short list of one node.
import { certificateLevel } from '../cluster.js';
import { h, icon, setAttribute, show } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { workerUrl } from '../router.js';
import { badge, setDays } from './badge.js';

/** @typedef {import('../types.js').Certificate} Certificate */

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
 * Makes rows for a VirtualList.
 * @param {(key: string) => boolean} isOpen whether the row with this key shows its details
 */
export function certificateRows(isOpen) {
  return {
    key: keyOf,
    create: certificateRow,
    /** @param {HTMLElement} element @param {Certificate} certificate */
    update(element, certificate) {
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

/** @param {Certificate} certificate */
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

/** @param {Certificate} certificate */
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
 * The certificates of one node, the first to expire on top.
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
      list.replaceChildren(...[...certificates].sort((a, b) => a.days_left - b.days_left).map(listEntry));
    },
  };
}

/** @param {Certificate} certificate */
function listEntry({ days_left, subject, path }) {
  const days = badge();
  setDays(days, days_left);
  return h(
    'li',
    {},
    h('div', { class: 'certificate-subject' }, h('bdi', {}, subject)),
    days,
    h('div', { class: 'certificate-path', dir: 'ltr' }, path),
  );
}
