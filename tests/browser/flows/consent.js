// Nothing before consent; everything gone after erasure.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { agree, beBusy, control, failedRequest, filmIds, hold, openPage, otherFilms, showPhoto } from '../lib/browser.js';
import { createServerUnderTest } from '../lib/server.js';

async function refusal({ server, browser }) {
  const { page, context, sent, close } = await openPage(browser, server.url);
  await control(page, 'button', 'No, thank you').click();
  await control(page, 'heading', 'That is fine.').waitFor();
  const talk = sent.filter(({ method, path }) => method !== 'GET' || (path.startsWith('/v1') && path !== '/v1/info'));
  assert.deepEqual(talk, [], 'sent without consent');
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  await control(page, 'button', 'Read it again').click();
  await control(page, 'heading', /Films for the mood/).waitFor();
  await close();
}

/** What was pressed while the server could not do it is not done later, against what was pressed since. */
async function changesOfMind({ server, browser }) {
  const { page, context, sent, close } = await openPage(browser, server.url);
  const count = (method) => sent.filter((request) => request.method === method).length;
  const press = (name) => control(page, 'button', name).click();

  let busy = await beBusy(page, '**/v1/viewers');
  await press('Agree and begin');
  await page.getByText('The server is busy').waitFor();
  await press('No, thank you');
  await busy.end();
  assert.equal(count('POST'), 1, 'a consent that was refused is told');
  assert.equal(await page.locator('#refused').isVisible(), true);

  // The server hears of a consent before it is refused.
  const release = await hold(page, '**/v1/viewers');
  await press('Read it again');
  await Promise.all([page.waitForRequest('**/v1/viewers'), press('Agree and begin')]);
  await press('No, thank you');
  const undone = page.waitForResponse('**/v1/viewers/me');
  release();
  assert.equal((await undone).request().method(), 'DELETE');
  assert.equal(await page.locator('#refused').isVisible(), true);
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await press('Read it again');
  await agree(page);

  await press('Your data');
  await page.getByText('of this browser since').waitFor();
  busy = await beBusy(page, '**/v1/viewers/me');
  const waiting = page.locator('#history-message').filter({ hasText: 'Waiting for the server…' });
  for (const keep of [() => press('Keep it'), () => page.keyboard.press('Escape')]) {
    await press('Erase me');
    await press('Yes, erase me');
    await waiting.waitFor();
    assert.equal(await page.locator('#erase-yes').isDisabled(), true);
    await keep();
    await waiting.waitFor({ state: 'hidden' });
  }
  await busy.end();
  assert.equal(count('DELETE'), 3, 'an erasure goes on');
  assert.equal(await page.locator('#app').isVisible(), true);
  assert.equal(await page.locator('#erase-yes').isDisabled(), false);
  await close(failedRequest);
}

async function opinionsAndErasure({ server, browser }) {
  const { page, context, close } = await openPage(browser, server.url, { acceptDownloads: true });
  await agree(page);
  const [cookie] = await context.cookies();
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');

  await showPhoto(page);
  const before = await filmIds(page);
  const liked = page.locator('.film').nth(1);
  const title = (await liked.locator('.poster').count()) && (await liked.locator('.verdict--like').getAttribute('aria-label')).replace('Like ', '');
  await liked.locator('.verdict--like').click();
  await page.locator('.film--judged').waitFor();
  await control(page, 'button', 'New suggestions').click();
  const after = await otherFilms(page, before);
  assert.ok(!after.includes(before[1]), 'a liked film is suggested again');
  assert.match(await page.locator('#film-list').innerText(), /Why this/);
  const reasons = await page.locator('.film__reasons').allTextContents();
  assert.ok(reasons.some((text) => text.includes(`Like ${title}`)), `no reason names ${title}`);

  await control(page, 'button', 'Describe yourself').click();
  await page.locator('#stated-age').fill('9');
  await page.locator('#stated-gender').selectOption('female');
  await control(page, 'button', 'Your data').click();
  await page.locator('.opinion').filter({ hasText: title }).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), control(page, 'button', 'Export as a file').click()]);
  const kept = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.deepEqual(kept.feedback.map(({ film, kind }) => [film.id, kind]), [[before[1], 'like']]);

  await control(page, 'button', `Take back: ${title}`).click();
  await page.locator('.opinion').waitFor({ state: 'detached' });
  await control(page, 'button', 'Erase me').click();
  await control(page, 'button', 'Yes, erase me').click();
  await page.getByText('Erased. The server keeps nothing of you').waitFor();
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'welcome-title');

  // The next person finds nothing of this one either.
  assert.equal(await page.locator('#announcer').textContent(), '');
  await agree(page);
  assert.equal(await control(page, 'button', 'Describe yourself').getAttribute('aria-expanded'), 'false');
  assert.equal(await page.locator('#stated').isVisible(), false);
  assert.equal(await page.locator('#stated-age').inputValue(), '30');
  assert.equal(await page.locator('#stated-gender').inputValue(), '');
  await close();
}

async function remembered({ server, browser }) {
  const { page, context, close } = await openPage(browser, server.url);
  await agree(page);
  // An answer that is cut off is asked for again.
  await page.route('**/v1/viewers/me', (route) => route.fulfill({ body: '{"id":"' }), { times: 1 });
  await page.reload();
  await page.locator('#app').waitFor();
  // The person was erased elsewhere: the page notices and asks again.
  const asksAgain = async () => {
    await page.getByText('does not know this browser any more').waitFor();
    assert.equal(await page.locator('#history').isVisible(), false);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  };
  const eraseSilently = () => page.evaluate(() => fetch('/v1/viewers/me', { method: 'DELETE' }));
  await eraseSilently();
  await page.reload();
  await asksAgain();
  await agree(page);
  await eraseSilently();
  await control(page, 'button', 'Your data').click();
  await asksAgain();
  // Another tab tells it at once.
  await agree(page);
  await control(page, 'button', 'Your data').click();
  await page.getByText('of this browser since').waitFor();
  const other = await context.newPage();
  await other.goto(server.url);
  await control(other, 'button', 'Your data').click();
  await control(other, 'button', 'Erase me').click();
  await control(other, 'button', 'Yes, erase me').click();
  await asksAgain();
  await close(failedRequest);
}

/** What tells opinions. */
const OPINIONS = ['**/v1/feedback', '**/v1/viewers/me/feedback/*'];

/** What the server keeps of the person, as film and opinion. */
const kept = (page) => page.evaluate(async () => {
  const { feedback } = await (await fetch('/v1/viewers/me')).json();
  return feedback.map(({ film, kind }) => [film.id, kind]);
});

/** What one person said is not said again for the next. */
async function nextPerson({ server, browser }) {
  const { page, sent, close } = await openPage(browser, server.url);
  await agree(page);
  await showPhoto(page);
  const busy = await beBusy(page, ...OPINIONS);
  await page.locator('.film').first().locator('.verdict--like').click();
  await page.getByText('The server is busy').waitFor();
  await control(page, 'button', 'Your data').click();
  await control(page, 'button', 'Erase me').click();
  await control(page, 'button', 'Yes, erase me').click();
  await agree(page);
  await busy.end();
  assert.equal(sent.filter(({ path }) => path === '/v1/feedback').length, 1, 'a like was tried again for the next person');
  assert.deepEqual(await kept(page), []);
  await close(failedRequest);
}

/** What was said last of a film counts, however often the server must be told. */
async function newestOpinion({ server, browser }) {
  const { page, sent, close } = await openPage(browser, server.url);
  await agree(page);
  await showPhoto(page);
  const ids = await filmIds(page);
  const verdict = (i, kind) => page.locator(`.film[data-film="${ids[i]}"] .verdict--${kind}`);
  const shows = (i, kind, pressed) => page.waitForFunction(
    ([id, name, value]) => document.querySelector(`.film[data-film="${id}"] .verdict--${name}`).getAttribute('aria-pressed') === value,
    [ids[i], kind, String(pressed)]);
  const told = (count) => page.waitForFunction((wanted) => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/feedback')).length >= wanted, count);

  const busy = await beBusy(page, ...OPINIONS);
  await verdict(0, 'like').click();
  await verdict(1, 'like').click();
  await page.getByText('The server is busy').waitFor();
  await shows(0, 'like', true);
  await verdict(0, 'dislike').click();
  await shows(0, 'dislike', true);
  await shows(0, 'like', false);
  await verdict(1, 'like').click();
  await shows(1, 'like', false);
  await page.waitForTimeout(300);
  assert.equal(sent.filter(({ path }) => path.includes('/feedback')).length, 2, 'an opinion overtook the one before');
  await busy.end();
  await told(4);
  await page.waitForTimeout(300);
  assert.deepEqual(await kept(page), [[ids[0], 'dislike']]);
  await shows(0, 'dislike', true);

  // What the server refuses does not stay as if it were kept.
  await page.route('**/v1/feedback', (route) => route.fulfill({ status: 400, json: { title: 'Bad Request', detail: 'no such film' } }));
  await verdict(2, 'seen').click();
  await page.locator('#films-message').filter({ hasText: 'no such film' }).waitFor();
  await shows(2, 'seen', false);
  await close(failedRequest);
}

/** "Your data" closes at a press beside it, and at no other. */
async function dialogStays({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  await control(page, 'button', 'Your data').click();
  const dialog = page.locator('#history');
  const { x, y } = await dialog.boundingBox();
  const [padding, beside] = [[x + 6, y + 40], [x - 20, y + 40]];
  for (const [from, to] of [[padding, padding], [padding, beside], [beside, padding]]) {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to);
    await page.mouse.up();
    assert.equal(await dialog.isVisible(), true, `closed from ${from} to ${to}`);
  }
  await page.mouse.click(...beside);
  await dialog.waitFor({ state: 'hidden' });
  await close();
}

/** What the server has switched off is off for everybody. */
async function offForTheNext({ browser }) {
  const server = await createServerUnderTest({ options: ['--no-age'] });
  await server.start();
  try {
    const { page, close } = await openPage(browser, server.url);
    const asked = async () => {
      await agree(page);
      const [request] = await Promise.all([page.waitForRequest(/analyze/), showPhoto(page)]);
      return new URL(request.url()).searchParams.get('age');
    };
    assert.equal(await asked(), 'false');
    await control(page, 'button', 'Your data').click();
    await control(page, 'button', 'Erase me').click();
    await control(page, 'button', 'Yes, erase me').click();
    assert.equal(await asked(), 'false', 'what is off counts as on after an erasure');
    assert.equal(await control(page, 'switch', 'Age (off on this server)').isChecked(), false);
    await close();
  } finally {
    await server.stop();
  }
}

/** The server keeps an opinion longer than its catalogue a film, and has no title for it then. */
async function filmGone({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  await showPhoto(page);
  const [id] = await filmIds(page);
  await page.locator('.film').first().locator('.verdict--like').click();
  await page.locator('.film--judged').waitFor();
  await page.route('**/v1/viewers/me', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    for (const { film } of answer.feedback) Object.assign(film, { title: null, year: null });
    await route.fulfill({ response, json: answer });
  });
  await control(page, 'button', 'Your data').click();
  await page.locator('.opinion strong').filter({ hasText: id }).waitFor();
  await control(page, 'button', `Take back: ${id}`).click();
  // Nothing outside of a dialog is heard.
  await page.locator('#history .announcer').filter({ hasText: `Taken back: ${id}` }).waitFor();
  await close();
}

/** Browsers can be told to keep nothing of a site. */
async function nothingKept({ server, browser }) {
  const { page, context, close } = await openPage(browser, server.url);
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied', 'SecurityError'); } });
    Object.defineProperty(Navigator.prototype, 'cookieEnabled', { get: () => false });
  });
  await page.reload();
  const warned = page.locator('#welcome-notice').filter({ hasText: 'opinions cannot be remembered' });
  await warned.waitFor();
  await control(page, 'button', 'No, thank you').click();
  await control(page, 'button', 'Read it again').click();
  await warned.waitFor();
  await control(page, 'button', 'Theme: system').click();
  await control(page, 'button', 'Theme: dark').waitFor();
  await agree(page);
  await showPhoto(page);
  await context.clearCookies();
  await page.locator('.film').first().locator('.verdict--like').click();
  await page.locator('#films-message').filter({ hasText: 'opinions cannot be remembered' }).waitFor();
  await page.locator('.film--judged').waitFor({ state: 'detached' });
  await control(page, 'button', 'Your data').click();
  await page.locator('#history-message').filter({ hasText: 'opinions cannot be remembered' }).waitFor();
  await close(failedRequest);
}

export default [
  ['consent refused: nothing sent, no cookie', refusal],
  ['consent refused and data kept after all, while the server is busy', changesOfMind],
  ['like, history, export, undo, erase', opinionsAndErasure],
  ['opinions of one person are not told of the next', nextPerson],
  ['opinions of one film are told in order', newestOpinion],
  ['your data closes at a press beside it only', dialogStays],
  ['what the server has off stays off for the next person', offForTheNext],
  ['opinions of films that left the catalogue', filmGone],
  ['site data blocked: said so, and films are suggested all the same', nothingKept],
  ['consent is remembered while the server knows the browser', remembered],
];
