/**
 * "Your data": every opinion that is kept, to look at, take back, take along or erase.
 */
import { byId, icon, make, setText, showMessage } from './dom.js';
import { counted, OPINIONS, titleOf } from './words.js';

const WAITING = 'Waiting for the server…';

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' });

/**
 * @param {import('./store.js').Opinion} opinion
 * @param {(film: import('./store.js').Opinion['film']) => void} undo
 */
function row({ film, kind, rating, at }, undo) {
  const verdict = kind === 'rating' ? `${OPINIONS.rating} ${rating} of 5` : OPINIONS[kind];
  return make('li', { class: 'opinion', 'data-film': film.id },
    kind === 'rating' ? make('span', { class: 'opinion__mark', 'aria-hidden': true }, String(rating)) : make('span', { class: 'opinion__mark', 'aria-hidden': true }, icon(kind)),
    make('p', {}, make('strong', {}, titleOf(film)), film.year ? ` ${film.year}` : '',
      make('small', {}, `${verdict}, ${day.format(new Date(at))}`)),
    make('button', { type: 'button', class: 'button button--quiet', 'aria-label': `Take back: ${titleOf(film)}`, onclick: () => undo(film) }, 'Undo'));
}

/**
 * Closes a dialog at a press beside it that also ends there. Its own padding is the dialog as well,
 * and text that is selected there may end far outside.
 * @param {HTMLDialogElement} dialog
 */
function closeBeside(dialog) {
  const isBeside = (/** @type {MouseEvent} */ { target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
  };
  let begunBeside = false;
  dialog.addEventListener('pointerdown', (event) => {
    begunBeside = isBeside(event);
  });
  dialog.addEventListener('click', (event) => {
    if (begunBeside && isBeside(event)) dialog.close();
  });
}

/**
 * @param {import('./store.js').Store} store
 * @param {import('./viewer.js').Viewer} viewer
 */
export function bindHistory(store, viewer) {
  const dialog = byId('history');
  const confirm = byId('erase-confirm');
  const yes = byId('erase-yes');
  const message = byId('history-message');

  /** @param {() => Promise<void>} act */
  const attempt = async (act) => {
    showMessage(message, null);
    try {
      await act();
    } catch (error) {
      showMessage(message, viewer.trouble(error));
    }
  };

  /** Of the erasure that is waited for. @type {AbortController | null} */
  let erasing = null;
  const showWaiting = () => erasing && showMessage(message, store.get().server.state === 'ok' ? null : WAITING);

  function stopErasing() {
    if (!erasing) return;
    erasing.abort();
    erasing = null;
    yes.disabled = false;
    showMessage(message, null);
  }

  async function erase() {
    const { signal } = (erasing = new AbortController());
    yes.disabled = true;
    byId('erase-no').focus();
    showWaiting();
    try {
      await viewer.erase(signal);
    } finally {
      if (!signal.aborted) stopErasing();
    }
  }

  const undo = (/** @type {import('./store.js').Opinion['film']} */ film) => attempt(async () => {
    const rows = [...byId('opinions').children];
    const place = rows.findIndex((element) => element.dataset.film === film.id);
    await viewer.undo(film);
    // The focus stays in the list, at the row that has taken the place.
    const next = byId('opinions').children[Math.min(place, rows.length - 2)];
    (next?.querySelector('button') ?? byId('history-title')).focus();
  });

  byId('open-history').addEventListener('click', () => {
    confirm.hidden = true;
    dialog.showModal();
    byId('history-title').focus();
    attempt(viewer.refresh);
  });
  byId('close-history').addEventListener('click', () => dialog.close());
  closeBeside(dialog);
  byId('export').addEventListener('click', () => attempt(viewer.exportData));
  byId('erase').addEventListener('click', () => {
    confirm.hidden = false;
    byId('erase-no').focus();
  });
  byId('erase-no').addEventListener('click', () => {
    stopErasing();
    confirm.hidden = true;
    byId('erase').focus();
  });
  yes.addEventListener('click', () => attempt(erase));
  dialog.addEventListener('close', stopErasing);

  store.watch(['server'], showWaiting);
  // What was kept of somebody is not left open for the next.
  store.watch(['phase'], ({ phase }) => {
    if (phase === 'app' || !dialog.open) return;
    dialog.close();
    byId('welcome-title').focus();
  });
  store.watch(['opinions', 'viewer'], ({ opinions, viewer: me }) => {
    byId('opinions').replaceChildren(...opinions.map((opinion) => row(opinion, undo)));
    setText(byId('history-lede'), me
      ? `The server keeps ${counted(opinions.length, 'opinion', 'opinions')} of this browser since ${day.format(new Date(me.since))}, under the number ${me.id.slice(0, 8)}…, and nothing else.`
      : '');
  });
}
