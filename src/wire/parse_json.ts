/**
 * From a JSON text to its value, strictly, and every integer exact.
 *
 * @module
 */

import type { FindingCode, Path } from "./finding.ts";
import { requireText } from "./given.ts";
import {
  jsonDefaults,
  type JsonOptions,
  type JsonValue,
  settled,
} from "./json.ts";
import type { NotRead } from "./json_fault.ts";
import { type Read, readJson } from "./read_json.ts";

export type { NotRead, Read };

/**
 * That a text is not the JSON that QEMU would read, and where.
 *
 * @example Say where a text goes wrong
 * ```ts
 * import assert from "node:assert/strict";
 * import { JsonSyntaxError, parseJson } from "@qmp/run-state";
 *
 * try {
 *   parseJson('{"guest": true, "guest": false}');
 *   assert.fail("it was read");
 * } catch (error) {
 *   assert.ok(error instanceof JsonSyntaxError);
 *   assert.deepEqual([error.code, error.offset], ["DUPLICATE_KEY", 16]);
 * }
 * ```
 */
export class JsonSyntaxError extends SyntaxError {
  /** What is wrong, for programs. */
  readonly code: FindingCode;
  /** The line of the text on which it is, from 1. */
  readonly line: number;
  /** Where it is, in UTF-16 code units from the start of the text. */
  readonly offset: number;
  /** The keys and indices that lead there. */
  readonly path: Path;

  /**
   * Makes an error of what {@linkcode safeParseJson} found.
   *
   * @param reason What {@linkcode safeParseJson} said of the text.
   */
  constructor({ finding: { message, code, path }, line, offset }: NotRead) {
    super(message);
    this.name = "JsonSyntaxError";
    this.code = code;
    this.line = line;
    this.offset = offset;
    this.path = path;
  }
}

/**
 * Reads a JSON text as QEMU would, but for its integers, which stay exact
 * whatever their size: those beyond ±(2^53-1) become bigints.
 *
 * RFC 8259 holds strictly. What QEMU refuses beyond that is a fault too: a key
 * given twice, half a surrogate pair, a noncharacter (U+FFFE and its like), more
 * than 1024 levels. So are a number that no double holds and one of more than
 * 4096 characters. `-0` is 0. An integer spelt with a fraction or exponent
 * (`1.0`, `1e3`) is accepted without a word; {@linkcode safeParseJson} tells.
 *
 * @param text One JSON value, white space around it allowed.
 * @param options How to read it.
 * @returns The value. Strings from 13 characters on keep the text in memory (V8).
 * @throws {JsonSyntaxError} If the text is anything else.
 * @throws {TypeError} If it is no string.
 * @throws {RangeError} If a limit is no whole number from 1.
 *
 * @example Reading what JSON.parse corrupts
 * ```ts
 * import { parseJson } from "@qmp/run-state";
 * import assert from "node:assert/strict";
 *
 * const text = '{"psw-addr": 18364758544493064720}';
 * assert.deepEqual(parseJson(text), { "psw-addr": 18364758544493064720n });
 * assert.deepEqual(JSON.parse(text), { "psw-addr": 18364758544493064000 });
 * ```
 */
export function parseJson(text: string, options?: JsonOptions): JsonValue {
  const result = safeParseJson(text, options);
  if (result.ok) return result.value;
  throw new JsonSyntaxError(result);
}

/**
 * Reads a JSON text as {@linkcode parseJson} does, and says what is wrong rather
 * than throw.
 *
 * @param text One JSON value, white space around it allowed.
 * @param options How to read it.
 * @returns The value and the notices (`INTEGER_SPELLING`, each with its path), or
 * the first fault with its place.
 * @throws {TypeError} If what is given is no string.
 * @throws {RangeError} If a limit is no whole number from 1.
 *
 * @example Asking what is wrong
 * ```ts
 * import { safeParseJson } from "@qmp/run-state";
 * import assert from "node:assert/strict";
 *
 * const result = safeParseJson('{"guest": NaN}');
 * assert(!result.ok);
 * assert.equal(result.finding.code, "NOT_JSON");
 * assert.deepEqual(result.finding.path, ["guest"]);
 * ```
 */
export function safeParseJson(
  text: string,
  options?: JsonOptions,
): Read | NotRead {
  requireText(text);
  return readJson(
    text,
    options === undefined ? jsonDefaults : settled(options),
  );
}
