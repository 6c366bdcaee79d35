// Photos by button, drop and paste; good ones and bad ones.
import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agree, beBusy, choosePhoto, control, failedRequest, filmIds, hold, openPage, otherFilms, showPhoto } from '../lib/browser.js';
import { startCamera } from './camera.js';

const PHOTO = 'data/samples/astronaut.jpg';

/** Fires a drop or paste with a file, as a person would cause it. */
const hand = (page, { event, bytes, type, name }) => page.evaluate(({ event: kind, data, type: mime, name: label }) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], label, { type: mime }));
  const made = kind === 'paste'
    ? new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.getElementById('stage').dispatchEvent(made);
}, { event, data: bytes.toString('base64'), type, name });

/** A picture of nobody, as the page's file field takes it. */
async function emptyPicture(page) {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 240;
    const paint = canvas.getContext('2d');
    paint.fillStyle = '#a99';
    paint.fillRect(0, 0, 320, 240);
    return canvas.toDataURL('image/png');
  });
  return { name: 'nobody.png', mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1], 'base64') };
}

async function goodPhotos({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  const seen = page.locator('.person');
  for (const file of [PHOTO, 'data/samples/astronaut-320.png', 'data/samples/astronaut.webp', 'data/samples/astronaut-turned.jpg']) {
    await Promise.all([page.waitForResponse(/analyze/), choosePhoto(page, file)]);
    await seen.first().waitFor();
    assert.equal(await seen.count(), 1, file);
    assert.match(await seen.innerText(), /happy/, file);
  }
  await showPhoto(page, 'data/samples/wall.jpg');
  await page.waitForFunction(() => document.querySelectorAll('.person').length === 4);
  assert.match(await page.locator('#films-for').innerText(), /all 4 people/);
  assert.equal(await page.locator('.face__point:visible').count(), 20, 'five points a face');
  await control(page, 'switch', /everyone/).uncheck({ force: true });
  await page.getByText(/^For somebody of/).waitFor();

  await choosePhoto(page, await emptyPicture(page));
  await page.getByText('No face was found').waitFor();
  await page.getByText('For anyone').waitFor();
  await page.locator('.film').first().waitFor();
  await close();
}

/** The server's answer, as if the machine had wavered between a sad and a neutral woman or man. */
async function answerUnsurely(route) {
  const response = await route.fetch();
  const answer = await response.json();
  for (const { gender, emotion } of answer.faces) {
    Object.assign(gender, { label: 'male', probability: 0.55, sure: false });
    const probabilities = { angry: 0, disgust: 0, fear: 0.15, happy: 0, neutral: 0.4, sad: 0.45, surprise: 0 };
    Object.assign(emotion, { label: 'sad', probabilities, sure: false });
  }
  await route.fulfill({ response, json: answer });
}

async function unsure({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  await page.route(/analyze/, answerUnsurely);
  await choosePhoto(page, PHOTO);
  const said = (what) => page.locator(`.person [data-estimate="${what}"]`);
  await said('emotion').waitFor();
  assert.match(await said('emotion').innerText(), /unsure\s+perhaps sad, 45 %/);
  assert.match(await said('gender').innerText(), /unsure\s+perhaps male, 55 %/);
  assert.doesNotMatch(await said('age').innerText(), /unsure/);
  assert.equal(await page.locator('.person .estimate--unsure').count(), 2);
  assert.equal(await page.locator('.face--unsure').count(), 1);
  const box = await page.locator('.face').innerText();
  assert.match(box, /gender unsure/);
  assert.match(box, /mood unsure/);
  assert.doesNotMatch(box, /sad|male/);

  // So long a label stays in the picture when a phone is turned or a window made smaller.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => {
    const [label, picture] = ['.face__label', '#overlay'].map((name) => document.querySelector(name).getBoundingClientRect());
    return picture.width < 390 && label.left >= picture.left && label.right <= picture.right;
  });
  await close();
}

async function dropAndPaste({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  const bytes = readFileSync(PHOTO);
  await hand(page, { event: 'drop', bytes, type: 'image/jpeg', name: 'dropped.jpg' });
  await page.locator('.person').waitFor();
  await page.locator('.film').first().waitFor();
  const [answer] = await Promise.all([
    page.waitForResponse(/analyze/),
    hand(page, { event: 'paste', bytes: readFileSync('data/samples/astronaut-320.png'), type: 'image/png', name: 'image.png' }),
  ]);
  assert.equal((await answer.json()).width, 320, 'the pasted picture is looked at');
  await page.locator('.person').waitFor();
  await close();
}

/** A chunk of a WebP file. */
function chunk(name, content) {
  const head = Buffer.from(`${name}....`);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** The portrait as a WebP that EXIF wants turned; the block's odd size is padded. */
function turnedWebp() {
  const image = readFileSync('data/samples/astronaut.webp').subarray(12);
  // Flags, and one less than width and height in 24 bits each.
  const canvas = Buffer.from([0x08, 0, 0, 0, 0xff, 1, 0, 0xff, 1, 0]);
  // A TIFF directory of one entry: orientation, a short, 6.
  const exif = Buffer.from('4d4d002a00000008000101120003000000010006000000000000ff', 'hex');
  const chunks = Buffer.concat([Buffer.from('WEBP'), chunk('VP8X', canvas), image, chunk('EXIF', exif)]);
  return chunk('RIFF', chunks);
}

/** Browsers show a WebP as it is stored, whatever EXIF says. */
async function webpAsShown({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  const shown = async (name, buffer) => {
    const [response] = await Promise.all([
      page.waitForResponse(/analyze/),
      choosePhoto(page, { name, mimeType: 'image/webp', buffer }),
    ]);
    return (await response.json()).faces.map(({ box }) => box);
  };
  const plain = await shown('plain.webp', readFileSync('data/samples/astronaut.webp'));
  const turned = await shown('turned.webp', turnedWebp());
  assert.deepEqual(turned, plain, 'the server looks at another picture than the page shows');
  await page.waitForFunction(() => document.getElementById('photo').naturalWidth === 512);

  const strip = async (file) => Buffer.from(await page.evaluate(async (bytes) => {
    const { withoutExif } = await import('/js/webp.js');
    return [...new Uint8Array(await new Blob(withoutExif(Uint8Array.from(bytes).buffer)).arrayBuffer())];
  }, [...file]));
  const file = turnedWebp();
  const stripped = await strip(file);
  assert.equal(stripped.includes('EXIF'), false);
  assert.equal(stripped.readUInt32LE(4), stripped.length - 8, 'the size in the header');
  assert.equal(stripped[20], 0, 'flags that speak of EXIF');
  assert.equal((await strip(file.subarray(0, -9))).includes('EXIF'), false, 'a block that was cut off');
  for (const whole of [readFileSync('data/samples/astronaut.webp'), file.subarray(0, 12), file.subarray(0, 100)])
    assert.deepEqual(await strip(whole), whole, 'what holds no such block was changed');
  await close();
}

async function badPhotos({ server, browser }) {
  const { page, sent, close } = await openPage(browser, server.url);
  await agree(page);
  const bytes = readFileSync(PHOTO);
  const says = async (file, text) => {
    await choosePhoto(page, file);
    await page.locator('#stage-message').filter({ hasText: text }).waitFor();
  };
  await says({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('These are my notes, not a picture.') }, 'not a JPEG, PNG or WebP');
  await says({ name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) }, 'empty');
  const huge = join(process.env.MR_BROWSER_DIR, 'huge.jpg');
  writeFileSync(huge, bytes.subarray(0, 300));
  truncateSync(huge, 17 << 20);
  await says(huge, 'too large');
  assert.equal(sent.filter(({ path }) => path === '/v1/analyze').length, 0, 'hopeless files are not even sent');
  await says({ name: 'cut.jpg', mimeType: 'image/jpeg', buffer: bytes.subarray(0, 300) }, 'could not be read');
  assert.equal(await page.locator('#photo').isVisible(), false);
  // A good one afterwards takes the message away.
  await showPhoto(page);
  assert.equal(await page.locator('#stage-message').isVisible(), false);
  await close(failedRequest);
}

/** What has more pixels, or more bytes, than the server takes is made smaller. */
async function largePhotos({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  const large = join(process.env.MR_BROWSER_DIR, 'large.jpg');
  writeFileSync(large, readFileSync(PHOTO));
  truncateSync(large, 17 << 20);
  const answers = () => page.waitForResponse(/analyze/).then((response) => response.json());
  const [heavy] = await Promise.all([answers(), choosePhoto(page, large)]);
  assert.deepEqual([heavy.width, heavy.height, heavy.faces.length], [512, 512, 1]);
  const [wide] = await Promise.all([answers(), page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 6000, height: 5000 });
    canvas.getContext('2d').drawImage(document.getElementById('photo'), 0, 0, 5000, 5000);
    const transfer = new DataTransfer();
    transfer.items.add(new File([await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg'))], 'wide.jpg'));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer }));
  })]);
  assert.deepEqual([wide.width, wide.height, wide.faces.length], [4096, 3413, 1]);
  await close();
}

/** What cannot be looked at ends nothing that can. */
async function badPhotoBeside({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  await startCamera(page);
  const refused = page.locator('#stage-message').filter({ hasText: 'not a JPEG, PNG or WebP' });
  await hand(page, { event: 'paste', bytes: Buffer.from('%PDF-1.7'), type: 'application/pdf', name: 'bill.pdf' });
  await refused.waitFor();
  assert.equal(await control(page, 'button', 'Stop camera').isVisible(), true);
  assert.notEqual((await filmIds(page)).length, 0, 'the films are gone');
  // The camera takes the message away when it starts again, and a good photo ends it.
  await control(page, 'button', 'Stop camera').click();
  await refused.waitFor({ state: 'hidden' });
  await startCamera(page);
  await Promise.all([page.waitForResponse(/analyze/), choosePhoto(page, PHOTO)]);
  assert.equal(await control(page, 'button', 'Start camera').isVisible(), true);
  assert.equal(await page.locator('#photo').isVisible(), true);
  await close();
}

async function wishes({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  await showPhoto(page);
  let films = await filmIds(page);
  await control(page, 'radio', 'Afraid').check({ force: true });
  films = await otherFilms(page, films);
  await control(page, 'radio', 'Lift it').check({ force: true });
  films = await otherFilms(page, films);

  await page.locator('#filters summary').click();
  await page.getByLabel('Genre').selectOption('Western');
  films = await otherFilms(page, films);
  for (const text of await page.locator('.film__facts').allTextContents()) assert.match(text, /Western/);
  await page.getByLabel('Genre').selectOption('');
  films = await otherFilms(page, films);
  await page.getByLabel('Language').selectOption('Telugu');
  films = await otherFilms(page, films);
  for (const text of await page.locator('.film__facts').allTextContents()) assert.match(text, /Telugu/);
  // A wish that no film meets is said, and no longer once there are films again.
  const message = page.locator('#films-message');
  await page.getByLabel('Genre').selectOption('Documentary');
  await message.filter({ hasText: 'No film fits' }).waitFor();
  await page.getByLabel('Genre').selectOption('');
  await page.locator('.film').first().waitFor();
  assert.equal(await message.isVisible(), false);
  await page.getByLabel('Language').selectOption('');
  films = await otherFilms(page, films);
  await page.getByLabel('Certificate').selectOption('U');
  films = await otherFilms(page, films);
  await page.getByLabel('Certificate').selectOption('');
  films = await otherFilms(page, films);
  await page.getByLabel("Youngest viewer's age").fill('6');
  await page.getByLabel("Youngest viewer's age").press('Tab');
  films = await otherFilms(page, films);
  for (const text of await page.locator('.film__facts').allTextContents()) assert.match(text, /· (U|G)$/);
  await close();
}

/** Films are asked for once it is known for whom, and no more for whom they were before. */
async function filmsWait({ server, browser }) {
  const { page, sent, close } = await openPage(browser, server.url);
  await agree(page);
  const asked = () => sent.filter(({ path }) => path === '/v1/recommend').length;
  const busy = await beBusy(page, '**/v1/recommend');
  await control(page, 'button', 'Describe yourself').click();
  for (let i = 0; i < 2; i++)
    await Promise.all([page.waitForResponse('**/v1/recommend'), control(page, 'button', 'Find films').click()]);
  await page.getByText('The server is busy').waitFor();
  const release = await hold(page, /analyze/);
  await choosePhoto(page, PHOTO);
  await page.locator('#photo').waitFor();
  await control(page, 'radio', 'Sad').check({ force: true });
  await busy.end();
  assert.equal(asked(), 2, 'films are asked for before anybody is seen');
  assert.equal(await page.locator('.film').count(), 0);
  release();
  await page.locator('.film').first().waitFor();
  assert.equal(asked(), 3);
  assert.match(await page.locator('#films-for').innerText(), /^For somebody of .*, feeling sad\.$/);
  await close(failedRequest);
}

/** Browsers put back what was chosen before, on coming back or on a reload: the page begins anew. */
async function wishesAnew({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  await agree(page);
  await control(page, 'switch', /everyone/).uncheck({ force: true });
  await page.locator('#filters summary').click();
  await page.getByLabel("Youngest viewer's age").fill('6');
  await control(page, 'button', 'Describe yourself').click();
  await page.locator('#stated-age').fill('9');
  await page.locator('#stated-gender').selectOption('female');
  await page.goto('about:blank');
  await page.goBack();
  await page.locator('#app').waitFor();
  assert.deepEqual(await page.evaluate(() => [
    ...['youngest', 'stated-age', 'stated-gender'].map((id) => document.getElementById(id).value),
    document.getElementById('group').checked,
  ]), ['', '30', '', true]);
  await close();
}

async function artwork({ server, browser }) {
  const { page, close } = await openPage(browser, server.url);
  const drawn = await page.evaluate(async () => {
    const { poster } = await import('/js/artwork.js');
    const { SCENES } = await import('/js/art/scenes.js');
    const draw = (id, genres) => poster({ id, title: 'A <b>Title</b> & More', year: 1999, genres }).outerHTML;
    return {
      same: draw('Q1', ['Drama']) === draw('Q1', ['Drama']),
      others: new Set(Array.from({ length: 40 }, (_, i) => draw(`Q${i}`, ['Drama']))).size,
      marked: poster({ id: 'Q1', title: '<b>x</b>', year: 1, genres: ['Drama'] }).querySelector('b'),
      genres: Object.keys(SCENES).length,
      broken: Object.keys(SCENES).flatMap((genre) => Array.from({ length: 30 }, (_, i) => draw(`Q${i}`, [genre]))).filter((text) => /NaN|undefined|Infinity/.test(text)).length,
      unknown: draw('Q1', ['No such genre']).length > 0,
    };
  });
  assert.deepEqual(drawn, { same: true, others: 40, marked: null, genres: 21, broken: 0, unknown: true });
  await close();
}

export default [
  ['photos: JPEG, PNG, WebP, turned, many faces, none', goodPhotos],
  ['photos: what is unsure is not said', unsure],
  ['photos: drop and paste', dropAndPaste],
  ['photos: a WebP is looked at as it is shown', webpAsShown],
  ['photos: text, empty, huge and cut files', badPhotos],
  ['photos: large ones are made smaller', largePhotos],
  ['photos: what is none leaves the camera on', badPhotoBeside],
  ['wishes: feeling, mood, genre, language, certificate, youngest', wishes],
  ['wishes: films wait until it is known for whom', filmsWait],
  ['wishes: none are left over from before', wishesAnew],
  ['artwork: the same for a film, different between films', artwork],
];
