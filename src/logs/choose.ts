/**
 * Finds out which format a log has.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import { join } from "../replay/lines.ts";
import type { Finding } from "../wire/finding.ts";
import { requireBytes } from "../wire/given.ts";
import { quote } from "../wire/quote.ts";
import type { Stage } from "../wire/stage.ts";
import { docs } from "./docs.ts";
import type { LogFormat } from "./format.ts";
import { notice } from "./found.ts";
import { incus } from "./incus.ts";
import { iotests } from "./iotests.ts";
import { libvirt } from "./libvirt.ts";
import { logLines } from "./log_lines.ts";
import { type Damage, damageIn, mend } from "./mend.ts";
import { monitorStream } from "./monitor_stream.ts";
import { pythonQmp } from "./python_qmp.ts";
import { qemuQmp } from "./qemu_qmp.ts";
import { qemuTrace } from "./qemu_trace.ts";
import { qmpShell } from "./qmp_shell.ts";
import { replies } from "./replies.ts";
import { traceFormat } from "./trace_format.ts";
import { transcript } from "./transcript.ts";
import { virshCommand } from "./virsh_command.ts";
import { virshEvent } from "./virsh_event.ts";

/**
 * Every format that is known. Those with marks of their own come first; the
 * last three have none but braces, and count where no other is recognised.
 *
 * @example Say which formats were never seen
 * ```ts
 * import { logFormats } from "@qmp/run-state/logs";
 * import assert from "node:assert/strict";
 *
 * const unseen = logFormats.filter(({ isSeen }) => !isSeen);
 * assert.ok(unseen.some(({ name }) => name === "incus"));
 * ```
 */
export const logFormats: readonly LogFormat[] = [
  traceFormat,
  libvirt,
  qemuTrace,
  qemuQmp,
  pythonQmp,
  qmpShell,
  virshEvent,
  iotests,
  incus,
  docs,
  virshCommand,
  replies,
  transcript,
  monitorStream,
];

const unmarked: ReadonlySet<LogFormat> = new Set([
  virshCommand,
  replies,
  transcript,
  monitorStream,
]);

/**
 * How many bytes of a log are looked at to choose its format.
 *
 * @example Look at no more of a log than is needed
 * ```ts
 * import { chooseFormat, headSize } from "@qmp/run-state/logs";
 * import assert from "node:assert/strict";
 *
 * const log = new TextEncoder().encode('{"return": {}}\r\n'.repeat(10_000));
 * assert.equal(chooseFormat(log.subarray(0, headSize)).format.name, "raw");
 * ```
 */
export const headSize: number = 64 * 1024;

/** Longer lines are not looked at in full. */
const longestLook = 2000;

/** Which format a log has. */
export interface LogChoice {
  /** The format. */
  readonly format: LogFormat;
  /** How many of the first lines show that it has this format; 0 where none shows any. */
  readonly marks: number;
  /** Which QEMU it was, where the log says so apart from its messages; absent where not. */
  readonly qemu?: string;
  /** What mail programs or web pages did to the log; absent where nothing. */
  readonly damage?: Damage;
  /** Other formats that it may have as well: `TWO_READINGS` for each, a notice. */
  readonly findings: readonly Finding[];
}

/**
 * Finds out which format a log has, by looking at what it holds.
 *
 * @param head The first bytes of the log: {@linkcode headSize}, or all there are.
 * @returns The format with the most marks, and what else to say of it; a raw
 * monitor stream where there are no marks.
 *
 * @example Look at a log
 * ```ts
 * import { chooseFormat } from "@qmp/run-state/logs";
 * import assert from "node:assert/strict";
 *
 * const log = 'event STOP at 1769860800.250000 for domain lab: <null>\n';
 * const { format, findings } = chooseFormat(new TextEncoder().encode(log));
 * assert.equal(format.name, "virsh-event");
 * assert.deepEqual(findings, []);
 * ```
 */
export function chooseFormat(head: Uint8Array): LogChoice {
  const { lines, damage } = headLines(head);
  const counts = logFormats
    .map((format) => ({ format, marks: format.recognise(lines) }))
    .filter(({ marks }) => marks > 0);
  const own = counts.filter(({ format }) => !unmarked.has(format))
    .sort((a, b) => b.marks - a.marks);
  const [most, ...others] = own.length > 0 ? own : counts.slice(0, 1);
  const qemu = most?.format.versionIn?.(lines);
  return {
    format: most?.format ?? monitorStream,
    marks: most?.marks ?? 0,
    ...qemu !== undefined && { qemu },
    ...damage !== undefined && { damage },
    findings: others.map(({ format, marks }) =>
      notice(
        "TWO_READINGS",
        `Read the log as ${
          most!.format.title
        }, but ${marks} of its first lines look like ${format.title}`,
      )
    ),
  };
}

/** The first lines, undamaged; the last one only if it is whole. */
function headLines(
  head: Uint8Array,
): { lines: readonly string[]; damage?: Damage } {
  const splitter = logLines();
  const given = splitter.push(head.subarray(0, headSize));
  if (given.length === 0 || head.length < headSize) {
    given.push(...splitter.end());
  }
  const cut = (text: string) => text.slice(0, longestLook);
  const plain = given.map(({ text }) => text);
  const isFirstTrace = traceFormat.recognise(plain) > 0;
  const damage = damageIn(plain.map(cut));
  if (isFirstTrace || !Object.values(damage).includes(true)) {
    // The header of a trace may be long.
    return { lines: isFirstTrace ? plain.slice(0, 1) : plain.map(cut) };
  }
  const mender = mend(damage, headSize);
  const mended = [
    ...given.flatMap((line) => mender.push(line)),
    ...mender.end(),
  ];
  return { lines: mended.map(({ text }) => cut(text)), damage };
}

/** How {@linkcode logSource} reads. */
export interface LogOptions {
  /** The name of the format, one of those in {@linkcode logFormats}; found out by looking unless said. */
  readonly format?: string;
  /** How many bytes a line may have: by default 128 MiB, twice QEMU's largest value. */
  readonly maxLine?: number;
}

/** The step from the bytes of a log to its records. */
export interface LogSource extends Stage<Uint8Array, TraceRecord> {
  /**
   * Gives the format.
   *
   * @returns The format that was given or found; undefined as long as too
   * little has come to tell.
   */
  format(): LogFormat | undefined;
}

/**
 * Reads a log of any format.
 *
 * Nothing is given until the format is known, which takes {@linkcode headSize}
 * bytes or the end, unless it is named. Where the log may have another format
 * too, the first record says so: it has no text, and a notice `TWO_READINGS`.
 *
 * @param options The format, where it is known, and how long a line may be.
 * @returns The step from the bytes of the log to records.
 * @throws {RangeError} Where there is no format of that name.
 *
 * @example Read libvirt's log, which holds each message twice
 * ```ts
 * import { logSource } from "@qmp/run-state/logs";
 * import { read } from "@qmp/run-state/replay";
 * import assert from "node:assert/strict";
 *
 * const event = '{"timestamp": {"seconds": 1769860800, "microseconds": 5}, ' +
 *   '"event": "STOP"}';
 * const log = `2026-01-31 12:00:00.001+0000: 7: debug : ` +
 *   `qemuMonitorJSONIOProcessLine:189 : Line [${event}]\n` +
 *   `2026-01-31 12:00:00.001+0000: 7: info : ` +
 *   `qemuMonitorJSONIOProcessLine:203 : QEMU_MONITOR_RECV_EVENT: ` +
 *   `mon=0x7f01 event=${event}\n`;
 *
 * const source = logSource();
 * const records = source.push(new TextEncoder().encode(log));
 * const { entries } = read([...records, ...source.end()]);
 *
 * assert.equal(source.format()?.name, "libvirt");
 * assert.deepEqual(
 *   entries.map(({ name, monitor, line }) => [name, monitor, line]),
 *   [["STOP", "0x7f01", 1]],
 * );
 * ```
 */
export function logSource(options: LogOptions = {}): LogSource {
  const { format: name, maxLine } = options;
  const lineOptions = maxLine === undefined ? {} : { maxLine };
  let format = name === undefined ? undefined : formatNamed(name);
  let source = format?.source(lineOptions);
  let held: Uint8Array[] = [];
  let size = 0;

  function choose(): TraceRecord[] {
    const head = join(held);
    held = [];
    const choice = chooseFormat(head);
    const { damage, findings } = choice;
    format = choice.format;
    source = format.source({
      ...lineOptions,
      ...damage !== undefined && { damage },
    });
    const said = findings.length === 0
      ? []
      : [{ line: 1, offset: 0, text: "", findings }];
    return [...said, ...source.push(head)];
  }

  return {
    push(bytes) {
      requireBytes(bytes);
      if (source !== undefined) return source.push(bytes);
      // A copy, because the caller may use its buffer again.
      held.push(bytes.slice());
      size += bytes.length;
      return size < headSize ? [] : choose();
    },
    end() {
      const records = source === undefined ? choose() : [];
      return [...records, ...source!.end()];
    },
    format: () => format,
  };
}

function formatNamed(name: string): LogFormat {
  const format = logFormats.find((each) => each.name === name);
  if (format !== undefined) return format;
  const names = logFormats.map((each) => each.name).join(", ");
  throw new RangeError(
    `Cannot read a log as ${quote(name)}: it is none of ${names}`,
  );
}
