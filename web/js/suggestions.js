/**
 * Which films are asked for, and how. While the camera runs the server sends films by itself over
 * the stream and only needs to know the settings; otherwise they are asked for once, for the faces
 * of the photo or for the person described.
 */
import { api, isPassing } from './api.js';
import { mainPerson, watchers, youngest } from './words.js';

const COUNT = 9;
/** Answers that come this soon after a choice on the page are taken for its consequence. */
const CONSEQUENCE_MS = 3000;
/** The server takes this many people at once. */
const MOST_VIEWERS = 8;

/**
 * A face as a viewer of POST /v1/recommend.
 * @param {import('./store.js').Person} person
 */
function asViewer({ age, gender, emotion }) {
  return {
    ...(age && { age: { years: age.years, low: age.low, high: age.high } }),
    ...(gender && { gender: { label: gender.label, probability: gender.probability } }),
    ...(emotion && { emotion: { probabilities: emotion.probabilities } }),
  };
}

/**
 * Of more people than the server takes the first, and the youngest on the last seat, whose age
 * limits the films.
 * @param {import('./store.js').Person[]} people
 */
function seated(people) {
  const last = people.slice(MOST_VIEWERS - 1);
  if (last.length < 2) return people;
  const low = (/** @type {import('./store.js').Person} */ { age }) => age?.low ?? 0;
  const youngest = last.reduce((found, person) => (low(person) < low(found) ? person : found));
  return [...people.slice(0, MOST_VIEWERS - 1), youngest];
}

/**
 * The age of the youngest in the picture, where films are chosen for one of several people.
 * @param {Readonly<import('./store.js').State>} state
 */
function limitOfOthers({ source, sight, settings }) {
  const people = source === 'photo' && !settings.group ? watchers(sight?.people ?? [], settings) : [];
  return people.length > 0 ? { age_limit: youngest(people, settings.youngest) } : {};
}

/**
 * Who the films are for, the person at this browser first.
 * @param {Readonly<import('./store.js').State>} state
 */
function viewersOf({ source, stated, sight, settings }) {
  /** @type {any[]} */
  let viewers;
  if (source === 'stated') {
    viewers = [{ ...(stated?.age !== null && { age: stated?.age }), ...(stated?.gender && { gender: stated.gender }) }];
  } else {
    const people = watchers(sight?.people ?? [], settings);
    if (people.length === 0) viewers = [{}];
    else {
      const main = mainPerson(people);
      const others = settings.group ? people.filter((person) => person !== main) : [];
      viewers = seated([main, ...others]).map(asViewer);
    }
  }
  if (settings.feel) viewers[0] = { ...viewers[0], emotion: settings.feel };
  return viewers;
}

/**
 * @param {import('./store.js').Store} store
 * @param {import('./reach.js').Reach} reach
 * @param {() => Promise<void>} askKey
 */
export function createSuggestions(store, reach, askKey) {
  /** @type {import('./stream.js').Stream | null} */
  let stream = null;
  let askedAt = -Infinity;
  let seed = 1;
  /** @type {AbortController | null} */
  let running = null;

  /** @param {import('./store.js').Film[]} films @param {boolean} asked */
  function take(films, asked) {
    store.set({ films, filmsAsked: asked, filmsVersion: store.get().filmsVersion + 1, filmsTrouble: null });
  }

  const settingsMessage = () => {
    const { settings } = store.get();
    return { type: 'settings', n: COUNT, ...settings };
  };

  /** Whether the person waits for what is fetched. */
  let awaited = false;
  const again = () => fetchFilms(awaited);

  /** What was fetched before is not waited for any more, be it on its way or to be tried again. */
  function drop() {
    reach.forget(again);
    running?.abort();
    running = null;
  }

  /** @param {boolean} asked whether the person waits for the answer */
  async function fetchFilms(asked) {
    drop();
    const mine = (running = new AbortController());
    awaited = asked;
    const { settings, source, sight } = store.get();
    if (source === 'none' || source === 'camera') return;
    // A photo that is still looked at shows nobody yet; its films are asked for once it is known who is in it.
    if (source === 'photo' && !sight) return;
    const { genre, language, max_certificate, youngest, mood } = settings;
    const wish = { n: COUNT, mood, seed, viewers: viewersOf(store.get()), ...limitOfOthers(store.get()) };
    for (const [name, value] of Object.entries({ genre, language, max_certificate, youngest }))
      if (value !== null) Object.assign(wish, { [name]: value });
    try {
      const answer = await api.recommend(wish, mine.signal);
      reach.found();
      if (mine === running) take(answer.films, asked);
    } catch (error) {
      if (mine.signal.aborted) return;
      const { status, message } = /** @type {any} */ (error);
      if (status === 401) {
        await askKey();
        if (!mine.signal.aborted) again();
      } else if (isPassing(status)) reach.lost(again, status === 0 ? 'away' : 'busy');
      else store.set({ filmsTrouble: message });
    }
  }

  return {
    /** The stream is open: it gets the settings, and sends films from now on.
     * @param {import('./stream.js').Stream} opened */
    follow(opened) {
      stream = opened;
      askedAt = performance.now();
      stream.send(settingsMessage());
    },
    unfollow() {
      stream = null;
    },
    /** Films came over the stream. @param {import('./store.js').Film[]} films */
    received(films) {
      take(films, performance.now() - askedAt < CONSEQUENCE_MS);
    },
    /** Films for a new photo or a new description. */
    ask: () => fetchFilms(true),

    /** Somebody changed a wish or a filter. @param {Partial<import('./store.js').Settings>} change */
    change(change) {
      store.set({ settings: { ...store.get().settings, ...change }, filmsTrouble: null });
      askedAt = performance.now();
      if (stream) stream.send(settingsMessage());
      else fetchFilms(true);
    },

    /** Other films, since somebody asked for them. */
    others() {
      seed++;
      askedAt = performance.now();
      if (stream) stream.send({ type: 'refresh' });
      else fetchFilms(true);
    },

    /** An opinion changed what suits: films anew, but nobody is made to look at them. */
    renew() {
      askedAt = -Infinity;
      if (stream) stream.send({ type: 'refresh' });
      else fetchFilms(false);
    },

    stop() {
      drop();
      store.set({ films: null, filmsTrouble: null });
    },
  };
}

/** @typedef {ReturnType<typeof createSuggestions>} Suggestions */
