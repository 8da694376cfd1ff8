// A worker's report with every field of the contract, for tests that speak the worker channel themselves.

/** `metrics` as a machine at rest would tell it. @param {Record<string, unknown>} [changes] */
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
    timestamp: '2025-11-17T10:30:00.123Z',
    ...changes,
  };
}

/** @param {Record<string, unknown>} [changes] */
export function service(changes = {}) {
  return {
    status: 'running',
    installed: true,
    description: 'Web server',
    driver: 'systemd',
    uptime: 3600,
    actions: ['start', 'stop', 'restart'],
    ...changes,
  };
}

/** @param {string} node @param {Record<string, unknown>} [changes] */
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

/** @param {Record<string, unknown>} [changes] */
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

/** A log entry. @param {string} message @param {Record<string, unknown>} [changes] */
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
