// A coordinator as `make up` would start it, in a folder and on a port of its own, with the sizes that are shipped.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { Stack, freePort } from '../../lib/stack.js';

/** The defaults of fcgi/main.c and scripts/nginx-config.sh, said aloud since the tests' stacks are smaller. */
const SIZES = { P2PDASH_NGINX_WORKERS: '2', P2PDASH_API_KEEPALIVE: '4' };

/**
 * @param {{ site?: string }} [options] `site`: text added to nginx's sites, so that a peer stands behind the same nginx
 * @returns {Promise<Stack>}
 */
export async function startCoordinator({ site } = {}) {
  const stack = new Stack(
    { parts: ['redis', 'api', 'relay'], workers: 16, waitWorkers: 32, env: SIZES },
    await freePort(),
  );
  await stack.start();
  if (site) appendFileSync(join(stack.folder, 'nginx/sites/plain.conf'), site);
  stack.nginx.start();
  stack.parts = ['redis', 'api', 'relay', 'nginx'];
  await stack.ready();
  return stack;
}

/** HOST:PORT of its nginx, as the probe wants it. @param {Stack} stack */
export const addressOf = (stack) => `127.0.0.1:${stack.port}`;

/** The report a real reporter would send from here, as the body of POST /api/reporter/report. @param {Stack} stack @param {string} node */
export async function realReport(stack, node) {
  const reporter = await stack.reporter(node);
  return { ...(await reporter.print()), worker_id: node };
}
