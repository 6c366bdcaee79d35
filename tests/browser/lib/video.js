// What the fake webcam shows: an MJPEG of the sample photo, in which the face moves about. Chromium
// draws and encodes it, so that no video needs to be shipped and no other program is needed.
import { readFileSync, writeFileSync } from 'node:fs';

const FRAMES = 60;

async function drawFrames({ photo, frames, still }) {
  const image = new Image();
  image.src = `data:image/jpeg;base64,${photo}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d');
  const list = [];
  for (let i = 0; i < frames; i++) {
    const angle = (2 * Math.PI * i) / frames;
    context.fillStyle = '#5d6b70';
    context.fillRect(0, 0, 640, 480);
    if (still) context.drawImage(image, 0, -30, 640, 640);
    else context.drawImage(image, 170 + 40 * Math.sin(angle), 10 + 20 * Math.sin(2 * angle), 512, 512);
    list.push(canvas.toDataURL('image/jpeg', 0.85).split(',')[1]);
  }
  return list;
}

/** Writes the video to `path`, one in which nothing moves if `still`; `browser` is any running Chromium. */
export async function makeVideo(browser, path, still) {
  const page = await browser.newPage();
  const photo = readFileSync('data/samples/astronaut.jpg').toString('base64');
  const frames = await page.evaluate(drawFrames, { photo, frames: FRAMES, still });
  await page.close();
  writeFileSync(path, Buffer.concat(frames.map((frame) => Buffer.from(frame, 'base64'))));
}
