/**
 * Boxes around the faces with what was estimated of them. Elements are kept per track and moved, so
 * that they glide; for screen readers the list of people says the same in words.
 */
import { byId, make, setText } from './dom.js';
import { shortEstimates } from './words.js';

/** Labels of more people than this would cover each other, and say only the mood. */
const ROOMY = 2;
/** Pixels between a label and the picture's edge. */
const EDGE = 6;

/** @param {import('./store.js').Store} store */
export function bindOverlay(store) {
  const overlay = byId('overlay');
  /** @type {Map<number, {box: any, label: any, badge: any, words: any}>} */
  const marks = new Map();

  /** @param {number} id */
  function markOf(id) {
    let mark = marks.get(id);
    if (!mark) {
      const badge = make('b', { class: 'face__id' });
      const words = make('span', { class: 'face__words' });
      const label = make('p', { class: 'face__label' }, badge, words);
      const box = make('div', { class: 'face' }, label);
      overlay.append(box);
      mark = { box, label, badge, words };
      marks.set(id, mark);
    }
    return mark;
  }

  store.watch(['sight', 'source'], ({ sight, source }) => {
    const seen = new Set();
    for (const [i, person] of (sight?.people ?? []).entries()) {
      if (person.in_sight === false || !sight) continue;
      const id = person.id ?? i + 1;
      seen.add(id);
      const { box, label, badge, words } = markOf(id);
      const [x, y, width, height] = person.box;
      // The camera is shown mirrored, as people know themselves; its pictures are not.
      const left = source === 'camera' ? sight.width - x - width : x;
      box.style.left = `${(100 * left) / sight.width}%`;
      box.style.top = `${(100 * y) / sight.height}%`;
      box.style.width = `${(100 * width) / sight.width}%`;
      box.style.height = `${(100 * height) / sight.height}%`;
      box.classList.toggle('face--low', y + height > 0.8 * sight.height);
      box.classList.toggle('face--unsure', person.emotion?.sure === false);
      setText(badge, String(id));
      setText(words, shortEstimates(person, sight.people.length > ROOMY));
      // The label begins at the box's edge, but stays in the picture.
      const from = (overlay.clientWidth * left) / sight.width;
      const room = overlay.clientWidth - label.offsetWidth - EDGE;
      label.style.transform = `translateX(${Math.max(EDGE, Math.min(from, room)) - from}px)`;
    }
    for (const [id, { box }] of marks) {
      if (seen.has(id)) continue;
      box.remove();
      marks.delete(id);
    }
  });
}
