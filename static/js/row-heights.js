// Where the rows of a long list begin, when some of them are higher than others. Pure: what the rows are, and who
// measures them, is the list's business.

export class RowHeights {
  /** Row i begins at #tops[i]; the last of them is the height of all rows. */
  #tops = new Float64Array(1);
  #count = 0;
  /** Heights that have been measured and differ from the estimate, by the rows' keys. @type {Map<string, number>} */
  #measured = new Map();

  /** @param {number} estimate what a row counts that has not been measured (px) */
  constructor(estimate) {
    this.estimate = estimate;
  }

  /** The height of all rows (px). */
  get total() {
    return this.#tops[this.#count];
  }

  /** How many heights are kept. */
  get size() {
    return this.#measured.size;
  }

  /**
   * Finds where each row begins.
   * @param {number} count of rows
   * @param {(index: number) => string} keyAt the key of a row; not called while all rows are as high as the estimate
   */
  layout(count, keyAt) {
    if (this.#tops.length < count + 1) this.#tops = new Float64Array(count * 2 + 1);
    const uniform = this.#measured.size === 0;
    for (let i = 0, top = 0; i < count; i += 1) {
      top += uniform ? this.estimate : this.heightOf(keyAt(i));
      this.#tops[i + 1] = top;
    }
    this.#count = count;
  }

  /** Where a row begins (px). @param {number} index up to the number of rows, where the last one ends */
  top(index) {
    return this.#tops[Math.max(0, Math.min(index, this.#count))];
  }

  /** The index of the row at a place, found by binary search. @param {number} y px @returns {number} */
  indexAt(y) {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The height of a row (px), measured or estimated. @param {string} key */
  heightOf(key) {
    return this.#measured.get(key) ?? this.estimate;
  }

  /**
   * Keeps a measured height, which counts from the next layout on.
   * @param {string} key
   * @param {number} height px
   * @returns {boolean} whether it differs from the height before
   */
  measure(key, height) {
    if (Math.abs(height - this.heightOf(key)) <= 0.5) return false;
    this.#measured.set(key, height);
    return true;
  }

  /** Forgets all heights. */
  clear() {
    this.#measured.clear();
  }

  /** Forgets the heights of all rows but these. @param {Set<string>} keys */
  keep(keys) {
    for (const key of this.#measured.keys()) if (!keys.has(key)) this.#measured.delete(key);
  }
}
