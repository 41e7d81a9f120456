/**
 * Playback as a state machine: told what time it is, it says which entries are
 * due and when the next one is.
 *
 * @module
 */

import { steady } from "./clock.ts";
import type { Entry } from "./read.ts";
import {
  isEvent,
  schedule,
  type ScheduleOptions,
  type Slot,
} from "./schedule.ts";

/** How {@linkcode player} plays. */
export interface PlayerOptions extends ScheduleOptions {
  /** How many times the recorded pace, above 0; Infinity plays at once. 1 unless said. */
  readonly speed?: number;
  /** Whether it begins paused. Not unless said. */
  readonly isPaused?: boolean;
}

/** An entry that was played. */
export interface Played {
  /** The entry. */
  readonly entry: Entry;
  /** Its place among all entries of its pass, from 0. */
  readonly index: number;
  /** Which time it is played, from 1. */
  readonly pass: number;
  /** When it passed, in seconds since the start or, where the source knows the time of day, since the epoch; absent where it is not known. */
  readonly time?: number;
  /** When it was due, in milliseconds by the clock. */
  readonly due: number;
}

/**
 * What plays entries: the synchronous side of {@linkcode play}. It reads no
 * clock; `now` is always the time in milliseconds by whatever clock there is,
 * and one that is earlier than the last, or no number, stands for the last.
 */
export interface Player {
  /**
   * What is to be given to it: the entries from the first (`"start"`), more of
   * them (`"more"`), or nothing for now.
   */
  readonly wants: "start" | "more" | undefined;
  /** Whether everything was played, or it was stopped. */
  readonly isOver: boolean;
  /** Whether time stands still. */
  readonly isPaused: boolean;
  /** How many times the recorded pace. */
  readonly speed: number;
  /**
   * Takes entries. It goes through them as they are played, one ahead.
   *
   * @param entries The next ones, when it `wants` them.
   * @throws {Error} Where it wants none: they would take the place of others.
   */
  push(entries: Iterable<Entry>): void;
  /** Says that no entries follow those that it was given, in this pass. */
  end(): void;
  /**
   * Plays what is due. Paused, that is what there are steps for.
   *
   * @param now The time.
   * @param most How many entries at most; all unless said.
   * @returns What was played, in the order in which it came.
   * @throws {unknown} What the entries throw, when all before it were played; so
   * does whatever else looks for the next entry.
   */
  take(now: number, most?: number): Played[];
  /**
   * Tells when the next entry is due.
   *
   * @param now The time.
   * @returns That time: Infinity while it is paused and there is no step to take,
   * undefined where no entry waits.
   */
  due(now: number): number | undefined;
  /**
   * Tells how much of the recording has passed since playback began.
   *
   * @param now The time.
   * @returns Seconds at the recorded pace; what is left out does not count.
   */
  position(now: number): number;
  /**
   * Stops time.
   *
   * @param now The time.
   */
  pause(now: number): void;
  /**
   * Lets time go on.
   *
   * @param now The time.
   */
  resume(now: number): void;
  /**
   * Changes the speed from now on: what is left of a silence passes at the new
   * one.
   *
   * @param speed How many times the recorded pace, above 0.
   * @param now The time.
   * @throws {RangeError} Where it is not above 0.
   */
  setSpeed(speed: number, now: number): void;
  /**
   * Stops time and plays the next entries without it. The recorded time goes to
   * theirs.
   *
   * @param count How many, from 1.
   * @param now The time.
   * @throws {RangeError} Where the count is below 1.
   */
  step(count: number, now: number): void;
  /**
   * Stops time and plays without it up to an event, and that too.
   *
   * @param event Its name, or what knows its entry.
   * @param now The time.
   */
  stepTo(event: string | ((entry: Entry) => boolean), now: number): void;
  /** Ends it, and lets go of the entries. */
  stop(): void;
}

/**
 * Makes a player.
 *
 * @param options How it plays.
 * @returns The player.
 * @throws {RangeError} Where an option is out of its range.
 * @throws {TypeError} Where a mark or a selection is none.
 *
 * @example Ask what is due
 * ```ts
 * import assert from "node:assert/strict";
 * import { player, read, traceSource } from "@qmp/run-state/replay";
 *
 * const source = traceSource();
 * const records = source.push(new TextEncoder().encode(
 *   `{"format": "qmp-trace", "version": 1}
 * [0.5, "->", "{\\"execute\\": \\"stop\\"}"]
 * [0.75, "<-", "{\\"return\\": {}}\\r\\n"]
 * `,
 * ));
 * const stepper = player({ speed: 2 });
 * stepper.push(read([...records, ...source.end()]).entries);
 * stepper.end();
 *
 * assert.equal(stepper.due(10_000), 10_250);
 * assert.deepEqual(stepper.take(10_249), []);
 * assert.equal(stepper.take(10_250)[0]?.entry.name, "stop");
 * stepper.setSpeed(1, 10_250);
 * assert.equal(stepper.due(10_250), 10_500);
 * assert.equal(stepper.take(10_500)[0]?.entry.kind, "return");
 * assert.equal(stepper.isOver, true);
 * ```
 */
export function player(options: PlayerOptions = {}): Player {
  const plan = schedule(options);
  let speed = checkedSpeed(options.speed ?? 1);
  let isPaused = options.isPaused ?? false;
  let steps = 0;
  let isGoal: ((entry: Entry) => boolean) | undefined;

  let entries: Iterator<Entry> | undefined;
  let wants: "start" | "more" | undefined = "start";
  let isEnded = false;
  let isOver = false;
  let head: Slot | undefined;
  /** What the entries threw, which waits until all before it were played. */
  let failure: { readonly error: unknown } | undefined;

  const tell = steady();
  /** Where in the score playback is, and since when: undefined before it begins. */
  let position = 0;
  let since: number | undefined;

  function goTo(score: number, now: number): void {
    position = score;
    since = now;
  }

  function positionAt(now: number): number {
    // At once there is no place between two entries.
    return since === undefined || isPaused || speed === Infinity
      ? position
      : position + (now - since) * speed;
  }

  function settle(now: number): void {
    if (since !== undefined) goTo(positionAt(now), now);
  }

  function letGo(): void {
    const left = entries;
    entries = undefined;
    left?.return?.();
  }

  function passed(): void {
    letGo();
    isEnded = false;
    isOver = !plan.again();
    wants = isOver ? undefined : "start";
  }

  function next(): IteratorResult<Entry> | undefined {
    try {
      return entries?.next();
    } catch (error) {
      entries = undefined;
      failure = { error };
      return undefined;
    }
  }

  /** Looks for the next entry, as far as there are any. */
  function look(): void {
    while (head === undefined && !isOver && wants === undefined) {
      if (plan.isPassed()) return passed();
      const found = failure === undefined ? next() : undefined;
      if (failure !== undefined) return;
      if (found === undefined || found.done) {
        entries = undefined;
        if (isEnded) passed();
        else wants = "more";
        return;
      }
      head = plan.slot(found.value);
    }
  }

  function lookOrThrow(): void {
    look();
    if (head === undefined && !isOver && failure !== undefined) {
      throw failure.error;
    }
  }

  function isSteppedTo(): boolean {
    return steps > 0 || isGoal !== undefined;
  }

  function dueOf({ score }: Slot, now: number): number {
    since ??= now;
    if (isPaused) return isSteppedTo() ? now : Infinity;
    return speed === Infinity ? now : since + (score - position) / speed;
  }

  function played(slot: Slot, due: number, now: number): Played {
    const { entry, index, pass, time, score } = slot;
    if (isPaused || speed === Infinity) goTo(score, now);
    if (steps > 0) steps -= 1;
    else if (isGoal?.(entry)) isGoal = undefined;
    return { entry, index, pass, ...time !== undefined && { time }, due };
  }

  function stopTime(now: number): void {
    settle(tell(now));
    isPaused = true;
  }

  return {
    get wants() {
      lookOrThrow();
      return wants;
    },
    get isOver() {
      lookOrThrow();
      return isOver;
    },
    get isPaused() {
      return isPaused;
    },
    get speed() {
      return speed;
    },
    push(given) {
      look();
      if (!isOver && wants === undefined) {
        throw new Error(
          "Cannot take entries: those that were given before are not played yet",
        );
      }
      entries = given[Symbol.iterator]();
      if (!isOver) wants = undefined;
    },
    end() {
      isEnded = true;
      if (!isOver) wants = undefined;
    },
    take(now, most = Infinity) {
      const time = tell(now);
      const found: Played[] = [];
      while (found.length < most) {
        if (found.length === 0) lookOrThrow();
        else look();
        if (head === undefined) break;
        const due = dueOf(head, time);
        if (due > time) break;
        found.push(played(head, due, time));
        head = undefined;
        if (plan.isPassed()) break;
      }
      return found;
    },
    due(now) {
      const time = tell(now);
      lookOrThrow();
      return head === undefined ? undefined : dueOf(head, time);
    },
    position: (now) => positionAt(tell(now)) / 1000,
    pause(now) {
      stopTime(now);
      steps = 0;
      isGoal = undefined;
    },
    resume(now) {
      if (!isPaused) return;
      settle(tell(now));
      isPaused = false;
      steps = 0;
      isGoal = undefined;
    },
    setSpeed(given, now) {
      const next = checkedSpeed(given);
      settle(tell(now));
      speed = next;
    },
    step(count, now) {
      if (!(count >= 1)) {
        throw new RangeError(
          `Cannot step ${count} times: it is no number from 1`,
        );
      }
      stopTime(now);
      steps += count;
    },
    stepTo(event, now) {
      stopTime(now);
      isGoal = typeof event === "string"
        ? (entry) => isEvent(entry, event)
        : event;
    },
    stop() {
      isOver = true;
      wants = undefined;
      head = undefined;
      letGo();
    },
  };
}

function checkedSpeed(speed: number): number {
  if (speed > 0) return speed;
  throw new RangeError(
    `Cannot play at ${speed} times the pace: it is no number above 0`,
  );
}
