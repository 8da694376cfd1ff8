// Goal: long lists come in the order that was asked for, and names are compared only when somebody has come or gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../../lib/custom-event.js';
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
