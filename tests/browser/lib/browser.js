// Chromium with a fake webcam, and pages that must stay free of errors.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chromium } from './packages.js';
import { makeVideo } from './video.js';

const launch = (...args) => chromium.launch({
  executablePath: process.env.MR_CHROMIUM,
  args: ['--no-sandbox', '--disable-background-networking', ...args],
});

/** Chromium whose webcam shows the sample photo. */
export async function launchWithCamera({ still = false } = {}) {
  const video = join(process.env.MR_BROWSER_DIR, 'webcam.mjpeg');
  const painter = await launch();
  await makeVideo(painter, video, still);
  await painter.close();
  return launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${video}`);
}

/** Chromium on a machine without any camera. */
export const launchWithoutCamera = () => launch();

/** Chromium whose user denies the camera. */
export const launchDenying = () => launch('--use-fake-device-for-media-stream', '--deny-permission-prompts');

/**
 * A fresh page with no memory of others. `errors` gathers what the console complains about; `sent`
 * the requests other than for files of the page.
 */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const errors = [];
  const sent = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => {
    const { pathname, origin } = new URL(request.url());
    if (request.url().startsWith('http')) sent.push({ method: request.method(), path: pathname, origin });
  });
  page.on('websocket', (socket) => sent.push({ method: 'WEBSOCKET', path: new URL(socket.url()).pathname, origin: url }));
  await page.goto(url);
  return {
    page, context, errors, sent,
    /** Ends the page; it must have talked to the server only, and nothing may have gone wrong but what `expected` says. */
    async close(expected = /^$/) {
      assert.deepEqual(errors.filter((text) => !expected.test(text)), [], 'errors in the console');
      assert.deepEqual(sent.filter(({ origin }) => origin !== url), [], 'requests to others');
      await context.close();
    },
  };
}

/** Chromium writes failed answers to the console by itself; tests of failures allow those. */
export const failedRequest = /Failed to load resource|WebSocket connection to/;

/** While it is on, the server is too busy for what is named, and not well either, so that nothing is tried again. */
export async function beBusy(page, ...paths) {
  const state = { on: true };
  for (const path of [...paths, '**/healthz'])
    await page.route(path, (route) => (state.on ? route.fulfill({ status: 503, json: { title: 'busy' } }) : route.fallback()));
  return {
    /** Once the page knows that the server is well: what it tries again then is on its way. */
    async end() {
      state.on = false;
      await page.locator('#connection').waitFor({ state: 'hidden', timeout: 20000 });
      await page.evaluate(() => fetch('/healthz'));
    },
  };
}

/** Holds back what is asked for there. */
export async function hold(page, path) {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route(path, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

// ---- What flows do again and again ----

export const control = (page, role, name) => page.getByRole(role, { name });

export async function agree(page) {
  await control(page, 'button', 'Agree and begin').click();
  await page.locator('#app').waitFor();
}

/** Writes down what a screen reader is told from now on, in `said` of the page. */
export const listen = (page) => page.evaluate(() => {
  window.said = [];
  const region = document.getElementById('announcer');
  new MutationObserver(() => window.said.push(region.textContent)).observe(region, { childList: true });
});

export const filmIds = (page) => page.locator('.film').evaluateAll((films) => films.map((film) => film.dataset.film));

/** Waits until other films are shown than `before`, and gives them. */
export async function otherFilms(page, before) {
  await page.waitForFunction((old) => {
    const now = [...document.querySelectorAll('.film')].map((film) => film.dataset.film);
    return now.length > 0 && now.join() !== old;
  }, before.join());
  return filmIds(page);
}

export async function choosePhoto(page, file) {
  await page.locator('#photo-file').setInputFiles(file);
}

/** A photo is looked at, and its films are there. */
export async function showPhoto(page, file = 'data/samples/astronaut.jpg') {
  await choosePhoto(page, file);
  await page.locator('.person').first().waitFor();
  await page.locator('.film').first().waitFor();
}
