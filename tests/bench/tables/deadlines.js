// What the wire contract promises within a time, and how soon it comes. The tests ask whether it comes at all, so that a slow
// machine fails none of them: how soon is measured here.

import { metrics, report } from '../../lib/report.js';
import { temporaryFolder, waitFor } from '../../lib/stack.js';
import { cannotRunSystemd, Systemd } from '../../lib/systemd.js';
import { startCoordinator } from '../lib/coordinator.js';
import { markdown, spread } from '../lib/figures.js';

const TIMES = 10;
const ASKERS = 16;
/** How long the API is asked about a token that was revoked: longer than is promised. */
const ASKED_MS = 1500;

/** @typedef {import('../../lib/stack.js').Stack} Stack */
/** @typedef {{ what: string, promised: string, measure: () => Promise<number> }} Deadline `measure`: ms, once */

/** Since then, in ms. @param {number} began */
const since = (began) => performance.now() - began;

/** @param {string | undefined} token */
const idOf = (token) => JSON.parse(Buffer.from(String(token).split('.')[1], 'base64url').toString()).jti;

/** @param {Stack} stack @returns {Deadline[]} */
function sessions(stack) {
  const session = () => stack.logIn('ada', 'a long password');
  return [
    {
      what: 'a revoked token: the last request that any process of the API still takes',
      promised: '1,000',
      async measure() {
        const client = await session();
        const ask = async () => (await client.get('/auth/me')).status === 200;
        await Promise.all(Array.from({ length: 2 * ASKERS }, ask)); // so that it is known to many
        const began = performance.now();
        await client.post('/auth/revoke');
        let last = 0;
        const asker = async () => {
          while (since(began) < ASKED_MS) {
            const asked = since(began);
            if (await ask()) last = Math.max(last, asked);
          }
        };
        await Promise.all(Array.from({ length: ASKERS }, asker));
        return last;
      },
    },
    {
      what: 'a revoked token: its WebSocket closed',
      promised: '1,000',
      async measure() {
        const client = await session();
        const socket = await stack.webSocket(client);
        const began = performance.now();
        await client.post('/auth/revoke');
        await socket.closed;
        return since(began);
      },
    },
    {
      what: "a worker's revoked token: its command stream ended",
      promised: '1,000',
      async measure() {
        const [admin, worker] = await Promise.all([stack.user('admin'), stack.worker('worker-001')]);
        const { stream } = await stack.commands(worker);
        const ended = new Promise((resolve) => stream?.response.once('close', resolve));
        const began = performance.now();
        await admin.request('DELETE', `/api/admin/tokens/${idOf(worker.token)}`);
        await ended;
        return since(began);
      },
    },
  ];
}

/** The first delta that says this of a worker. @param {import('../../lib/socket.js').DashboardSocket} socket @param {string} node @param {(changed: any) => boolean} says */
const told = (socket, node, says) =>
  new Promise((resolve) => {
    const take = (/** @type {any} */ data) => {
      const changed = JSON.parse(data.toString()).data?.workers?.[node];
      if (!changed || !says(changed)) return;
      socket.socket.off('message', take);
      resolve(undefined);
    };
    socket.socket.on('message', take);
  });

/** @param {Stack} stack @returns {Promise<Deadline>} */
async function delta(stack) {
  const worker = await stack.worker('worker-002');
  let cpu_percent = 1;
  const send = () => worker.post('/api/reporter/report', report('worker-002', { metrics: metrics({ cpu_percent }) }));
  await send();
  const socket = await stack.webSocket(await stack.user('viewer'), { mode: 'delta' });
  await socket.next('snapshot');
  return {
    what: 'a report: the delta at a browser',
    promised: '100',
    async measure() {
      cpu_percent++;
      const seen = told(socket, 'worker-002', (changed) => changed.cpu_percent === cpu_percent);
      const began = performance.now();
      await send();
      await seen;
      return since(began);
    },
  };
}

/** @param {Stack} stack @param {Systemd} systemd @returns {Promise<Deadline>} */
async function unit(stack, systemd) {
  systemd.program.start();
  await systemd.ready();
  await systemd.define({ 'web.service': '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep 1000\n' });
  const sections = '[service web]\ndriver = systemd\nunit = web.service\n';
  await stack.startReporter('worker-003', { sections, env: systemd.env });
  const socket = await stack.webSocket(await stack.user('viewer'), { mode: 'delta' });
  const summary = () => Object.assign({}, ...socket.messages.map(({ data }) => data?.workers?.['worker-003'] ?? {}));
  return {
    what: "kill -9 of a unit's process: at a browser",
    promised: '1,000',
    async measure() {
      await systemd.systemctl('start', 'web.service');
      await waitFor(() => summary().services_running === 1, { what: 'the unit to run' });
      const seen = told(socket, 'worker-003', (changed) => changed.services_error === 1);
      const began = performance.now();
      await systemd.systemctl('kill', '--signal=KILL', 'web.service');
      await seen;
      return since(began);
    },
  };
}

async function run() {
  const stack = await startCoordinator();
  await stack.createUser('ada', 'viewer', 'a long password');
  const systemd = new Systemd(temporaryFolder());
  const deadlines = [...sessions(stack), await delta(stack), ...(cannotRunSystemd ? [] : [await unit(stack, systemd)])];
  const rows = [];
  for (const { what, promised, measure } of deadlines) {
    const times = [];
    while (times.length < TIMES) times.push(await measure());
    rows.push([what, promised, spread(times)]);
  }
  await stack.stop();
  await systemd.program.stop();
  return markdown(['what', 'promised within, ms', 'came after, ms'], rows);
}

/** @type {import('../run.js').Table} */
export const table = { title: 'What is promised within a time', run };
