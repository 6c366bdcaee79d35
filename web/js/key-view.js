/**
 * Asks for the server's key, where it has one.
 */
import { key } from './api.js';
import { byId, showMessage } from './dom.js';

/** @returns {() => Promise<void>} asks, and resolves when a key was given */
export function createKeyDialog() {
  const dialog = byId('key');
  const value = byId('key-value');
  /** @type {((value?: any) => void)[]} */
  let waiting = [];

  byId('key-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    key.set(value.value.trim());
    value.value = '';
    dialog.close();
    for (const resolve of waiting) resolve();
    waiting = [];
  });
  // There is nothing behind it to go back to.
  dialog.addEventListener('cancel', (/** @type {Event} */ event) => event.preventDefault());

  return () => {
    showMessage(byId('key-message'), key.get() ? 'That key was not right.' : null);
    if (!dialog.open) dialog.showModal();
    return new Promise((resolve) => waiting.push(resolve));
  };
}
