/**
 * How a finding quotes what it speaks of.
 *
 * @module
 */

import { codePointName, noCharacter } from "./unicode.ts";

const longest = 80;

/**
 * Puts a text in quotes, at most 80 characters of it.
 *
 * @param text What to quote.
 * @returns The text in double quotes, escaped as JSON does it; where it was cut, "…" ends it.
 */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/**
 * Cuts a text down to what a finding may show, and makes it fit to print: what
 * is no character stands as its number.
 *
 * @param text Any text.
 * @returns The text where it has at most 80 characters, else its first 79 and "…".
 */
export function shorten(text: string): string {
  const shown = text.slice(0, longest + 1)
    .replace(new RegExp(noCharacter, "gu"), codePointName);
  return shown.length <= longest ? shown : shown.slice(0, longest - 1) + "…";
}
