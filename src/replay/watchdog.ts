/**
 * Whether a WATCHDOG is followed by what its action does.
 *
 * @module
 */

import type { Witnesses } from "../editions/witness.ts";
import type { Finding } from "../wire/finding.ts";
import type { Entry } from "./read.ts";
import { isOutOfBand, nameOf, seenOf } from "./seen.ts";

/** The watchdogs of a monitor. */
export interface Watchdog {
  /**
   * Takes the next message.
   *
   * @param entry The message.
   * @param time When it was made, of an event that says so.
   * @param runs Whether the machine is known to run before it.
   * @param isWhole Whether nothing is missing since a greeting.
   * @returns `WATCHDOG_WITHOUT_EFFECT`, where it is clear by now.
   */
  take(
    entry: Entry,
    time: number | undefined,
    runs: boolean,
    isWhole: boolean,
  ): readonly Finding[];
  /** Forgets what should come, since the machine is not where it was thought to be. */
  doubt(): void;
  /** Forgets what went before, since messages are missing. */
  lose(): void;
}

/** A WATCHDOG and what has to come of it. */
interface Expected {
  readonly by: Entry;
  /** When it expired, in seconds. */
  readonly time: number;
  /** The events of which one has to come. */
  readonly events: readonly string[];
  /** A command that was sent since. */
  asked?: Entry;
  /** How many commands were sent and then answered since, one after the other. */
  answers: number;
}

/**
 * QEMU does what the watchdog asks for in the next round of its main loop: seen
 * on 7.2.22, where each came before the first reply. A reply may overtake it,
 * the reply to a command that was sent after that reply cannot.
 */
const rounds = 2;
/** For logs without commands: as long as the main loop hardly ever takes, in seconds. */
const patience = 10;
/** QEMU holds one back for a second after the last: then its effect comes first. */
const throttle = 2;

/** What an exit(0) leaves no time for. */
const sentByMainLoop = new Set([
  "POWERDOWN",
  "RESET",
  "RESUME",
  "SHUTDOWN",
  "STOP",
  "SUSPEND",
  "WAKEUP",
]);

const nothing: readonly Finding[] = [];

/**
 * Begins to look at the watchdogs of a monitor.
 *
 * @param table What messages cause.
 * @returns The watchdogs, none expired yet.
 */
export function watchdog(table: Witnesses): Watchdog {
  let expected: Expected | undefined;
  let exit: Entry | undefined;
  let asked: Entry | undefined;
  let last = -Infinity;
  let newest = -Infinity;

  function lose(): void {
    expected = exit = asked = undefined;
    last = newest = -Infinity;
  }

  function expect(
    by: Entry,
    time: number | undefined,
    runs: boolean,
    isWhole: boolean,
  ): readonly Finding[] {
    const isPrompt = time !== undefined && time >= newest &&
      time - last > throttle;
    last = Math.max(last, time ?? newest);
    // It expires in the main loop: by now that had time for the one before.
    const found = isPrompt && expected ? miss(by) : nothing;
    const causes = table.of(seenOf(by))?.causes ?? [];
    const cause = causes.find(({ certainty }) => certainty === "must");
    if (cause?.outcomes.some(({ kind }) => kind === "end")) {
      exit = isWhole ? by : undefined;
    } else if (cause && isPrompt && (cause.in === undefined || runs)) {
      const events = cause.outcomes.flatMap((each) =>
        each.kind === "event" ? [each.name] : []
      );
      expected = { by, time, events, answers: 0 };
    }
    newest = Math.max(newest, time ?? newest);
    return found;
  }

  function happen(
    entry: Entry,
    time: number | undefined,
  ): readonly Finding[] {
    const { name = "" } = entry;
    newest = Math.max(newest, time ?? newest);
    if (expected === undefined) return nothing;
    const { events } = expected;
    // What ends QEMU, or puts the machine to sleep, may come before it.
    if (events.includes(name) || name === "SHUTDOWN" || name === "SUSPEND") {
      expected = undefined;
      return nothing;
    }
    const isLate = time !== undefined && time - expected.time > patience;
    return isLate ? miss(entry) : nothing;
  }

  function answer(entry: Entry): readonly Finding[] {
    if (expected === undefined || entry.answers !== expected.asked) {
      return nothing;
    }
    expected.answers += 1;
    delete expected.asked;
    return expected.answers < rounds ? nothing : miss(entry);
  }

  function miss(entry: Entry): readonly Finding[] {
    const { by, events } = expected!;
    expected = undefined;
    return [withoutEffect(by, entry, events)];
  }

  return {
    lose,
    doubt() {
      expected = undefined;
    },
    take(entry, time, runs, isWhole) {
      const { kind, name = "", answers } = entry;
      if (kind === "command") {
        if (isOutOfBand(entry)) return nothing;
        if (expected) expected.asked ??= entry;
        if (exit) asked ??= entry;
        return nothing;
      }
      if (kind === "greeting") lose();
      const isAlive = kind === "event"
        ? sentByMainLoop.has(name)
        : answers !== undefined && answers === asked;
      if (exit !== undefined && isAlive) {
        const found = [afterExit(exit, entry)];
        exit = asked = undefined;
        return found;
      }
      if (kind !== "event") return answers ? answer(entry) : nothing;
      return name === "WATCHDOG"
        ? expect(entry, time, runs, isWhole)
        : happen(entry, time);
    },
  };
}

function withoutEffect(
  by: Entry,
  entry: Entry,
  events: readonly string[],
): Finding {
  const wanted = events.join(" or ");
  return {
    code: "WATCHDOG_WITHOUT_EFFECT",
    severity: "notice",
    path: [],
    expected: wanted,
    received: nameOf(entry),
    message: `Cannot see what WATCHDOG on line ${by.line} did: ` +
      `no ${wanted} came before ${nameOf(entry)} on line ${entry.line}`,
  };
}

function afterExit(by: Entry, entry: Entry): Finding {
  return {
    code: "WATCHDOG_WITHOUT_EFFECT",
    severity: "fault",
    path: [],
    expected: "the end of QEMU",
    received: nameOf(entry),
    message: `Cannot follow ${nameOf(entry)} on line ${entry.line}: ` +
      `WATCHDOG on line ${by.line} ended QEMU`,
  };
}
