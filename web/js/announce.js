/**
 * What a screen reader is told, through a polite live region. Things that happen often, such as
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
/** What is said with the next frame. @type {string[]} */
let texts = [];

/** An open dialog has a region of its own: nothing behind it is heard. The last one is on top. */
const region = () => [...document.querySelectorAll('dialog[open] .announcer')].at(-1) ?? byId('announcer');

/** Takes back what was said. */
function clear() {
  for (const element of document.querySelectorAll('.announcer')) element.textContent = '';
}

/**
 * Says something that answers what the person just did.
 * @param {string} text
 */
export function announce(text) {
  texts = [...texts.filter((other) => other !== text), text];
  clear();
  frame ||= requestAnimationFrame(() => {
    region().textContent = texts.join('. ');
    texts = [];
    frame = 0;
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

/** What would be said calmly has come to an end before it was. */
export function forgetCalm() {
  clearTimeout(waiting);
  waiting = undefined;
}

/** Takes back what was said, and what would be, of a person who is not there any more. */
export function hush() {
  forgetCalm();
  cancelAnimationFrame(frame);
  frame = 0;
  texts = [];
  last = '';
  clear();
}
