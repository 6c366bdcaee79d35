// The browser tests, one after the other, against one server and one Chromium.
import { after, before, test } from 'node:test';
import { launchDenying, launchWithCamera, launchWithoutCamera } from './lib/browser.js';
import { createServerUnderTest } from './lib/server.js';
import access from './flows/access.js';
import camera from './flows/camera.js';
import consent from './flows/consent.js';
import key from './flows/key.js';
import photo from './flows/photo.js';

const only = process.env.MR_BROWSER_ONLY;
const others = [];
const open = (launch) => async () => {
  const browser = await launch();
  others.push(browser);
  return browser;
};
const world = { withoutCamera: open(launchWithoutCamera), denying: open(launchDenying) };

before(async () => {
  world.server = await createServerUnderTest();
  await world.server.start();
  world.browser = await launchWithCamera();
});

after(async () => {
  for (const browser of [world.browser, ...others]) await browser?.close();
  await world.server?.stop();
});

/** Pages of a flow that failed would go on sending pictures under the next one. */
async function run(flow) {
  try {
    await flow(world);
  } finally {
    for (const browser of [world.browser, ...others])
      for (const context of browser.contexts()) await context.close();
  }
}

for (const [name, flow] of [...consent, ...photo, ...camera, ...access, ...key])
  if (!only || name.includes(only)) test(name, () => run(flow));
