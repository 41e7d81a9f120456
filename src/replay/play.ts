/**
 * Playback in time: thin layers on the synchronous player.
 *
 * @module
 */

import { shown } from "../schema/explain.ts";
import { type Clock, steady } from "./clock.ts";
import {
  type Played,
  type Player,
  player,
  type PlayerOptions,
} from "./player.ts";
import type { Entry } from "./read.ts";

/** How {@linkcode play} plays. */
export interface PlayOptions extends PlayerOptions {
  /** Ends it: whoever waits for more gets the reason as an error. */
  readonly signal?: AbortSignal;
}

/**
 * What is played: entries, or batches of them as `readChunks` gives them. To be
 * played more than once they must be what can be gone through more than once.
 */
export type Playable = Iterable<Entry> | AsyncIterable<Iterable<Entry>>;

/**
 * Entries as they are played, in batches of what is due at the same time, at
 * most 1,000. Nothing is read, and no time is waited for, before it is asked
 * for; where the asking comes late, what was due comes at once, and what
 * follows is in time again.
 */
export interface Playback extends AsyncIterableIterator<readonly Played[]> {
  /** Whether time stands still. */
  readonly isPaused: boolean;
  /** How many times the recorded pace. */
  readonly speed: number;
  /** How much of the recording has passed since playback began, in seconds at the recorded pace; what is left out does not count. */
  readonly position: number;
  /** Stops time. */
  pause(): void;
  /** Lets time go on. */
  resume(): void;
  /**
   * Changes the speed from now on, in the middle of a silence too.
   *
   * @param speed How many times the recorded pace, above 0; Infinity plays at
   * once.
   * @throws {RangeError} Where it is not above 0.
   */
  setSpeed(speed: number): void;
  /**
   * Stops time and plays the next entries without it.
   *
   * @param count How many, from 1; one unless said.
   * @throws {RangeError} Where the count is below 1.
   */
  step(count?: number): void;
  /**
   * Stops time and plays without it up to an event, and that too.
   *
   * @param event Its name, or what knows its entry.
   */
  stepTo(event: string | ((entry: Entry) => boolean)): void;
  /** Ends it: whoever waits for more learns that there is no more. */
  stop(): void;
  /**
   * Gives the same batches as a web stream. Cancelling it ends the playback.
   *
   * @returns The stream, which asks for a batch when it is read.
   */
  stream(): ReadableStream<readonly Played[]>;
  /** Gives itself. */
  [Symbol.asyncIterator](): Playback;
}

/** How many entries a batch may have, so that it can be paused between them. */
const mostAtOnce = 1000;

/** The longest that timers can wait, in milliseconds. */
const longestSleep = 2 ** 31 - 1;

/**
 * Plays entries as they happened: in the order in which they came, at the time
 * at which they came, reckoned from the first so that no delay adds up.
 *
 * An entry's time is what its source says, else its event's timestamp. An entry
 * that knows none, or an earlier one than that before it, as a `WATCHDOG` held
 * back by QEMU does, comes right after it. Where a clock was set back by more
 * than two seconds, or forward by more than three years, time goes on from
 * there; a shorter silence is kept unless there is `idle`.
 *
 * @param entries What to play.
 * @param clock The clock to go by: `timerClock(globalThis)`, or a
 * `virtualClock()` for tests.
 * @param options How to play.
 * @returns The playback, which begins when it is first asked for entries.
 * @throws {RangeError} Where an option is out of its range.
 * @throws {TypeError} Where an iterator is to be played more than once, and where
 * the entries, the clock, a mark or a selection are none.
 *
 * @example Play a minute in no time
 * ```ts
 * import assert from "node:assert/strict";
 * import { play, read, traceSource, virtualClock } from "@qmp/run-state/replay";
 *
 * const source = traceSource();
 * const records = source.push(new TextEncoder().encode(
 *   `{"format": "qmp-trace", "version": 1}
 * [0.5, "->", "{\\"execute\\": \\"stop\\"}"]
 * [60, "<-", "{\\"return\\": {}}\\r\\n"]
 * `,
 * ));
 * const { entries } = read([...records, ...source.end()]);
 * const clock = virtualClock();
 * const seen = [];
 * for await (const batch of play(entries, clock, { speed: 2 })) {
 *   for (const { entry } of batch) seen.push([clock.now(), entry.kind]);
 * }
 * assert.deepEqual(seen, [[250, "command"], [30_000, "return"]]);
 * ```
 *
 * @example Play a file, however long, by the platform's timers
 * ```ts
 * import assert from "node:assert/strict";
 * import { play, rawSource, readChunks, timerClock } from "@qmp/run-state/replay";
 *
 * const file = new Blob(['{"return": {}}\r\n']);
 * const batches = readChunks(file.stream(), rawSource());
 * const playback = play(batches, timerClock(globalThis), { idle: 2 });
 * for await (const batch of playback) assert.equal(batch.length, 1);
 * ```
 */
export function play(
  entries: Playable,
  clock: Clock,
  options: PlayOptions = {},
): Playback {
  const { signal, loop = 1 } = options;
  const stepper = player(options);
  requireClock(clock);
  requirePlayable(entries);
  if (loop > 1 && "next" in entries) {
    throw new TypeError(
      `Cannot play an iterator ${loop} times: it gives its entries once`,
    );
  }
  const supply = supplier(entries, stepper);
  let isStopped = false;
  let wake = (): void => {};
  const tell = steady();
  const now = () => tell(clock.now());

  /** Waits for a promise, but no longer than until something has changed. */
  async function unlessWoken(
    waiting: (woken: AbortSignal) => Promise<unknown> | undefined,
  ): Promise<void> {
    const woken = new AbortController();
    await new Promise<void>((resolve, reject) => {
      wake = () => {
        resolve();
        woken.abort();
      };
      waiting(woken.signal)?.then(() => resolve(), reject);
    });
    wake = () => {};
  }

  async function sleep(due: number): Promise<void> {
    const start = now();
    const end = Math.min(due, start + longestSleep);
    // It has become due since it was asked for.
    if (end <= start) return;
    await unlessWoken((woken) =>
      due === Infinity
        ? undefined
        : clock.sleep(end - start, woken).then(() => {
          if (!woken.aborted) tell(end);
        })
    );
  }

  async function* batches(): AsyncGenerator<readonly Played[], void> {
    const onAbort = () => wake();
    signal?.addEventListener("abort", onAbort);
    try {
      while (!isStopped) {
        signal?.throwIfAborted();
        if (stepper.isOver) return;
        if (stepper.wants !== undefined) {
          const waiting = supply.next();
          if (waiting !== undefined) await unlessWoken(() => waiting);
          continue;
        }
        const batch = stepper.take(now(), mostAtOnce);
        if (batch.length > 0) {
          yield batch;
          continue;
        }
        const due = stepper.due(now());
        if (due !== undefined) await sleep(due);
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      stepper.stop();
      await supply.close();
    }
  }
  const running = batches();

  function steer(change: () => void): void {
    change();
    wake();
  }
  function stop(): void {
    steer(() => isStopped = true);
  }

  const playback: Playback = {
    get isPaused() {
      return stepper.isPaused;
    },
    get speed() {
      return stepper.speed;
    },
    get position() {
      return stepper.position(now());
    },
    pause: () => steer(() => stepper.pause(now())),
    resume: () => steer(() => stepper.resume(now())),
    setSpeed: (speed) => steer(() => stepper.setSpeed(speed, now())),
    step: (count = 1) => steer(() => stepper.step(count, now())),
    stepTo: (event) => steer(() => stepper.stepTo(event, now())),
    stop,
    stream: () => streamOf(playback),
    next: () => running.next(),
    async return() {
      stop();
      await running.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => playback,
  };
  return playback;
}

/** A script in plain JavaScript may forget it, and would learn of it late. */
function requireClock(clock: Partial<Clock> | undefined): void {
  if (typeof clock?.now === "function" && typeof clock.sleep === "function") {
    return;
  }
  throw new TypeError(
    "Cannot play: what is given as clock has no now() and sleep(), as timerClock(globalThis) has",
  );
}

function requirePlayable(entries: Playable): void {
  const given: unknown = entries;
  if (
    typeof given === "object" && given !== null &&
    (Symbol.iterator in given || Symbol.asyncIterator in given)
  ) return;
  throw new TypeError(
    `Cannot play ${shown(given)}: it is neither entries nor batches of them`,
  );
}

/** Gives a player its entries, pass after pass. */
interface Supplier {
  /**
   * Gives the next ones.
   *
   * @returns When it has: undefined where it has at once; the same promise for
   * as long as it has not.
   */
  next(): Promise<void> | undefined;
  /** Lets go of what it took them from. */
  close(): Promise<void>;
}

function supplier(
  entries: Playable,
  stepper: Player,
): Supplier {
  let batches: AsyncIterator<Iterable<Entry>> | undefined;
  let waiting: Promise<void> | undefined;

  async function close(): Promise<void> {
    const left = batches;
    batches = undefined;
    const closing = left?.return?.();
    // A generator that waits for something hears of it when that has come.
    if (waiting === undefined) await closing;
    else closing?.catch(() => {});
  }

  async function advance(): Promise<void> {
    if (stepper.wants === "start") await close();
    batches ??= (entries as AsyncIterable<Iterable<Entry>>)
      [Symbol.asyncIterator]();
    try {
      const { done, value } = await batches.next();
      if (done) {
        batches = undefined;
        stepper.end();
      } else stepper.push(value);
    } catch (error) {
      batches = undefined;
      throw error;
    }
  }

  return {
    next() {
      if (!(Symbol.asyncIterator in entries)) {
        stepper.push(entries);
        stepper.end();
        return undefined;
      }
      return waiting ??= advance().finally(() => waiting = undefined);
    },
    close,
  };
}

/** As much of a stream's controller as every runtime has. */
interface Controller {
  close(): void;
  enqueue(batch: readonly Played[]): void;
}

function streamOf(playback: Playback): ReadableStream<readonly Played[]> {
  let isCancelled = false;
  return new ReadableStream({
    async pull(controller: Controller) {
      const { done, value } = await playback.next();
      if (isCancelled) return;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      isCancelled = true;
      await playback.return?.();
    },
  }, { highWaterMark: 0 });
}
