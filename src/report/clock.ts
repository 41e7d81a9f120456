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
   * Tells what time of day second 0 was.
   *
   * @returns Seconds since the epoch; undefined where the log does not tell.
   */
  epoch(): number | undefined;
}

/** Nobody records for three years: what is more is the time of day. */
const longestTrace = 1e8;

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
  let epoch = known;
  let goesBy: "the log" | "events" | undefined;
  let start = 0;
  let newest: number | undefined;
  let newestEvent = -Infinity;

  function read(at: number | undefined, sent: number | undefined): number {
    if (goesBy === undefined) {
      goesBy = at === undefined ? "events" : "the log";
      const first = at ?? sent!;
      if (first >= longestTrace || at === undefined) {
        start = first;
        epoch = first;
      }
    }
    return rounded((goesBy === "the log" ? at! : sent!) - start);
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
      let at = read(entry.at, sent);
      epoch ??= sent === undefined ? undefined : rounded(sent - at);
      let setBack: number | undefined;
      if (newest !== undefined && at < newest - longestDelay) {
        setBack = rounded(newest - at);
        // What was timed before keeps its time.
        start -= setBack;
        at = newest;
      }
      newest = Math.max(newest ?? at, at);
      return {
        at,
        now: newest,
        isLate,
        ...setBack !== undefined && { setBack },
      };
    },
    epoch: () => epoch,
  };
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
