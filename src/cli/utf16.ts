/**
 * Makes UTF-8 of UTF-16, which Windows makes of what a program prints.
 *
 * @module
 */

/** Makes UTF-8 of UTF-16, chunk by chunk. */
export interface Respeller {
  /**
   * Takes the next bytes.
   *
   * @param bytes UTF-16.
   * @returns The same as UTF-8, but for a character that is not whole yet.
   */
  push(bytes: Uint8Array): Uint8Array;
  /**
   * Says that nothing more comes.
   *
   * @returns U+FFFD for half a character that was left, else nothing.
   */
  end(): Uint8Array;
}

/**
 * Finds out by the byte order mark, which no UTF-8 begins with, whether a file
 * is UTF-16.
 *
 * @param head Its first two bytes, or more.
 * @returns What makes UTF-8 of it, without the mark; undefined where it is none.
 */
export function respeller(
  [first, second]: Uint8Array,
): Respeller | undefined {
  const isLittle = first === 0xff && second === 0xfe;
  if (!isLittle && !(first === 0xfe && second === 0xff)) return undefined;
  const decoder = new TextDecoder(isLittle ? "utf-16le" : "utf-16be");
  const encoder = new TextEncoder();
  return {
    push: (bytes) => encoder.encode(decoder.decode(bytes, { stream: true })),
    end: () => encoder.encode(decoder.decode()),
  };
}
