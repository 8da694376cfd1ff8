// Commands to services and reporters: sends them to the coordinator, keeps their progress in the store, and tells the
// outcome in a toast. Views ask for confirmation before, and show what the store says.
import * as api from './api.js';
import { t } from './i18n.js';
import { toast } from './toast.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./types.js').Command} Command */

/** The target of a command to the reporter itself. No service can have this name. */
export const REPORTER = '@reporter';

/**
 * Starts, stops or restarts a service.
 * @param {Store} store
 * @param {string} worker
 * @param {string} service
 * @param {import('./types.js').ServiceAction} action
 */
export function controlService(store, worker, service, action) {
  return run(store, { worker, target: service, action }, async () => {
    return outcomeOf(await api.controlService(worker, service, action));
  });
}

/**
 * Starts or stops the reporting of a worker, or asks for a report now.
 * @param {Store} store
 * @param {string} worker
 * @param {'start' | 'stop' | 'report_now'} action
 */
export function controlReporter(store, worker, action) {
  return run(store, { worker, target: REPORTER, action }, async () => {
    return outcomeOf(await api.rpc('metrics_reporter.control_reporter', { worker_id: worker, action }));
  });
}

/**
 * Sets how often a worker reports.
 * @param {Store} store
 * @param {string} worker
 * @param {number | null} interval seconds; null lets the coordinator choose again
 */
export function setReportInterval(store, worker, interval) {
  return run(store, { worker, target: REPORTER, action: 'set_interval' }, async () => {
    return outcomeOf(await api.rpc('metrics_reporter.set_interval', { worker_id: worker, interval }));
  });
}

/**
 * Does something without visible progress, and tells in a toast whether it worked.
 * @param {() => Promise<unknown>} work
 * @param {string} done what the toast says on success
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
 * Whether a worker has done a command or will do it with its next report. Throws the worker's reason if it cannot.
 * @param {{success?: boolean, status?: string, error?: string}} answer
 * @returns {'done' | 'queued'}
 */
function outcomeOf({ success, status, error }) {
  if (success === false) throw new api.ApiError(error ?? t('error.unknown'));
  return status === 'queued' ? 'queued' : 'done';
}

/**
 * Runs a command: the store has it from here to its end.
 * @param {Store} store
 * @param {{worker: string, target: string, action: string}} what
 * @param {() => Promise<'done' | 'queued'>} work
 * @returns {Promise<Command>} the command at its end; never rejects
 */
async function run(store, what, work) {
  /** @type {Command} */
  const command = { ...what, state: 'running', startedAt: Date.now() };
  store.setCommand(command);
  const names = {
    action: t(`action.${what.action}`),
    failed: t(`failed.${what.action}`),
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
