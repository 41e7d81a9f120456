/**
 * Which bytes are more than a character.
 *
 * @module
 */

/**
 * Lists the bytes at which a reader has to look up.
 *
 * @param characters The characters in question, beside all that is not ASCII.
 * @returns 1 for each of them, 0 for the rest.
 */
// @__NO_SIDE_EFFECTS__
export function stopsAt(characters: string): Uint8Array {
  const stops = new Uint8Array(256).fill(1, 0x80);
  for (let at = 0; at < characters.length; at++) {
    stops[characters.charCodeAt(at)] = 1;
  }
  return stops;
}

/** What may end a string, or stand in none as it is: quotes, `\\`, control characters. */
export const stopsInString: Uint8Array = /* @__PURE__ */ stopsAt("\"'\\")
  .fill(1, 0, 0x20);

/**
 * Whether a byte is white space of JSON. QEMU 7.2 takes the same four.
 *
 * @param byte The byte.
 * @returns Whether it is a space, a tab or part of a line end.
 */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
