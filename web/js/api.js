/**
 * The server's HTTP interface. Every call returns the answer's JSON or throws an ApiError that can
 * be shown to people. The key, where the server asks for one, lives until the tab is closed.
 */
import { inTab } from './remembered.js';

const KEY = 'moodreel.key';

/** What went wrong, in words. `status` 0 means that no answer came. */
export class ApiError extends Error {
  /** @param {number} status @param {string} message @param {string} [field] @param {number} [retryAfter] */
  constructor(status, message, field, retryAfter) {
    super(message);
    this.status = status;
    this.field = field;
    this.retryAfter = retryAfter;
  }
}

/**
 * Whether an answer, or none, will be another in a while: of a busy server, or of a proxy before it.
 * @param {number} status
 */
export const isPassing = (status) => [0, 429, 500, 502, 503, 504].includes(status);

/** A request is given up after so long. */
const PATIENCE_MS = 60000;

/** @param {AbortSignal} [signal] */
function withPatience(signal) {
  if (!('timeout' in AbortSignal)) return signal;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  return signal && 'any' in AbortSignal ? AbortSignal.any([signal, patience]) : (signal ?? patience);
}

/** What servers' keys are made of. With some other letters a request fails as if there were no server. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

export const key = {
  get() {
    const value = inTab.get(KEY);
    return value !== null && TOKEN.test(value) ? value : null;
  },
  /** Keeps what can be a key, and tells whether it can. @param {string} value */
  set(value) {
    const possible = TOKEN.test(value);
    if (possible) inTab.set(KEY, value);
    return possible;
  },
};

const WORDS = {
  401: 'This server asks for a key.',
  408: 'The connection was too slow.',
  413: 'That is too large for this server.',
  415: 'That is not a JPEG, PNG or WebP picture.',
  429: 'That was a little fast. Try again in a moment.',
  503: 'The server is busy. Trying again shortly.',
};

/** What comes over the network: that it did not, or was cut off, is an ApiError too.
 * @template T @param {Promise<T>} outcome @param {AbortSignal} [signal] @returns {Promise<T>} */
async function whole(outcome, signal) {
  try {
    return await outcome;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The server cannot be reached.');
  }
}

/** @param {Response} response */
async function errorOf(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // Not a problem document: the status has to do.
  }
  const { title, detail, field } = /** @type {any} */ (problem);
  // Only the server knows which of its limits it was.
  const known = response.status === 413 ? detail : undefined;
  const message = known ?? WORDS[/** @type {keyof typeof WORDS} */ (response.status)] ?? detail ?? title ?? `The server answered ${response.status}.`;
  const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
  return new ApiError(response.status, message, field, retryAfter);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{query?: Record<string, any>, json?: any, body?: Blob, signal?: AbortSignal, secret?: string | null}} [options]
 * @returns {Promise<Response>}
 */
async function send(method, path, { query = {}, json, body, signal, secret = key.get() } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (secret) headers.Authorization = `Bearer ${secret}`;
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  if (body) headers['Content-Type'] = body.type;
  const response = await whole(fetch(url, {
    method, headers, body: json === undefined ? body : JSON.stringify(json), signal: withPatience(signal), cache: 'no-store',
  }), signal);
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** @param {Parameters<typeof send>} request */
const ask = async (...request) => whole((await send(...request)).json(), request[2]?.signal);

export const api = {
  info: () => ask('GET', '/v1/info'),
  /** Needs no key. */
  health: () => send('GET', '/healthz', { secret: null }),

  agree: () => ask('POST', '/v1/viewers', { json: { consent: true } }),
  viewer: () => ask('GET', '/v1/viewers/me'),
  erase: () => send('DELETE', '/v1/viewers/me'),
  /** Everything that is kept, as a file. @returns {Promise<Blob>} */
  exported: async () => whole((await send('GET', '/v1/viewers/me', { query: { download: 1 } })).blob()),

  /** @param {string} film @param {string} kind */
  feedback: (film, kind) => ask('POST', '/v1/feedback', { json: { film, kind } }),
  /** @param {string} film */
  undo: (film) => send('DELETE', `/v1/viewers/me/feedback/${encodeURIComponent(film)}`),

  /** @param {Blob} picture @param {Record<string, any>} query @param {AbortSignal} [signal] */
  analyze: (picture, query, signal) => ask('POST', '/v1/analyze', { body: picture, query, signal }),
  /** @param {object} wish @param {AbortSignal} [signal] */
  recommend: (wish, signal) => ask('POST', '/v1/recommend', { json: wish, signal }),
};
