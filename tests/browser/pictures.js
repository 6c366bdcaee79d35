// Takes the pictures of the README: tests/browser/run.sh PROGRAM FOLDER pictures.js
import { join } from 'node:path';
import { agree, launchWithoutCamera, openPage, showPhoto } from './lib/browser.js';
import { createServerUnderTest } from './lib/server.js';

/** Until everything has faded in. */
const SETTLE_MS = 2000;

/** As JPEG: a photo makes a PNG three times as large. */
const save = (page, name) => page.screenshot({ path: join('docs/images', name), type: 'jpeg', quality: 90 });

const server = await createServerUnderTest();
await server.start();
const browser = await launchWithoutCamera();
try {
  const desktop = await openPage(browser, server.url, { viewport: { width: 1440, height: 940 }, colorScheme: 'dark' });
  await agree(desktop.page);
  await showPhoto(desktop.page);
  await desktop.page.waitForTimeout(SETTLE_MS);
  await desktop.page.mouse.move(640, 5);
  await save(desktop.page, 'page.jpg');
  await desktop.close();

  const phone = await openPage(browser, server.url, { viewport: { width: 390, height: 1300 }, colorScheme: 'light' });
  await agree(phone.page);
  await showPhoto(phone.page);
  await phone.page.waitForTimeout(SETTLE_MS);
  await save(phone.page, 'page-phone.jpg');
  await phone.close();
} finally {
  await browser.close();
  await server.stop();
}
