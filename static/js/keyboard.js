// Owns the keyboard shortcuts: `/` to search, `g` and a letter for the tabs, `?` for the list of all.
import { openDialog } from './dialog.js';
import { h } from './dom.js';
import { t } from './i18n.js';
import { url } from './router.js';

/** Letter after `g` → tab. @type {{[letter: string]: [tab: string, path: string]}} */
const PLACES = {
  o: ['overview', ''],
  w: ['workers', '/workers'],
  s: ['services', '/services'],
  l: ['logs', '/logs'],
  c: ['certificates', '/certificates'],
  a: ['admin', '/admin'],
};
/** How long after `g` the letter may come. */
const CHORD_MS = 1500;

/** @param {EventTarget | null} target */
function isTyping(target) {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Listens for the shortcuts, as long as the page lives. @param {import('./router.js').Router} router */
export function keyboard(router) {
  let chordUntil = 0;

  /** @type {{[key: string]: (event: KeyboardEvent) => boolean}} gives whether it did something */
  const keys = {
    '/': () => {
      const box = /** @type {HTMLInputElement | null} */ (document.querySelector('[data-search]'));
      box?.focus();
      box?.select();
      return box !== null;
    },
    '?': () => {
      showShortcuts();
      return true;
    },
    g: ({ timeStamp }) => {
      chordUntil = timeStamp + CHORD_MS;
      return true;
    },
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') /** @type {HTMLElement} */ (event.target).blur();
      return;
    }
    // Letters are told by the place of the key, so that the shortcuts work with a Cyrillic layout too.
    const letter = event.code.startsWith('Key') ? event.code.slice(3).toLowerCase() : event.key;
    const place = event.timeStamp < chordUntil ? PLACES[letter] : undefined;
    chordUntil = 0;
    if (place) router.go(url(place[1]));
    else if (!keys[event.key === '?' || event.key === '/' ? event.key : letter]?.(event)) return;
    event.preventDefault();
  });
}

/** Shows the list of shortcuts. */
export function showShortcuts() {
  if (document.querySelector('dialog[open]')) return;
  const rows = [
    [['/'], t('shortcuts.search')],
    [['?'], t('shortcuts.title')],
    [['Esc'], t('shortcuts.escape')],
    ...Object.entries(PLACES).map(([letter, [tab]]) => [['g', letter], t(`tab.${tab}`)]),
  ];
  openDialog({
    title: t('shortcuts.title'),
    body: [
      h(
        'dl',
        { class: 'shortcuts' },
        rows.flatMap(([keys, text]) => [
          h(
            'dt',
            {},
            /** @type {string[]} */ (keys).flatMap((key) => [h('kbd', {}, key), ' ']),
          ),
          h('dd', {}, /** @type {string} */ (text)),
        ]),
      ),
    ],
    buttons: [{ value: '', label: t('close'), kind: 'secondary' }],
  });
}
