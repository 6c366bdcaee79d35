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
let frame = 0;

/**
 * Says something that answers what the person just did.
 * @param {string} text
 */
export function announce(text) {
  const region = byId('announcer');
  region.textContent = '';
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
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

/** Takes back what was said, and what would be, of a person who is not there any more. */
export function hush() {
  clearTimeout(waiting);
  cancelAnimationFrame(frame);
  waiting = undefined;
  last = '';
  byId('announcer').textContent = '';
}
