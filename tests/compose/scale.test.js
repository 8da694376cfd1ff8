// Goal: three API containers and two relays behind one nginx. Ten browsers, spread over both relays, all see every
// line and every report; an API or a relay that goes away is not missed.

import assert from 'node:assert/strict';

import { waitFor } from '../lib/wait.js';
import { docker, startContainers } from './containers.js';

const BROWSERS = 10;
const LINES = 20;
const REPORTS = 3;

const stack = await startContainers('scale', ['--scale', 'api=3', '--scale', 'relay=2']);
await stack.healthy(60_000);
const admin = await stack.admin();
/** @type {import('../lib/socket.js').DashboardSocket[]} */
let browsers = [];

stack.step('ten_browsers_are_spread_over_both_relays', async () => {
  const relays = await stack.containers('relay');
  assert.equal(relays.length, 2);
  const streams = await Promise.all(relays.map(({ Id }) => connections(Id, 9100)));
  // One after the other, as people come: those who wait for the same answer of DNS get the same relay.
  while (browsers.length < BROWSERS) browsers.push(await browser());
  const all = await Promise.all(relays.map(({ Id }) => connections(Id, 9100)));
  const shares = all.map((count, i) => count - streams[i]);
  assert.ok(shares.every((share) => share > 0), `browsers of the relays: ${shares}`);
});

stack.step('every_browser_sees_every_line_and_every_report', async () => {
  // All have been there since the last one got its first line and report, until the first one has enough.
  await waitFor(() => browsers.every((one) => lines(one).length > LINES && reports(one).length > REPORTS),
    { what: 'lines and reports', deadline: 60_000 });
  for (const all of [browsers.map(lines), browsers.map(reports)]) {
    const first = Math.max(...all.map((list) => list[0]));
    const last = Math.min(...all.map((list) => list[list.length - 1]));
    const shared = all.map((list) => list.filter((item) => item >= first && item <= last));
    assert.ok(shared[0].length > 1, `${shared[0].length} in common`);
    for (const list of shared) assert.deepEqual(list, shared[0]);
  }
  for (const { messages } of browsers) {
    const deltas = messages.filter(({ type }) => type === 'delta').map(({ seq }) => seq);
    assert.deepEqual(deltas, deltas.map((_, i) => deltas[0] + i), 'no delta is missing');
    assert.ok(messages.every(({ type }) => !['lagged', 'gap', 'error'].includes(type)));
  }
});

stack.step('every_api_container_answers', async () => {
  for (let i = 0; i < 60; i++) assert.equal((await admin.get('/api/dashboard/stats')).status, 200);
  const clients = await stack.inside('redis', 'redis-cli', 'client', 'list');
  for (const { Name, NetworkSettings } of await stack.containers('api')) {
    const address = NetworkSettings.Networks[`${stack.project}_store`].IPAddress;
    assert.match(clients, new RegExp(` addr=${address.replaceAll('.', '\\.')}:\\d+ .* idle=[0-5] `), `${Name} was asked`);
  }
});

stack.step('a_container_that_goes_is_not_missed', async () => {
  const [api] = await stack.containers('api');
  const [relay] = await stack.containers('relay');
  await Promise.all([docker('stop', '-t', '5', api.Id), docker('stop', '-t', '5', relay.Id)]);
  // Once DNS has forgotten them, and nginx what it asked last.
  await waitFor(async () => (await admin.get('/health')).status === 200, { what: 'an answer' });
  for (let i = 0; i < 30; i++) assert.equal((await admin.get('/health')).status, 200);
  const late = await waitFor(() => browser(), { what: 'a connection to the other relay' });
  await waitFor(() => lines(late).length > 1, { what: 'lines' });
});

stack.step('the_other_relay_never_stumbled', async () => {
  const open = browsers.filter(({ socket }) => socket.readyState === socket.OPEN);
  assert.ok(open.length > 0 && open.length < BROWSERS, `${open.length} still connected`);
  const counts = open.map((one) => lines(one).length);
  await waitFor(() => open.every((one, i) => lines(one).length > counts[i]), { what: 'more lines' });
  browsers.forEach(({ socket }) => socket.terminate());
});

/** A browser on the page's own protocol, with all lines. */
async function browser() {
  const socket = await stack.socket(admin, '?mode=delta');
  socket.send({ type: 'subscribe', logs: {} });
  return socket;
}

/** The lines it has seen, by seq. @param {import('../lib/socket.js').DashboardSocket} socket */
function lines({ messages }) {
  return messages.filter(({ type }) => type === 'new_logs').flatMap(({ logs }) => logs.map((/** @type {any} */ entry) => entry.seq));
}

/** The coordinator's reports it has seen, by time. @param {import('../lib/socket.js').DashboardSocket} socket */
function reports({ messages }) {
  return messages.filter(({ type, data }) => type === 'delta' && data.coordinator?.timestamp)
    .map(({ data }) => Date.parse(data.coordinator.timestamp));
}

/** Established connections to a port inside a container. @param {string} id @param {number} port */
async function connections(id, port) {
  const here = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = (await docker('exec', id, 'cat', '/proc/net/tcp')).split('\n').map((row) => row.trim().split(/ +/));
  return rows.filter(([, local, , state]) => local?.endsWith(here) && state === '01').length;
}
