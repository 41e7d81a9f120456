/**
 * The report as text.
 *
 * @module
 */

import { printable } from "./printable.ts";
import type {
  Decoded,
  Happening,
  Interval,
  Link,
  Machine,
  Noted,
  Report,
  Stop,
} from "./report.ts";
import {
  counted,
  downtimeWords,
  duration,
  endOf,
  grouped,
  isLong,
  isSilent,
  linkWords,
  type Look,
  lookOf,
  outcomeWords,
  relative,
  type Scale,
  scaleOf,
  stateWords,
  stoppedWords,
  timeOfDay,
  unstoppedWords,
  whyWords,
  withoutInfo,
} from "./words.ts";

/** How a piece of text looks where there is colour. */
export type Ink = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** A piece of a line: text, or text with a look. */
export type Inked = string | readonly [Ink, string];

/** A line, piece by piece. */
export type Line = readonly Inked[];

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
      ...overview(machine, scale, columns),
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
      ...overview(machine, scale, columns),
      blank,
      ...chronicle(report, machine, columns),
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

/** How a place in the line looks: a machine may have run and stopped in it. */
type Cell = Look | "both";

/** What stands for each look in the line. */
const signs: Readonly<Record<Cell, readonly [Ink, string]>> = {
  running: ["green", "█"],
  both: ["red", "▄"],
  unknown: ["dim", "░"],
  unclear: ["yellow", "▒"],
  gone: ["dim", "·"],
  stopped: ["red", "▁"],
};

/** What is seen where several stretches share a place. */
const rank: readonly Cell[] = [
  ...["gone", "unknown", "unclear", "running", "both", "stopped"] as const,
];

/** What is short is not to be hidden by its neighbours, nor to hide them. */
function sharing(one: Cell | undefined, other: Look): Cell {
  if (one === undefined) return other;
  const isBoth = [one, other].includes("stopped") &&
    [one, other].some((each) => each === "running" || each === "unclear");
  if (isBoth || one === "both") return "both";
  return rank.indexOf(other) >= rank.indexOf(one) ? other : one;
}

function overview(
  { intervals, happenings }: Machine,
  { isTime, start, end, place }: Scale,
  columns: number,
): Line[] {
  const width = Math.max(40, columns) - 4;
  const last = width - 1;
  // Where no stretch is, nothing was heard.
  const cells: (Cell | undefined)[] = Array(width).fill(undefined);
  for (const [index, each] of intervals.entries()) {
    const look = lookOf(each);
    const from = Math.round(place(each.from, each.line) * last);
    const to = Math.round(place(each.to, endOf(intervals, index)) * last);
    for (let cell = from; cell <= to; cell++) {
      const isIn = cell < to || cell === from ||
        cell === last && index + 1 === intervals.length;
      if (isIn) cells[cell] = sharing(cells[cell], look);
    }
  }
  const marks = Array.from({ length: width }, () => " ");
  for (const { at, lastAt, line, lastLine, name, isRunState } of happenings) {
    const cell = Math.round(place(at, line) * last);
    const until = Math.round(place(lastAt, lastLine) * last);
    for (let each = cell + 1; each <= until; each++) {
      if (marks[each] === " ") marks[each] = "╌";
    }
    if (alarming.test(name)) marks[cell] = "!";
    else if (marks[cell] !== "!" && isRunState) marks[cell] = "▴";
    else if (/[ ╌]/.test(marks[cell]!)) marks[cell] = ".";
  }
  const edge = (value: number) =>
    isTime ? edgeWords(value) : `line ${grouped(value)}`;
  const left = edge(start);
  const right = edge(end);

  const used = new Set(cells);
  return [
    ["  ", ...cells.map((look) => look ? signs[look] : " ")],
    ["  ", marks.join("")],
    [["dim", `  ${left}${right.padStart(width - left.length)}`]],
    [
      "  ",
      ...rank.toReversed().filter((look) => used.has(look)).flatMap((look) => [
        signs[look],
        ` ${lookWords[look]}   `,
      ]),
    ],
  ];
}

function edgeWords(at: number): string {
  return isLong(at) ? `+${duration(at)}` : relative(at);
}

const alarming = /^(GUEST_PANICKED|WATCHDOG|BLOCK_IO_ERROR|MEMORY_FAILURE)$/;

const lookWords: Readonly<Record<Cell, string>> = {
  running: "running",
  both: "not running for a part of it",
  unknown: "unknown",
  unclear: "may have run",
  gone: "no QEMU",
  stopped: "not running",
};

const inks: Readonly<Record<Look, Ink>> = {
  running: "green",
  unknown: "dim",
  unclear: "yellow",
  gone: "dim",
  stopped: "red",
};

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

/** A line of the chronicle: an event, a new stretch, or one that begins with the event. */
interface Moment {
  readonly line: number;
  readonly at: number | undefined;
  readonly happening?: Happening;
  readonly interval?: Interval;
}

function chronicle(
  report: Report,
  { intervals, happenings }: Machine,
  columns: number,
): Line[] {
  const events = new Map(happenings.map((each) => [each.line, each]));
  const moments: Moment[] = intervals.map((interval) => {
    const { line, from } = interval;
    const happening = lookOf(interval) === "gone"
      ? undefined
      : events.get(line);
    if (happening) events.delete(line);
    return {
      line,
      at: happening?.at ?? from,
      interval,
      ...happening && { happening },
    };
  });
  for (const happening of events.values()) {
    moments.push({ line: happening.line, at: happening.at, happening });
  }
  moments.sort((a, b) => a.line - b.line);
  const width = String(moments.at(-1)?.line ?? 0).length;
  const time = timeIn(report, columns);
  return moments.map((moment) => cut(momentLine(moment, time, width), columns));
}

/** Writes the time of a line. */
type TimeWriter = (at: number | undefined) => string;

/** By the clock where there is room for that and seconds since the start say little. */
function timeIn({ epoch, to }: Report, columns: number): TimeWriter {
  const isByClock = epoch !== undefined && isLong(to ?? 0) && columns >= 80 &&
    timeOfDay(epoch, to!) !== undefined;
  return (at) =>
    isByClock
      ? (at === undefined ? "" : timeOfDay(epoch, at)!).padEnd(24)
      : (at === undefined ? "" : at.toFixed(6)).padStart(14);
}

function momentLine(
  { line, at, happening, interval }: Moment,
  time: TimeWriter,
  width: number,
): Line {
  const pieces: Inked[] = [
    ["dim", time(at)],
    ["dim", `  ${String(line).padStart(width)}  `],
  ];
  if (interval) {
    const look = lookOf(interval);
    const { from, to, stretches } = interval;
    pieces.push([inks[look], `● ${stateWords(interval)}`]);
    if (from !== undefined && to !== undefined) {
      pieces.push(["dim", ` ${duration(to - from)}`]);
    }
    if (stretches > 1) {
      pieces.push(["dim", ` (${grouped(stretches)} changes drawn together)`]);
    }
    if (happening) pieces.push("  ");
  } else pieces.push(["dim", "│ "]);
  if (happening) pieces.push(...event(happening));
  return pieces;
}

function event(
  { name, detail, count, lastAt, lastLine, isRunState, isLate }: Happening,
): Inked[] {
  const until = lastAt === undefined ? `line ${lastLine}` : relative(lastAt);
  return [
    [alarming.test(name) ? "red" : isRunState ? "bold" : "dim", name],
    detail && ` ${detail}`,
    count > 1 ? ["yellow", ` ×${grouped(count)} until ${until}`] : "",
    isLate ? ["yellow", " (held back)"] : "",
  ];
}

/** Cuts a line at the edge of the terminal. */
function cut(line: Line, columns: number): Line {
  let room = columns;
  const pieces: Inked[] = [];
  for (const piece of line) {
    const [ink, text] = typeof piece === "string" ? [undefined, piece] : piece;
    const shown = printable(text);
    const fitting = shown.length > room
      ? `${shown.slice(0, Math.max(0, room - 1))}…`
      : text;
    if (room > 0) pieces.push(ink === undefined ? fitting : [ink, fitting]);
    room -= shown.length;
  }
  return pieces;
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
