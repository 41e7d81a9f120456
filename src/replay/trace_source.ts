/**
 * Puts the messages of a trace file together again.
 *
 * @module
 */

import { jsonDefaults } from "../wire/json.ts";
import { type JsonText, openSplitter } from "../wire/splitter.ts";
import type { Stage } from "../wire/stage.ts";
import { lineStarts } from "./line_starts.ts";
import type { Direction, TraceRecord } from "./record.ts";
import {
  type TraceChunk,
  type TraceHeader,
  traceLines,
  type TraceOptions,
  type TracePart,
} from "./trace.ts";

/**
 * The step from the bytes of a trace file to its messages.
 *
 * @example Learn which QEMU spoke before its first message comes
 * ```ts
 * import { type TraceSource, traceSource } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const source: TraceSource = traceSource();
 * source.push(new TextEncoder().encode(
 *   '{"format": "qmp-trace", "version": 1, "qemu": "7.2.22"}\n',
 * ));
 * assert.equal(source.header()?.qemu, "7.2.22");
 * ```
 */
export interface TraceSource extends Stage<Uint8Array, TraceRecord> {
  /**
   * Gives the header of the trace.
   *
   * @returns What the first line says, as soon as it has come; nothing where it
   *   is no header.
   */
  header(): TraceHeader | undefined;
}

/**
 * Reads a trace file: bytes in chunks of any size to the messages in it, those
 * that go over several lines put together.
 *
 * A record's `line` is the line of the file on which its message begins, its
 * `at` the time of the line that completed it, and its `offset` counts the
 * bytes of its direction. What is wrong with the file itself comes as a record
 * without text: `NOT_A_TRACE` where the header is wrong, and then nothing more;
 * `TORN_LINE` for a damaged line, a notice where the file just ends in it;
 * as notices `UNHEARD`, `REDACTED` and `DROPPED` for the marks of a recorder,
 * and `UNKNOWN_MARK` for one that this version does not know.
 *
 * @param options How to read.
 * @returns The step from the bytes of the file to records.
 * @throws {RangeError} Where a line may have no byte.
 *
 * @example Read a trace
 * ```ts
 * import { traceSource } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const source = traceSource();
 * const records = source.push(new TextEncoder().encode(
 *   `{"format": "qmp-trace", "version": 1, "qemu": "7.2.22"}
 * [0.5, "->", "{\\"execute\\": \\"stop\\"}"]
 * [0.6, "<-", "{\\"return\\": {}}\\r\\n"]
 * `,
 * ));
 * records.push(...source.end());
 *
 * assert.equal(source.header()?.qemu, "7.2.22");
 * assert.deepEqual(
 *   records.map(({ line, at, direction, text }) => [line, at, direction, text]),
 *   [[2, 0.5, "->", '{"execute": "stop"}'], [3, 0.6, "<-", '{"return": {}}']],
 * );
 * ```
 */
export function traceSource(options: TraceOptions = {}): TraceSource {
  const lines = traceLines(options);
  const { quotes = "double" } = options;
  const openLanes = (receivedFrom: number, sentFrom: number) =>
    [
      openLane("<-", "double", receivedFrom),
      openLane("->", quotes, sentFrom),
    ] as const;
  let lanes = openLanes(0, 0);

  const endLanes = (): TraceRecord[] =>
    lanes.flatMap((lane) => lane.end()).sort((a, b) => a.line - b.line);
  const read = (parts: readonly TracePart[]): TraceRecord[] => {
    const records: TraceRecord[] = [];
    for (const part of parts) {
      if ("held" in part) {
        const [received, sent] = lanes;
        const lane = part.direction === "<-" ? received : sent;
        for (const record of lane.push(part)) records.push(record);
      } else {
        const code = part.findings?.[0]?.code;
        // Bytes are missing here, or a new connection begins: what follows
        // continues nothing.
        if (code === "TORN_LINE" || code === "UNHEARD") {
          records.push(...endLanes());
          lanes = openLanes(lanes[0].fed(), lanes[1].fed());
        }
        records.push(part);
      }
    }
    return records;
  };
  return {
    push: (bytes) => read(lines.push(bytes)),
    end: () => [...read(lines.end()), ...endLanes()],
    header: lines.header,
  };
}

const encoder = new TextEncoder();

/** Reused for lines up to 16 KiB: a new array a line costs more than filling it. */
const scratch = new Uint8Array(16 * 1024);

/** The bytes of a text, until it is asked for those of another. */
function spell(text: string): Uint8Array {
  // Three bytes a UTF-16 code unit is the most that UTF-8 takes.
  return 3 * text.length > scratch.length
    ? encoder.encode(text)
    : scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

/** One direction of the conversation. */
interface Lane {
  push(chunk: TraceChunk): TraceRecord[];
  end(): TraceRecord[];
  /** How many bytes have come, from the start of the trace. */
  fed(): number;
}

function openLane(
  direction: Direction,
  quotes: "double" | "both",
  base: number,
): Lane {
  const splitter = openSplitter({ ...jsonDefaults, quotes });
  const starts = lineStarts();
  let fed = 0;
  let at = 0;

  const record = (found: JsonText): TraceRecord => {
    const offset = base + found.offset;
    const { text, findings } = found;
    const line = starts.lineOf(found.offset);
    return findings.length === 0
      ? { line, offset, at, direction, text }
      : { line, offset, at, direction, text, findings };
  };
  return {
    push(chunk) {
      const { held } = chunk;
      const isText = typeof held === "string";
      const bytes = isText ? spell(held) : held;
      starts.begin(fed, chunk.line);
      fed += bytes.length;
      at = chunk.at;
      const records = splitter.push(bytes, isText ? held : undefined)
        .map(record);
      starts.keep(splitter.startsToCome());
      return records;
    },
    end: () => splitter.end().map(record),
    fed: () => base + fed,
  };
}
