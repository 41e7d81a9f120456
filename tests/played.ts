/**
 * Entries to play, and what was played, for the tests of playback.
 *
 * @module
 */

import {
  type Entry,
  type Played,
  rawSource,
  read,
  traceSource,
} from "@qmp/run-state/replay";

const encoder = new TextEncoder();

/**
 * Spells an event as QEMU does.
 *
 * @param name Its name.
 * @param seconds Its time; -1 as QEMU writes it where its clock fails.
 * @returns The text of the message.
 */
export function event(name: string, seconds = 1): string {
  const whole = Math.floor(seconds);
  const rest = seconds < 0 ? -1 : Math.round((seconds - whole) * 1e6);
  const data = name === "WATCHDOG" ? ', "data": {"action": "none"}' : "";
  return `{"timestamp": {"seconds": ${whole}, "microseconds": ${rest}}, ` +
    `"event": "${name}"${data}}\r\n`;
}

/**
 * Makes entries that know their time: events, or commands where the name is in
 * lower case.
 *
 * @param rows The seconds and the name of each.
 * @returns The entries.
 */
export function entriesAt(
  ...rows: readonly (readonly [number, string])[]
): readonly Entry[] {
  const source = traceSource();
  const lines = rows.map(([at, name]) =>
    name === name.toLowerCase()
      ? [at, "->", `{"execute": "${name}"}`]
      : [at, "<-", event(name)]
  );
  const trace = '{"format": "qmp-trace", "version": 1}\n' +
    lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const records = source.push(encoder.encode(trace));
  return read([...records, ...source.end()]).entries;
}

/**
 * Makes entries that know no time but that of their event.
 *
 * @param texts The messages.
 * @returns The entries.
 */
export function entriesOf(...texts: readonly string[]): readonly Entry[] {
  const source = rawSource();
  const records = source.push(encoder.encode(texts.join("")));
  return read([...records, ...source.end()]).entries;
}

/**
 * Names what was played.
 *
 * @param batch What was played.
 * @returns The name of each message, or its kind.
 */
export function names(batch: readonly Played[]): string[] {
  return batch.map(({ entry }) => entry.name ?? entry.kind ?? entry.text);
}
