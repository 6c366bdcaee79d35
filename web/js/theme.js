/**
 * Dark or light: as the system says, until somebody picks one. The pick is remembered in this
 * browser; nothing is stored for those who leave it to the system. Loaded before the first paint.
 */
import { inBrowser } from './remembered.js';

const NAMES = { system: 'Theme: system', dark: 'Theme: dark', light: 'Theme: light' };
const ORDER = ['system', 'dark', 'light'];
const KEY = 'moodreel.theme';

function remembered() {
  const value = inBrowser.get(KEY);
  return ORDER.includes(value ?? '') ? value : 'system';
}

/** @param {string} theme */
function apply(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  window.dispatchEvent(new Event('themechange'));
}

let theme = remembered() ?? 'system';
apply(theme);

/**
 * Makes a button go round the themes.
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} label
 */
export function bindThemeSwitch(button, label) {
  const show = () => {
    label.textContent = NAMES[/** @type {keyof typeof NAMES} */ (theme)];
  };
  button.addEventListener('click', () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    if (theme === 'system') inBrowser.remove(KEY);
    else inBrowser.set(KEY, theme);
    apply(theme);
    show();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(theme));
  show();
}
