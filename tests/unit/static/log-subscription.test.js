// Goal: lines of an earlier filter are told from those of the one that is followed, in whatever order frames come.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EVERYTHING, LogBuffer } from '../../../static/js/log-buffer.js';
import { LogSubscription } from '../../../static/js/log-subscription.js';

test('only_frames_of_the_newest_answered_request_are_taken', () => {
  const subscription = new LogSubscription();
  const first = subscription.ask(new LogBuffer({ ...EVERYTHING, q: 'a' }, 10));
  assert.equal(subscription.answer({ id: first.id, subscription: 7 }), true);
  assert.equal(subscription.covers({ subscription: 7 }), true);

  const second = subscription.ask(new LogBuffer({ ...EVERYTHING, q: 'b' }, 10));
  assert.notEqual(second.id, first.id);
  assert.equal(subscription.covers({ subscription: 7 }), false, 'a line in flight');
  assert.equal(subscription.answer({ id: first.id, subscription: 7 }), false, 'an answer in flight');
  assert.equal(subscription.covers({ subscription: 7 }), false);
  assert.equal(subscription.answer({ id: second.id, subscription: 8 }), true);
  assert.deepEqual([7, 8].map((number) => subscription.covers({ subscription: number })), [false, true]);
});

test('a_request_that_is_refused_or_wants_no_lines_gets_none', () => {
  const subscription = new LogSubscription();
  const { id } = subscription.ask(new LogBuffer(EVERYTHING, 10));
  assert.equal(subscription.answer({ id }), true, 'an error');
  assert.equal(subscription.covers({ subscription: 7 }), false);
  const none = subscription.ask(null);
  assert.equal(none.logs, null);
  assert.equal(subscription.answer({ id: none.id, subscription: null }), true);
  assert.equal(subscription.covers({}), false);
});

test('lines_are_asked_for_after_those_that_are_known', () => {
  const subscription = new LogSubscription();
  const buffer = new LogBuffer(EVERYTHING, 10);
  assert.equal('log_seq' in subscription.ask(buffer), false, 'nothing is loaded');
  buffer.fill([], true);
  assert.equal('log_seq' in subscription.ask(buffer), false, 'nothing is known');
  buffer.knowTo(41);
  assert.equal(subscription.ask(buffer).log_seq, 41, 'none of the first 41 passes');
  buffer.replace([], { complete: false, detached: true });
  assert.equal('log_seq' in subscription.ask(buffer), false, 'a piece of the past');
});
