// The programs that ours are compared with: Debian's packages, each with sockets and a folder of its own. Their
// configurations are files in tests/bench/peers, in which ${NAME} is filled in.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { Program, ROOT, freePort, temporaryFolder, waitFor } from '../../lib/stack.js';

/** @param {string} file of tests/bench/peers @param {Record<string, string | number>} values */
export function peerConfig(file, values) {
  const template = readFileSync(join(ROOT, 'tests/bench/peers', file), 'utf8');
  return template.replace(/\$\{(\w+)\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`${file}: no value for ${name}`);
    return String(values[name]);
  });
}

/** @param {number} port */
const answers = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket.destroy()));
    socket.once('error', reject);
  });

/**
 * @param {string} name
 * @param {string[]} command
 * @param {{ folder: string, port?: number }} where it listens
 */
async function startPeer(name, command, { folder, port }) {
  const program = new Program(name, command, { log: join(folder, `${name}.log`), checked: false }).start();
  if (port) await waitFor(() => answers(port), { what: `${name} to listen` });
  return program;
}

/** Redis on a port and a socket, without persistence. */
export async function startRedis() {
  const folder = temporaryFolder();
  const port = await freePort();
  const socket = join(folder, 'redis.sock');
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--unixsocket', socket, '--dir', folder];
  const program = await startPeer('redis-server', ['redis-server', ...options, '--save', ''], { folder, port });
  return { program, port, socket };
}

/** Webdis in front of a Redis. @param {string} redis path of its socket @param {number} port */
export async function startWebdis(redis, port) {
  const folder = temporaryFolder();
  const file = join(folder, 'webdis.json');
  writeFileSync(file, peerConfig('webdis.json', { REDIS: redis, PORT: port, LOG: join(folder, 'requests.log') }));
  return { program: await startPeer('webdis', ['webdis', file], { folder, port }) };
}

/** Sets what webdis serves at /GET/bench.txt. @param {import('../../lib/stack.js').Stack} stack whose Redis it asks @param {string} text */
export function giveWebdis(stack, text) {
  execFileSync('redis-cli', ['-s', join(stack.folder, 'redis.sock'), '-x', 'SET', 'bench'], { input: text });
}

/**
 * Text for nginx's sites: webdis behind our own nginx, with the headers that our answers have, and an answer that
 * nginx gives by itself.
 * @param {number} port @param {number} webdis its port
 */
export const peerSite = (port, webdis) => peerConfig('behind-nginx.conf', { PORT: port, WEBDIS_PORT: webdis });

/** nginx with nchan, which keeps its channels in a Redis. @param {number} redisPort */
export async function startNchan(redisPort) {
  const folder = temporaryFolder();
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  mkdirSync(join(folder, 'tmp'));
  writeFileSync(file, peerConfig('nchan.conf', { PORT: port, REDIS_PORT: redisPort, USER: userDirective() }));
  const command = ['nginx', '-e', 'stderr', '-p', `${folder}/`, '-c', file];
  return { program: await startPeer('nchan', command, { folder, port }), port };
}

/**
 * collectd, sampling once a second and sending to a UDP port of this machine.
 * @param {number} port
 * @param {{ processes: boolean }} options whether it counts processes too, for which it reads each one's files
 */
export async function startCollectd(port, { processes }) {
  const folder = temporaryFolder();
  const file = join(folder, 'collectd.conf');
  const values = { FOLDER: folder, PORT: port, PROCESSES: processes ? 'LoadPlugin processes' : '' };
  writeFileSync(file, peerConfig('collectd.conf', values));
  return startPeer('collectd', ['collectd', '-f', '-C', file], { folder });
}

/** Monit, in the foreground. */
export async function startMonit() {
  const folder = temporaryFolder();
  const port = await freePort();
  const file = join(folder, 'monitrc');
  writeFileSync(file, peerConfig('monitrc', { FOLDER: folder, PORT: port }), { mode: 0o600 });
  return startPeer('monit', ['monit', '-I', '-c', file], { folder, port });
}

/** node_exporter with the collectors for the metrics of our report. It samples at each request. */
export async function startNodeExporter() {
  const folder = temporaryFolder();
  const port = await freePort();
  const collectors = ['cpu', 'meminfo', 'filesystem', 'loadavg', 'diskstats', 'netdev', 'stat'];
  const program = await startPeer(
    'node_exporter',
    [
      'prometheus-node-exporter',
      `--web.listen-address=127.0.0.1:${port}`,
      '--collector.disable-defaults',
      '--web.disable-exporter-metrics',
      ...collectors.map((name) => `--collector.${name}`),
    ],
    { folder, port },
  );
  return { program, port };
}

/** nginx's workers keep our user, since the folders belong to it. */
export const userDirective = () => (process.getuid?.() === 0 ? 'user root;' : '');
