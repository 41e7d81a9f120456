/**
 * Which entries of a source are played, and when after its beginning.
 *
 * @module
 */

import { shown } from "../schema/explain.ts";
import type { Kind } from "../schema/qmp.ts";
import { isObject } from "../wire/json.ts";
import type { Entry } from "./read.ts";
import { timeOf } from "./seen.ts";
import { timer } from "./timer.ts";

/**
 * A place in a conversation: a time in seconds, as {@linkcode Played} has it;
 * the index of an entry, from 0; or an event, the first of that name. Where the
 * times are since the epoch, one below 1e8 counts from the first of them; where
 * they are since the start, one above is that of the first event made since.
 */
export type Mark =
  | { readonly time: number }
  | { readonly index: number }
  | { readonly event: string };

/** Messages of a kind, or of a name, or of both; a reply has the name of its command. */
export interface Selection {
  /** Their kind; any unless said. */
  readonly kind?: Kind;
  /** Their name; any unless said. */
  readonly name?: string;
}

/** What is played, and how fast. Recorded times are in seconds, as in {@linkcode Entry}. */
export interface ScheduleOptions {
  /** The seconds from each entry to the next, instead of the recorded times. */
  readonly interval?: number;
  /** How many seconds of silence to keep at most, by the recording. */
  readonly idle?: number;
  /** Where to begin: with the first entry that is there, or after it in time. */
  readonly from?: Mark;
  /** Where a pass ends: with the last entry that is there, or before it in time. */
  readonly until?: Mark;
  /** What to play; everything unless said. Time passes for the rest too. */
  readonly only?: readonly Selection[];
  /** How many times to play it, from 1; Infinity for ever. Once unless said. */
  readonly loop?: number;
}

/** An entry in its place. */
export interface Slot {
  /** The entry. */
  readonly entry: Entry;
  /** Its place among all entries of its pass, from 0. */
  readonly index: number;
  /** Which time it is played, from 1. */
  readonly pass: number;
  /** When it passed, in seconds since the start or, where the source knows the time of day, since the epoch; absent where it is not known. */
  readonly time?: number;
  /** When it comes at the recorded pace, in milliseconds since the beginning of playback. */
  readonly score: number;
}

/** The way from entries to their slots. */
export interface Schedule {
  /**
   * Finds the place of an entry.
   *
   * @param entry The next entry of the source.
   * @returns Its slot; nothing where it is not played.
   */
  slot(entry: Entry): Slot | undefined;
  /**
   * Tells whether this pass has come to where it should end.
   *
   * @returns Whether nothing more of it is played.
   */
  isPassed(): boolean;
  /**
   * Begins the next pass.
   *
   * @returns Whether there is one.
   */
  again(): boolean;
}

/** Nobody records for three years: where there is more between two messages, a clock was set. */
const longestTrace = 1e8;

/** QEMU holds an event back for up to a second; what is older tells of a clock that was set back. */
const longestDelay = 2;

/**
 * Makes a schedule.
 *
 * @param options What is played.
 * @returns The schedule.
 * @throws {RangeError} Where an option is out of its range.
 * @throws {TypeError} Where a mark or a selection is none.
 */
export function schedule(options: ScheduleOptions): Schedule {
  const { interval, idle = Infinity, from, until, only, loop = 1 } = options;
  check(options);
  let pass = 1;
  /** How many were played, in all and in this pass. */
  let played = 0;
  let playedInPass = 0;
  /** The seconds at which this pass began, and up to which it was played. */
  let start = 0;
  let end = 0;

  let index = -1;
  let timeIn = timer();
  /** The first time that is known. */
  let first: number | undefined;
  let placeOf = placing();
  let place = 0;
  let hasBegun = false;
  let isPassed = false;
  /** The place of what was played last. */
  let last = 0;
  /** How much of this pass is left out: what comes before `from`, and silence. */
  let cut = 0;

  function begin(entry: Entry, time: number | undefined, before: number): void {
    if (!isReached(from, entry, index, time)) return;
    hasBegun = true;
    if (from === undefined) return;
    const wait = "time" in from && time !== undefined
      ? Math.min(time - from.time, place - before)
      : 0;
    last = cut = place - wait;
  }

  function slot(entry: Entry): Slot | undefined {
    index += 1;
    const time = timeIn(entry);
    const before = place;
    place = placeOf(time);
    first ??= time;
    if (!hasBegun) begin(entry, timeBy(from, entry, time, first), before);
    if (!hasBegun) return undefined;
    if (until !== undefined) {
      isPassed = isLast(until, entry, index);
      if (isBeyond(until, index, timeBy(until, entry, time, first))) {
        isPassed = true;
        return undefined;
      }
    }
    if (only !== undefined && !only.some((each) => isOf(each, entry))) {
      return undefined;
    }
    cut += Math.max(0, place - last - idle);
    last = place;
    end = interval === undefined ? start + (place - cut) : played * interval;
    played += 1;
    playedInPass += 1;
    return {
      entry,
      index,
      pass,
      ...time !== undefined && { time },
      score: end * 1000,
    };
  }

  return {
    slot,
    isPassed: () => isPassed,
    again() {
      // A pass in which nothing was played would be played for ever.
      if (pass >= loop || playedInPass === 0) return false;
      pass += 1;
      playedInPass = 0;
      start = end;
      index = -1;
      timeIn = timer();
      first = undefined;
      placeOf = placing();
      place = last = cut = 0;
      hasBegun = isPassed = false;
      return true;
    },
  };
}

/**
 * Makes of the recorded times some that never go back and never stand still for
 * years: what came late comes where it came, and where the clock was set, the
 * time goes on from there.
 */
function placing(): (time: number | undefined) => number {
  let shift = 0;
  let latest = 0;
  return (time) => {
    if (time === undefined || !Number.isFinite(time)) return latest;
    const ahead = time - shift - latest;
    if (ahead < -longestDelay || ahead > longestTrace) shift = time - latest;
    return latest = Math.max(latest, time - shift);
  };
}

/**
 * Tells when an entry passed, counted as a mark counts: people read the time of
 * day, and how long after the start something was, whatever the source has.
 */
function timeBy(
  mark: Mark | undefined,
  entry: Entry,
  time: number | undefined,
  first: number | undefined,
): number | undefined {
  if (mark === undefined || !("time" in mark)) return time;
  if (time === undefined || first === undefined) return undefined;
  const isDay = mark.time >= longestTrace;
  if (isDay === first >= longestTrace) return time;
  if (isDay) return entry.kind === "event" ? timeOf(entry) : undefined;
  // A double of so many seconds has no more digits.
  return Math.round((time - first) * 1e6) / 1e6;
}

function isReached(
  mark: Mark | undefined,
  entry: Entry,
  index: number,
  time: number | undefined,
): boolean {
  if (mark === undefined) return true;
  if ("time" in mark) return time !== undefined && time >= mark.time;
  if ("index" in mark) return index >= mark.index;
  return isEvent(entry, mark.event);
}

function isBeyond(
  mark: Mark,
  index: number,
  time: number | undefined,
): boolean {
  if ("time" in mark) return time !== undefined && time > mark.time;
  return "index" in mark && index > mark.index;
}

/** Whether an entry is known to be the last before the next one has come. */
function isLast(mark: Mark, entry: Entry, index: number): boolean {
  if ("index" in mark) return index === mark.index;
  return "event" in mark && isEvent(entry, mark.event);
}

/**
 * Tells whether an entry is an event of a name.
 *
 * @param entry The entry.
 * @param event The name.
 * @returns Whether it is.
 */
export function isEvent({ kind, name }: Entry, event: string): boolean {
  return kind === "event" && name === event;
}

function isOf(selection: Selection, { kind, name, answers }: Entry): boolean {
  return kind !== undefined &&
    (selection.kind === undefined || selection.kind === kind) &&
    (selection.name === undefined ||
      selection.name === (name ?? answers?.name));
}

function check(
  { interval = 0, idle = 0, from, until, only = [], loop = 1 }: ScheduleOptions,
): void {
  if (!(interval >= 0 && interval < Infinity)) {
    throw new RangeError(
      `Cannot play at an interval of ${interval} s: it is no number from 0`,
    );
  }
  if (!(idle >= 0)) {
    throw new RangeError(
      `Cannot keep ${idle} s of silence: it is no number from 0`,
    );
  }
  if (!(loop === Infinity || Number.isInteger(loop)) || loop < 1) {
    throw new RangeError(
      `Cannot play ${loop} times: it is no whole number from 1`,
    );
  }
  for (const mark of [from, until]) {
    if (mark === undefined) continue;
    if (!has(mark, "time", "index", "event")) {
      throw new TypeError(
        `Cannot find ${
          shown(mark)
        }: a mark is { time }, { index } or { event }`,
      );
    }
    if ("time" in mark && Number.isNaN(mark.time)) {
      throw new RangeError("Cannot find the time NaN: it is no number");
    }
    if ("index" in mark && !(Number.isInteger(mark.index) && mark.index >= 0)) {
      throw new RangeError(
        `Cannot find the index ${mark.index}: it is no whole number from 0`,
      );
    }
  }
  // A name alone would select everything.
  if (!Array.isArray(only) || !only.every((each) => isObject(each))) {
    throw new TypeError(
      "Cannot select what to play: it takes an array of { kind, name }",
    );
  }
}

function has(mark: unknown, ...members: readonly string[]): boolean {
  return isObject(mark) && members.some((member) => member in mark);
}
