/**
 * Puts a recorder between a pair of byte streams and who uses them.
 *
 * @module
 */

import type { Recorder } from "./recorder.ts";

/**
 * Both directions of a connection, as sockets of web platforms have them.
 *
 * @example Make a connection to nobody
 * ```ts
 * import assert from "node:assert/strict";
 * import type { ByteStreams } from "@qmp/run-state/replay";
 *
 * const nobody: ByteStreams = {
 *   readable: new ReadableStream(),
 *   writable: new WritableStream(),
 * };
 * assert.equal(nobody.readable.locked, false);
 * ```
 */
export interface ByteStreams {
  /** What comes from QEMU. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes to QEMU. */
  readonly writable: WritableStream<Uint8Array>;
}

/**
 * Attaches a recorder to a connection: whoever uses the streams that it gives
 * instead sees the same bytes, and the recorder sees them all. What is sent is
 * recorded before it goes on; nothing is held back or read ahead.
 *
 * @param streams The connection; it belongs to the recorder from now on.
 * @param recording The recorder. Its `end` is left to the caller; what it throws
 * ends the streams with that error.
 * @returns The streams to use instead.
 *
 * @example Record what a test says to a monitor
 * ```ts
 * import assert from "node:assert/strict";
 * import { attach, recorder } from "@qmp/run-state/replay";
 *
 * const lines: string[] = [];
 * const recording = recorder({
 *   header: { title: "a test" },
 *   now: () => performance.now() / 1000,
 *   write: (line) => lines.push(line),
 * });
 * // An echo in place of a monitor.
 * const { readable, writable } = attach(new TransformStream(), recording);
 *
 * const writer = writable.getWriter();
 * writer.write(new TextEncoder().encode('{"execute": "stop"}'));
 * writer.close();
 * assert.equal(await new Response(readable).text(), '{"execute": "stop"}');
 * recording.end();
 * assert.deepEqual(
 *   lines.slice(1).map((line) => JSON.parse(line).slice(1)),
 *   [["->", '{"execute": "stop"}'], ["<-", '{"execute": "stop"}']],
 * );
 * ```
 */
export function attach(streams: ByteStreams, recording: Recorder): ByteStreams {
  const readable = streams.readable.pipeThrough(tap(recording.received));
  const sent = tap(recording.sent);
  // Why it ended shows to who writes.
  sent.readable.pipeTo(streams.writable).catch(() => {});
  return { readable, writable: sent.writable };
}

function tap(
  record: (bytes: Uint8Array) => void,
): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(bytes, controller) {
      record(bytes);
      controller.enqueue(bytes);
    },
  });
}
