/**
 * The clocks that playback goes by.
 *
 * @module
 */

/**
 * Time, as {@linkcode play} needs it. A sleep that has come to its end is
 * believed, whatever `now` says after it: a clock that stands still, runs
 * backwards or fails stops nothing.
 *
 * @example Go by the timers of Node
 * ```ts
 * import assert from "node:assert/strict";
 * import { setTimeout } from "node:timers/promises";
 * import type { Clock } from "@qmp/run-state/replay";
 *
 * const clock: Clock = {
 *   now: () => performance.now(),
 *   sleep: (milliseconds, signal) =>
 *     setTimeout(milliseconds, undefined, { signal }),
 * };
 * const before = clock.now();
 * await clock.sleep(5, new AbortController().signal);
 * assert.ok(clock.now() > before);
 * ```
 */
export interface Clock {
  /**
   * Reads the clock.
   *
   * @returns Milliseconds since some moment.
   */
  now(): number;
  /**
   * Waits.
   *
   * @param milliseconds How long, above 0, at most 2147483647.
   * @param signal Ends the sleep early.
   * @returns When that time has passed. What it does where the signal comes
   * first is its own affair.
   */
  sleep(milliseconds: number, signal: AbortSignal): Promise<unknown>;
}

/** The timers of a platform, as {@linkcode timerClock} needs them. */
export interface Timers<Id> {
  /**
   * Calls back once.
   *
   * @param callback What to call.
   * @param milliseconds When.
   * @returns What names the timer.
   */
  setTimeout(callback: () => void, milliseconds: number): Id;
  /**
   * Forgets a timer.
   *
   * @param id What `setTimeout` gave.
   */
  clearTimeout(id: Id): void;
  /** What has the time in milliseconds: `performance`, or `Date`. */
  readonly performance: { now(): number };
}

/**
 * Makes a clock of the timers that every platform has. They are looked up when
 * they are needed, so that fake timers may come later.
 *
 * @param timers The global object, or what stands in for it.
 * @returns The clock.
 *
 * @example Go by the platform's timers
 * ```ts
 * import assert from "node:assert/strict";
 * import { timerClock } from "@qmp/run-state/replay";
 *
 * const clock = timerClock(globalThis);
 * const before = clock.now();
 * await clock.sleep(5, new AbortController().signal);
 * assert.ok(clock.now() > before);
 * ```
 *
 * @example Go by the fake timers of node:test, which leave performance alone
 * ```ts
 * import assert from "node:assert/strict";
 * import { mock } from "node:test";
 * import { timerClock } from "@qmp/run-state/replay";
 *
 * mock.timers.enable({ apis: ["setTimeout", "Date"] });
 * const clock = timerClock({ setTimeout, clearTimeout, performance: Date });
 * const asleep = clock.sleep(86_400_000, new AbortController().signal);
 * mock.timers.tick(86_400_000);
 * await asleep;
 * assert.equal(clock.now(), 86_400_000);
 * mock.timers.reset();
 * ```
 */
export function timerClock<Id>(timers: Timers<Id>): Clock {
  return {
    now: () => timers.performance.now(),
    sleep: (milliseconds, signal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) return resolve();
        // A browser's timers bear no object before them but the global one.
        const { setTimeout, clearTimeout } = timers;
        const wake = () => {
          clearTimeout(id);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        // Node cuts off the fraction and wakes early.
        const id = setTimeout(wake, Math.ceil(milliseconds));
        signal.addEventListener("abort", wake);
      }),
  };
}

/** What a {@linkcode virtualClock} is like. */
export interface VirtualClockOptions {
  /** What it says at first, in milliseconds; 0 unless said. */
  readonly now?: number;
  /** Whether time passes at once where somebody sleeps; else only by `advance`. So it does unless said. */
  readonly jumps?: boolean;
}

/** A clock whose time passes when it is told to. */
export interface VirtualClock extends Clock {
  /**
   * Lets time pass. Whoever sleeps is woken in order. Before the first, and
   * after each, everybody gets to go on for as long as that takes no more than
   * promises.
   *
   * @param milliseconds How much, from 0.
   * @returns When that has passed.
   * @throws {RangeError} Where it is no number from 0.
   */
  advance(milliseconds: number): Promise<void>;
}

/**
 * How many promises in a row the woken may wait for: an iterator takes two or
 * three, a program of some layers more than a hundred. They cost 10 µs a waking.
 */
const turns = 512;

interface Sleeper {
  readonly due: number;
  wake(): void;
}

/**
 * Makes a clock that no time passes on but its own.
 *
 * @param options What it says at first, and whether it jumps.
 * @returns The clock.
 * @throws {RangeError} Where what it says at first is no finite number.
 *
 * @example A day in no time
 * ```ts
 * import assert from "node:assert/strict";
 * import { virtualClock } from "@qmp/run-state/replay";
 *
 * const clock = virtualClock();
 * await clock.sleep(86_400_000, new AbortController().signal);
 * assert.equal(clock.now(), 86_400_000);
 * ```
 *
 * @example Step by step
 * ```ts
 * import assert from "node:assert/strict";
 * import { virtualClock } from "@qmp/run-state/replay";
 *
 * const clock = virtualClock({ jumps: false });
 * let isAwake = false;
 * const { signal } = new AbortController();
 * clock.sleep(1000, signal).then(() => isAwake = true);
 * await clock.advance(999);
 * assert.equal(isAwake, false);
 * await clock.advance(1);
 * assert.equal(isAwake, true);
 * ```
 */
export function virtualClock(
  { now = 0, jumps = true }: VirtualClockOptions = {},
): VirtualClock {
  if (!Number.isFinite(now)) {
    throw new RangeError(`Cannot begin at ${now} ms: it is no finite number`);
  }
  const asleep = new Set<Sleeper>();

  function earliest(): Sleeper | undefined {
    let found: Sleeper | undefined;
    for (const each of asleep) {
      if (found === undefined || each.due < found.due) found = each;
    }
    return found;
  }
  function wake(sleeper: Sleeper): void {
    now = Math.max(now, sleeper.due);
    sleeper.wake();
  }
  async function jump(): Promise<void> {
    await undefined;
    const sleeper = earliest();
    if (sleeper !== undefined) wake(sleeper);
  }

  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper: Sleeper = {
          due: now + milliseconds,
          wake() {
            asleep.delete(sleeper);
            signal.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        asleep.add(sleeper);
        signal.addEventListener("abort", sleeper.wake);
        if (jumps) void jump();
      }),
    async advance(milliseconds) {
      if (!(milliseconds >= 0)) {
        throw new RangeError(
          `Cannot let ${milliseconds} ms pass: it is no number from 0`,
        );
      }
      const end = now + milliseconds;
      for (;;) {
        for (let turn = 0; turn < turns; turn++) await undefined;
        const next = earliest();
        if (next === undefined || next.due > end) break;
        wake(next);
      }
      now = Math.max(now, end);
    },
  };
}

/**
 * Makes of what a clock says what never goes back.
 *
 * @returns What takes the time and gives it; where it is earlier than the last,
 * or no number, it gives the last.
 */
export function steady(): (told: number) => number {
  let latest: number | undefined;
  return (told) => {
    if (Number.isFinite(told)) latest = Math.max(latest ?? told, told);
    return latest ?? 0;
  };
}
