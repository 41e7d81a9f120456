/**
 * Which code points QEMU takes for characters.
 *
 * @module
 */

/**
 * Says what is wrong with a code point. QEMU 7.2 refuses all of these in a
 * string, raw ("invalid UTF-8 sequence in string") as well as escaped
 * (`\ufffe is not a valid Unicode character`); it takes U+0000 and gives it
 * back as `\u0000`.
 *
 * @param point A code point, or the half of a surrogate pair that stands alone.
 * @returns The code of the finding, or undefined where the character is fine.
 */
export function characterFault(
  point: number,
): "LONE_SURROGATE" | "NONCHARACTER" | undefined {
  if (point < 0xd800) return undefined;
  if (point < 0xe000) return "LONE_SURROGATE";
  if (point >= 0xfdd0 && point <= 0xfdef || (point & 0xfffe) === 0xfffe) {
    return "NONCHARACTER";
  }
  return undefined;
}

/** Finds the first code point that {@linkcode characterFault} has something against. */
export const noCharacter: RegExp = /\p{Surrogate}|\p{Noncharacter_Code_Point}/u;

/**
 * Names a code point as Unicode does.
 *
 * @param character A character, or half of one.
 * @returns `U+` and at least four hexadecimal digits.
 */
export function codePointName(character: string): string {
  const digits = character.codePointAt(0)!.toString(16).toUpperCase();
  return "U+" + digits.padStart(4, "0");
}
