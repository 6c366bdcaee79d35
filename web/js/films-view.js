/**
 * The films suggested. Cards are kept per film. New films replace the old ones smoothly, but never
 * under the hands or eyes of somebody who is busy with them: then a button says that there are new
 * ones.
 */
import { announce } from './announce.js';
import { byId, make, showMessage, setText } from './dom.js';
import { createFilmCard } from './film-card.js';
import { audience, counted, watchers, youngest } from './words.js';

/** After a touch, a key or a move among the films, somebody is taken to be busy with them so long. */
const BUSY_MS = 8000;
/** The focus may stay there when the person has left. */
const FOCUS_MS = 30000;

/** Ages at which certificates change. */
const STEPS = [6, 7, 12, 13, 15, 16, 17, 18];

const NOTHING_FITS = 'No film fits. Loosen a filter, or raise the age of the youngest viewer.';

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Moves elements from where they were to where they are now.
 * @param {Map<Element, DOMRect>} before
 */
function glide(before) {
  if (calm.matches) return;
  for (const [element, old] of before) {
    const now = element.getBoundingClientRect();
    const [dx, dy] = [old.left - now.left, old.top - now.top];
    if (element.isConnected && (dx || dy))
      element.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: 'none' }], { duration: 420, easing: 'cubic-bezier(.2,.7,.2,1)' });
  }
}

/**
 * @param {import('./store.js').Store} store
 * @param {import('./suggestions.js').Suggestions} suggestions
 * @param {import('./viewer.js').Viewer} viewer
 */
export function bindFilms(store, suggestions, viewer) {
  const area = byId('films');
  const list = byId('film-list');
  const news = byId('show-news');
  /** @type {Map<string, ReturnType<typeof createFilmCard>>} */
  const cards = new Map();
  /** @type {import('./store.js').Film[] | null} */
  let shown = null;
  let usedAt = -Infinity;
  /** Of those that the shown films are for. */
  let shownStep = STEPS.length;

  /** How many of the steps the youngest in sight has reached. */
  const step = () => {
    const { sight, settings, source } = store.get();
    const people = source === 'camera' ? watchers(sight?.people ?? [], settings) : [];
    const age = people.length > 0 ? youngest(people, settings.youngest) : Infinity;
    return STEPS.filter((limit) => age >= limit).length;
  };

  for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin'])
    area.addEventListener(event, () => {
      usedAt = performance.now();
    }, { passive: true });
  const busy = () => performance.now() - usedAt < (list.contains(document.activeElement) ? FOCUS_MS : BUSY_MS);

  const failed = (/** @type {any} */ error) => store.set({ filmsTrouble: viewer.trouble(error) });
  const intents = {
    judge: (/** @type {any} */ film, /** @type {any} */ kind) => viewer.judge(film, kind).catch(failed),
    undo: (/** @type {any} */ film) => viewer.undo(film).catch(failed),
  };

  function show() {
    const { films } = store.get();
    news.hidden = true;
    const before = new Map([...list.children].map((child) => [child, child.getBoundingClientRect()]));
    const wanted = new Set((films ?? []).map(({ id }) => id));
    for (const [id, card] of cards) {
      if (wanted.has(id)) continue;
      card.element.remove();
      cards.delete(id);
    }
    (films ?? []).forEach((film, i) => {
      let card = cards.get(film.id);
      if (card) card.update(film);
      else {
        card = createFilmCard(film, intents);
        cards.set(film.id, card);
      }
      if (list.children[i] !== card.element) list.insertBefore(card.element, list.children[i] ?? null);
    });
    glide(before);
    shown = films;
    shownStep = step();
    setText(byId('films-for'), films ? audience(store.get()) : 'They appear as soon as somebody is there.');
    showOpinions();
    byId('films-empty').hidden = films !== null;
    byId('refresh').hidden = films === null;
  }

  /** A press shows at once, so that a second one takes it back, however long the server takes. */
  function showOpinions() {
    const { opinions, intents } = store.get();
    /** @type {Map<string, string | null>} */
    const kinds = new Map(opinions.map(({ film, kind }) => [film.id, kind]));
    for (const [id, { kind }] of intents) kinds.set(id, kind);
    for (const [id, card] of cards) card.setOpinion(kinds.get(id) ?? null);
  }

  news.addEventListener('click', () => {
    show();
    usedAt = -Infinity;
    byId('tonight-title').focus();
    announce(`${counted(store.get().films?.length ?? 0, 'new suggestion', 'new suggestions')} shown`);
  });
  byId('refresh').addEventListener('click', suggestions.others);

  store.watch(['filmsVersion', 'films'], ({ films, filmsAsked }) => {
    const same = shown && films && shown.map(({ id }) => id).join() === films.map(({ id }) => id).join();
    // Whatever somebody is doing: films for adults do not stay when a child has come.
    if (films === null || !shown?.length || filmsAsked || same || !busy() || step() < shownStep) {
      show();
      if (filmsAsked && films) announce(counted(films.length, 'film suggested', 'films suggested'));
    } else if (news.hidden) {
      news.hidden = false;
      announce('New suggestions are ready');
    }
  });
  store.watch(['opinions', 'intents'], showOpinions);
  store.watch(['filmsTrouble', 'filmsVersion', 'films'], ({ filmsTrouble, films }) =>
    showMessage(byId('films-message'), filmsTrouble ?? (films?.length === 0 ? NOTHING_FITS : null)));
  byId('films-ghosts').append(...Array.from({ length: 4 }, () => make('span', { class: 'ghost' })));
}
