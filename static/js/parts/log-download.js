// The download of all log lines that pass a filter: reads them page by page, shows how far it is, and can be cancelled.
import { save } from '../clipboard.js';
import { h, setAttribute, setText, show } from '../dom.js';
import { escapedJson } from '../escape.js';
import { t } from '../i18n.js';
import { lineText } from '../log-buffer.js';
import { loadAll } from '../log-history.js';
import { inTimeOrder } from '../log-order.js';
import { toast } from '../toast.js';

/** @typedef {import('../types.js').LogEntry} LogEntry */

/** What a file is made of. @type {{[format: string]: {ending: string, type: string, line: (entry: LogEntry) => string}}} */
const FORMATS = {
  text: { ending: 'log', type: 'text/plain', line: lineText },
  json: { ending: 'jsonl', type: 'application/x-ndjson', line: (entry) => escapedJson(entry) },
};

/**
 * The download and the bar that shows its progress. One download runs at a time.
 * @param {AbortSignal} signal ends it with the view
 */
export function logDownload(signal) {
  const text = h('span', { role: 'status' });
  const progress = h('progress', { 'aria-label': t('logs.saving') });
  const cancel = h('button', { type: 'button', class: 'btn btn-sm btn-outline-secondary' }, t('cancel'));
  const element = h('div', { class: 'log-progress', hidden: true }, progress, text, cancel);
  /** @type {AbortController | null} */
  let running = null;
  cancel.addEventListener('click', () => running?.abort());
  signal.addEventListener('abort', () => running?.abort());

  /** @param {number} lines @param {number} total */
  const onprogress = (lines, total) => {
    setAttribute(progress, 'max', total);
    setAttribute(progress, 'value', lines);
    setText(text, t('logs.saving.count', { count: lines, total }));
  };
  return {
    element,
    /** @param {import('../types.js').LogFilter} filter @param {'text' | 'json'} format */
    async start(filter, format) {
      if (running) return;
      running = new AbortController();
      setAttribute(progress, 'value', null);
      setText(text, t('logs.saving'));
      show(element, true);
      try {
        const all = await loadAll(filter, { signal: running.signal, onprogress });
        saveLines(inTimeOrder(all.lines), FORMATS[format]);
        tellSaved(all);
      } catch (error) {
        if (running.signal.aborted) return;
        toast(t('logs.save.failed'), 'danger', /** @type {Error} */ (error).message);
      } finally {
        running = null;
        show(element, false);
      }
    },
  };
}

/** @param {LogEntry[]} lines @param {typeof FORMATS['text']} format */
function saveLines(lines, { ending, type, line }) {
  const name = `cluster-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${ending}`;
  save(name, type, lines.map((entry) => `${line(entry)}\n`).join(''));
}

/** Says how many lines were taken, and why it is not all of them. @param {Awaited<ReturnType<typeof loadAll>>} all */
function tellSaved({ lines, total, cut }) {
  const count = lines.length;
  const gone = total - count;
  const detail = cut ? t('logs.saved.cut', { total }) : gone > 0 ? t('logs.saved.gone', { count: gone }) : '';
  toast(t('logs.saved', { count }), detail ? 'info' : 'success', detail);
}
