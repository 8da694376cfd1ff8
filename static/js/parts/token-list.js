// The tokens of workers: a table that can be searched and sorted, and the question before one is revoked.
import { openDialog } from '../dialog.js';
import { h, icon, setText, show } from '../dom.js';
import { NOTHING, relative, time } from '../format.js';
import { t } from '../i18n.js';
import { searchBox, select } from './page.js';
import { nothingFound } from './states.js';
import { table } from './table.js';

/**
 * @typedef {{id: string, node_id: string, name: string | null, created_at: string, expires_at: string,
 *   last_used: string | null}} Token
 */

/** Order → how two tokens compare. A token that was never used is the first to doubt. @type {{[order: string]: (a: Token, b: Token) => number}} */
const ORDERS = {
  node: (a, b) => a.node_id.localeCompare(b.node_id, 'en', { numeric: true }) || b.created_at.localeCompare(a.created_at),
  newest: (a, b) => b.created_at.localeCompare(a.created_at),
  oldest: (a, b) => a.created_at.localeCompare(b.created_at),
  unused: (a, b) => (a.last_used ?? '').localeCompare(b.last_used ?? ''),
  expires: (a, b) => a.expires_at.localeCompare(b.expires_at),
};

/** A time as how long ago it was, with the time itself as a tooltip. @param {string | null} instant @param {number} now */
function ago(instant, now) {
  if (!instant) return h('span', { class: 'token-never' }, t('token.unused'));
  return h('span', { title: time(instant) }, relative(instant, now));
}

/** @param {Token} token @param {number} now */
function cells(token, now) {
  return [
    h('bdi', { class: 'fw-semibold' }, token.node_id),
    token.name ? h('bdi', {}, token.name) : h('span', { class: 'token-never' }, NOTHING),
    ago(token.created_at, now),
    ago(token.last_used, now),
    h('span', { title: time(token.expires_at) }, time(token.expires_at, 'date')),
    h(
      'button',
      {
        type: 'button',
        class: 'btn btn-sm btn-outline-danger apart',
        'data-action': 'revoke-token',
        'data-id': token.id,
        title: t('token.revoke'),
        'aria-label': t('token.revoke.of', { token: labelOf(token) }),
      },
      icon('slash-circle'),
      ' ',
      t('token.revoke'),
    ),
  ];
}

/** What a token is called where there are many. @param {Token} token */
function labelOf({ node_id, name, id }) {
  return name ? `${node_id} · ${name}` : `${node_id} · ${id.slice(0, 8)}`;
}

/**
 * The controls and the table.
 * @param {Token[]} tokens
 * @param {number} now ms, on the coordinator's clock
 * @returns {Node[]}
 */
export function tokenList(tokens, now) {
  const search = searchBox(t('tokens.search'), '');
  const order = select(
    t('tokens.order'),
    'order',
    Object.keys(ORDERS).map((name) => [name, t(`tokens.order.${name}`)]),
    'node',
  );
  const count = h('p', { class: 'count admin-count', role: 'status' });
  const none = nothingFound();
  const element = table(
    [t('worker.id'), t('token.name'), t('created'), t('token.used'), t('expires'), t('column.actions')],
    tokens.map((token) => cells(token, now)),
  );
  const body = element.tBodies[0];
  const rows = new Map([...body.rows].map((row, index) => [tokens[index], row]));
  const update = () => {
    const needle = search.value.toLowerCase();
    const found = tokens
      .filter(({ node_id, name, id }) => `${node_id} ${name ?? ''} ${id}`.toLowerCase().includes(needle))
      .sort(ORDERS[order.value]);
    body.replaceChildren(...found.map((token) => /** @type {Node} */ (rows.get(token))));
    setText(count, t('workers.count', { count: found.length, total: tokens.length }));
    show(element, found.length > 0);
    show(/** @type {HTMLElement} */ (none), found.length === 0);
  };
  search.addEventListener('input', update);
  order.addEventListener('change', update);
  update();
  return [h('div', { class: 'admin-toolbar admin-controls' }, search, order, count), element, none];
}

/**
 * Asks whether this very token shall end.
 * @param {Token} token
 * @param {number} others how many other tokens its worker has
 * @param {number} now
 */
export async function confirmRevoke(token, others, now) {
  /** @type {[string, string][]} */
  const facts = [
    [t('worker.id'), token.node_id],
    [t('token.name'), token.name ?? NOTHING],
    [t('created'), `${time(token.created_at)} (${relative(token.created_at, now)})`],
    [t('token.used'), token.last_used ? `${time(token.last_used)} (${relative(token.last_used, now)})` : t('token.unused')],
    [t('token.id'), token.id],
  ];
  const { value } = await openDialog({
    title: t('token.revoke.title'),
    body: [
      h('dl', { class: 'dialog-facts' }, facts.flatMap(([name, text]) => [h('dt', {}, name), h('dd', {}, h('bdi', {}, text))])),
      h('p', { class: 'mb-0' }, t('token.revoke.text', { node: token.node_id })),
      h('p', { class: 'mb-0' }, t(others > 0 ? 'token.revoke.others' : 'token.revoke.last', { count: others })),
    ],
    buttons: [
      { value: '', label: t('cancel'), kind: 'secondary' },
      { value: 'yes', label: t('token.revoke'), kind: 'danger' },
    ],
  });
  return value === 'yes';
}
