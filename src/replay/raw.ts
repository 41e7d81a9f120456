/**
 * Reads the raw stream of a monitor: what a socket gave, with nothing around it.
 *
 * @module
 */

import { type JsonText, splitJson } from "../wire/split_json.ts";
import type { Stage } from "../wire/stage.ts";
import type { Direction, TraceRecord } from "./record.ts";

/**
 * How {@linkcode rawSource} reads.
 *
 * @example Say that QEMU sent it all
 * ```ts
 * import { type RawOptions, rawSource } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const options: RawOptions = { direction: "<-" };
 * const [record] = rawSource(options).push(new TextEncoder().encode("{}"));
 * assert.equal(record?.direction, "<-");
 * ```
 */
export interface RawOptions {
  /** Which way all of the stream went; left out where it holds both or nobody knows. */
  readonly direction?: Direction;
  /**
   * What a string may stand in: `"double"` quotes, or `"both"`, as what clients
   * send may have it and QEMU never does. Then read it with the `extensions` on.
   *
   * @default {"double"}
   */
  readonly quotes?: "double" | "both";
}

/**
 * Reads a raw monitor stream: compact or pretty, with any line ends or none.
 *
 * @param options Which way the stream went, and which quotes begin a string.
 * @returns The step from the bytes of the stream to records.
 *
 * @example Read what a monitor printed
 * ```ts
 * import { rawSource } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const source = rawSource({ direction: "<-" });
 * const records = source.push(
 *   new TextEncoder().encode('{"return": {}}\r\n{"return": 1}\r\n'),
 * );
 * records.push(...source.end());
 * assert.deepEqual(
 *   records.map(({ line, offset, text }) => [line, offset, text]),
 *   [[1, 0, '{"return": {}}'], [2, 16, '{"return": 1}']],
 * );
 * ```
 */
export function rawSource(
  options: RawOptions = {},
): Stage<Uint8Array, TraceRecord> {
  const { direction, quotes = "double" } = options;
  const texts = splitJson({ quotes });
  // A JsonText has the members of a record already.
  const records = (found: JsonText[]): TraceRecord[] =>
    direction === undefined
      ? found
      : found.map((text) => ({ ...text, direction }));
  return {
    push: (bytes) => records(texts.push(bytes)),
    end: () => records(texts.end()),
  };
}
