/**
 * Which of the page's views is shown, and where the keyboard's focus goes when that changes.
 */
import { byId } from './dom.js';

const VIEWS = { welcome: 'welcome', refused: 'refused', app: 'app' };

/** @param {import('./store.js').Store} store */
export function bindPhases(store) {
  let first = true;
  store.watch(['phase'], ({ phase }) => {
    for (const [name, id] of Object.entries(VIEWS)) byId(id).hidden = name !== phase;
    byId('open-history').hidden = phase !== 'app';
    if (phase === 'loading') return;
    if (!first) {
      window.scrollTo(0, 0);
      byId(`${phase}-title`).focus({ preventScroll: true });
    }
    first = false;
  });
  store.watch(['info'], ({ info }) => {
    byId('about').textContent = info ? `Moodreel ${info.version} · ${info.films.toLocaleString('en')} films` : '';
  });
}
