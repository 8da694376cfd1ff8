// Reads the stored log into the store's LogBuffer: the newest lines, lines that were missed while the connection was
// lost, and older or newer pages on demand. How lines are merged is the buffer's business, and live lines are live.js'.
import * as api from './api.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./log-buffer.js').LogBuffer} LogBuffer */

/** Lines asked for at once. */
const PAGE = 500;
/** The most that the API gives. */
const EXPORT_PAGE = 1000;
const READ_ATTEMPTS = 5;
/** How long after a failed attempt to fill a gap the next one is made. */
const GAP_RETRY_MS = 2000;

/**
 * Reads a page of the log. It may have fewer lines than asked for if they are long. The API limits how many pages a
 * user reads at the same time; beyond that limit the request is made again after a while.
 * @param {import('./types.js').LogFilter} filter
 * @param {Parameters<typeof api.logs>[1]} range
 */
async function page(filter, range) {
  for (let left = READ_ATTEMPTS - 1; ; left--) {
    try {
      return await api.logs(filter, range);
    } catch (error) {
      const { code, retryAfter } = /** @type {api.ApiError} */ (error);
      if (code !== 'too_many_reads' || left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, (retryAfter ?? 1) * 1000));
    }
  }
}

/**
 * Reads the lines after `after` that may be missing, again and again until they have come, the log is no longer shown,
 * or the buffer holds a piece of the past. If a gap is being filled already, that work takes over the new one.
 * @param {Store} store
 * @param {LogBuffer} buffer
 * @param {number} after the seq after which lines may be missing
 * @param {number} [retryMs]
 */
export async function fillGap(store, buffer, after, retryMs = GAP_RETRY_MS) {
  if (buffer.gap) {
    Object.assign(buffer.gap, { after: Math.min(buffer.gap.after, after), pending: true });
    return;
  }
  const gap = { after, pending: true };
  buffer.gap = gap;
  while (gap.pending && store.logs === buffer && !buffer.detached) {
    gap.pending = false;
    await loadNewest(store, buffer, gap.after);
    if (!buffer.error) continue;
    gap.pending = true;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  buffer.gap = null;
}

/**
 * Reads the newest lines, page by page, back to the lines that are held. A failure is kept in the buffer's `error`.
 * @param {Store} store
 * @param {LogBuffer} buffer
 * @param {number} [after] down to this seq; without it one page is enough
 */
export async function loadNewest(store, buffer, after) {
  try {
    for (let offset = 0; offset < buffer.cap; ) {
      const { logs, total } = await page(buffer.filter, { limit: PAGE, offset });
      if (store.logs !== buffer || buffer.detached) return;
      offset += logs.length;
      const end = offset >= total || logs.length === 0;
      store.changeLogs(buffer, () => buffer.fill(logs, buffer.complete || end));
      if (end || after === undefined || logs.at(-1).seq <= after + 1) return;
    }
  } catch (error) {
    fail(store, buffer, error);
  }
}

/** @param {Store} store @param {LogBuffer} buffer @param {unknown} error */
function fail(store, buffer, error) {
  store.changeLogs(buffer, () => {
    buffer.error = /** @type {Error} */ (error);
  });
}

/**
 * Does one read of older or newer lines at a time: while one is under way, others are dropped.
 * @param {Store} store
 * @param {LogBuffer} buffer
 * @param {() => Promise<void>} work
 */
async function read(store, buffer, work) {
  if (buffer.loading) return;
  buffer.loading = true;
  try {
    await work();
  } catch (error) {
    fail(store, buffer, error);
  } finally {
    buffer.loading = false;
  }
}

/** Asks for live lines again if the buffer has reached the log's end. @param {Store} store @param {LogBuffer} buffer */
function goLive(store, buffer) {
  if (store.logs === buffer && !buffer.detached) store.emit('watch');
}

/**
 * Reads the page before the oldest line held.
 * @param {Store} store
 * @param {LogBuffer} buffer
 */
export async function loadOlder(store, buffer) {
  if (buffer.complete || buffer.oldestSeq === 0) return;
  await read(store, buffer, async () => {
    const { logs, total } = await page(buffer.filter, { limit: PAGE, before: buffer.oldestSeq });
    store.changeLogs(buffer, () => buffer.prepend(logs, logs.length >= total));
  });
}

/**
 * Reads the page after the newest line held, if the buffer is detached.
 * @param {Store} store
 * @param {LogBuffer} buffer
 */
export async function loadNewer(store, buffer) {
  if (!buffer.detached) return;
  await read(store, buffer, async () => {
    const { logs, total } = await page(buffer.filter, { limit: PAGE, after: buffer.newestSeq, order: 'oldest' });
    store.changeLogs(buffer, () => buffer.extend(logs, logs.length >= total));
    goLive(store, buffer);
  });
}

/**
 * Replaces what is held by a line that passes the filter and those around it.
 * @param {Store} store
 * @param {LogBuffer} buffer
 * @param {{node: string, seq: number}} line
 * @returns {Promise<boolean>} whether the line is still kept; if not, nothing is replaced
 */
export async function loadLine(store, buffer, { node, seq }) {
  let found = false;
  await read(store, buffer, async () => {
    const older = await page(buffer.filter, { limit: PAGE, before: seq + 1 });
    // After the coordinator has lost its data it counts anew: another line may have the number.
    found = older.logs[0]?.seq === seq && older.logs[0].node_id === node;
    if (found) await replaceAround(store, buffer, older, seq);
  });
  return found;
}

/**
 * @param {Store} store
 * @param {LogBuffer} buffer
 * @param {{logs: import('./types.js').LogEntry[], total: number}} older the page that ends with `seq`, newest first
 * @param {number} seq
 */
async function replaceAround(store, buffer, older, seq) {
  const newer = await page(buffer.filter, { limit: PAGE, after: seq, order: 'oldest' });
  const complete = older.logs.length >= older.total;
  const detached = newer.logs.length < newer.total;
  store.changeLogs(buffer, () => buffer.replace([...older.logs, ...newer.logs], { complete, detached }));
  goLive(store, buffer);
}

/** What one download holds at most, in lines and in characters of their messages: it is made in memory. */
const ALL_LINES = 200_000;
const ALL_CHARACTERS = 256 * 1024 * 1024;

/**
 * Reads all stored lines that pass a filter, newest first page by page, as they are when it begins: lines that come
 * meanwhile are not among them.
 * @param {import('./types.js').LogFilter} filter
 * @param {{signal: AbortSignal, onprogress: (lines: number, total: number) => void, most?: number}} how most: lines
 * @returns {Promise<{lines: import('./types.js').LogEntry[], total: number, cut: boolean}>} oldest first; `total` is how
 *   many there were at the beginning, `cut` whether there were more than one download holds
 */
export async function loadAll(filter, { signal, onprogress, most = ALL_LINES }) {
  /** @type {import('./types.js').LogEntry[]} */
  const lines = [];
  let characters = 0;
  let total = 0;
  let rest = 1;
  while (rest > 0 && lines.length < most && characters < ALL_CHARACTERS) {
    const before = lines.at(-1)?.seq;
    const answer = await page(filter, { limit: EXPORT_PAGE, ...(before === undefined ? {} : { before }) });
    signal.throwIfAborted();
    total ||= answer.total;
    rest = answer.logs.length === 0 ? 0 : answer.total - answer.logs.length;
    for (const line of answer.logs) {
      characters += line.message.length;
      lines.push(line);
    }
    onprogress(lines.length, total);
  }
  return { lines: lines.slice(0, most).reverse(), total, cut: rest > 0 || lines.length > most };
}

/**
 * Replaces what is held by the lines around a moment.
 * @param {Store} store
 * @param {LogBuffer} buffer
 * @param {number} ms
 */
export async function loadAround(store, buffer, ms) {
  await read(store, buffer, async () => {
    const since = new Date(ms).toISOString();
    const [first] = (await page(buffer.filter, { limit: 1, since, order: 'oldest' })).logs;
    if (!first) return;
    const older = await page(buffer.filter, { limit: PAGE, before: first.seq });
    await replaceAround(store, buffer, older, first.seq - 1);
  });
}
