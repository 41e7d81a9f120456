/**
 * Draws the timeline of a machine as SVG. Its width is the window's: places are
 * percentages, so that letters keep their size.
 *
 * @module
 */

import { groupOf, plain } from "./page_words.ts";
import type { Happening, Interval, Machine, Report } from "./report.ts";
import {
  duration,
  endOf,
  grouped,
  relative,
  type Scale,
  stateWords,
  timeOfDay,
} from "./words.ts";

/** The least width, in pixels; what does not overlap here does so nowhere. */
const leastWidth = 760;
const letter = 6.6;
const laneHeight = 17;
const lanes = [0, 1, 2, 3, 4];
const barHeight = 30;
/** More labels than these nobody reads. */
const mostLabels = 60;

/** A label and where it stands, in percent. */
interface Label {
  readonly happening: Happening;
  readonly index: number;
  readonly x: number;
  /** From which place to which it covers its lane. */
  readonly from: number;
  readonly to: number;
  readonly lane: number;
  readonly text: string;
  readonly isLeft: boolean;
}

/** What is worth a label before all else. */
const weights: readonly RegExp[] = [
  /^(GUEST_PANICKED|WATCHDOG|BLOCK_IO_ERROR|MEMORY_FAILURE)$/,
  /^(SHUTDOWN|SUSPEND|SUSPEND_DISK|GUEST_CRASHLOADED)$/,
  /^(STOP|RESUME|WAKEUP|RESET|POWERDOWN)$/,
];

/**
 * Draws the timeline of a machine.
 *
 * @param report The report.
 * @param machine The machine.
 * @param scale The scale, which all machines share.
 * @param id What the ids of its events begin with.
 * @returns The markup.
 */
export function timeline(
  report: Report,
  { intervals, happenings, monitor }: Machine,
  scale: Scale,
  id: string,
): string {
  const percent = (at: number | undefined, line: number) =>
    100 * scale.place(at, line);
  const labels = placeLabels(happenings, percent);
  const used = Math.max(0, ...labels.map(({ lane }) => lane + 1));
  const top = used * laneHeight + 12;
  const height = top + barHeight + (report.epoch === undefined ? 26 : 42);
  const labelled = new Set(labels.map(({ happening }) => happening));
  const name = monitor === undefined ? "the machine" : `monitor ${monitor}`;
  return `<svg class="line" height="${height}" role="group" aria-label="${
    plain(`Timeline of ${name}`)
  }">` +
    ticks(report, scale, top + barHeight) +
    intervals.map((each, index) =>
      bar(each, endOf(intervals, index), percent, top)
    ).join("") +
    happenings.filter((each) => !labelled.has(each))
      .map((each) => mark(each, percent, top)).join("") +
    labels.toSorted((a, b) => a.index - b.index)
      .map((each) => label(each, percent, top, `${id}-${each.index}`))
      .join("") +
    "</svg>";
}

function fixed(number: number): string {
  return `${Number(number.toFixed(3))}`;
}

type Percent = (at: number | undefined, line: number) => number;

function bar(
  each: Interval,
  end: number,
  percent: Percent,
  top: number,
): string {
  const { from, to, line, stretches } = each;
  const start = percent(from, line);
  const width = percent(to, end) - start;
  const group = groupOf(each);
  const words = stateWords(each);
  const long = from === undefined || to === undefined
    ? ""
    : `, for ${duration(to - from)}`;
  const drawn = stretches > 1 ? `, ${grouped(stretches)} changes` : "";
  const title = `<title>${
    plain(`${words}${long}, from line ${line}${drawn}`)
  }</title>`;
  if (group === "gone") {
    const y = top + barHeight / 2;
    return `<g>${title}<line class="none" x1="${fixed(start)}%" x2="${
      fixed(start + width)
    }%" y1="${y}" y2="${y}"/></g>`;
  }
  const room = width / 100 * leastWidth;
  const text = words.length * letter + 12 <= room
    ? `<text class="t-${group}" x="${fixed(start + width / 2)}%" y="${
      top + barHeight / 2 + 4
    }" text-anchor="middle">${plain(words)}</text>`
    : "";
  // What took no time at all is seen as a hair.
  return `<g>${title}<rect class="s-${group}${width < 0.5 ? " thin" : ""}" x="${
    fixed(start)
  }%" y="${top}" ` +
    `width="${
      fixed(Math.max(width, 0.12))
    }%" height="${barHeight}" rx="2"/>${text}</g>`;
}

function titleOf(
  { name, detail, count, at, line, lastAt, lastLine, isLate }: Happening,
): string {
  const when = at === undefined ? "" : `, ${relative(at)}`;
  const until = lastAt === undefined ? `line ${lastLine}` : relative(lastAt);
  return plain(
    `${name}${detail && ` ${detail}`} (line ${line}${when}${
      count > 1 ? `, ${grouped(count)} times until ${until}` : ""
    }${isLate ? ", held back" : ""})`,
  );
}

function look({ name, isRunState }: Happening): string {
  return weights[0]!.test(name) ? "alarm" : isRunState ? "own" : "foreign";
}

function loop(happening: Happening, percent: Percent, top: number): string {
  const { at, line, lastAt, lastLine, count } = happening;
  if (count === 1) return "";
  return `<line class="loop" x1="${fixed(percent(at, line))}%" x2="${
    fixed(percent(lastAt, lastLine))
  }%" y1="${top - 5}" y2="${top - 5}"/>`;
}

function mark(happening: Happening, percent: Percent, top: number): string {
  const { at, line } = happening;
  const x = fixed(percent(at, line));
  return `<g class="${look(happening)}"><title>${titleOf(happening)}</title>${
    loop(happening, percent, top)
  }<line class="mark" x1="${x}%" x2="${x}%" y1="${top - 7}" y2="${
    top + 4
  }"/></g>`;
}

function label(
  { happening, x, lane, text, isLeft }: Label,
  percent: Percent,
  top: number,
  id: string,
): string {
  const y = top - 12 - lane * laneHeight;
  return `<a href="#${id}" class="${look(happening)}"><title>${
    titleOf(happening)
  }</title>${loop(happening, percent, top)}<line class="mark" x1="${
    fixed(x)
  }%" x2="${fixed(x)}%" y1="${y - 8}" y2="${top}"/><circle class="dot" cx="${
    fixed(x)
  }%" cy="${top}" r="3.5"/><svg x="${
    fixed(x)
  }%" y="${y}" overflow="visible"><text class="label" x="${
    isLeft ? -5 : 5
  }" text-anchor="${isLeft ? "end" : "start"}">${plain(text)}</text></svg></a>`;
}

/**
 * Labels stand to the right of their places and, like stairs, the higher the
 * earlier, so that no line crosses one; at the right edge it is the other way
 * round. What alarms comes first, in case there is not room for all.
 */
function placeLabels(
  happenings: readonly Happening[],
  percent: Percent,
): Label[] {
  const labels = happenings.map((happening, index) => {
    const { name, count, at, line } = happening;
    const text = (name.length > 28 ? `${name.slice(0, 27)}…` : name) +
      (count > 1 ? ` ×${grouped(count)}` : "");
    const wide = (text.length * letter + 14) / leastWidth * 100;
    const x = percent(at, line);
    return { happening, index, text, wide, x, isLast: x + wide > 100 };
  });
  const order = labels
    .sort((a, b) =>
      rankOf(a.happening) - rankOf(b.happening) ||
      Number(b.isLast) - Number(a.isLast) ||
      (a.isLast ? a.x - b.x || a.index - b.index : b.x - a.x ||
        b.index - a.index)
    );
  const placed: Label[] = [];
  for (const { happening, index, text, wide, x, isLast } of order) {
    if (placed.length === mostLabels) break;
    // One of many alike says it for those beside it.
    const isTold = placed.some((each) =>
      each.happening.name === happening.name && Math.abs(each.x - x) < wide
    );
    if (isTold) continue;
    const sides = isLast ? [true] : x < wide ? [false] : [false, true];
    const made = lanes.flatMap((lane) =>
      sides.map((isLeft): Label => {
        const [from, to] = isLeft ? [x - wide, x] : [x, x + wide];
        return { happening, index, x, from, to, lane, text, isLeft };
      })
    ).find((each) => !placed.some((other) => meets(other, each)));
    if (made) placed.push(made);
  }
  return placed;
}

function weightOf({ name, isRunState }: Happening): number {
  const index = weights.findIndex((each) => each.test(name));
  return index === -1 ? isRunState ? 3 : 4 : index;
}

/** What alarms, what tells of the run state, and the rest. */
function rankOf(happening: Happening): number {
  const weight = weightOf(happening);
  return weight === 0 || weight === 4 ? weight : 1;
}

/** Whether two labels overlap, or the line from one to the bar crosses the other. */
function meets(one: Label, other: Label): boolean {
  if (one.lane === other.lane) {
    return one.from < other.to && other.from < one.to;
  }
  const [low, high] = one.lane < other.lane ? [one, other] : [other, one];
  return low.from < high.x && high.x < low.to;
}

const steps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800],
  ...[3600, 7200, 21600, 43200, 86400, 172800, 604800, 2592000],
];

/** A step that makes about six of the span. */
function stepOf(span: number): number {
  const least = span / 7;
  if (least > 1 && least <= steps.at(-1)!) {
    return steps.find((each) => each >= least)!;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * power)
    .find((each) => each >= least)!;
}

function ticks({ epoch }: Report, scale: Scale, bottom: number): string {
  const { isTime, start, end } = scale;
  const span = end - start;
  const step = isTime ? stepOf(span) : Math.max(1, stepOf(span));
  let marks = "";
  for (
    let index = Math.ceil(start / step);
    index * step <= end;
    index += 1
  ) {
    const value = index * step;
    const at = 100 * (value - start) / span;
    const x = fixed(at);
    // A label at an edge stays within it.
    const anchor = at < 3 ? "start" : at > 97 ? "end" : "middle";
    const words = isTime ? short(value, step) : `line ${grouped(value)}`;
    marks += `<line class="grid" x1="${x}%" x2="${x}%" y1="0" y2="${
      bottom + 6
    }"/><text class="tick" x="${x}%" y="${
      bottom + 19
    }" text-anchor="${anchor}">${plain(words)}</text>`;
    const day = epoch === undefined || !isTime
      ? undefined
      : timeOfDay(epoch, value);
    if (day !== undefined) {
      marks += `<text class="tick" x="${x}%" y="${
        bottom + 34
      }" text-anchor="${anchor}" data-time="${day}">${
        day.slice(11, 19)
      }</text>`;
    }
  }
  return marks;
}

/** A time on the scale, with as many digits as tell it from its neighbours. */
function short(value: number, step: number): string {
  if (value === 0) return "0";
  if (step >= 60) return `+${duration(value)}`;
  const places = Math.max(0, -Math.floor(Math.log10(step)));
  return step < 0.001
    ? `+${(value * 1000).toFixed(Math.max(0, places - 3))} ms`
    : `+${value.toFixed(places)} s`;
}
