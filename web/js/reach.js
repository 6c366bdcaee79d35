/**
 * Whether the server can be reached. When it cannot, this asks for its health again and again with
 * growing pauses, and tells those who wait as soon as it is back.
 */
import { api } from './api.js';

const FIRST_PAUSE_S = 1;
const LONGEST_PAUSE_S = 15;

/**
 * @param {import('./store.js').Store} store
 */
export function createReach(store) {
  /** @type {Set<() => void>} */
  const waiting = new Set();
  let pause = FIRST_PAUSE_S;
  /** @type {number | undefined} */
  let timer;

  async function look() {
    timer = undefined;
    try {
      await api.health();
    } catch {
      wait(store.get().server.state);
      return;
    }
    // A lost stream is tried again with growing pauses too: one that is refused is not hammered.
    store.set({ server: { state: 'ok', retryIn: 0 } });
    const ready = [...waiting];
    waiting.clear();
    for (const retry of ready) retry();
  }

  /** @param {'ok' | 'away' | 'busy'} state */
  function wait(state) {
    if (timer !== undefined) return;
    const seconds = pause * (0.8 + 0.4 * Math.random());
    store.set({ server: { state: state === 'ok' ? 'away' : state, retryIn: Math.ceil(seconds) } });
    timer = setTimeout(look, 1000 * seconds);
    pause = Math.min(2 * pause, LONGEST_PAUSE_S);
  }

  return {
    /**
     * The server gave no answer, or was too busy: `retry` is called when it is well again.
     * @param {() => void} retry
     * @param {'away' | 'busy'} [state]
     */
    lost(retry, state = 'away') {
      waiting.add(retry);
      wait(state);
    },
    /** The server has given a proper answer: pauses start small again. */
    found() {
      pause = FIRST_PAUSE_S;
    },
    /** Nobody waits any longer for this. @param {() => void} retry */
    forget(retry) {
      waiting.delete(retry);
    },
  };
}

/** @typedef {ReturnType<typeof createReach>} Reach */
