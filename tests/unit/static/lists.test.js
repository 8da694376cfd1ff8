// Goal: long lists come in the order that was asked for, and names are compared only when somebody has come or gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../../lib/custom-event.js';
import { workerFrom } from '../../../static/js/cluster.js';
import { selectWorkers } from '../../../static/js/lists.js';
import { selectServices } from '../../../static/js/lists.js';
import { Store } from '../../../static/js/store.js';

/** @param {number} cpu_percent */
const summary = (cpu_percent) => /** @type {any} */ ({ status: 'online', cpu_percent });
/** @param {Store} store */
const names = (store) => store.workersByName().map(({ id }) => id);

test('workers_are_in_the_order_of_their_names_whoever_comes_and_goes', () => {
  const store = new Store();
  store.setCluster({ workers: { 'w-10': summary(1), 'w-9': summary(2) }, stats: /** @type {any} */ ({}) });
  assert.deepEqual(names(store), ['w-9', 'w-10']);
  store.changeCluster({ workers: { 'w-1': summary(3) } });
  assert.deepEqual(names(store), ['w-1', 'w-9', 'w-10']);
  store.changeCluster({ removed: ['w-9'] });
  assert.deepEqual(names(store), ['w-1', 'w-10']);
  store.setCluster({ workers: { b: summary(1), a: summary(1) }, stats: /** @type {any} */ ({}) });
  assert.deepEqual(names(store), ['a', 'b']);
});

test('their_newest_state_is_given_though_their_order_is_kept', () => {
  const store = new Store();
  store.setCluster({ workers: { b: summary(1), a: summary(1) }, stats: /** @type {any} */ ({}) });
  store.workersByName();
  store.changeCluster({ workers: { b: { cpu_percent: 77 } } });
  assert.deepEqual(
    store.workersByName().map((worker) => worker.summary.cpu_percent),
    [1, 77],
  );
});

/** @param {Partial<import('../../../static/js/types.js').Summary>} changes @param {string} id @param {boolean} [missing] */
const machine = (id, changes, missing = false) =>
  workerFrom(id, /** @type {any} */ ({ status: 'online', timestamp: '', ...changes }), 0, missing);

test('old_values_and_values_that_were_not_measured_come_last_in_both_directions', () => {
  const workers = [
    machine('gone', { cpu_percent: 99 }, true),
    machine('left', { cpu_percent: 0, status: 'offline' }),
    machine('low', { cpu_percent: 5 }),
    machine('high', { cpu_percent: 90 }),
    machine('unmeasured', { cpu_percent: null }),
  ];
  const sorted = (/** @type {boolean} */ desc) =>
    selectWorkers(workers, { q: '', status: '', sort: 'cpu', desc }).map(({ id }) => id);
  assert.deepEqual(sorted(true), ['high', 'low', 'gone', 'left', 'unmeasured']);
  assert.deepEqual(sorted(false), ['low', 'high', 'gone', 'left', 'unmeasured']);
});

test('a_missing_worker_stays_until_it_is_heard_or_removed', () => {
  const store = new Store();
  const missing = { node_id: 'a', last_seen: '2025-11-17T10:30:00.000Z', since: '', said_goodbye: false, summary: summary(1) };
  store.setCluster({ workers: {}, stats: /** @type {any} */ ({}), missing: { a: missing, b: missing } });
  assert.deepEqual([...store.workers.values()].map(({ id, status }) => [id, status]), [['a', 'missing'], ['b', 'missing']]);
  store.changeCluster({ missing: { b: null } });
  assert.deepEqual(names(store), ['a']);
  store.changeCluster({ workers: { a: summary(2) }, missing: { a: null } });
  assert.equal(store.workers.get('a')?.status, 'online');
  store.changeCluster({ removed: ['a'], missing: { a: missing } });
  assert.equal(store.workers.get('a')?.status, 'missing');
  assert.equal(store.workers.get('a')?.summary.last_heard, missing.last_seen);
});

test('points_from_http_and_from_the_socket_are_one_history_whichever_comes_first', () => {
  const point = (/** @type {number} */ index) => /** @type {any} */ ({ timestamp: new Date(index * 1000).toISOString() });
  const all = Array.from({ length: 100 }, (_, index) => point(index));
  const newest = all.slice(50);
  for (const httpFirst of [true, false]) {
    const store = new Store();
    if (httpFirst) store.addPoints('a', all);
    store.forgetHistory('a', newest);
    store.setNode('a', { state: null, points: newest });
    if (!httpFirst) store.addPoints('a', all);
    assert.deepEqual(store.nodes.get('a')?.history, all);
    store.forgetHistory('a', []);
    assert.deepEqual(store.nodes.get('a')?.history, [], 'a history that was cleared');
  }
});

/** @param {string} node @param {string} name @param {Partial<import('../../../static/js/types.js').Service>} [changes] */
const item = (node, name, changes) =>
  /** @type {import('../../../static/js/types.js').ServiceItem} */ ({
    node,
    name,
    service: { status: 'running', installed: true, description: '', driver: 'exec', uptime: 1, ...changes },
  });
const EVERY = { q: '', status: '', node: '', by: '', sort: 'worst' };
/** @param {import('../../../static/js/types.js').ServiceItem[]} items @param {Partial<typeof EVERY>} [wanted] */
const shown = (items, wanted) => selectServices(items, { ...EVERY, ...wanted }).map(({ node, name }) => `${node}/${name}`);

test('a_search_finds_the_service_of_this_name_before_those_that_mention_it', () => {
  const items = [
    item('a', 'mailer', { description: 'Mail of the shop', status: 'error' }),
    item('a', 'workshop'),
    item('b', 'shop-worker'),
    item('c', 'shop'),
    item('shop-1', 'db'),
  ];
  assert.deepEqual(shown(items, { q: 'Shop' }), ['c/shop', 'b/shop-worker', 'a/workshop', 'shop-1/db', 'a/mailer']);
  assert.deepEqual(shown(items, { q: 'nowhere' }), []);
});

test('the_worst_services_come_first_and_what_is_equal_keeps_its_order', () => {
  const items = [
    item('a', 'runs'),
    item('a', 'stopped', { status: 'stopped' }),
    item('a', 'absent', { status: 'error', installed: false }),
    item('a', 'unknown', { known: false }),
    item('b', 'bad', { status: 'error' }),
    item('b', 'also-runs'),
  ];
  assert.deepEqual(shown(items), ['b/bad', 'a/unknown', 'a/absent', 'a/stopped', 'a/runs', 'b/also-runs']);
});

test('services_are_sorted_as_asked', () => {
  const items = [
    item('a', 'w-10', { since: '2025-11-17T10:00:00.000Z', restarts: 2 }),
    item('b', 'w-9', { since: '2025-11-17T11:00:00.000Z', restarts: null }),
    item('c', 'w-9', { restarts: 0 }),
  ];
  assert.deepEqual(shown(items, { sort: 'name' }), ['b/w-9', 'c/w-9', 'a/w-10']);
  assert.deepEqual(shown(items, { sort: 'node' }), ['a/w-10', 'b/w-9', 'c/w-9']);
  assert.deepEqual(shown(items, { sort: 'since' }), ['b/w-9', 'a/w-10', 'c/w-9']);
  assert.deepEqual(shown(items, { sort: 'restarts' }), ['a/w-10', 'c/w-9', 'b/w-9']);
});

test('a_group_stands_where_its_worst_service_would_and_says_how_many_it_has', () => {
  const items = [item('a', 'db'), item('a', 'web'), item('b', 'db', { status: 'stopped' }), item('b', 'web')];
  assert.deepEqual(shown(items, { by: 'node' }), ['b/db', 'b/web', 'a/db', 'a/web']);
  assert.deepEqual(shown(items, { by: 'service' }), ['b/db', 'a/db', 'a/web', 'b/web']);
  const groups = selectServices(items, { ...EVERY, by: 'node' }).map(({ group }) => group);
  assert.deepEqual(groups, [{ title: 'b', count: 2 }, undefined, { title: 'a', count: 2 }, undefined]);
});
