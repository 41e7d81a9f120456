/**
 * Lines of text, and how their pieces look where there is colour.
 *
 * @module
 */

import type { Look } from "./words.ts";

/** How a piece of text looks where there is colour. */
export type Ink = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** A piece of a line: text, or text with a look. */
export type Inked = string | readonly [Ink, string];

/** A line, piece by piece. */
export type Line = readonly Inked[];

/** What colour a stretch has. */
export const inks: Readonly<Record<Look, Ink>> = {
  running: "green",
  unknown: "dim",
  unclear: "yellow",
  gone: "dim",
  stopped: "red",
};

/**
 * Whether a name is one of the events that tell of trouble.
 *
 * @param name The name of an event.
 * @returns Whether it is.
 */
export function isAlarming(name: string): boolean {
  return /^(GUEST_PANICKED|WATCHDOG|BLOCK_IO_ERROR|MEMORY_FAILURE)$/.test(name);
}
