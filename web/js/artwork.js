/**
 * Posters: no film comes with a picture that may be shipped, so each gets one drawn from its genres.
 * One of the most telling genres chooses scene and inks, the film's id everything that chance
 * decides: a film always looks the same, and films of a genre look like kin.
 */
import { PALETTES, TELLING } from './art/palettes.js';
import { SCENES } from './art/scenes.js';
import { makeSvg } from './dom.js';
import { randomOf } from './random.js';

const WIDTH = 200;
const HEIGHT = 300;
const MARGIN = 16;
const LINE_HEIGHT = 1.04;
/** Chance picks among this many of the most telling genres, so that a list of kin is not all alike. */
const CHOICE = 2;
const FONT = { serif: '"Iowan Old Style", "Palatino Linotype", Palatino, P052, "URW Palladio L", Georgia, serif', sans: '"Avenir Next Condensed", "Roboto Condensed", "Arial Narrow", "Liberation Sans Narrow", Arial, sans-serif' };

/** Genres whose titles are set in capitals of a narrow sans serif. */
const LOUD = new Set(['Action', 'Crime', 'Documentary', 'Sci-Fi', 'Sport', 'Thriller', 'War', 'Western', 'Animation', 'Comedy']);

const ruler = document.createElement('canvas').getContext('2d');

/**
 * Breaks a title into lines in the largest size that fits.
 * @param {string} title @param {string} family @param {number} room height for it
 */
function setTitle(title, family, room) {
  const words = title.split(/\s+/);
  for (let size = 34; ; size -= 2) {
    if (ruler) ruler.font = `700 ${size}px ${family}`;
    const width = (/** @type {string} */ text) => ruler?.measureText(text).width ?? text.length * size * 0.6;
    /** @type {string[]} */
    const lines = [];
    for (const word of words) {
      const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (lines.length && width(longer) <= WIDTH - 2 * MARGIN) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    const fits = lines.length * size * LINE_HEIGHT <= room && lines.every((line) => width(line) <= WIDTH - 2 * MARGIN);
    if (fits || size <= 10) return { size, lines: lines.slice(0, 6) };
  }
}

/** Relative luminance of "#rrggbb" (WCAG 2). @param {string} colour */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The ink that is read best on another. @param {import('./art/palettes.js').Palette} ink @param {string} base */
function titleInk({ title, ground, glow }, base) {
  const contrast = (/** @type {string} */ colour) => {
    const [a, b] = [luminance(colour), luminance(base)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  return [title, glow, ground].reduce((best, colour) => (contrast(best) < 4.5 && contrast(colour) > contrast(best) ? colour : best));
}

/**
 * @param {import('./store.js').Film} film
 * @returns {SVGElement}
 */
export function poster(film) {
  const random = randomOf(film.id);
  const telling = TELLING.filter((name) => film.genres.includes(name)).slice(0, CHOICE);
  const genre = telling.length ? random.pick(telling) : 'Drama';
  const ink = random.pick(PALETTES[genre]);
  const scene = random.pick(SCENES[genre]);
  const letters = titleInk(ink, ink[scene.on]);
  const loud = LOUD.has(genre);
  const family = loud ? FONT.sans : FONT.serif;
  const onTop = scene.title === 'top';
  const { size, lines } = setTitle(loud ? film.title.toUpperCase() : film.title, family, onTop ? 66 : 50);
  const titleTop = onTop ? 18 : HEIGHT - 34 - lines.length * size * LINE_HEIGHT;
  const credits = [film.year, ...film.genres.slice(0, 3)].filter(Boolean).join('  ·  ').toUpperCase();

  return makeSvg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'poster', 'data-genre': genre, focusable: 'false', 'aria-hidden': 'true' },
    makeSvg('rect', { width: WIDTH, height: HEIGHT, fill: ink.ground }),
    ...scene.draw(ink, random),
    ...lines.map((text, i) => makeSvg('text', {
      x: MARGIN, y: titleTop + size * (0.82 + i * LINE_HEIGHT), 'font-size': size, 'font-family': family, 'font-weight': 700,
      fill: letters, 'letter-spacing': loud ? 0.3 : -0.2,
    }, text)),
    makeSvg('text', {
      x: MARGIN, y: onTop ? titleTop + lines.length * size * LINE_HEIGHT + 9 : HEIGHT - 17, 'font-size': 7, 'font-family': FONT.sans,
      fill: letters, 'letter-spacing': 0.9, opacity: 0.85,
    }, credits));
}
