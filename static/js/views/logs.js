// The cluster's log: live lines and history in one list. Every filter is in the address.
import { attempt } from '../actions.js';
import * as api from '../api.js';
import { copy, save } from '../clipboard.js';
import { confirmed } from '../dialog.js';
import { delegate, h, icon, setAttribute, setIcon, setText } from '../dom.js';
import { escapedJson } from '../escape.js';
import { t } from '../i18n.js';
import { LEVELS, lineText } from '../log-buffer.js';
import { LogList } from '../parts/log-list.js';
import { pageHead, searchBox, select } from '../parts/page.js';
import { remember, remembered } from '../prefs.js';
import { replaceQuery } from '../router.js';

/** @typedef {import('../types.js').LogFilter} LogFilter */

/**
 * @typedef {object} View what the functions of this view share
 * @property {HTMLElement} root
 * @property {LogFilter} filter
 * @property {boolean} wrap whether long lines are wrapped
 * @property {boolean} paused whether the list stands still
 * @property {ReturnType<typeof filterForm>} filters
 * @property {ReturnType<typeof toolbar>} tools
 * @property {LogList} list
 */

/** How long a person must stop typing before the filter is applied (ms). */
const TYPING_MS = 250;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const filter = filterFrom(route.query);
  const wrap = remembered('logs.wrap') === 'true';
  const filters = filterForm(filter);
  const tools = toolbar(store.allows('operator'));
  const list = new LogList(store, { withNode: true, filter, wrap, onfollow: (following) => showPause(view, !following) });
  /** @type {View} */
  const view = { root, filter, wrap, paused: false, filters, tools, list };
  root.classList.add('content-full');
  root.replaceChildren(pageHead(t('tab.logs'), tools.element), filters.form, list.element);
  setAttribute(tools.wrap, 'aria-pressed', String(wrap));
  showMore(view, filter.logger_name !== '');

  loadSources(filters);
  wireFilters(view, signal);
  tools.jump.addEventListener('change', () => jump(view), { signal });
  delegate(root, handlers(view), { signal });
  return () => {
    abort.abort();
    list.destroy();
    root.classList.remove('content-full', 'log-more');
    root.replaceChildren();
  };
}

/** @param {URLSearchParams} query @returns {LogFilter} */
function filterFrom(query) {
  const level = (query.get('level') ?? '').toUpperCase();
  return {
    node_id: query.get('node') ?? '',
    level: LEVELS.some((name) => name === level) ? level : '',
    logger_name: query.get('logger') ?? '',
    q: query.get('q') ?? '',
  };
}

/** The filters. The fields have the names of the filter's members. @param {LogFilter} filter */
function filterForm(filter) {
  const nodes = h('datalist', { id: 'log-nodes' });
  const loggers = h('datalist', { id: 'log-loggers' });
  /** @type {[value: string, text: string][]} */
  const levels = LEVELS.map((level) => [level, t('logs.level.from', { level })]);
  const form = h(
    'form',
    { class: 'log-filters', role: 'search' },
    searchBox(t('logs.search'), filter.q),
    select(t('log.level'), 'level', [['', t('logs.level.any')], ...levels], filter.level),
    suggestingInput('node_id', t('logs.node'), filter.node_id, nodes),
    suggestingInput('logger_name', t('logs.logger'), filter.logger_name, loggers),
    nodes,
    loggers,
  );
  return { form, nodes, loggers };
}

/** @param {string} name @param {string} label @param {string} value @param {HTMLElement} suggestions */
function suggestingInput(name, label, value, suggestions) {
  return h('input', {
    class: 'form-control',
    name,
    value,
    list: suggestions.id,
    placeholder: label,
    'aria-label': label,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 120,
  });
}

/** The tools. @param {boolean} mayClear */
function toolbar(mayClear) {
  const pause = h(
    'button',
    { type: 'button', class: 'btn btn-outline-secondary', 'data-action': 'pause', 'aria-pressed': 'false' },
    icon('pause-fill'),
    ' ',
    h('span', {}, t('logs.pause')),
  );
  const jump = h('input', {
    type: 'datetime-local',
    class: 'form-control log-jump',
    step: 1,
    'aria-label': t('logs.jump'),
    title: t('logs.jump'),
  });
  // On a phone the rarer filters are behind this button.
  const more = tool('more', 'sliders', t('logs.more'));
  const wrap = tool('wrap', 'text-wrap', t('logs.wrap'));
  const element = h(
    'div',
    { class: 'log-tools' },
    pause,
    more,
    jump,
    wrap,
    tool('copy', 'copy', t('logs.copy')),
    tool('save-text', 'filetype-txt', t('logs.save.text')),
    tool('save-json', 'filetype-json', t('logs.save.json')),
    mayClear && tool('clear', 'trash3', t('logs.clear')),
  );
  return { element, pause, jump, more, wrap };
}

/** @param {string} action @param {string} picture @param {string} label */
function tool(action, picture, label) {
  return h(
    'button',
    {
      type: 'button',
      class: 'btn btn-outline-secondary btn-icon',
      'data-action': action,
      title: label,
      'aria-label': label,
    },
    icon(picture),
  );
}

/** Suggests the nodes and loggers that there are. Without them one types. @param {View['filters']} filters */
async function loadSources({ nodes, loggers }) {
  const sources = await api.logSources().catch(() => null);
  if (!sources) return;
  const options = (/** @type {string[]} */ values) => values.map((value) => h('option', { value }));
  nodes.replaceChildren(...options(sources.nodes));
  loggers.replaceChildren(...options(sources.loggers));
}

/** @param {View} view @param {AbortSignal} signal */
function wireFilters({ filter, filters: { form }, list }, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const apply = () => {
    clearTimeout(typing);
    Object.assign(filter, Object.fromEntries(new FormData(form)));
    replaceQuery({ q: filter.q, level: filter.level, node: filter.node_id, logger: filter.logger_name });
    list.setFilter({ ...filter });
  };
  const applySoon = () => {
    clearTimeout(typing);
    typing = setTimeout(apply, TYPING_MS);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    apply();
  };
  form.addEventListener('submit', submit, { signal });
  form.addEventListener('change', apply, { signal });
  form.addEventListener('input', applySoon, { signal });
  signal.addEventListener('abort', () => clearTimeout(typing));
}

/** @param {View} view @param {boolean} paused */
function showPause(view, paused) {
  const { pause } = view.tools;
  view.paused = paused;
  setAttribute(pause, 'aria-pressed', String(paused));
  setIcon(/** @type {Element} */ (pause.firstElementChild), paused ? 'play-fill' : 'pause-fill');
  setText(/** @type {Element} */ (pause.lastElementChild), t(paused ? 'logs.follow' : 'logs.pause'));
}

/** @param {View} view @param {boolean} [on] the opposite of what is, unless told */
function showMore({ root, tools }, on) {
  setAttribute(tools.more, 'aria-pressed', String(root.classList.toggle('log-more', on)));
}

/** @param {View} view */
function jump({ tools, list }) {
  if (tools.jump.value) list.jumpTo(new Date(tools.jump.value).getTime());
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(view) {
  const { list, tools } = view;
  const text = () => list.buffer.lines.map(lineText).join('\n');
  const json = () => list.buffer.lines.map((line) => `${escapedJson(line)}\n`).join('');
  return {
    pause: () => list.setFollowing(view.paused),
    more: () => showMore(view),
    wrap() {
      view.wrap = !view.wrap;
      remember('logs.wrap', String(view.wrap));
      setAttribute(tools.wrap, 'aria-pressed', String(view.wrap));
      list.setWrap(view.wrap);
    },
    copy: () => copy(text()),
    'save-text': () => save(fileName('log'), 'text/plain', `${text()}\n`),
    'save-json': () => save(fileName('jsonl'), 'application/x-ndjson', json()),
    clear: () => clear(view),
  };
}

/** @param {string} ending */
function fileName(ending) {
  return `cluster-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${ending}`;
}

/** Removes the stored lines of the node in the filter, or of all nodes. @param {View} view */
async function clear({ filter, list }) {
  const name = filter.node_id || t('logs.clear.all');
  if (!(await confirmed(t('logs.clear'), t('logs.clear.text', { name }), t('logs.clear')))) return;
  await attempt(() => api.clearLogs(filter.node_id), t('logs.cleared'));
  list.setFilter({ ...filter });
}
