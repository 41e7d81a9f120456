/**
 * The clocks that playback goes by.
 *
 * @module
 */

import { timerClock, virtualClock } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

/** Tests of `timerClock` and `virtualClock`. */
export const clockSuite: Suite = {
  async "timerClock() and virtualClock() let nobody sleep whose signal has come"() {
    const signal = AbortSignal.abort();
    const clocks = [
      timerClock(globalThis),
      virtualClock(),
      virtualClock({ jumps: false }),
    ];
    for (const clock of clocks) {
      const before = clock.now();
      await clock.sleep(1e9, signal);
      assert.isBelow(clock.now() - before, 1e8);
    }
  },

  async "timerClock() wakes not before its time, and at once by its signal"() {
    const clock = timerClock(globalThis);
    const { signal } = new AbortController();
    const before = clock.now();
    await clock.sleep(2.9, signal);
    // A timer may be early by the millisecond to which it counts.
    assert.isAbove(clock.now() - before, 1.9);

    const controller = new AbortController();
    const asleep = clock.sleep(1e9, controller.signal);
    controller.abort();
    await asleep;
    assert.isBelow(clock.now() - before, 1e8);
  },

  async "virtualClock() wakes in the order of the times, each with time to go on"() {
    const clock = virtualClock({ now: 5, jumps: false });
    const { signal } = new AbortController();
    const log: string[] = [];
    const doze = async (name: string, ...times: readonly number[]) => {
      for (const time of times) {
        await clock.sleep(time, signal);
        log.push(`${clock.now()} ${name}`);
      }
    };
    void doze("a", 20, 20, 20);
    void doze("b", 10, 15, 30);
    await clock.advance(45);
    assert.deepEqual(log, ["15 b", "25 a", "30 b", "45 a"]);
    assert.equal(clock.now(), 50);
    await clock.advance(15);
    assert.deepEqual(log.slice(4), ["60 b", "65 a"]);

    const jumping = virtualClock();
    await Promise.all([jumping.sleep(9, signal), jumping.sleep(3, signal)]);
    assert.equal(jumping.now(), 9);
  },

  async "virtualClock() gives whoever goes through many iterators the time to go on"() {
    const clock = virtualClock({ jumps: false });
    const { signal } = new AbortController();
    const times: number[] = [];
    async function* ticks(): AsyncGenerator<undefined> {
      for (let tick = 0; tick < 3; tick++) {
        await clock.sleep(10, signal);
        yield;
      }
    }
    async function* through(all: AsyncIterable<undefined>) {
      for await (const each of all) yield each;
    }
    let all = ticks();
    for (let layer = 0; layer < 40; layer++) all = through(all);
    const counted = (async () => {
      for await (const _ of all) times.push(clock.now());
    })();
    await clock.advance(1000);
    assert.deepEqual(times, [10, 20, 30]);
    await counted;
  },

  async "virtualClock() refuses a time that is none, for whoever sleeps then sleeps for ever"() {
    for (const now of [NaN, Infinity]) {
      assert.throws(
        () => virtualClock({ now }),
        RangeError,
        `Cannot begin at ${now} ms: it is no finite number`,
      );
    }
    const clock = virtualClock();
    for (const none of [undefined as never, NaN, -1]) {
      const why = await clock.advance(none).catch((error) => error);
      assert.instanceOf(why, RangeError);
      assert.equal(
        why.message,
        `Cannot let ${none} ms pass: it is no number from 0`,
      );
    }
    assert.equal(clock.now(), 0);
  },
};
