// Keeps something that a view has read as new as the cluster. Whoever hears that it may have changed calls changed() or
// again(); the reader decides when to read. What must stay true:
//
// - No two reads are under way, so that an older answer never replaces a newer one.
// - A read that began before a change does not count for it: the thing is read again.
// - The mark, by which changes are told, is the one that was there when the read began. So a change that comes while a
//   read is waiting is never taken for known.

/** How long after a failure it is read again. */
const RETRY_MS = 5000;

export class Reader {
  /** @type {'idle' | 'waiting' | 'reading' | 'outdated'} outdated: reading, and something has changed since it began */
  #state = 'idle';
  /** The mark when the last read began; undefined if nothing is known. @type {string | undefined} */
  #mark = undefined;
  /** Whether a read has succeeded. */
  #known = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /**
   * @param {object} how
   * @param {() => Promise<void>} how.read reads it and shows it; throws if that fails
   * @param {() => string} [how.mark] tells the states of the thing apart, as far as the page knows
   * @param {(error: Error) => void} [how.onfail] told of each failure, after which it is read again in a while
   * @param {AbortSignal} how.signal ends it
   * @param {number} [how.pauseMs] how long changes are collected before it is read again
   * @param {number} [how.retryMs]
   */
  constructor({ read, mark = () => '', onfail = () => {}, signal, pauseMs = 0, retryMs = RETRY_MS }) {
    this.read = read;
    this.mark = mark;
    this.onfail = onfail;
    this.signal = signal;
    this.pauseMs = pauseMs;
    this.retryMs = retryMs;
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
  }

  /** Reads if the mark is another one than when the last read began. The first time, it reads at once. */
  changed() {
    if (this.mark() !== this.#mark) this.#ask(this.#known ? this.pauseMs : 0);
  }

  /** Reads in any case, and at once if no read is under way. */
  again() {
    this.#ask(0);
  }

  /** @param {number} inMs */
  #ask(inMs) {
    if (this.signal.aborted) return;
    if (this.#state === 'reading' || this.#state === 'outdated') {
      this.#state = 'outdated';
      return;
    }
    if (this.#state === 'waiting' && inMs > 0) return;
    this.#wait(inMs);
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#timer);
    this.#state = 'waiting';
    if (ms > 0) this.#timer = setTimeout(() => this.#begin(), ms);
    else this.#begin();
  }

  async #begin() {
    this.#state = 'reading';
    this.#mark = this.mark();
    let pause = this.pauseMs;
    try {
      await this.read();
      this.#known = true;
    } catch (error) {
      this.#mark = undefined;
      pause = this.retryMs;
      this.#state = 'outdated';
      if (!this.signal.aborted) this.onfail(/** @type {Error} */ (error));
    }
    const outdated = this.#state !== 'reading';
    this.#state = 'idle';
    if (outdated && !this.signal.aborted) this.#wait(pause);
  }
}
