/**
 * Consent, asked before anything is sent or stored, and as easy to refuse as to give.
 */
import { byId, showMessage } from './dom.js';
import { poster } from './artwork.js';

/** Posters of no film: they show what the page is about. */
const FAN = [
  { id: 'fan-1', title: 'The Long Way Home', year: 1961, genres: ['Western'] },
  { id: 'fan-2', title: 'Two in the Rain', year: 1974, genres: ['Romance'] },
  { id: 'fan-5', title: 'Nine Moons', year: 1983, genres: ['Sci-Fi'] },
  { id: 'fan-4', title: 'Laugh Lines', year: 1957, genres: ['Comedy'] },
  { id: 'fan-3', title: 'The Last Key', year: 1946, genres: ['Mystery'] },
];

/**
 * @param {import('./store.js').Store} store
 * @param {import('./viewer.js').Viewer} viewer
 */
export function bindConsent(store, viewer) {
  const art = byId('hero-art');
  for (const film of FAN) {
    const drawn = poster({ ...film, language: null, certificate: null });
    drawn.classList.add('hero__poster');
    art.append(drawn);
  }
  byId('server-name').textContent = location.host;

  const agree = byId('agree');
  agree.addEventListener('click', async () => {
    agree.disabled = true;
    try {
      await viewer.agree();
    } catch (error) {
      const notice = viewer.trouble(error);
      if (notice !== null) store.set({ notice });
    } finally {
      agree.disabled = false;
    }
  });
  byId('refuse').addEventListener('click', viewer.refuse);
  byId('reconsider').addEventListener('click', viewer.reconsider);
  store.watch(['notice'], ({ notice }) => showMessage(byId('welcome-notice'), notice));
}
