// What a person does to services and reporters: asks the coordinator, keeps the progress in the store, tells
// the end in a toast. Views ask for confirmation, and show what the store says.
import * as api from './api.js';
import { t } from './i18n.js';
import { toast } from './toast.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./types.js').Command} Command */

export const REPORTER = '@reporter';

/**
 * @param {Store} store
 * @param {string} worker
 * @param {string} service
 * @param {import('./types.js').ServiceAction} action
 */
export function controlService(store, worker, service, action) {
  return run(store, { worker, target: service, action }, async () => {
    return endOf(await api.controlService(worker, service, action));
  });
}

/**
 * @param {Store} store
 * @param {string} worker
 * @param {'start' | 'stop' | 'report_now'} action
 */
export function controlReporter(store, worker, action) {
  return run(store, { worker, target: REPORTER, action }, async () => {
    return endOf(await api.rpc('metrics_reporter.control_reporter', { worker_id: worker, action }));
  });
}

/**
 * @param {Store} store
 * @param {string} worker
 * @param {number | null} interval seconds; null gives the choice back to the coordinator
 */
export function setInterval(store, worker, interval) {
  return run(store, { worker, target: REPORTER, action: 'set_interval' }, async () => {
    return endOf(await api.rpc('metrics_reporter.set_interval', { worker_id: worker, interval }));
  });
}

/**
 * Tries what needs no progress, and tells how it ended.
 * @param {() => Promise<unknown>} work
 * @param {string} done what to say when it is
 */
export async function attempt(work, done) {
  try {
    await work();
    toast(done, 'success');
  } catch (error) {
    toast(t('error.title'), 'danger', /** @type {Error} */ (error).message);
  }
}

/**
 * What a worker's answer means: it did what it was asked, it will, or it says why it could not.
 * @param {{success?: boolean, status?: string, error?: string}} answer
 * @returns {'done' | 'queued'}
 */
function endOf({ success, status, error }) {
  if (success === false) throw new api.ApiError(error ?? t('error.unknown'));
  return status === 'queued' ? 'queued' : 'done';
}

/**
 * @param {Store} store
 * @param {{worker: string, target: string, action: string}} what
 * @param {() => Promise<'done' | 'queued'>} work
 * @returns {Promise<Command>} how it ended
 */
async function run(store, what, work) {
  /** @type {Command} */
  const command = { ...what, state: 'running', startedAt: Date.now() };
  store.setCommand(command);
  const names = {
    action: t(`action.${what.action}`),
    worker: what.worker,
    target: what.target === REPORTER ? t('reporter.title') : what.target,
  };
  /** @param {Partial<Command>} end */
  const finish = (end) => {
    const ended = { ...command, ...end, endedAt: Date.now() };
    store.setCommand(ended);
    return ended;
  };
  try {
    const state = await work();
    toast(t(`command.${state}`, names), state === 'done' ? 'success' : 'info');
    return finish({ state });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    toast(t('command.failed', names), 'danger', message);
    return finish({ state: 'failed', error: message });
  }
}
