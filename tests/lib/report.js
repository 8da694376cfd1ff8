// What a worker sends, with every field of the contract: for tests and benchmarks that speak the worker channel
// themselves. Each function takes the fields that differ from its defaults.

/** The `metrics` of a machine at rest. @param {Record<string, unknown>} [changes] */
export function metrics(changes = {}) {
  return {
    cpu_percent: 12.35,
    cpu_count: 4,
    memory: { percent: 50, total: 8_000_000_000, available: 4_000_000_000, used: 4_000_000_000 },
    disk: { percent: 25.5, total: 100_000_000_000, free: 74_500_000_000, used: 25_500_000_000 },
    memory_usage_mb: 5.5,
    load_average: [0.52, 0.58, 0.59],
    disk_io: { read_bytes: 1000, write_bytes: 2000, read_count: 10, write_count: 20 },
    network_io: { bytes_sent: 3000, bytes_recv: 4000, packets_sent: 30, packets_recv: 40 },
    process_count: 123,
    boot_time: '2025-11-08T04:12:00.000Z',
    timestamp: '2025-11-17T10:30:00.123Z',
    ...changes,
  };
}

/** One entry of `services`: nginx under systemd, running. @param {Record<string, unknown>} [changes] */
export function service(changes = {}) {
  return {
    status: 'running',
    installed: true,
    description: 'Web server',
    driver: 'systemd',
    uptime: 3600,
    detail: 'active (running)',
    since: '2025-11-17T09:30:00.000Z',
    restarts: 0,
    last_failure: null,
    actions: ['start', 'stop', 'restart'],
    ...changes,
  };
}

/** A whole report with the two above. @param {string} node @param {Record<string, unknown>} [changes] */
export function report(node, changes = {}) {
  return {
    worker_id: node,
    mode: 'daemon',
    interval: 60,
    metrics: metrics(),
    services: { nginx: service() },
    ...changes,
  };
}

/**
 * A report of the usual size, as p2pdash-reporter sends it now from a machine at work with three services. What is
 * measured depends on its length, so its numbers have as many digits as real ones.
 * @param {string} node
 * @param {{ description?: string }} [options] of its first service
 */
export function sampleReport(node, { description = 'A high performance web server' } = {}) {
  // These services list no actions.
  const running = (/** @type {string} */ text) => service({ description: text, uptime: 86_400.25, actions: undefined });
  return report(node, {
    metrics: metrics({
      cpu_percent: 12.53,
      cpu_count: 2,
      memory: { percent: 41.2, total: 25_276_334_080, available: 14_862_484_439, used: 10_413_849_641 },
      disk: { percent: 18.4, total: 270_553_174_016, free: 220_771_389_997, used: 49_781_784_019 },
      memory_usage_mb: 5.31,
      load_average: [0.42, 0.37, 0.31],
      disk_io: { read_bytes: 1_268_580_352, write_bytes: 9_713_016_832, read_count: 48_213, write_count: 310_442 },
      network_io: { bytes_sent: 871_234_551, bytes_recv: 2_913_774_120, packets_sent: 1_923_113, packets_recv: 2_411_530 },
      process_count: 131,
      boot_time: '2025-11-08T04:12:00.000Z',
      timestamp: new Date().toISOString(),
    }),
    services: {
      nginx: running(description),
      postgresql: running('The database'),
      app: running('What the machine is for'),
    },
  });
}

/** One entry of `certificates`. @param {Record<string, unknown>} [changes] */
export function certificate(changes = {}) {
  return {
    path: '/etc/ssl/certs/site.pem',
    subject: 'CN=example.org',
    issuer: 'CN=Example CA',
    serial: '0A1B',
    not_before: '2025-01-01T00:00:00.000Z',
    not_after: '2027-01-01T00:00:00.000Z',
    days_left: 400,
    sans: ['example.org', 'www.example.org'],
    fingerprint_sha256: 'AB:CD',
    key: 'RSA 2048',
    ...changes,
  };
}

/** One entry of a log batch. @param {string} message @param {Record<string, unknown>} [changes] */
export function entry(message, changes = {}) {
  return {
    timestamp: '2025-11-17T10:30:00.123Z',
    level: 'INFO',
    logger_name: 'Service.app',
    message,
    module: 'app',
    funcName: 'main',
    lineno: 42,
    ...changes,
  };
}
