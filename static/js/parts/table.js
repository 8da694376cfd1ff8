// A short table with all its rows in the page. On a phone each row becomes a card whose cells name their column.
import { h } from '../dom.js';

/**
 * Makes a table.
 * @param {string[]} columns
 * @param {(Node | string)[][]} rows
 */
export function table(columns, rows) {
  const head = columns.map((column) => h('th', { scope: 'col' }, column));
  const body = rows.map((cells) =>
    h(
      'tr',
      {},
      cells.map((cell, index) => h('td', { 'data-label': columns[index] }, cell)),
    ),
  );
  return h('table', { class: 'table small-table' }, h('thead', {}, h('tr', {}, head)), h('tbody', {}, body));
}
