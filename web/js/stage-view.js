/**
 * The picture and the controls around it: what is shown, which buttons there are, what is said.
 */
import { announceCalmly, forgetCalm } from './announce.js';
import { listCameras } from './camera.js';
import { byId, make, setAttribute, setText, showMessage } from './dom.js';
import { bindPictureFiles } from './picture-file.js';
import { counted, look } from './words.js';

/** Faces may be gone for a moment without a word. */
const NO_FACE_AFTER_MS = 2000;

/** @param {Readonly<import('./store.js').State>} state */
function noteOf({ activity, sight, source, server }, /** @type {boolean} */ longEmpty) {
  if (server.state !== 'ok' && source !== 'none') return 'Waiting for the server…';
  if (activity === 'starting') return 'Starting…';
  if (activity === 'looking') return 'Looking…';
  if (activity === 'dark') return 'The camera shows nothing. Is it covered, or used elsewhere?';
  if (activity === 'paused') return 'Paused while this page is hidden';
  if (sight && longEmpty) return source === 'camera' ? 'No face. Look at the camera, with light on your face.' : 'No face was found in this photo.';
  return null;
}

/** @param {Readonly<import('./store.js').State>} state */
function spoken({ sight }) {
  const people = (sight?.people ?? []).filter((person) => person.in_sight !== false);
  if (people.length === 0) return 'No face in the picture';
  const moods = people.map(({ emotion }) => (emotion ? (emotion.sure === false ? 'mood unsure' : look(emotion.label)) : null));
  return `${counted(people.length, 'person', 'people')} in the picture${moods[0] ? `: ${moods.join(', ')}` : ''}`;
}

/**
 * @param {import('./store.js').Store} store
 * @param {import('./watching.js').Watching} watching
 */
export function bindStage(store, watching) {
  const stage = byId('stage');
  const toggle = byId('camera-toggle');
  const device = byId('device');

  async function showDevices() {
    const cameras = await listCameras();
    byId('device-field').hidden = store.get().source !== 'camera' || cameras.length === 0;
    const chosen = byId('video').srcObject?.getVideoTracks()[0]?.getSettings().deviceId;
    device.replaceChildren(...cameras.map(({ id, name }) => make('option', { value: id, selected: id === chosen }, name)));
  }

  toggle.addEventListener('click', () => {
    if (store.get().source === 'camera') watching.stop();
    else watching.useCamera();
  });
  device.addEventListener('change', () => watching.useCamera(device.value));
  navigator.mediaDevices?.addEventListener?.('devicechange', showDevices);

  bindPictureFiles({
    button: byId('choose-photo'),
    input: byId('photo-file'),
    target: stage,
    enabled: () => store.get().phase === 'app',
    chosen: watching.usePhoto,
  });
  bindStated(store, watching);

  store.watch(['source', 'activity'], ({ source, activity }) => {
    stage.dataset.source = source;
    stage.dataset.activity = activity;
    byId('video').hidden = source !== 'camera';
    byId('photo').hidden = source !== 'photo';
    byId('stage-empty').hidden = source === 'camera' || source === 'photo';
    const on = source === 'camera';
    setText(toggle.querySelector('span'), on ? 'Stop camera' : 'Start camera');
    toggle.classList.toggle('button--primary', !on);
    setAttribute(toggle.querySelector('use'), 'href', on ? '#icon-stop' : '#icon-camera');
    if (source !== 'camera' || ['live', 'starting', 'dark'].includes(activity)) showDevices();
  });
  store.watch(['trouble'], ({ trouble }) => showMessage(byId('stage-message'), trouble));

  let faceAt = 0;
  store.watch(['sight', 'activity', 'source', 'server'], (state) => {
    const { sight, source } = state;
    if (sight) stage.style.setProperty('--aspect', String(sight.width / sight.height));
    else if (source === 'none' || source === 'stated') stage.style.removeProperty('--aspect');
    if (!sight || sight.people.some((person) => person.in_sight !== false)) faceAt = performance.now();
    const longEmpty = source === 'photo' ? sight?.people.length === 0 : performance.now() - faceAt > NO_FACE_AFTER_MS;
    showMessage(byId('stage-note'), noteOf(state, longEmpty));
    if (sight) announceCalmly(spoken(state));
    else forgetCalm();
  });
}

/**
 * The small form for people who want no picture taken.
 * @param {import('./store.js').Store} store
 * @param {import('./watching.js').Watching} watching
 */
function bindStated(store, watching) {
  const button = byId('describe');
  const form = byId('stated');
  const age = byId('stated-age');
  const gender = byId('stated-gender');
  const open = (/** @type {boolean} */ on) => {
    form.hidden = !on;
    button.setAttribute('aria-expanded', String(on));
  };
  button.addEventListener('click', () => {
    open(form.hidden);
    if (!form.hidden) age.focus();
  });
  const find = () => {
    if (!age.reportValidity()) return;
    watching.describe(age.value === '' ? null : age.valueAsNumber, gender.value || null);
  };
  byId('stated-go').addEventListener('click', find);
  // As in a form, which this is not: it is sent nowhere.
  age.addEventListener('keydown', (/** @type {KeyboardEvent} */ { key }) => {
    if (key === 'Enter') find();
  });
  // The next person is somebody else.
  store.watch(['phase'], ({ phase }) => {
    if (phase !== 'welcome') return;
    open(false);
    age.value = age.defaultValue;
    gender.value = '';
  });
}
