// The drawer of a view that shows one service. What it shows is loaded when a drawer is opened for the first time, since most
// visits open none.
import { t } from '../i18n.js';
import { toast } from '../toast.js';

/** @typedef {import('../store.js').Store} Store */
/** @typedef {import('../types.js').ServiceItem} ServiceItem */

/**
 * Makes the drawer of a view. It is in the page only while it is open.
 * @param {Store} store
 * @param {object} how
 * @param {(node: string, name: string) => ServiceItem | undefined} how.find the newest data of a service
 * @param {() => string[]} how.loggers as knownLoggers() gives them
 * @param {(item: {node: string, name: string} | null) => void} how.onchange told which service it shows now, for the address
 * @param {AbortSignal} how.signal closes it
 */
export function serviceDrawer(store, { find, loggers, onchange, signal }) {
  /** @type {{close: () => void, update: () => void} | null} */
  let shown = null;
  let opened = 0; // of several that are opened while the module loads, the last one counts
  signal.addEventListener('abort', () => shown?.close());
  return {
    /** @param {string} node @param {string} name */
    async open(node, name) {
      const turn = ++opened;
      shown?.close();
      const content = await import('./service-drawer-content.js').catch(() => null);
      if (signal.aborted || turn !== opened) return;
      if (!content) {
        toast(t('error.unreachable'), 'danger');
        return;
      }
      shown = content.openDrawer(store, { node, name, find, loggers }, () => {
        shown = null;
        if (!signal.aborted) onchange(null);
      });
      onchange({ node, name });
    },
    update: () => shown?.update(),
  };
}
