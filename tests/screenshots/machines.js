// The machines of the cluster in the pictures: what each is for, how busy it is, what runs and what is written on it.

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * @typedef {object} Machine
 * @property {number} cores
 * @property {number} memory GiB
 * @property {number} disk GiB
 * @property {[cpu: number, memory: number, disk: number]} load percent, around which it moves
 * @property {[received: number, sent: number]} network MiB/s
 * @property {[read: number, write: number]} io MiB/s
 * @property {string[]} services names of SERVICES; `name!` is in error, `name-` stopped
 * @property {[subject: string, days: number][]} [certificates]
 */

/** @type {{[node: string]: Machine}} */
export const MACHINES = {
  coordinator: {
    cores: 4,
    memory: 8,
    disk: 80,
    load: [14, 41, 37],
    network: [1.2, 2.1],
    io: [0.1, 0.9],
    services: ['redis', 'nginx'],
    certificates: [['CN=cluster.example.org', 74]],
  },
  'web-1': {
    cores: 8,
    memory: 16,
    disk: 120,
    load: [34, 48, 41],
    network: [6, 21],
    io: [0.3, 1.2],
    services: ['nginx', 'shop', 'certbot-'],
    certificates: [['CN=shop.example.org', 61]],
  },
  'web-2': {
    cores: 8,
    memory: 16,
    disk: 120,
    load: [29, 46, 43],
    network: [5, 19],
    io: [0.3, 1.1],
    services: ['nginx', 'shop!', 'certbot-'],
    certificates: [['CN=www.example.org', 12]],
  },
  'db-1': {
    cores: 16,
    memory: 64,
    disk: 960,
    load: [46, 78, 66],
    network: [9, 14],
    io: [11, 24],
    services: ['postgresql', 'pgbouncer'],
    certificates: [['CN=db-1.internal', 212]],
  },
  'db-2': {
    cores: 16,
    memory: 64,
    disk: 960,
    load: [17, 71, 93.4],
    network: [8, 2],
    io: [2, 21],
    services: ['postgresql', 'pgbouncer-'],
    certificates: [['CN=db-2.internal', 212]],
  },
  'cache-1': { cores: 4, memory: 32, disk: 60, load: [9, 63, 18], network: [4, 7], io: [0, 0.1], services: ['redis'] },
  'queue-1': {
    cores: 4,
    memory: 16,
    disk: 120,
    load: [21, 38, 52],
    network: [2, 2],
    io: [0.4, 3],
    services: ['rabbitmq', 'mailer'],
    certificates: [['CN=mail.example.org', 3]],
  },
  'build-1': { cores: 32, memory: 128, disk: 480, load: [57, 44, 58], network: [3, 1], io: [14, 38], services: ['runner'] },
};

/** Name → what it is, and how it is driven. @type {{[name: string]: [description: string, driver: string]}} */
export const SERVICES = {
  nginx: ['Web server', 'systemd'],
  shop: ['The shop: orders and payments', 'docker'],
  certbot: ['Renews certificates', 'systemd'],
  postgresql: ['Database', 'systemd'],
  pgbouncer: ['Connection pool of the database', 'systemd'],
  redis: ['Cache and sessions', 'systemd'],
  rabbitmq: ['Message broker', 'systemd'],
  mailer: ['Sends what the shop promised', 'exec'],
  runner: ['Builds and tests', 'docker'],
};

/** What services write. @type {{[name: string]: [level: string, text: string][]}} */
export const LINES = {
  nginx: [
    ['INFO', 'GET /basket 200 4312 12ms'],
    ['INFO', 'GET /products?page=3 200 18211 31ms'],
    ['INFO', 'POST /orders 201 512 84ms'],
    ['WARNING', 'upstream response time 2.4s for GET /search?q=lamp'],
  ],
  shop: [
    ['INFO', 'order 48112 paid: 3 items, 74.90 EUR'],
    ['DEBUG', 'basket of session 9f27 saved'],
    ['WARNING', 'payment provider answered 503, next attempt in 2 s'],
    ['ERROR', 'order 48097: no connection to postgresql: timeout after 5000 ms'],
  ],
  postgresql: [
    ['INFO', 'checkpoint complete: wrote 1881 buffers (11.5%)'],
    ['INFO', 'automatic vacuum of table "shop.public.orders": index scans: 1'],
    ['WARNING', 'duration: 1834.212 ms statement: SELECT * FROM orders WHERE customer_id = $1'],
  ],
  redis: [
    ['INFO', '100 changes in 300 seconds. Saving...'],
    ['INFO', 'Background saving terminated with success'],
  ],
  rabbitmq: [['INFO', 'closing AMQP connection (10.0.0.14:48112 -> 10.0.0.31:5672)']],
  mailer: [
    ['INFO', 'sent order-confirmation to customer 20811'],
    ['ERROR', 'smtp: 451 4.7.1 greylisted, trying again in 300 s'],
  ],
  runner: [
    ['INFO', 'job 9121: make test: 412 passed, 0 failed'],
    ['DEBUG', 'cache hit for node_modules-3f1c'],
  ],
  pgbouncer: [['INFO', 'stats: 412 xacts/s, 988 queries/s, in 412311 B/s, out 1022331 B/s']],
};

/**
 * A number that wanders about its middle, the same for the same moment: two waves and some noise.
 * @param {number} seed
 * @param {number} seconds
 */
function wander(seed, seconds) {
  const noise = Math.sin(seed * 12.9898 + seconds * 78.233) * 43758.5453;
  const random = noise - Math.floor(noise) - 0.5;
  return 1 + 0.22 * Math.sin(seconds / 310 + seed) + 0.12 * Math.sin(seconds / 97 + 2 * seed) + 0.16 * random;
}

/** What a counter that grows at about this rate has come to. @param {number} rate bytes a second @param {number} seed @param {number} seconds */
function counter(rate, seed, seconds) {
  return Math.round(rate * (seconds - 150 * Math.cos(seconds / 310 + seed) + 20 * wander(seed + 5, seconds)));
}

const BEGINNING_S = Date.parse('2025-06-01T00:00:00Z') / 1000;

/**
 * A machine's metrics at a moment, as its reporter would tell them.
 * @param {string} node
 * @param {number} ms
 */
export function metricsAt(node, ms) {
  const { cores, memory, disk, load, network, io } = MACHINES[node];
  const seed = [...node].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const seconds = ms / 1000 - BEGINNING_S;
  const cpu = Math.min(97, load[0] * wander(seed, seconds));
  const memoryPercent = load[1] * (0.94 + 0.06 * wander(seed + 1, seconds));
  const round = (/** @type {number} */ value) => Math.round(value * 100) / 100;
  const share = (/** @type {number} */ gib, /** @type {number} */ percent) => {
    const total = gib * GIB;
    const used = Math.round((total * percent) / 100);
    return { percent: round(percent), total, used, free: total - used, available: total - used };
  };
  return {
    cpu_percent: round(cpu),
    cpu_count: cores,
    memory: share(memory, memoryPercent),
    disk: share(disk, load[2]),
    memory_usage_mb: 5.4,
    load_average: [1, 0.96, 0.91].map((part) => round((part * cores * load[0]) / 100)),
    disk_io: {
      read_bytes: counter(io[0] * MIB, seed + 2, seconds),
      write_bytes: counter(io[1] * MIB, seed + 3, seconds),
      read_count: 0,
      write_count: 0,
    },
    network_io: {
      bytes_recv: counter(network[0] * MIB, seed, seconds),
      bytes_sent: counter(network[1] * MIB, seed + 1, seconds),
      packets_recv: 0,
      packets_sent: 0,
    },
    process_count: 96 + (seed % 90),
    timestamp: new Date(ms).toISOString(),
  };
}
