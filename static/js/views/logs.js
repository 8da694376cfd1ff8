// The cluster's log: live tail and history in one list. Every filter is in the URL.
import { save, copy } from '../clipboard.js';
import { attempt } from '../actions.js';
import * as api from '../api.js';
import { confirmed } from '../dialog.js';
import { delegate, h, icon, setAttribute, setIcon, setText } from '../dom.js';
import { t } from '../i18n.js';
import { LEVELS, lineText } from '../logfeed.js';
import { logList } from '../parts/log-list.js';
import { pageHead, searchBox, select } from '../parts/page.js';
import { remember, remembered } from '../prefs.js';
import { replaceQuery } from '../router.js';

/** How long one types before the filter is asked for (ms). */
const TYPING_MS = 250;

/** @param {URLSearchParams} query @returns {import('../types.js').LogFilter} */
function filterFrom(query) {
  const level = (query.get('level') ?? '').toUpperCase();
  return {
    node_id: query.get('node') ?? '',
    level: LEVELS.some((name) => name === level) ? level : '',
    logger_name: query.get('logger') ?? '',
    q: query.get('q') ?? '',
  };
}

/** @type {import('../app.js').Mount} */
export function mount(root, store, route) {
  const abort = new AbortController();
  const { signal } = abort;
  const filter = filterFrom(route.query);
  let wrap = remembered('logs.wrap') === 'true';

  const nodes = h('datalist', { id: 'log-nodes' });
  const loggers = h('datalist', { id: 'log-loggers' });
  const input = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {string} */ value,
    /** @type {string} */ list,
  ) =>
    h('input', {
      class: 'form-control',
      name,
      value,
      list,
      placeholder: label,
      'aria-label': label,
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: 120,
    });
  const form = h(
    'form',
    { class: 'log-filters', role: 'search' },
    searchBox(t('logs.search'), filter.q),
    select(
      t('log.level'),
      'level',
      [
        ['', t('logs.level.any')],
        ...LEVELS.map((level) => /** @type {[string, string]} */ ([level, t('logs.level.from', { level })])),
      ],
      filter.level,
    ),
    input('node_id', t('logs.node'), filter.node_id, 'log-nodes'),
    input('logger_name', t('logs.logger'), filter.logger_name, 'log-loggers'),
    nodes,
    loggers,
  );
  const jump = h('input', {
    type: 'datetime-local',
    class: 'form-control log-jump',
    step: 1,
    'aria-label': t('logs.jump'),
    title: t('logs.jump'),
  });
  const button = (/** @type {string} */ action, /** @type {string} */ picture, /** @type {string} */ label) =>
    h(
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
  const pause = h(
    'button',
    { type: 'button', class: 'btn btn-outline-secondary', 'data-action': 'pause', 'aria-pressed': 'false' },
    icon('pause-fill'),
    ' ',
    h('span', {}, t('logs.pause')),
  );
  // On a phone the rarer filters are behind a button.
  const moreButton = button('more', 'sliders', t('logs.more'));
  const wrapButton = button('wrap', 'text-wrap', t('logs.wrap'));
  const tools = h(
    'div',
    { class: 'log-tools' },
    pause,
    moreButton,
    jump,
    wrapButton,
    button('copy', 'copy', t('logs.copy')),
    button('save-text', 'filetype-txt', t('logs.save.text')),
    button('save-json', 'filetype-json', t('logs.save.json')),
    store.allows('operator') && button('clear', 'trash3', t('logs.clear')),
  );

  const list = logList(store, {
    withNode: true,
    filter,
    wrap,
    onfollow(following) {
      setAttribute(pause, 'aria-pressed', String(!following));
      setIcon(/** @type {Element} */ (pause.firstElementChild), following ? 'pause-fill' : 'play-fill');
      setText(/** @type {Element} */ (pause.lastElementChild), t(following ? 'logs.pause' : 'logs.follow'));
      paused = !following;
    },
  });
  let paused = false;
  root.classList.add('content-full');
  root.replaceChildren(pageHead(t('tab.logs'), tools), form, list.element);
  setAttribute(wrapButton, 'aria-pressed', String(wrap));
  root.classList.toggle('log-more', filter.logger_name !== '');
  setAttribute(moreButton, 'aria-pressed', String(filter.logger_name !== ''));

  api
    .logSources()
    .then((sources) => {
      nodes.replaceChildren(...sources.nodes.map((/** @type {string} */ value) => h('option', { value })));
      loggers.replaceChildren(...sources.loggers.map((/** @type {string} */ value) => h('option', { value })));
    })
    .catch(() => {});

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const apply = () => {
    clearTimeout(typing);
    Object.assign(filter, Object.fromEntries(new FormData(form)));
    replaceQuery({ q: filter.q, level: filter.level, node: filter.node_id, logger: filter.logger_name });
    list.setFilter({ ...filter });
  };
  form.addEventListener(
    'submit',
    (event) => {
      event.preventDefault();
      apply();
    },
    { signal },
  );
  form.addEventListener('change', apply, { signal });
  form.addEventListener(
    'input',
    () => {
      clearTimeout(typing);
      typing = setTimeout(apply, TYPING_MS);
    },
    { signal },
  );
  jump.addEventListener(
    'change',
    () => {
      if (jump.value) list.jumpTo(new Date(jump.value).getTime());
    },
    { signal },
  );

  const heldText = () => list.feed.lines.map(lineText).join('\n');
  const fileName = (/** @type {string} */ ending) =>
    `cluster-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${ending}`;
  delegate(
    root,
    {
      pause: () => list.setFollowing(paused),
      more: () => setAttribute(moreButton, 'aria-pressed', String(root.classList.toggle('log-more'))),
      wrap() {
        wrap = !wrap;
        remember('logs.wrap', String(wrap));
        setAttribute(wrapButton, 'aria-pressed', String(wrap));
        list.setWrap(wrap);
      },
      copy: () => copy(heldText()),
      'save-text': () => save(fileName('log'), 'text/plain', `${heldText()}\n`),
      'save-json': () =>
        save(
          fileName('jsonl'),
          'application/x-ndjson',
          list.feed.lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
        ),
      async clear() {
        const whose = filter.node_id || t('logs.clear.all');
        if (!(await confirmed(t('logs.clear'), t('logs.clear.text', { name: whose }), t('logs.clear')))) return;
        await attempt(() => api.clearLogs(filter.node_id), t('logs.cleared'));
        list.setFilter({ ...filter });
      },
    },
    { signal },
  );

  return () => {
    clearTimeout(typing);
    abort.abort();
    list.destroy();
    root.classList.remove('content-full', 'log-more');
    root.replaceChildren();
  };
}
