/**
 * The reader behind `parseJson`: one pass, no recursion, every fault found.
 *
 * @module
 */

import type { Finding, Path } from "./finding.ts";
import type { JsonObject, JsonOptions, JsonValue } from "./json.ts";
import { type NotRead, notRead } from "./json_fault.ts";
import { keyInSlot, readLongKey, readPlainKey } from "./read_key.ts";
import { readNumber } from "./read_number.ts";
import { readLongString, readString } from "./read_string.ts";
import { openText, skipBlanks, type TextCursor } from "./text_cursor.ts";

// Each module names its own bytes: V8 loads what is imported anew at each use,
// which costs a tenth of the time of parsing.
const APOSTROPHE = 0x27;
const COLON = 0x3a;
const COMMA = 0x2c;
const LEFT_BRACE = 0x7b;
const LEFT_BRACKET = 0x5b;
const MINUS = 0x2d;
const QUOTE = 0x22;
const RIGHT_BRACE = 0x7d;
const RIGHT_BRACKET = 0x5d;
const ZERO = 0x30;

/** A value that was read. */
export interface Read {
  /** A value came of it. */
  readonly ok: true;
  /** The value. */
  readonly value: JsonValue;
  /** The notices: each integer that was spelt with a fraction or exponent, up to 1000. */
  readonly findings: readonly Finding[];
}

/** An array or object around the innermost, and how far reading it had come. */
interface Outer {
  readonly outer: Outer | undefined;
  readonly object: JsonObject | undefined;
  readonly list: JsonValue[] | undefined;
  readonly key: string | undefined;
  readonly seen: number;
}

/** A text of 64 MiB could give millions. */
const mostNotices = 1000;

const noFindings: readonly Finding[] = Object.freeze([]);

/**
 * Reads the one JSON value that a text holds.
 *
 * @param text The text.
 * @param options How to read it.
 * @returns The value with its notices, or what is wrong.
 */
export function readJson(
  text: string,
  options: Required<JsonOptions>,
): Read | NotRead {
  const { quotes, maxDepth, maxSize } = options;
  if (text.length > maxSize) return tooLarge(text, maxSize);
  const cursor = openText(text, quotes === "both");
  const { units } = cursor;
  let findings: Finding[] | undefined;
  let at = 0;
  let depth = 0;
  // The innermost container, as one of these two; outside of all neither is there.
  // Kept in variables: as members of an object they cost a tenth more time.
  let object: JsonObject | undefined;
  let list: JsonValue[] | undefined;
  // The key of the member that is read.
  let key: string | undefined;
  // The slots of the keys before it, modulo 32, as bits: only where two share one
  // does the object have to be asked whether it has the key.
  let seen = 0;
  let outer: Outer | undefined;
  reading: for (;;) {
    if (object !== undefined) {
      cursor.at = at = skipBlanks(units, at);
      const slot = readPlainKey(cursor);
      const bits = slot < 0 ? -1 : 1 << slot;
      key = slot < 0 ? readLongKey(cursor) : keyInSlot(slot);
      if (key === undefined) break;
      if ((seen & bits) !== 0 && Object.hasOwn(object, key)) {
        refuseDuplicate(cursor, at);
        break;
      }
      seen |= bits;
      // Assigning to it would set the prototype, unless it is there.
      if (slot < 0 && key === "__proto__") defineOwn(object, key);
      at = skipBlanks(units, cursor.at);
      if (units[at] !== COLON) {
        expect(cursor, at, '":"');
        break;
      }
      at++;
    }

    at = skipBlanks(units, at);
    const first = units[at]!;
    let value: JsonValue | undefined;
    if (first === LEFT_BRACE || first === LEFT_BRACKET) {
      if (++depth > maxDepth) {
        const about = `it opens more than ${maxDepth} levels`;
        cursor.fault = { code: "TOO_DEEP", at, about };
        break;
      }
      outer = { outer, object, list, key, seen };
      object = first === LEFT_BRACE ? {} : undefined;
      list = first === LEFT_BRACE ? undefined : [];
      seen = 0;
      at = skipBlanks(units, at + 1);
      // In ASCII a closing bracket comes two after the opening one.
      if (units[at] !== first + 2) continue;
      at++;
      value = object ?? list!;
      ({ outer, object, list, key, seen } = outer);
      depth--;
    } else {
      cursor.at = at;
      value = readScalar(cursor, first);
      if (value === undefined) break;
      if (cursor.spelt) {
        cursor.spelt = false;
        findings ??= [];
        if (findings.length < mostNotices) {
          const spelling = text.slice(at, cursor.at);
          const path = pathTo(outer, object, list, key);
          findings.push(integerSpelt(spelling, path));
        }
      }
      at = cursor.at;
    }

    // The value is whole, and may be the last of the containers around it.
    for (;;) {
      at = skipBlanks(units, at);
      if (outer === undefined) {
        if (at === text.length) {
          return { ok: true, value, findings: findings ?? noFindings };
        }
        expect(cursor, at, "the end");
        break reading;
      }
      const next = units[at];
      if (next !== COMMA && next !== (object ? RIGHT_BRACE : RIGHT_BRACKET)) {
        expect(cursor, at, object ? '"," or "}"' : '"," or "]"');
        break reading;
      }
      at++;
      if (object !== undefined) object[key!] = value;
      else list!.push(value);
      if (next === COMMA) continue reading;
      value = object ?? list!;
      ({ outer, object, list, key, seen } = outer);
      depth--;
    }
  }
  return notRead(text, cursor.fault!, pathTo(outer, object, list, key));
}

function refuseDuplicate(cursor: TextCursor, at: number): void {
  const about = "its object has this key already";
  cursor.fault = { code: "DUPLICATE_KEY", at, end: cursor.at, about };
}

function defineOwn(object: JsonObject, key: string): void {
  const property = { configurable: true, enumerable: true, writable: true };
  Object.defineProperty(object, key, { ...property, value: null });
}

/** Reads what is no array and no object; undefined where that is nothing at all. */
function readScalar(
  cursor: TextCursor,
  first: number,
): JsonValue | undefined {
  if (first === QUOTE) return readString(cursor);
  if (first >= ZERO && first <= ZERO + 9 || first === MINUS) {
    return readNumber(cursor);
  }
  if (first === 0x74 && passWord(cursor, "true")) return true;
  if (first === 0x66 && passWord(cursor, "false")) return false;
  if (first === 0x6e && passWord(cursor, "null")) return null;
  if (first === APOSTROPHE && cursor.bothQuotes) return readLongString(cursor);
  const rest = cursor.text.slice(cursor.at, cursor.at + 5);
  const word = rest && words.find((word) => word.startsWith(rest));
  if (word) expect(cursor, cursor.text.length, `the rest of "${word}"`);
  else expect(cursor, cursor.at, "a value");
  return undefined;
}

const words = ["true", "false", "null"];

function passWord(cursor: TextCursor, word: string): boolean {
  const { units, at } = cursor;
  for (let letter = 1; letter < word.length; letter++) {
    if (units[at + letter] !== word.charCodeAt(letter)) return false;
  }
  cursor.at = at + word.length;
  return true;
}

function expect(cursor: TextCursor, at: number, about: string): void {
  cursor.fault = { code: "NOT_JSON", at, about };
}

/** The keys and indices to what is read in the innermost container. */
function pathTo(
  outer: Outer | undefined,
  object: JsonObject | undefined,
  list: JsonValue[] | undefined,
  key: string | undefined,
): Path {
  const path: (string | number)[] = [];
  let open: Outer | undefined = { outer, object, list, key, seen: 0 };
  for (; open !== undefined; open = open.outer) {
    const step = open.list?.length ?? open.key;
    if (step !== undefined) path.push(step);
  }
  return path.reverse();
}

function tooLarge(text: string, maxSize: number): NotRead {
  const message =
    `Cannot read a text of ${text.length} characters as JSON: a value may have ${maxSize}`;
  const finding: Finding = {
    code: "TOO_LARGE",
    severity: "fault",
    path: [],
    message,
  };
  return { ok: false, finding, line: 1, offset: 0 };
}

// Without the number: it may be somebody's password.
function integerSpelt(spelling: string, path: Path): Finding {
  const hasFraction = spelling.includes(".");
  const hasExponent = /e/i.test(spelling);
  const received = hasFraction && hasExponent
    ? "a fraction and an exponent"
    : hasFraction
    ? "a fraction"
    : "an exponent";
  return {
    code: "INTEGER_SPELLING",
    severity: "notice",
    path,
    expected: "digits alone",
    received,
    message: `Read an integer that is spelt with ${received}: ` +
      "QEMU takes a number with a fraction or exponent for no integer",
  };
}
