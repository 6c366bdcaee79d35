// A server with a key: the page asks for it once.
import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agree, control, failedRequest, openPage } from '../lib/browser.js';
import { createServerUnderTest } from '../lib/server.js';
import { startCamera } from './camera.js';

async function keyIsAskedFor({ browser }) {
  const file = join(process.env.MR_BROWSER_DIR, 'key');
  writeFileSync(file, 'a-key-for-this-test-0123456789abcdef\n');
  chmodSync(file, 0o600);
  const server = await createServerUnderTest({ options: ['--key-file', file] });
  await server.start();
  try {
    const { page, close } = await openPage(browser, server.url);
    const give = async (key) => {
      await page.getByLabel('Key', { exact: true }).fill(key);
      await control(page, 'button', 'Continue').click();
    };
    // Before anything was pressed, a browser closes a dialog at Escape without asking the page.
    await page.getByLabel('Key', { exact: true }).waitFor();
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(100);
      await page.locator('#key').waitFor();
    }
    await give('a wrong key ☃');
    await page.getByText('That key was not right.').waitFor();
    await Promise.all([
      page.waitForResponse((response) => response.status() === 401),
      give('a-wrong-key-0123456789abcdef'),
    ]);
    await page.getByText('That key was not right.').waitFor();
    // One that could not be sent at all, however it was remembered, is as good as none.
    await page.evaluate(() => sessionStorage.setItem('moodreel.key', 'ключ'));
    await page.reload();
    await give('a-key-for-this-test-0123456789abcdef');
    await page.locator('#key').waitFor({ state: 'hidden' });
    await agree(page);
    await startCamera(page);
    const [asked] = await Promise.all([
      page.waitForRequest(/healthz/),
      page.evaluate(async () => (await import('/js/api.js')).api.health()),
    ]);
    assert.equal(asked.headers().authorization, undefined, 'the key is sent where none is needed');
    await close(failedRequest);
  } finally {
    await server.stop();
    rmSync(file);
  }
}

export default [['a server with a key', keyIsAskedFor]];
