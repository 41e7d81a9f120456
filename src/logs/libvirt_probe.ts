/**
 * What a line of libvirt's log tells of a monitor.
 *
 * @module
 */

import type { JsonValue } from "../wire/json.ts";
import { safeParseJson } from "../wire/parse_json.ts";
import { libvirtTime, type LogLine, remade } from "./log_lines.ts";

/** Where in libvirt a message was logged; those that come first know most. */
export type Place =
  | "SEND_MSG"
  | "IO_WRITE"
  | "RECV"
  | "IO_PROCESS"
  | "Line"
  | "string"
  | "Send command";

/** What a line of the log tells. */
export interface Probe {
  /** The line, from 1. */
  readonly line: number;
  /** Where it was logged; absent where the line tells of no message. */
  readonly place: Place | undefined;
  /** Whether the monitor was opened here. */
  readonly isNew: boolean;
  /** The column after the mark. */
  readonly column: number;
  /** The monitor's address, where the line gives it. */
  readonly mon: string | undefined;
  /** The thread that logged it. */
  readonly thread: string;
  /** Seconds since the epoch, where the line gives its time. */
  readonly at: number | undefined;
}

// L src/util/virlog.c: "%s: " of the time in UTC, "%llu: %s : %s:%d : %s\n";
// grep -n puts a number in front, copying may clip the first character.
const prefix =
  /^(?:\d{1,9}[:-](?!\d\d-))?(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})([+-]\d{4}): )?(?:(\d+): (?:debug|info|warning|error) : )?/;

// L src/qemu/qemu_monitor.c and qemu_monitor_json.c.
const mark =
  /^[^{"]{0,400}?(?:QEMU_MONITOR_(SEND_MSG|IO_WRITE|RECV_REPLY|RECV_EVENT|IO_PROCESS|NEW|CLOSE): mon=(\w+)(?: (?:msg|buf|reply|event)=)?|(?:^|: )(Line \[)|(?:^|: )(Send command ')|(?:^|: )string=(?=\{))/;

/**
 * Reads a line.
 *
 * @param line The line.
 * @returns What it tells; nothing where it is not of a monitor, the guest
 * agent's among them.
 */
export function probeOf({ line, text }: LogLine): Probe | undefined {
  const found = mark.exec(text);
  if (found === null || /qemuAgent/.test(found[0])) return undefined;
  // Named groups would take a third longer (V8).
  const [whole, probe, mon, isLine, isSend] = found;
  const [, time, zone, thread = ""] = prefix.exec(text)!;
  const at = time === undefined ? NaN : libvirtTime(time, zone!);
  const place = probe === undefined
    ? isLine !== undefined
      ? "Line"
      : isSend !== undefined
      ? "Send command"
      : "string"
    : placeOfProbe(probe);
  return {
    line,
    place,
    isNew: probe === "NEW",
    column: whole.length,
    mon,
    thread,
    at: Number.isFinite(at) ? at : undefined,
  };
}

function placeOfProbe(probe: string): Place | undefined {
  switch (probe) {
    case "SEND_MSG":
    case "IO_WRITE":
    case "IO_PROCESS":
      return probe;
    case "RECV_REPLY":
    case "RECV_EVENT":
      return "RECV";
    default:
      return undefined;
  }
}

/**
 * Takes a line of libvirt out of the JSON that KubeVirt or `journalctl -o json`
 * put it in.
 *
 * @param line The line.
 * @returns The lines of the text within, in libvirt's own form; nothing where
 * it is not wrapped.
 */
export function unwrapped(line: LogLine): LogLine[] | undefined {
  const { text } = line;
  if (!/^\{.*"(?:msg|MESSAGE)" ?:/.test(text)) return undefined;
  const parsed = safeParseJson(text);
  if (!parsed.ok || parsed.value === null || typeof parsed.value !== "object") {
    return undefined;
  }
  const object = parsed.value as Readonly<
    Record<string, JsonValue | undefined>
  >;
  const { msg, MESSAGE, timestamp, thread, pos } = object;
  const message = textIn(msg ?? MESSAGE);
  if (message === undefined) return undefined;
  const time = timeIn(timestamp) ?? timeIn(object["__REALTIME_TIMESTAMP"]);
  const where = typeof pos === "string" ? pos : object["CODE_FUNC"];
  const front = (time === undefined ? "" : `${time}+0000: `) +
    (typeof thread === "string" ? `${thread}: debug : ` : "") +
    (typeof where === "string" ? `${where} : ` : "");
  return message.split("\n").map((part, index) =>
    remade(line, (index === 0 ? front : "") + part.replace(/\r$/, ""))
  );
}

/** journald gives a text that has control characters as its bytes. */
function textIn(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((each) => typeof each === "number")
    ? new TextDecoder().decode(Uint8Array.from(value as number[]))
    : undefined;
}

/** A time as libvirt writes it. */
function timeIn(value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  const milliseconds = /^\d{16}$/.test(value)
    ? Number(value) / 1000
    : Date.parse(value);
  return milliseconds >= 0 && milliseconds < 8e15
    ? new Date(milliseconds).toISOString().replace("T", " ").slice(0, 23)
    : undefined;
}
