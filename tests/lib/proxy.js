// Another web server in front of a coordinator, as sites have one: it shows the coordinator below a path, and passes that
// path on or strips it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

import { Client } from './client.js';
import { Program } from './program.js';
import { freePort } from './stack.js';
import { waitFor } from './wait.js';

/**
 * Starts one that ends with the test file.
 * @param {import('./stack.js').Stack} stack
 * @param {{ path: string, strips: boolean }} options
 * @returns {Promise<{ url: string, client: Client, program: Program }>} its origin, without the path
 */
export async function startProxy(stack, { path, strips }) {
  const port = await freePort();
  const folder = join(stack.folder, `proxy-${port}`);
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path tmp/${name};`);
  writeFileSync(join(folder, 'nginx.conf'), `daemon off;
pid nginx.pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
events { worker_connections 1000; }
http {
    access_log off;
    ${temporary.join(' ')}
    map $http_upgrade $connection_upgrade { "" ""; default upgrade; }
    server {
        listen 127.0.0.1:${port};
        absolute_redirect off;
        location ${path}/ {
            proxy_http_version 1.1;
            proxy_buffering off;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_pass ${stack.url}${strips ? '/' : ''};
        }
        location / { return 404 "another program\\n"; }
    }
}
`);
  const program = new Program('proxy', ['nginx', '-e', 'stderr', '-p', `${folder}/`, '-c', join(folder, 'nginx.conf')], {
    log: join(folder, 'log'),
  });
  program.start();
  after(() => program.stop());
  const url = `http://127.0.0.1:${port}`;
  const client = new Client(url);
  await waitFor(async () => (await client.get(`${path}/health`)).status === 200, { what: 'the proxy to answer' });
  return { url, client, program };
}
