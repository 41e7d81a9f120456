/**
 * Prints changes of the protocol for people.
 *
 * @module
 */

import type { Breaking, Change } from "../editions/changes.ts";
import type { Piece, Printer } from "./terminal.ts";

/**
 * Prints changes, one a line, each with whom it breaks.
 *
 * @param out Where to.
 * @param changes The changes.
 */
export function printChanges(out: Printer, changes: readonly Change[]): void {
  for (const { breaking, message } of changes) {
    out.line("  ", mark(breaking), message);
  }
}

/**
 * Counts the changes that break somebody.
 *
 * @param changes The changes.
 * @returns How many there are.
 */
export function breakingAmong(changes: readonly Change[]): number {
  return changes.filter(({ breaking: { sender, receiver } }) =>
    sender || receiver
  ).length;
}

function mark({ sender, receiver }: Breaking): Piece {
  if (sender && receiver) return ["red", "breaks both       "];
  if (sender) return ["red", "breaks senders    "];
  if (receiver) return ["yellow", "breaks receivers  "];
  return "                  ";
}
