// A worker's report as p2pdash-reporter sends it, with three services.

/** @param {string} running the service's name @param {string} description */
const service = (running, description) => ({
  [running]: { status: 'running', installed: true, description, driver: 'systemd', uptime: 86_400.25 },
});

/**
 * @param {string} node
 * @param {{ description?: string }} [options] of its first service
 */
export function sampleReport(node, { description = 'A high performance web server' } = {}) {
  const timestamp = new Date().toISOString();
  return {
    worker_id: node,
    mode: 'daemon',
    interval: 60,
    metrics: {
      cpu_percent: 12.53,
      cpu_count: 2,
      memory: { percent: 41.2, total: 25_276_334_080, available: 14_862_484_439, used: 10_413_849_641 },
      disk: { percent: 18.4, total: 270_553_174_016, free: 220_771_389_997, used: 49_781_784_019 },
      memory_usage_mb: 5.31,
      load_average: [0.42, 0.37, 0.31],
      disk_io: { read_bytes: 1_268_580_352, write_bytes: 9_713_016_832, read_count: 48_213, write_count: 310_442 },
      network_io: { bytes_sent: 871_234_551, bytes_recv: 2_913_774_120, packets_sent: 1_923_113, packets_recv: 2_411_530 },
      process_count: 131,
      timestamp,
    },
    services: {
      ...service('nginx', description),
      ...service('postgresql', 'The database'),
      ...service('app', 'What the machine is for'),
    },
  };
}
