/**
 * QAPI's built-in types: the words that have no parts.
 *
 * @module
 */

import * as v from "valibot";
import type { JsonValue } from "../wire/json.ts";

/**
 * What may stand where a `T` is wanted: a safe integer does for a bigint.
 */
export type Input<T> = JsonValue extends T ? T
  : T extends bigint ? bigint | number
  : T extends object ? { [K in keyof T]: Input<T[K]> }
  : T;

/**
 * Keeps a type from standing for a narrower or a wider one. Known to the
 * compiler alone: without it, an enumeration that lacks a value would pass
 * where the full one is wanted.
 */
export interface Exactly<T> {
  /** Never there. */
  readonly "~exactly"?: (value: T) => T;
}

/**
 * A schema that takes an {@linkcode Input} of `T` and gives a `T` or issues.
 *
 * `wrapped` is declared to keep {@linkcode Optional} out where a member is
 * required.
 */
export interface Schema<T> extends v.GenericSchema<Input<T>, T>, Exactly<T> {
  /** Never there: only wrapping schemas have it. */
  readonly wrapped?: never;
}

/** QAPI `'any'`. */
export type Any = v.GenericSchema<JsonValue, JsonValue>;

/**
 * Says in an issue what a test expected, which `v.check` and `v.custom` alone
 * do not.
 *
 * @param expects What the issue says was expected.
 * @param requirement The test.
 * @param message What the issue says, where the usual words will not do.
 * @returns The action, to stand in a pipe.
 */
// @__NO_SIDE_EFFECTS__
export function expecting<T>(
  expects: string,
  requirement: (input: T) => boolean,
  message?: v.ErrorMessage<v.CheckIssue<T>>,
): v.CheckAction<T, v.ErrorMessage<v.CheckIssue<T>> | undefined> {
  return Object.assign(v.check(requirement, message), {
    expects: expects as never,
  });
}

/** QAPI `'bool'`. */
export const bool: Schema<boolean> = /* @__PURE__ */ v.boolean();

/** QAPI `'str'`. */
export const str: Schema<string> = /* @__PURE__ */ v.string();

/**
 * Spells a type by a test alone. What is in a large value is not looked at.
 *
 * @param expects What the issue says was expected.
 * @param test Whether a value is of the type.
 * @returns The schema of the type.
 */
// @__NO_SIDE_EFFECTS__
export function matching<T>(
  expects: string,
  test: (value: unknown) => boolean,
): v.GenericSchema<T, T> {
  // In place and not in a copy: Valibot binds `~standard` to the object.
  return Object.assign(v.custom<T>(test), { expects: expects as never });
}

/** QAPI `'any'`: whatever JSON can say. */
export const any: Any = /* @__PURE__ */ matching(
  "JSON value",
  (value) =>
    typeof value === "number"
      ? Number.isFinite(value)
      : value !== undefined && typeof value !== "function" &&
        typeof value !== "symbol",
);

/**
 * QAPI `'uint32'`: an integral number from 0 to 4294967295. `-0` counts as 0.
 *
 * @example Take what fits, refuse the rest
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { uint32 } from "@qmp/run-state";
 *
 * assert.equal(v.parse(uint32, 4294967295), 4294967295);
 * assert.equal(v.is(uint32, 4294967296), false);
 * assert.equal(v.is(uint32, 1.5), false);
 * ```
 */
export const uint32: Schema<number> = /* @__PURE__ */ v.pipe(
  /* @__PURE__ */ v.number(),
  /* @__PURE__ */ expecting<number>(
    "uint32",
    (value) => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff,
  ),
  /* @__PURE__ */ v.transform((value): number => value + 0),
);

/**
 * QAPI `'uint64'`: always a bigint, from 0 to 18446744073709551615. A safe
 * integer is taken and made one. A number beyond ±(2^53-1) is refused, because
 * it lost digits before it came here.
 *
 * Two mistakes are easily made at an HTTP boundary. `await request.json()`
 * reads 18364758544493064720 as 18364758544493064192; read the text and hand
 * it to {@linkcode parseJson}. `Response.json(message)` throws on a bigint;
 * build the body with {@linkcode stringifyJson}.
 *
 * @example Lose no digit between a request and a response
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { parseJson, stringifyJson, uint64 } from "@qmp/run-state";
 *
 * const request = new Request("http://localhost/", {
 *   method: "POST",
 *   body: "18364758544493064720",
 * });
 * const address = v.parse(uint64, parseJson(await request.text()));
 * assert.equal(address, 18364758544493064720n);
 *
 * const response = new Response(stringifyJson(address), {
 *   headers: { "content-type": "application/json" },
 * });
 * assert.equal(await response.text(), "18364758544493064720");
 * assert.equal(v.is(uint64, 18364758544493064720), false);
 * ```
 */
export const uint64: Schema<bigint> = /* @__PURE__ */ v.pipe(
  /* @__PURE__ */ matching<bigint | number>(
    "(bigint | number)",
    (value) => typeof value === "bigint" || typeof value === "number",
  ),
  /* @__PURE__ */ expecting<bigint | number>(
    "bigint | safe integer",
    (value) => typeof value === "bigint" || Number.isSafeInteger(value),
    ({ input, expected, received }) =>
      Number.isInteger(input)
        ? `Invalid input: the number ${received} is beyond 2^53 and lost digits before it came here; read the text with parseJson(), or pass a bigint`
        : `Invalid input: Expected ${expected} but received ${received}`,
  ),
  /* @__PURE__ */ v.transform((value): bigint => BigInt(value)),
  /* @__PURE__ */ expecting<bigint>(
    "uint64",
    (value) => value >= 0n && value <= 0xffff_ffff_ffff_ffffn,
  ),
);
