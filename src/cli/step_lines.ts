/**
 * Prints for people where each message leaves the machine.
 *
 * @module
 */

import type { Step } from "../replay/track.ts";
import { type Found, foundWith, nameOf } from "../report/found.ts";
import { membersOf, statusIn } from "../report/members.ts";
import { sourceTime } from "../report/words.ts";
import type { Kind } from "../schema/qmp.ts";
import { shorten } from "../wire/quote.ts";
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

const unknown = "not known";

/** Of as many machines it is known what was told of them last. */
const mostMachines = 2000;

/** Prints what there is to say of messages. */
export interface StepPrinter {
  /**
   * Prints a message, what was found, and the run state where it is another
   * than before.
   *
   * @param step The message and where it leaves the machine.
   * @param time Its time in seconds, where that is not what its source says.
   */
  step(step: Step, time?: number): void;
  /**
   * Prints a finding.
   *
   * @param found The finding.
   */
  found(found: Found): void;
  /**
   * Prints a remark.
   *
   * @param sentence What to say.
   */
  remark(sentence: string): void;
}

/**
 * Makes what prints steps.
 *
 * @param out Where to.
 * @param before The run state that was told last; it is not known unless said.
 * @returns The printer.
 */
export function stepPrinter(
  out: Printer,
  before: string = unknown,
): StepPrinter {
  /** The run state that was told last of each machine. */
  const stood = new Map<string | undefined, string>();
  /** What a QEMU said last of its run state, as long as that is possible. */
  let told: { monitor: string | undefined; status: unknown } | undefined;

  function found(found: Found): void {
    out.line(indent, ...findingPieces(found));
  }

  function standing(step: Step): string {
    const { entry, states } = step;
    const { monitor } = entry;
    const status = statusIn(entry);
    if (status !== undefined) told = { monitor, status };
    if (told?.monitor !== monitor || !step.isProven) return statesOf(step);
    const others = states.filter((state) => state !== told?.status);
    if (others.length === states.length) told = undefined;
    return told === undefined || others.length === 0
      ? statesOf(step)
      : `${told.status} (unheard since: ${others.join(" or ")})`;
  }
  return {
    found,
    remark: (sentence) => out.line(["dim", `${indent}${sentence}`]),
    step(step, time = step.entry.at) {
      const { entry } = step;
      if (entry.kind !== undefined) printMessage(out, step, time);
      for (const one of foundWith(entry)) found(one);
      const { line } = entry;
      for (const finding of step.findings) found({ line, finding });
      const states = standing(step);
      const { monitor } = entry;
      if (states !== (stood.get(monitor) ?? before)) {
        out.line(indent, "run state: ", ["cyan", states]);
      }
      if (stood.size === mostMachines) stood.clear();
      stood.set(monitor, states);
    },
  };
}

/**
 * Says where a machine can stand.
 *
 * @param step The last message, if there was one.
 * @returns Such as `running`, `paused or io-error`, or `not known`.
 */
export function statesOf(step?: Step): string {
  return step?.isProven ? step.states.join(" or ") : unknown;
}

function printMessage(
  out: Printer,
  { entry }: Step,
  time: number | undefined,
): void {
  const kind = entry.kind!;
  // Where the source does not know: commands go to QEMU, all else comes from it.
  const direction = entry.direction ?? (kind === "command" ? "->" : "<-");
  const name = nameOf(entry);
  const members = membersOf(entry);
  const words = name === undefined
    ? members
    : `${shorten(name).padEnd(20)} ${members}`.trimEnd();
  const { monitor } = entry;
  out.line(
    ["dim", (time === undefined ? "" : sourceTime(time, 6)).padStart(12)],
    // A log that names the machine may be of several.
    monitor === undefined ? "" : ` ${shorten(monitor)}`,
    ` ${direction} `,
    [styles[kind], kind.padEnd(9)],
    words,
  );
}
