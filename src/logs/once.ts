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
  record: TraceRecord;
  readonly key: string;
  readonly thread: string;
  readonly places: Set<Place>;
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
   */
  take(record: TraceRecord, place: Place, thread: string): void;
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
  let waiting: Slot[] = [];
  let remembered: Slot[] = [];
  const byKey = new Map<string, Slot[]>();
  const monitors = new Map<string, Set<string>>();
  const all = new Set<string>();

  function forget(slot: Slot): void {
    const slots = byKey.get(slot.key)!;
    slots.splice(slots.indexOf(slot), 1);
    if (slots.length === 0) byKey.delete(slot.key);
  }

  /** Only one monitor can be meant where a thread, or the whole log, knows just one. */
  function named({ record, thread }: Slot): TraceRecord {
    if (record.monitor !== undefined) return record;
    const known = monitors.get(thread) ?? all;
    const [only] = known.size === 0 ? all : known;
    if (only === undefined) return record;
    if (known.size <= 1) return { ...record, monitor: only };
    const finding = notice(
      "TWO_READINGS",
      `Cannot tell which of ${known.size} monitors sent this: the log does not say`,
    );
    return { ...record, findings: [...record.findings ?? [], finding] };
  }

  return {
    take(record, place, thread) {
      const key = keyOf(record.text);
      const slots = byKey.get(key) ?? [];
      const { monitor } = record;
      const slot = slots.find((each) =>
        !each.places.has(place) &&
        (monitor === undefined || (each.record.monitor ?? monitor) === monitor)
      );
      const isSure = place === "SEND_MSG" || place === "RECV";
      if (slot !== undefined) {
        slot.places.add(place);
        slot.isSure ||= isSure;
        if (monitor !== undefined) slot.record = { ...slot.record, monitor };
        return;
      }
      const places = new Set([place]);
      const fresh: Slot = { record, key, thread, places, isSure };
      byKey.set(key, [...slots, fresh]);
      waiting.push(fresh);
    },
    spoken(thread, monitor) {
      const known = monitors.get(thread);
      if (known === undefined) monitors.set(thread, new Set([monitor]));
      else known.add(monitor);
      all.add(monitor);
    },
    settled(line) {
      let count = 0;
      for (const { isSure, record } of waiting) {
        if (!isSure && line - record.line <= patience) break;
        count += 1;
      }
      const settled = waiting.slice(0, count);
      if (count > 0) waiting = waiting.slice(count);
      for (const slot of settled) remembered.push(slot);
      const stale = remembered.findIndex(({ record }) =>
        line - record.line <= memory
      );
      const gone = stale < 0 ? remembered.length : stale;
      if (gone > 0) {
        remembered.slice(0, gone).forEach(forget);
        remembered = remembered.slice(gone);
      }
      const records = settled.map(named);
      // The text is not needed to know it again.
      for (const slot of settled) slot.record = { ...slot.record, text: "" };
      return records;
    },
  };
}

/** Two hashes (FNV-1a) and the length: texts may be large, and are many. */
function keyOf(text: string): string {
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x5bd1e995);
  }
  return `${text.length} ${one} ${other}`;
}
