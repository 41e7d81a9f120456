/**
 * What a JSON text holds, and how far reading one goes.
 *
 * @module
 */

/** A JSON value. Integers beyond ±(2^53-1) are bigints, so none loses a digit. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonValue[]
  | JsonObject;

/** A JSON object: every key is an own key, `__proto__` too. */
export interface JsonObject {
  /** A member. */
  [key: string]: JsonValue;
}

/** How {@linkcode splitJson} and {@linkcode parseJson} read. */
export interface JsonOptions {
  /**
   * What a string may stand in: `"double"` quotes as RFC 8259 has it, or
   * `"both"`, which adds QEMU's own extensions (strings in single quotes, the
   * escape `\'`). Clients send those, QEMU never does.
   *
   * @default {"double"}
   */
  readonly quotes?: "double" | "both";
  /**
   * How many arrays and objects may be open at once, from 1.
   *
   * @default {1024}
   */
  readonly maxDepth?: number;
  /**
   * How long one value may be, from 1: bytes where bytes are read, else UTF-16
   * code units, of which a text never has more than bytes.
   *
   * @default {67108864}
   */
  readonly maxSize?: number;
}

/**
 * Fills up what is not said, with the limits of QEMU's own parser. QEMU 7.2
 * takes an object 1024 levels deep, itself the first of them, and answers "JSON
 * nesting depth limit exceeded" to the 1025th.
 *
 * @param options How to read.
 * @returns The same, with the defaults where a setting is absent or undefined.
 * @throws {RangeError} If a limit is none: NaN would let everything through.
 */
export function settled(
  { quotes = "double", maxDepth = 1024, maxSize = 64 * 1024 * 1024 }:
    JsonOptions,
): Required<JsonOptions> {
  for (const limit of [maxDepth, maxSize]) {
    if (!(limit >= 1 && Math.floor(limit) === limit)) {
      throw new RangeError(
        `Cannot read JSON of at most ${maxDepth} levels and ${maxSize} bytes: ${limit} is no whole number from 1`,
      );
    }
  }
  return { quotes, maxDepth, maxSize };
}

/** The defaults of {@linkcode JsonOptions}. */
export const jsonDefaults: Required<JsonOptions> = /* @__PURE__ */ settled({});

/**
 * Tells an object from all else.
 *
 * @param value What was read.
 * @returns Whether it is one.
 */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
