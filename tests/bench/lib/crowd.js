// The setting in which the page is measured: a coordinator, a thousand simulated workers that report and log, a browser.

import { Browser } from '../../lib/browser.js';
import { Simulator, tokensFrom } from '../../load/simulator.js';
import { startCoordinator } from './coordinator.js';

/** The tabs that live data changes: their names and addresses. */
export const TABS = { Overview: '', Workers: '/workers', Services: '/services', Logs: '/logs' };

const WORKERS = 1000;
const INTERVAL_S = 30;

/**
 * Resolves when every worker has reported and log lines flow.
 * @param {number} linesPerSecond
 * @param {number} [workers]
 */
export async function startCrowd(linesPerSecond, workers = WORKERS) {
  const stack = await startCoordinator();
  const cluster = new Simulator({
    url: stack.url,
    tokenOf: tokensFrom(await stack.user('admin')),
    workers,
    interval: INTERVAL_S,
    lines: linesPerSecond,
  });
  const started = cluster.start();
  await stack.startReporter('coordinator', { settings: { min_interval: 5, max_interval: 5 } });
  await started;
  const browser = await Browser.launch(stack);
  return {
    stack,
    cluster,
    browser,
    /** Opens a view in a profile of its own. @param {string} path below /dashboard @param {() => void} [before] */
    open: (path, before) => browser.open({ path: `/dashboard${path}`, role: 'admin', before }),
    /** Ends all of it. A page in which something went wrong fails the measurement. */
    async stop() {
      cluster.stop();
      await browser.browser.close();
      await stack.stop();
      browser.assertFaultless();
      if (cluster.failures > 0) throw new Error(`${cluster.failures} requests failed, the last: ${cluster.lastFailure}`);
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startCrowd>>} Crowd */
