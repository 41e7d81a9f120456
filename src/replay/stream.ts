/**
 * Reading over what arrives in time: thin layers on the synchronous stages.
 *
 * @module
 */

import type { Stage } from "../wire/stage.ts";
import { type Entry, reader, type ReadOptions } from "./read.ts";
import type { TraceRecord } from "./record.ts";

/** A source, such as `rawSource()` or `traceSource()`. */
export type Source = Stage<Uint8Array, TraceRecord>;

/**
 * Reads bytes as they arrive, in batches: one `await` a message would cost
 * more than reading it.
 *
 * @param chunks Bytes, such as a file's or a socket's.
 * @param source What finds the messages in them.
 * @param options Edition and policy.
 * @returns The entries that each chunk completed; never an empty batch.
 * @throws {unknown} What `chunks` throws.
 *
 * @example Read a file
 * ```ts
 * import assert from "node:assert/strict";
 * import { rawSource, readChunks } from "@qmp/run-state/replay";
 *
 * async function* chunks() {
 *   yield new TextEncoder().encode('{"return": {}}\r\n{"ret');
 *   yield new TextEncoder().encode('urn": 1}\r\n');
 * }
 * const kinds = [];
 * for await (const entries of readChunks(chunks(), rawSource())) {
 *   kinds.push(entries.map((entry) => entry.kind));
 * }
 * assert.deepEqual(kinds, [["return"], ["return"]]);
 * ```
 */
export async function* readChunks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  source: Source,
  options: ReadOptions = {},
): AsyncGenerator<Entry[], void, undefined> {
  const stage = reader(options);
  for await (const chunk of chunks) {
    const entries = stage.push(source.push(chunk));
    if (entries.length > 0) yield entries;
  }
  const rest = [...stage.push(source.end()), ...stage.end()];
  if (rest.length > 0) yield rest;
}

/**
 * Reads bytes as they arrive, as a web stream.
 *
 * @param source What finds the messages in them.
 * @param options Edition and policy.
 * @returns A stream that takes bytes and gives the entries that each chunk
 * completed; never an empty batch.
 *
 * @example Pipe a body through
 * ```ts
 * import assert from "node:assert/strict";
 * import { rawSource, readStream } from "@qmp/run-state/replay";
 *
 * const body = new Response('{"return": {}}\r\n').body!;
 * for await (const entries of body.pipeThrough(readStream(rawSource()))) {
 *   assert.equal(entries[0]?.kind, "return");
 * }
 * ```
 */
export function readStream(
  source: Source,
  options: ReadOptions = {},
): TransformStream<Uint8Array, Entry[]> {
  const stage = reader(options);
  return new TransformStream({
    transform(chunk, controller) {
      const entries = stage.push(source.push(chunk));
      if (entries.length > 0) controller.enqueue(entries);
    },
    flush(controller) {
      const rest = [...stage.push(source.end()), ...stage.end()];
      if (rest.length > 0) controller.enqueue(rest);
    },
  });
}
