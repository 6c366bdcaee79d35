/**
 * The webcam: asking for it, choosing one, and taking pictures of what it shows.
 */
const LONGER_SIDE = 640;
const JPEG_QUALITY = 0.7;

const TROUBLE = {
  NotAllowedError: 'The browser does not let this page use the camera. Allow it in the address bar, or choose a photo instead.',
  NotFoundError: 'No camera was found. Choose a photo instead, or describe who is watching.',
  NotReadableError: 'The camera is in use by another program. Close that and try again.',
  OverconstrainedError: 'That camera is gone. Choose another one.',
  SecurityError: 'Cameras work only on secure pages: use https or localhost.',
};

/** The reason why a camera did not start, for people. @param {any} error */
export function cameraTrouble(error) {
  return TROUBLE[/** @type {keyof typeof TROUBLE} */ (error?.name)] ?? 'The camera could not be started.';
}

/** Whether the browser offers cameras to this page at all. */
export const camerasOffered = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** @returns {Promise<{id: string, name: string}[]>} */
export async function listCameras() {
  if (!camerasOffered()) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter((device) => device.kind === 'videoinput' && device.deviceId)
    .map((device, i) => ({ id: device.deviceId, name: device.label || `Camera ${i + 1}` }));
}

/**
 * Switches a camera on. It can be stopped from then on, though it may take long until it shows anything.
 * @param {HTMLVideoElement} video
 * @param {string | null} id of the camera, or null for the browser's choice
 * @param {object} hooks
 * @param {() => void} hooks.ended called when the camera goes away by itself
 * @param {(muted: boolean) => void} hooks.muted called when it gives no pictures, and when it gives some again
 */
export async function startCamera(video, id, { ended, muted }) {
  if (!camerasOffered()) throw new DOMException('', 'SecurityError');
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: {
      width: { ideal: 1280 }, height: { ideal: 720 },
      ...(id ? { deviceId: { exact: id } } : { facingMode: 'user' }),
    },
  });
  const [track] = stream.getVideoTracks();
  const darkened = () => muted(true);
  const lit = () => muted(false);
  function stop() {
    track.removeEventListener('ended', ended);
    track.removeEventListener('mute', darkened);
    track.removeEventListener('unmute', lit);
    track.stop();
    if (video.srcObject === stream) video.srcObject = null;
  }
  return {
    id: track.getSettings().deviceId ?? null,
    stop,
    /** Until the video plays what the camera gives. */
    async show() {
      track.addEventListener('ended', ended);
      track.addEventListener('mute', darkened);
      track.addEventListener('unmute', lit);
      if (track.muted) darkened();
      video.srcObject = stream;
      await video.play();
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startCamera>>} Camera */

const canvas = document.createElement('canvas');

/**
 * What the video shows, as a JPEG that is not mirrored, with a longer side of at most 640 pixels.
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | null>}
 */
export function takeFrame(video) {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0) return Promise.resolve(null);
  const scale = Math.min(1, LONGER_SIDE / Math.max(videoWidth, videoHeight));
  const width = Math.round(videoWidth * scale);
  const height = Math.round(videoHeight * scale);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(video, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
}

/**
 * Calls `step` for new pictures of the video, at most `rate` times a second, until it is stopped.
 * @param {HTMLVideoElement} video
 * @param {number} rate
 * @param {() => Promise<void>} step
 */
export function everyFrame(video, rate, step) {
  let running = true;
  let last = -Infinity;
  const next = () => {
    if (!running) return;
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => turn());
    else setTimeout(turn, 1000 / rate);
  };
  const turn = async () => {
    if (!running) return;
    const now = performance.now();
    // A little less than a period, since a camera's own rhythm is not exact.
    if (now - last >= 900 / rate) {
      last = now;
      await step();
    }
    next();
  };
  next();
  return () => {
    running = false;
  };
}
