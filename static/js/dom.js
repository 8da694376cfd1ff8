// Owns how elements are made and changed. Data enters the page as text and attributes only: no function here takes
// markup, a style attribute or an inline handler.

import { addressOf } from './base-path.js';

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = addressOf('/static/vendor/icons.svg');

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * @param {Element} element
 * @param {{[name: string]: unknown}} attributes `null`, `undefined` and `false` leave the attribute out
 */
function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
}

/**
 * Writes an attribute if it has another value.
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value `null`, `undefined` and `false` remove it, `true` makes it empty
 */
export function setAttribute(element, name, value) {
  if (/^(on|style$|srcdoc$)/.test(name)) throw new TypeError(`attribute ${name} is not for data`);
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/**
 * Makes an HTML element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {{[name: string]: unknown}} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {{[name: string]: unknown}} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/**
 * @param {Element} element
 * @param {(Child | Child[])[]} children
 */
function append(element, children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : String(child));
    }
  }
}

/**
 * Makes an icon. It stands beside a text or in a labelled button, so it is hidden from screen readers.
 * @param {string} name of an icon in icons.txt
 * @param {string} [classes]
 */
export function icon(name, classes = '') {
  return svg(
    'svg',
    { class: `icon ${classes}`.trim(), 'aria-hidden': 'true', 'data-icon': name },
    svg('use', { href: `${ICONS}#${name}` }),
  );
}

/**
 * Shows another icon.
 * @param {Element} element as made by icon()
 * @param {string} name
 */
export function setIcon(element, name) {
  if (element.getAttribute('data-icon') === name) return;
  element.setAttribute('data-icon', name);
  element.firstElementChild?.setAttribute('href', `${ICONS}#${name}`);
}

/**
 * Writes a text if it differs. A text that is not touched costs no layout and keeps its selection.
 * @param {Node} element
 * @param {string | number} text
 */
export function setText(element, text) {
  const value = String(text);
  if (element.textContent !== value) element.textContent = value;
}

/**
 * Writes the classes if they differ.
 * @param {Element} element
 * @param {string} name
 */
export function setClass(element, name) {
  if (element.getAttribute('class') !== name) element.setAttribute('class', name);
}

/**
 * Shows or hides an element.
 * @param {HTMLElement | SVGElement} element
 * @param {boolean} visible
 */
export function show(element, visible) {
  element.toggleAttribute('hidden', !visible);
}

/**
 * One listener for a whole view: `data-action="name"` on an element calls handlers.name(element, event).
 * @param {Element} root
 * @param {{[action: string]: (element: HTMLElement, event: Event) => void}} handlers
 * @param {{type?: string, signal?: AbortSignal}} [options] type: which event, `click` unless told
 */
export function delegate(root, handlers, { type = 'click', signal } = {}) {
  root.addEventListener(
    type,
    (event) => {
      const target = event.target instanceof Element ? event.target.closest('[data-action]') : null;
      if (!(target instanceof HTMLElement) || !root.contains(target)) return;
      handlers[target.dataset.action ?? '']?.(target, event);
    },
    { signal },
  );
}

/**
 * Batches calls: any number of them becomes one call of `work` in the next frame, and no sooner than `everyMs` after
 * the one before.
 * @param {() => void} work
 * @param {AbortSignal} signal no call is made once it is aborted
 * @param {number} [everyMs]
 * @returns {() => void} asks for a call
 */
export function perFrame(work, signal, everyMs = 0) {
  let waiting = false;
  let last = -Infinity;
  const run = () => {
    waiting = false;
    if (signal.aborted) return;
    last = performance.now();
    work();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    const pause = last + everyMs - performance.now();
    if (pause > 0) setTimeout(() => requestAnimationFrame(run), pause);
    else requestAnimationFrame(run);
  };
}

/**
 * Makes the children of `container` follow a list. An element is made once for each key, and then moved and updated.
 * @template T
 * @param {Element} container
 * @param {{key: (item: T) => string, create: (item: T) => Element,
 *   update: (element: Element, item: T) => void}} how
 * @returns {(items: T[]) => void}
 */
export function keyedList(container, { key, create, update }) {
  /** @type {Map<string, Element>} */
  const elements = new Map();
  return (items) => {
    const wanted = new Set(items.map(key));
    for (const [name, element] of elements) {
      if (!wanted.has(name)) {
        element.remove();
        elements.delete(name);
      }
    }
    let next = container.firstElementChild;
    for (const item of items) {
      const name = key(item);
      let element = elements.get(name);
      if (!element) {
        element = create(item);
        elements.set(name, element);
      }
      update(element, item);
      if (element === next) next = next.nextElementSibling;
      else container.insertBefore(element, next);
    }
  };
}
