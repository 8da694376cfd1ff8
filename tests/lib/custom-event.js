// Gives Node before version 19 the CustomEvent of browsers, for tests of the page's modules without a browser.

class CustomEventOfOurs extends Event {
  /** @param {string} type @param {{detail?: any}} [options] */
  constructor(type, { detail = null } = {}) {
    super(type);
    this.detail = detail;
  }
}

globalThis.CustomEvent ??= /** @type {any} */ (CustomEventOfOurs);
