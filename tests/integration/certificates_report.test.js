// Certificates on a worker: told to the API and the browser, renewed ones at once with the next report, and those that cannot
// be read stay with their error.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { startStack, waitFor } from '../lib/stack.js';

const stack = await startStack();
const operator = await stack.user('operator');
const folder = join(stack.folder, 'certificates');
mkdirSync(join(folder, 'live/a.example'), { recursive: true });
mkdirSync(join(folder, 'a-directory.pem'));

/** @param {string} name @param {string} subject @param {number} days */
function make(name, subject, days) {
  const pem = join(folder, `${name}.pem`);
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', subject, '-days', `${days}`]
      .concat(['-addext', `subjectAltName=DNS:${name}.example,IP:192.0.2.7`])
      .concat(['-keyout', join(folder, `${name}.key`), '-out', pem]),
    { stdio: 'ignore' },
  );
  return pem;
}

const site = make('site', '/C=DE/O=<img src=x onerror=alert(1)>/CN=site.example', 20);
const other = make('other', '/CN=other.example', 90);
execFileSync('openssl', ['x509', '-in', other, '-outform', 'DER', '-out', join(folder, 'other.der')]);
const garbage = '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n';
writeFileSync(join(folder, 'garbage.pem'), garbage);
writeFileSync(join(folder, 'live/a.example/cert.pem'), `${garbage}${readFileSync(other, 'utf8')}`);

// What openssl makes and hardly anybody else: a serial of 160 bytes, and times that are none.
const long = join(folder, 'long.pem');
execFileSync(
  'openssl',
  ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=long.example', '-set_serial', `0x${'ab'.repeat(160)}`]
    .concat(['-keyout', join(folder, 'long.key'), '-out', long]),
  { stdio: 'ignore' },
);
const der = readFileSync(join(folder, 'other.der'), 'latin1');
writeFileSync(join(folder, 'odd.der'), der.replaceAll(/\d{12}Z/g, '26112XXXXXXXZ'), 'latin1');

const paths = ['site.pem', 'other.der', 'live/*/cert.pem', 'long.pem', 'odd.der', 'site.key', 'garbage.pem', 'a-directory.pem', 'missing.pem'];
const reporter = await stack.startReporter('bearer', {
  sections: `[certificates]\npaths = ${paths.map((path) => join(folder, path)).join(', ')}\n`,
});

const reportNow = () =>
  operator.post('/rpc', {
    jsonrpc: '2.0',
    id: 1,
    method: 'metrics_reporter.control_reporter',
    params: { worker_id: 'bearer', action: 'report_now' },
  });

/** @returns {Promise<any>} */
const served = async () => (await operator.get('/api/dashboard/service-data?service_type=certificates')).json;

test('every_field_is_what_the_certificate_says', async () => {
  const { certificates, total } = await waitFor(async () => {
    const answer = await served();
    return answer.total === 10 && answer;
  }, { what: 'four certificates and six errors' });
  assert.equal(total, 10);
  const found = certificates.find((/** @type {any} */ certificate) => certificate.path === site);
  const truth = new X509Certificate(readFileSync(site));
  assert.deepEqual(found, {
    worker: 'bearer',
    path: site,
    subject: 'CN=site.example,O=\\<img src=x onerror=alert(1)\\>,C=DE',
    issuer: 'CN=site.example,O=\\<img src=x onerror=alert(1)\\>,C=DE',
    serial: truth.serialNumber,
    not_before: new Date(truth.validFrom).toISOString(),
    not_after: new Date(truth.validTo).toISOString(),
    days_left: found.days_left,
    sans: ['site.example', '192.0.2.7'],
    fingerprint_sha256: truth.fingerprint256,
    key: 'EC P-256',
  });
  assert.ok([19, 20].includes(found.days_left), `${found.days_left} days`);
});

test('a_serial_that_is_too_long_is_cut_and_marked', async () => {
  const { certificates } = await served();
  const { serial } = certificates.find((/** @type {any} */ certificate) => certificate.path === long);
  assert.match(serial, /^(AB)+A?…$/);
});

test('a_browser_gets_them_first', async () => {
  await waitFor(
    async () => {
      const browser = await stack.webSocket(operator);
      const { data } = await browser.next('initial');
      await browser.close();
      return data.certificates.length === 10;
    },
    { what: 'the relay to know them' },
  );
});

test('what_is_no_certificate_is_named_once_in_the_log_though_others_stand_beside_it', async () => {
  await reportNow();
  for (const path of ['odd.der', 'site.key', 'garbage.pem', 'live/a.example/cert.pem', 'a-directory.pem', 'missing.pem']) {
    const told = reporter.daemon.log().split('\n').filter((line) => line.includes(`path=${join(folder, path)}`));
    assert.equal(told.length, 1, `${path}: ${told.join('\n')}`);
    assert.match(told[0], /^WARNING certificates: /);
  }
});

test('a_renewed_certificate_is_seen_with_the_next_report', async () => {
  copyFileSync(make('renewed', '/CN=renewed.example', 90), site);
  await waitFor(async () => {
    await reportNow();
    const { certificates } = await served();
    return certificates.some((/** @type {any} */ certificate) => certificate.subject === 'CN=renewed.example');
  }, { what: 'the renewed certificate' });
});

test('a_certificate_that_is_overwritten_or_deleted_stays_with_its_error', async () => {
  writeFileSync(site, 'rubbish');
  rmSync(join(folder, 'live/a.example/cert.pem'));
  /** @param {string} path @returns {Promise<string[]>} */
  const errorsOf = async (path) => (await served()).certificates.filter((/** @type {any} */ c) => c.path === path).map((/** @type {any} */ c) => c.error);
  await waitFor(
    async () => {
      await reportNow();
      return (await errorsOf(site))[0] !== undefined;
    },
    { what: 'the errors' },
  );
  assert.deepEqual(await errorsOf(site), ['no certificate in it']);
  assert.deepEqual(await errorsOf(join(folder, 'live/a.example/cert.pem')), ['No such file or directory']);
});
