/**
 * Boxes around the faces, with their points and with what was estimated of them. Elements are kept per track and moved, so
 * that they glide; for screen readers the list of people says the same in words.
 */
import { byId, make, setText } from './dom.js';
import { shortEstimates, watchers } from './words.js';

/** Labels of more people than this would cover each other, and say only the mood. */
const ROOMY = 2;
/** Of a face: eyes, nose and corners of the mouth. */
const POINTS = 5;
/** Pixels between a label and the picture's edge. */
const EDGE = 6;
/** A face that is not found for so long is not marked any more. */
const BLINK_MS = 300;

/** @param {import('./store.js').Store} store */
export function bindOverlay(store) {
  const overlay = byId('overlay');
  /** With how far from the left each begins, in shares of the picture.
   * @type {Map<number, {box: any, label: any, badge: any, words: any, points: any[], from: number}>} */
  const marks = new Map();
  /** When each was last found. @type {Map<number, number>} */
  const seenAt = new Map();

  /** @param {number} id */
  function markOf(id) {
    let mark = marks.get(id);
    if (!mark) {
      const badge = make('b', { class: 'face__id' });
      const words = make('span', { class: 'face__words' });
      const label = make('p', { class: 'face__label' }, badge, words);
      const points = Array.from({ length: POINTS }, () => make('i', { class: 'face__point' }));
      const box = make('div', { class: 'face' }, ...points, label);
      overlay.append(box);
      mark = { box, label, badge, words, points, from: 0 };
      marks.set(id, mark);
    }
    return mark;
  }

  /** The label begins at the box's edge, but stays in the picture.
   * @param {{label: any, from: number}} mark */
  function place({ label, from }) {
    const left = overlay.clientWidth * from;
    const room = overlay.clientWidth - label.offsetWidth - EDGE;
    label.style.transform = `translateX(${Math.max(EDGE, Math.min(left, room)) - left}px)`;
  }

  // A photo stays as it is while a phone is turned, or a window made smaller.
  new ResizeObserver(() => marks.forEach(place)).observe(overlay);

  store.watch(['sight', 'source'], ({ sight, source, settings }) => {
    const seen = new Set();
    const read = new Set(watchers(sight?.people ?? [], settings));
    for (const [i, person] of (sight?.people ?? []).entries()) {
      if (!sight) continue;
      const id = person.id ?? i + 1;
      // A face that is missed for a moment keeps its box, which the server moves on.
      if (person.in_sight !== false) seenAt.set(id, performance.now());
      else if (!(performance.now() - (seenAt.get(id) ?? -Infinity) < BLINK_MS)) continue;
      seen.add(id);
      const mark = markOf(id);
      const { box, label, badge, words, points } = mark;
      const [x, y, width, height] = person.box;
      // The camera is shown mirrored, as people know themselves; its pictures are not.
      const left = source === 'camera' ? sight.width - x - width : x;
      box.style.left = `${(100 * left) / sight.width}%`;
      box.style.top = `${(100 * y) / sight.height}%`;
      box.style.width = `${(100 * width) / sight.width}%`;
      box.style.height = `${(100 * height) / sight.height}%`;
      for (const [k, point] of points.entries()) {
        const place = person.landmarks?.[k];
        point.hidden = !place;
        if (!place) continue;
        const across = (place[0] - x) / width;
        point.style.left = `${100 * (source === 'camera' ? 1 - across : across)}%`;
        point.style.top = `${(100 * (place[1] - y)) / height}%`;
      }
      label.hidden = !read.has(person);
      box.classList.toggle('face--low', y + height > 0.8 * sight.height);
      box.classList.toggle('face--unsure', person.emotion?.sure === false);
      setText(badge, String(id));
      setText(words, shortEstimates(person, sight.people.length > ROOMY));
      mark.from = left / sight.width;
      place(mark);
    }
    for (const [id, { box }] of marks) {
      if (seen.has(id)) continue;
      box.remove();
      marks.delete(id);
      seenAt.delete(id);
    }
  });
}
