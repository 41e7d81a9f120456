/**
 * What there is to say of a finding's code: what it means, what to do, and a
 * file in which it is found.
 *
 * @module
 */

import type { FindingCode } from "../wire/finding.ts";

/** A file in which a code is found. */
export interface Example {
  /** What the file holds. */
  readonly file: string;
  /** A part of it that is there more than once in truth, and how many times. */
  readonly times?: readonly [part: string, count: number];
  /** Set where the file holds bytes: `file` is their base64. */
  readonly isBase64?: true;
  /** The options of `validate`, where the code is not found without. */
  readonly options?: readonly string[];
  /** The function that finds it in what was read, where `validate` does not. */
  readonly by?: "compatible";
}

/** What there is to say of a code. */
export interface Explanation {
  /** How much it weighs; where that depends, there is an example of each. */
  readonly severity: "fault" | "notice" | "fault or notice";
  /** What it means: a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly advice: string;
  /** Files in which it is found. */
  readonly examples: readonly [Example, ...Example[]];
}

/** Explanations by code. */
export type Explanations = Readonly<Partial<Record<FindingCode, Explanation>>>;

/** A time, for examples. */
export const time =
  '"timestamp": {"seconds": 1267041730, "microseconds": 281295}';

/**
 * Writes a trace file, for examples.
 *
 * @param lines What comes after its header.
 * @returns The file.
 */
export function trace(...lines: readonly string[]): string {
  const header = '{"format": "qmp-trace", "version": 1, "qemu": "7.2.22"}';
  return [header, ...lines].join("\n") + "\n";
}
