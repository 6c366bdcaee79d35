/**
 * Photos from a file, a drop or a paste: judged by their first bytes, not by their names, so that
 * what is no picture is not even sent.
 */
import { withoutExif } from './webp.js';

/** @param {Uint8Array} head */
function typeOf(head) {
  const text = String.fromCharCode(...head);
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  return null;
}

/**
 * The picture with its true type, as browsers and the server see it alike, or an Error whose message is meant for people.
 * @param {Blob} file
 * @param {number} limit bytes that the server takes
 */
export async function readPicture(file, limit) {
  if (file.size === 0) throw new Error('That file is empty.');
  if (file.size > limit)
    throw new Error(`That file is too large: ${megabytes(file.size)} MB, and this server takes ${megabytes(limit)} MB.`);
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const type = typeOf(head);
  if (!type) throw new Error('That is not a JPEG, PNG or WebP picture.');
  return new Blob(type === 'image/webp' ? withoutExif(await file.arrayBuffer()) : [file], { type });
}

/** @param {number} bytes */
const megabytes = (bytes) => (bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0);

/**
 * The first file of a drop or paste, or null.
 * @param {DataTransfer | null} transfer
 * @returns {File | null}
 */
export function fileOf(transfer) {
  return transfer?.files?.[0] ?? null;
}

/**
 * Takes photos from a button with its file input, from drops on the page and from pasting.
 * @param {object} parts
 * @param {HTMLElement} parts.button
 * @param {HTMLInputElement} parts.input
 * @param {HTMLElement} parts.target shown as the place to drop on
 * @param {() => boolean} parts.enabled
 * @param {(file: Blob) => void} parts.chosen
 */
export function bindPictureFiles({ button, input, target, enabled, chosen }) {
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    // Choosing the same file again is a change as well.
    if (file) chosen(file);
    input.value = '';
  });

  const holdsFiles = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes('Files'));
  const mark = (/** @type {boolean} */ on) => target.classList.toggle('is-target', on);
  document.addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(enabled());
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  document.addEventListener('drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(false);
    const file = fileOf(event.dataTransfer);
    if (file && enabled()) chosen(file);
  });
  document.addEventListener('paste', (event) => {
    const file = fileOf(event.clipboardData);
    if (file && enabled()) chosen(file);
  });
}
