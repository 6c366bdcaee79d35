// Takes the pictures of the README: tests/browser/run.sh PROGRAM FOLDER pictures.js
import { join } from 'node:path';
import { agree, launchWithCamera, openPage, showPhoto } from './lib/browser.js';
import { createServerUnderTest } from './lib/server.js';
import { startCamera } from './flows/camera.js';

/** Until the chart has something to show. */
const WATCH_MS = 45000;

const server = await createServerUnderTest();
await server.start();
const browser = await launchWithCamera({ still: true });
try {
  const desktop = await openPage(browser, server.url, { viewport: { width: 1440, height: 940 }, colorScheme: 'dark' });
  await agree(desktop.page);
  await startCamera(desktop.page);
  await desktop.page.waitForTimeout(WATCH_MS);
  // The fake camera is called by its file; people's are called by their makers.
  await desktop.page.locator('#device option').evaluateAll((options) => options.forEach((option) => { option.textContent = 'Camera'; }));
  await desktop.page.mouse.move(640, 5);
  await desktop.page.screenshot({ path: join('docs/images', 'page.png') });
  await desktop.close();

  const phone = await openPage(browser, server.url, { viewport: { width: 390, height: 1300 }, colorScheme: 'light' });
  await agree(phone.page);
  await showPhoto(phone.page);
  await phone.page.waitForTimeout(2000);
  await phone.page.screenshot({ path: join('docs/images', 'page-phone.png') });
  await phone.close();
} finally {
  await browser.close();
  await server.stop();
}
