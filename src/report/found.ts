/**
 * The findings of entries as they become known, and what messages are called.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import type { Finding } from "../wire/finding.ts";

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
 * Names a message.
 *
 * @param entry The message, read.
 * @returns The name of an event or a command; of a reply, that of its command,
 * or `(unmatched)`; undefined where there is none.
 */
export function nameOf({ kind, name, answers }: Entry): string | undefined {
  return kind === "return" || kind === "error"
    ? answers?.name ?? "(unmatched)"
    : name;
}

/**
 * Tells whether a log says that a greeting came, and has left out what it said.
 *
 * @param entry An entry.
 * @returns Whether another connection begins here.
 */
export function isElidedGreeting({ kind, findings }: Entry): boolean {
  return kind === undefined &&
    findings.some(({ code, expected }) =>
      code === "ELIDED" && expected === "greeting"
    );
}
