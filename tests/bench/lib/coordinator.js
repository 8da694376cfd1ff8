// A coordinator as `make up` would start it, in a folder and on a port of its own, with the sizes that are shipped.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { Stack, freePort } from '../../lib/stack.js';

/** The default of scripts/nginx-config.sh. It is set here because the stacks of tests are smaller. */
const SIZES = { P2PDASH_NGINX_WORKERS: '2' };

/**
 * @param {object} [options]
 * @param {string} [options.site] text added to nginx's sites, so that a peer stands behind the same nginx
 * @param {boolean} [options.relay] whether the relay runs (default true)
 * @returns {Promise<Stack>}
 */
export async function startCoordinator({ site, relay = true } = {}) {
  /** @type {import('../../lib/stack.js').Part[]} */
  const parts = relay ? ['redis', 'api', 'relay'] : ['redis', 'api'];
  const stack = new Stack({ parts, workers: 16, waitWorkers: 32, env: SIZES }, await freePort());
  await stack.start();
  if (site) appendFileSync(join(stack.folder, 'nginx/sites/plain.conf'), site);
  stack.nginx.start();
  stack.parts = [...parts, 'nginx'];
  await stack.ready();
  return stack;
}

/** HOST:PORT of its nginx, as the probe wants it. @param {Stack} stack */
export const addressOf = (stack) => `127.0.0.1:${stack.port}`;
