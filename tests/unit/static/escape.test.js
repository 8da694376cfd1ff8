// Goal: no text form of a log line holds what a terminal or an editor would obey, and no line pretends to be another.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { escapedJson, escapeText } from '../../../static/js/escape.js';
import { lineText } from '../../../static/js/log-buffer.js';

const rows = readFileSync(new URL('../../fixtures/escapes.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([hex, wanted, name]) => ({ text: Buffer.from(hex, 'hex').toString('utf8'), wanted, name }));

test('the_rows_of_the_fixture_are_escaped_as_they_say', () => {
  assert.equal(rows.length, 17);
  for (const { text, wanted, name } of rows) assert.equal(escapeText(text), wanted, name);
});

test('half_a_surrogate_pair_is_escaped_and_a_whole_one_is_not', () => {
  assert.equal(escapeText('a\ud83db\ude80 🚀'), 'a\\ud83db\\ude80 🚀');
});

test('json_keeps_its_meaning', () => {
  for (const { text } of rows) {
    const json = escapedJson({ message: text }, 2);
    assert.deepEqual(JSON.parse(json), { message: text });
    assert.equal(escapeText(json.replaceAll('\n', '')), json.replaceAll('\n', ''), 'nothing is left to escape');
  }
});

test('a_message_with_a_newline_makes_no_line_of_another_node', () => {
  const line = lineText({
    seq: 1,
    timestamp: '2025-11-17T10:30:00.123Z',
    node_id: 'worker-001',
    level: 'INFO',
    logger_name: 'a\u202e',
    message: 'first\n2025-11-17T10:30:01.000Z ERROR    worker-002 app: forged \u001b[31m\u0007\r',
    fields: { 'x\ny': 'z\u0085' },
  });
  assert.equal(
    line,
    '2025-11-17T10:30:00.123Z INFO     worker-001 a\\u202e: first\\x0a2025-11-17T10:30:01.000Z ERROR    ' +
      'worker-002 app: forged \\x1b[31m\\x07\\x0d x\\x0ay=z\\u0085',
  );
});
