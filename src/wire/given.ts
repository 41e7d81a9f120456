/**
 * What was given where bytes or a text were asked for.
 *
 * @module
 */

/**
 * Refuses what are no bytes. A text, the buffer behind an array or a number
 * would else pass for a chunk with nothing in it.
 *
 * @param chunk What was given.
 * @throws {TypeError} If it is no array of bytes.
 */
export function requireBytes(chunk: Uint8Array): void {
  // Not by `instanceof`: a test runner may have a realm of its own.
  if ((chunk as Partial<Uint8Array> | null)?.BYTES_PER_ELEMENT !== 1) {
    refuse(chunk, "bytes: give a Uint8Array");
  }
}

/**
 * Refuses what is no text, such as bytes, or a value that was read already.
 *
 * @param text What was given.
 * @throws {TypeError} If it is no string.
 */
export function requireText(text: string): void {
  if (typeof text !== "string") refuse(text, "JSON: give a string");
}

function refuse(given: unknown, as: string): never {
  const what = Object.prototype.toString.call(given).slice(8, -1);
  throw new TypeError(`Cannot read ${what} as ${as}`);
}
