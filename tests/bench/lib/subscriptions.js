// How the probe subscribes to each system and sends through it: ours, nchan, bare Redis.

import { addressOf } from './coordinator.js';
import { MARK, httpRequest, redisCommand, webSocketFrame, webSocketUpgrade } from './probe.js';

/** @typedef {import('./probe.js').Subscription} Subscription */
/** @typedef {import('./probe.js').Delivery} Delivery */
/** @typedef {import('../../lib/stack.js').Stack} Stack */

/**
 * The dashboard's WebSocket in delta mode, with a subscription.
 * @param {Stack} stack
 * @param {object} [wanted] members of the subscribe message
 * @returns {Promise<Subscription>}
 */
export async function dashboard(stack, wanted) {
  const { token } = await stack.user('viewer');
  const connect = {
    address: addressOf(stack),
    say: webSocketUpgrade('/ws/dashboard?mode=delta', token),
    until: '"type":"snapshot"',
  };
  if (!wanted) return connect;
  return {
    ...connect,
    then: webSocketFrame(JSON.stringify({ type: 'subscribe', ...wanted })),
    thenUntil: '"type":"subscribed"',
  };
}

/**
 * A POST to the coordinator on one kept connection.
 * @param {Stack} stack
 * @param {string} path
 * @param {object} body with MARK in it
 * @param {string} token
 * @returns {Delivery}
 */
export const post = (stack, path, body, token) => ({
  address: addressOf(stack),
  message: httpRequest('POST', path, { token, body: JSON.stringify(body) }),
  answer: 'HTTP/1.1 200',
});

/** @param {string} socket Redis' @returns {Subscription} */
export const redisSubscription = (socket) => ({
  address: `unix:${socket}`,
  say: redisCommand('SUBSCRIBE', 'lines'),
  until: 'subscribe',
});

/** @param {string} socket @param {number} size of the message in bytes @returns {Delivery} */
export const redisPublish = (socket, size) => ({
  address: `unix:${socket}`,
  message: redisCommand('PUBLISH', 'lines', payload(size)),
  answer: ':',
});

/** @param {number} port @returns {Subscription} */
export const nchanSubscription = (port) => ({
  address: `127.0.0.1:${port}`,
  say: webSocketUpgrade('/subscribe'),
  until: '\r\n\r\n',
});

/** @param {number} port @param {number} size @returns {Delivery} */
export const nchanPublish = (port, size) => ({
  address: `127.0.0.1:${port}`,
  message: httpRequest('POST', '/publish', { body: payload(size) }),
  answer: 'HTTP/1.1 20',
});

/** Text of this size with a mark in it. @param {number} size */
const payload = (size) => `{"message":"${MARK}"}`.padEnd(size);
