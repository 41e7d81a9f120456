/**
 * The options by which a file is played.
 *
 * @module
 */

import type { PlayerOptions } from "../replay/player.ts";
import type { Mark, Selection } from "../replay/schedule.ts";
import type { Kind } from "../schema/qmp.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, type Options, UsageError } from "./arguments.ts";

const kinds: readonly Kind[] = [
  "greeting",
  "command",
  "return",
  "error",
  "event",
];

/** Speed and choice, for `--help`. Names are asciinema's and tcpreplay's where they have them. */
export const playOptions: Options = {
  speed: {
    takes: "N",
    about: "Play at N times the recorded pace, not at once",
  },
  interval: {
    takes: "SEC",
    about: "Play at a fixed pace, not at the recorded one",
  },
  idle: {
    takes: "SEC",
    about: "Wait no longer than that, by the recording, between two messages",
  },
  from: {
    takes: "WHERE",
    about:
      "Begin at a time in seconds or such as 2026-03-12T03:15:00Z, at entry:N from 1, or at an event",
  },
  until: {
    takes: "WHERE",
    about: "End there, that included",
  },
  only: {
    takes: "LIST",
    about: "Show these alone: KIND, NAME or KIND/NAME, with commas between",
  },
  loop: {
    takes: "N",
    about: "Play N times; 0 for ever",
  },
  step: {
    about: "Begin paused, on a terminal",
  },
  marker: {
    takes: "EVENT",
    about: "What ] goes to; any event of run-state unless said",
  },
};

/** How to play, as far as it was asked for. */
export interface PlayAsked extends PlayerOptions {
  /** Whether it takes time, so that it can be steered. */
  readonly isPaced: boolean;
  /** The event to which `]` goes. */
  readonly marker?: string;
}

/**
 * Understands how to play.
 *
 * @param args What was given.
 * @returns How.
 * @throws {UsageError} Where that makes no sense.
 */
export function playAsked({ options }: Arguments): PlayAsked {
  const interval = numberOf(
    options.get("interval"),
    isNotNegative,
    (given) => `Cannot play every ${given} seconds: it is no number from 0`,
  );
  const idle = numberOf(
    options.get("idle"),
    isNotNegative,
    (given) => `Cannot wait at most ${given} seconds: it is no number from 0`,
  );
  const speed = numberOf(
    options.get("speed"),
    (given) => given > 0,
    (given) =>
      `Cannot play at ${given} times the pace: it is no number above 0`,
  );
  const loop = numberOf(
    options.get("loop"),
    isCount,
    (given) => `Cannot play ${given} times: it is no whole number from 0`,
  );
  const from = markOf(options.get("from"), -halfMillisecond);
  const until = markOf(options.get("until"), halfMillisecond);
  const only = options.get("only")?.split(",").map(selectionOf);
  const marker = options.get("marker");
  const isPaused = options.has("step");
  const isTimed = isPaused || interval !== undefined || idle !== undefined;
  const pace = speed ?? (isTimed ? 1 : Infinity);
  return {
    speed: pace,
    isPaused,
    isPaced: isPaused || pace < Infinity,
    ...interval !== undefined && { interval },
    ...idle !== undefined && { idle },
    ...loop !== undefined && { loop: loop === 0 ? Infinity : loop },
    ...from !== undefined && { from },
    ...until !== undefined && { until },
    ...only !== undefined && { only },
    ...marker !== undefined && { marker },
  };
}

function isNotNegative(number: number): boolean {
  return number >= 0 && number < Infinity;
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 0;
}

function numberOf(
  given: string | undefined,
  isRight: (number: number) => boolean,
  complaint: (quoted: string) => string,
): number | undefined {
  if (given === undefined) return undefined;
  const number = given.trim() === "" ? NaN : Number(given);
  if (isRight(number)) return number;
  throw new UsageError(complaint(quote(given)));
}

/** Reports round to milliseconds: what they say is then is meant. */
const halfMillisecond = 0.0005;

/** A time of day, as a report or libvirt writes it: in UTC unless it says otherwise. */
const date =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?:(:\d\d)(\.\d+)?)?(?:Z|([+-]\d\d):?(\d\d))?$/;

function markOf(given: string | undefined, slack: number): Mark | undefined {
  if (given === undefined) return undefined;
  const [, entry] = /^entry:([1-9]\d*)$/.exec(given) ?? [];
  if (entry !== undefined) return { index: Number(entry) - 1 };
  if (/^[-+]?\d+(\.\d+)?$/.test(given)) return { time: Number(given) };
  const at = timeOf(given);
  if (at !== undefined) return { time: at + slack };
  if (/^[\w.-]+$/.test(given)) return { event: given };
  throw new UsageError(
    `Cannot find ${
      quote(given)
    }: it is no time in seconds or such as 2026-03-12T03:15:00Z, no entry:N, and no event`,
  );
}

/** In seconds since the epoch. */
function timeOf(given: string): number | undefined {
  const found = date.exec(given);
  if (found === null) return undefined;
  const [
    ,
    day,
    clock,
    seconds = ":00",
    rest = "",
    hours = "+00",
    minutes = "00",
  ] = found;
  const whole = Date.parse(`${day}T${clock}${seconds}${hours}:${minutes}`);
  return Number.isFinite(whole) ? whole / 1000 + Number(`0${rest}`) : undefined;
}

function selectionOf(given: string): Selection {
  const [first = "", second, ...more] = given.split("/");
  const isComplete = first !== "" && second !== "" && more.length === 0;
  if (isComplete && second !== undefined && isKind(first)) {
    return { kind: first, name: second };
  }
  if (isComplete && second === undefined) {
    return isKind(first) ? { kind: first } : { name: first };
  }
  throw new UsageError(
    `Cannot show ${quote(given)} alone: it is no KIND, NAME or KIND/NAME, ` +
      `where KIND is one of ${kinds.join(", ")}`,
  );
}

function isKind(name: string): name is Kind {
  return (kinds as readonly string[]).includes(name);
}
