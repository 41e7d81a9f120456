/**
 * What a report says, in words and in numbers for people.
 *
 * @module
 */

import type {
  Cause,
  Downtime,
  Interval,
  Link,
  Machine,
  Report,
  Stop,
} from "./report.ts";

/** Why a machine did not run, after "because". */
export const causeWords: Readonly<Record<Cause, string>> = {
  "guest-shutdown": "the guest shut down",
  "guest-reset":
    "the guest asked for a reset, which QEMU was to make a shutdown",
  "host-quit": "QEMU was told to quit",
  "host-reset": "the host asked for a reset, which QEMU was to make a shutdown",
  "host-signal": "QEMU was sent a signal to end",
  "host-ui": "somebody closed QEMU's window",
  "host-error": "something failed on the host",
  panic: "the guest panicked",
  watchdog: "the watchdog expired",
  "io-error": "a disk failed",
  "memory-failure": "memory of the host failed",
  command: "QEMU was told to stop it",
  suspended: "the guest went to sleep",
  migration: "it was migrated",
  snapshot: "a snapshot or a dump was made, or a snapshot loaded",
  "internal-error": "QEMU could not run it any further",
  debug: "a debugger stopped it",
  "monitor-lost": "the monitor was lost, and what it did is not known",
  unknown: "the log does not tell why",
};

/**
 * Tells whether a log says nothing: no message, and nothing of a run state.
 *
 * @param report The report.
 * @returns Whether it has nothing to report.
 */
export function isSilent({ messages, machines }: Report): boolean {
  return messages === 0 && machines.length === 0;
}

/** How a stretch looks. */
export type Look = "running" | "unknown" | "unclear" | "gone" | "stopped";

/**
 * Sorts a stretch by what it means.
 *
 * @param interval The stretch.
 * @returns Whether the machine ran, did not, or may have.
 */
export function lookOf(
  { states, isKnown }: Pick<Interval, "states" | "isKnown">,
): Look {
  if (states.length === 0) return "gone";
  if (!isKnown) return "unknown";
  if (!states.includes("running")) return "stopped";
  return states.length === 1 ? "running" : "unclear";
}

/**
 * Names run states.
 *
 * @param interval A stretch in which they are possible.
 * @returns Such as `paused` or `postmigrate or finish-migrate`; what is unknown as unknown.
 */
export function stateWords(
  interval: Pick<Interval, "states" | "isKnown">,
): string {
  switch (lookOf(interval)) {
    case "gone":
      return "ended";
    case "unknown":
      return "unknown";
    default:
      // Whether it may have run is what people ask first.
      return oneOf(
        interval.states.toSorted((a, b) =>
          Number(b === "running") - Number(a === "running")
        ),
      );
  }
}

/** Names a few run states, and counts the others. */
function oneOf(states: readonly string[]): string {
  const more = states.length - 3;
  return states.slice(0, 3).join(" or ") + (more > 0 ? ` or ${more} more` : "");
}

/** The run states that a machine comes to for each cause. */
const leadsTo: Partial<Readonly<Record<Cause, readonly string[]>>> = {
  "guest-shutdown": ["shutdown"],
  "guest-reset": ["shutdown"],
  "host-quit": ["shutdown"],
  "host-reset": ["shutdown"],
  "host-signal": ["shutdown"],
  "host-ui": ["shutdown"],
  "host-error": ["shutdown"],
  panic: ["guest-panicked"],
  watchdog: ["watchdog"],
  "io-error": ["io-error"],
  command: ["paused"],
  suspended: ["suspended"],
  migration: ["finish-migrate", "postmigrate", "colo"],
  snapshot: ["save-vm", "restore-vm"],
  "internal-error": ["internal-error"],
  debug: ["debug"],
};

/**
 * Says where a machine stood when it had stopped.
 *
 * @param stop The stop.
 * @returns Such as `paused` or, where that is not certain, `most likely
 * guest-panicked, else postmigrate`; undefined where QEMU ended at once.
 */
export function stoppedWords(
  { states, cause }: Pick<Stop, "states" | "cause">,
): string | undefined {
  if (states.length === 0) return undefined;
  // Only a snapshot in the background stops the machine to neither of its states.
  const leads = [leadsTo[cause] ?? [], cause === "snapshot" ? ["paused"] : []]
    .find((each) => states.some((state) => each.includes(state))) ?? [];
  const likely = states.filter((state) => leads.includes(state));
  const others = states.filter((state) => !leads.includes(state));
  return likely.length === 0 || others.length === 0
    ? stateWords({ states, isKnown: true })
    : `most likely ${oneOf(likely)}, else ${oneOf(others)}`;
}

/**
 * Says why a machine stopped.
 *
 * @param stop The stop.
 * @returns Such as `the watchdog expired`.
 */
export function whyWords({ cause, isCertain }: Stop): string {
  const words = causeWords[cause];
  return isCertain || cause === "unknown" ? words : `most likely, ${words}`;
}

/** Whoever is silent for less is heard to the end. */
const longestSilence = 60;

/**
 * Says of a machine that was not seen to stop where it stood at last.
 *
 * @param report The report, of which other machines may be heard for longer.
 * @param machine The machine.
 * @returns Such as `It was not seen to stop: where the log ends, it was
 * running`; no more than that where nothing is known.
 */
export function unstoppedWords(
  { to }: Pick<Report, "to">,
  { intervals }: Pick<Machine, "intervals">,
): string {
  const last = intervals.at(-1);
  const words = "It was not seen to stop";
  if (last === undefined || lookOf(last) === "unknown") return words;
  const silence = (to ?? 0) - (last.to ?? Infinity);
  const where = silence < longestSilence
    ? "where the log ends"
    : `where it was heard last, ${duration(silence)} before the log ends`;
  return `${words}: ${where}, it was ${stateWords(last)}`;
}

/**
 * Says how long something took.
 *
 * @param seconds How long.
 * @returns Such as `4.1 ms`, `12.5 s`, `3 min 20 s` or `2 d 4 h`.
 */
export function duration(seconds: number): string {
  if (seconds === 0) return "0 s";
  if (seconds < 0.0009995) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${digits(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${digits(seconds)} s`;
  const units: readonly (readonly [string, number])[] = [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const whole = Math.round(seconds);
  const index = units.findIndex(([, size]) => whole >= size);
  const [[big, size], [small, part]] = units.slice(index, index + 2) as [
    (typeof units)[number],
    (typeof units)[number],
  ];
  const rest = Math.floor(whole % size / part);
  return `${Math.floor(whole / size)} ${big}${
    rest === 0 ? "" : ` ${rest} ${small}`
  }`;
}

/** Three digits, and none that says nothing. */
function digits(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

/**
 * Writes a time since the start.
 *
 * @param at Seconds.
 * @returns Such as `+12.345678 s`.
 */
export function relative(at: number): string {
  return `${at < 0 ? "−" : "+"}${Math.abs(at).toFixed(6)} s`;
}

/**
 * Writes a time of day.
 *
 * @param epoch Seconds since the epoch at second 0.
 * @param at Seconds since then.
 * @returns Such as `2026-11-22T14:25:27.694Z`; undefined where there is no such date.
 */
export function timeOfDay(epoch: number, at: number): string | undefined {
  const milliseconds = Math.round((epoch + at) * 1000);
  // The last moment that ECMAScript has a date for.
  if (!(Math.abs(milliseconds) <= 8.64e15)) return undefined;
  return new Date(milliseconds).toISOString();
}

/** Nobody records for three years: what is more is the time of day. */
const longestTrace = 1e8;

/**
 * Writes the time of a message as its source has it.
 *
 * @param at Seconds since the start, or since the epoch.
 * @param digits How many digits follow the seconds.
 * @returns Such as `12.345678` or `2026-11-22T14:25:27.694330Z`.
 */
export function sourceTime(at: number, digits: number): string {
  const spelt = at.toFixed(digits);
  const [whole, rest] = spelt.split(".");
  const day = at >= longestTrace ? timeOfDay(0, Number(whole)) : undefined;
  return day === undefined ? spelt : `${day.slice(0, -5)}.${rest}Z`;
}

/**
 * Tells whether a time since the start says little to people: nobody counts
 * thousands of seconds.
 *
 * @param at Seconds since the start.
 * @returns Whether it is a minute or more.
 */
export function isLong(at: number): boolean {
  return at >= 60;
}

/**
 * Counts things.
 *
 * @param number How many.
 * @param thing What one of them is called.
 * @returns Such as `1 message` and `1,200 messages`.
 */
export function counted(number: number, thing: string): string {
  return `${grouped(number)} ${thing}${number === 1 ? "" : "s"}`;
}

/**
 * Writes a whole number.
 *
 * @param number The number.
 * @returns Its digits in groups of three.
 */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * Says how long a machine did not run for one cause.
 *
 * @param downtime The downtime.
 * @returns Such as `12 s in 3 stops, 1 of them not over where the log tells no
 * more`; without a time where none is known.
 */
export function downtimeWords({ count, seconds, open }: Downtime): string {
  const stops = counted(count, "stop");
  const which = count === 1 ? "" : `${open} of them `;
  // That need not be the end of the log, which may go on without the machine.
  const still = open === 0
    ? ""
    : `, ${which}not over where the log tells no more`;
  // A log without times tells no more, nor does one that ends with the stop.
  return (seconds === 0 ? "" : `${duration(seconds)} in `) + stops + still;
}

/**
 * Says how a stop went on.
 *
 * @param stop The stop.
 * @returns Such as `for 12 s`, `for at least 12 s` or `QEMU ended`.
 */
export function outcomeWords(stop: Stop): string {
  const { from, to, back, hasEnded } = stop;
  const words: string[] = [];
  // Where the end has the time of the beginning, its own is not known.
  if (from !== undefined && to !== undefined && to > from) {
    const least = wasFoundStopped(stop) ? "at least " : "";
    words.push(`for ${least}${duration(to - from)}`);
  }
  if (hasEnded) words.push("QEMU ended");
  else if (back.length === 0) {
    words.push("and the log does not tell of its running again");
  }
  return words.join(", ");
}

/** Whether a reply tells of the stop: then it had come before, nobody knows when. */
function wasFoundStopped({ cause, chain, line }: Stop): boolean {
  const teller = chain.find((each) => each.line === line);
  return teller?.kind === "return" && cause !== "monitor-lost";
}

/** Where a moment lies in a log. */
export interface Scale {
  /** Whether it is made of seconds; of lines, where the log knows no time. */
  readonly isTime: boolean;
  /** Where it begins. */
  readonly start: number;
  /** Where it ends; later than it begins. */
  readonly end: number;
  /**
   * Places a moment.
   *
   * @param at When it was, in seconds.
   * @param line The line.
   * @returns A number from 0, where the log begins, to 1.
   */
  place(at: number | undefined, line: number): number;
}

/**
 * Tells on which line a stretch ends, for a log that knows no time: the machine
 * stood so until the next one begins.
 *
 * @param intervals All stretches.
 * @param index Which one.
 * @returns The line.
 */
export function endOf(intervals: readonly Interval[], index: number): number {
  return intervals[index + 1]?.line ?? intervals[index]!.lastLine;
}

/**
 * Makes the scale of a report, the same for all of its machines.
 *
 * @param report The report.
 * @returns Seconds where the log knows them, else lines.
 */
export function scaleOf({ from, to, lastLine }: Report): Scale {
  const isTime = from !== undefined && to !== undefined && to > from;
  const start = isTime ? from : 1;
  const end = isTime ? to : Math.max(2, lastLine);
  const within = (value: number) =>
    Math.min(1, Math.max(0, (value - start) / (end - start)));
  return {
    isTime,
    start,
    end,
    place: (at, line) => within(isTime ? at ?? start : line),
  };
}

/**
 * Writes a link of a chain.
 *
 * @param link The link.
 * @returns Such as `STOP` or `WATCHDOG action=pause, which came late`.
 */
export function linkWords(link: Link): string {
  const { kind, detail, isLate } = link;
  return (kind === "return" || kind === "error" ? "to " : "") + linkName(link) +
    (detail && ` ${detail}`) + (isLate ? " (held back, so it came later)" : "");
}

/**
 * Names the message of a link.
 *
 * @param link The link.
 * @returns The name; of a reply, that of its command, as far as it is known.
 */
export function linkName({ name }: Link): string {
  return name === "(unmatched)" ? "a command that is not in the log" : name;
}

/**
 * Leaves out of a link what stands below it, taken apart.
 *
 * @param link The link.
 * @returns The same without what a panic left.
 */
export function withoutInfo(link: Link): Link {
  return { ...link, detail: link.detail.replace(/(^| )info\..*$/s, "") };
}
