// The one owner of the WebSocket: connects, keeps alive, backs off with jitter and connects again. Says
// `state` (detail: Connection), `message` (detail: the parsed frame) and `ended` when the session has ended. It
// does not know what frames mean.

/** @typedef {import('./types.js').Connection} Connection */

const PING_MS = 4000;
const SILENCE_MS = 12_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const SESSION_ENDED = 4401;

/**
 * How long to wait before an attempt: doubling, and at random between half and all of it, so that a thousand
 * browsers do not come back at once.
 * @param {number} attempt 0 for the first after a loss
 * @param {number} random 0-1
 */
export function delayBefore(attempt, random) {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(longest * (0.5 + random / 2));
}

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

  close() {
    this.#drop();
    this.#say({ state: 'closed' });
  }

  /** Connects at once if it was waiting to. */
  hurry() {
    if (this.#retry !== undefined) this.open();
  }

  /** @param {object} message lost if there is no connection: the owner says it again when it is live */
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

  // A cut cable closes nothing; only silence tells.
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
