/**
 * When the messages of a log passed.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import type { Timestamp } from "../schema/qapi.ts";

/** When a message passed. */
export interface Time {
  /** When it was sent or, where the log says so, came; in seconds since the start. */
  readonly at?: number;
  /** The same, but never before that of an earlier message; absent until a time is known. */
  readonly now?: number;
  /** Whether QEMU held it back, so that later ones have come already. */
  readonly isLate: boolean;
  /** How many seconds the clock was set back before it, where it was. */
  readonly setBack?: number;
  /** How the clock jumped before it, where it did so by years. */
  readonly jump?: Jump;
}

/** A clock that jumped by years: no log goes on in silence for so long. */
export interface Jump {
  /** What it showed before. */
  readonly from: number;
  /** What it shows now. */
  readonly to: number;
  /** Whether these are seconds since the epoch; since the start if not. */
  readonly isSinceEpoch: boolean;
  /** Whether it shows again what it would have shown, had it not jumped before. */
  readonly isBack: boolean;
}

/** Gives the messages of a log their times. */
export interface Clock {
  /**
   * Tells when a message passed.
   *
   * @param entry The next message.
   * @returns When.
   */
  of(entry: Entry): Time;
  /**
   * Tells when something passed that has no time.
   *
   * @returns When the last message did that has one.
   */
  now(): Time;
  /**
   * Tells what time of day second 0 was.
   *
   * @returns Seconds since the epoch; undefined where the log does not tell.
   */
  epoch(): number | undefined;
}

/** Nobody records for three years: what is more is the time of day, or a clock that jumped. */
const longestTrace = 1e8;

/** There was no QMP before 2009: a clock that shows an earlier time was never set. */
const noQmpYet = 1.23e9;

/** Clocks that disagree by years, in one log: no more are told apart. */
const mostReckonings = 16;

/** QEMU holds an event back for up to a second; and clocks are no better than that. */
const longestDelay = 2;

/** What QEMU sends once a second at the most, as its sources have it (monitor/monitor.c of 7.2 and 10.2). */
const throttled: ReadonlySet<string> = new Set([
  ...["WATCHDOG", "BLOCK_IO_ERROR", "RTC_CHANGE", "BALLOON_CHANGE"],
  ...["QUORUM_REPORT_BAD", "QUORUM_FAILURE", "VSERPORT_CHANGE"],
  ...["MEMORY_DEVICE_SIZE_CHANGE", "HV_BALLOON_STATUS_REPORT"],
]);

const untimed: Time = { isLate: false };

/**
 * Makes a clock. It goes by the times that the log gives or, where it gives
 * none, by those that QEMU wrote into its events.
 *
 * @param known Seconds since the epoch at second 0, where that is known.
 * @returns The clock.
 */
export function clock(known?: number): Clock {
  let goesBy: "the log" | "events" | undefined;
  let start = 0;
  let isSinceEpoch = false;
  /** Where second 0 was by what the clock showed before each jump. */
  const starts: number[] = [];
  let newest: number | undefined;
  let newestEvent = -Infinity;
  const reckonings: Reckoning[] = [];

  function begin(at: number | undefined, sent: number | undefined): void {
    if (goesBy !== undefined) return;
    goesBy = at === undefined ? "events" : "the log";
    const first = at ?? sent!;
    isSinceEpoch = first >= longestTrace || at === undefined;
    if (isSinceEpoch) start = first;
  }

  /** Moves second 0 to where the clock shows no jump; tells whether it was there before. */
  function leap(told: number, newest: number): boolean {
    const index = starts.findIndex((each) =>
      told - each >= newest - longestDelay &&
      told - each < newest + longestTrace
    );
    const isBack = index !== -1;
    const before = isBack ? starts.splice(index, 1)[0]! : told - newest;
    if (starts.length < mostReckonings) starts.push(start);
    start = before;
    return isBack;
  }

  /** Counts a message for the time of day that it gives to second 0. */
  function reckon(epoch: number): void {
    const fitting = reckonings.find((each) =>
      Math.abs(each.epoch - epoch) < longestTrace
    );
    if (fitting) fitting.count += 1;
    else if (reckonings.length < mostReckonings) {
      reckonings.push({ epoch, count: 1 });
    }
  }

  return {
    of(entry) {
      const sent = sentAt(entry);
      const isLate = sent !== undefined && sent < newestEvent &&
        newestEvent - sent < longestDelay && throttled.has(entry.name ?? "");
      // From here on the clock that was set back is believed.
      if (sent !== undefined && !isLate) newestEvent = sent;
      const told = goesBy === "events"
        ? sent
        : goesBy === "the log"
        ? entry.at
        : entry.at ?? sent;
      if (told === undefined) {
        return newest === undefined ? untimed : { now: newest, isLate };
      }
      begin(entry.at, sent);
      let at = rounded(told - start);
      let setBack: number | undefined;
      let jump: Jump | undefined;
      if (newest !== undefined && Math.abs(at - newest) > longestTrace) {
        const from = rounded(start + newest);
        const isBack = leap(told, newest);
        jump = { from, to: told, isSinceEpoch, isBack };
        at = rounded(told - start);
      } else if (newest !== undefined && at < newest - longestDelay) {
        setBack = rounded(newest - at);
        // What was timed before keeps its time.
        start -= setBack;
        at = newest;
      }
      if (isSinceEpoch) reckon(rounded(told - at));
      else if (sent !== undefined) reckon(rounded(sent - at));
      newest = Math.max(newest ?? at, at);
      return {
        at,
        now: newest,
        isLate,
        ...setBack !== undefined && { setBack },
        ...jump !== undefined && { jump },
      };
    },
    now: () => newest === undefined ? untimed : { now: newest, isLate: false },
    epoch: () =>
      (isSinceEpoch ? undefined : known) ?? mostLikely(reckonings)?.epoch,
  };
}

/** When second 0 was, by the messages that say so. */
interface Reckoning {
  /** Seconds since the epoch, as the first of them has it. */
  readonly epoch: number;
  /** How many messages do. */
  count: number;
}

/** The one with the most messages; one of before QMP only where there is no other. */
function mostLikely(all: readonly Reckoning[]): Reckoning | undefined {
  const possible = all.filter(({ epoch }) => epoch >= noQmpYet);
  return (possible.length > 0 ? possible : all).toSorted((a, b) =>
    b.count - a.count
  )[0];
}

/**
 * Rounds to the microsecond: beyond, a double of so many seconds has no digits.
 *
 * @param seconds Any time.
 * @returns The same, without what is no more than noise.
 */
export function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** When QEMU made an event, in seconds since the epoch; it writes -1 where its clock fails. */
function sentAt({ kind, message }: Entry): number | undefined {
  if (kind !== "event") return undefined;
  const { timestamp } = (message ?? {}) as { timestamp?: Timestamp };
  if (timestamp === undefined || timestamp.seconds < 0) return undefined;
  return timestamp.seconds + timestamp.microseconds / 1e6;
}
