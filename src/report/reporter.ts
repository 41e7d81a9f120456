/**
 * From steps to the report.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import { isAnybodys } from "../replay/seen.ts";
import type { Step } from "../replay/track.ts";
import type { FindingCode } from "../wire/finding.ts";
import { quote, shorten } from "../wire/quote.ts";
import { clock, type Jump, type Time } from "./clock.ts";
import { type Found, foundWith, isElidedGreeting, nameOf } from "./found.ts";
import { followMachine, type MachineFollower, type Room } from "./machine.ts";
import { own } from "./own.ts";
import type { LeftOut, Noted, Report, TimelineStep } from "./report.ts";
import { relative, timeOfDay } from "./words.ts";

/** What {@linkcode reporter} goes by. */
export interface ReportOptions {
  /** What the log is called. */
  readonly title?: string;
  /** What it is, and what it was read by. */
  readonly about?: string;
  /** Seconds since the epoch at second 0, where that is known, such as from the header of a trace. */
  readonly epoch?: number;
  /** How many intervals and findings to keep, of each, from 10: 1,000 unless said. */
  readonly most?: number;
  /** How many events to keep, from 10: as many as of the rest unless said. Of stops a quarter as many, and up to 50 of each machine. */
  readonly mostEvents?: number;
}

/** A stage from steps to the timeline, which in the end gives the report. */
export interface Reporter {
  /**
   * Takes the next steps.
   *
   * @param steps What `tracker` gave.
   * @returns The same as plain data, without those that hold no message.
   */
  push(steps: Iterable<Step>): TimelineStep[];
  /**
   * Says what was found apart from any step.
   *
   * @param found The finding, and the line that it speaks of.
   */
  note(found: Found): void;
  /**
   * Says that nothing more comes.
   *
   * @param steps What the end of `tracker` gave: what is missing in the log.
   * @returns The report.
   */
  end(steps?: Iterable<Step>): Report;
}

/** A log has no more machines than these side by side. */
const mostMachines = 100;

/** Of those beyond, no more are counted. */
const mostCounted = 10_000;

/** Why a machine stopped is what people ask: they read so many of each, however many machines there are. */
const mostTold = 50;

/** QEMU changes its state a few times at most before it tells of it. */
const mostHeld = 16;

/** Of a clock that is changed again and again, people are told no more often. */
const mostChanges = 20;

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/**
 * Reports what became of the machines of a log: where each stood, when and why
 * it stopped, for how long, and what is wrong in the log.
 *
 * It keeps a bounded part of what it is told, however long the log: neighbours
 * are drawn together and what is too much is left out, and the report's `notes`
 * say so. Totals count everything.
 *
 * @param options What the log is called, and how much to keep.
 * @returns A stage that takes the steps of `tracker`.
 * @throws {RangeError} Where one of them is no whole number from 10.
 *
 * @example Ask why a machine stopped
 * ```ts
 * import assert from "node:assert/strict";
 * import { witness } from "@qmp/run-state/editions";
 * import { rawSource, read, tracker } from "@qmp/run-state/replay";
 * import { reporter } from "@qmp/run-state/report";
 *
 * const event = (seconds: number, rest: string) =>
 *   `{"timestamp": {"seconds": ${seconds}, "microseconds": 0}, ${rest}}\r\n`;
 * const source = rawSource();
 * const records = source.push(new TextEncoder().encode(
 *   event(100, '"event": "RESUME"') +
 *     event(130, '"event": "WATCHDOG", "data": {"action": "pause"}') +
 *     event(130, '"event": "STOP"') +
 *     event(142, '"event": "RESUME"'),
 * ));
 * const { entries } = read([...records, ...source.end()]);
 * const track = tracker({ witness: witness("7.2") });
 * const stage = reporter();
 * stage.push(track.push(entries));
 * const { machines: [machine] } = stage.end(track.end());
 *
 * const [stop] = machine?.stops ?? [];
 * assert.equal(stop?.cause, "watchdog");
 * assert.deepEqual(stop.chain.map(({ name }) => name), ["WATCHDOG", "STOP"]);
 * assert.deepEqual(machine?.downtime, [
 *   { cause: "watchdog", count: 1, seconds: 12, open: 0 },
 * ]);
 * ```
 */
export function reporter(options: ReportOptions = {}): Reporter {
  const { title = "log", about = "", epoch, most = 1000 } = options;
  const { mostEvents = most } = options;
  for (const each of [most, mostEvents]) {
    if (Number.isInteger(each) && each >= 10) continue;
    throw new RangeError(
      `Cannot keep ${each} of each thing: it is no whole number from 10`,
    );
  }
  const times = clock(epoch);
  const machines = new Map<string, MachineFollower>();
  const unfollowed = new Set<string>();
  const notes: string[] = [];
  const findings: Noted[] = [];
  const leftOut = new Map<FindingCode, Writable<LeftOut>>();
  const perCode = new Map<FindingCode, number>();
  /** What QEMU's own log has told without a time, until the next message gives it one. */
  const held: Step[] = [];
  let spoke: MachineFollower | undefined;
  /** One of which QEMU's own log has told a state, but no monitor has spoken yet. */
  let stateOnly: MachineFollower | undefined;
  let from: number | undefined;
  let to: number | undefined;
  let messages = 0;
  let lastLine = 0;
  let torn: number | undefined;
  /** Whether QEMU's own log tells its state: then all monitors are of one QEMU. */
  let isTold = false;
  let changes = 0;

  const part = (all: number) =>
    Math.max(2, Math.floor(all / Math.max(1, machines.size)));
  // Stops take more room than the rest.
  const mostStops = Math.max(2, Math.floor(mostEvents / 4));
  const share = (): Room => ({
    intervals: part(most),
    events: part(mostEvents),
    stops: Math.max(part(mostStops), Math.min(mostTold, mostStops)),
  });

  function machineOf({ monitor, state }: Entry): MachineFollower | undefined {
    // QEMU's own log of its state names no monitor.
    if (state !== undefined && spoke) return spoke;
    const key = monitor ?? "";
    let machine = machines.get(key);
    if (machine === undefined && stateOnly !== undefined) {
      machine = stateOnly;
      machine.name(own(key));
      machines.delete("");
      machines.set(own(key), machine);
    }
    stateOnly = undefined;
    if (machine === undefined) {
      if (machines.size === mostMachines) {
        if (unfollowed.size < mostCounted) unfollowed.add(own(shorten(key)));
        return undefined;
      }
      machine = followMachine(monitor && own(monitor), share);
      machines.set(own(key), machine);
      if (state !== undefined) stateOnly = machine;
    }
    return spoke = machine;
  }

  /** Lays a message on its machine, and what QEMU's own log tells on all of that QEMU's monitors. */
  function lay(step: Step, time: Time): void {
    const { entry } = step;
    const { kind, state } = entry;
    const machine = machineOf(entry);
    machine?.take(step, time);
    isTold ||= state !== undefined;
    if (!isTold || kind === "event" || kind === "greeting") return;
    for (const each of machines.values()) {
      if (each === machine) continue;
      if (state === undefined) each.overhear(entry, time);
      else each.take(step, time);
    }
  }

  function keep({ line, finding }: Found, monitor?: string): void {
    const { code, severity, path, message } = finding;
    const count = (perCode.get(code) ?? 0) + 1;
    perCode.set(code, count);
    // No code takes the room of all others.
    if (count <= most / 4 && findings.length < most) {
      findings.push({
        line,
        ...monitor !== undefined && { monitor: own(shorten(monitor)) },
        code,
        severity,
        path,
        message: own(message.slice(0, 500)),
      });
      return;
    }
    const left = leftOut.get(code);
    if (left === undefined) {
      leftOut.set(code, { code, severity, count: 1, line, lastLine: line });
      return;
    }
    left.count += 1;
    left.lastLine = Math.max(left.lastLine, line);
  }

  function tell({ setBack, jump }: Time, line: number): void {
    if (setBack === undefined && jump === undefined) return;
    changes += 1;
    if (changes > mostChanges) return;
    notes.push(
      jump
        ? jumpWords(jump, line)
        : `The clock was set back by ${
          setBack!.toFixed(6)
        } s before line ${line}: from there on, times are counted on from the last one before`,
    );
  }

  function take(step: Step, out: TimelineStep[]): void {
    const { entry } = step;
    const { line, kind, state, monitor } = entry;
    for (const found of foundWith(entry)) keep(found, monitor);
    for (const finding of step.findings) keep({ line, finding }, monitor);
    if (kind === undefined && state === undefined) {
      torn = entry.findings.some(({ severity }) => severity === "fault")
        ? line
        : torn;
      if (isElidedGreeting(entry)) {
        release(times.now());
        machines.get(monitor ?? "")?.greetUnheard(step, times.of(entry));
      }
      return;
    }
    torn = undefined;
    if (kind !== undefined) messages += 1;
    lastLine = Math.max(lastLine, line);
    const isUntimed = state !== undefined && entry.at === undefined;
    const before = held.length === 0 ? undefined : times.now();
    const time = times.of(entry);
    from ??= time.now;
    to = time.now ?? to;
    if (isUntimed) {
      if (before && held.length === mostHeld) release(before);
      held.push(step);
    } else {
      tell(time, line);
      const isStop = followsState(entry) && time.at !== undefined;
      if (before) release(before, isStop ? time : before);
      if (!isAnybodys(entry)) lay(step, time);
    }
    out.push({
      line,
      ...monitor !== undefined && { monitor },
      at: time.at ?? null,
      direction: entry.direction ?? (kind === "command" ? "->" : "<-"),
      kind: kind ?? "state",
      name: nameOf(entry) ?? null,
      states: step.states,
    });
  }

  /** Lays what QEMU's own log told without a time. */
  function release(before: Time, stopped = before): void {
    // RESUME came before the machine ran again, STOP after it stopped.
    const ran = held.findLastIndex(({ entry }) =>
      entry.state?.to === "running"
    );
    for (const [index, step] of held.splice(0).entries()) {
      lay(step, index > ran ? stopped : before);
    }
  }

  return {
    push(steps) {
      const out: TimelineStep[] = [];
      for (const step of steps) take(step, out);
      return out;
    },
    note: (found) => keep(found),
    end(steps = []) {
      release(times.now());
      for (const { entry, findings } of steps) {
        for (const finding of findings) {
          keep({ line: entry.line, finding }, entry.monitor);
        }
      }
      const followed = [...machines.values()].map((each) => each.end(share()));
      // Where nothing was heard, nothing breaks off.
      if (torn !== undefined && lastLine > 0) {
        const where = torn > lastLine
          ? `in what begins on line ${torn}`
          : `after line ${lastLine}`;
        notes.push(
          `The log breaks off ${where}: what the machine did then is not known`,
        );
      }
      if (changes > mostChanges) {
        notes.push(
          `The clock was set back, or jumped, ${
            changes - mostChanges
          } more times`,
        );
      }
      if (isTold && machines.size > 1) {
        notes.push(
          `${machines.size} monitors are of one QEMU, since its own log names them: what is told of each is told of the same machine`,
        );
      }
      if (unfollowed.size > 0) {
        const more = unfollowed.size < mostCounted ? "" : "at least ";
        notes.push(
          `${more}${unfollowed.size} more machines are left out, from monitor ${
            quote([...unfollowed][0]!)
          } on`,
        );
      }
      const zero = times.epoch();
      return {
        title: shorten(title),
        about,
        ...zero !== undefined && { epoch: zero },
        ...from !== undefined && { from },
        ...to !== undefined && { to },
        messages,
        lastLine,
        machines: followed.map(({ machine }) => machine),
        ...isTold && { isOneQemu: true as const },
        findings: findings.sort((a, b) => a.line - b.line),
        leftOut: [...leftOut.values()].sort((a, b) => a.line - b.line),
        notes: [...notes, ...followed.flatMap(({ notes }) => notes)],
      };
    },
  };
}

function jumpWords(
  { from, to, isSinceEpoch, isBack }: Jump,
  line: number,
): string {
  const shown = (seconds: number) =>
    (isSinceEpoch ? timeOfDay(0, seconds) : undefined) ?? relative(seconds);
  return `The clock jumped from ${shown(from)} to ${
    shown(to)
  } before line ${line}: ${
    isBack
      ? "from there on, times are what they are without its last jump"
      : "from there on, times are counted on from the last one before"
  }`;
}

/** Whether QEMU sends the event right after it has changed the state. */
function followsState({ kind, name }: Entry): boolean {
  return kind === "event" && (name === "STOP" || name === "SUSPEND");
}
