/**
 * The WebSocket: frames up, people and films down. A frame is only sent while the server has a free
 * slot, so a slow server or line never builds up a queue of old pictures.
 */
import { key } from './api.js';

/** Frames that may be on their way: one being looked at, one waiting. */
const SLOTS = 2;
/** A frame that got no answer for this long no longer takes a slot. */
const LOST_MS = 4000;
/** A server from which nothing comes for this long, though frames went there, is taken to be gone: of
 * a line that broke without a word the browser hears nothing for minutes. */
const SILENT_MS = 10000;

/**
 * @param {object} listeners
 * @param {() => void} listeners.opened
 * @param {(message: any) => void} listeners.received
 * @param {() => void} listeners.closed called once, also when it could not be opened
 */
export function openStream({ opened, received, closed }) {
  const url = new URL('/v1/stream', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const secret = key.get();
  const socket = new WebSocket(url, secret ? ['moodreel.v1', `moodreel.key.${secret}`] : ['moodreel.v1']);
  let sent = 0;
  let done = 0;
  let sentAt = 0;
  /** When the first frame went that nothing has come after; 0: none did. */
  let waitingSince = 0;

  const watch = setInterval(() => {
    if (waitingSince && performance.now() - waitingSince > SILENT_MS) end();
  }, 1000);

  /** Tells that the stream is over, once, however that became known. */
  function end() {
    clearInterval(watch);
    socket.removeEventListener('close', end);
    socket.close();
    closed();
  }

  socket.addEventListener('open', opened);
  socket.addEventListener('close', end);
  socket.addEventListener('message', ({ data }) => {
    waitingSince = 0;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (message.type === 'people') done = Math.max(done, message.frame);
    // A frame that could not be read gets an error instead of people.
    if (message.type === 'error') done = sent;
    received(message);
  });

  return {
    /** Whether a frame would be looked at soon. */
    ready() {
      if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > 0) return false;
      if (performance.now() - sentAt > LOST_MS) done = sent;
      return sent - done < SLOTS;
    },
    /** @param {Blob} frame */
    sendFrame(frame) {
      if (socket.readyState !== WebSocket.OPEN) return;
      sent++;
      sentAt = performance.now();
      waitingSince ||= sentAt;
      socket.send(frame);
    },
    /** @param {object} message */
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close() {
      clearInterval(watch);
      socket.removeEventListener('close', end);
      socket.close(1000);
    },
  };
}

/** @typedef {ReturnType<typeof openStream>} Stream */
