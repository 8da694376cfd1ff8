// The audit: who did what to which node, and how it ended.
import { h } from '../dom.js';
import { time } from '../format.js';
import { t } from '../i18n.js';
import { badge, setBadge } from './badge.js';
import { table } from './table.js';

/**
 * @typedef {object} AuditEntry
 * @property {string} timestamp
 * @property {string} user
 * @property {string} action
 * @property {string | null} node_id
 * @property {string | null} target
 * @property {string} result
 * @property {string | null} message
 * @property {string | null} address
 */

/** A result → the colour of its badge. @type {{[result: string]: string}} */
const RESULTS = { succeeded: 'ok', queued: 'warning', failed: 'danger', refused: 'danger' };

/** Makes the table. @param {AuditEntry[]} entries newest first */
export function auditTable(entries) {
  const columns = ['when', 'user', 'action', 'node', 'target', 'result'].map((column) => t(`audit.${column}`));
  return table(
    columns,
    entries.map((entry) => {
      const result = badge();
      setBadge(result, RESULTS[entry.result] ?? 'idle', t(`audit.${entry.result}`));
      const reason = entry.result === 'succeeded' ? null : entry.message;
      return [
        h('span', { class: 'text-nowrap' }, time(entry.timestamp)),
        h('bdi', { title: entry.address }, entry.user),
        actionText(entry.action),
        entry.node_id ?? '',
        h('bdi', {}, entry.target ?? ''),
        h('div', {}, result, reason && h('div', { class: 'audit-reason' }, h('bdi', {}, reason))),
      ];
    }),
  );
}

/**
 * An action in words, or its name if the language has none for it.
 * @param {string} action
 */
function actionText(action) {
  const key = `did.${action}`;
  const text = t(key);
  return text === key ? action : text;
}
