// Goal: what the page concludes from the data is right: staleness, rates, order, what needs attention.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  attention,
  attentionCount,
  byTrouble,
  possibleActions,
  rateHistory,
  runEnd,
  networkRate,
  severity,
  statusAt,
  totals,
  workerFrom,
} from '../../../static/js/cluster.js';
import { certificateLevel, shareLevel } from '../../../static/js/thresholds.js';

const AT = Date.parse('2025-11-17T10:30:00.000Z');

/** @param {Partial<import('../../../static/js/types.js').Summary>} changes @returns {import('../../../static/js/types.js').Summary} */
const summary = (changes = {}) => ({
  timestamp: '2025-11-17T10:29:50.000Z',
  status: 'online',
  mode: 'daemon',
  current_interval: 30,
  fresh_until: '2025-11-17T10:30:45.000Z',
  cpu_percent: 10,
  memory_percent: 20,
  disk_percent: 30,
  load1: 0.1,
  network_bytes_sent: 1000,
  network_bytes_recv: 2000,
  services_total: 2,
  services_running: 2,
  services_stopped: 0,
  services_error: 0,
  services_revision: 1,
  certificates_total: 0,
  certificate_days_left: null,
  ...changes,
});
/** @param {string} id @param {Parameters<typeof summary>[0]} [changes] @param {number} [now] */
const worker = (id, changes, now = AT) => workerFrom(id, summary(changes), now);

test('a_daemon_that_is_not_heard_is_stale_and_15_seconds_later_needs_attention', () => {
  const heard = Date.parse('2025-11-17T10:30:00.000Z');
  const daemon = summary({ last_heard: '2025-11-17T10:30:00.000Z', fresh_until: '2025-11-17T10:30:30.000Z' });
  const after = (/** @type {number} */ seconds) => statusAt(daemon, heard + seconds * 1000);
  assert.deepEqual([0, 30, 31, 45, 46, 600].map(after), ['online', 'online', 'stale', 'stale', 'silent', 'silent']);
  assert.equal(statusAt(summary({ status: 'offline' }), AT + 600_000), 'offline');
  assert.equal(statusAt(summary({ status: 'stale' }), AT), 'stale', 'the coordinator knows it already');
});

test('a_cron_worker_needs_attention_as_soon_as_it_is_overdue', () => {
  const cron = summary({ mode: 'cron' });
  assert.deepEqual(
    [0, 45_000, 45_001].map((ms) => statusAt(cron, AT + ms)),
    ['online', 'online', 'silent'],
  );
});

test('a_worker_that_lost_its_stream_needs_attention_at_once_and_no_less_than_after_a_goodbye', () => {
  const killed = worker('killed', { status: 'stale', stream_lost: '2025-11-17T10:29:59.000Z' });
  assert.equal(killed.status, 'silent');
  assert.ok(severity(killed) > severity(worker('left', { status: 'offline' })));
  assert.deepEqual(
    attention([killed]).map(({ kind, level }) => [kind, level]),
    [['silent', 'danger']],
  );
});

test('a_missing_worker_stays_and_its_old_values_are_no_trouble_of_now', () => {
  const changes = { disk_percent: 99, cpu_percent: 99, services_error: 1 };
  const gone = workerFrom('gone', summary(changes), AT, true);
  assert.deepEqual(
    attention([gone]).map(({ kind, workers }) => [kind, workers.length]),
    [['missing', 1]],
  );
  assert.equal(totals([gone]).error, 0);
  assert.equal(totals([gone]).unknown, 2);
});

test('of_the_coordinator_its_own_row_tells_and_silence_is_not_called_well', () => {
  const silent = worker('coordinator', { status: 'stale', stream_lost: '2025-11-17T10:29:59.000Z' });
  assert.deepEqual(
    attention([], silent).map(({ kind, level, status }) => [kind, level, status]),
    [['coordinator', 'danger', 'silent']],
  );
  assert.deepEqual(
    attention([], null).map(({ kind, level, status }) => [kind, level, status]),
    [['coordinator', 'warning', 'unreported']],
  );
  assert.deepEqual(attention([], worker('coordinator')), []);
  assert.deepEqual(attention([], undefined), []);
});

test('the_count_has_each_trouble_of_each_machine', () => {
  const rows = attention([worker('a', { disk_percent: 95, services_error: 1 }), worker('b', { disk_percent: 86 })], null);
  assert.deepEqual(attentionCount(rows), { count: 4, level: 'danger' });
  assert.deepEqual(attentionCount([]), { count: 0, level: null });
});

test('a_bar_is_red_exactly_where_its_worker_needs_attention', () => {
  for (const metric of /** @type {const} */ (['cpu_percent', 'memory_percent', 'disk_percent'])) {
    for (let share = 0; share <= 100; share++) {
      const [row] = attention([worker('a', { [metric]: share })]);
      assert.equal(row?.level ?? 'ok', shareLevel(metric, share), `${metric} ${share}`);
    }
    assert.equal(shareLevel(metric, null), 'ok');
  }
});

test('a_certificate_has_the_same_level_in_every_place_and_an_expired_one_is_named', () => {
  for (let days = -2; days <= 31; days++) {
    const level = certificateLevel(days);
    const [row] = attention([worker('a', { certificate_days_left: days })]);
    assert.equal(row?.level ?? 'ok', level === 'expired' ? 'danger' : level, `${days} days`);
    assert.equal(row?.kind === 'expired', level === 'expired', `${days} days`);
  }
});

test('a_history_of_counters_becomes_rates_and_has_a_gap_where_they_begin_anew', () => {
  const point = (/** @type {number} */ second, /** @type {number} */ received) => ({
    timestamp: `2025-11-17T10:30:${second}.000Z`,
    cpu_percent: 1,
    memory_percent: 1,
    disk_percent: 1,
    network_bytes_recv: received,
  });
  const rates = rateHistory([point(10, 1000), point(20, 6000), point(30, 50), point(40, 60)]);
  assert.deepEqual(
    rates.map((rate) => rate.network_bytes_recv),
    [null, 500, null, 1],
  );
  assert.equal(rates[1].disk_read_bytes, null, 'what is not told is no zero');
});

test('the_traffic_of_a_worker_is_known_at_once_or_not_at_all', () => {
  const rates = { network_receive_bytes_per_second: 50, network_transmit_bytes_per_second: 100 };
  assert.equal(networkRate(worker('a', rates).summary), 150);
  assert.equal(networkRate(worker('a', { ...rates, network_receive_bytes_per_second: null }).summary), null);
  assert.equal(networkRate(worker('a', {}).summary), null);
});

test('what_a_reporter_could_not_do_needs_attention_between_a_busy_cpu_and_a_full_memory', () => {
  const troubled = worker('troubled', { troubles_total: 2 });
  assert.deepEqual(
    attention([troubled, worker('well', { troubles_total: 0 })], worker('coordinator', { troubles_total: 1 })),
    [{ kind: 'reporter', level: 'warning', workers: [troubled, worker('coordinator', { troubles_total: 1 })] }],
  );
  assert.ok(severity(troubled) > severity(worker('busy', { cpu_percent: 95 })));
  assert.ok(severity(troubled) < severity(worker('full', { memory_percent: 90 })));
  const gone = worker('gone', { troubles_total: 2, status: 'offline' });
  assert.deepEqual(
    attention([gone]).map(({ kind }) => kind),
    ['offline'],
    'old values raise none',
  );
});

test('what_was_not_measured_is_no_trouble_and_no_zero', () => {
  const unknown = worker('a', { cpu_percent: null, memory_percent: null, disk_percent: null, load1: null });
  assert.equal(severity(unknown), 0);
  assert.deepEqual(attention([unknown]), []);
});

test('the_worst_come_first', () => {
  const list = [
    worker('fine'),
    worker('busy', { cpu_percent: 80 }),
    worker('broken', { services_error: 1 }),
    worker('gone', { status: 'offline' }),
    worker('full', { disk_percent: 92 }),
    worker('expiring', { certificate_days_left: 5 }),
  ];
  assert.deepEqual(
    list.sort(byTrouble).map(({ id }) => id),
    ['gone', 'broken', 'full', 'expiring', 'busy', 'fine'],
  );
  assert.equal(severity(worker('fine')), 0);
});

test('attention_names_each_kind_once_with_its_workers', () => {
  const rows = attention([
    worker('a', { disk_percent: 90 }),
    worker('b', { disk_percent: 95, services_error: 2 }),
    worker('c'),
  ]);
  assert.deepEqual(
    rows.map(({ kind, workers }) => [kind, workers.map(({ id }) => id)]),
    [
      ['service', ['b']],
      ['disk', ['a', 'b']],
    ],
  );
});

test('a_certificate_of_30_days_is_no_trouble_yet', () => {
  assert.deepEqual([30, 29, 7, 6, 0, -1].map(certificateLevel), [
    'ok',
    'warning',
    'warning',
    'danger',
    'danger',
    'expired',
  ]);
  assert.equal(attention([worker('a', { certificate_days_left: 30 })]).length, 0);
});

test('totals_count_workers_and_services_by_status', () => {
  assert.deepEqual(totals([worker('a'), worker('b', { status: 'offline', services_running: 1, services_error: 1 })]), {
    online: 1,
    stale: 0,
    silent: 0,
    offline: 1,
    missing: 0,
    running: 2,
    stopped: 0,
    error: 0,
    unknown: 2,
  });
});

test('what_can_be_done_to_a_service_follows_how_it_is', () => {
  const service = (/** @type {any} */ changes) => ({ actions: ['start', 'stop', 'restart'], installed: true, ...changes });
  assert.deepEqual(possibleActions(service({ status: 'running' })), ['stop', 'restart']);
  assert.deepEqual(possibleActions(service({ status: 'stopped' })), ['start', 'restart']);
  assert.deepEqual(possibleActions(service({ status: 'error', detail: 'failed (failed)' })), ['start', 'restart']);
  const dying = service({ status: 'error', detail: 'activating (auto-restart)' });
  assert.deepEqual(possibleActions(dying), ['start', 'stop', 'restart'], 'what dies again and again can be stopped');
  assert.deepEqual(possibleActions(service({ status: 'error', installed: false })), []);
});

test('how_the_last_run_ended_is_found_in_the_words_of_the_manager', () => {
  const end = (/** @type {any} */ service) => runEnd(service);
  assert.equal(end({ detail: 'failed (failed)', last_failure: { message: 'exit-code, exit status 203' } }), '203');
  assert.equal(end({ detail: 'exited (137), out of memory' }), '137');
  assert.equal(end({ detail: 'failed (failed)', last_failure: { message: 'signal, signal 9' } }), 'signal 9');
  assert.equal(end({ detail: 'active (running)', last_failure: null }), '');
});
