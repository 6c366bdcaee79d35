/**
 * What the browser remembers for the page. Where it is told to keep nothing, or has no room, things
 * are known until the page is left.
 */

/** @param {'localStorage' | 'sessionStorage'} name */
function memory(name) {
  /** @type {Map<string, string>} */
  const known = new Map();

  /** Even to ask for a storage that is blocked throws. @template T @param {(storage: Storage) => T} act */
  function attempt(act) {
    try {
      return act(window[name]);
    } catch {
      return null;
    }
  }

  return {
    /** @param {string} key */
    get: (key) => known.get(key) ?? attempt((storage) => storage.getItem(key)),
    /** @param {string} key @param {string} value */
    set(key, value) {
      known.set(key, value);
      attempt((storage) => storage.setItem(key, value));
    },
    /** @param {string} key */
    remove(key) {
      known.delete(key);
      attempt((storage) => storage.removeItem(key));
    },
  };
}

/** Until it is removed. */
export const inBrowser = memory('localStorage');

/** Until the tab is closed. */
export const inTab = memory('sessionStorage');
