// People who use no mouse, no sight, little light, or a phone.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { axePath } from '../lib/packages.js';
import { agree, choosePhoto, control, filmIds, listen, openPage, otherFilms, showPhoto } from '../lib/browser.js';
import { startCamera } from './camera.js';

const focused = (page) => page.evaluate(() => {
  const element = document.activeElement;
  if (element?.type === 'radio') return `radio ${element.name}`;
  return element?.id || element?.getAttribute('aria-label') || element?.value || element?.textContent?.trim() || element?.tagName;
});

/** Presses Tab until the focus is where it should be; each stop must be visible. */
async function tabTo(page, name) {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    if (name instanceof RegExp ? name.test(now) : now === name) {
      const visible = await page.evaluate(() => {
        const element = document.activeElement;
        const marked = [element, element.nextElementSibling].filter(Boolean).some((node) => getComputedStyle(node).outlineStyle !== 'none');
        const { width, height } = element.getBoundingClientRect();
        return marked && width > 0 && height > 0;
      });
      assert.ok(visible, `the focus on ${name} cannot be seen`);
      return;
    }
  }
  assert.fail(`Tab never came to ${name}; it is at ${await focused(page)}`);
}

async function keyboardOnly({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await page.locator('#welcome').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to the content');
  await tabTo(page, 'agree');
  await page.keyboard.press('Enter');
  await page.locator('#app').waitFor();
  assert.equal(await focused(page), 'app-title');

  await tabTo(page, 'camera-toggle');
  await page.keyboard.press('Space');
  await page.locator('.film').first().waitFor();
  const before = await filmIds(page);
  // The radio group is one stop; arrows go through it.
  await tabTo(page, 'radio feel');
  await page.keyboard.press('ArrowRight');
  await otherFilms(page, before);

  await tabTo(page, /^Like /);
  const films = await filmIds(page);
  await page.keyboard.press('Enter');
  await page.locator('.film--judged').waitFor();
  await page.locator('#show-news').waitFor();
  await tabTo(page, /Why this/);
  await page.keyboard.press('Enter');
  await page.locator('.film__why[open]').waitFor();
  for (let i = 0; i < 10 && (await focused(page)) !== 'show-news'; i++) await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(page), 'show-news');
  await page.keyboard.press('Enter');
  await otherFilms(page, films);
  assert.equal(await focused(page), 'tonight-title');

  for (let i = 0; i < 40 && (await focused(page)) !== 'open-history'; i++) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.locator('.opinion').first().waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await focused(page), 'open-history', 'closing gives the focus back');
  await page.keyboard.press('Enter');
  await tabTo(page, 'erase');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'erase-no', 'the harmless choice comes first');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Erased.').waitFor();
  await close();
}

/** Runs axe-core on what is shown. It is evaluated by the debugger, which the content policy does not bind. */
async function assertAccessible(page, where) {
  await page.evaluate(readFileSync(axePath, 'utf8'));
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('; ')}`);
  });
  assert.deepEqual(found, [], where);
}

/** What axe does not ask. */
async function assertHouseRules(page, where) {
  const found = await page.evaluate(() => {
    const bad = [];
    const shown = (element) => element.checkVisibility({ checkVisibilityCSS: true });
    for (const element of document.querySelectorAll('[tabindex]')) if (element.tabIndex > 0) bad.push(`tabindex ${element.tabIndex}`);
    if (document.querySelector('[style*="javascript"], script:not([src]), style')) bad.push('inline script or style');
    let level = 0;
    for (const heading of [...document.querySelectorAll('h1, h2, h3, h4')].filter(shown)) {
      const now = Number(heading.tagName[1]);
      if (now > level + 1) bad.push(`h${level} is followed by h${now} "${heading.textContent}"`);
      level = now;
    }
    for (const element of document.querySelectorAll('button, select, summary, input[type="number"], label:has(input)')) {
      if (!shown(element) || element.classList.contains('visually-hidden')) continue;
      const { width, height } = element.getBoundingClientRect();
      if (width < 24 || height < 24) bad.push(`${element.textContent || element.id} is ${width}×${height}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) bad.push(`scrolls sideways: ${document.documentElement.scrollWidth} of ${innerWidth}`);
    return bad;
  });
  assert.deepEqual(found, [], where);
}

/** Name, whether every view is looked at and axe is asked too (once for each theme and each layout is enough), and the page's options. */
const SHAPES = [
  ['desktop-dark', true, { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['desktop-light', false, { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
  ['phone-dark', false, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, hasTouch: true, isMobile: true, colorScheme: 'dark' }],
  ['phone-light', true, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, hasTouch: true, isMobile: true, colorScheme: 'light' }],
];

/** Every view in every shape: rules of WCAG 2.2 AA, and a picture of it. */
async function everyShape({ server, browser }) {
  const folder = join(process.env.MR_BROWSER_DIR, 'screenshots');
  mkdirSync(folder, { recursive: true });
  for (const [name, thorough, options] of SHAPES) {
    const { page, close } = await openPage(browser, server.url, options);
    const look = async (view, fullPage) => {
      await page.screenshot({ path: join(folder, `${name}-${view}.png`), fullPage });
      if (thorough) await assertAccessible(page, `${name}, ${view}`);
      await assertHouseRules(page, `${name}, ${view}`);
    };
    await control(page, 'button', 'Agree and begin').waitFor();
    await look('welcome', true);
    await agree(page);
    if (thorough) await look('empty', false);
    if (name.startsWith('desktop')) await startCamera(page);
    else await showPhoto(page);
    await page.locator('.film__why summary').nth(1).click();
    await page.locator('#filters summary').click();
    await page.waitForTimeout(1200);
    await look('films', true);
    if (!thorough) {
      await close();
      continue;
    }
    await page.locator('.film').nth(1).locator('.verdict--like').click();
    await page.locator('.film--judged').waitFor();
    await control(page, 'button', 'Your data').click();
    await page.locator('.opinion').waitFor();
    await look('data', false);
    await close();
  }
}

/** What a screen reader is told. */
async function spoken({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  assert.equal(await page.evaluate(async () => {
    const { announce } = await import('/js/announce.js');
    announce('Liked');
    announce('Nine films');
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return document.getElementById('announcer').textContent;
  }), 'Liked. Nine films');

  // Who was seen is not told any more when a photo has been put away before that was said.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60000);
  await listen(page);
  const said = () => page.evaluate(() => window.said.join());
  const seen = async (file, count) => {
    await choosePhoto(page, file);
    await page.waitForFunction((wanted) => document.querySelectorAll('.face').length === wanted, count, { polling: 100 });
  };
  await seen('data/samples/astronaut.jpg', 1);
  await page.clock.runFor(10000);
  assert.match(await said(), /1 person in the picture/);
  await seen('data/samples/wall.jpg', 4);
  await control(page, 'button', 'Describe yourself').click();
  await control(page, 'button', 'Find films').click();
  await page.getByText('For somebody of 30.').waitFor();
  await page.clock.runFor(20000);
  assert.match(await said(), /films suggested$/);
  assert.doesNotMatch(await said(), /4 people/);
  await close();
}

/** The switch goes against the system, and is remembered. */
async function themeSwitch({ server, browser }) {
  const { page, close } = await openPage(browser, server.url, { colorScheme: 'light' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await control(page, 'button', 'Theme: system').click();
  await control(page, 'button', 'Theme: dark').waitFor();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await ground(), dark);
  await control(page, 'button', 'Theme: dark').click();
  await control(page, 'button', 'Theme: light').waitFor();
  assert.equal(await ground(), light);
  await control(page, 'button', 'Theme: light').click();
  await control(page, 'button', 'Theme: system').waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0, 'the system decides again');
  await close();
}

/** Where the system sets the colours, on and off must still look different, and faces be marked. */
async function forcedColours({ server, browser }) {
  const { page, close } = await openPage(browser, server.url, { forcedColors: 'active' });
  await agree(page);
  await showPhoto(page);
  await page.locator('.film').first().locator('.verdict--seen').click();
  await page.locator('.film--judged').waitFor();
  const looks = (selector) => page.locator(selector).first().evaluate((element) => {
    // What has no ground of its own stands on that of what it lies in.
    const ground = (at) => {
      const { backgroundColor } = getComputedStyle(at);
      return backgroundColor.endsWith(', 0)') && at.parentElement ? ground(at.parentElement) : backgroundColor;
    };
    const knob = getComputedStyle(element, '::after');
    const sign = knob.content === 'none' ? getComputedStyle(element).color : knob.backgroundColor;
    return { ground: ground(element), sign };
  });
  for (const [on, off] of [
    ['#attribute-age + span', '#attribute-ethnicity + span'],
    ['#feel input:checked + span', '#feel input:not(:checked) + span'],
    ['#mood input:checked + span', '#mood input:not(:checked) + span'],
    ['.verdict[aria-pressed="true"]', '.verdict[aria-pressed="false"]'],
  ]) {
    const [there, here] = [await looks(on), await looks(off)];
    assert.notEqual(there.ground, here.ground, `${on} looks like ${off}`);
    for (const { ground, sign } of [there, here]) assert.notEqual(sign, ground, `${on} or ${off} cannot be read`);
  }
  assert.notEqual(await page.locator('.face').evaluate((face) => getComputedStyle(face).boxShadow), 'none', 'faces are not marked');
  assert.notEqual((await looks('.legend__bar')).ground, (await looks('.legend__track')).ground, 'bars cannot be seen');
  await page.screenshot({ path: join(process.env.MR_BROWSER_DIR, 'screenshots', 'forced-colours.png'), fullPage: true });
  await close();
}

export default [
  ['keyboard only, from consent to erasure', keyboardOnly],
  ['WCAG 2.2 AA on desktop and phone, dark and light', everyShape],
  ['a screen reader is told all that counts, and nothing that is over', spoken],
  ['dark and light by hand', themeSwitch],
  ['colours of the system', forcedColours],
];
