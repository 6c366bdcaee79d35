/**
 * Where the picture comes from: the camera with its stream, a photo, or nobody's picture but a
 * description. Starting one ends the others.
 */
import { api, isPassing } from './api.js';
import { cameraTrouble, everyFrame, listCameras, startCamera, takeFrame } from './camera.js';
import { readPicture } from './picture-file.js';
import { openStream } from './stream.js';

const PICTURES_PER_SECOND = 15;

/**
 * @param {import('./store.js').Store} store
 * @param {import('./reach.js').Reach} reach
 * @param {import('./suggestions.js').Suggestions} suggestions
 * @param {HTMLVideoElement} video
 * @param {HTMLImageElement} photo
 * @param {() => Promise<void>} askKey
 */
export function createWatching(store, reach, suggestions, video, photo, askKey) {
  /** @type {import('./camera.js').Camera | null} */
  let camera = null;
  /** @type {import('./stream.js').Stream | null} */
  let stream = null;
  /** @type {(() => void) | null} */
  let stopFrames = null;
  /** @type {Blob | null} */
  let picture = null;
  /** The file that is read to become the picture, unless something else is chosen meanwhile. @type {Blob | null} */
  let chosen = null;
  /** Whether the camera gives no pictures: what is still said of earlier ones does not count. */
  let dark = false;
  /** The camera that went away by itself and is used again once it is back. @type {string | null} */
  let lost = null;
  /** Grows with each start, so that what began before it is known to be stale. */
  let turn = 0;
  /** The look at the photo that is under way. @type {AbortController | null} */
  let look = null;

  function closeStream() {
    reach.forget(connect);
    stopFrames?.();
    stopFrames = null;
    stream?.close();
    stream = null;
    suggestions.unfollow();
  }

  function stop() {
    turn++;
    look?.abort();
    closeStream();
    reach.forget(lookAtPhoto);
    camera?.stop();
    camera = null;
    picture = null;
    chosen = null;
    dark = false;
    lost = null;
    if (photo.src) URL.revokeObjectURL(photo.src);
    photo.removeAttribute('src');
    suggestions.stop();
    store.set({ source: 'none', activity: 'idle', trouble: null, sight: null, stated: null });
  }

  /** @param {any} message */
  function received(message) {
    if (message.type === 'hello') reach.found();
    else if (message.type === 'people') {
      if (dark) return;
      const { width, height, ms, people } = message;
      store.set({ sight: { width, height, ms, people }, activity: 'live' });
    } else if (message.type === 'films') suggestions.received(message.films);
    else if (message.type === 'error' && message.field) store.set({ filmsTrouble: message.detail });
  }

  /** A stream that never opened is either refused by a busy server or a sign of none. */
  async function streamClosed(/** @type {boolean} */ wasOpen) {
    closeStream();
    store.set({ sight: null, activity: dark ? 'dark' : 'starting' });
    if (!camera || document.hidden) return;
    const mine = turn;
    const answer = wasOpen ? 0 : await api.info().then(() => 200, ({ status }) => status);
    if (answer === 401) await askKey();
    if (mine !== turn) return;
    if (answer === 401) connect();
    else reach.lost(connect, answer === 0 ? 'away' : 'busy');
  }

  function connect() {
    if (!camera || stream) return;
    if (document.hidden) {
      store.set({ activity: 'paused' });
      return;
    }
    let wasOpen = false;
    const rate = Math.min(PICTURES_PER_SECOND, store.get().info?.limits?.frames_per_second ?? PICTURES_PER_SECOND);
    const opened = (stream = openStream({
      opened: () => {
        wasOpen = true;
        suggestions.follow(opened);
        stopFrames = everyFrame(video, rate, async () => {
          if (!opened.ready()) return;
          const frame = await takeFrame(video);
          if (frame) opened.sendFrame(frame);
        });
      },
      received,
      closed: () => streamClosed(wasOpen),
    }));
  }

  /** Tells whether it did not fail. @param {string | null} id */
  async function useCamera(id = null) {
    stop();
    const mine = turn;
    store.set({ source: 'camera', activity: 'starting' });
    try {
      const started = await startCamera(video, id, {
        ended() {
          const gone = camera?.id ?? null;
          stop();
          lost = gone;
          store.set({ trouble: `The camera was disconnected.${gone ? ' It is used again once it is back.' : ''}` });
        },
        muted(now) {
          dark = now;
          store.set(dark ? { sight: null, activity: 'dark' } : { activity: 'starting' });
        },
      });
      if (mine !== turn) {
        started.stop();
        return true;
      }
      camera = started;
      await camera.show();
      if (mine === turn) connect();
      return true;
    } catch (error) {
      if (mine !== turn) return true;
      stop();
      store.set({ trouble: cameraTrouble(error) });
      return false;
    }
  }

  async function lookAtPhoto() {
    look?.abort();
    if (!picture) return;
    const mine = (look = new AbortController());
    store.set({ activity: 'looking', trouble: null });
    const { attributes } = store.get().settings;
    try {
      const { width, height, ms, faces } = await api.analyze(picture, attributes, mine.signal);
      if (mine.signal.aborted) return;
      reach.found();
      store.set({ activity: 'idle', sight: { width, height, ms, people: faces } });
      suggestions.ask();
    } catch (error) {
      if (mine.signal.aborted) return;
      const { status, message } = /** @type {any} */ (error);
      if (status === 401) {
        await askKey();
        if (!mine.signal.aborted) lookAtPhoto();
        return;
      }
      if (isPassing(status)) {
        reach.lost(lookAtPhoto, status === 0 ? 'away' : 'busy');
        return;
      }
      stop();
      store.set({ trouble: status === 422 || status === 400 ? `That picture could not be read: ${message}` : message });
    }
  }

  /** What is no picture ends nothing: a running camera goes on. @param {Blob} file */
  async function usePhoto(file) {
    chosen = file;
    let read;
    try {
      read = await readPicture(file, store.get().info?.limits);
    } catch (error) {
      if (chosen === file) store.set({ trouble: /** @type {Error} */ (error).message });
      return;
    }
    if (chosen !== file) return;
    stop();
    picture = read;
    photo.src = URL.createObjectURL(picture);
    store.set({ source: 'photo' });
    await lookAtPhoto();
  }

  /** @param {number | null} age @param {string | null} gender */
  function describe(age, gender) {
    stop();
    store.set({ source: 'stated', stated: { age, gender } });
    suggestions.ask();
  }

  /** What the machine may estimate has changed.
   * @param {import('./store.js').Settings['attributes']} attributes */
  function setAttributes(attributes) {
    if (picture) {
      store.set({ settings: { ...store.get().settings, attributes } });
      lookAtPhoto();
    } else suggestions.change({ attributes });
  }

  navigator.mediaDevices?.addEventListener?.('devicechange', async () => {
    const wanted = lost;
    if (wanted === null) return;
    const cameras = await listCameras();
    if (wanted !== lost || !cameras.some(({ id }) => id === wanted)) return;
    // Just after it was plugged in it may not be ready; another event may follow.
    if (!(await useCamera(wanted))) lost = wanted;
  });

  document.addEventListener('visibilitychange', () => {
    if (!camera) return;
    if (document.hidden) {
      closeStream();
      store.set({ activity: 'paused' });
    } else {
      store.set({ activity: dark ? 'dark' : 'starting', sight: null });
      connect();
    }
  });

  return { useCamera, usePhoto, describe, setAttributes, stop };
}

/** @typedef {ReturnType<typeof createWatching>} Watching */
