/**
 * What the posters show: one scene per genre, drawn in flat shapes on a sheet of 200 by 300. A scene
 * leaves the quarter named by `title` plain, so that the title can be read; `on` says which ink lies
 * there. A genre with many films has several.
 *
 * @typedef {import('./palettes.js').Palette} Palette
 * @typedef {import('../random.js').Random} Random
 * @typedef {{title: 'top' | 'bottom', on: 'ground' | 'deep', draw: (ink: Palette, random: Random) => Node[]}} Scene
 */
import { makeSvg } from '../dom.js';

/** @param {number} cx @param {number} cy @param {number} r @param {string} fill @param {object} [more] */
const disc = (cx, cy, r, fill, more) => makeSvg('circle', { cx, cy, r, fill, ...more });
/** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} fill @param {object} [more] */
const rect = (x, y, width, height, fill, more) => makeSvg('rect', { x, y, width, height, fill, ...more });
/** @param {string} d @param {string} fill @param {object} [more] */
const shape = (d, fill, more) => makeSvg('path', { d, fill, ...more });
/** @param {string} d @param {string} stroke @param {number} width @param {object} [more] */
const line = (d, stroke, width, more) => makeSvg('path', { d, fill: 'none', stroke, 'stroke-width': width, ...more });
/** @param {number} count @param {(i: number) => Node} one */
const repeat = (count, one) => Array.from({ length: count }, (_, i) => one(i));
/** @param {object} attributes @param {...Node} children */
const group = (attributes, ...children) => makeSvg('g', { ...attributes }, ...children);
const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;

/**
 * A range of hills from one side to the other, down to the foot of the sheet.
 * @param {Random} random @param {number} y @param {number} rise @param {string} fill
 */
function hills(random, y, rise, fill) {
  const a = random.between(-rise, rise), b = random.between(-rise, rise);
  return shape(`M-5 ${round(y + a)}C50 ${round(y - rise + b)} 70 ${round(y + rise - a)} 110 ${round(y + b / 2)}S170 ${round(y - rise - a)} 205 ${round(y + b)}V305H-5z`, fill);
}

/** @param {Random} random @param {number} count @param {number} top @param {number} foot @param {string} fill */
const stars = (random, count, top, foot, fill) =>
  repeat(count, () => disc(round(random.between(8, 192)), round(random.between(top, foot)), random.pick([0.6, 0.8, 1.1, 1.6]), fill));

/** A person seen from afar, standing at x, y. @param {number} x @param {number} y @param {number} size @param {string} fill */
const figure = (x, y, size, fill) => group({ fill, transform: `translate(${x} ${y}) scale(${size})` },
  makeSvg('circle', { cx: 0, cy: -21, r: 3.4 }),
  makeSvg('path', { d: 'M-4.2 -16Q0 -18.6 4.2 -16L5 -6H3L2.4 0H.4L0 -6-.4 0H-2.4L-3 -6H-5z' }));

/** A film's star shape of light. @param {number} cx @param {number} cy @param {number} rays @param {number} inner @param {number} outer @param {string} fill @param {number} turn */
function burst(cx, cy, rays, inner, outer, fill, turn) {
  const points = Array.from({ length: 2 * rays }, (_, i) => {
    const r = i % 2 ? inner : outer, angle = turn + (Math.PI * i) / rays;
    return `${round(cx + r * Math.cos(angle))} ${round(cy + r * Math.sin(angle))}`;
  });
  return shape(`M${points.join('L')}z`, fill);
}

/** A bare tree, branch by branch. @param {Random} random @param {number} x @param {number} y @param {number} length @param {number} angle @param {number} width @returns {string[]} */
function branches(random, x, y, length, angle, width) {
  const toX = x + length * Math.cos(angle), toY = y + length * Math.sin(angle);
  const turn = [-Math.sin(angle), Math.cos(angle)];
  const foot = width / 2, tip = width * 0.32;
  const own = `M${round(x + turn[0] * foot)} ${round(y + turn[1] * foot)}L${round(toX + turn[0] * tip)} ${round(toY + turn[1] * tip)}L${round(toX - turn[0] * tip)} ${round(toY - turn[1] * tip)}L${round(x - turn[0] * foot)} ${round(y - turn[1] * foot)}z`;
  if (length < 7) return [own];
  return [own,
    ...branches(random, toX, toY, length * random.between(0.62, 0.8), angle - random.between(0.25, 0.6), width * 0.64),
    ...branches(random, toX, toY, length * random.between(0.62, 0.8), angle + random.between(0.25, 0.6), width * 0.64)];
}

/** @type {Record<string, Scene[]>} */
export const SCENES = {
  'Action': [{ title: 'bottom', on: 'deep', draw(ink, random) {
    const cx = random.between(70, 130), cy = random.between(80, 120);
    const skyline = Array.from({ length: 12 }, (_, i) => `V${round(random.between(165, 205))}H${(i + 1) * 17}`).join('');
    return [
      burst(cx, cy, 13, 44, 260, ink.mid, random.between(0, 1)),
      burst(cx, cy, 11, 38, 84, ink.soft, random.between(0, 1)),
      disc(cx, cy, 34, ink.glow),
      shape(`M-4 305V190${skyline}V305z`, ink.deep),
      figure(cx, 178, 1.7, ink.deep),
      rect(-2, 205, 204, 100, ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const end = random.between(80, 120);
    return [
      disc(end, 168, 50, ink.glow), ...repeat(3, (i) => rect(0, 150 + i * 11, 200, 2 + i, ink.ground)),
      shape('M-5 305V176L205 176V305z', ink.mid),
      shape(`M${round(end - 3)} 176h6L178 305H22z`, ink.deep),
      ...repeat(5, (i) => shape(`M${round(end + (100 - end) * (i * i / 22) - 0.6 - i * 0.9)} ${178 + i * i * 6.4}h${1.2 + i * 1.8}l${(i + 1) * 0.8} ${4 + i * 5}h-${2.6 + i * 3.4}z`, ink.glow)),
      ...repeat(7, () => line(`M${round(random.between(-10, 60))} ${round(random.between(186, 290))}l${-random.between(20, 60)} 14`, ink.soft, random.between(1.5, 4))),
      ...repeat(7, () => line(`M${round(random.between(140, 210))} ${round(random.between(186, 290))}l${random.between(20, 60)} 14`, ink.soft, random.between(1.5, 4))),
      group({ transform: `translate(${round(end)} 262)` }, shape('M-33 14V-2L-24 -6L-16 -23H16L24 -6L33 -2V14z', ink.soft), shape('M-13 -19H13L19 -7H-19z', ink.deep), rect(-29, 0, 11, 6, ink.glow, { rx: 2 }), rect(18, 0, 11, 6, ink.glow, { rx: 2 }), rect(-31, 13, 13, 9, '#000000', { rx: 2 }), rect(18, 13, 13, 9, '#000000', { rx: 2 })),
    ];
  } }],
  'Adventure': [{ title: 'top', on: 'ground', draw(ink, random) {
    const sun = random.between(50, 150), peak = random.between(60, 140);
    return [
      disc(sun, 128, 30, ink.glow),
      shape(`M-5 210L${round(peak - 70)} 150L${round(peak - 45)} 165L${peak} 104L${round(peak + 36)} 158L${round(peak + 60)} 140L205 205V305H-5z`, ink.soft),
      shape(`M${peak} 104L${round(peak + 36)} 158L${round(peak + 12)} 150L${round(peak + 3)} 160L${round(peak - 8)} 146L${round(peak - 21)} 152L${round(peak - 28)} 142z`, ink.title === ink.deep ? '#fff8e6' : ink.title, { opacity: 0.85 }),
      hills(random, 215, 14, ink.mid),
      shape('M92 305C60 280 150 268 118 250C96 238 122 230 116 222C132 232 116 240 142 250C186 268 108 280 150 305z', ink.glow),
      hills(random, 276, 9, ink.deep),
      figure(random.between(35, 165), 274, 1.25, ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const x = random.between(84, 116);
    const waves = (/** @type {number} */ y, /** @type {string} */ fill, /** @type {number} */ shift) => shape(`M${-40 + shift} ${y}${'q12 -9 24 0t24 0'.repeat(6)}V305H-40z`, fill);
    return [
      disc(x + random.pick([-30, 30]), 150, 48, ink.glow),
      waves(218, ink.soft, 6),
      group({ transform: `translate(${round(x)} 238) rotate(${round(random.between(-6, 6))})` },
        shape('M-44 -6H46C42 14 28 22 8 22H-20C-34 20 -42 10 -44 -6z', ink.deep), rect(-2, -116, 4, 112, ink.deep),
        shape('M4 -112C40 -92 46 -52 36 -16H4z', ink.mid), shape('M-4 -98C-30 -76 -36 -44 -32 -16H-4z', '#fff8e6'), shape('M2 -116h22l-6 6 6 6H2z', ink.glow)),
      waves(246, ink.mid, 16), waves(270, ink.deep, 2),
    ];
  } }],
  'Animation': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const colours = [ink.mid, ink.soft, ink.glow, ink.deep];
    const creature = (/** @type {number} */ x, /** @type {number} */ size, /** @type {string} */ fill) => group({},
      shape(`M${x - size} 222V${222 - size * 1.5}a${size} ${size} 0 0 1 ${2 * size} 0V222z`, fill),
      ...[-0.36, 0.36].flatMap((side) => [disc(x + side * size, 222 - size * 1.55, size * 0.27, '#ffffff'), disc(x + side * size + size * 0.07, 222 - size * 1.5, size * 0.13, ink.deep)]),
      line(`M${round(x - size * 0.3)} ${round(222 - size)}q${round(size * 0.3)} ${round(size * 0.34)} ${round(size * 0.6)} 0`, fill === ink.deep ? ink.glow : ink.deep, size * 0.1, { 'stroke-linecap': 'round' }));
    return [
      ...repeat(16, () => random.chance(0.5)
        ? disc(round(random.between(10, 190)), round(random.between(10, 130)), random.between(2, 6), random.pick(colours))
        : rect(round(random.between(10, 185)), round(random.between(10, 130)), 8, 8, random.pick(colours), { rx: 2, transform: `rotate(${random.whole(0, 60)} 100 70)` })),
      creature(random.between(62, 74), random.between(36, 44), ink.mid),
      creature(random.between(142, 152), random.between(27, 33), ink.soft),
      creature(random.between(104, 112), random.between(18, 22), ink.deep),
      rect(0, 222, 200, 80, ink.ground),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const lean = random.pick([0, 1]), cloud = random.between(92, 112);
    const arcs = [ink.mid, ink.glow, ink.soft, ink.deep, ink.ground];
    const face = (/** @type {number} */ x, /** @type {number} */ y) => group({}, disc(x - 12, y, 4, ink.deep), disc(x + 12, y, 4, ink.deep), line(`M${round(x - 9)} ${y + 9}q9 9 18 0`, ink.deep, 3, { 'stroke-linecap': 'round' }));
    return [
      group({ transform: lean ? 'translate(200 0) scale(-1 1)' : '' }, ...arcs.map((colour, i) => disc(40, 262, 150 - i * 19, colour))),
      group({ transform: `translate(${round(cloud - 100)} 0)` }, ...[[58, 244, 26], [92, 226, 34], [130, 234, 29], [154, 250, 20]].map(([x, y, r]) => disc(x, y, r, '#ffffff')), rect(44, 244, 128, 27, '#ffffff', { rx: 13.5 }), face(104, 240)),
      ...repeat(5, () => burst(random.between(20, 180), random.between(92, 130), 4, 2, 7, random.pick([ink.glow, ink.mid, ink.deep]), 0)),
      hills(random, 284, 5, ink.soft),
    ];
  } }],
  'Biography': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const turn = random.pick([-1, 1]);
    const bust = 'M-62 112C-60 66 -34 56 -17 50L-17 34C-30 24 -33 4 -30 -12C-26 -38 24 -40 28 -10C29 0 33 8 37 16C38 20 33 21 31 22C32 30 31 38 18 38L13 50C34 56 60 64 62 112z';
    return [
      ...repeat(7, (i) => makeSvg('path', { d: bust, fill: [ink.soft, ink.ground][i % 2], transform: `translate(100 ${round(112 - i * 2)}) scale(${round((turn * (2.5 - i * 0.22)) * 100) / 100} ${2.5 - i * 0.22})`, opacity: i % 2 ? 1 : 0.35 + i * 0.08 })),
      makeSvg('path', { d: bust, fill: ink.deep, transform: `translate(100 104) scale(${turn * 1.02} 1.02)` }),
      disc(100 - turn * random.between(44, 56), random.between(44, 60), 17, ink.glow),
      rect(0, 216, 200, 90, ink.ground),
    ];
  } }],
  'Comedy': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const colours = [ink.mid, ink.soft, ink.deep, ink.glow];
    const smile = random.whole(0, 8);
    const tile = (/** @type {number} */ i) => {
      const x = 18 + (i % 3) * 56, y = 16 + Math.floor(i / 3) * 62;
      const colour = colours[(i * 7 + smile) % 4];
      if (i === smile) return group({}, disc(x + 26, y + 28, 26, ink.glow), disc(x + 17, y + 22, 3.4, ink.deep), disc(x + 35, y + 22, 3.4, ink.deep), shape(`M${x + 10} ${y + 32}a16 16 0 0 0 32 0z`, ink.mid));
      return random.pick([
        () => disc(x + 26, y + 28, 26, colour),
        () => shape(`M${x} ${y + 28}a26 26 0 0 0 52 0z`, colour),
        () => shape(`M${x} ${y + 28}a26 26 0 0 1 52 0z`, colour),
        () => group({}, shape(`M${x} ${y + 26}a26 26 0 0 1 52 0z`, colour), shape(`M${x} ${y + 30}a26 26 0 0 0 52 0z`, colours[(i + 1) % 4])),
        () => group({}, disc(x + 26, y + 28, 26, colour), disc(x + 26, y + 28, 12, ink.ground)),
      ])();
    };
    return repeat(9, tile);
  } }, { title: 'bottom', on: 'ground', draw(ink, random) {
    const tilt = random.between(-10, 10);
    return [
      disc(100, 106, 88, ink.soft),
      group({ transform: `rotate(${round(tilt)} 100 70)` }, shape('M52 64C50 20 66 12 100 12S150 20 148 64z', ink.deep), rect(30, 60, 140, 11, ink.deep, { rx: 5.5 }), rect(52, 50, 96, 10, ink.mid)),
      disc(72, 104, 22, ink.glow, { stroke: ink.deep, 'stroke-width': 5 }), disc(128, 104, 22, ink.glow, { stroke: ink.deep, 'stroke-width': 5 }), line('M94 102q6 -5 12 0', ink.deep, 5),
      disc(72 + random.between(-8, 8), 106, 6, ink.deep), disc(128 + random.between(-8, 8), 106, 6, ink.deep),
      shape('M100 146C84 134 66 140 52 156C70 162 90 162 100 152C110 162 130 162 148 156C134 140 116 134 100 146z', ink.deep),
      shape(random.pick(['M100 196l-34 -17v34zM100 196l34 -17v34z', 'M84 178q16 -8 32 0l-6 14 10 22h-40l10 -22z']), ink.mid), disc(100, 196, 7, ink.glow),
      rect(0, 214, 200, 90, ink.ground),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const left = random.chance(0.5);
    return [
      group({ transform: left ? '' : 'translate(200 0) scale(-1 1)' },
        ...repeat(5, (i) => rect(i * 40, 166 + i * 28, 200, 160, [ink.mid, ink.soft][i % 2])),
        line('M-6 120Q10 96 20 150Q40 92 58 178Q78 120 98 206Q120 150 140 234', ink.deep, 2, { 'stroke-dasharray': '1 6', 'stroke-linecap': 'round' }),
        disc(150, 218, 17, ink.deep), disc(145, 212, 5, ink.glow)),
    ];
  } }],
  'Crime': [{ title: 'bottom', on: 'deep', draw(ink, random) {
    const lean = random.pick([-1, 1]), at = 100 + lean * random.between(6, 20);
    return [
      ...repeat(11, (i) => shape(`M${lean > 0 ? 0 : 200} ${8 + i * 20}l${lean * 230} ${-46}v9l${-lean * 230} 50z`, i % 3 === 1 ? ink.soft : ink.mid)),
      disc(100 - lean * 46, 66, 30, ink.glow),
      group({ fill: ink.deep, transform: `translate(${round(at)} 116) scale(${lean} 1)` },
        makeSvg('path', { d: 'M-78 124C-76 76 -44 64 -20 58L-20 44C-32 34 -33 20 -32 8L30 8C34 16 38 22 38 27C38 30 34 31 32 31C33 42 30 47 17 47L14 58C44 64 74 78 78 124z' }),
        makeSvg('path', { d: 'M-56 10C-30 -2 36 -4 60 8C40 16 -40 18 -56 10zM-32 4C-30 -32 -18 -34 -6 -30C6 -34 30 -36 33 4z' })),
      rect(0, 218, 200, 90, ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const x = random.pick([62, 138]), away = x < 100 ? 1 : -1;
    return [
      ...repeat(6, (i) => rect(i * 36 - 6, 120 + random.between(0, 46), 30, 160, ink.mid)),
      shape(`M${x} 118L${x - 52} 268h112z`, ink.glow, { opacity: 0.9 }), makeSvg('ellipse', { cx: x + 4, cy: 268, rx: 58, ry: 11, fill: ink.glow }),
      rect(0, 280, 200, 30, ink.deep),
      line(`M${x - away * 40} 282V126q0 -16 16 -16h14`, ink.deep, 5, away > 0 ? {} : { transform: `translate(${2 * x} 0) scale(-1 1)` }), shape(`M${x - 15} 119a15 13 0 0 1 30 0z`, ink.deep),
      figure(x + 2, 268, 3, ink.deep), rect(x - 12, 198, 28, 3.5, ink.deep), rect(x - 6, 190, 16, 9, ink.deep, { rx: 2 }),
      shape(`M${x} 268l${away * 110} 34h${away * 20}L${x + away * 10} 268z`, ink.deep, { opacity: 0.7 }),
    ];
  } }],
  'Dark Comedy': [{ title: 'top', on: 'ground', draw(ink, random) {
    const turn = random.pick([0, 180]);
    return [
      group({ transform: `rotate(${turn} 100 182)` },
        shape('M100 92a90 90 0 0 0 0 180z', ink.soft), shape('M100 92a90 90 0 0 1 0 180z', ink.mid),
        disc(68, 158, 10, ink.deep), line('M122 148l20 20m0-20l-20 20', ink.glow, 7, { 'stroke-linecap': 'round' }),
        line('M52 206q22 34 48 34', ink.deep, 9, { 'stroke-linecap': 'round' }), line('M100 240q26 0 48 -34', ink.glow, 9, { 'stroke-linecap': 'round', 'stroke-dasharray': random.pick(['0', '3 14']) })),
      rect(99, 84, 2, 196, ink.ground),
    ];
  } }],
  'Documentary': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const cx = random.between(80, 120), cy = random.between(90, 118);
    const phases = [random.between(0, 6), random.between(0, 6), random.between(0, 6)];
    const contour = (/** @type {number} */ r) => {
      const points = Array.from({ length: 40 }, (_, i) => {
        const angle = (i / 40) * 2 * Math.PI;
        const wave = 1 + 0.16 * Math.sin(2 * angle + phases[0] + r / 60) + 0.1 * Math.sin(3 * angle + phases[1]) + 0.05 * Math.sin(5 * angle + phases[2] + r / 30);
        return `${round(cx + r * wave * Math.cos(angle))} ${round(cy + r * wave * Math.sin(angle))}`;
      });
      return `M${points.join('L')}z`;
    };
    const corner = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ dx, /** @type {number} */ dy) => `M${x} ${y + dy * 16}V${y}H${x + dx * 16}`;
    return [
      ...repeat(13, (i) => line(contour(14 + i * 13), i % 4 === 0 ? ink.mid : ink.soft, i % 4 === 0 ? 1.8 : 1, { 'stroke-linejoin': 'round' })),
      shape(contour(40), ink.deep, { opacity: 0.9 }), shape(contour(24), ink.mid),
      disc(cx, cy, 7, ink.glow),
      line(`${corner(round(cx - 62), round(cy - 62), 1, 1)}${corner(round(cx + 62), round(cy - 62), -1, 1)}${corner(round(cx - 62), round(cy + 62), 1, -1)}${corner(round(cx + 62), round(cy + 62), -1, -1)}`, ink.glow, 2.4),
      rect(0, 214, 200, 90, ink.ground),
    ];
  } }],
  'Drama': [
    { title: 'bottom', on: 'ground', draw(ink, random) {
      const x = random.between(48, 92);
      return [
        rect(0, 0, 200, 206, ink.mid, { opacity: 0.35 }),
        shape(`M${round(x)} 150L${round(x + 48)} 150L${round(x + 116)} 262H${round(x + 16)}z`, ink.soft, { opacity: 0.55 }),
        rect(x, 36, 48, 104, ink.glow), rect(x + 22.5, 36, 3, 104, ink.mid), rect(x, 84, 48, 3, ink.mid),
        figure(x + 62, 206, 2.6, ink.deep),
        rect(0, 206, 200, 1.6, ink.deep),
      ];
    } },
    { title: 'bottom', on: 'deep', draw(ink, random) {
      const x = random.between(70, 130);
      return [
        disc(x, 126, 46, ink.glow), rect(0, 128, 200, 90, ink.mid),
        ...repeat(7, (i) => rect(round(x - 44 + i * 5 + random.between(-5, 5)), 134 + i * 10, round(88 - i * 11), 3.2, ink.glow, { rx: 1.6, opacity: 0.9 - i * 0.08 })),
        shape(`M0 218V196C40 190 60 206 110 204S180 192 200 200V218z`, ink.deep), figure(random.between(40, 70), 200, 1.8, ink.deep),
        rect(0, 216, 200, 90, ink.deep),
      ];
    } },
    { title: 'bottom', on: 'ground', draw(ink, random) {
      const gap = random.between(26, 40);
      return [
        shape('M0 216V110a100 100 0 0 1 200 0V216z', ink.mid), shape('M24 216V116a76 76 0 0 1 152 0V216z', ink.soft), shape('M52 216V120a48 48 0 0 1 96 0V216z', ink.glow),
        shape(`M${100 - gap} 216l-60 60h40z`, ink.deep, { opacity: 0.35 }),
        figure(100 - gap, 216, 3, ink.deep), group({ transform: `translate(${2 * (100 + gap)} 0) scale(-1 1)` }, figure(100 + gap, 216, 2.7, ink.deep)),
      ];
    } },
    { title: 'bottom', on: 'deep', draw(ink, random) {
      const x = random.between(60, 140);
      return [
        disc(200 - x, 84, 34, ink.glow), hills(random, 196, 12, ink.mid),
        shape(branches(random, x, 210, 30, -Math.PI / 2 + random.between(-0.1, 0.1), 7).join(''), ink.deep),
        ...repeat(26, () => disc(round(x + random.between(-46, 46)), round(random.between(96, 150)), random.between(3, 7), random.pick([ink.soft, ink.soft, ink.glow]), { opacity: 0.9 })),
        shape('M-5 305V212C50 198 140 200 205 216V305z', ink.deep),
      ];
    } },
  ],
  'Family': [{ title: 'top', on: 'ground', draw(ink, random) {
    const house = random.between(62, 110);
    const balloon = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ fill) => group({},
      line(`M${round(x)} ${round(y)}Q${round(x + 6)} ${round(y + 30)} ${round(house + 14)} 196`, ink.deep, 0.8), makeSvg('ellipse', { cx: x, cy: y, rx: 11, ry: 13.5, fill }));
    return [
      disc(random.between(150, 172), 116, 19, ink.glow),
      hills(random, 222, 12, ink.soft),
      ...[[-22, 128], [2, 112], [24, 124], [44, 140], [12, 142]].map(([dx, y], i) => balloon(house + 14 + dx + random.between(-3, 3), y + random.between(-5, 5), [ink.glow, ink.mid, ink.deep, ink.soft, '#ffffff'][i])),
      rect(house - 8, 214, 44, 34, '#fffaf0'), shape(`M${round(house - 15)} 216L${round(house + 14)} 190L${round(house + 43)} 216z`, ink.deep), rect(house + 8, 228, 12, 20, ink.glow), rect(house - 2, 221, 7, 7, ink.mid), rect(house + 24, 221, 7, 7, ink.mid),
      hills(random, 254, 7, ink.mid), hills(random, 280, 6, ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const turn = random.chance(0.5) ? '' : 'translate(200 0) scale(-1 1)';
    return [
      disc(random.between(140, 166), 112, 17, ink.glow),
      group({ transform: turn },
        line('M92 168q-14 -30 -30 -20M92 168q2 -36 22 -30M92 168v-40', ink.mid, 5, { 'stroke-linecap': 'round' }),
        shape('M20 250C20 196 60 170 106 172C150 174 170 206 166 232C176 226 182 214 178 196C186 200 190 206 196 198C200 214 190 244 164 256z', ink.deep),
        shape('M24 250C40 232 80 244 108 254H24z', ink.soft), disc(62, 216, 4.5, '#ffffff'), line('M40 234q16 10 34 2', ink.soft, 3, { 'stroke-linecap': 'round' })),
      ...repeat(3, (i) => shape(`M${-30 + i * 9} ${246 + i * 18}${'q11 -8 22 0t22 0'.repeat(6)}V305H-40z`, [ink.mid, ink.soft, ink.deep][i])),
    ];
  } }],
  'Fantasy': [{ title: 'bottom', on: 'deep', draw(ink, random) {
    const x = random.between(76, 124), moon = random.pick([46, 154]);
    const tower = (/** @type {number} */ at, /** @type {number} */ top, /** @type {number} */ w) => `M${round(at - w)} 210V${top}h${2 * w}V210zM${round(at - w - 2.5)} ${top}L${round(at)} ${round(top - w * 3)}L${round(at + w + 2.5)} ${top}z`;
    return [
      ...stars(random, 46, 8, 150, ink.glow),
      disc(moon, 56, 27, ink.glow), disc(moon + (moon > 100 ? -11 : 11), 50, 23, ink.ground),
      hills(random, 176, 16, ink.mid),
      shape(`M${round(x - 70)} 215L${round(x - 20)} 164H${round(x + 20)}L${round(x + 76)} 215z`, ink.soft),
      shape(tower(x, 100, 9) + tower(x - 20, 126, 7) + tower(x + 21, 118, 7.5) + tower(x - 37, 146, 5) + tower(x + 38, 142, 5), ink.deep),
      ...[[0, 112], [-20, 138], [21, 130], [0, 134]].map(([dx, y]) => rect(x + dx - 1.7, y, 3.4, 6.5, ink.glow, { rx: 1.7 })),
      hills(random, 206, 8, ink.deep), rect(0, 212, 200, 90, ink.deep),
    ];
  } }],
  'History': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const sun = random.between(60, 140);
    const arch = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w, /** @type {number} */ h) => `M${x} ${y + h}V${y + w / 2}a${w / 2} ${w / 2} 0 0 1 ${w} 0V${y + h}z`;
    return [
      disc(sun, 70, 44, ink.glow),
      shape(`M0 74H200V216H0z${[0, 1, 2, 3].map((i) => arch(8 + i * 48, 88, 38, 46)).join('')}${[0, 1, 2].map((i) => arch(10 + i * 63, 148, 52, 70)).join('')}`, ink.mid, { 'fill-rule': 'evenodd' }),
      rect(0, 68, 200, 7, ink.deep), rect(0, 138, 200, 5, ink.deep), ...repeat(9, (i) => rect(4 + i * 24, 58, 12, 11, ink.deep)),
      ...repeat(4, (i) => rect(0, 216 + i * 3, 200, 1.2, i % 2 ? ink.soft : ink.deep)),
      figure(random.pick([36, 99, 162]), 216, 1.6, ink.deep),
    ];
  } }],
  'Horror': [{ title: 'bottom', on: 'deep', draw(ink, random) {
    const x = random.between(70, 130);
    return [
      disc(x + random.between(-16, 16), 92, 70, ink.mid), disc(x, 92, 54, ink.glow),
      shape(branches(random, x, 226, 46, -Math.PI / 2 + random.between(-0.15, 0.15), 15).join(''), ink.deep),
      shape(branches(random, x + random.pick([-72, 72]), 226, 26, -Math.PI / 2, 8).join(''), ink.deep),
      ...repeat(4, () => line(`M${round(random.between(30, 170))} ${round(random.between(34, 90))}q4 -5 7 0q3 -5 7 0`, ink.deep, 1.6)),
      shape('M-5 305V214C40 202 70 220 110 212S170 206 205 216V305z', ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const x = random.between(84, 116), lit = random.whole(0, 3);
    const house = [[-17, -58], [5, -58], [-17, -30], [5, -30]];
    return [
      disc(x + random.pick([-44, 44]), 148, 40, ink.mid), disc(x + random.pick([-44, 44]) * 0.2, 150, 30, ink.mid, { opacity: 0.6 }),
      shape(`M-5 305V276C40 270 ${round(x - 40)} 232 ${round(x - 30)} 228H${round(x + 30)}C${round(x + 42)} 236 160 274 205 272V305z`, ink.deep),
      group({ transform: `translate(${round(x)} 230)` }, shape('M-27 0V-64L-33 -62L-12 -98L-4 -84V-112L6 -128L16 -112V-78L34 -62L27 -64V0z', ink.deep),
        ...house.map(([dx, dy], i) => rect(dx, dy, 11, 15, i === lit ? ink.glow : ink.mid, { opacity: i === lit ? 1 : 0.5 })), rect(-6, -14, 12, 15, ink.mid, { opacity: 0.6 })),
      shape(`M${round(x - 6)} 230C${round(x - 20)} 260 ${round(x + 30)} 272 ${round(x - 14)} 305h44C${round(x + 50)} 270 ${round(x + 2)} 262 ${round(x + 6)} 230z`, ink.mid, { opacity: 0.7 }),
      ...repeat(5, () => line(`M${round(random.between(20, 180))} ${round(random.between(108, 170))}q4 -5 7 0q3 -5 7 0`, ink.glow, 1.4)),
      shape(branches(random, 18, 305, 26, -Math.PI / 2 + 0.15, 8).join('') + branches(random, 184, 305, 24, -Math.PI / 2 - 0.15, 8).join(''), ink.deep),
    ];
  } }],
  'Musical': [{ title: 'top', on: 'ground', draw(ink, random) {
    const phase = random.between(0, 6);
    const wave = (/** @type {number} */ y, /** @type {number} */ k) => `M-5 ${y}${Array.from({ length: 21 }, (_, i) => `L${i * 10.5} ${round(y + 15 * Math.sin(i / 3.3 + phase) + k * Math.sin(i / 1.9))}`).join('')}`;
    const note = (/** @type {number} */ i) => {
      const x = 26 + i * 37, y = round(178 + 15 * Math.sin(x / 10.5 / 3.3 + phase) - (i % 3) * 12 + 12);
      return group({ fill: i % 2 ? ink.glow : ink.soft }, makeSvg('ellipse', { cx: x, cy: y, rx: 8.4, ry: 6.2, transform: `rotate(-20 ${x} ${y})` }), rect(x + 6.4, y - 36, 2.6, 36, i % 2 ? ink.glow : ink.soft), shape(`M${x + 6.4} ${y - 36}q14 5 12 19q-3 -9 -12 -10z`, i % 2 ? ink.glow : ink.soft));
    };
    return [
      ...repeat(3, (i) => shape(`M${round(40 + i * 60 + random.between(-8, 8))} 70L${-10 + i * 70} 305h80z`, ink.mid, { opacity: 0.45 })),
      makeSvg('ellipse', { cx: 100, cy: 292, rx: 120, ry: 46, fill: ink.deep }),
      ...repeat(5, (i) => line(wave(154 + i * 12, 2), ink.glow, 1.2, { opacity: 0.75 })),
      ...repeat(5, note),
      makeSvg('ellipse', { cx: 100, cy: 278, rx: 54, ry: 11, fill: ink.glow }), figure(100, 278, 2, ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const turn = random.between(-60, 60), arm = random.pick([1, -1]);
    return [
      disc(100, 226, 118, ink.deep), ...repeat(9, (i) => disc(100, 226, 112 - i * 7.5, 'none', { stroke: ink.mid, 'stroke-width': 1, opacity: 0.8 })),
      group({ transform: `rotate(${round(turn)} 100 226)` }, shape('M100 226L60 115a118 118 0 0 1 80 0z', ink.mid, { opacity: 0.55 }), shape('M100 226L60 337a118 118 0 0 0 80 0z', ink.mid, { opacity: 0.55 })),
      disc(100, 226, 40, ink.soft), disc(100, 226, 30, ink.glow), disc(100, 226, 4, ink.deep),
      group({ transform: arm > 0 ? '' : 'translate(200 0) scale(-1 1)' }, line('M186 96L178 168L142 200', ink.glow, 4, { 'stroke-linejoin': 'round' }), disc(186, 96, 9, ink.glow), rect(132, 196, 16, 9, ink.glow, { transform: 'rotate(-42 140 200)' })),
    ];
  } }, { title: 'bottom', on: 'ground', draw(ink, random) {
    const keys = random.whole(6, 8), sway = random.between(18, 34);
    const edge = (/** @type {number} */ i) => `C${round(i * 200 / keys - sway)} 70 ${round(i * 200 / keys + sway)} 140 ${round(i * 200 / keys)} 206`;
    return [
      ...repeat(keys, (i) => shape(`M${round(i * 200 / keys)} 0${edge(i)}H${round((i + 1) * 200 / keys)}C${round((i + 1) * 200 / keys + sway)} 140 ${round((i + 1) * 200 / keys - sway)} 70 ${round((i + 1) * 200 / keys)} 0z`, i % 4 === 2 ? ink.glow : '#fff6ea', { stroke: ink.deep, 'stroke-width': 1.6 })),
      ...repeat(keys, (i) => (i % 7 === 2 || i % 7 === 6 ? group({}) : line(`M${round((i + 1) * 200 / keys)} 0C${round((i + 1) * 200 / keys - sway * 0.7)} 50 ${round((i + 1) * 200 / keys - sway * 0.1)} 84 ${round((i + 1) * 200 / keys + sway * 0.14)} 118`, i % 3 === 1 ? ink.soft : ink.deep, 13))),
      rect(0, 206, 200, 100, ink.ground),
    ];
  } }],
  'Mystery': [{ title: 'top', on: 'ground', draw(ink, random) {
    const far = random.between(-14, 14);
    return [
      ...repeat(5, (i) => rect(18 + i * 10, 84 + i * 12, 164 - i * 20, 230, i % 2 ? ink.ground : ink.mid, { opacity: 0.35 })),
      disc(100, 152, 38, ink.glow), shape('M88 172L72 300H128L112 172z', ink.glow),
      shape(`M72 300L${round(100 + far - 6)} 236h12L128 300z`, ink.soft, { opacity: 0.7 }),
      figure(100 + far / 3, 268, 1.9, ink.deep), shape(`M${round(98 + far / 3)} 268l-22 40h40l-14 -40z`, ink.deep, { opacity: 0.35 }),
      disc(100, 152, 38, 'none', { stroke: ink.deep, 'stroke-width': 3 }),
    ];
  } }],
  'Romance': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const y = random.between(84, 100), gap = random.between(26, 36);
    return [
      disc(100 - gap, y, 60, ink.mid), disc(100 + gap, y, 60, ink.soft),
      makeSvg('clipPath', { id: `lens-${round(gap * 1000)}` }, makeSvg('circle', { cx: 100 - gap, cy: y, r: 60 })),
      disc(100 + gap, y, 60, ink.glow, { 'clip-path': `url(#lens-${round(gap * 1000)})` }),
      ...repeat(4, (i) => line(`M-4 ${182 + i * 10}q17 -9 34 0t34 0t34 0t34 0t34 0t34 0t34 0`, i % 2 ? ink.soft : ink.mid, 2.4)),
    ];
  } }, { title: 'bottom', on: 'ground', draw(ink) {
    return [
      disc(100, 108, 74, ink.soft), disc(100, 108, 56, ink.glow),
      shape('M-5 305V196C40 184 80 204 120 194S180 186 205 198V305z', ink.mid),
      figure(92, 196, 2.9, ink.deep), group({ transform: 'translate(216 0) scale(-1 1)' }, figure(108, 196, 2.6, ink.deep)),
      line('M-4 206q50 -10 100 0t110 -2', ink.soft, 2), rect(0, 214, 200, 90, ink.ground), shape('M-5 222V206C60 214 140 216 205 208V222z', ink.mid),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const lean = random.between(-5, 5);
    return [
      ...repeat(44, () => { const x = random.between(-10, 205), y = random.between(90, 270); return line(`M${round(x)} ${round(y)}l-4 14`, ink.soft, 1.6, { 'stroke-linecap': 'round' }); }),
      shape('M-5 305V272H205V305z', ink.deep),
      group({ transform: `rotate(${round(lean)} 100 270)` }, rect(98.5, 150, 3, 92, ink.deep),
        shape('M24 190a76 76 0 0 1 152 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0z', ink.mid), shape('M62 190q6 -66 38 -76q32 10 38 76q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0q-9.5 -12 -19 0z', ink.glow)),
      figure(86, 272, 3.3, ink.deep), figure(116, 272, 3, ink.deep), disc(100, 280, 1, ink.deep),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const bird = 'M0 0C-3 -16 6 -30 20 -30C24 -38 36 -38 39 -30L47 -27L39 -24C39 -10 28 0 14 2L-14 14z';
    const y = random.between(212, 224);
    return [
      disc(100, 196, 82, ink.soft), disc(100, 196, 62, ink.glow),
      ...repeat(3, (i) => line(`M-5 ${round(y + i * 26 - 10)}Q100 ${round(y + i * 26 + 14)} 205 ${round(y + i * 26 - 12)}`, ink.deep, 1.6)),
      group({ fill: ink.deep, transform: `translate(58 ${round(y + 2)}) scale(0.9)` }, makeSvg('path', { d: bird })),
      group({ fill: ink.mid, transform: `translate(146 ${round(y + 2)}) scale(-0.84 0.84)` }, makeSvg('path', { d: bird })),
      shape(`M101 ${round(y - 52)}c-9 -8 -14 -12 -14 -18a7 7 0 0 1 14 -2a7 7 0 0 1 14 2c0 6 -5 10 -14 18z`, ink.mid),
    ];
  } }],
  'Sci-Fi': [{ title: 'bottom', on: 'deep', draw(ink, random) {
    const cx = random.between(80, 120), tilt = random.between(-28, -12), r = random.between(46, 56);
    const id = `planet-${round(cx * 1000)}`;
    return [
      ...stars(random, 54, 8, 200, ink.title),
      makeSvg('clipPath', { id }, makeSvg('circle', { cx, cy: 100, r })),
      makeSvg('ellipse', { cx, cy: 100, rx: r * 1.75, ry: r * 0.42, fill: 'none', stroke: ink.soft, 'stroke-width': 5, transform: `rotate(${round(tilt)} ${cx} 100)` }),
      disc(cx, 100, r, ink.glow),
      group({ 'clip-path': `url(#${id})` }, ...repeat(4, (i) => rect(0, 100 - r + i * r * 0.55 + random.between(0, 10), 200, r * random.between(0.1, 0.26), i % 2 ? ink.mid : ink.soft, { transform: `rotate(${round(tilt)} ${cx} 100)`, opacity: 0.8 })), disc(cx + r * 0.5, 100 - r * 0.1, r * 1.25, ink.deep, { opacity: 0.22 })),
      group({ transform: `rotate(${round(tilt)} ${cx} 100)` }, line(`M${round(cx - r * 1.75)} 100A${round(r * 1.75)} ${round(r * 0.42)} 0 0 0 ${round(cx + r * 1.75)} 100`, ink.title, 3)),
      disc(random.between(20, 40), random.between(28, 44), 9, ink.soft),
      shape('M0 206L200 206V305H0z', ink.deep),
      ...repeat(9, (i) => line(`M${100 + (i - 4) * 11} 206L${100 + (i - 4) * 60} 305`, ink.mid, 1)), ...repeat(5, (i) => rect(0, 206 + i * i * 4.2, 200, 1, ink.mid)),
      rect(0, 222, 200, 90, ink.deep, { opacity: 0.72 }),
    ];
  } }, { title: 'top', on: 'ground', draw(ink, random) {
    const x = random.between(84, 116);
    return [
      ...stars(random, 34, 92, 230, ink.title),
      shape(`M${round(x - 16)} 150L${round(x - 66)} 292H${round(x + 66)}L${round(x + 16)} 150z`, ink.soft, { opacity: 0.45 }), shape(`M${round(x - 8)} 150L${round(x - 30)} 292H${round(x + 30)}L${round(x + 8)} 150z`, ink.glow, { opacity: 0.5 }),
      shape(`M${round(x - 26)} 136a26 26 0 0 1 52 0z`, ink.soft), makeSvg('ellipse', { cx: x, cy: 140, rx: 62, ry: 14, fill: ink.mid }), makeSvg('ellipse', { cx: x, cy: 137, rx: 62, ry: 10, fill: ink.glow }),
      ...repeat(5, (i) => disc(x - 44 + i * 22, 140, 3, ink.deep)),
      hills(random, 262, 8, ink.mid), hills(random, 280, 6, ink.deep), figure(x, 278, 1.9, ink.deep),
    ];
  } }],
  'Sport': [{ title: 'top', on: 'ground', draw(ink, random) {
    const side = random.pick([0, 200]), ball = random.between(90, 110);
    return [
      ...repeat(7, (i) => disc(side, 305, 205 - i * 26, i % 2 ? ink.mid : ink.ground)),
      ...repeat(7, (i) => disc(side, 305, 205 - i * 26, 'none', { stroke: ink.soft, 'stroke-width': 2.2 })),
      ...[3.4, 2.9, 2.4].map((size, i) => group({ opacity: 0.25 + i * 0.1 }, disc(side === 0 ? ball + 8 - i * 22 : ball - 8 + i * 22, 150 + i * 15 - size, 16, ink.glow))),
      disc(side === 0 ? ball + 32 : ball - 32, 136, 21, ink.glow),
      line(`M${side === 0 ? ball + 15 : ball - 49} 130q17 14 34 0`, ink.deep, 2),
      figure(side === 0 ? 60 : 140, 286, 2.8, ink.deep),
    ];
  } }],
  'Thriller': [{ title: 'bottom', on: 'ground', draw(ink, random) {
    const cx = random.between(84, 116), cy = random.between(90, 112), drift = [random.between(-3, 3), random.between(-3, 3)];
    return [
      ...repeat(10, (i) => disc(round(cx + drift[0] * (9 - i)), round(cy + drift[1] * (9 - i)), 138 - i * 14, i % 2 ? ink.ground : ink.mid)),
      disc(cx, cy, 10, ink.glow),
      group({ transform: `rotate(${round(random.between(110, 160))} ${round(cx)} ${round(cy)})` }, figure(cx, cy - 26, 1.7, ink.deep)),
      rect(0, 214, 200, 90, ink.ground), rect(0, 212, 200, 2.4, ink.deep),
    ];
  } }, { title: 'bottom', on: 'ground', draw(ink, random) {
    const lit = random.whole(5, 14);
    return [
      rect(14, 14, 172, 204, ink.deep),
      ...repeat(20, (i) => {
        const x = 26 + (i % 4) * 38.5, y = 26 + Math.floor(i / 4) * 38.5;
        return i === lit
          ? group({}, rect(x, y, 30, 28, ink.glow), figure(x + random.between(9, 21), y + 28, 0.95, ink.deep))
          : group({}, rect(x, y, 30, 28, ink.mid, { opacity: 0.75 }), rect(x, y, 30, random.between(3, 26), ink.ground, { opacity: 0.35 }));
      }),
      rect(0, 216, 200, 90, ink.ground),
    ];
  } }],
  'War': [{ title: 'top', on: 'ground', draw(ink, random) {
    const ruins = Array.from({ length: 14 }, () => `l${round(random.between(5, 9))} ${round(random.between(-26, 14))}V${round(random.between(206, 238))}h${round(random.between(4, 9))}`).join('');
    return [
      ...[random.between(20, 60), random.between(90, 120), random.between(140, 180)].map((x, i) => shape(`M${round(x)} 236L${round(x + (i - 1) * 70 - 26)} 74h46z`, ink.soft, { opacity: 0.5 })),
      disc(random.between(60, 140), 206, 40, ink.glow),
      shape(`M-5 305V232${ruins}L205 240V305z`, ink.mid),
      ...repeat(3, (i) => group({ fill: ink.deep, transform: `translate(${round(random.between(20, 170))} ${102 + i * 22}) rotate(-12) scale(${1 - i * 0.2})` }, makeSvg('path', { d: 'M-13 0L10 -2.4L14 0L10 2.4zM-2 0L-7 -13H-3L5 0L-3 13H-7zM-12 0L-15 -5H-13L-8 0L-13 5H-15z' }))),
      shape('M-5 305V262C40 250 80 268 120 258S180 254 205 262V305z', ink.deep),
      ...repeat(3, (i) => figure(round(64 + i * 30 + random.between(-6, 6)), 262, 1.5, ink.deep)),
    ];
  } }],
  'Western': [{ title: 'top', on: 'ground', draw(ink, random) {
    const sun = random.between(60, 140), mesa = random.between(14, 90), cactus = random.pick([34, 164]);
    return [
      disc(sun, 172, 58, ink.glow), ...repeat(4, (i) => rect(0, 186 + i * 12, 200, 2 + i, ink.ground, { opacity: 0.9 })),
      shape(`M-5 240L${round(mesa - 20)} 236L${round(mesa - 8)} 176H${round(mesa + 12)}L${round(mesa + 16)} 190H${round(mesa + 40)}L${round(mesa + 54)} 232L150 228L160 200H186L205 230V305H-5z`, ink.soft),
      hills(random, 248, 6, ink.mid), hills(random, 276, 5, ink.deep),
      line(`M${cactus} 280V214M${cactus} 252h-14v-20M${cactus} 244h14v-22`, ink.deep, 8, { 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }),
      group({ fill: ink.deep, transform: `translate(${cactus > 100 ? 76 : 124} 274) scale(${cactus > 100 ? 1.1 : -1.1} 1.1)` }, makeSvg('path', { d: 'M-22 0L-20 -15C-22 -20 -18 -25 -12 -25L8 -26L17 -36L21 -33L26 -25L23 -22L17 -25L12 -14L13 0H10L8 -12H-10L-13 -11L-15 0H-18L-19 0z' }), makeSvg('path', { d: 'M-6 -25L-4 -39Q0 -42 4 -39L5 -25zM-1 -44m-4 0a4 4 0 1 1 8 0a4 4 0 1 1 -8 0M-9 -46h16v2h-16zM-5 -51h8v5h-8z' })),
    ];
  } }],
};
