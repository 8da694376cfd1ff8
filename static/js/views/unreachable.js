// Shown if the API does not answer while the page opens: the reason, and a countdown to the next attempt.
import { h, icon, setText } from '../dom.js';
import { t } from '../i18n.js';

const PATIENCE_S = 5;

/**
 * Shows it, and takes it away when it is time for the next attempt.
 * @param {HTMLElement} root
 * @param {Error} error
 * @returns {Promise<void>} resolves then
 */
export function mount(root, error) {
  const countdown = h('p', {});
  const button = h('button', { type: 'button', class: 'btn btn-primary' }, t('retry.now'));
  root.replaceChildren(
    h(
      'main',
      { class: 'state state-page', role: 'alert' },
      icon('plug', 'state-icon'),
      h('h1', { class: 'state-title' }, t('unreachable.title')),
      h('p', {}, error.message),
      h('p', {}, t('unreachable.hint'), ' ', h('code', {}, 'make status')),
      countdown,
      button,
    ),
  );
  return new Promise((resolve) => {
    let left = PATIENCE_S;
    const tick = () => {
      if (left === 0) done();
      setText(countdown, t('connection.waiting', { count: left }));
      left -= 1;
    };
    const timer = setInterval(tick, 1000);
    const done = () => {
      clearInterval(timer);
      root.replaceChildren();
      resolve();
    };
    button.addEventListener('click', done);
    tick();
  });
}
