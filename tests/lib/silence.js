// Silence without waiting: what Redis has of a node is moved into the past, as if the node had not been heard since.

/** @typedef {import('./stack.js').Stack} Stack */

const TIME = /"(timestamp|fresh_until)":"([^"]+)"/g;

/** @param {string} json @param {number} ms */
function earlier(json, ms) {
  return json.replace(TIME, (_, name, time) => `"${name}":"${new Date(Date.parse(time) - ms).toISOString()}"`);
}

/**
 * Makes nodes silent that were heard a moment ago. The relay learns of it by a restart.
 * @param {Stack} stack
 * @param {string[]} nodes
 * @param {number} seconds by how much everything about them is moved back
 */
export async function silentSince(stack, nodes, seconds) {
  const ms = seconds * 1000;
  for (const node of nodes) {
    const key = (/** @type {string} */ name) => `p2pdash:{${node}}:${name}`;
    await stack.redisCommand('ZINCRBY', 'p2pdash:nodes', String(-ms), node);
    if ((await stack.redisCommand('EXISTS', key('stream_lost'))) === '1')
      await stack.redisCommand('DECRBY', key('stream_lost'), String(ms));
    for (const name of ['state', 'summary'])
      await stack.redisCommand('SET', key(name), earlier(await stack.redisCommand('GET', key(name)), ms));
    const points = (await stack.redisCommand('LRANGE', key('history'), '0', '-1')).split('\n').filter(Boolean);
    if (points.length === 0) continue;
    await stack.redisCommand('DEL', key('history'));
    await stack.redisCommand('RPUSH', key('history'), ...points.map((point) => earlier(point, ms)));
  }
  await stack.relay.restart();
  await stack.ready();
}
