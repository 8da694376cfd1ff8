// Shown when the page has opened but the coordinator's API does not answer: why, and when it is asked again.
import { h, icon, setText } from '../dom.js';
import { t } from '../i18n.js';

const PATIENCE_S = 5;

/**
 * @param {HTMLElement} root
 * @param {Error} error
 * @returns {Promise<void>} ends when it is time to try again
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
