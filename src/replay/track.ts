/**
 * From entries to steps: where the machine can stand after each message.
 *
 * @module
 */

import type { RunState } from "../editions/known.ts";
import type { Witnesses } from "../editions/witness.ts";
import type { Finding } from "../wire/finding.ts";
import type { Stage } from "../wire/stage.ts";
import type { Entry } from "./read.ts";
import { chart, type Standings } from "./standings.ts";
import { type Followed, following } from "./track_monitor.ts";

/** A message, and where the machine can stand after it. */
export interface Step {
  /** The message. */
  readonly entry: Entry;
  /** Every run state that is possible then, in the edition's order: one where it is certain, all where nothing is known. */
  readonly states: readonly RunState[];
  /** Whether anything is known, so that some run state is impossible. */
  readonly isProven: boolean;
  /** What was found: `IMPOSSIBLE_TRANSITION`, where the message cannot follow those before it. */
  readonly findings: readonly Finding[];
}

/** What {@linkcode tracker} goes by. */
export interface TrackerOptions {
  /** What the messages of the edition prove: `witness()` of the entry `./editions`. */
  readonly witness: Witnesses;
}

/** A {@linkcode Stage} from entries to steps, one for each, and what it goes by. */
export interface Tracker extends Stage<Iterable<Entry>, Step> {
  /** The name of the edition in use. */
  readonly edition: string;
}

const nothing: readonly Finding[] = [];

/**
 * Tells where the machine can stand after each message, by what the messages
 * prove and by what can change in silence. Each monitor is followed by itself.
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
 * under way at any time. Two things are taken not to happen unless a message
 * says so: background snapshots, and machines kept in line by COLO. Where QEMU
 * itself wrote down its run state, that is believed, and nothing else.
 *
 * @param options By what to go.
 * @returns A stage that takes batches of entries, as `reader` gives them, and
 * gives their steps. It keeps little of what is past: of each monitor at most
 * the last 256 messages, and what they lead to of the last 1,000 commands that
 * wait for replies.
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
export function tracker({ witness }: TrackerOptions): Tracker {
  const machine = chart(witness);
  const most = machine.states(machine.all).length;
  const monitors = new Map<string, Followed>();
  let told: Standings | undefined;

  function monitorOf({ monitor: name = "" }: Entry): Followed {
    let monitor = monitors.get(name);
    if (monitor === undefined) {
      monitors.set(name, monitor = following(witness, machine));
    }
    return monitor;
  }

  function step(entry: Entry): Step {
    const { state } = entry;
    // Another edition may have more of them.
    if (state !== undefined) told = machine.of(state.to) || machine.all;
    const monitor = monitorOf(entry);
    const findings = told === undefined ? monitor.follow(entry) : nothing;
    const states = machine.states(told ?? monitor.standings);
    return { entry, states, isProven: states.length < most, findings };
  }

  return {
    edition: witness.edition,
    push(entries) {
      const steps: Step[] = [];
      for (const entry of entries) steps.push(step(entry));
      return steps;
    },
    end: () => [],
  };
}
