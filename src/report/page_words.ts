/**
 * How the page writes what may hold anything.
 *
 * @module
 */

import { printable } from "./printable.ts";
import type { Interval, Report } from "./report.ts";
import { lookOf, relative, timeOfDay } from "./words.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Makes any text fit to stand in the page, between tags or in quotes.
 *
 * @param text Any text.
 * @returns The text, of which nothing is markup and nothing hides.
 */
export function plain(text: string): string {
  return printable(text).replace(/[&<>"']/g, (each) => entities[each]!);
}

/** Which run states look alike. */
const groups: readonly (readonly [string, readonly string[]])[] = [
  ["running", ["running"]],
  ["idle", ["preconfig", "prelaunch", "inmigrate"]],
  ["paused", ["paused"]],
  ["asleep", ["suspended"]],
  ["failed", ["watchdog", "guest-panicked", "io-error", "internal-error"]],
  ["off", ["shutdown"]],
  ["moving", ["finish-migrate", "postmigrate", "colo"]],
  ["saving", ["save-vm", "restore-vm"]],
  ["debug", ["debug"]],
];

/** What the legend says of each look. */
export const groupWords: Readonly<Record<string, string>> = {
  running: "running",
  idle: "not started",
  paused: "paused",
  asleep: "suspended",
  failed: "panicked, watchdog or error",
  off: "shut down",
  moving: "migrating",
  saving: "snapshot",
  debug: "debugged",
  mixed: "stopped, one of several states",
  unclear: "may have run",
  unknown: "unknown",
  gone: "no QEMU",
};

/**
 * Tells how a stretch looks.
 *
 * @param interval The stretch.
 * @returns The end of its class, a key of {@linkcode groupWords}.
 */
export function groupOf(
  interval: Pick<Interval, "states" | "isKnown">,
): string {
  const look = lookOf(interval);
  if (look !== "stopped" && look !== "running") return look;
  const group = groups.find(([, states]) =>
    interval.states.every((each) => states.includes(each))
  );
  return group?.[0] ?? "mixed";
}

/**
 * Writes a moment: since the start, and by the clock.
 *
 * @param report The report.
 * @param at Seconds since the start; undefined where that is not known.
 * @returns The markup; empty where nothing is known.
 */
export function moment({ epoch }: Report, at: number | undefined): string {
  if (at === undefined) return "";
  const day = epoch === undefined ? undefined : timeOfDay(epoch, at);
  return plain(relative(at)) + (day === undefined ? "" : ` ${clockTime(day)}`);
}

/**
 * Writes a time of day.
 *
 * @param day The time, as in ISO 8601.
 * @returns The markup.
 */
export function clockTime(day: string): string {
  const words = `${day.slice(0, -1).replace("T", " ")} UTC`;
  return `<time datetime="${day}">${words}</time>`;
}
