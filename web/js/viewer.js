/**
 * The person at this browser: consent, opinions of films, export and erasure. The server knows the
 * person by a random number in a cookie that scripts cannot read; this browser only remembers that
 * there was consent, so that it need not ask again.
 */
import { api, isPassing } from './api.js';
import { announce, hush } from './announce.js';
import { inBrowser } from './remembered.js';
import { firstAttributes } from './store.js';
import { OPINIONS, titleOf } from './words.js';

const AGREED = 'moodreel.agreed';

/** What is to be known before consent, or null. */
const warning = () => (navigator.cookieEnabled
  ? null
  : 'This browser keeps no cookies: films can be suggested, but your opinions cannot be remembered.');

/** Thrown by what was given up because the person wants it no more: of that nothing is said. */
const unwanted = () => new DOMException('', 'AbortError');

/**
 * @param {import('./store.js').Store} store
 * @param {import('./reach.js').Reach} reach
 * @param {object} hooks
 * @param {() => void} hooks.opinionChanged
 * @param {() => void} hooks.leave called before everything is erased
 * @param {() => Promise<void>} hooks.askKey
 */
export function createViewer(store, reach, { opinionChanged, leave, askKey }) {
  /** Grows whenever a person is forgotten. */
  let generation = 0;
  /** By film, until the server keeps what the person wants of it. @type {Map<string, Promise<void>>} */
  const settling = new Map();
  /** Takes back the consent that is being told to the server. */
  let consent = new AbortController();

  /** The outcome of something begun for the person at this browser. Once that one is forgotten it
   * never comes: what was wanted for one person says nothing of, and does nothing to, the next.
   * @template T @param {Promise<T>} outcome @returns {Promise<T>} */
  function ofThisPerson(outcome) {
    const mine = generation;
    return new Promise((resolve, reject) => {
      outcome.then(
        (value) => mine === generation && resolve(value),
        (error) => mine === generation && reject(error),
      );
    });
  }

  /** Until the server is well again, or the signal says that nobody waits for it any more.
   * @param {'away' | 'busy'} state @param {AbortSignal} [signal] */
  const recovery = (state, signal) => new Promise((resolve, reject) => {
    const retry = () => resolve(undefined);
    reach.lost(retry, state);
    signal?.addEventListener('abort', () => {
      reach.forget(retry);
      reject(unwanted());
    });
  });

  /** Runs a request, asks for the key where one is needed, and tries again when the server is back,
   * unless the signal says that it is not wanted any more. What is on its way is not cut off even
   * then: the server may have done it, and only its answer tells.
   * @template T @param {() => Promise<T>} request @param {AbortSignal} [signal] @returns {Promise<T>} */
  async function insist(request, signal) {
    for (;;) {
      try {
        const answer = await ofThisPerson(request());
        reach.found();
        return answer;
      } catch (error) {
        const { status } = /** @type {any} */ (error);
        if (signal?.aborted) throw unwanted();
        if (status === 401) await ofThisPerson(askKey());
        else if (isPassing(status)) await ofThisPerson(recovery(status === 0 ? 'away' : 'busy', signal));
        else throw error;
      }
    }
  }

  function forget() {
    generation++;
    settling.clear();
    inBrowser.remove(AGREED);
    hush();
    store.set({ viewer: null, opinions: [], intents: new Map() });
  }

  /** @param {any} answer */
  function known(answer) {
    store.set({ phase: 'app', notice: null, viewer: { id: answer.id, since: answer.since }, opinions: answer.feedback ?? [] });
  }

  /** The server has forgotten who this is: consent is asked for again. */
  function unknown() {
    leave();
    forget();
    store.set({ phase: 'welcome', notice: warning() ?? 'This server does not know this browser any more, so it asks again.' });
  }

  /** Whether the server does not know who this is. @param {any} error */
  const isUnknown = ({ status, field }) => status === 404 && field === 'viewer';

  /** What is to be said of something that failed; null where nothing is. If the server has forgotten
   * who this is, consent is asked for again; but where no cookie is kept nothing else could be, and only that is said.
   * @param {any} error @returns {string | null} */
  function trouble(error) {
    if (error.name === 'AbortError') return null;
    if (!isUnknown(error)) return error.message;
    const reason = warning();
    if (reason === null) unknown();
    return reason;
  }

  async function start() {
    const agreed = inBrowser.get(AGREED) !== null;
    if (!agreed) store.set({ phase: 'welcome', notice: warning() });
    try {
      const info = await insist(api.info);
      store.set({ info, settings: { ...store.get().settings, attributes: firstAttributes(info) } });
      if (agreed) known(await insist(api.viewer));
    } catch (error) {
      if (isUnknown(error)) unknown();
      else store.set({ notice: /** @type {Error} */ (error).message, ...(agreed && { phase: 'welcome' }) });
    }
  }

  /** The server forgets who this is, if it knew. @param {AbortSignal} [signal] */
  async function forgetThere(signal) {
    try {
      await insist(api.erase, signal);
    } catch (error) {
      if (/** @type {any} */ (error).status !== 404) throw error;
    }
  }

  async function agree() {
    const { signal } = (consent = new AbortController());
    const answer = await insist(api.agree, signal);
    if (signal.aborted) {
      await forgetThere();
      return;
    }
    inBrowser.set(AGREED, 'yes');
    known(answer);
  }

  function refuse() {
    consent.abort();
    store.set({ phase: 'refused' });
  }

  /** What the person now wants of a film is the case.
   * @param {import('./store.js').Intent} intent */
  function settled({ film: { id, title, year }, kind }) {
    const others = store.get().opinions.filter(({ film }) => film.id !== id);
    const film = { id, title, year };
    store.set({ opinions: kind === null ? others : [{ film, kind, rating: null, at: new Date().toISOString() }, ...others] });
    announce(`${kind === null ? 'Taken back' : OPINIONS[kind]}: ${titleOf(film)}`);
    opinionChanged();
  }

  /** @param {import('./store.js').Intent} intent */
  async function tell({ film, kind }) {
    if (kind !== null) return api.feedback(film.id, kind);
    try {
      return await api.undo(film.id);
    } catch (error) {
      // What another tab took back is gone, too.
      const { status, field } = /** @type {any} */ (error);
      if (status !== 404 || field === 'viewer') throw error;
    }
  }

  /** Tells the server what is wanted of a film, one thing after the other: what is wanted by the time
   * of a try takes the place of what could not be told before. @param {string} id */
  async function settle(id) {
    const newest = () => /** @type {import('./store.js').Intent} */ (store.get().intents.get(id));
    let told = newest();
    try {
      do {
        try {
          await insist(() => tell(told = newest()));
          settled(told);
        } catch (error) {
          if (told === newest()) throw error;
        }
      } while (told !== newest());
    } finally {
      settling.delete(id);
      const intents = new Map(store.get().intents);
      intents.delete(id);
      store.set({ intents });
    }
  }

  /** @param {import('./store.js').Intent} intent */
  function want(intent) {
    const { id } = intent.film;
    store.set({ intents: new Map(store.get().intents).set(id, intent) });
    const running = settling.get(id) ?? settle(id);
    settling.set(id, running);
    return running;
  }

  /** Fetches the opinions as the server has them, once it has those that are on their way. */
  async function refresh() {
    await Promise.allSettled(settling.values());
    store.set({ opinions: (await insist(api.viewer)).feedback });
  }

  /** Hands the person a file with everything that the server keeps of them. */
  async function exportData() {
    const url = URL.createObjectURL(await insist(api.exported));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'moodreel-viewer.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  /** @param {AbortSignal} signal ends the waiting for a server that is away */
  async function erase(signal) {
    await forgetThere(signal);
    leave();
    forget();
    store.set({ phase: 'welcome', notice: 'Erased. The server keeps nothing of you, and the cookie is gone.' });
  }

  // Another tab erased the person, or the browser's memory of the page was emptied.
  window.addEventListener('storage', ({ key, newValue }) => {
    if (newValue === null && (key === AGREED || key === null) && store.get().phase === 'app') unknown();
  });

  return {
    start, agree, refuse, refresh, exportData, erase, trouble,
    /** @param {import('./store.js').Film} film @param {'like' | 'dislike' | 'seen'} kind */
    judge: (film, kind) => want({ film, kind }),
    /** @param {import('./store.js').Opinion['film']} film */
    undo: (film) => want({ film, kind: null }),
    reconsider: () => store.set({ phase: 'welcome', notice: warning() }),
  };
}

/** @typedef {ReturnType<typeof createViewer>} Viewer */
