/**
 * Follows the stops of one machine.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import type { Step } from "../replay/track.ts";
import { rounded, type Time } from "./clock.ts";
import { thin } from "./coarsen.ts";
import { statusIn } from "./members.ts";
import { panicOf } from "./panic.ts";
import type { Cause, Decoded, Downtime, Link, Stop } from "./report.ts";
import {
  chainOf,
  type Clue,
  clueOf,
  linkOf,
  noteSettings,
  whyIn,
} from "./why.ts";

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A stop that may still be explained. */
interface Draft {
  readonly stop: Writable<Stop>;
  /** The message that tells of it. */
  readonly teller: Link;
  /** What was said before it, and what QEMU held back. */
  readonly before: Clue[];
  /** What was set by then. */
  readonly settings: ReadonlyMap<string, Link>;
  /** What was said since. */
  readonly after: Clue[];
  /** Since when it may be over; the moment is not known where the log knows no time. */
  doubtful?: { readonly now: number | undefined } | undefined;
  /** Until when it counts. */
  until?: number | undefined;
}

/** A message after which QEMU ends. */
interface Ending {
  readonly clue: Clue;
  readonly now: number | undefined;
}

/** What became of the stops of a machine. */
export interface Stops {
  /** The stops, in order. */
  readonly stops: readonly Stop[];
  /** How many there are in all. */
  readonly count: number;
  /** The downtime by cause; the longest first. */
  readonly downtime: readonly Downtime[];
}

/** What came before a greeting, or before the end of the log. */
export type Before =
  /** Nothing came before. */
  | { readonly kind: "nothing" }
  /** The connection broke off. */
  | { readonly kind: "lost" }
  /** QEMU ended. */
  | { readonly kind: "ended"; readonly now: number | undefined };

/** Follows the stops of a machine. */
export interface StopFollower {
  /**
   * Takes a message.
   *
   * @param step The message, and where the machine can stand after it.
   * @param time When it passed.
   * @returns What came before it, where it is a greeting.
   */
  take(step: Step, time: Time): Before;
  /**
   * Takes what another monitor of the same QEMU was told, or answered.
   *
   * @param entry A command, or a reply.
   * @param time When it passed.
   */
  overhear(entry: Entry, time: Time): void;
  /**
   * Takes a greeting of which the log has left nothing: another connection
   * begins. One that was not seen to end may still be there, beside it.
   *
   * @returns What came before it.
   */
  greetUnheard(): Before;
  /**
   * Says that nothing more comes.
   *
   * @returns Whether QEMU had ended.
   */
  end(): Before;
  /**
   * Gives what there is.
   *
   * @param most How many stops at most.
   * @returns The stops.
   */
  result(most: number): Stops;
}

/** A machine that may still be in the making, or being filled, has not stopped. */
const notStarted: ReadonlySet<string> = new Set([
  ...["preconfig", "prelaunch", "inmigrate"],
]);

/** What shows that QEMU lives on. */
const livesOn: ReadonlySet<string> = new Set([
  ...["STOP", "RESUME", "RESET", "WAKEUP", "SUSPEND"],
]);

/** Which commands make a machine run again. */
const awakens: ReadonlySet<string> = new Set([
  ...["cont", "system_wakeup", "system_reset"],
]);

/** What came earlier does not lead up to a stop. */
const mostClues = 32;

const nothing: Before = { kind: "nothing" };

/**
 * Follows the stops of a machine.
 *
 * @param most How many stops to keep for now.
 * @returns What takes its messages.
 */
export function followStops(most: () => number): StopFollower {
  const settings = new Map<string, Link>();
  const downtime = new Map<Cause, Writable<Downtime>>();
  let clues: Clue[] = [];
  let stops: Stop[] = [];
  let count = 0;
  let open: Draft | undefined;
  /** The last one that is over; what QEMU held back may still explain it. */
  let over: Draft | undefined;
  let panic: readonly Decoded[] | undefined;
  let ending: Ending | undefined;
  let hasRun = false;
  /** Whether QEMU's own log tells its state: then that goes on where nobody listens. */
  let isTold = false;
  let isHeard = false;
  let last: { readonly entry: Entry; readonly time: Time } | undefined;

  function begin(
    teller: Link,
    states: readonly string[],
    from: number | undefined,
  ): Draft {
    const stop: Writable<Stop> = {
      line: teller.line,
      ...from !== undefined && { from },
      states,
      cause: "unknown",
      isCertain: false,
      chain: [teller],
      back: [],
      hasEnded: false,
    };
    count += 1;
    stops.push(stop);
    if (stops.length > 2 * most()) stops = thin(stops, most());
    return open = {
      stop,
      teller,
      before: [...clues],
      settings: new Map(settings),
      after: [],
    };
  }

  function explain({ stop, before }: Draft): void {
    if (!stop.isCertain && stop.states.length > 0) {
      Object.assign(stop, whyIn(stop.states, before));
    }
    if (stop.cause === "panic" && panic) stop.panic = panic;
  }

  function close(to?: number): void {
    if (open === undefined) return;
    if (to !== undefined) open.stop.to = to;
    open.until = to ?? (open.doubtful ?? last?.time)?.now;
    account();
    over = open;
    open = undefined;
  }

  function chain({ stop, teller, before, after, settings }: Draft): void {
    stop.chain = chainOf(stop.cause, before, after, settings, teller);
  }

  function account(): void {
    if (over === undefined) return;
    const { stop, until } = over;
    const { cause, from, back, hasEnded } = stop;
    if (!hasEnded) chain(over);
    const known = downtime.get(cause) ??
      { cause, count: 0, seconds: 0, open: 0 };
    known.count += 1;
    if (from !== undefined && until !== undefined) {
      known.seconds += until - from;
    }
    if (back.length === 0) known.open += 1;
    downtime.set(cause, known);
    over = undefined;
  }

  function learn({ kind, name, answers }: Entry): void {
    if (kind === "return" && answers) {
      noteSettings(answers, settings);
    } else if (kind === "error" && answers) {
      clues = clues.filter(({ entry }) => entry !== answers);
    } else if (kind === "event" && name === "RESET") {
      clues = clues.filter(({ key }) =>
        key !== "WATCHDOG reset" && key !== "system_reset"
      );
    }
  }

  /** Whether QEMU said something after it said that it would end. */
  function isAlive({ kind, name, answers }: Entry): boolean {
    if (ending === undefined || kind === "command" || kind === "greeting") {
      return false;
    }
    return ending.clue.ends === "at once" ||
      kind === "event" && livesOn.has(name ?? "") ||
      answers !== undefined && answers.line > ending.clue.entry.line;
  }

  function note(clue: Clue, entry: Entry, time: Time): void {
    if (entry.name === "GUEST_PANICKED") panic = panicOf(entry);
    if (clue.ends) ending = { clue, now: time.now };
    clues.push(clue);
    if (clues.length > mostClues) clues.shift();
    if (open) {
      (time.isLate ? open.before : open.after).push(clue);
      if (open.after.length > mostClues) open.after.shift();
      // What the next QEMU says does not explain the end of this one.
      if (!open.stop.hasEnded) explain(open);
    } else if (over && time.isLate) {
      over.before.push(clue);
      explain(over);
    }
  }

  function hear(entry: Entry, time: Time): void {
    learn(entry);
    if (entry.kind !== "event" && entry.kind !== "command") return;
    const clue = clueOf(entry, time.at, time.isLate, clues, settings);
    if (clue) note(clue, entry, time);
  }

  function standsStill(step: Step, time: Time): void {
    const { entry } = step;
    const states = statesTold(step);
    if (open === undefined) {
      hasRun ||= entry.kind === "event" && entry.name === "STOP";
      if (!hasRun && states.some((each) => notStarted.has(each))) return;
      const link = linkOf(entry, time.at, time.isLate);
      explain(begin(link, states, time.now));
      return;
    }
    open.doubtful = undefined;
    const { stop } = open;
    const isNarrower = states.length < stop.states.length &&
      states.every((each) => stop.states.includes(each));
    if (stop.isCertain || !isNarrower) return;
    stop.states = states;
    explain(open);
  }

  /**
   * Whether QEMU says that the machine goes on. Since 9.0 that may lead it back
   * to sleep, and a migration may have stopped it again in silence: whatever
   * comes next says so.
   */
  function isOver(entry: Entry): boolean {
    // RESUME wakes nobody up.
    const sleeps = open?.stop.cause === "suspended" && entry.name === "RESUME";
    return isGoingOn(entry) && !sleeps;
  }

  function runs({ entry }: Step, time: Time): void {
    hasRun = true;
    const wasStopped = open !== undefined;
    if (open) {
      const asked = open.after.findLast(({ key }) => awakens.has(key));
      const link = linkOf(entry, time.at, time.isLate);
      open.stop.back = [
        ...asked ? [linkOf(asked.entry, asked.at, false)] : [],
        link,
      ];
      close(time.now);
    }
    // QEMU's own log has its RESUME before the change.
    if (isGoingOn(entry) || wasStopped && entry.state) {
      clues = [];
      panic = undefined;
    }
  }

  function finish({ clue, now }: Ending): void {
    const { entry, at, isLate } = clue;
    // The one before has not been seen to run, but it was another QEMU.
    if (open?.stop.hasEnded) close();
    const draft = open ?? begin(linkOf(entry, at, isLate), [], now);
    if (draft.stop.states.length === 0) {
      draft.stop.cause = clue.cause;
      draft.stop.isCertain = clue.cause !== "unknown" && !clue.isGuess;
    }
    draft.stop.hasEnded = true;
    explain(draft);
    chain(draft);
  }

  /** QEMU, or its monitor, is another from here on. */
  function greet(entry: Entry, time: Time): Before {
    if (!isHeard || last === undefined) return nothing;
    let before: Before = { kind: "lost" };
    if (!ending && isTold) return nothing;
    if (ending) before = endBefore(ending);
    else {
      close();
      const { now } = last.time;
      const { stop } = begin(linkOf(last.entry, last.time.at, false), [], now);
      const greeting = linkOf(entry, time.at, false);
      Object.assign(stop, { cause: "monitor-lost", isCertain: true });
      stop.back = [greeting];
      close(time.now);
    }
    beginAnew();
    return before;
  }

  function endBefore(ending: Ending): Before {
    finish(ending);
    settings.clear();
    return { kind: "ended", now: ending.now };
  }

  function beginAnew(): void {
    clues = [];
    ending = panic = undefined;
    hasRun = false;
  }

  return {
    take(step, time) {
      const { entry, states, isProven } = step;
      const { kind } = entry;
      const before = kind === "greeting" ? greet(entry, time) : nothing;
      isHeard ||= kind !== "command";
      isTold ||= entry.state !== undefined;
      if (isAlive(entry)) ending = undefined;
      // Only what runs is stopped: it went on unseen.
      if (open?.doubtful && kind === "event" && entry.name === "STOP") close();
      hear(entry, time);
      if (!states.includes("running")) {
        if (isProven) standsStill(step, time);
      } else if (states.length === 1 || isOver(entry)) runs(step, time);
      else if (open) open.doubtful ??= { now: time.now };
      last = { entry, time };
      return before;
    },
    overhear: hear,
    greetUnheard() {
      const before = ending ? endBefore(ending) : nothing;
      if (!ending) close();
      beginAnew();
      return before;
    },
    end() {
      const before = ending ? endBefore(ending) : nothing;
      close();
      account();
      return before;
    },
    result: (most) => ({
      stops: thin(stops, most),
      count,
      downtime: [...downtime.values()]
        .map((each) => ({ ...each, seconds: rounded(each.seconds) }))
        .sort((a, b) => b.seconds - a.seconds),
    }),
  };
}

/** A stopped machine comes to these in silence, whatever stopped it. */
const comeInSilence: ReadonlySet<string> = new Set([
  ...["finish-migrate", "postmigrate"],
]);

/**
 * Where the machine can have stood: where QEMU says so itself, it stood there
 * then, whatever may have come since.
 */
function statesTold({ entry, states }: Step): readonly string[] {
  const status = statusIn(entry);
  const told = states.filter((each) => each === status);
  return told.some((each) => !comeInSilence.has(each)) ? told : states;
}

function isGoingOn({ kind, name }: Entry): boolean {
  return kind === "event" && (name === "RESUME" || name === "WAKEUP");
}
