/**
 * What was found, in words.
 *
 * @module
 */

import type { Found } from "../report/found.ts";
import type { Piece } from "./terminal.ts";

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
