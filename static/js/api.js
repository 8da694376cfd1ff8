// The API's routes as functions, and the only module that fetches. A call returns the answer's data or throws an
// ApiError.
import { addressOf } from './base-path.js';
import { t } from './i18n.js';

const TIMEOUT_MS = 45_000;

/** Why a call failed: the API or a worker refused it, or no answer came. */
export class ApiError extends Error {
  /**
   * @param {string} message for a person
   * @param {{status?: number, code?: string, retryAfter?: number | null}} [details] status: 0 if no answer came;
   *   retryAfter: seconds
   */
  constructor(message, { status = 0, code = 'unreachable', retryAfter = null } = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Emits `expired` when an answer shows that the session has ended. */
export const sessionEnd = new EventTarget();

/** Emits `date` with the time on the coordinator's clock at each answer (detail: ms). */
export const clock = new EventTarget();

/** A change of the own password that is under way: it ends the session and begins another. @type {Promise<void> | null} */
let renewal = null;
/** How many sessions such changes have begun. */
let renewed = 0;

/**
 * Sends a request, and once more if it was refused because its session was just replaced.
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 */
async function sendInSession(method, path, body) {
  const before = renewed;
  const response = await send(method, path, body);
  if (response.status !== 401 || path.startsWith('/auth/password')) return response;
  await renewal;
  return renewed === before ? response : send(method, path, body);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function request(method, path, body) {
  const response = await sendInSession(method, path, body);
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (Number.isFinite(date)) clock.dispatchEvent(new CustomEvent('date', { detail: date }));
  const data = await read(response);
  if (response.ok) return data;
  if (response.status === 401 && data?.code !== 'bad_credentials') sessionEnd.dispatchEvent(new Event('expired'));
  throw new ApiError(reason(data, response.status), {
    status: response.status,
    code: data?.code ?? 'unknown',
    retryAfter: Number(response.headers.get('Retry-After')) || null,
  });
}

/**
 * Why a call was refused: in the page's language if the code is a common one, or else in the words of the answer.
 * @param {{error?: string, code?: string} | null} data
 * @param {number} status
 */
function reason(data, status) {
  const key = `refused.${data?.code}`;
  const text = t(key);
  return text === key ? (data?.error ?? t('error.status', { status })) : text;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 */
async function send(method, path, body) {
  try {
    return await fetch(addressOf(path), {
      method,
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new ApiError(t(late ? 'error.timeout' : 'error.unreachable'), { code: late ? 'timeout' : 'unreachable' });
  }
}

/** @param {Response} response */
async function read(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** @param {{[name: string]: string | number}} parameters empty ones are left out */
function query(parameters) {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== '');
  return pairs.length > 0 ? `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}` : '';
}

/** Begins a session. @param {string} username @param {string} password */
export const login = (username, password) => request('POST', '/auth/login', { username, password });

/**
 * Changes the own password. The user's other sessions end; this one is replaced by another.
 * @param {string} current_password
 * @param {string} new_password
 */
export function changePassword(current_password, new_password) {
  const answer = request('POST', '/auth/password', { current_password, new_password });
  renewal = answer.then(
    () => {
      renewed += 1;
    },
    () => {},
  );
  return answer;
}

/** Ends the session everywhere. */
export const logout = () => request('POST', '/auth/logout');

/** Whose session this is: `{username, role, expires_at}`. */
export const me = () => request('GET', '/auth/me');

/** The newest points of a node: `{history}`, oldest first. @param {string} node @param {number} limit */
export const history = (node, limit) =>
  request('GET', `/api/dashboard/history/${encodeURIComponent(node)}${query({ limit })}`);

/** The services: `{services, last_actions}`, each by node and name. @param {string} [node_id] empty for all nodes */
export const services = (node_id = '') => request('GET', `/api/dashboard/services${query({ node_id })}`);

/**
 * The newest actions on a service: `{actions}`, newest first.
 * @param {string} node_id
 * @param {string} service_name
 * @param {number} limit
 */
export const serviceActions = (node_id, service_name, limit) =>
  request('GET', `/api/dashboard/service-actions${query({ node_id, service_name, limit })}`);

/** The certificates of all nodes: `{certificates}`. */
export const certificates = () =>
  request('GET', `/api/dashboard/service-data${query({ service_type: 'certificates' })}`);

/** The newest actions of users: `{audit}`, newest first. @param {number} limit */
export const audit = (limit) => request('GET', `/api/dashboard/audit${query({ limit })}`);

/**
 * Acts on a service. The answer comes when the worker has done it, or says `queued` for a cron worker.
 * @param {string} worker_id
 * @param {string} service_name
 * @param {string} action
 */
export const controlService = (worker_id, service_name, action) =>
  request('POST', '/api/dashboard/control-service', { worker_id, service_name, action });

/** Removes the stored points of a node. @param {string} node_id */
export const clearHistory = (node_id) => request('POST', '/api/dashboard/clear-history', { node_id });

/**
 * A page of the stored log: `{logs, total}`, newest first unless `order` says otherwise. A page may have fewer lines
 * than its limit.
 * @param {import('./types.js').LogFilter} filter
 * @param {{limit: number, offset?: number, after?: number, before?: number, since?: string, order?: 'oldest'}} page
 *   after, before: bounds of `seq`, exclusive; since: ISO 8601
 */
export const logs = (filter, page) => request('GET', `/api/logs${query({ ...filter, ...page })}`);

/** Where lines come from: `{nodes, loggers}`. */
export const logSources = () => request('GET', '/api/logs/sources');

/** Removes stored lines. @param {string} node_id empty for those of all nodes */
export const clearLogs = (node_id) => request('POST', '/api/logs/clear', node_id ? { node_id } : {});

/** All users: `{users}`. */
export const users = () => request('GET', '/api/admin/users');

/** Creates a user. @param {string} username @param {string} password @param {string} role */
export const addUser = (username, password, role) => request('POST', '/api/admin/users', { username, password, role });

/**
 * Changes a user. This ends the user's sessions.
 * @param {string} username
 * @param {{role?: string, password?: string}} changes
 */
export const changeUser = (username, changes) =>
  request('PATCH', `/api/admin/users/${encodeURIComponent(username)}`, changes);

/** Removes a user. @param {string} username */
export const removeUser = (username) => request('DELETE', `/api/admin/users/${encodeURIComponent(username)}`);

/** The tokens of workers: `{tokens}`, without the tokens themselves. */
export const tokens = () => request('GET', '/api/admin/tokens');

/** Creates a worker's token: `{token}`, which cannot be read again. @param {string} node_id @param {string} name */
export const createToken = (node_id, name) => request('POST', '/api/admin/tokens', { node_id, name });

/** Removes a node, until it reports again. @param {string} node_id */
export const removeNode = (node_id) => request('DELETE', `/api/admin/nodes/${encodeURIComponent(node_id)}`);

/** Revokes a worker's token. @param {string} id */
export const revokeToken = (id) => request('DELETE', `/api/admin/tokens/${encodeURIComponent(id)}`);

/**
 * Calls a method by JSON-RPC 2.0.
 * @param {string} method
 * @param {{[name: string]: unknown}} params
 * @returns {Promise<any>} its result; an error of the method becomes an ApiError
 */
export async function rpc(method, params) {
  const answer = await request('POST', '/rpc', { jsonrpc: '2.0', id: 1, method, params });
  if (answer?.error) throw new ApiError(answer.error.message, { status: 200, code: String(answer.error.code) });
  return answer?.result;
}
