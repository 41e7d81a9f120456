/**
 * Makes much little, where a log holds more than a page can show.
 *
 * @module
 */

import type { Happening, Interval } from "./report.ts";

/**
 * Draws neighbours together until few are left: the shorter first, so that
 * what took its time stays as it was.
 *
 * @param intervals Stretches in order.
 * @param most How many may be left, from 1.
 * @returns At most so many, which together cover the same.
 */
export function drawTogether(
  intervals: readonly Interval[],
  most: number,
): Interval[] {
  const place = ({ to, lastLine }: Interval) => to ?? lastLine;
  const start = ({ from, line }: Interval) => from ?? line;
  let drawn = [...intervals];
  const [first] = drawn;
  if (first === undefined || drawn.length <= most) return drawn;
  const span = place(drawn.at(-1)!) - start(first);
  for (
    let width = span / most;
    drawn.length > most && width < span;
    width = width * 2 || span
  ) {
    const wider: Interval[] = [];
    for (const each of drawn) {
      const last = wider.at(-1);
      if (last !== undefined && place(each) - start(last) <= width) {
        wider[wider.length - 1] = joined(last, each);
      } else wider.push(each);
    }
    drawn = wider;
  }
  // What is left are stretches of which each fills the whole.
  return drawn.length <= most ? drawn : [drawn.reduce(joined)];
}

function joined(one: Interval, next: Interval): Interval {
  return {
    ...one,
    lastLine: next.lastLine,
    ...next.to !== undefined && { to: next.to },
    states: next.states.every((each) => one.states.includes(each))
      ? one.states
      : [...new Set([...one.states, ...next.states])],
    isKnown: one.isKnown && next.isKnown,
    stretches: one.stretches + next.stretches,
  };
}

/** Events that are shown as one. */
export interface Row {
  /** What they have in common. */
  readonly key: string;
  /** What is shown of them. */
  happening: Happening;
}

/**
 * Draws events of the same kind together until few rows are left, and then
 * leaves out those that are no run-state events, and then those in the middle.
 *
 * @param rows Events in order.
 * @param most How many rows may be left, from 2.
 * @returns At most so many.
 */
export function gather(rows: readonly Row[], most: number): Row[] {
  let few = [...rows];
  for (let reach = 4; few.length > most && reach <= 256; reach *= 4) {
    few = gathered(few, reach);
  }
  if (few.length > most) {
    few = few.filter(({ happening }) => happening.isRunState);
  }
  return thin(few, most);
}

/** Adds each row to one of its kind among the last few. */
function gathered(rows: readonly Row[], reach: number): Row[] {
  const wider: Row[] = [];
  for (const { key, happening } of rows) {
    const { lastLine, lastAt, count, panic } = happening;
    const alike = panic ? undefined : alikeIn(wider, key, reach);
    if (alike) again(alike, lastLine, lastAt, count);
    else wider.push({ key, happening });
  }
  return wider;
}

/**
 * Finds the last event of a kind.
 *
 * @param rows What came before.
 * @param key What it has in common with it.
 * @param reach Among how many of the last rows it is looked for.
 * @returns Its row.
 */
export function alikeIn(
  rows: readonly Row[],
  key: string,
  reach: number,
): Row | undefined {
  for (let index = 1; index <= reach && index <= rows.length; index++) {
    const row = rows[rows.length - index]!;
    if (row.key === key) return row;
  }
  return undefined;
}

/**
 * Counts more events to a row.
 *
 * @param row The row.
 * @param lastLine The line of the last of them.
 * @param lastAt When that was sent, where it is known.
 * @param count How many.
 */
export function again(
  row: Row,
  lastLine: number,
  lastAt: number | undefined,
  count: number,
): void {
  const { happening } = row;
  row.happening = {
    ...happening,
    lastLine,
    ...lastAt !== undefined && { lastAt },
    count: happening.count + count,
  };
}

/**
 * Leaves out the middle.
 *
 * @param rows Rows in order.
 * @param most How many may be left, from 2.
 * @returns The first and the last of them.
 */
export function thin<Each>(rows: readonly Each[], most: number): Each[] {
  if (rows.length <= most) return [...rows];
  const half = Math.floor(most / 2);
  return [...rows.slice(0, half), ...rows.slice(rows.length - (most - half))];
}
