/**
 * What the person wishes: mood, feeling, filters, group, and what may be estimated.
 */
import { byId, make, setText } from './dom.js';
import { firstAttributes } from './store.js';
import { feeling, MOODS } from './words.js';

const ATTRIBUTES = { emotion: 'Mood', age: 'Age', gender: 'Gender', ethnicity: 'Ethnicity' };

/**
 * Fills a group of radio buttons.
 * @param {HTMLElement} group
 * @param {string} name
 * @param {[string, string][]} options value and label
 * @param {string} chosen
 * @param {(value: string) => void} changed
 */
function fillRadios(group, name, options, chosen, changed) {
  group.querySelector('.choice__options')?.replaceChildren(...options.map(([value, label]) =>
    make('label', {}, make('input', {
      type: 'radio', name, value, checked: value === chosen, onchange: () => changed(value),
    }), make('span', {}, label))));
}

/** @param {HTMLSelectElement} select @param {string[]} values */
function addOptions(select, values) {
  select.append(...values.map((value) => make('option', { value }, value)));
}

/**
 * @param {import('./store.js').Store} store
 * @param {import('./suggestions.js').Suggestions} suggestions
 * @param {import('./watching.js').Watching} watching
 */
export function bindWishes(store, suggestions, watching) {
  /** @type {[string, string, import('./store.js').Settings['genre']][]} */
  const filters = [['genre', 'genre', null], ['language', 'language', null], ['certificate', 'max_certificate', null]];
  for (const [id, setting] of filters)
    byId(id).addEventListener('change', () => suggestions.change({ [setting]: byId(id).value || null }));

  const youngest = byId('youngest');
  youngest.addEventListener('change', () => {
    if (youngest.reportValidity())
      suggestions.change({ youngest: youngest.value === '' ? null : youngest.valueAsNumber });
  });
  const group = byId('group');
  group.addEventListener('change', () => suggestions.change({ group: group.checked }));

  store.watch(['info'], ({ info, settings }) => {
    if (!info) return;
    addOptions(byId('genre'), info.genres);
    addOptions(byId('language'), info.languages);
    addOptions(byId('certificate'), info.certificates);
    fillRadios(byId('mood'), 'mood', info.moods.map((/** @type {keyof typeof MOODS} */ mood) => [mood, MOODS[mood] ?? mood]),
      settings.mood, (mood) => suggestions.change({ mood: /** @type {any} */ (mood) }));
    fillRadios(byId('feel'), 'feel',
      [['', 'As seen'], ...info.emotions.map((/** @type {string} */ emotion) => [emotion, feeling(emotion)])],
      settings.feel ?? '', (feel) => {
        suggestions.change({ feel: feel || null });
        // A feeling is enough to choose by, where nobody is seen.
        if (feel && store.get().source === 'none') watching.describe(null, null);
      });
    fillSwitches(store, watching);
  });

  store.watch(['settings'], ({ settings }) => {
    const set = [settings.genre, settings.language, settings.max_certificate && `up to ${settings.max_certificate}`,
      settings.youngest !== null && `youngest ${settings.youngest}`].filter(Boolean);
    setText(byId('filters-summary'), set.length === 0 ? 'none' : set.join(', '));
  });
  store.watch(['phase'], ({ phase }) => {
    if (phase === 'welcome') reset(store);
  });
}

/** @param {import('./store.js').Store} store @param {import('./watching.js').Watching} watching */
function fillSwitches(store, watching) {
  const { info, settings } = store.get();
  byId('attributes').querySelector('.switches__list').replaceChildren(
    ...Object.entries(ATTRIBUTES).map(([name, label]) => {
      const offered = info.attributes[name] !== false;
      const id = `attribute-${name}`;
      return make('label', { class: 'switch', for: id },
        make('input', {
          type: 'checkbox', role: 'switch', id, disabled: !offered,
          checked: settings.attributes[/** @type {keyof typeof settings.attributes} */ (name)],
          onchange: (/** @type {any} */ { target }) =>
            watching.setAttributes({ ...store.get().settings.attributes, [name]: target.checked }),
        }),
        make('span', { class: 'switch__track', 'aria-hidden': true }),
        make('span', { class: 'switch__words' }, offered ? label : `${label} (off on this server)`));
    }));
}

/** Puts the controls back to what the settings say, for the next person. @param {import('./store.js').Store} store */
function reset(store) {
  const { settings, info } = store.get();
  const attributes = firstAttributes(info);
  store.set({ settings: { ...settings, genre: null, language: null, max_certificate: null, youngest: null, mood: 'auto', feel: null, group: true, attributes } });
  for (const id of ['genre', 'language', 'certificate', 'youngest']) byId(id).value = '';
  byId('group').checked = true;
  for (const id of ['mood', 'feel', 'attributes'])
    for (const input of byId(id).querySelectorAll('input'))
      input.checked = id === 'attributes' ? attributes[/** @type {keyof typeof attributes} */ (input.id.replace('attribute-', ''))] : input.value === (id === 'mood' ? 'auto' : '');
}
