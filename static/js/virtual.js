// Owns long lists: only the rows that can be seen are in the page, whatever their heights. Rows that are not
// measured yet count as `estimate` high.

/**
 * @template T
 * @typedef {object} RowMaker
 * @property {(item: T) => string} key
 * @property {(item: T) => HTMLElement} create
 * @property {(element: HTMLElement, item: T, index: number) => void} update
 */

const MARGIN_PX = 300;

/** @template T */
export class VirtualList {
  /** @type {T[]} */
  #items = [];
  /** Row i begins at #tops[i]; the last one is the whole height. */
  #tops = new Float64Array(1);
  /** @type {Map<string, number>} heights that differ from the estimate */
  #heights = new Map();
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();
  #frame = 0;
  #abort = new AbortController();

  /**
   * @param {HTMLElement} list gets the rows; positioned, as high as all rows together
   * @param {HTMLElement | null} scroller what scrolls; null for the window
   * @param {RowMaker<T>} rows
   * @param {{estimate: number, measured?: boolean, onrange?: (items: T[]) => void}} options measured: rows may differ in
   *   height; onrange: told which rows are in the page
   */
  constructor(list, scroller, rows, { estimate, measured = false, onrange }) {
    this.list = list;
    this.scroller = scroller;
    this.rows = rows;
    this.estimate = estimate;
    this.measured = measured;
    this.onrange = onrange;
    this.window = list.appendChild(document.createElement('div'));
    this.window.className = 'virtual-window';
    this.window.setAttribute('role', 'presentation');
    const { signal } = this.#abort;
    (scroller ?? window).addEventListener('scroll', () => this.refresh(), { passive: true, signal });
    window.addEventListener('resize', () => this.forgetHeights(), { signal });
  }

  destroy() {
    this.#abort.abort();
    cancelAnimationFrame(this.#frame);
  }

  get items() {
    return this.#items;
  }

  /**
   * @param {T[]} items
   * @param {{hold?: boolean}} [how] hold: the row at the top of the view stays where it is on the screen
   */
  setItems(items, { hold = false } = {}) {
    const anchor = hold ? this.#anchor() : null;
    this.#items = items;
    if (this.#heights.size > 2 * items.length + 100) this.#forgetStrangers();
    this.#layout();
    if (anchor) this.#restore(anchor);
    this.refresh();
  }

  /** Heights are measured anew: the width or the way rows are shown has changed. */
  forgetHeights() {
    this.#heights.clear();
    this.#layout();
    this.refresh();
  }

  /** Rows are made anew: what they show besides their item has changed. */
  forgetRows() {
    this.#shown.clear();
    this.window.replaceChildren();
    this.forgetHeights();
  }

  /** Draws in the next frame. */
  refresh() {
    if (this.#frame || this.#abort.signal.aborted) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
    });
  }

  /** @param {number} index */
  scrollTo(index) {
    const top = this.#tops[Math.max(0, Math.min(index, this.#items.length))];
    (this.scroller ?? window).scrollTo({ top: top + this.#listTop() });
    this.draw();
  }

  scrollToEnd() {
    if (this.scroller) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.draw();
  }

  /** How far the end of the list is below the view (px). */
  get below() {
    if (!this.scroller) return 0;
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  draw() {
    const { first, last } = this.#range();
    const visible = this.#items.slice(first, last);
    this.#replaceRows(visible, first);
    this.window.style.transform = `translateY(${this.#tops[first]}px)`;
    if (this.measured && this.#measure(visible)) {
      const wasAtEnd = this.scroller !== null && this.below < 2;
      this.#layout();
      this.window.style.transform = `translateY(${this.#tops[first]}px)`;
      if (wasAtEnd && this.scroller) this.scroller.scrollTop = this.scroller.scrollHeight;
      this.refresh();
    }
    this.onrange?.(visible);
  }

  /** @returns {{first: number, last: number}} the rows in view, and a margin */
  #range() {
    const height = this.scroller ? this.scroller.clientHeight : window.innerHeight;
    const offset = (this.scroller ? this.scroller.scrollTop : window.scrollY) - this.#listTop();
    const first = this.#indexAt(offset - MARGIN_PX);
    const last = this.#indexAt(offset + height + MARGIN_PX) + 1;
    return { first, last: Math.min(last, this.#items.length) };
  }

  /** Where the list begins in what scrolls (px). */
  #listTop() {
    if (!this.scroller) return this.list.getBoundingClientRect().top + window.scrollY;
    return this.list.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top + this.scroller.scrollTop;
  }

  /** @param {number} y @returns {number} the row there, found by halving */
  #indexAt(y) {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // Rows come and go all day; what is known of those that went would pile up.
  #forgetStrangers() {
    const keys = new Set(this.#items.map(this.rows.key));
    for (const key of this.#heights.keys()) if (!keys.has(key)) this.#heights.delete(key);
  }

  #layout() {
    const count = this.#items.length;
    if (this.#tops.length < count + 1) this.#tops = new Float64Array(count * 2 + 1);
    const uniform = this.#heights.size === 0;
    for (let i = 0, top = 0; i < count; i += 1) {
      top += uniform ? this.estimate : (this.#heights.get(this.rows.key(this.#items[i])) ?? this.estimate);
      this.#tops[i + 1] = top;
    }
    this.list.style.height = `${this.#tops[count]}px`;
  }

  /** @param {T[]} visible @param {number} first */
  #replaceRows(visible, first) {
    const keys = new Set(visible.map(this.rows.key));
    for (const [key, element] of this.#shown) {
      if (!keys.has(key)) {
        element.remove();
        this.#shown.delete(key);
      }
    }
    /** @type {Element | null} */
    let next = this.window.firstElementChild;
    visible.forEach((item, index) => {
      const key = this.rows.key(item);
      let element = this.#shown.get(key);
      if (!element) {
        element = this.rows.create(item);
        this.#shown.set(key, element);
      }
      this.rows.update(element, item, first + index);
      if (element === next) next = next.nextElementSibling;
      else this.window.insertBefore(element, next);
    });
  }

  /** @param {T[]} visible @returns {boolean} whether a height was not as thought */
  #measure(visible) {
    let changed = false;
    for (const item of visible) {
      const key = this.rows.key(item);
      const height = this.#shown.get(key)?.getBoundingClientRect().height ?? this.estimate;
      if (Math.abs(height - (this.#heights.get(key) ?? this.estimate)) > 0.5) {
        this.#heights.set(key, height);
        changed = true;
      }
    }
    return changed;
  }

  /** @returns {{key: string, offset: number} | null} */
  #anchor() {
    if (!this.scroller || this.#items.length === 0) return null;
    const y = this.scroller.scrollTop - this.#listTop();
    const index = Math.min(this.#indexAt(y), this.#items.length - 1);
    return { key: this.rows.key(this.#items[index]), offset: y - this.#tops[index] };
  }

  /** @param {{key: string, offset: number}} anchor */
  #restore({ key, offset }) {
    const index = this.#items.findIndex((item) => this.rows.key(item) === key);
    if (this.scroller && index >= 0) this.scroller.scrollTop = this.#tops[index] + offset + this.#listTop();
  }
}
