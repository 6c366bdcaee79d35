/**
 * Small helpers around the document. Text always goes in as text, never as markup.
 */

/**
 * The element with this id, which index.html promises to have.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element "${id}"`);
  return element;
}

/**
 * Makes an element. Properties starting with "on" are listeners, "class" is the class list, others
 * are attributes; false, null and undefined leave an attribute out.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null | undefined)} children
 * @returns {any}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else setAttribute(element, name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Sets an attribute, or takes it away for false, null and undefined.
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {Record<string, string | number | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * An icon of the sprite in index.html.
 * @param {string} name
 */
export function icon(name) {
  return makeSvg('svg', { class: 'icon', 'aria-hidden': 'true' }, makeSvg('use', { href: `#icon-${name}` }));
}

/**
 * Sets text only when it differs, so that nothing is announced or laid out in vain.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes an element like another of the same make, in place: a screen reader that reads there is not
 * thrown out. Parts that are built otherwise are replaced.
 * @param {Element} element
 * @param {Element} model
 */
export function liken(element, model) {
  const parts = [...model.children];
  if (element.tagName !== model.tagName || element.children.length !== parts.length) {
    element.replaceWith(model);
    return;
  }
  for (const { name, value } of model.attributes)
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  if (parts.length === 0) setText(element, model.textContent ?? '');
  [...element.children].forEach((part, i) => liken(part, parts[i]));
}

/**
 * Shows a message in its place, or hides the place when there is none.
 * @param {HTMLElement} element
 * @param {string | null} text
 */
export function showMessage(element, text) {
  element.hidden = !text;
  setText(element, text ?? '');
}
