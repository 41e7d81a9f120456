/**
 * Writes a trace file while its messages pass: the other side of `trace.ts`.
 * It owns no socket and no file, so that it can stand between any pair of byte
 * streams.
 *
 * @module
 */

import { kindOf } from "../schema/qmp.ts";
import { requireBytes } from "../wire/given.ts";
import { jsonDefaults, type JsonObject, settled } from "../wire/json.ts";
import { safeParseJson } from "../wire/parse_json.ts";
import type { Stage } from "../wire/stage.ts";
import { join } from "./lines.ts";
import { type Dropped, type Mark, writeMark } from "./mark.ts";
import type { Direction } from "./record.ts";
import { redactor } from "./redact.ts";
import { passing, type Sifted, sifter, type Verdict } from "./sift.ts";
import type { TraceHeader } from "./trace.ts";
import { cutAtMessages, spellBytes } from "./trace_line.ts";

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
  /**
   * The time in seconds, from any fixed moment; read once now and once a chunk.
   * Where it is no number, the time before stands.
   */
  readonly now: () => number;
  /** Takes a whole line of the trace, its newline included. What it throws comes out of the call that wrote. */
  readonly write: (line: string) => void;
  /**
   * Whether secrets are kept out of the trace: the arguments of commands that
   * may carry one, what is no command at all, and what QEMU answers to either.
   * Marks tell where. A message is then held until it is whole.
   *
   * @default {false}
   */
  readonly redact?: boolean;
  /** The names of events that are left out as noise; marks tell of them. */
  readonly drop?: readonly string[];
  /**
   * How many bytes a message may have to be held until it is whole; a longer
   * one counts as damage; from 1. As many as QEMU takes unless said.
   *
   * @default {67108864}
   */
  readonly maxHeld?: number;
  /**
   * Where a trace that was begun before goes on, in seconds since its start,
   * from 0: then it gets no header, but the mark of a new connection.
   */
  readonly resumeAt?: number;
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
   * Says that what comes now is of a new connection: writes what was held back,
   * and a mark.
   */
  reconnected(): void;
  /** Writes what was held back. Nothing may be recorded after it. */
  end(): void;
}

/**
 * Records a conversation with QEMU as a trace file: a line at once for each
 * chunk, cut where a message begins, so that a message is normally one line.
 * No byte is lost or changed; `traceBytes` gives them back.
 *
 * Each chunk is written when it comes. Only a UTF-8 sequence that the chunk
 * cut in two waits for its other half, which is at most three bytes and never
 * the end of a message. With `redact` or `drop` each message is held until it
 * is whole, and what is not written down leaves a mark with the number of its
 * bytes.
 *
 * @param options The header, the clock and where the lines go.
 * @returns Where the bytes go; what is no Uint8Array is refused with a TypeError.
 * @throws {RangeError} Where `resumeAt` is no number from 0, or `maxHeld` no whole
 * number from 1.
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
  const { header, now, write, resumeAt = 0 } = options;
  if (!(Number.isFinite(resumeAt) && resumeAt >= 0)) {
    throw new RangeError(
      `Cannot go on at ${resumeAt} s: it is no number from 0`,
    );
  }
  const start = now();
  let elapsed = 0;
  function clock(): string {
    const told = now() - start;
    // Of a line that begins with NaN, a reader could tell no byte.
    if (Number.isFinite(told)) elapsed = told;
    return (resumeAt + elapsed).toFixed(6);
  }
  const putLine = (at: string, rest: string) => write(`[${at}, ${rest}]\n`);
  const putMark = (at: string, mark: Mark) => putLine(at, writeMark(mark));
  let lanes = openLanes(options);
  let dropped: Dropped | undefined;

  /** Tells of what was dropped, now that something else comes. */
  function tellDropped(at: string): void {
    if (dropped !== undefined) putMark(at, dropped);
    dropped = undefined;
  }

  function put(direction: Direction, pieces: readonly Sifted[]): void {
    const at = clock();
    let run: Uint8Array[] = [];
    function putRun(): void {
      if (run.length === 0) return;
      tellDropped(at);
      for (const piece of cutAtMessages(join(run))) {
        putLine(at, `"${direction}", ${spellBytes(piece)}`);
      }
      run = [];
    }
    for (const piece of pieces) {
      if (piece.kind === "written") run.push(piece.bytes);
      else {
        putRun();
        if (piece.kind === "dropped") {
          dropped = withDropped(dropped, direction, piece);
          continue;
        }
        tellDropped(at);
        const standIn = encoder.encode(piece.text);
        const { length: bytes } = piece;
        const written = standIn.length;
        putMark(at, { kind: "redacted", direction, bytes, written });
        if (written > 0) run = [standIn];
      }
    }
    putRun();
  }

  function record(
    direction: Direction,
    lane: Stage<Uint8Array, Sifted>,
    bytes: Uint8Array,
  ): void {
    requireBytes(bytes);
    put(direction, lane.push(bytes));
  }

  function end(): void {
    put("<-", lanes.received.end());
    put("->", lanes.sent.end());
    tellDropped(clock());
  }

  function reconnected(): void {
    end();
    lanes = openLanes(options);
    putMark(clock(), { kind: "reconnect" });
  }

  if (options.resumeAt === undefined) {
    write(
      JSON.stringify({ format: "qmp-trace", version: 1, ...header }) + "\n",
    );
  } else reconnected();
  return {
    received: (bytes) => record("<-", lanes.received, bytes),
    sent: (bytes) => record("->", lanes.sent, bytes),
    reconnected,
    end,
  };
}

const encoder = new TextEncoder();

/** Both directions of one connection. */
interface Lanes {
  readonly received: Stage<Uint8Array, Sifted>;
  readonly sent: Stage<Uint8Array, Sifted>;
}

function openLanes(options: RecorderOptions): Lanes {
  const { redact = false, drop = [], maxHeld = jsonDefaults.maxSize } = options;
  // What was sent may have QEMU's single quotes; what QEMU sends has none
  // outside of strings.
  const limits = settled({ quotes: "both", maxSize: maxHeld });
  const noise = new Set(drop);
  const secrets = redact ? redactor() : undefined;

  function judgeReceived(text: string, isWhole: boolean): Verdict {
    const name = noise.size > 0 && isWhole ? eventIn(text) : undefined;
    return name !== undefined && noise.has(name)
      ? { kind: "dropped", name }
      : secrets?.received(text, isWhole) ?? { kind: "written" };
  }

  return {
    received: redact || noise.size > 0
      ? sifter(judgeReceived, limits)
      : passing(),
    sent: secrets === undefined ? passing() : sifter(secrets.sent, limits),
  };
}

function eventIn(text: string): string | undefined {
  const parsed = safeParseJson(text);
  const value = parsed.ok ? parsed.value : undefined;
  if (kindOf(value) !== "event") return undefined;
  const { event } = value as JsonObject;
  return typeof event === "string" ? event : undefined;
}

function withDropped(
  before: Dropped | undefined,
  direction: Direction,
  { length, name }: Sifted & { readonly kind: "dropped" },
): Dropped {
  // An event may be called `constructor`, or `__proto__`.
  const counts = new Map(Object.entries(before?.events ?? {}));
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  const events = Object.fromEntries(counts);
  const bytes = (before?.bytes ?? 0) + length;
  return { kind: "dropped", direction, bytes, events };
}
