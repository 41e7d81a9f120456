/**
 * What became of a machine, line by line.
 *
 * @module
 */

import { type Inked, inks, isAlarming, type Line } from "./ink.ts";
import { printable } from "./printable.ts";
import type { Happening, Interval, Machine, Report } from "./report.ts";
import {
  duration,
  grouped,
  isLong,
  lookOf,
  relative,
  stateWords,
  timeOfDay,
} from "./words.ts";

/** A line of the chronicle: an event, a new stretch, or one that begins with the event. */
interface Moment {
  readonly line: number;
  readonly at: number | undefined;
  readonly happening?: Happening;
  readonly interval?: Interval;
}

/**
 * Tells line by line what became of a machine: where it stood, and its events.
 *
 * @param report The report.
 * @param machine The machine.
 * @param columns How wide a line may be; what is longer is cut.
 * @returns The lines.
 */
export function chronicleLines(
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
    [isAlarming(name) ? "red" : isRunState ? "bold" : "dim", name],
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
