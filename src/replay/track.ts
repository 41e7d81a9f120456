/**
 * From entries to steps: where the machine can stand after each message.
 *
 * @module
 */

import type { RunState } from "../editions/known.ts";
import type { Witnesses } from "../editions/witness.ts";
import { shown } from "../schema/explain.ts";
import type { Finding } from "../wire/finding.ts";
import type { Stage } from "../wire/stage.ts";
import type { Entry } from "./read.ts";
import { isAnybodys, timeOf } from "./seen.ts";
import { chart, type Standings } from "./standings.ts";
import { type Followed, following } from "./track_monitor.ts";
import { type Meaning, meaning } from "./meaning.ts";

/** A message, and where the machine can stand after it. */
export interface Step {
  /** The message; at the end, a command of before that was never answered. */
  readonly entry: Entry;
  /** Every run state that is possible then, in the edition's order: one where it is certain, all where nothing is known. */
  readonly states: readonly RunState[];
  /** Whether anything is known, so that some run state is impossible. */
  readonly isProven: boolean;
  /** What was found: that the message cannot follow those before it, or cannot mean what it says. */
  readonly findings: readonly Finding[];
}

/** What {@linkcode tracker} goes by. */
export interface TrackerOptions {
  /** What the messages of the edition prove: `witness()` of the entry `./editions`. */
  readonly witness: Witnesses;
  /** Whether to judge what messages mean, beside where they lead; so unless said. */
  readonly meaning?: boolean;
  /**
   * Whether other monitors may command the machine too, unheard: then what their
   * commands can bring about is possible at any time.
   *
   * @default {false}
   */
  readonly hasOthers?: boolean;
}

/** A monitor, and what is made of its messages. */
interface Monitor {
  readonly followed: Followed;
  readonly meaning: Meaning | undefined;
}

/**
 * A {@linkcode Stage} from entries to steps, one for each, and what it goes by.
 * At the end comes one step more for each command that was never answered.
 */
export interface Tracker extends Stage<Iterable<Entry>, Step> {
  /** The name of the edition in use. */
  readonly edition: string;
}

/** As many machines as a host has, and more. Each takes up to 10 KB. */
const mostMonitors = 2000;
const nothing: readonly Finding[] = [];

/**
 * Tells where the machine can stand after each message, by what the messages
 * prove and by what can change in silence. Each monitor is followed by itself;
 * what the log gives to none of several proves nothing.
 *
 * The answer is a set of run states. It holds every state at the beginning,
 * after a greeting, and where the log is damaged or leaves something out. Where
 * a message cannot come in any of the states that are possible before it, there
 * is a fault `IMPOSSIBLE_TRANSITION`, and the set begins anew with what that
 * message proves.
 *
 * It speaks of the moment after a message. A change that the next message tells
 * of may have come already: that message says so.
 *
 * A log without the commands tells less: then a migration or a snapshot may be
 * under way at any time. So does one of several monitors of one QEMU, which are
 * known by an event that two of them are told at the same time: what one asks
 * for, the other does not hear. Two things are taken not to happen unless a
 * message says so: background snapshots, and machines kept in line by COLO. Where
 * QEMU itself wrote down its run state, that is believed, and nothing else.
 *
 * Unless `meaning` is false, it judges what a message means, too: a fault where
 * QEMU never says so, a notice where that may be the log's doing or the clock's.
 * What contradicts an earlier message is judged only where a greeting was seen
 * and nothing is known to be missing since.
 *
 * @param options By what to go.
 * @returns A stage that takes batches of entries, as `reader` gives them, and
 * gives their steps. At the end it gives a step for each command that was never
 * answered, though QEMU had answered a later one or spoke on for five seconds:
 * its `entry` is the command, its `states` are the last ones of that monitor,
 * and its one finding is `UNANSWERED_COMMAND`. It keeps little of what is past:
 * of each monitor at most the last 256 messages, and of the commands without a
 * reply at most 2,000; and of the monitors the last 2,000 that were new.
 * @throws {TypeError} Where there is no witness.
 *
 * @example Tell where a machine stands without asking it
 * ```ts
 * import assert from "node:assert/strict";
 * import { witness } from "@qmp/run-state/editions";
 * import { rawSource, read, tracker } from "@qmp/run-state/replay";
 *
 * const event = (name: string) =>
 *   `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "${name}"}\r\n`;
 * const source = rawSource();
 * const records = source.push(new TextEncoder().encode(
 *   event("BALLOON_CHANGE") + event("STOP") + event("RESUME") + event("RESUME"),
 * ));
 * const stage = tracker({ witness: witness("7.2") });
 * const steps = stage.push(read([...records, ...source.end()]).entries);
 *
 * const [unknown, stopped, resumed, again] = steps;
 * assert.equal(unknown?.isProven, false);
 * // Why it stopped is not said.
 * assert.ok(stopped && stopped.states.length > 1);
 * assert.ok(stopped.states.includes("paused"));
 * assert.deepEqual(resumed?.states, ["running"]);
 * assert.equal(again?.findings[0]?.code, "IMPOSSIBLE_TRANSITION");
 * ```
 */
export function tracker(options: TrackerOptions): Tracker {
  const { witness, meaning: isMeant = true, hasOthers = false } = options;
  if (typeof (witness as Partial<Witnesses> | undefined)?.of !== "function") {
    throw new TypeError(
      `Cannot follow by ${
        shown(witness)
      } as a witness: give what witness() of ./editions gives`,
    );
  }
  const machine = chart(witness);
  const most = machine.states(machine.all).length;
  const running = machine.of("running");
  const monitors = new Map<string, Monitor>();
  let told: Standings | undefined;
  /** The last event of any monitor. */
  let event: Entry | undefined;

  function monitorOf({ monitor: name = "" }: Entry): Monitor {
    let monitor = monitors.get(name);
    if (monitor === undefined) {
      const followed = following(witness, machine, hasOthers);
      monitor = { followed, meaning: isMeant ? meaning(witness) : undefined };
      monitors.set(name, monitor);
      if (monitors.size > mostMonitors) {
        const [oldest] = monitors.keys();
        monitors.delete(oldest!);
      }
    }
    return monitor;
  }

  function stepOf(
    entry: Entry,
    { followed }: Monitor,
    findings: readonly Finding[],
  ): Step {
    const states = machine.states(told ?? followed.standings);
    return { entry, states, isProven: states.length < most, findings };
  }

  /** QEMU sends an event to one monitor after the other. */
  function meet(entry: Entry, { followed }: Monitor): void {
    if (event !== undefined && isSame(event, entry)) {
      monitorOf(event).followed.reckonWithOthers();
      followed.reckonWithOthers();
    }
    event = entry;
  }

  function step(entry: Entry): Step {
    if (isAnybodys(entry)) {
      const states = machine.states(machine.all);
      return { entry, states, isProven: false, findings: nothing };
    }
    const monitor = monitorOf(entry);
    const { followed, meaning } = monitor;
    if (entry.kind === "event") meet(entry, monitor);
    const runs = (told ?? followed.standings) === running;
    // Another edition may have more of them.
    if (entry.state) told = machine.of(entry.state.to) || machine.all;
    const strayed = told === undefined ? followed.follow(entry) : nothing;
    if (strayed.length > 0) meaning?.doubt();
    const meant = meaning?.judge(entry, runs) ?? nothing;
    const findings = meant.length === 0 ? strayed : [...strayed, ...meant];
    return stepOf(entry, monitor, findings);
  }

  return {
    edition: witness.edition,
    push(entries) {
      const steps: Step[] = [];
      for (const entry of entries) steps.push(step(entry));
      return steps;
    },
    end() {
      const last = [...monitors.values()].flatMap((monitor) =>
        monitor.meaning?.end().map(({ entry, finding }) =>
          stepOf(entry, monitor, [finding])
        ) ?? []
      );
      return last.sort((a, b) => a.entry.line - b.entry.line);
    },
  };
}

/** Whether two monitors were told the same: then they are of one QEMU. */
function isSame(one: Entry, other: Entry): boolean {
  if (one.monitor === other.monitor || one.name !== other.name) return false;
  const time = timeOf(one);
  return time !== undefined && time === timeOf(other);
}
