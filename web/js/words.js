/**
 * What the page says about people and films, in one place.
 */

/** Names of the emotions as feelings, as in "I feel …". */
const FEELINGS = {
  angry: 'Angry', disgust: 'Disgusted', fear: 'Afraid', happy: 'Happy', neutral: 'Calm', sad: 'Sad',
  surprise: 'Surprised',
};

/** Names of the emotions as looks, as in "looks …". */
const LOOKS = {
  angry: 'angry', disgust: 'disgusted', fear: 'afraid', happy: 'happy', neutral: 'neutral',
  sad: 'sad', surprise: 'surprised',
};

export const MOODS = { auto: 'Suit the mood', lift: 'Lift it', match: 'Match it' };

export const OPINIONS = { like: 'Liked', dislike: 'Not liked', seen: 'Seen', rating: 'Rated' };

/** What a film is called: one that has left the catalogue has only its number. @param {{id: string, title: string | null}} film */
export const titleOf = ({ id, title }) => title ?? id;

/** @param {string} emotion */
export const feeling = (emotion) => FEELINGS[/** @type {keyof typeof FEELINGS} */ (emotion)] ?? emotion;

/** @param {string} emotion */
export const look = (emotion) => LOOKS[/** @type {keyof typeof LOOKS} */ (emotion)] ?? emotion;

/** @param {number} share of 1 */
export const percent = (share) => `${Math.round(100 * share)} %`;

/** @param {number} count @param {string} one @param {string} many */
export const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** "30-39" with an en dash. @param {string} range */
export const ageRange = (range) => range.replace('-', '–');

/**
 * The estimates of a person as rows: what, value, detail, and whether the machine is sure.
 * @param {import('./store.js').Person} person
 * @returns {{key: string, name: string, value: string, detail: string, sure: boolean}[]}
 */
export function estimates(person) {
  const rows = [];
  const { age, gender, ethnicity, emotion } = person;
  if (emotion) rows.push(classRow('emotion', 'Mood', ...said(emotion, look), emotion.sure));
  if (age) rows.push({ key: 'age', name: 'Age', value: ageRange(age.range), detail: `${age.low} to ${age.high}`, sure: true });
  if (gender) rows.push(classRow('gender', 'Gender', gender.label, gender.probability, gender.sure));
  if (ethnicity) rows.push(classRow('ethnicity', 'Ethnicity', ...said(ethnicity, (label) => label), ethnicity.sure));
  return rows;
}

/**
 * The label that stands, or of what is unsure the likeliest one, which leads before it is said; and its probability.
 * @param {{label: string, probabilities: Record<string, number>, sure?: boolean}} estimate
 * @param {(label: string) => string} name
 * @returns {[string, number]}
 */
function said({ label, probabilities, sure }, name) {
  const [likeliest] = Object.entries(probabilities).reduce((best, one) => (one[1] > best[1] ? one : best));
  const chosen = sure === false ? likeliest : label;
  return [name(chosen), probabilities[chosen]];
}

/**
 * A class that the machine is unsure of is not named as the answer, only as what it leans to.
 * @param {string} key @param {string} name @param {string} label @param {number} probability
 * @param {boolean | undefined} sure
 */
function classRow(key, name, label, probability, sure) {
  return sure === false
    ? { key, name, value: 'unsure', detail: `perhaps ${label}, ${percent(probability)}`, sure: false }
    : { key, name, value: label, detail: percent(probability), sure: true };
}

/**
 * "30–39 · female · happy 92 %" for the label of a box, or its first word where room is scarce.
 * @param {import('./store.js').Person} person
 * @param {boolean} scarce
 */
export function shortEstimates(person, scarce) {
  const order = ['age', 'gender', 'ethnicity', 'emotion'];
  if (scarce) {
    const [first] = estimates(person);
    return first ? first.value : '';
  }
  return estimates(person)
    .sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key))
    .map(({ key, name, value, detail, sure }) => {
      if (!sure) return `${name.toLowerCase()} unsure`;
      return key === 'emotion' ? `${value} ${detail}` : value;
    })
    .join(' · ');
}

/**
 * Those who count as viewers. Of a face too small to be read nothing is estimated: in a photo it is
 * shown, but nobody is known by it. (Whoever is followed can be read. Where everything is switched
 * off, nobody can say who could be read.)
 * @param {import('./store.js').Person[]} people
 * @param {import('./store.js').Settings} settings
 */
export function watchers(people, { attributes }) {
  if (!Object.values(attributes).includes(true)) return people;
  return people.filter((person) => person.id !== undefined || person.age || person.gender || person.ethnicity || person.emotion);
}

/**
 * The age that certificates go by: of the youngest of these people, as the server takes it (a shown
 * age was rounded, perhaps up). Nobody is younger than nobody.
 * @param {import('./store.js').Person[]} people
 * @param {number | null} stated
 */
export const youngest = (people, stated) =>
  Math.min(...people.map(({ age }) => (age ? Math.max(0, age.low - 1) : stated ?? 0)));

/**
 * For whom films are, in a sentence.
 * @param {Readonly<import('./store.js').State>} state
 */
export function audience(state) {
  const { settings, stated, sight, source } = state;
  const feel = settings.feel ? `feeling ${feeling(settings.feel).toLowerCase()}` : '';
  if (source === 'stated' && stated) {
    const who = stated.age === null ? 'somebody' : `somebody of ${stated.age}`;
    return `For ${[who, feel].filter(Boolean).join(', ')}.`;
  }
  const people = watchers((sight?.people ?? []).filter((person) => person.in_sight !== false), settings);
  if (people.length === 0) return 'For anyone: no face that can be read is in the picture.';
  if (settings.group && people.length > 1) return `For all ${people.length} people in the picture${feel ? `, ${feel}` : ''}.`;
  const main = mainPerson(people);
  const mood = main.emotion && main.emotion.sure !== false ? `looking ${look(main.emotion.label)}` : '';
  const age = main.age ? `somebody of ${ageRange(main.age.range)}` : 'somebody';
  return `For ${[age, feel || mood].filter(Boolean).join(', ')}.`;
}

/**
 * The person nearest to the camera.
 * @param {import('./store.js').Person[]} people
 */
export function mainPerson(people) {
  const area = (/** @type {import('./store.js').Person} */ { box }) => box[2] * box[3];
  return people.reduce((a, b) => (area(b) > area(a) ? b : a));
}
