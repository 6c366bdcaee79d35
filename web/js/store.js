/**
 * The state of the page, in one place. Controllers write it with `set`, views read it and redraw
 * when what they watch has changed; nothing flows the other way.
 *
 * @typedef {{label: string, probability: number, sure?: boolean}} Gender
 * @typedef {{label: string, probabilities: Record<string, number>, sure?: boolean}} Classes
 * @typedef {{years: number, low: number, high: number, range: string}} Age
 * @typedef {object} Person
 * @property {number} [id] number of the track; absent for a photo
 * @property {[number, number, number, number]} box x, y, width, height in the picture's pixels
 * @property {[number, number][] | null} landmarks eyes, nose and corners of the mouth
 * @property {Age | null} age
 * @property {Gender | null} gender
 * @property {Classes | null} ethnicity
 * @property {Classes | null} emotion
 * @property {boolean} [in_sight]
 *
 * @typedef {object} Film
 * @property {string} id
 * @property {string} title
 * @property {number | null} year
 * @property {string[]} genres
 * @property {string | null} language
 * @property {string | null} certificate
 * @property {number} [score]
 * @property {boolean} [explored]
 * @property {string[]} [reasons]
 *
 * @typedef {object} Settings
 * @property {string | null} genre
 * @property {string | null} language
 * @property {string | null} max_certificate
 * @property {number | null} youngest
 * @property {'auto' | 'lift' | 'match'} mood
 * @property {string | null} feel what the viewer says to feel; it takes the estimate's place
 * @property {boolean} group
 * @property {{age: boolean, gender: boolean, ethnicity: boolean, emotion: boolean}} attributes
 *
 * @typedef {object} Opinion
 * @property {{id: string, title: string | null, year: number | null}} film the title is null once it has left the catalogue
 * @property {'like' | 'dislike' | 'seen' | 'rating'} kind
 * @property {number | null} rating
 * @property {string} at
 *
 * @typedef {object} Intent what the person wants to have said of a film, or null: nothing
 * @property {Opinion['film']} film
 * @property {'like' | 'dislike' | 'seen' | null} kind
 *
 * @typedef {object} State
 * @property {'loading' | 'welcome' | 'refused' | 'app'} phase
 * @property {string | null} notice said on the welcome view, such as that everything was erased
 * @property {any} info the server's answer to /v1/info
 * @property {{id: string, since: string} | null} viewer
 * @property {Opinion[]} opinions as the server keeps them
 * @property {ReadonlyMap<string, Intent>} intents by film, what the server has not been told yet
 * @property {'none' | 'camera' | 'photo' | 'stated'} source
 * @property {'idle' | 'starting' | 'live' | 'dark' | 'looking' | 'paused'} activity
 * @property {string | null} trouble what went wrong with the source, in words
 * @property {{state: 'ok' | 'away' | 'busy', retryIn: number}} server
 * @property {{width: number, height: number, ms: number, people: Person[]} | null} sight
 * @property {{age: number | null, gender: string | null} | null} stated
 * @property {Film[] | null} films
 * @property {number} filmsVersion counts the answers, so that equal lists are told apart
 * @property {boolean} filmsAsked whether a choice of the person on the page led to these films
 * @property {string | null} filmsTrouble
 * @property {Settings} settings
 */

/**
 * What may be estimated before the person chooses: what the server offers, but ethnicity only where
 * whoever runs it wants that.
 * @param {any} info the server's answer to /v1/info, or null
 * @returns {Settings['attributes']}
 */
export function firstAttributes(info) {
  const offers = (/** @type {string} */ name) => info?.attributes[name] !== false;
  return {
    age: offers('age'),
    gender: offers('gender'),
    ethnicity: info?.ethnicity_on === true && offers('ethnicity'),
    emotion: offers('emotion'),
  };
}

/** @returns {State} */
export function initialState() {
  return {
    phase: 'loading',
    notice: null,
    info: null,
    viewer: null,
    opinions: [],
    intents: new Map(),
    source: 'none',
    activity: 'idle',
    trouble: null,
    server: { state: 'ok', retryIn: 0 },
    sight: null,
    stated: null,
    films: null,
    filmsVersion: 0,
    filmsAsked: false,
    filmsTrouble: null,
    settings: {
      genre: null,
      language: null,
      max_certificate: null,
      youngest: null,
      mood: 'auto',
      feel: null,
      group: true,
      attributes: firstAttributes(null),
    },
  };
}

/**
 * @param {State} state
 */
export function createStore(state) {
  /** @type {Set<() => void>} */
  const watchers = new Set();
  let current = state;

  return {
    /** @returns {Readonly<State>} */
    get: () => current,

    /** @param {Partial<State>} patch */
    set(patch) {
      current = { ...current, ...patch };
      for (const watcher of [...watchers]) watcher();
    },

    /**
     * Calls `draw` with the state now and whenever one of the named parts has changed.
     * @param {(keyof State)[]} parts
     * @param {(state: Readonly<State>) => void} draw
     */
    watch(parts, draw) {
      let seen = parts.map((part) => current[part]);
      watchers.add(() => {
        if (parts.every((part, i) => current[part] === seen[i])) return;
        seen = parts.map((part) => current[part]);
        draw(current);
      });
      draw(current);
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */
