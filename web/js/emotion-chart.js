/**
 * The moods of the last minute as stacked bands, and those of this moment as labelled bars. The bars
 * are the text alternative: they change once a second, so that they can be read.
 */
import { byId, make, setText } from './dom.js';
import { look, mainPerson, percent } from './words.js';

const WINDOW_MS = 60000;
/** A silence longer than this is drawn as a hole, as is every time without a face. */
const HOLE_MS = 5000;
/** So long the newest values are taken to last. */
const LAST_MS = 1000;
const REDRAW_MS = 250;
const REDRAW_CALM_MS = 1000;
/** From the pleasant to the unpleasant, so that neighbours in the chart are kin. */
const ORDER = ['happy', 'surprise', 'neutral', 'sad', 'fear', 'disgust', 'angry'];

/** @typedef {{at: number, values: number[]}} Moment `values` is empty when nobody was seen */

/**
 * The probabilities to chart: of the nearest person, or the mean of all in a group.
 * @param {Readonly<import('./store.js').State>} state
 */
function valuesOf({ sight, settings }) {
  const people = (sight?.people ?? []).filter((person) => person.in_sight !== false && person.emotion);
  if (people.length === 0) return null;
  const counted = settings.group ? people : [mainPerson(people)];
  return ORDER.map((emotion) =>
    counted.reduce((sum, person) => sum + (person.emotion?.probabilities[emotion] ?? 0), 0) / counted.length);
}

/** Moments in runs without holes. @param {Moment[]} moments */
function runs(moments) {
  /** @type {Moment[][]} */
  const list = [];
  let open = false;
  for (const moment of moments) {
    const run = list.at(-1);
    if (moment.values.length === 0) open = false;
    else if (open && run && moment.at - run[run.length - 1].at < HOLE_MS) run.push(moment);
    else {
      list.push([moment]);
      open = true;
    }
  }
  return list;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Moment[]} moments
 * @param {number} now
 * @param {number} width
 * @param {number} height
 * @param {CSSStyleDeclaration} colours
 */
function drawBands(context, moments, now, width, height, colours) {
  const x = (/** @type {number} */ at) => width * (1 - (now - at) / WINDOW_MS);
  context.clearRect(0, 0, width, height);
  context.strokeStyle = colours.getPropertyValue('--line');
  context.lineWidth = 1;
  for (let quarter = 0; quarter <= 4; quarter++) {
    const at = Math.round((width * quarter) / 4) + (quarter === 4 ? -0.5 : 0.5);
    context.beginPath();
    context.moveTo(at, 0);
    context.lineTo(at, height);
    context.stroke();
  }
  context.strokeStyle = colours.getPropertyValue('--surface');
  for (const seen of runs(moments)) {
    const newest = seen[seen.length - 1];
    const run = [...seen, { at: Math.min(now, newest.at + LAST_MS), values: newest.values }];
    const below = run.map(() => 0);
    for (const [i, emotion] of ORDER.entries()) {
      context.beginPath();
      run.forEach((moment, j) => context.lineTo(x(moment.at), height * (1 - below[j])));
      for (let j = run.length - 1; j >= 0; j--) {
        below[j] += run[j].values[i];
        context.lineTo(x(run[j].at), height * (1 - below[j]));
      }
      context.closePath();
      context.fillStyle = colours.getPropertyValue(`--mood-${emotion}`);
      context.fill();
      context.stroke();
    }
  }
}

/** @param {import('./store.js').Store} store */
export function bindEmotionChart(store) {
  const canvas = byId('chart');
  const context = canvas.getContext('2d');
  /** @type {Moment[]} */
  let moments = [];
  const bars = ORDER.map((emotion) => {
    const bar = make('span', { class: 'legend__bar', 'data-mood': emotion });
    const value = make('span', { class: 'legend__value' }, '–');
    byId('legend').append(make('li', { 'data-mood': emotion },
      make('span', { class: 'legend__name' }, look(emotion)),
      make('span', { class: 'legend__track', 'aria-hidden': true }, bar), value));
    return { bar, value };
  });

  function describe() {
    const values = valuesOf(store.get());
    for (const [i, { bar, value }] of bars.entries()) {
      bar.style.transform = `scaleX(${values ? values[i] : 0})`;
      setText(value, values ? percent(values[i]) : '–');
    }
    const told = moments.filter(({ values: v }) => v.length > 0);
    const mean = ORDER.map((_, i) => told.reduce((sum, { values: v }) => sum + v[i], 0) / Math.max(1, told.length));
    const most = mean.indexOf(Math.max(...mean));
    canvas.setAttribute('aria-label', told.length === 0
      ? 'Nothing has been seen yet'
      : `Chart of the last minute: mostly ${look(ORDER[most])}, ${percent(mean[most])} on average`);
  }

  function draw() {
    const now = performance.now();
    moments = moments.filter(({ at }) => now - at <= WINDOW_MS);
    const { clientWidth, clientHeight } = canvas;
    if (clientWidth === 0) return;
    const scale = devicePixelRatio || 1;
    const width = Math.round(clientWidth * scale);
    const height = Math.round(clientHeight * scale);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(scale, 0, 0, scale, 0, 0);
    drawBands(context, moments, now, clientWidth, clientHeight, getComputedStyle(document.documentElement));
  }

  store.watch(['sight'], (state) => {
    if (state.source !== 'camera') return;
    moments.push({ at: performance.now(), values: valuesOf(state) ?? [] });
  });
  store.watch(['source', 'settings', 'phase', 'sight'], ({ source, settings, phase, sight }) => {
    if (phase !== 'app') moments = [];
    canvas.hidden = source === 'photo';
    setText(byId('chart-title'), source === 'photo' ? 'Mood in the photo' : 'Mood over the last minute');
    const several = (sight?.people.length ?? 0) > 1;
    setText(byId('chart-who'), several ? (settings.group ? 'mean of everyone' : 'of the nearest person') : '');
  });
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  setInterval(draw, calm ? REDRAW_CALM_MS : REDRAW_MS);
  setInterval(describe, 1000);
  window.addEventListener('themechange', draw);
}
