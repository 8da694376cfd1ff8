// CustomEvent, which browsers have and Node has since 19: for the page's modules in a test without a browser.

class CustomEventOfOurs extends Event {
  /** @param {string} type @param {{detail?: any}} [options] */
  constructor(type, { detail = null } = {}) {
    super(type);
    this.detail = detail;
  }
}

globalThis.CustomEvent ??= /** @type {any} */ (CustomEventOfOurs);
