/**
 * Makes any text fit to stand in a line.
 *
 * @module
 */

/**
 * Escapes what could steer a terminal or hide in a line: controls, invisible
 * characters, those that turn the direction of writing. The escapes are JSON's,
 * so that JSON stays the same JSON.
 *
 * @param text Any text.
 * @returns The text, fit to print in a line.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu,
    (character) =>
      character.replace(
        /[^]/g,
        (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"),
      ),
  );
}
