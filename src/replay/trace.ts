/**
 * The project's own trace file: what passed between QEMU and a client, byte by
 * byte, with the time of each chunk. It is made of lines, in the manner of
 * asciicast, so that a recording cut short is a shorter recording.
 *
 * Line 1 is a JSON object, the {@linkcode TraceHeader}. Each further line is a
 * JSON array: the seconds since the start (to the microsecond), what it is, and
 * what it holds.
 *
 * ```text
 * {"format": "qmp-trace", "version": 1, "qemu": "7.2.22", "machine": "pc"}
 * [0.103226, "->", "{\"execute\": \"stop\"}\r\n"]
 * [0.104013, "<-", "{\"return\": {}}\r\n"]
 * [0.201377, "<-", {"base64": "gP8="}]
 * ```
 *
 * - `"<-"` came from QEMU and `"->"` went to it. The third element is a string
 *   with the exact characters, line ends and anything between messages
 *   included. Bytes that are not UTF-8 stand in `{"base64": …}` instead.
 * - A line holds what came in one piece: normally one message, but a message
 *   may go over several lines and a line may hold several messages. All texts
 *   of one direction, joined, are the bytes of the socket, but for what marks
 *   tell of.
 * - `"reconnect"` marks a new connection: nothing that was open goes on.
 * - `"redacted"` marks bytes that were kept out since they may hold a secret:
 *   `{"direction": "->", "bytes": 97, "written": 40}` says that 97 bytes were
 *   sent, and that the next 40 of that direction in the file stand for them.
 * - `"dropped"` marks events that were left out as noise:
 *   `{"direction": "<-", "bytes": 240, "events": {"RTC_CHANGE": 2}}`.
 * - Any other string in second place is kept for marks to come. A reader passes
 *   over a mark that it does not know, and says so. It also passes over blank
 *   lines, further elements, and members of the header that it does not know.
 * - The version rises only when older readers could no longer tell the bytes.
 *
 * @module
 */

import * as v from "valibot";

import type { Finding } from "../wire/finding.ts";
import { requireBytes } from "../wire/given.ts";
import { quote, shorten } from "../wire/quote.ts";
import type { Stage } from "../wire/stage.ts";
import { type FileLine, join, splitLines } from "./lines.ts";
import { markFinding, readMark } from "./mark.ts";
import type { Direction, TraceRecord } from "./record.ts";
import { readHeld } from "./trace_line.ts";

/**
 * What the first line of a trace file says of the recording.
 *
 * @example Write a header
 * ```ts
 * import { isTrace, type TraceHeader } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const header: TraceHeader = {
 *   format: "qmp-trace",
 *   version: 1,
 *   qemu: "7.2.22",
 *   machine: "pc",
 *   title: "A reset",
 *   recorded: "2026-01-31T12:00:00Z",
 * };
 * const line = JSON.stringify(header) + "\n";
 * assert.ok(isTrace(new TextEncoder().encode(line)));
 * ```
 */
export interface TraceHeader {
  /** Tells the file from all others. */
  readonly format: "qmp-trace";
  /** The version of the format, a whole number: 1 now. */
  readonly version: number;
  /** The version of the QEMU that spoke, such as `7.2.22`. */
  readonly qemu?: string;
  /** The machine that it ran, such as `pc` or `s390-ccw-virtio`. */
  readonly machine?: string;
  /** What the recording shows. */
  readonly title?: string;
  /** When second 0 was: date and time in UTC, as in ISO 8601. */
  readonly recorded?: string;
}

/**
 * The trace file could not be read to its last byte.
 *
 * @example Say where a trace is damaged
 * ```ts
 * import { traceBytes, TraceSyntaxError } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const trace = '{"format": "qmp-trace", "version": 1}\n[0.5, "<-"\n';
 * assert.throws(
 *   () => traceBytes(new TextEncoder().encode(trace), "<-"),
 *   (error) => error instanceof TraceSyntaxError && error.line === 2,
 * );
 * ```
 */
export class TraceSyntaxError extends SyntaxError {
  /** The line of the trace at fault, from 1. */
  readonly line: number;

  /**
   * Says what is wrong with a trace file, and where.
   *
   * @param message What is wrong, for people.
   * @param line The line of the trace at fault, from 1.
   */
  constructor(message: string, line: number) {
    super(message);
    this.name = "TraceSyntaxError";
    this.line = line;
  }
}

/**
 * Gives the bytes of the socket again.
 *
 * @param trace The bytes of a trace file.
 * @param direction Which way the bytes went: `<-` from QEMU, `->` to it.
 * @returns All bytes of that direction, in order; without those of a last line
 *   in which the file ends, and without what a mark says was not written.
 * @throws {TraceSyntaxError} When the file is no trace, or a line is damaged so
 *   that bytes are missing.
 * @throws {TypeError} When what is given is no Uint8Array, or no direction.
 *
 * @example Take the socket's bytes out of a trace
 * ```ts
 * import { traceBytes } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const trace = new TextEncoder().encode(
 *   `{"format": "qmp-trace", "version": 1}
 * [0.5, "<-", "{\\"return\\""]
 * [0.6, "<-", ": {}}\\r\\n"]
 * `,
 * );
 * const text = new TextDecoder().decode(traceBytes(trace, "<-"));
 * assert.equal(text, '{"return": {}}\r\n');
 * ```
 */
export function traceBytes(
  trace: Uint8Array,
  direction: Direction,
): Uint8Array {
  if (direction !== "<-" && direction !== "->") {
    throw new TypeError(
      `Cannot give the bytes that went ${
        quote(String(direction))
      }: it is neither "<-" nor "->"`,
    );
  }
  const lines = traceLines({});
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (const part of [...lines.push(trace), ...lines.end()]) {
    if ("held" in part) {
      const { held } = part;
      if (part.direction !== direction) continue;
      parts.push(typeof held === "string" ? encoder.encode(held) : held);
      continue;
    }
    const fault = part.findings?.find(({ severity }) => severity === "fault");
    if (fault) throw new TraceSyntaxError(fault.message, part.line);
  }
  return join(parts);
}

/**
 * Tells a trace file from other files that hold QMP.
 *
 * @param start The first bytes of the file, the whole first line among them.
 * @returns Whether the first line is the header of a trace, of any version.
 * @throws {TypeError} Where what is given is no Uint8Array.
 *
 * @example Look at the first line
 * ```ts
 * import { isTrace } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assert.equal(isTrace(bytes('{"format": "qmp-trace", "version": 1}\n')), true);
 * assert.equal(isTrace(bytes('{"QMP": {"capabilities": []}}\r\n')), false);
 * ```
 */
export function isTrace(start: Uint8Array): boolean {
  requireBytes(start);
  const feed = start.indexOf(0x0a);
  const first = readJson(feed === -1 ? start : start.subarray(0, feed));
  return v.is(v.object({ format: headerSchema.entries.format }), first);
}

/**
 * How a trace file is read.
 *
 * @example Bound the memory that a line may take
 * ```ts
 * import { type TraceOptions, traceSource } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const options: TraceOptions = { maxLine: 100 };
 * const source = traceSource(options);
 * const records = source.push(new TextEncoder().encode(
 *   `{"format": "qmp-trace", "version": 1}\n"${"x".repeat(100)}"\n`,
 * ));
 * assert.equal(records[0]?.findings?.[0]?.code, "TORN_LINE");
 * ```
 */
export interface TraceOptions {
  /** How many bytes a line may have, above 0: by default 128 MiB, twice QEMU's largest value. */
  readonly maxLine?: number;
  /**
   * What a string may stand in that was sent to QEMU: `"double"` quotes, or
   * `"both"`, as QEMU takes it. Then read it with the `extensions` on. What came
   * from QEMU has double quotes alone.
   *
   * @default {"double"}
   */
  readonly quotes?: "double" | "both";
}

/** What one line of a trace file holds. */
export interface TraceChunk {
  /** The line, from 1. */
  readonly line: number;
  /** When they passed, in seconds since the start. */
  readonly at: number;
  /** Which way they went. */
  readonly direction: Direction;
  /** What passed: its characters, or its bytes where they are none. */
  readonly held: string | Uint8Array;
}

/** What a line of a trace file holds: bytes, or what is wrong with it. */
export type TracePart = TraceChunk | TraceRecord;

/** The step from the bytes of a trace file to what its lines hold. */
export interface TraceLines extends Stage<Uint8Array, TracePart> {
  /**
   * Gives the header of the trace.
   *
   * @returns What the first line says, as soon as it has come; nothing where it
   *   is no header.
   */
  header(): TraceHeader | undefined;
}

const newestVersion = 1;

const headerSchema = v.looseObject({
  format: v.literal("qmp-trace"),
  version: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(1),
    v.maxValue(newestVersion),
  ),
  qemu: v.exactOptional(v.string()),
  machine: v.exactOptional(v.string()),
  title: v.exactOptional(v.string()),
  recorded: v.exactOptional(v.string()),
});

/**
 * Reads a trace file line by line.
 *
 * @param options How to read.
 * @returns The step from the bytes of the file to what its lines hold.
 */
export function traceLines(options: TraceOptions): TraceLines {
  const lines = splitLines(options.maxLine ?? 128 * 1024 * 1024);
  let state: "header" | "lines" | "refused" = "header";
  let header: TraceHeader | undefined;

  const refuse = (finding: Finding): TraceRecord => {
    state = "refused";
    return { line: 1, offset: 0, text: "", findings: [finding] };
  };
  const read = (found: readonly FileLine[]): TracePart[] => {
    const parts: TracePart[] = [];
    for (const line of found) {
      if (state === "lines") {
        const part = readLine(line);
        if (part) parts.push(part);
      } else if (state === "header") {
        const first = v.safeParse(
          headerSchema,
          readJson(line.bytes, line.ascii),
        );
        if (first.success) [header, state] = [first.output, "lines"];
        else parts.push(refuse(notATrace(first.issues[0])));
      }
    }
    return parts;
  };
  return {
    push: (bytes) => read(lines.push(bytes)),
    end() {
      const parts = read(lines.end());
      if (state === "header") {
        parts.push(refuse(notATrace()));
      }
      return parts;
    },
    header: () => header,
  };
}

function notATrace(issue?: v.BaseIssue<unknown>): Finding {
  const finding = { code: "NOT_A_TRACE", severity: "fault" } as const;
  const cannot = "Cannot read the file as a trace:";
  if (issue === undefined) {
    return { ...finding, path: [], message: `${cannot} it is empty` };
  }
  const { expected, type } = issue;
  const received = shorten(issue.received);
  const member = issue.path?.[0]?.key;
  if (typeof member !== "string" || expected === null) {
    const message = `${cannot} its first line is no JSON object`;
    return { ...finding, path: [], message };
  }
  const why = received === "undefined"
    ? `its first line has no "${member}"`
    : type === "max_value"
    ? `its version ${received} is newer than ${newestVersion}, the newest known here`
    : `its "${member}" is ${received}, not ${expected}`;
  return {
    ...finding,
    path: [member],
    expected,
    received,
    message: `${cannot} ${why}`,
  };
}

// No finding here quotes its line: it may hold a password on its way to QEMU.
function readLine(found: FileLine): TracePart | undefined {
  const { line, offset, bytes, ascii, ended, tooLong } = found;
  const damage = (finding: Omit<Finding, "path">): TraceRecord => ({
    line,
    offset,
    text: "",
    findings: [{ path: [], ...finding }],
  });
  if (tooLong) {
    return damage({
      code: "TORN_LINE",
      severity: "fault",
      message: `Cannot read line ${line} of the trace: it is too long`,
    });
  }
  const value = readJson(bytes, ascii);
  // A blank line is a slip of an editor, no damage.
  if (value === undefined && isBlank(bytes)) return undefined;
  const [at, kind, held] = Array.isArray(value) ? value : [];
  if (Number.isFinite(at) && typeof kind === "string") {
    if (kind !== "<-" && kind !== "->") {
      const mark = readMark(kind, held);
      if (mark !== undefined) return damage(markFinding(mark, line));
      return damage({
        code: "UNKNOWN_MARK",
        severity: "notice",
        expected: '"<-" or "->"',
        received: quote(kind),
        message: `Passed over the mark ${
          quote(kind)
        } on line ${line} of the trace: it is not known here`,
      });
    }
    const passed = readHeld(held);
    if (passed !== undefined) {
      return { line, at, direction: kind, held: passed };
    }
  }
  if (value === undefined && !ended) {
    return damage({
      code: "TORN_LINE",
      severity: "notice",
      message:
        `Passed over line ${line} of the trace: the file ends in the middle of it`,
    });
  }
  return damage({
    code: "TORN_LINE",
    severity: "fault",
    message:
      `Cannot read line ${line} of the trace: it is not [seconds, "<-" or "->", text]`,
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function readJson(bytes: Uint8Array, text?: string): unknown {
  try {
    return JSON.parse(text ?? utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
