// More logins than anybody types: the web server refuses them, and who works already notices nothing.

import assert from 'node:assert/strict';
import test from 'node:test';

import { startStack } from '../lib/stack.js';

const stack = await startStack({ parts: ['redis', 'api', 'nginx'] });

test('a flood of logins is refused by the web server, and slows nothing else', async () => {
  const viewer = await stack.user('viewer');
  const flood = Array.from({ length: 300 }, (_, i) => stack.visitor.post('/auth/login', { username: `ghost-${i}`, password: 'no' }));
  assert.equal((await viewer.get('/api/dashboard/stats')).status, 200);
  const answers = await Promise.all(flood);
  const refused = answers.find((answer) => /at once/.test(answer.json.error));
  assert.deepEqual([refused?.status, refused?.json.code], [429, 'too_many_requests']);
  assert.ok(Number(refused?.headers['retry-after']) >= 1);
  assert.ok(answers.every((answer) => [401, 429].includes(answer.status)));
});
