/**
 * The reader behind `parseJson`: one pass, no recursion, every fault found.
 *
 * @module
 */

import { faultOf, type Finding, type Path } from "./finding.ts";
import type { JsonObject, JsonOptions, JsonValue } from "./json.ts";
import { type JsonFault, type NotRead, notRead } from "./json_fault.ts";
import {
  closeText,
  isNumeric,
  isQuote,
  openText,
  pass,
  peek,
  place,
  readKey,
  readNumber,
  readString,
  readWord,
  refuse,
  wasSpelt,
} from "./scan_json.ts";

const COLON = 0x3a;
const COMMA = 0x2c;
const LEFT_BRACE = 0x7b;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACE = 0x7d;
const RIGHT_BRACKET = 0x5d;

/** A value that was read. */
export interface Read {
  /** A value came of it. */
  readonly ok: true;
  /** The value. */
  readonly value: JsonValue;
  /** The notices: each integer that was spelt with a fraction or exponent, up to 1000. */
  readonly findings: readonly Finding[];
}

/** A text of 64 MiB could give millions. */
const mostNotices = 1000;

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
  if (text.length > maxSize) {
    const message =
      `Cannot read a text of ${text.length} characters as JSON: a value may have ${maxSize}`;
    const finding = faultOf("TOO_LARGE", message);
    return { ok: false, finding, line: 1, offset: 0 };
  }
  const findings: Finding[] = [];
  let depth = 0;
  // The innermost container, as one of these two; outside of all neither is there.
  // Kept in variables: as members of an object they cost a tenth more time.
  let object: JsonObject | undefined;
  let list: JsonValue[] | undefined;
  // The key of the member that is read.
  let key: string | undefined;
  let outer: Outer | undefined;
  try {
    openText(text, quotes);
    reading: for (;;) {
      if (object !== undefined) {
        key = undefined;
        if (!isQuote(peek())) refuse("a key in quotes");
        const from = place();
        key = readKey();
        // Asked of the value first, which takes half the time.
        if (object[key] !== undefined && Object.hasOwn(object, key)) {
          const about = "its object has this key already";
          refuse(about, from, "DUPLICATE_KEY", place());
        }
        if (key === "__proto__") defineOwn(object, key);
        if (peek() !== COLON) refuse('":"');
        pass();
      }
      const first = peek();
      let value: JsonValue;
      if (first === LEFT_BRACE || first === LEFT_BRACKET) {
        if (++depth > maxDepth) {
          const about = `it opens more than ${maxDepth} levels`;
          refuse(about, place(), "TOO_DEEP");
        }
        pass();
        outer = { outer, object, list, key };
        object = first === LEFT_BRACE ? {} : undefined;
        list = first === LEFT_BRACE ? undefined : [];
        // In ASCII a closing bracket comes two after the opening one.
        if (peek() !== first + 2) continue;
        pass();
        value = object ?? list!;
        ({ outer, object, list, key } = outer);
        depth--;
      } else if (isQuote(first)) {
        value = readString();
      } else if (isNumeric(first)) {
        const from = place();
        value = readNumber();
        if (wasSpelt() && findings.length < mostNotices) {
          const path = pathTo(outer, object, list, key);
          findings.push(integerSpelt(text.slice(from, place()), path));
        }
      } else {
        value = readWord(first);
      }

      // The value is whole, and may be the last of the containers around it.
      for (;;) {
        const next = peek();
        if (outer === undefined) {
          if (place() < text.length) refuse("the end");
          return { ok: true, value, findings };
        }
        if (next !== COMMA && next !== (object ? RIGHT_BRACE : RIGHT_BRACKET)) {
          refuse(object ? '"," or "}"' : '"," or "]"');
        }
        pass();
        if (object !== undefined) object[key!] = value;
        else list!.push(value);
        if (next === COMMA) continue reading;
        value = object ?? list!;
        ({ outer, object, list, key } = outer);
        depth--;
      }
    }
  } catch (fault) {
    // Such as that there is no memory left.
    if (fault instanceof Error) throw fault;
    return notRead(text, fault as JsonFault, pathTo(outer, object, list, key));
  } finally {
    closeText();
  }
}

/** An array or object around the innermost, and how far reading it had come. */
interface Outer {
  readonly outer: Outer | undefined;
  readonly object: JsonObject | undefined;
  readonly list: JsonValue[] | undefined;
  readonly key: string | undefined;
}

/** The keys and indices to what is read in the innermost container. */
function pathTo(
  outer: Outer | undefined,
  object: JsonObject | undefined,
  list: JsonValue[] | undefined,
  key: string | undefined,
): Path {
  const path: (string | number)[] = [];
  let open: Outer | undefined = { outer, object, list, key };
  for (; open !== undefined; open = open.outer) {
    const step = open.list?.length ?? open.key;
    if (step !== undefined) path.push(step);
  }
  return path.reverse();
}

// Assigning to it would set the prototype.
function defineOwn(container: JsonObject, key: string): void {
  const property = { configurable: true, enumerable: true, writable: true };
  Object.defineProperty(container, key, { ...property, value: null });
}

// Without the number: it may be somebody's password.
function integerSpelt(spelling: string, path: Path): Finding {
  const received = [
    ...spelling.includes(".") ? ["a fraction"] : [],
    .../e/i.test(spelling) ? ["an exponent"] : [],
  ].join(" and ");
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
