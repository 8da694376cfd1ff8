// A section with `namespace` reads the journal of a journal namespace, which a real journald writes, and no other section
// does.

import assert from 'node:assert/strict';
import test from 'node:test';

import { cannotRunJournald, startJournald } from '../lib/journald.js';
import { startStack, waitFor } from '../lib/stack.js';

const SECTIONS = `[log web]
source = journal
namespace = web

[log machine]
source = journal
`;

test('a_journal_namespace_is_read_by_its_section', { skip: cannotRunJournald }, async () => {
  const stack = await startStack();
  const journald = await startJournald('web');
  const viewer = await stack.user('viewer');
  await journald.log('shop', 'written before the start');
  await stack.startReporter('spaced', { sections: SECTIONS, wrapper: journald.entrance });
  await journald.log('shop', 'written after it');
  const lines = await waitFor(
    async () => {
      const { logs } = (await viewer.get('/api/logs?node_id=spaced&logger_name=shop')).json;
      return logs.length >= 2 && logs;
    },
    { what: 'both lines' },
  );
  assert.deepEqual(lines.map((/** @type {any} */ line) => line.message).sort(), ['written after it', 'written before the start']);
});
