/**
 * How a finding quotes what it speaks of.
 *
 * @module
 */

import { codePointName, noCharacter } from "./unicode.ts";

/** How many characters a quote may have, its marks among them. */
const longest = 80;

/** What stands for itself in quotes too, in every style, and is most of what there is. */
export const plain: RegExp = /^[ !#-[\]-~]*$/;

/**
 * Puts a text in quotes, as much of it as makes at most 80 characters with them.
 *
 * @param text What to quote.
 * @returns The text in double quotes, escaped as JSON does it; where it was cut, "…" ends it.
 */
export function quote(text: string): string {
  return `"${fit(text, longest - 2, escaped)}"`;
}

/**
 * Cuts a text down to what a finding may show, and makes it fit to print: what
 * is no character stands as its number.
 *
 * @param text Any text.
 * @returns The text where that makes at most 80 characters, else as much of it
 * as does with "…" after it. No character is cut in half.
 */
export function shorten(text: string): string {
  return fit(text, longest, named);
}

/** Spells a text character by character, as far as there is room. */
function fit(
  text: string,
  room: number,
  spell: (character: string) => string,
): string {
  if (text.length <= room && plain.test(text)) return text;
  let shown = "";
  // As much of it as leaves room for the "…".
  let cut = "";
  for (const character of text) {
    shown += spell(character);
    if (shown.length > room) return cut + "…";
    if (shown.length < room) cut = shown;
  }
  return shown;
}

function named(character: string): string {
  return noCharacter.test(character) ? codePointName(character) : character;
}

function escaped(character: string): string {
  return JSON.stringify(named(character)).slice(1, -1);
}
