// A certificate authority for tests and the certificates it signs, made by openssl in a folder of the test.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class Authority {
  /** @param {string} folder @param {string} name of its files there */
  constructor(folder, name) {
    this.folder = folder;
    this.name = name;
    this.certificate = join(folder, `${name}.pem`);
    this.key = join(folder, `${name}.key`);
    openssl('req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`, '-keyout', this.key, '-out', this.certificate);
  }

  /**
   * A server's certificate and key.
   * @param {string} name of the files
   * @param {string} alternatives subjectAltName: `DNS:localhost,IP:127.0.0.1`
   */
  sign(name, alternatives) {
    const [certificate, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((end) => join(this.folder, `${name}.${end}`));
    writeFileSync(extensions, `subjectAltName=${alternatives}\n`);
    openssl('req', '-new', ...KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    openssl('x509', '-req', '-in', request, '-CA', this.certificate, '-CAkey', this.key, '-CAcreateserial', '-days', '2',
      '-extfile', extensions, '-out', certificate);
    return { certificate, key };
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** @param {...string} words */
function openssl(...words) {
  execFileSync('openssl', words, { stdio: 'pipe' });
}
