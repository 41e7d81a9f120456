/**
 * Follows one machine through a log.
 *
 * @module
 */

import { versionOf } from "../editions/version.ts";
import type { Entry } from "../replay/read.ts";
import type { Step } from "../replay/track.ts";
import { eventSchema, seed } from "../schema/edition.ts";
import type { Greeting } from "../schema/qmp.ts";
import { shorten } from "../wire/quote.ts";
import { rounded, type Time } from "./clock.ts";
import { again, alikeIn, drawTogether, gather, type Row } from "./coarsen.ts";
import { membersOf } from "./members.ts";
import { own } from "./own.ts";
import { panicOf } from "./panic.ts";
import type {
  Decoded,
  Happening,
  Interval,
  Machine,
  Standing,
} from "./report.ts";
import { type Before, followStops } from "./stops.ts";

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A machine, and what there was no room for. */
export interface Followed {
  /** The machine. */
  readonly machine: Machine;
  /** What was drawn together or left out, in words. */
  readonly notes: readonly string[];
}

/** How much of a machine is kept. */
export interface Room {
  /** How many intervals, from 2. */
  readonly intervals: number;
  /** How many events, from 2. */
  readonly events: number;
  /** How many stops, from 2. */
  readonly stops: number;
}

/** Follows a machine. */
export interface MachineFollower {
  /**
   * Names the monitor, where it spoke later than QEMU's own log told of a state.
   *
   * @param monitor The monitor.
   */
  name(monitor: string): void;
  /**
   * Takes a message.
   *
   * @param step The message, and where the machine can stand after it.
   * @param time When it passed.
   */
  take(step: Step, time: Time): void;
  /**
   * Takes what another monitor of the same QEMU was told, or answered.
   *
   * @param entry A command, or a reply.
   * @param time When it passed.
   */
  overhear(entry: Entry, time: Time): void;
  /**
   * Takes a greeting of which the log has left nothing.
   *
   * @param step Where it stands, and that nothing is known from there on.
   * @param time When it passed.
   */
  greetUnheard(step: Step, time: Time): void;
  /**
   * Says that nothing more comes.
   *
   * @param most How much of it to give at most.
   * @returns What became of it.
   */
  end(most: Room): Followed;
}

/** Events that are no run-state events of the seed, but bear on the state. */
const others: ReadonlySet<string> = new Set([
  ...["BLOCK_IO_ERROR", "GUEST_PVSHUTDOWN"],
]);

/** How far back a loop of events is seen. */
const longestLoop = 4;

/**
 * Follows a machine.
 *
 * @param monitor The monitor that tells of it; undefined where the log names none.
 * @param room How much to keep for now.
 * @returns What takes its messages.
 */
export function followMachine(
  monitor: string | undefined,
  room: () => Room,
): MachineFollower {
  const follower = followStops(() => room().stops);
  // By the list itself: the tracker gives the same one for the same states.
  const standings = new Map<readonly string[], Writable<Standing>>();
  let intervals: Interval[] = [];
  let rows: Row[] = [];
  /** How many rows there were when the stretch began. */
  let earlier = 0;
  let open: Writable<Interval> | undefined;
  let stretches = 0;
  let messages = 0;
  let commands = 0;
  let seen = 0;
  /** Where RESUME first left open whether the machine sleeps on. */
  let dozed: number | undefined;
  let qemu: string | undefined;
  let last: { readonly line: number; readonly now: number | undefined } = {
    line: 0,
    now: undefined,
  };

  function close(to: number | undefined): void {
    if (open === undefined) return;
    // What comes before the first time that is known takes none.
    if (to !== undefined) {
      open.from ??= to;
      open.to = Math.max(open.from, to);
    }
    intervals.push(open);
    add(open);
    if (intervals.length > 2 * room().intervals) {
      intervals = drawTogether(intervals, room().intervals);
    }
    open = undefined;
  }

  function add({ states, isKnown, from = 0, to = from }: Interval): void {
    const known = standings.get(states) ??
      { states, isKnown, count: 0, seconds: 0 };
    known.count += 1;
    known.seconds += to - from;
    standings.set(states, known);
  }

  function begin(
    line: number,
    from: number | undefined,
    states: readonly string[],
    isKnown: boolean,
  ): void {
    stretches += 1;
    earlier = rows.length;
    open = {
      line,
      lastLine: line,
      ...from !== undefined && { from },
      states,
      isKnown,
      stretches: 1,
    };
  }

  /** Closes what was known when QEMU ended or could no longer be heard. */
  function breakOff(before: Before, line: number, now?: number): void {
    if (open === undefined || before.kind === "nothing") return;
    if (before.kind === "lost") return close(last.now);
    const { from } = open;
    const end = from === undefined || before.now === undefined
      ? before.now
      : Math.max(from, before.now);
    close(end);
    begin(last.line, end, none, true);
    open.lastLine = line;
    close(now ?? end);
  }

  /** Draws on, in the stretch at hand or in a new one. */
  function goOn(
    { entry: { line }, states, isProven }: Step,
    { now }: Time,
    before: Before,
  ): void {
    breakOff(before, line, now);
    const from = before.kind === "lost" ? last.now : now;
    if (open?.states !== states) {
      close(now);
      begin(line, from, states, isProven);
    }
    if (now !== undefined) open!.from ??= now;
    open!.lastLine = line;
  }

  function show(entry: Entry, { at, isLate }: Time): void {
    seen += 1;
    const key = keyOf(entry);
    const panic = holdsPanic(entry) ? panicOf(entry) : undefined;
    // A loop within one stretch is one thing that happens.
    const reach = Math.min(longestLoop, rows.length - earlier);
    const alike = panic ? undefined : alikeIn(rows, key, reach);
    if (alike) return again(alike, entry.line, at, 1);
    rows.push({ key, happening: happeningOf(entry, at, isLate, panic) });
    if (rows.length > 2 * room().events) {
      rows = gather(rows, room().events);
      earlier = rows.length;
    }
  }

  return {
    name: (given) => monitor = given,
    take(step, time) {
      const { entry } = step;
      const { line, kind, message } = entry;
      if (kind !== undefined) messages += 1;
      if (kind === "command") commands += 1;
      if (isDozing(step)) dozed ??= line;
      if (kind === "greeting" && message !== undefined) {
        qemu = versionOf(message as Greeting) ?? qemu;
      }
      goOn(step, time, follower.take(step, time));
      if (kind === "event") show(entry, time);
      last = { line, now: time.now };
    },
    overhear: follower.overhear,
    greetUnheard(step, time) {
      goOn(step, time, follower.greetUnheard());
      last = { line: step.entry.line, now: time.now };
    },
    end(most) {
      breakOff(follower.end(), last.line, last.now);
      close(last.now);
      const { stops, count, downtime } = follower.result(most.stops);
      const machine: Machine = {
        ...monitor !== undefined && { monitor: shorten(monitor) },
        ...qemu !== undefined && { qemu },
        messages,
        intervals: drawTogether(intervals, most.intervals),
        standings: [...standings.values()]
          .map((each) => ({ ...each, seconds: rounded(each.seconds) }))
          .sort((a, b) => b.seconds - a.seconds),
        downtime,
        stops,
        happenings: gather(rows, most.events).map(({ happening }) => happening),
      };
      const doubts = doubtsOn(machine, commands, dozed);
      return {
        machine,
        notes: [...notesOn(machine, stretches, seen, count), ...doubts],
      };
    },
  };
}

/** Where QEMU has ended, there is no run state. */
const none: readonly string[] = [];

/** What two events have in common that are shown as one. */
function keyOf({ name, message }: Entry): string {
  const { data = {} } = (message ?? {}) as {
    data?: { readonly [name: string]: unknown };
  };
  const { action, reason, status } = data;
  // Another server's may be objects, which need not become texts.
  const words = [action, reason, status].filter((each) =>
    typeof each === "string"
  );
  return own([name, ...words].join(" "));
}

function holdsPanic({ name, message }: Entry): boolean {
  const { data } = (message ?? {}) as { data?: { info?: unknown } };
  return data?.info !== undefined && /^GUEST_/.test(name ?? "");
}

function happeningOf(
  entry: Entry,
  at: number | undefined,
  isLate: boolean,
  panic: readonly Decoded[] | undefined,
): Happening {
  const { line, name = "" } = entry;
  return {
    line,
    lastLine: line,
    ...at !== undefined && { at, lastAt: at },
    name: own(shorten(name)),
    detail: own(membersOf(entry)),
    count: 1,
    isRunState: eventSchema(seed, name) !== undefined || others.has(name),
    isLate,
    ...panic && { panic },
  };
}

/** Whether RESUME leaves open whether the machine runs or sleeps on. */
function isDozing({ entry: { kind, name }, states }: Step): boolean {
  return kind === "event" && name === "RESUME" && states.length === 2 &&
    states.includes("running") && states.includes("suspended");
}

/** Says why so little is certain, where that is so. */
function doubtsOn(
  { monitor, intervals }: Machine,
  commands: number,
  dozed: number | undefined,
): string[] {
  const where = monitor === undefined ? "" : ` of monitor ${monitor}`;
  const notes: string[] = [];
  if (dozed !== undefined) {
    notes.push(
      `From the RESUME on line ${dozed}${where} on, the machine ran or slept: since QEMU 9.0, one that slept when it was stopped sleeps on after RESUME, and the log does not tell whether it slept`,
    );
  }
  const isDoubtful = intervals.some(({ isKnown, states }) =>
    isKnown && states.length > 1
  );
  if (isDoubtful && commands === 0) {
    notes.push(
      `The log has no commands${where}, so a migration or a snapshot may have been under way unseen: hence the many run states that are possible`,
    );
  }
  return notes;
}

function notesOn(
  { monitor, intervals, happenings, stops }: Machine,
  stretches: number,
  seen: number,
  count: number,
): string[] {
  const where = monitor === undefined ? "" : ` of monitor ${monitor}`;
  const notes: string[] = [];
  if (intervals.length < stretches) {
    notes.push(
      `${stretches} changes of state${where} are drawn together into ${intervals.length}`,
    );
  }
  const shown = happenings.reduce((sum, { count }) => sum + count, 0);
  if (shown < seen) {
    notes.push(`${seen - shown} of ${seen} events${where} are left out`);
  }
  if (stops.length < count) {
    notes.push(
      `${
        count - stops.length
      } of ${count} stops${where} are left out: those in the middle`,
    );
  }
  return notes;
}
