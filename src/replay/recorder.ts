/**
 * Writes a trace file while its messages pass: the other side of `trace.ts`.
 * It owns no socket and no file, so that it can stand between any pair of byte
 * streams.
 *
 * @module
 */

import { join } from "./lines.ts";
import type { Direction } from "./record.ts";
import type { TraceHeader } from "./trace.ts";

/**
 * What a {@linkcode recorder} is given.
 *
 * @example Collect the lines of a trace
 * ```ts
 * import { recorder, type RecorderOptions } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const options: RecorderOptions = {
 *   header: { machine: "pc" },
 *   now: () => performance.now() / 1000,
 *   write: (line) => lines.push(line),
 * };
 * recorder(options).end();
 * assert.equal(lines.length, 1);
 * ```
 */
export interface RecorderOptions {
  /** What the first line of the trace says of the recording. */
  readonly header: Omit<TraceHeader, "format" | "version">;
  /** The time in seconds, from any fixed moment; read once now and once a chunk. */
  readonly now: () => number;
  /** Takes a whole line of the trace, its newline included. What it throws comes out of the call that wrote. */
  readonly write: (line: string) => void;
}

/**
 * Where the bytes of both directions go to be recorded.
 *
 * @example Record what passes through a web stream
 * ```ts
 * import { type Recorder, recorder } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const tap = ({ received }: Recorder) =>
 *   new TransformStream<Uint8Array, Uint8Array>({
 *     transform(bytes, controller) {
 *       received(bytes);
 *       controller.enqueue(bytes);
 *     },
 *   });
 *
 * const lines: string[] = [];
 * const recording = recorder({
 *   header: {},
 *   now: () => 0,
 *   write: (line) => lines.push(line),
 * });
 * const monitor = new Blob(['{"return": {}}\r\n']).stream();
 * const text = await new Response(monitor.pipeThrough(tap(recording))).text();
 * recording.end();
 * assert.equal(text, '{"return": {}}\r\n');
 * assert.equal(lines[1], '[0.000000, "<-", "{\\"return\\": {}}\\r\\n"]\n');
 * ```
 */
export interface Recorder {
  /**
   * Records what came from QEMU.
   *
   * @param bytes The bytes as they came; any cut will do.
   */
  received(bytes: Uint8Array): void;
  /**
   * Records what went to QEMU.
   *
   * @param bytes The bytes as they went; any cut will do.
   */
  sent(bytes: Uint8Array): void;
  /**
   * Writes what was held back, at most three bytes a direction. Nothing may be
   * recorded after it.
   */
  end(): void;
}

/**
 * Records a conversation with QEMU as a trace file: a line at once for each
 * chunk, cut where a message begins, so that a message is normally one line.
 * No byte is lost or changed; `traceBytes` gives them back.
 *
 * Each chunk is written when it comes. Only a UTF-8 sequence that the chunk
 * cut in two waits for its other half, which is at most three bytes and never
 * the end of a message.
 *
 * @param options The header, the clock and where the lines go.
 * @returns Where the bytes go.
 *
 * @example Record two chunks
 * ```ts
 * import { recorder } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * let seconds = 100;
 * const { received, sent, end } = recorder({
 *   header: { qemu: "7.2.22", title: "stop" },
 *   now: () => seconds,
 *   write: (line) => lines.push(line),
 * });
 * seconds += 0.25;
 * sent(new TextEncoder().encode('{"execute": "stop"}'));
 * seconds += 0.001;
 * received(new TextEncoder().encode('{"return": {}}\r\n'));
 * end();
 *
 * assert.deepEqual(lines, [
 *   '{"format":"qmp-trace","version":1,"qemu":"7.2.22","title":"stop"}\n',
 *   '[0.250000, "->", "{\\"execute\\": \\"stop\\"}"]\n',
 *   '[0.251000, "<-", "{\\"return\\": {}}\\r\\n"]\n',
 * ]);
 * ```
 */
export function recorder(options: RecorderOptions): Recorder {
  const { header, now, write } = options;
  const start = now();
  const lane = (direction: Direction) =>
    recordLane((pieces) => {
      const at = (now() - start).toFixed(6);
      for (const piece of pieces) {
        write(`[${at}, "${direction}", ${spell(piece)}]\n`);
      }
    });
  const received = lane("<-");
  const sent = lane("->");
  write(
    JSON.stringify({ format: "qmp-trace", version: 1, ...header }) + "\n",
  );
  return {
    received: received.push,
    sent: sent.push,
    end() {
      received.end();
      sent.end();
    },
  };
}

function recordLane(
  write: (pieces: Uint8Array[]) => void,
): { push(bytes: Uint8Array): void; end(): void } {
  let held = new Uint8Array(0);
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : join([held, bytes]);
      const whole = all.length - openSequence(all);
      write(cut(all.subarray(0, whole)));
      // A copy, because the caller may use its buffer again.
      held = all.slice(whole);
    },
    end() {
      if (held.length > 0) write([held]);
    },
  };
}

/** Cuts before each `{` in column 0: there a message begins, compact or pretty. */
function cut(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (
    let newline = bytes.indexOf(0x0a);
    newline !== -1;
    newline = bytes.indexOf(0x0a, newline + 1)
  ) {
    if (bytes[newline + 1] !== 0x7b) continue;
    pieces.push(bytes.subarray(from, newline + 1));
    from = newline + 1;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return pieces;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function spell(bytes: Uint8Array): string {
  try {
    return JSON.stringify(decoder.decode(bytes));
  } catch {
    return `{"base64": "${base64(bytes)}"}`;
  }
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** How many bytes at the end begin a UTF-8 sequence whose rest has not come. */
function openSequence(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back];
    if (byte === undefined || byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}
