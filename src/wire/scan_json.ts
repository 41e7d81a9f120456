/**
 * The tokens of a JSON text: strings, numbers and what stands between them.
 *
 * @module
 */

import { isBlank, stopsInString } from "./byte_tables.ts";
import type { FindingCode } from "./finding.ts";
import type { JsonFault } from "./json_fault.ts";
import { codePointName, noCharacter } from "./unicode.ts";

// Each module names its own bytes: V8 loads what is imported anew at each use,
// which costs a tenth of the time of parsing.
const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
/** Stands in {@linkcode units} for what is not ASCII. */
const BEYOND_ASCII = 0x80;

/** How many characters a number may have: a bigint of a million digits takes seconds to read. */
const longest = 4096;

/** Its digits may be somebody's password. */
const subject = "the number";

const encoder = /* @__PURE__ */ new TextEncoder();

/** Reused for texts up to 16 KiB: a new array a message costs more than filling it. */
const scratch: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(
  16 * 1024,
);

// The text that is read, one at a time. In a bundle these are a letter each,
// where members of an object would keep their names. Loops copy them: read anew
// at each turn, they made parsing a seventh slower.
let text = "";
/**
 * The text again, one byte a UTF-16 code unit, so that places in both are the
 * same, and a 0 after the last. V8 reads a byte in less than half the time of a
 * `charCodeAt` on a sliced string, and makes this copy in 65 ns a message
 * (Node 20).
 */
let units: Uint8Array<ArrayBuffer> = scratch;
let bothQuotes = false;
/** The place that is read next. */
let at = 0;

/**
 * Begins to read a text. Only one text can be read at a time.
 *
 * @param source The text.
 * @param quotes What a string may stand in.
 */
export function openText(source: string, quotes: "double" | "both"): void {
  text = source;
  bothQuotes = quotes === "both";
  at = 0;
  const { length } = text;
  units = length < scratch.length ? scratch : new Uint8Array(length + 1);
  const { read, written } = encoder.encodeInto(text, units);
  if (read !== length || written !== length) {
    for (let place = 0; place < length; place++) {
      units[place] = Math.min(text.charCodeAt(place), BEYOND_ASCII);
    }
  }
  units[length] = 0;
}

/** Lets go of the text: it may be large, or somebody's secret. */
export function closeText(): void {
  text = "";
  units = scratch;
}

/**
 * Tells where reading stands.
 *
 * @returns The place that is read next, in UTF-16 code units.
 */
export function place(): number {
  return at;
}

/**
 * Passes over white space: the four that JSON allows between its tokens. QEMU
 * 7.2 takes the same four.
 *
 * @returns What stands there.
 */
export function peek(): number {
  let place = at;
  let unit = units[place]!;
  while (isBlank(unit)) unit = units[++place]!;
  at = place;
  return unit;
}

/** Passes over one character. */
export function pass(): void {
  at++;
}

/**
 * Stops reading.
 *
 * @param about For NOT_JSON what should stand there, else what is wrong with what does.
 * @param from Where that begins.
 * @param code What it is.
 * @param end Where it ends; one character further where absent.
 * @param subject What it is, in place of a quote.
 * @throws {JsonFault}
 */
export function refuse(
  about: string,
  from: number = at,
  code: FindingCode = "NOT_JSON",
  end?: number,
  subject?: string,
): never {
  throw { code, about, from, end, subject } satisfies JsonFault;
}

/**
 * Whether a string begins with a unit.
 *
 * @param unit What {@linkcode peek} gave.
 * @returns Whether it does.
 */
export function isQuote(unit: number): boolean {
  return unit === QUOTE || unit === APOSTROPHE && bothQuotes;
}

/**
 * Whether a number begins with a unit.
 *
 * @param unit What {@linkcode peek} gave.
 * @returns Whether it does.
 */
export function isNumeric(unit: number): boolean {
  return unit >= ZERO && unit <= ZERO + 9 || unit === MINUS;
}

/**
 * Reads one of the three words.
 *
 * @param first What stands here.
 * @returns Its value.
 */
export function readWord(first: number): boolean | null {
  const isTrue = first === 0x74;
  const word = isTrue ? "true" : first === 0x66 ? "false" : "null";
  if (text.startsWith(word, at)) {
    at += word.length;
    return word === "null" ? null : isTrue;
  }
  const rest = text.slice(at);
  if (rest !== "" && word.startsWith(rest)) {
    refuse(`the rest of "${word}"`, text.length);
  }
  return refuse("a value");
}

/**
 * Reads a string: with escapes, beyond ASCII, in single quotes.
 *
 * A plain one is a slice of the text, which V8 keeps alive with it from 13
 * characters on; copying each would cost more than reading it.
 *
 * @returns The string.
 */
export function readString(): string {
  const bytes = units;
  const closing = bytes[at]!;
  let value = "";
  let from = at + 1;
  let end = from;
  let isPlain = true;
  // V8 loads an import anew at each use.
  const stops = stopsInString;
  for (;;) {
    while (stops[bytes[end]!] === 0) end++;
    const unit = bytes[end]!;
    if (unit === closing || unit === BACKSLASH || unit < SPACE) {
      const run = text.slice(from, at = end);
      if (!isPlain) refuseNoCharacter(run, from);
      if (unit === closing) {
        at++;
        return value + run;
      }
      if (unit !== BACKSLASH) refuse("the rest of a string");
      value += run + readEscape();
      from = end = at;
    } else {
      if (unit === BEYOND_ASCII) isPlain = false;
      end++;
    }
  }
}

const slots = 1024;
const slotSize = 32;
const keys: string[] = /* @__PURE__ */ Array(slots).fill("");
/** The same keys as bytes, each with the quote that ends it. */
const keyUnits: Uint8Array = /* @__PURE__ */ new Uint8Array(slots * slotSize);

/**
 * Reads a key. They come again and again: one that was seen before is compared
 * byte for byte, and costs no new string.
 *
 * @returns The key.
 */
export function readKey(): string {
  const bytes = units;
  const from = at + 1;
  let end = from;
  let hash = 0;
  let unit = bytes[end]!;
  const stops = stopsInString;
  while (stops[unit] === 0) {
    hash = hash * 31 + unit | 0;
    unit = bytes[++end]!;
  }
  let rest = end - from;
  if (unit !== QUOTE || bytes[at] !== QUOTE || rest >= slotSize) {
    return readString();
  }
  at = end + 1;
  hash &= slots - 1;
  const slot = hash * slotSize;
  while (rest >= 0 && keyUnits[slot + rest] === bytes[from + rest]) rest--;
  if (rest >= 0) {
    keyUnits.set(units.subarray(from, at), slot);
    keys[hash] = text.slice(from, end);
  }
  return keys[hash]!;
}

function refuseNoCharacter(run: string, from: number, end?: number): void {
  const found = noCharacter.exec(run);
  if (found === null) return;
  const [character] = found;
  const name = codePointName(character);
  const start = from + (end === undefined ? found.index : 0);
  if (character.codePointAt(0)! < 0xe000) {
    const about = `${name} is half a character without its other half`;
    refuse(about, start, "LONE_SURROGATE", end);
  }
  const about = `${name} is set aside by Unicode and no character`;
  refuse(about, start, "NONCHARACTER", end);
}

// QEMU 7.2 pairs an escape with an escape only, not with a raw character.
const escape =
  /\\(?:u[Dd][89ABab][\dA-Fa-f]{2}\\u[Dd][C-Fc-f][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|["\\/bfnrt])/y;

function readEscape(): string {
  const from = at;
  const letter = text[at + 1];
  escape.lastIndex = at;
  const found = escape.exec(text)?.[0];
  if (found !== undefined) {
    at += found.length;
    const character: string = JSON.parse(`"${found}"`);
    refuseNoCharacter(character, from, at);
    return character;
  }
  // QEMU 7.2 takes \' in both kinds of string.
  if (letter === "'" && bothQuotes) {
    at += 2;
    return letter;
  }
  if (letter === undefined) refuse("the rest of an escape", from + 1);
  if (letter !== "u") refuse("an escape of JSON", from, "NOT_JSON", from + 2);
  const [digits] = /^[\da-f]*/i.exec(text.slice(from + 2, from + 6))!;
  return refuse("a hexadecimal digit", from + 2 + digits.length);
}

/** Whether an integer was spelt with a fraction or exponent; {@linkcode wasSpelt} tells it once. */
let spelt = false;

/**
 * Tells whether the number read last is an integer that was spelt with a
 * fraction or exponent.
 *
 * @returns Whether it is.
 */
export function wasSpelt(): boolean {
  const was = spelt;
  spelt = false;
  return was;
}

/**
 * Reads a number, every integer to its last digit.
 *
 * @returns The number, a bigint where it is an integer beyond ±(2^53-1).
 */
export function readNumber(): number | bigint {
  const bytes = units;
  const from = at;
  const negative = bytes[at] === MINUS;
  const first = negative ? at + 1 : at;
  let whole = first;
  let number = 0;
  let digit = bytes[whole]! - ZERO;
  while (digit >= 0 && digit <= 9) {
    number = number * 10 + digit;
    digit = bytes[++whole]! - ZERO;
  }
  at = whole;
  if (whole === first) refuse("a digit");
  if (units[first] === ZERO && whole > first + 1) {
    refuse("a number without leading zeros", first);
  }
  if (units[at] === POINT) {
    at++;
    passDigits();
  }
  // "e" and "E" differ in one bit. QEMU 7.2 refuses an exponent right after 0,
  // which RFC 8259 allows.
  if ((units[at]! | 0x20) === 0x65) {
    at++;
    if (units[at] === PLUS || units[at] === MINUS) at++;
    passDigits();
  }
  // A double counts fifteen digits exactly. QEMU 7.2 reads -0 as an integer,
  // and prints 0.
  if (at === whole && whole - first < 16) {
    return negative && number !== 0 ? -number : number;
  }
  return longNumber(from, whole);
}

function longNumber(from: number, whole: number): number | bigint {
  if (at - from > longest) {
    const about = `a number may have ${longest} characters`;
    refuse(about, from, "TOO_LARGE", at, subject);
  }
  const spelling = text.slice(from, at);
  const double = Number(spelling);
  if (at === whole) return asNumber(double, spelling);
  if (!Number.isFinite(double)) {
    // QEMU 7.2 reads infinity and prints that as `inf`, which is no JSON.
    const about = "it is more than a double can hold";
    refuse(about, from, "OUT_OF_RANGE", at, subject);
  }
  const value = integerSpelt(double, spelling) ?? double;
  // A double may have come out whole where the spelling was not: 1e-999, 2.5e-324.
  spelt = typeof value === "bigint" || Number.isInteger(value);
  return value;
}

function passDigits(): void {
  const from = at;
  while (units[at]! >= ZERO && units[at]! <= ZERO + 9) at++;
  if (at === from) refuse("a digit");
}

function asNumber(double: number, integer: string): number | bigint {
  return Number.isSafeInteger(double) ? double : BigInt(integer);
}

/** The integer that a number with fraction or exponent comes to, if it is one. */
function integerSpelt(
  double: number,
  spelling: string,
): number | bigint | undefined {
  const [mantissa, exponent = 0] = spelling.split(/e/i) as [string, string?];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  const digits = whole + fraction;
  if (!/[1-9]/.test(digits)) return 0;
  // Bounded, since what exceeds a double was refused before.
  const point = Math.max(0, whole.length + Number(exponent));
  return /[1-9]/.test(digits.slice(point))
    ? undefined
    : asNumber(double, digits.slice(0, point).padEnd(point, "0"));
}
