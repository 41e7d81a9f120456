/**
 * The findings of entries, as they become known.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import type { Finding } from "../wire/finding.ts";
import type { Piece } from "./terminal.ts";

/** A finding and where it is. */
export interface Found {
  /** The line of the file on which the text begins that it speaks of. */
  readonly line: number;
  /** The finding. */
  readonly finding: Finding;
}

/**
 * Gives what became known with an entry. That a command was refused becomes
 * known with its reply, wherever a chunk happens to end between the two.
 *
 * @param entry The entry.
 * @returns Its own findings, and those of the command that it answers.
 */
export function foundWith({ line, findings, answers }: Entry): Found[] {
  const found: Found[] = [];
  for (const finding of findings) {
    if (finding.code !== "REFUSED") found.push({ line, finding });
  }
  for (const finding of answers?.findings ?? []) {
    if (finding.code === "REFUSED") {
      found.push({ line: answers!.line, finding });
    }
  }
  return found;
}

/**
 * Writes a finding for people.
 *
 * @param found The finding.
 * @returns The pieces of a line.
 */
export function findingPieces({ line, finding }: Found): Piece[] {
  const { severity, code, message } = finding;
  return [
    ["dim", `line ${line}: `],
    [severity === "fault" ? "red" : "yellow", `${severity} ${code}`],
    `: ${message}`,
  ];
}

/**
 * Says that a file holds no message.
 *
 * @param title What the file is called.
 * @param isEmpty Whether it has no byte.
 * @param faults How many faults it has.
 * @param first What was found first.
 * @returns The sentence.
 */
export function noMessage(
  title: string,
  isEmpty: boolean,
  faults: number,
  first: Found | undefined,
): string {
  if (isEmpty) return `${title} is empty, so it holds no message`;
  if (first === undefined) return `${title} holds no message`;
  return `${title} holds no message but ${count(faults, "fault")}, ` +
    `the first on line ${first.line}: ${first.finding.message}`;
}

/**
 * Counts things for people.
 *
 * @param number How many.
 * @param thing What one of them is called.
 * @returns Such as `1 fault` and `2 faults`.
 */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
