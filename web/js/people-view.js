/**
 * The people in the picture, in words: what is estimated of each, how sure, and how far off it may be.
 */
import { byId, liken, make } from './dom.js';
import { counted, estimates, watchers } from './words.js';

/** Figures that change with every picture cannot be read: the list is redrawn this often. */
const REST_MS = 700;

/** @param {import('./store.js').Person} person @param {number} number */
function row(person, number) {
  const away = person.in_sight === false;
  const rows = estimates(person);
  return make('li', { class: `person${away ? ' person--away' : ''}`, 'data-person': number },
    make('p', { class: 'person__name' },
      make('b', { class: 'person__id', 'aria-hidden': true }, String(number)),
      make('span', { class: 'visually-hidden' }, `Viewer ${number}`),
      away ? make('span', { class: 'person__away' }, 'out of sight') : null),
    rows.length === 0
      ? make('p', { class: 'person__none' }, 'Everything is switched off.')
      : make('dl', { class: 'person__estimates' }, ...rows.map(({ key, name, value, detail, sure }) =>
        make('div', { class: sure ? 'estimate' : 'estimate estimate--unsure', 'data-estimate': key },
          make('dt', {}, name), make('dd', {}, make('strong', {}, value), ' ', make('small', {}, detail))))));
}

/** What is said of faces that are too small to be read. @param {number} count */
const rest = (count) => make('li', { class: 'person__none' }, `${counted(count, 'more face is', 'more faces are')} too small to be read.`);

/** @param {import('./store.js').Store} store */
export function bindPeople(store) {
  const list = byId('people');
  let drawnAt = -Infinity;
  /** @type {number | undefined} */
  let timer;

  function draw() {
    clearTimeout(timer);
    timer = undefined;
    drawnAt = performance.now();
    const people = store.get().sight?.people ?? [];
    const read = watchers(people, store.get().settings);
    const rows = read.map((person, i) => row(person, person.id ?? i + 1));
    if (read.length < people.length) rows.push(rest(people.length - read.length));
    const shown = [...list.children];
    const same = rows.length === shown.length && rows.every(({ dataset }, i) => dataset.person === shown[i].dataset.person);
    if (same) rows.forEach((now, i) => liken(shown[i], now));
    else list.replaceChildren(...rows);
  }

  store.watch(['sight'], () => {
    if (!store.get().sight) draw();
    else timer ??= setTimeout(draw, Math.max(0, REST_MS - (performance.now() - drawnAt)));
  });
}
