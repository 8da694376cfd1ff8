// The cluster's log: live lines and history in one list. The address carries the filter, the moment jumped to, the line
// that is open, and how lines are shown.
import { attempt } from '../actions.js';
import * as api from '../api.js';
import { copy } from '../clipboard.js';
import { confirmed } from '../dialog.js';
import { delegate, h, icon, setAttribute, setIcon, setText } from '../dom.js';
import { zoneName } from '../format.js';
import { t } from '../i18n.js';
import { LEVELS, lineText } from '../log-buffer.js';
import { logDownload } from '../parts/log-download.js';
import { LogList } from '../parts/log-list.js';
import { choice, pageHead, searchBox, select, setChoice } from '../parts/page.js';
import { remember, remembered } from '../prefs.js';
import { replaceQuery } from '../router.js';
import { toast } from '../toast.js';

/** @typedef {import('../types.js').LogFilter} LogFilter */
/** @typedef {import('../format.js').Zone} Zone */

/**
 * @typedef {object} View what the functions of this view share
 * @property {HTMLElement} root
 * @property {LogFilter} filter
 * @property {boolean} wrap whether long lines are wrapped
 * @property {Zone} zone of the times
 * @property {number | null} at the moment jumped to (ms), until the end is followed again
 * @property {string} open the line that is open, as NODE:SEQ; empty if none is
 * @property {boolean} paused whether the list stands still
 * @property {ReturnType<typeof filterForm>} filters
 * @property {ReturnType<typeof toolbar>} tools
 * @property {LogList} list
 * @property {ReturnType<typeof logDownload>} download
 */

/** How long a person must stop typing before the filter is applied (ms). */
const TYPING_MS = 250;

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const view = build(root, store, route.query, signal);
  const { filter, filters, tools, list } = view;
  root.classList.add('content-full');
  root.replaceChildren(pageHead(t('tab.logs'), tools.element), filters.form, view.download.element, list.element);
  setAttribute(tools.wrap, 'aria-pressed', String(view.wrap));
  showMore(view, filter.logger_name !== '');

  loadSources(filters);
  wireFilters(view, signal);
  tools.jump.addEventListener('change', () => jump(view), { signal });
  delegate(root, handlers(view), { signal });
  goToPlace(view);
  return () => {
    abort.abort();
    list.destroy();
    root.classList.remove('content-full', 'log-more');
    root.replaceChildren();
  };
}

/**
 * The view's parts, as the address and the remembered choices say.
 * @param {HTMLElement} root
 * @param {import('../store.js').Store} store
 * @param {URLSearchParams} query
 * @param {AbortSignal} signal
 * @returns {View}
 */
function build(root, store, query, signal) {
  const filter = filterFrom(query);
  const wrap = (query.get('wrap') ?? (remembered('logs.wrap') === 'true' ? '1' : '0')) === '1';
  const zone = (query.get('tz') ?? remembered('logs.zone')) === 'utc' ? 'utc' : 'local';
  const at = Date.parse(query.get('at') ?? '');
  const list = new LogList(store, {
    withNode: true,
    filter,
    wrap,
    zone,
    onfollow: (following) => followed(view, following),
    onopen(line) {
      view.open = line ? `${line.node_id}:${line.seq}` : '';
      writeAddress(view);
    },
  });
  /** @type {View} */
  const view = {
    root,
    filter,
    wrap,
    zone,
    at: Number.isNaN(at) ? null : at,
    open: query.get('open') ?? '',
    paused: false,
    filters: filterForm(filter),
    tools: toolbar(store.allows('operator'), zone),
    list,
    download: logDownload(signal),
  };
  return view;
}

/** Goes to the line or the moment that the address names. @param {View} view */
async function goToPlace(view) {
  const { list, open, at } = view;
  const [, node, seq] = /^([^:]+):(\d+)$/.exec(open) ?? [];
  if (at !== null) showMoment(view);
  if (node && (await list.openLine({ node, seq: Number(seq) }))) return;
  if (open) toast(t('logs.open.gone'), 'info');
  view.open = '';
  if (at !== null) await list.jumpTo(at);
  else if (open) list.setFollowing(true);
}

/** Writes what is shown into the address. @param {View} view */
function writeAddress({ filter, at, open, wrap, zone }) {
  replaceQuery({
    q: filter.q,
    level: filter.level,
    node: filter.node_id,
    logger: filter.logger_name,
    at: at === null ? '' : new Date(at).toISOString(),
    open,
    wrap: wrap ? '1' : remembered('logs.wrap') === 'true' && '0',
    tz: zone === 'utc' ? 'utc' : remembered('logs.zone') === 'utc' && 'local',
  });
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

/** The tools. @param {boolean} mayClear @param {Zone} zone */
function toolbar(mayClear, zone) {
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
  const now = Date.now();
  const zones = choice(
    t('logs.zone'),
    'zone',
    [
      ['local', t('logs.zone.local'), t('logs.zone.local.named', { zone: zoneName('local', now) })],
      ['utc', 'UTC', 'UTC'],
    ],
    zone,
  );
  zones.classList.add('log-zone');
  const element = h(
    'div',
    { class: 'log-tools' },
    pause,
    more,
    jump,
    zones,
    wrap,
    tool('copy', 'copy', t('logs.copy')),
    tool('save-text', 'filetype-txt', t('logs.save.text')),
    tool('save-json', 'filetype-json', t('logs.save.json')),
    mayClear && tool('clear', 'trash3', t('logs.clear')),
  );
  return { element, pause, jump, more, wrap, zones };
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
function wireFilters(view, signal) {
  const { filter, list } = view;
  const { form } = view.filters;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const apply = () => {
    clearTimeout(typing);
    Object.assign(filter, Object.fromEntries(new FormData(form)));
    // Who looks at a moment goes on looking at it through another filter.
    const { at } = view;
    list.setFilter({ ...filter });
    Object.assign(view, { at, open: '' });
    writeAddress(view);
    if (at === null) return;
    showMoment(view);
    list.jumpTo(at);
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

/** The list follows the end, or has stopped. @param {View} view @param {boolean} following */
function followed(view, following) {
  showPause(view, !following);
  if (!following || view.at === null) return;
  view.at = null;
  view.tools.jump.value = '';
  writeAddress(view);
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

/** Goes to the moment in the field, which is in the time zone of the rows. @param {View} view */
function jump(view) {
  const { value } = view.tools.jump;
  const ms = new Date(view.zone === 'utc' ? `${value}Z` : value).getTime();
  if (Number.isNaN(ms)) return;
  view.at = ms;
  writeAddress(view);
  view.list.jumpTo(ms);
}

/** Shows the moment jumped to in its field. @param {View} view */
function showMoment({ tools, at, zone }) {
  if (at === null) return;
  const offset = zone === 'utc' ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  tools.jump.value = new Date(at - offset).toISOString().slice(0, 19);
}

/** Copies the lines that are held, and says how many those are. @param {View} view */
function copyLines({ list }) {
  const { ordered, complete, detached } = list.buffer;
  const text = ordered.map(lineText).join('\n');
  copy(text, t('logs.copied', { count: ordered.length }), complete && !detached ? '' : t('logs.copied.some'));
}

/**
 * What the buttons do, by their `data-action`.
 * @param {View} view
 * @returns {Parameters<typeof delegate>[1]}
 */
function handlers(view) {
  const { list, tools, download } = view;
  return {
    pause: () => list.setFollowing(view.paused),
    more: () => showMore(view),
    wrap() {
      view.wrap = !view.wrap;
      remember('logs.wrap', String(view.wrap));
      setAttribute(tools.wrap, 'aria-pressed', String(view.wrap));
      list.setWrap(view.wrap);
      writeAddress(view);
    },
    zone({ dataset }) {
      view.zone = dataset.value === 'utc' ? 'utc' : 'local';
      remember('logs.zone', view.zone);
      setChoice(tools.zones, view.zone);
      showMoment(view);
      list.setZone(view.zone);
      writeAddress(view);
    },
    copy: () => copyLines(view),
    'save-text': () => download.start(list.buffer.filter, 'text'),
    'save-json': () => download.start(list.buffer.filter, 'json'),
    clear: () => clear(view),
  };
}

/** Removes the stored lines of the node in the filter, or of all nodes. @param {View} view */
async function clear({ filter, list }) {
  const name = filter.node_id || t('logs.clear.all');
  if (!(await confirmed(t('logs.clear'), t('logs.clear.text', { name }), t('logs.clear')))) return;
  await attempt(() => api.clearLogs(filter.node_id), t('logs.cleared'));
  list.setFilter({ ...filter });
}
