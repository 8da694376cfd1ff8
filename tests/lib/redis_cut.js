// A proxy in the place of a stack's Redis, which ends a connection that sends a certain command: what a program does when
// Redis goes away at exactly that moment.

import { renameSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Puts the proxy into its place and makes every client connect anew, through it. While `at` of the result is a command's
 * name ("ZREM"), each connection that sends it is cut before Redis hears of it, and counted.
 * @param {import('./stack.js').Stack} stack
 */
export async function cutRedis(stack) {
  const cutter = { at: '', cuts: 0 };
  const path = join(stack.folder, 'redis.sock');
  const real = join(stack.folder, 'redis-real.sock');
  const proxy = createServer((client) => {
    const redis = createConnection(real);
    const end = () => [client, redis].forEach((socket) => socket.destroy());
    for (const socket of [client, redis]) socket.on('error', end).on('close', end).unref();
    redis.pipe(client);
    client.on('data', (data) => {
      if (!cutter.at || !data.includes(`$${cutter.at.length}\r\n${cutter.at}\r\n`)) return void redis.write(data);
      cutter.cuts++;
      end();
    });
  });
  renameSync(path, real);
  await new Promise((resolve) => proxy.listen(path, () => resolve(null)));
  proxy.unref();
  await stack.redisCommand('CLIENT', 'KILL', 'TYPE', 'normal');
  return cutter;
}
