/**
 * Asks for the server's key, where it has one.
 */
import { key } from './api.js';
import { byId, showMessage } from './dom.js';

const WRONG = 'That key was not right.';

/** @returns {() => Promise<void>} asks, and resolves when a key was given */
export function createKeyDialog() {
  const dialog = byId('key');
  const value = byId('key-value');
  const message = byId('key-message');
  /** @type {((value?: any) => void)[]} */
  let waiting = [];

  byId('key-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    const possible = key.set(value.value.trim());
    value.value = '';
    if (!possible) {
      showMessage(message, WRONG);
      return;
    }
    const answered = waiting;
    waiting = [];
    dialog.close();
    for (const resolve of answered) resolve();
  });
  // There is nothing behind it to go back to, and some closings cannot be prevented.
  dialog.addEventListener('cancel', (/** @type {Event} */ event) => event.preventDefault());
  dialog.addEventListener('close', () => {
    if (waiting.length > 0 && !dialog.open) dialog.showModal();
  });

  return () => {
    showMessage(message, key.get() ? WRONG : null);
    if (!dialog.open) dialog.showModal();
    return new Promise((resolve) => waiting.push(resolve));
  };
}
