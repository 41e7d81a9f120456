/**
 * What `virsh qemu-monitor-event` prints: the data of events without their
 * envelope, compact, with `--timestamp`, or with `--pretty`.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { Stage } from "../wire/stage.ts";
import { countLines, type LogFormat, overLines } from "./format.ts";
import { cutShort, rewritten } from "./found.ts";
import { beginMessage, gather, type Gathering, textOf } from "./gather.ts";
import { libvirtTime, type LogLine, placeOf } from "./log_lines.ts";
import { lineTooLong } from "./marked.ts";

// L tools/virsh-domain.c virshEventQemuPrint: "event %s at %lld.%06u for domain
// %s: %s\n", or "%s: event %s for domain %s: %s\n" with the client's own time.
const mark =
  /^(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})([+-]\d{4}): )?event ([\w-]+)(?: at (-?\d+)\.(\d+))? for domain (?:'([^']*)'|([^:]*)): /;

/** Other callbacks have a name in quotes, which QMP's events never have. */
interface Head {
  readonly line: LogLine;
  readonly name: string;
  readonly seconds: string;
  readonly microseconds: string;
  readonly at?: number;
  readonly monitor: string;
  /** The text in front of the data. */
  readonly front: string;
}

const change = new Set(["an event as virsh prints it, put into its envelope"]);
const timeless = new Set([
  "an event as virsh prints it with --timestamp, which drops QEMU's time, so -1 as of no clock",
]);

function headOf(line: LogLine): Head | undefined {
  const found = mark.exec(line.text);
  if (found === null) return undefined;
  const [front, clock, zone, name, seconds = "-1", micros, quoted, plain] =
    found;
  const isTimed = !seconds.startsWith("-");
  const at = clock !== undefined
    ? libvirtTime(clock, zone!)
    : isTimed
    ? Number(`${seconds}.${micros}`)
    : NaN;
  return {
    line,
    name: name!,
    seconds,
    microseconds: isTimed ? String(Number(micros)) : "-1",
    ...Number.isFinite(at) && { at },
    monitor: quoted ?? plain!,
    front,
  };
}

function reader(): Stage<LogLine, TraceRecord> {
  let open: { head: Head; data: Gathering } | undefined;

  function record(
    head: Head,
    text: string,
    data: string | undefined,
    isWhole: boolean,
  ): TraceRecord {
    const { line, name, seconds, microseconds, at, monitor } = head;
    const stamp = `{"seconds": ${seconds}, "microseconds": ${microseconds}}`;
    const member = data === undefined ? "" : `, "data": ${data}`;
    return {
      line: line.line,
      offset: placeOf(line, 0),
      ...at !== undefined && { at },
      direction: "<-",
      monitor,
      text: head.front + text,
      ...isWhole && {
        json: `{"timestamp": ${stamp}, "event": "${name}"${member}}`,
      },
      findings: [
        isWhole ? rewritten(seconds === "-1" ? timeless : change) : cutShort(),
      ],
    };
  }

  function cut(): TraceRecord[] {
    if (open === undefined) return [];
    const { head, data } = open;
    open = undefined;
    return [record(head, textOf(data).text, undefined, false)];
  }

  function goOn(line: LogLine, column: number): TraceRecord[] {
    const { head, data } = open!;
    if (gather(data, line, column) < 0) return [];
    open = undefined;
    const { text, joined } = textOf(data);
    return [record(head, text, joined, data.cutAt === undefined)];
  }

  return {
    push(line) {
      if (line.tooLong) return [...cut(), lineTooLong(line)];
      const head = headOf(line);
      if (head === undefined) return open === undefined ? [] : goOn(line, 0);
      const records = cut();
      const column = head.front.length;
      const rest = line.text.slice(column);
      if (rest.startsWith("{")) {
        open = { head, data: beginMessage(line, column) };
        records.push(...goOn(line, column));
      } else if (rest === "<null>") {
        records.push(record(head, rest, undefined, true));
      } else records.push(record(head, rest, undefined, false));
      return records;
    },
    end: cut,
  };
}

/** The format. */
export const virshEvent: LogFormat = {
  name: "virsh-event",
  title: "output of virsh qemu-monitor-event",
  isSeen: true,
  recognise: (head) => countLines(head, mark),
  source: (options) => overLines(reader(), options),
};
