// The one owner of the WebSocket: connects, keeps the connection alive, and connects again after a back-off with jitter.
// Emits `state` (detail: Connection), `message` (detail: the parsed frame), and `ended` when the session has ended. Of
// the frames it knows only that a snapshot is the first.

/** @typedef {import('./types.js').Connection} Connection */

const PING_MS = 4000;
/** A connection that is silent for longer is dead: the relay answers each ping. */
const SILENCE_MS = 12_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
/** The relay's close code for a session that has ended (docs/PROTOCOL.md). */
const SESSION_ENDED = 4401;

/**
 * The back-off before an attempt. It doubles each time, and is at random between half and all of that, so that a
 * thousand browsers do not come back at once.
 * @param {number} attempt 0 for the first after a loss
 * @param {number} random 0-1
 */
export function delayBefore(attempt, random) {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(longest * (0.5 + random / 2));
}

/** A WebSocket that stays connected until it is closed. */
export class LiveSocket extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null;
  #attempt = 0;
  #lastHeard = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ping;

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
  }

  /** Connects, and goes on until close(). */
  open() {
    this.#drop();
    this.#say({ state: 'connecting' });
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    this.#lastHeard = Date.now();
    this.#ping = setInterval(() => this.#keepAlive(), PING_MS);
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = ({ code }) => (code === SESSION_ENDED ? this.#ended() : this.#lost());
  }

  /** Ends the connection. */
  close() {
    this.#drop();
    this.#say({ state: 'closed' });
  }

  /** Connects now if it is waiting for the next attempt. */
  hurry() {
    if (this.#retry !== undefined) this.open();
  }

  /**
   * Sends a message. Without a connection it is lost, and must be sent again once the state is `live`.
   * @param {object} message
   */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** @param {string} text */
  #receive(text) {
    this.#lastHeard = Date.now();
    const message = JSON.parse(text);
    if (message.type === 'snapshot') {
      this.#attempt = 0;
      this.#say({ state: 'live' });
    }
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  // A broken network path closes no connection. Only silence shows that it is dead.
  #keepAlive() {
    if (Date.now() - this.#lastHeard > SILENCE_MS) this.#lost();
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('ping');
  }

  #lost() {
    this.#drop();
    const delay = delayBefore(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.open(), delay);
    this.#say({ state: 'waiting', retryAt: Date.now() + delay });
  }

  #ended() {
    this.close();
    this.dispatchEvent(new Event('ended'));
  }

  #drop() {
    clearTimeout(this.#retry);
    clearInterval(this.#ping);
    this.#retry = undefined;
    if (!this.#socket) return;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  /** @param {Connection} connection */
  #say(connection) {
    this.dispatchEvent(new CustomEvent('state', { detail: connection }));
  }
}
