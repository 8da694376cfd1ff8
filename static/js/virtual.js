// A long list of which only the rows in view, and some around them, are in the page.
//
// The list is as high as all its rows together, so that the scrollbar is right; one element in it, the window, holds the
// rows in view and is moved to where they belong. Rows may differ in height. A row counts as `estimate` high until it
// has been in the page and a ResizeObserver has told its height (row-heights.js). Whenever heights or items change, the
// list can hold one row (the anchor) where it is on the screen, so that what a person reads does not move.
//
// Elements of rows that have left the view are used again for rows that enter it. An element that has the focus or a
// selected text is not.
import { RowHeights } from './row-heights.js';

/**
 * @template T
 * @typedef {object} RowMaker
 * @property {(item: T) => string} key
 * @property {(item: T) => HTMLElement} create
 * @property {(element: HTMLElement, item: T, index: number) => void} update
 * @property {(element: HTMLElement, item: T) => void} [reuse] turns the element of a row that has left the view into
 *   one for another item; without it every row gets a new element
 */

const MARGIN_PX = 200;

/**
 * The list. It lives until destroy().
 * @template T
 */
export class VirtualList {
  /** @type {T[]} */
  #items = [];
  /** @type {RowHeights} */
  #heights;
  /** The elements in the page, by the keys of their rows. @type {Map<string, HTMLElement>} */
  #shown = new Map();
  /** @type {WeakMap<Element, string>} */
  #keys = new WeakMap();
  /** The range of rows in the page; not `fresh` if they must be updated. */
  #drawn = { first: 0, last: 0, fresh: false };
  #frame = 0;
  #abort = new AbortController();
  #observer = new ResizeObserver((entries) => this.#measure(entries));

  /**
   * @param {HTMLElement} list gets the rows and their height; must be positioned
   * @param {HTMLElement | null} scroller the element that scrolls; null for the window
   * @param {RowMaker<T>} rows
   * @param {object} options
   * @param {number} options.estimate height of a row that is not measured yet (px)
   * @param {boolean} [options.measured] whether rows may differ in height
   * @param {() => boolean} [options.stick] whether the end shall stay in view as the list grows
   * @param {(top: number) => void} [options.onstick] told how far the end was scrolled into view (px)
   * @param {(items: T[]) => void} [options.onrange] told which items are in the page
   */
  constructor(list, scroller, rows, { estimate, measured = false, stick = () => false, onstick, onrange }) {
    this.list = list;
    this.scroller = scroller;
    this.rows = rows;
    this.#heights = new RowHeights(estimate);
    this.measured = measured;
    this.stick = stick;
    this.onstick = onstick;
    this.onrange = onrange;
    this.window = list.appendChild(document.createElement('div'));
    this.window.className = 'virtual-window';
    this.window.setAttribute('role', 'presentation');
    const { signal } = this.#abort;
    (scroller ?? window).addEventListener('scroll', () => this.#refresh(), { passive: true, signal });
    window.addEventListener('resize', () => this.forgetHeights(), { signal });
  }

  /** Ends its observers and listeners; its rows stay. */
  destroy() {
    this.#abort.abort();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /**
   * Shows these items, at once.
   * @param {T[]} items
   * @param {{hold?: boolean}} [how] hold: the row at the top of the view stays where it is on the screen
   */
  setItems(items, { hold = false } = {}) {
    const anchor = hold ? this.#anchor() : null;
    this.#items = items;
    // A page stays open for days. The heights of rows that are gone would pile up.
    if (this.#heights.size > 2 * items.length + 100) this.#heights.keep(new Set(items.map(this.rows.key)));
    this.#layout(anchor);
  }

  /** Updates the rows in the page: what they show has changed. */
  update() {
    this.#drawn.fresh = false;
    this.#draw();
  }

  /**
   * Measures all heights again: the width of the rows, or the way they are shown, has changed.
   * @param {number} [estimate] another one, from now on
   */
  forgetHeights(estimate) {
    if (estimate !== undefined) this.#heights.estimate = estimate;
    this.#heights.clear();
    this.#observer.disconnect();
    for (const element of this.#shown.values()) if (this.measured) this.#observer.observe(element);
    this.#layout(this.#anchor());
  }

  /** Makes all rows anew: something has changed that their update does not cover. */
  forgetRows() {
    this.#observer.disconnect();
    this.#shown.clear();
    this.window.replaceChildren();
    this.forgetHeights();
  }

  /** Scrolls to a row. @param {number} index */
  scrollTo(index) {
    (this.scroller ?? window).scrollTo({ top: this.#heights.top(index) + this.#listTop() });
    this.#draw();
  }

  /** How far the end of the list is below the view (px). */
  get below() {
    if (!this.scroller) return 0;
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  #refresh() {
    if (this.#frame || this.#abort.signal.aborted) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  /** Finds where each row begins, and draws. @param {{key: string, offset: number} | null} anchor the row to hold */
  #layout(anchor) {
    this.#heights.layout(this.#items.length, (index) => this.rows.key(this.#items[index]));
    this.list.style.height = `${this.#heights.total}px`;
    if (this.scroller && this.stick()) {
      const end = this.#listTop() + this.#heights.total;
      this.scroller.scrollTop = end;
      this.onstick?.(end - this.scroller.clientHeight); // what was scrolled to may yet shrink, with the rows before
    } else if (anchor) this.#restore(anchor);
    this.update();
  }

  #draw() {
    const { first, last } = this.#range();
    if (this.#drawn.fresh && this.#drawn.first === first && this.#drawn.last === last) return;
    this.#drawn = { first, last, fresh: true };
    const visible = this.#items.slice(first, last);
    this.#replaceRows(visible, first);
    this.window.style.transform = `translateY(${this.#heights.top(first)}px)`;
    this.onrange?.(visible);
  }

  /** The rows in view and a margin around them. @returns {{first: number, last: number}} last: exclusive */
  #range() {
    const height = this.scroller ? this.scroller.clientHeight : window.innerHeight;
    const offset = (this.scroller ? this.scroller.scrollTop : window.scrollY) - this.#listTop();
    const first = this.#heights.indexAt(offset - MARGIN_PX);
    const last = this.#heights.indexAt(offset + height + MARGIN_PX) + 1;
    return { first, last: Math.min(last, this.#items.length) };
  }

  /** Where in the scrolled content the list begins (px). */
  #listTop() {
    if (!this.scroller) return this.list.getBoundingClientRect().top + window.scrollY;
    return this.list.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top + this.scroller.scrollTop;
  }

  /**
   * Puts the rows of these items into the page, in order. Elements that stand in their place already are not moved.
   * @param {T[]} visible
   * @param {number} first the index of the first
   */
  #replaceRows(visible, first) {
    const spare = this.#takeLeft(visible);
    /** @type {Element | null} */
    let next = this.window.firstElementChild;
    visible.forEach((item, index) => {
      const key = this.rows.key(item);
      const element = this.#shown.get(key) ?? this.#newRow(item, key, spare, next);
      this.rows.update(element, item, first + index);
      while (next && next !== element && spare.has(next)) next = next.nextElementSibling;
      if (element === next) next = next.nextElementSibling;
      else this.window.insertBefore(element, next);
    });
    for (const element of spare) this.#removeRow(element);
  }

  /**
   * The elements of rows that have left the view, for use by others. Those that cannot be used again are removed.
   * @param {T[]} visible
   * @returns {Set<Element>}
   */
  #takeLeft(visible) {
    const keys = new Set(visible.map(this.rows.key));
    const spare = new Set();
    for (const [key, element] of this.#shown) {
      if (keys.has(key)) continue;
      this.#shown.delete(key);
      if (this.rows.reuse && !isHeld(element)) spare.add(element);
      else this.#removeRow(element);
    }
    return spare;
  }

  /**
   * @param {T} item
   * @param {string} key
   * @param {Set<Element>} spare elements to use again; the one that stands in place is preferred, as it need not be moved
   * @param {Element | null} next the element in whose place the row will stand
   */
  #newRow(item, key, spare, next) {
    /** @type {Element | undefined} */
    const used = next && spare.has(next) ? next : spare.values().next().value;
    const element = /** @type {HTMLElement} */ (used ?? this.rows.create(item));
    if (used) {
      spare.delete(used);
      this.rows.reuse?.(element, item);
    }
    this.#shown.set(key, element);
    this.#keys.set(element, key);
    if (this.measured) {
      // Observing an element anew makes the observer tell its height, even if that has not changed with the item.
      this.#observer.unobserve(element);
      this.#observer.observe(element);
    }
    return element;
  }

  /** @param {Element} element */
  #removeRow(element) {
    this.#observer.unobserve(element);
    element.remove();
  }

  /**
   * Takes heights from the observer, which tells them after a layout. Asking the elements would force one.
   * @param {ResizeObserverEntry[]} entries
   */
  #measure(entries) {
    let changed = false;
    for (const { target, borderBoxSize } of entries) {
      const key = this.#keys.get(target);
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (key === undefined || height === 0) continue;
      if (this.#heights.measure(key, height)) changed = true;
    }
    if (changed) this.#layout(this.#anchor());
  }

  /** The row at the top of the view, and how far it is scrolled. @returns {{key: string, offset: number} | null} */
  #anchor() {
    if (!this.scroller || this.#items.length === 0) return null;
    const y = this.scroller.scrollTop - this.#listTop();
    const index = Math.min(this.#heights.indexAt(y), this.#items.length - 1);
    return { key: this.rows.key(this.#items[index]), offset: y - this.#heights.top(index) };
  }

  /** Scrolls a row to where it was. @param {{key: string, offset: number}} anchor */
  #restore({ key, offset }) {
    const index = this.#items.findIndex((item) => this.rows.key(item) === key);
    if (this.scroller && index >= 0) this.scroller.scrollTop = this.#heights.top(index) + offset + this.#listTop();
  }
}

/**
 * Whether a row has the focus or a part of the selection. Its element must not become that of another row.
 * @param {Element} element
 */
function isHeld(element) {
  const selection = getSelection();
  const selected = selection && !selection.isCollapsed && selection.containsNode(element, true);
  return Boolean(selected) || element.contains(document.activeElement);
}
