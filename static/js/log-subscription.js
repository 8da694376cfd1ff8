// Knows which of the relay's frames are about the log filter that is followed now. After the filter has changed, lines
// of the filter before are still on their way. Each request to subscribe has an id, its answer names the number of the
// relay's subscription, and all frames of that have the number (docs/PROTOCOL.md).

/** @typedef {import('./log-buffer.js').LogBuffer} LogBuffer */

/** The newest request to subscribe. */
export class LogSubscription {
  #id = 0;
  /** The relay's number; null while the request has no answer, or if it wants no lines. @type {number | null} */
  #number = null;
  /** The buffer that the lines are for. @type {LogBuffer | null} */
  buffer = null;
  /** The seq after which lines were asked for; undefined if only new ones were. @type {number | undefined} */
  after = undefined;

  /**
   * Begins another request. Frames of those before are no longer taken.
   * @param {LogBuffer | null} buffer
   * @returns {{id: number, logs: import('./types.js').LogFilter | null, log_seq?: number}} its members
   */
  ask(buffer) {
    this.#id += 1;
    this.#number = null;
    this.buffer = buffer;
    // The relay first sends the lines after this one, if it still has them, and a `gap` if it has not.
    this.after = buffer?.loaded && !buffer.detached && buffer.completeTo > 0 ? buffer.completeTo : undefined;
    return {
      id: this.#id,
      logs: buffer?.filter ?? null,
      ...(this.after === undefined ? {} : { log_seq: this.after }),
    };
  }

  /**
   * Takes the answer to a request: `subscribed`, or `error`.
   * @param {{id?: number, subscription?: number | null}} frame
   * @returns {boolean} whether it is that to the newest
   */
  answer({ id, subscription = null }) {
    if (id !== this.#id) return false;
    this.#number = subscription;
    return true;
  }

  /** Whether a frame is about the lines that are wanted now. @param {{subscription?: number}} frame */
  covers({ subscription }) {
    return this.#number !== null && subscription === this.#number;
  }
}
