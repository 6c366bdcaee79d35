/**
 * Reproducible chance: the same text always gives the same numbers, so a film always gets the same
 * poster.
 */

/**
 * 32-bit FNV-1a hash of a text, with its bits mixed once more (as MurmurHash3 ends), since ids often
 * differ in one sign only.
 * @param {string} text
 */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/**
 * A generator seeded by a text (mulberry32).
 * @param {string} text
 */
export function randomOf(text) {
  let state = hash(text);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    /** @param {number} low @param {number} high */
    between: (low, high) => low + (high - low) * next(),
    /** @param {number} low @param {number} high both included */
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    /** @template T @param {T[]} list @returns {T} */
    pick: (list) => list[Math.floor(list.length * next())],
    /** @param {number} probability */
    chance: (probability) => next() < probability,
  };
}

/** @typedef {ReturnType<typeof randomOf>} Random */
