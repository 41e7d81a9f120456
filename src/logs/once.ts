/**
 * Counts a message once that libvirt logged at several places.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import { notice } from "./found.ts";
import type { Place } from "./libvirt_probe.ts";

/** How many lines a message waits for the line that says whose it is. */
const patience = 256;

/** How many lines a message is remembered: a busy QEMU takes a command late. */
const memory = 4096;

/** A message, and where it was logged so far. */
interface Slot {
  /** Where it was logged first. */
  readonly line: number;
  /** What to give; nothing once it was given, since the key suffices to know it again. */
  record: TraceRecord | undefined;
  readonly key: number;
  monitor: string | undefined;
  readonly thread: string;
  readonly places: Place[];
  /** The monitor that it must be of, unless its thread knows another one. */
  readonly awaited: string | undefined;
  isSure: boolean;
}

/** Counts messages once. */
export interface Once {
  /**
   * Takes a message as it was logged.
   *
   * @param record The message.
   * @param place Where.
   * @param thread By which thread.
   * @param awaited The one monitor that such a message is awaited of, if any.
   */
  take(
    record: TraceRecord,
    place: Place,
    thread: string,
    awaited?: string,
  ): void;
  /**
   * Takes note of a monitor that a thread speaks of.
   *
   * @param thread The thread.
   * @param monitor The monitor.
   */
  spoken(thread: string, monitor: string): void;
  /**
   * Gives what is settled.
   *
   * @param line The line at hand; Infinity at the end.
   * @returns The messages, in the order in which they were first logged.
   */
  settled(line: number): TraceRecord[];
}

/**
 * Counts the same text once, however many of libvirt's places logged it. The
 * same text from the same place is another message.
 *
 * @returns The counter, before the first message.
 */
export function once(): Once {
  /** All that is remembered, in order; those up to `settledTo` were given. */
  let slots: Slot[] = [];
  let settledTo = 0;
  let forgottenTo = 0;
  const byKey = new Map<number, Slot[]>();
  const monitors = new Map<string, Set<string>>();
  const all = new Set<string>();

  function forget({ key }: Slot): void {
    const alike = byKey.get(key)!;
    if (alike.length === 1) byKey.delete(key);
    else alike.shift();
  }

  /** Only one monitor can be meant where a thread, or the whole log, knows just one. */
  function named(
    record: TraceRecord,
    { monitor, thread, awaited }: Slot,
  ): TraceRecord {
    if (monitor !== undefined) {
      return record.monitor === monitor ? record : { ...record, monitor };
    }
    const known = monitors.get(thread) ?? all;
    const [only] = known.size === 0 ? all : known;
    if (only === undefined) return record;
    if (known.size <= 1) return { ...record, monitor: only };
    if (awaited !== undefined) return { ...record, monitor: awaited };
    const finding = notice(
      "TWO_READINGS",
      `Cannot tell which of ${known.size} monitors sent this: the log does not say`,
    );
    return { ...record, findings: [...record.findings ?? [], finding] };
  }

  return {
    take(record, place, thread, awaited) {
      const key = keyOf(record.text);
      const alike = byKey.get(key);
      const { monitor } = record;
      const slot = alike?.find((each) =>
        !each.places.includes(place) &&
        (monitor === undefined || (each.monitor ?? monitor) === monitor)
      );
      const isSure = place === "SEND_MSG" || place === "RECV";
      if (slot !== undefined) {
        slot.places.push(place);
        slot.isSure ||= isSure;
        // Another copy may have come through where one was damaged.
        if (slot.record && isDamaged(slot.record) && !isDamaged(record)) {
          slot.record = { ...record, line: slot.line };
        }
        slot.monitor ??= monitor;
        return;
      }
      const { line } = record;
      const fresh: Slot = {
        line,
        record,
        key,
        monitor,
        thread,
        places: [place],
        awaited,
        isSure,
      };
      if (alike === undefined) byKey.set(key, [fresh]);
      else alike.push(fresh);
      slots.push(fresh);
    },
    spoken(thread, monitor) {
      const known = monitors.get(thread);
      if (known === undefined) monitors.set(thread, new Set([monitor]));
      else known.add(monitor);
      all.add(monitor);
    },
    settled(line) {
      const records: TraceRecord[] = [];
      for (; settledTo < slots.length; settledTo++) {
        const slot = slots[settledTo]!;
        if (!slot.isSure && line - slot.line <= patience) break;
        records.push(named(slot.record!, slot));
        slot.record = undefined;
      }
      while (
        forgottenTo < settledTo &&
        line - slots[forgottenTo]!.line > memory
      ) forget(slots[forgottenTo++]!);
      if (forgottenTo > memory) {
        slots = slots.slice(forgottenTo);
        settledTo -= forgottenTo;
        forgottenTo = 0;
      }
      return records;
    },
  };
}

function isDamaged({ findings }: TraceRecord): boolean {
  return findings !== undefined &&
    findings.some(({ severity }) => severity === "fault");
}

/**
 * Two hashes (FNV-1a), as many bits of them as a number holds: texts may be
 * large, and are many. Blanks do not count, since a copy may have been wrapped
 * where another was not.
 */
function keyOf(text: string): number {
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit <= 0x20) continue;
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x5bd1e995);
  }
  return (one >>> 0) * 2 ** 21 + (other >>> 11);
}
