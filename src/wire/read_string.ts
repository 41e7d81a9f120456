/**
 * Strings.
 *
 * @module
 */

import { BEYOND_ASCII, type TextCursor } from "./text_cursor.ts";
import { characterFault, codePointName } from "./unicode.ts";

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const SPACE = 0x20;

/** 1 for each byte that stands for itself in a string in double quotes. */
export const plainBytes: Uint8Array = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte >= SPACE && byte < BEYOND_ASCII ? 1 : 0,
);
plainBytes[QUOTE] = plainBytes[BACKSLASH] = 0;

/**
 * Reads a string in double quotes.
 *
 * It is a slice of the text, which V8 keeps alive with it from 13 characters
 * on; copying each would cost more than reading it.
 *
 * @param cursor At the opening quote; afterwards past the closing one.
 * @returns The string, or undefined where there is none; the cursor has the fault then.
 */
export function readString(cursor: TextCursor): string | undefined {
  const { units } = cursor;
  const from = cursor.at + 1;
  let at = from;
  while (plainBytes[units[at]!] === 1) at++;
  if (units[at] !== QUOTE) return readLongString(cursor);
  cursor.at = at + 1;
  return cursor.text.slice(from, at);
}

/**
 * Reads a string of any form: with escapes, beyond ASCII, in single quotes.
 *
 * @param cursor At the opening quote; afterwards past the closing one.
 * @returns The string, or undefined where there is none; the cursor has the fault then.
 */
export function readLongString(cursor: TextCursor): string | undefined {
  const { text, units } = cursor;
  const closing = units[cursor.at]!;
  let value = "";
  let taken = ++cursor.at;
  for (;;) {
    const unit = units[cursor.at]!;
    if (unit === closing) return value + text.slice(taken, cursor.at++);
    if (unit === BACKSLASH) {
      value += text.slice(taken, cursor.at);
      const character = readEscape(cursor);
      if (character === undefined) return undefined;
      value += character;
      taken = cursor.at;
    } else if (unit === BEYOND_ASCII) {
      const point = text.codePointAt(cursor.at)!;
      const end = cursor.at + (point > 0xffff ? 2 : 1);
      if (!isCharacter(cursor, point, end)) return undefined;
      cursor.at = end;
    } else if (unit < SPACE) {
      return notJson(cursor, cursor.at, "the rest of a string");
    } else {
      cursor.at++;
    }
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function readEscape(cursor: TextCursor): string | undefined {
  const { text, at, bothQuotes } = cursor;
  const letter = text.charAt(at + 1);
  if (letter === "u") return readCodePoint(cursor);
  // QEMU 7.2 takes \' in both kinds of string.
  const character = letter === "'" && bothQuotes ? letter : escapes[letter];
  if (character !== undefined) {
    cursor.at += 2;
    return character;
  }
  return letter === ""
    ? notJson(cursor, at + 1, "the rest of an escape")
    : notJson(cursor, at, "an escape of JSON", at + 2);
}

/** Reads a `\uXXXX`, or two that are the halves of one character. */
function readCodePoint(cursor: TextCursor): string | undefined {
  const { text, at } = cursor;
  let end = at + 6;
  let point = readHex(cursor, at + 2);
  if (point === undefined) return undefined;
  // QEMU 7.2 pairs an escape with an escape only, not with a raw character.
  if (point >= 0xd800 && point < 0xdc00 && text.startsWith("\\u", end)) {
    const second = readHex(cursor, end + 2);
    if (second === undefined) return undefined;
    if (second >= 0xdc00 && second < 0xe000) {
      point = 0x10000 + (point - 0xd800 << 10) + (second - 0xdc00);
      end += 6;
    }
  }
  if (!isCharacter(cursor, point, end)) return undefined;
  cursor.at = end;
  return String.fromCodePoint(point);
}

function readHex(cursor: TextCursor, from: number): number | undefined {
  let point = 0;
  for (let at = from; at < from + 4; at++) {
    const digit = hexDigit(cursor.units[at]!);
    if (digit < 0) return notJson(cursor, at, "a hexadecimal digit");
    point = point << 4 | digit;
  }
  return point;
}

/** What a hexadecimal digit counts; -1 for anything else. */
function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isCharacter(cursor: TextCursor, point: number, end: number): boolean {
  const code = characterFault(point);
  if (code === undefined) return true;
  const name = codePointName(String.fromCodePoint(point));
  const about = code === "LONE_SURROGATE"
    ? `${name} is half a character without its other half`
    : `${name} is set aside by Unicode and no character`;
  cursor.fault = { code, at: cursor.at, end, about };
  return false;
}

function notJson(
  cursor: TextCursor,
  at: number,
  about: string,
  end = at + 1,
): undefined {
  cursor.fault = { code: "NOT_JSON", at, end, about };
  return undefined;
}
