/**
 * Photos from a file, a drop or a paste: judged by their first bytes, not by their names, so that
 * what is no picture is not even sent.
 */
import { withoutExif } from './webp.js';

/** What is too large for the server is sent smaller: that is enough for every face that can be read. */
const LONGER_SIDE = 4096;
const JPEG_QUALITY = 0.9;

/** @param {Uint8Array} head */
function typeOf(head) {
  const text = String.fromCharCode(...head);
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp';
  return null;
}

/** The picture as the browser shows it, or null where it cannot. @param {Blob} picture @returns {Promise<HTMLImageElement | null>} */
async function shown(picture) {
  const image = new Image();
  image.src = URL.createObjectURL(picture);
  const loaded = await new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
  URL.revokeObjectURL(image.src);
  return loaded ? image : null;
}

/** @param {HTMLImageElement} image @returns {Promise<Blob | null>} */
function smaller(image) {
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, LONGER_SIDE / Math.max(naturalWidth, naturalHeight));
  const [width, height] = [naturalWidth, naturalHeight].map((side) => Math.max(1, Math.round(scale * side)));
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d')?.drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY));
}

/**
 * The picture with its true type, as browsers and the server see it alike and no larger than the server takes it, or an
 * Error whose message is meant for people.
 * @param {Blob} file
 * @param {{body_bytes?: number, pixels?: number}} [limits] of the server
 */
export async function readPicture(file, { body_bytes = Infinity, pixels = Infinity } = {}) {
  if (file.size === 0) throw new Error('That file is empty.');
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const type = typeOf(head);
  if (!type) throw new Error('That is not a JPEG, PNG or WebP picture.');
  let picture = new Blob(type === 'image/webp' ? withoutExif(await file.arrayBuffer()) : [file], { type });
  const image = await shown(picture);
  if (image && (picture.size > body_bytes || image.naturalWidth * image.naturalHeight > pixels))
    picture = (await smaller(image)) ?? picture;
  if (picture.size > body_bytes)
    throw new Error(`That file is too large: ${megabytes(picture.size)} MB, and this server takes ${megabytes(body_bytes)} MB.`);
  return picture;
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
