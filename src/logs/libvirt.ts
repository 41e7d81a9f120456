/**
 * libvirt's debug log: of libvirtd or virtqemud, from journald, within
 * KubeVirt's JSON lines, or just the lines of the probes. A message stands in
 * it two to four times.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { Stage } from "../wire/stage.ts";
import { countLines, type LogFormat, overLines } from "./format.ts";
import { type Place, type Probe, probeOf, unwrapped } from "./libvirt_probe.ts";
import { type LogLine, remade } from "./log_lines.ts";
import { type Mark, markedReader } from "./marked.ts";
import { once } from "./once.ts";

/** What is logged so may be a part of a message, or none. */
const doubtful: ReadonlySet<Place> = new Set([
  "IO_WRITE",
  "IO_PROCESS",
  "string",
]);

/** Where libvirt logs what it says itself. */
const isSending: ReadonlySet<Place | undefined> = new Set<Place>([
  "SEND_MSG",
  "IO_WRITE",
]);

const isGreeting = /^\{\s*"QMP"/;

function reader(): Stage<LogLine, TraceRecord> {
  const messages = once();
  const names = monitorNames();
  /** What the line at hand tells, and the last lines that told of a message. */
  let probe: Probe | undefined;
  let last: Probe[] = [];
  let held: LogLine | undefined;
  /** The monitors that were opened, and have not been heard yet. */
  const unheard = new Set<string>();

  const marked = markedReader({
    mark(text): Mark | undefined {
      const buffer = last.at(-1);
      const isNext = probe === undefined && buffer?.place === "IO_PROCESS" &&
        text.startsWith("{");
      const told = isNext ? buffer : probe;
      if (told?.place === undefined) return undefined;
      const column = isNext ? 0 : told.column;
      if (text[column] !== "{") return undefined;
      const { place, mon, at } = told;
      const isSent = place === "SEND_MSG" || place === "IO_WRITE" ||
        place === "Send command";
      return {
        column,
        direction: isSent ? "->" : "<-",
        isLoose: doubtful.has(place),
        monitor: mon === undefined ? undefined : names.of(mon),
        at,
      };
    },
  });

  function take(records: readonly TraceRecord[]): void {
    for (const record of records) {
      const told = last.findLast(({ line }) => line <= record.line);
      const isPart = record.findings?.some(({ severity }) =>
        severity === "fault"
      ) && doubtful.has(told?.place ?? "RECV");
      // The guest agent speaks alike, and is no QEMU.
      const isAgent = record.text.startsWith('{"execute": "guest-') ||
        record.text.startsWith('{"execute":"guest-');
      if (!isPart && !isAgent) {
        const place = told?.place ?? "RECV";
        const awaited = isGreeting.test(record.text) ? greeted() : undefined;
        messages.take(record, place, told?.thread ?? "", awaited);
      }
    }
  }

  /** A greeting is the first that QEMU says to whom a monitor was opened. */
  function greeted(): string | undefined {
    const [only] = unheard;
    if (unheard.size !== 1) return undefined;
    unheard.clear();
    return only;
  }

  function read(line: LogLine): void {
    probe = probeOf(line);
    if (probe?.mon !== undefined) {
      if (probe.isNew) names.open(probe.mon);
      const name = names.of(probe.mon);
      messages.spoken(probe.thread, name);
      // What is sent may be logged before QEMU has greeted.
      if (probe.isNew) unheard.add(name);
      else if (!isSending.has(probe.place)) unheard.delete(name);
    }
    // A message that is cut short began on one of the two.
    if (probe?.place !== undefined) last = [...last.slice(-1), probe];
    take(marked.push(line));
  }

  /** Reads a line, but for one that mail wrapped within its mark. */
  function readWhole(line: LogLine): void {
    const isSecond = held !== undefined;
    const whole = held === undefined
      ? line
      : remade(held, `${held.text.trimEnd()} ${line.text.trimStart()}`);
    held = undefined;
    // Joined once: a mark is short, and no more than one end of line is in it.
    const isHalf = !isSecond && halfMark.test(whole.text.slice(-60)) &&
      !isNoted.test(whole.text.slice(-60));
    if (isHalf) held = whole;
    else read(whole);
  }

  return {
    push(line) {
      (unwrapped(line) ?? [line]).forEach(readWhole);
      return messages.settled(line.line);
    },
    end() {
      if (held !== undefined) read(held);
      take(marked.end());
      return messages.settled(Infinity);
    },
  };
}

/** Names monitors by their addresses, which are used again after one is closed. */
function monitorNames(): {
  open(mon: string): void;
  of(mon: string): string;
} {
  const named = new Map<string, { name: string; time: number }>();
  const first = (mon: string) => {
    // One string for all records: each slice of a line would keep the line (V8).
    const given = { name: mon, time: 1 };
    named.set(mon, given);
    return given;
  };
  return {
    open(mon) {
      const given = named.get(mon);
      if (given === undefined) first(mon);
      else given.name = `${mon}#${++given.time}`;
    },
    of: (mon) => (named.get(mon) ?? first(mon)).name,
  };
}

/** How a line ends that was wrapped within its mark. */
const halfMark = /QEMU_MONITOR_[A-Z_]+:(?: mon=\w+)?[ \t]*$/;

/** These end with the monitor. */
const isNoted = /QEMU_MONITOR_(?:NEW|CLOSE): mon=\w+[ \t]*$/;

const line =
  /QEMU_MONITOR_(?:SEND_MSG|IO_WRITE|IO_PROCESS|RECV_REPLY|RECV_EVENT|NEW|CLOSE): mon=|qemuMonitorJSON\w+:\d+ : Line \[\{|(?:debug|info|warning|error) : \w+:\d+ : |: info : libvirt version: /;

/** The format. */
export const libvirt: LogFormat = {
  name: "libvirt",
  title: "debug log of libvirt",
  isSeen: true,
  recognise: (head) => countLines(head, line),
  source: (options) => overLines(reader(), options),
};
