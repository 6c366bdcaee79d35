/**
 * What a screen reader is told, through one polite live region. Things that happen often, such as
 * faces coming and going, are said at most once in a while and only when they have changed.
 */
import { byId } from './dom.js';

const REST_MS = 8000;
let last = '';
let pending = '';
let lastAt = 0;
/** @type {number | undefined} */
let waiting;

/**
 * Says something that answers what the person just did.
 * @param {string} text
 */
export function announce(text) {
  const region = byId('announcer');
  region.textContent = '';
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}

/**
 * Says how things are, without chatter: not twice the same, and no more often than every few
 * seconds, when only the newest is said.
 * @param {string} text
 */
export function announceCalmly(text) {
  pending = text;
  waiting ??= setTimeout(() => {
    waiting = undefined;
    if (pending === last) return;
    last = pending;
    lastAt = performance.now();
    announce(pending);
  }, Math.max(1000, REST_MS - (performance.now() - lastAt)));
}
