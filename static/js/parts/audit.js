// Who did what to which node: the rows of the audit, and what was done last to each service.
import * as api from '../api.js';
import { h } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { commandKey } from '../store.js';
import { badge, setBadge } from './badge.js';

const READ = 500;

/**
 * @typedef {object} AuditEntry
 * @property {string} timestamp
 * @property {string} user
 * @property {string} action
 * @property {string} [node_id]
 * @property {string} [target]
 * @property {string} result
 */

/** @returns {Promise<Map<string, {user: string, action: string, timestamp: string}>>} by node and service */
export async function lastActions() {
  const { audit } = await api.audit(READ);
  const last = new Map();
  for (const entry of /** @type {AuditEntry[]} */ (audit)) {
    const key = commandKey(entry.node_id ?? '', entry.target ?? '');
    if (!last.has(key)) last.set(key, entry);
  }
  return last;
}

/** @param {AuditEntry[]} entries newest first */
export function auditTable(entries) {
  const columns = ['when', 'user', 'action', 'node', 'target', 'result'];
  return h(
    'table',
    { class: 'table admin-table' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        columns.map((column) => h('th', { scope: 'col' }, t(`audit.${column}`))),
      ),
    ),
    h(
      'tbody',
      {},
      entries.map((entry) => {
        const result = badge();
        setBadge(result, entry.result === 'success' ? 'ok' : 'danger', entry.result);
        return h(
          'tr',
          {},
          h('td', { class: 'text-nowrap' }, time(entry.timestamp)),
          h('td', {}, h('bdi', {}, entry.user)),
          h('td', {}, entry.action),
          h('td', {}, entry.node_id ?? ''),
          h('td', {}, h('bdi', {}, entry.target ?? '')),
          h('td', {}, result),
        );
      }),
    ),
  );
}
