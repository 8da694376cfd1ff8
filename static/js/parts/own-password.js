// How people change their own password. It ends their other sessions; this one goes on.
import * as api from '../api.js';
import { submitted } from '../dialog.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { toast } from '../toast.js';

const LENGTH_MIN = 8;

/** @param {string} id @param {string} label @param {string} autocomplete @param {number} minlength */
function field(id, label, autocomplete, minlength) {
  return [
    h('label', { class: 'form-label', for: id }, label),
    h('input', { class: 'form-control mb-3', id, name: id, type: 'password', required: true, autocomplete, minlength }),
  ];
}

/** Asks for the passwords and makes the change. @param {string} username for the browser's store of passwords */
export async function changeOwnPassword(username) {
  const body = [
    h('input', { type: 'text', name: 'username', value: username, autocomplete: 'username', hidden: true }),
    ...field('current-password', t('password.current'), 'current-password', 1),
    ...field('new-password', t('user.password.new'), 'new-password', LENGTH_MIN),
    ...field('repeat-password', t('password.repeat'), 'new-password', LENGTH_MIN),
    h('p', { class: 'form-text mb-0' }, t('password.sessions')),
  ];
  const done = await submitted({ title: t('password.change'), body, label: t('save') }, async (data) => {
    if (data['new-password'] !== data['repeat-password']) throw new Error(t('password.differ'));
    try {
      await api.changePassword(data['current-password'], data['new-password']);
    } catch (error) {
      if (/** @type {api.ApiError} */ (error).code !== 'bad_credentials') throw error;
      throw new Error(t('password.wrong'));
    }
  });
  if (done) toast(t('password.changed'), 'success');
}
