/**
 * One film: artwork, facts, reasons, and what one can say about it.
 */
import { poster } from './artwork.js';
import { icon, make, setAttribute, setText } from './dom.js';
import { OPINIONS, percent } from './words.js';

/** @type {['like' | 'dislike' | 'seen', string, (title: string) => string][]} */
const ACTIONS = [
  ['like', 'Like', (title) => `Like ${title}`],
  ['dislike', 'Not for me', (title) => `Dislike ${title}`],
  ['seen', 'Seen', (title) => `I have seen ${title}`],
];

/** Where it is from and for whom. @param {import('./store.js').Film} film */
const origin = ({ language, certificate }) => [language, certificate ?? 'no certificate'].filter(Boolean).join(' · ');

/**
 * @param {import('./store.js').Film} film
 * @param {object} intents
 * @param {(film: import('./store.js').Film, kind: 'like' | 'dislike' | 'seen') => void} intents.judge
 * @param {(film: import('./store.js').Film) => void} intents.undo
 */
export function createFilmCard(film, { judge, undo }) {
  let current = film;
  /** @type {string | null} */
  let opinion = null;

  const buttons = ACTIONS.map(([kind, label, name]) => {
    const button = make('button', {
      type: 'button', class: `verdict verdict--${kind}`, title: label, 'aria-label': name(film.title), 'aria-pressed': 'false',
      onclick: () => (opinion === kind ? undo(current) : judge(current, kind)),
    }, icon(kind), make('span', { class: 'verdict__word', 'aria-hidden': true }, label));
    return { kind, button };
  });
  const match = make('p', { class: 'film__match' });
  const first = make('p', { class: 'film__reason' });
  const reasons = make('ul', { class: 'film__reasons' });
  const said = make('p', { class: 'film__said', hidden: true });
  const why = make('details', { class: 'film__why' },
    make('summary', {}, make('span', {}, 'Why this?', make('span', { class: 'visually-hidden' }, ` ${film.title}`)), icon('chevron')), reasons);
  const element = make('li', { class: 'film', 'data-film': film.id },
    make('div', { class: 'film__poster', 'aria-hidden': true }, poster(film)),
    make('div', { class: 'film__body' },
      make('h3', { class: 'film__title' }, film.title, ' ', film.year ? make('span', { class: 'film__year' }, String(film.year)) : null),
      make('p', { class: 'film__facts' }, make('span', {}, film.genres.join(', ')), ' ', make('span', {}, origin(film))),
      match, first,
      make('div', { class: 'film__answers' },
        make('div', { class: 'film__verdicts', role: 'group', 'aria-label': `What do you say to ${film.title}?` }, ...buttons.map(({ button }) => button)),
        said, why)));

  const card = {
    element,
    /** The same film in a new answer: its match and reasons may differ. @param {import('./store.js').Film} next */
    update(next) {
      current = next;
      const all = next.reasons ?? [];
      match.replaceChildren(make('span', {}, next.score === undefined ? '' : `${percent(next.score)} match`), ...(next.explored ? [make('span', { class: 'film__tag' }, 'surprise')] : []));
      setText(first, all.slice(0, 2).map((reason) => `${reason}.`).join(' '));
      const told = all.length === 0 ? ['It is well liked in general.'] : all;
      if (told.join('\n') !== [...reasons.children].map(({ textContent }) => textContent).join('\n'))
        reasons.replaceChildren(...told.map((reason) => make('li', {}, reason)));
    },
    /** @param {string | null} kind */
    setOpinion(kind) {
      opinion = kind;
      for (const { kind: own, button } of buttons) setAttribute(button, 'aria-pressed', String(own === kind));
      element.classList.toggle('film--judged', kind !== null);
      said.hidden = kind === null;
      setText(said, kind === null ? '' : `${OPINIONS[/** @type {keyof typeof OPINIONS} */ (kind)]}. Press again to take it back.`);
    },
  };
  card.update(film);
  return card;
}
