// A worker behind TLS: it talks to a coordinator whose authority it was told to trust, and to no other.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { startStack, temporaryFolder, waitFor } from '../lib/stack.js';

const folder = temporaryFolder();

/** @param {string} name @param {string} alternatives */
function certificate(name, alternatives) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternatives}`, '-keyout', key, '-out', cert,
  ], { stdio: 'pipe' });
  return { key, cert };
}

const own = certificate('own', 'IP:127.0.0.1');
const other = certificate('other', 'IP:127.0.0.1');
const stack = await startStack({
  env: { P2PDASH_TLS_CERT: own.cert, P2PDASH_TLS_KEY: own.key },
  ca: readFileSync(own.cert, 'utf8'),
});

test('a_trusted_coordinator_gets_reports_and_sends_commands', async () => {
  const operator = await stack.user('operator');
  const reporter = await stack.reporter('trusting', { settings: { ca_file: own.cert } });
  reporter.daemon.start();
  const { result } = await waitFor(
    async () => {
      const { json } = await operator.post('/rpc', {
        jsonrpc: '2.0',
        id: 1,
        method: 'metrics_reporter.get_stats',
        params: { worker_id: 'trusting' },
      });
      return json.result && json;
    },
    { what: 'an answer over the command stream' },
  );
  assert.equal(result.last_report_status, 'success');
});

test('a_coordinator_of_another_authority_is_told_nothing', async () => {
  for (const settings of /** @type {Record<string, string>[]} */ ([{}, { ca_file: other.cert }])) {
    const reporter = await stack.reporter('wary', { settings });
    const { status, stderr } = await reporter.once();
    assert.equal(status, 1);
    assert.match(stderr, /certificate/i);
  }
  const { json } = await (await stack.user('viewer')).get('/api/dashboard/metrics');
  assert.equal(json.workers.wary, undefined);
});

test('a_coordinator_of_another_name_is_told_nothing', async () => {
  const url = stack.url.replace('127.0.0.1', 'localhost');
  const reporter = await stack.reporter('careful', { settings: { ca_file: own.cert, coordinator: url } });
  const { status, stderr } = await reporter.once();
  assert.equal(status, 1);
  assert.match(stderr, /no alternative certificate subject name matches/);
});
