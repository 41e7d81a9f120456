/**
 * Prints for people where each message leaves the machine.
 *
 * @module
 */

import type { Step } from "../replay/track.ts";
import type { Kind } from "../schema/qmp.ts";
import { shorten } from "../wire/quote.ts";
import { foundWith, nameOf } from "../report/found.ts";
import { membersOf } from "../report/members.ts";
import { findingPieces } from "./findings.ts";
import type { Printer, Style } from "./terminal.ts";

/** As wide as time and direction. */
const indent = " ".repeat(16);

const styles: Readonly<Record<Kind, Style>> = {
  greeting: "dim",
  command: "cyan",
  return: "dim",
  error: "red",
  event: "bold",
};

/**
 * Makes what prints steps: each message, what was found, and the run state where
 * it is another than before.
 *
 * @param out Where to.
 * @returns What takes a step.
 */
export function stepPrinter(out: Printer): (step: Step) => void {
  let before = "";
  return (step) => {
    const { entry } = step;
    const { kind, at = 0 } = entry;
    if (kind !== undefined) {
      const name = nameOf(entry);
      const words = name === undefined
        ? membersOf(entry)
        : `${shorten(name).padEnd(20)} ${membersOf(entry)}`.trimEnd();
      out.line(
        ["dim", at.toFixed(6).padStart(12)],
        ` ${entry.direction} `,
        [styles[kind], kind.padEnd(9)],
        words,
      );
    }
    for (const one of foundWith(entry)) out.line(indent, ...findingPieces(one));
    for (const finding of step.findings) {
      out.line(indent, ...findingPieces({ line: entry.line, finding }));
    }
    const states = step.isProven ? step.states.join(" or ") : "not known";
    if (states === before) return;
    before = states;
    out.line(indent, "run state: ", ["cyan", states]);
  };
}
