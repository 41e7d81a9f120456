/**
 * The report as text.
 *
 * @module
 */

import { inks, type Line } from "./ink.ts";
import { printable } from "./printable.ts";
import type { Decoded, Link, Machine, Noted, Report, Stop } from "./report.ts";
import { barLines } from "./text_bar.ts";
import { chronicleLines } from "./text_chronicle.ts";
import {
  counted,
  downtimeWords,
  duration,
  grouped,
  isLong,
  isSilent,
  linkWords,
  lookOf,
  outcomeWords,
  relative,
  scaleOf,
  stateWords,
  stoppedWords,
  timeOfDay,
  unstoppedWords,
  whyWords,
  withoutInfo,
} from "./words.ts";

/** How {@linkcode reportText} writes. */
export interface TextOptions {
  /** How many characters a line has, from 40; 80 unless said. The timeline fills it, and no text is wrapped. */
  readonly columns?: number;
}

const blank: Line = [];

/**
 * Writes a report as text: how long each machine stood where, why it stopped,
 * and what was found.
 *
 * @param report The report.
 * @param options How wide.
 * @returns Lines, each ended by a line feed. What could hide in a line, or turn
 * its direction, is escaped.
 *
 * @example Read why a machine stopped
 * ```ts
 * import assert from "node:assert/strict";
 * import { witness } from "@qmp/run-state/editions";
 * import { rawSource, read, tracker } from "@qmp/run-state/replay";
 * import { reporter, reportText } from "@qmp/run-state/report";
 *
 * const event = (seconds: number, rest: string) =>
 *   `{"timestamp": {"seconds": ${seconds}, "microseconds": 0}, ${rest}}\r\n`;
 * const records = rawSource().push(new TextEncoder().encode(
 *   event(100, '"event": "RESUME"') + event(103, '"event": "SUSPEND"') +
 *     event(105, '"event": "WAKEUP"'),
 * ));
 * const stage = reporter({ title: "monitor.log" });
 * const steps = tracker({ witness: witness("7.2") });
 * stage.push(steps.push(read(records).entries));
 * const text = reportText(stage.end());
 *
 * assert.match(text, /the guest went to sleep, for 2 s/);
 * ```
 */
export function reportText(
  report: Report,
  options: TextOptions = {},
): string {
  return plain(reportLines(report, options.columns ?? 80));
}

function plain(lines: readonly Line[]): string {
  return lines.map((line) =>
    line.map((piece) => printable(typeof piece === "string" ? piece : piece[1]))
      .join("") + "\n"
  ).join("");
}

/**
 * Writes a report line by line.
 *
 * @param report The report.
 * @param columns How wide.
 * @returns The lines.
 */
export function reportLines(report: Report, columns: number): Line[] {
  const scale = scaleOf(report);
  return [
    ...head(report),
    ...report.machines.flatMap((machine) => [
      blank,
      ...machineHead(machine),
      ...barLines(machine, scale, columns),
      ...standings(machine),
      ...downtimes(machine),
      ...whys(report, machine),
    ]),
    ...found(report),
  ];
}

/**
 * Draws the timeline of a report: the whole in a line, and then what happened
 * line by line.
 *
 * @param report The report.
 * @param columns How wide.
 * @returns The lines.
 */
export function timelineLines(report: Report, columns: number): Line[] {
  const scale = scaleOf(report);
  return [
    ...head(report),
    ...report.machines.flatMap((machine) => [
      blank,
      ...machineHead(machine),
      ...barLines(machine, scale, columns),
      blank,
      ...chronicleLines(report, machine, columns),
    ]),
    ...found(report),
  ];
}

function head(report: Report): Line[] {
  const { title, about, epoch, from, to } = report;
  const start = epoch === undefined || from === undefined
    ? undefined
    : timeOfDay(epoch, from);
  return [
    [["bold", title]],
    ...about === "" ? [] : [[["dim", about]] satisfies Line],
    [
      holdsWords(report) +
      (start === undefined
        ? ""
        : `, ${from === to ? "around" : "from"} ${start}`),
    ],
  ];
}

/** Says how much there is. */
function holdsWords(report: Report): string {
  const { messages, from, to } = report;
  if (isSilent(report)) return "No message of QMP was found";
  const isTimed = from !== undefined && to !== undefined;
  // QEMU may have written down nothing but that.
  if (messages === 0) {
    const span = isTimed ? ` over ${duration(to - from)}` : ", without times";
    return `No message, but QEMU's own log of its run state${span}`;
  }
  // One time tells no span.
  const span = isTimed
    ? to > from ? ` in ${duration(to - from)}` : ""
    : messages === 1
    ? ", without a time"
    : ", none of them with a time";
  return counted(messages, "message") + span;
}

function machineHead({ monitor, qemu, messages }: Machine): Line[] {
  if (monitor === undefined) return [];
  return [[
    ["bold", `Monitor ${monitor}`],
    `${qemu === undefined ? "" : `, QEMU ${qemu}`}: ${
      counted(messages, "message")
    }`,
  ]];
}

function standings({ standings }: Machine): Line[] {
  const shown = standings.filter(({ seconds }) => seconds > 0).slice(0, 12);
  if (shown.length === 0) return [];
  return [
    blank,
    [["bold", "Where it stood"]],
    ...shown.map((each): Line => [
      `  ${duration(each.seconds).padStart(12)}  `,
      [inks[lookOf(each)], stateWords(each)],
      ["dim", each.count === 1 ? "" : `, ${grouped(each.count)} times`],
    ]),
  ];
}

function downtimes({ downtime }: Machine): Line[] {
  if (downtime.length === 0) return [];
  return [
    blank,
    [["bold", "Downtime"]],
    ...downtime.map((each): Line => [
      `  ${each.cause.padEnd(16)} ${downtimeWords(each)}`,
    ]),
  ];
}

/** As many stops as people read. */
const mostTold = 50;

function whys(report: Report, machine: Machine): Line[] {
  const { stops } = machine;
  if (stops.length === 0) {
    return [blank, [["bold", unstoppedWords(report, machine)]]];
  }
  const told = stops.flatMap((each, index) => {
    const fromEnd = stops.length - index;
    if (index < mostTold / 2 || fromEnd <= mostTold / 2) {
      return why(report, each);
    }
    return fromEnd === mostTold / 2 + 1 ? [between(stops)] : [];
  });
  return [blank, [["bold", "Why it stopped"]], ...told];
}

function between(stops: readonly Stop[]): Line {
  const more = stops.length - mostTold;
  return [[
    "dim",
    `  and ${counted(more, "stop")} more before the last ${
      mostTold / 2
    }, which the page and the JSON have`,
  ]];
}

function why(report: Report, stop: Stop): Line[] {
  const { line, from, chain, back, panic = [] } = stop;
  const outcome = outcomeWords(stop);
  return [
    [
      `  line ${line}${
        from === undefined ? "" : `, ${moment(report, from)}`
      }: `,
      ["red", whyWords(stop)],
      outcome && `, ${outcome}`,
    ],
    ...chain.flatMap((each) => [
      link(panic.length === 0 ? each : withoutInfo(each)),
      ...each.name === "GUEST_PANICKED" ? panic.map(register) : [],
      ...each.line === line ? state(stop) : [],
    ]),
    ...back.map(link),
  ];
}

/** When it was; by the clock, too, where seconds since the start say little. */
function moment({ epoch }: Report, at: number): string {
  const day = epoch === undefined || !isLong(at)
    ? undefined
    : timeOfDay(epoch, at);
  return relative(at) + (day === undefined ? "" : `, ${day}`);
}

/** Where the machine stood then; nowhere where QEMU ended at once. */
function state(stop: Stop): Line[] {
  const words = stoppedWords(stop);
  if (words === undefined) return [];
  return [["      so it was ", ["bold", words]]];
}

function link(each: Link): Line {
  const { line, kind, name } = each;
  return [
    ["dim", `    line ${line}: ${kind === name ? "" : `${kind} `}`],
    [kind === "command" ? "cyan" : "bold", linkWords(each)],
  ];
}

function register({ name, value, meaning }: Decoded): Line {
  return [
    `      ${name.padEnd(9)} ${value}`,
    ["dim", meaning.length === 0 ? "" : `  ${meaning.join(", ")}`],
  ];
}

/** As many findings as people read. */
const mostFound = 40;

function found(report: Report): Line[] {
  const { findings, leftOut } = report;
  const more = Math.max(0, findings.length - mostFound) +
    leftOut.reduce((sum, { count }) => sum + count, 0);
  const whatWasFound = findings.length === 0 ? [] : [
    blank,
    [["bold", "What was found"]] satisfies Line,
    ...foundFirst(findings).map((
      { line, severity, code, message },
    ): Line => [
      ["dim", `  line ${line}: `],
      [severity === "fault" ? "red" : "yellow", `${severity} ${code}`],
      `: ${message}`,
    ]),
    ...more <= 0
      ? []
      : [[["dim", `  and ${grouped(more)} more`]] satisfies Line],
  ];
  return isSilent(report)
    ? [...toKnow(report), ...whatWasFound]
    : [...whatWasFound, ...toKnow(report)];
}

/** Where there is not room for all, no notice takes that of a fault. */
function foundFirst(findings: Report["findings"]): Report["findings"] {
  if (findings.length <= mostFound) return findings;
  const weight = ({ severity }: Noted) => severity === "fault" ? 0 : 1;
  return findings.toSorted((a, b) => weight(a) - weight(b))
    .slice(0, mostFound).sort((a, b) => a.line - b.line);
}

function toKnow({ notes }: Report): Line[] {
  if (notes.length === 0) return [];
  return [
    blank,
    [["bold", "To know"]],
    ...notes.map((note): Line => [`  ${note}`]),
  ];
}
