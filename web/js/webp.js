/**
 * WebP files without their EXIF block. Browsers show a WebP as it is stored, while the server turns
 * it as EXIF says: boxes would lie beside the faces. Without the block both see the same picture, and
 * where and when it was taken stays with the person.
 */

/** "RIFF", the size of what follows, "WEBP". */
const FILE_HEADER = 12;
/** A chunk's name and the size of its content, which is padded to an even one. */
const CHUNK_HEADER = 8;
/** Of the flags with which the content of "VP8X" begins. */
const EXIF_FLAG = 0x08;

/** @param {DataView} view @param {number} at */
const nameAt = (view, at) => String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));

/**
 * The chunks from start to end; one that was cut off ends with the file.
 * @param {DataView} view
 */
function chunksOf(view) {
  const chunks = [];
  for (let at = FILE_HEADER; at + CHUNK_HEADER <= view.byteLength;) {
    const size = view.getUint32(at + 4, true);
    const end = Math.min(at + CHUNK_HEADER + size + (size % 2), view.byteLength);
    chunks.push({ name: nameAt(view, at), start: at, end });
    at = end;
  }
  return chunks;
}

/**
 * @param {ArrayBuffer} bytes of a WebP file
 * @returns {BlobPart[]} the same without EXIF
 */
export function withoutExif(bytes) {
  const view = new DataView(bytes.slice(0));
  const chunks = chunksOf(view);
  const exif = chunks.filter(({ name }) => name === 'EXIF');
  if (exif.length === 0) return [bytes];
  const removed = exif.reduce((sum, { start, end }) => sum + end - start, 0);
  view.setUint32(4, Math.max(0, view.getUint32(4, true) - removed), true);
  for (const { name, start, end } of chunks)
    if (name === 'VP8X' && start + CHUNK_HEADER < end)
      view.setUint8(start + CHUNK_HEADER, view.getUint8(start + CHUNK_HEADER) & ~EXIF_FLAG);
  const kept = chunks.filter(({ name }) => name !== 'EXIF');
  return [view.buffer.slice(0, FILE_HEADER), ...kept.map(({ start, end }) => view.buffer.slice(start, end))];
}
