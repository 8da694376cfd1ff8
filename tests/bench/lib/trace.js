// The tasks of a page's main thread, from Chromium's own tracing: how long each took by the clock and in CPU time. Other
// work on the machine makes the first longer, but not the second.

/** @typedef {{ wallMs: number, cpuMs: number }} Task */

/** @typedef {{ name: string, ph: string, pid: number, tid: number, dur?: number, tdur?: number, args?: any }} TraceEvent */

const CATEGORIES = ['toplevel', 'devtools.timeline'];
const CHUNK = 1 << 20;
/** Parts of Chromium are pages too. This name in the trace marks ours. */
const MARK = 'the measured page';

/**
 * The tasks of a page's main thread while `work` goes on.
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<unknown>} work
 * @returns {Promise<Task[]>}
 */
export async function tasksOf(page, work) {
  const session = await /** @type {import('playwright-core').Browser} */ (page.context().browser()).newBrowserCDPSession();
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: { recordMode: 'recordContinuously', includedCategories: CATEGORIES },
  });
  await work();
  await page.evaluate((mark) => console.timeStamp(mark), MARK);
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  const { stream, dataLossOccurred } = /** @type {any} */ (await complete);
  if (dataLossOccurred) throw new Error('the trace is not whole');
  const events = JSON.parse(await readAll(session, stream)).traceEvents;
  await session.detach();
  return mainThreadTasks(events);
}

/** @param {import('playwright-core').CDPSession} session @param {string} handle */
async function readAll(session, handle) {
  let text = '';
  for (let eof = false; !eof; ) {
    const part = await session.send('IO.read', { handle, size: CHUNK });
    text += part.base64Encoded ? Buffer.from(part.data, 'base64').toString() : part.data;
    eof = part.eof;
  }
  await session.send('IO.close', { handle });
  return text;
}

/** @param {TraceEvent[]} events @returns {Task[]} */
function mainThreadTasks(events) {
  const mark = events.find(({ name, args }) => name === 'TimeStamp' && args.data.message === MARK);
  if (!mark) throw new Error('the trace does not know the page');
  return events
    .filter(({ name, ph, pid, tid }) => name.endsWith('::RunTask') && ph === 'X' && pid === mark.pid && tid === mark.tid)
    .map(({ dur = 0, tdur = 0 }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }));
}
