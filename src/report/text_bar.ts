/**
 * The time of a machine, drawn in one line.
 *
 * @module
 */

import { type Ink, isAlarming, type Line } from "./ink.ts";
import type { Machine } from "./report.ts";
import {
  duration,
  endOf,
  grouped,
  isLong,
  type Look,
  lookOf,
  relative,
  type Scale,
} from "./words.ts";

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

/**
 * Draws a machine's time in one line, with its events below it.
 *
 * @param machine The machine.
 * @param scale Where in the line a time or a line of the log is.
 * @param columns How wide it may be; no less than 40 are taken.
 * @returns The line, its events, its two ends, and what the signs stand for.
 */
export function barLines(
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
    if (isAlarming(name)) marks[cell] = "!";
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

const lookWords: Readonly<Record<Cell, string>> = {
  running: "running",
  both: "not running for a part of it",
  unknown: "unknown",
  unclear: "may have run",
  gone: "no QEMU",
  stopped: "not running",
};
