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
 * Says that a file holds no message, and why none was found.
 *
 * @param title What the file is called.
 * @param silence How it looks, and what it was read as.
 * @param faults How many faults it has.
 * @param first What was found first.
 * @returns The sentence.
 */
export function noMessage(
  title: string,
  silence: string,
  faults: number,
  first: Found | undefined,
): string {
  const found = first === undefined || faults === 0
    ? ""
    : `; ${
      count(faults, "fault")
    }, the first on line ${first.line}: ${first.finding.message}`;
  return `${title} holds no message of QMP: ${silence}${found}`;
}

/**
 * Says that a file holds QEMU's own log of its run state alone.
 *
 * @param title What the file is called.
 * @returns The sentence.
 */
export function statesAlone(title: string): string {
  return `${title} holds no message of QMP, but QEMU's own log of its run state, which timeline and report show`;
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
