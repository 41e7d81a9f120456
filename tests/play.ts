/**
 * Playback in time, on a virtual clock: as an iterator and as a stream, steered
 * while somebody waits, and over sources that come bit by bit.
 *
 * @module
 */

import {
  type Clock,
  type Entry,
  play,
  type Playback,
  rawSource,
  readChunks,
  virtualClock,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import {
  byHand,
  entriesAt,
  event,
  four,
  lazily,
  names,
  rejection,
} from "./played.ts";
import type { Suite } from "./suite.ts";

/** Plays to the end; gives when and what. */
async function played(
  playback: Playback,
  clock: Clock,
): Promise<string[]> {
  const seen: string[] = [];
  for await (const batch of playback) {
    for (const name of names(batch)) seen.push(`${clock.now()} ${name}`);
  }
  return seen;
}

/** Tests of `play`. */
export const playSuite: Suite = {
  async "play() plays a recording in no time on a virtual clock"() {
    const clock = virtualClock();
    assert.deepEqual(await played(play(four, clock), clock), [
      ...["500 stop", "1000 STOP", "3000 cont", "10000 RESUME"],
    ]);
  },

  async "play() begins when it is first asked, whatever the clock says then"() {
    const clock = virtualClock({ now: 7e12 });
    const playback = play(four, clock, { speed: 2 });
    await clock.advance(1000);
    assert.deepEqual((await played(playback, clock))[0], "7000000001250 stop");
  },

  async "play() plays what is due at one time as one batch, at most 1,000"() {
    const many = Array.from({ length: 2500 }, () => four[0]!);
    const sizes: number[] = [];
    const options = { speed: Infinity };
    for await (const batch of play(many, virtualClock(), options)) {
      sizes.push(batch.length);
    }
    assert.deepEqual(sizes, [1000, 1000, 500]);
  },

  async "play() takes batches as they come, and holds no more than one"() {
    const log: string[] = [];
    const playback = play(
      lazily(log, four.slice(0, 1), [], four.slice(1, 3), four.slice(3)),
      virtualClock(),
    );
    assert.deepEqual(log, []);
    for await (const batch of playback) log.push(...names(batch));
    assert.deepEqual(log, [
      ...["batch 0", "stop", "batch 1", "batch 2", "STOP", "cont"],
      ...["batch 3", "RESUME", "closed"],
    ]);
  },

  async "play() plays what readChunks() reads, until there is enough"() {
    let chunks = 0;
    async function* endless() {
      for (;;) {
        chunks += 1;
        const text = event("STOP", chunks);
        yield await Promise.resolve(new TextEncoder().encode(text));
      }
    }
    const clock = virtualClock();
    const batches = readChunks(endless(), rawSource());
    const until = { index: 4999 };
    const seen = await played(play(batches, clock, { until }), clock);
    assert.lengthOf(seen, 5000);
    assert.equal(seen.at(-1), "4999000 STOP");
    assert.equal(chunks, 5000);
  },

  async "play() waits for nobody who does not ask, and catches up"() {
    const clock = virtualClock();
    const playback = play(four, clock);
    const one = await playback.next();
    assert.deepEqual(names(one.value!), ["stop"]);
    await clock.advance(2600);
    assert.equal(clock.now(), 3100);
    const two = await playback.next();
    assert.deepEqual(names(two.value!), ["STOP", "cont"]);
    assert.equal(clock.now(), 3100);
    await playback.next();
    // No delay has added up.
    assert.equal(clock.now(), 10_000);
    assert.isTrue((await playback.next()).done);
    assert.isTrue((await playback.next()).done);
  },

  async "play() answers in order where it is asked again before it has answered"() {
    const playback = play(four, virtualClock());
    const all = [1, 2, 3, 4, 5].map(() => playback.next());
    const found = await Promise.all(all);
    assert.deepEqual(
      found.map(({ value }) => value && names(value)[0]),
      ["stop", "STOP", "cont", "RESUME", undefined],
    );
  },

  async "play() is paused, resumed and sped up while somebody waits"() {
    const { clock, playback, seen, over } = byHand(four);
    await clock.advance(1500);
    playback.pause();
    assert.isTrue(playback.isPaused);
    await clock.advance(100_000);
    assert.deepEqual(seen, ["500 stop", "1000 STOP"]);
    playback.resume();
    await clock.advance(1499);
    assert.lengthOf(seen, 2);
    await clock.advance(1);
    assert.equal(seen.at(-1), "103000 cont");
    await clock.advance(1000);
    playback.setSpeed(3);
    assert.equal(playback.speed, 3);
    // Six of the seven seconds were left.
    await clock.advance(1999);
    assert.lengthOf(seen, 3);
    await clock.advance(1);
    assert.equal(seen.at(-1), "106000 RESUME");
    assert.equal(await over, "over");
  },

  async "play() steps while somebody waits, and to an event"() {
    const { clock, playback, seen, over } = byHand(four, { isPaused: true });
    await clock.advance(50);
    assert.deepEqual(seen, []);
    playback.step();
    await clock.advance(1);
    assert.deepEqual(seen, ["50 stop"]);
    playback.stepTo("RESUME");
    await clock.advance(1);
    assert.deepEqual(seen.slice(1), ["51 STOP", "51 cont", "51 RESUME"]);
    assert.equal(await over, "over");
  },

  async "play() goes on at once where it is told to, in the middle of a silence"() {
    const { clock, playback, seen, over } = byHand(four);
    await clock.advance(1100);
    playback.setSpeed(Infinity);
    assert.equal(await over, "over");
    assert.deepEqual(seen.slice(2), ["1100 cont", "1100 RESUME"]);
  },

  async "play() goes through its source once for each pass"() {
    const log: string[] = [];
    const again: AsyncIterable<readonly Entry[]> = {
      [Symbol.asyncIterator]: () =>
        lazily(log, four.slice(0, 2), four.slice(2)),
    };
    const clock = virtualClock();
    const until = { event: "STOP" };
    const playback = play(again, clock, { loop: 2, until });
    assert.deepEqual(await played(playback, clock), [
      ...["500 stop", "1000 STOP", "1500 stop", "2000 STOP"],
    ]);
    assert.deepEqual(log, ["batch 0", "closed", "batch 0", "closed"]);
    const twice = play(four, virtualClock(), { loop: 2, speed: Infinity });
    assert.lengthOf(await played(twice, virtualClock()), 8);

    assert.throws(
      () => play(lazily([], four), clock, { loop: 2 }),
      TypeError,
      "Cannot play an iterator 2 times: it gives its entries once",
    );
    assert.throws(() => play(four, clock, { speed: 0 }), RangeError);
  },

  async "play() sleeps no longer than timers can, and as often as it takes"() {
    const clock = virtualClock();
    const slept: number[] = [];
    const { sleep } = clock;
    clock.sleep = (milliseconds, signal) => {
      slept.push(milliseconds);
      return sleep(milliseconds, signal);
    };
    const long = entriesAt([0, "STOP"], [5e6, "RESUME"]);
    assert.deepEqual(await played(play(long, clock), clock), [
      ...["0 STOP", "5000000000 RESUME"],
    ]);
    const most = 2 ** 31 - 1;
    assert.deepEqual(slept, [most, most, 5e9 - 2 * most]);
  },

  async "play() sleeps for no time that has passed while it looked at its clock"() {
    let time = 0;
    const slept: number[] = [];
    const clock = {
      now: () => time += 0.4,
      sleep(milliseconds: number) {
        slept.push(milliseconds);
        time += milliseconds;
        return Promise.resolve();
      },
    };
    const entries = entriesAt(...Array.from(
      { length: 50 },
      (_, index) => [index ** 1.5 / 2000, "STOP"] as const,
    ));
    let count = 0;
    for await (const batch of play(entries, clock)) count += batch.length;
    assert.equal(count, 50);
    assert.isNotEmpty(slept);
    assert.isAbove(Math.min(...slept), 0);
  },

  async "play() believes a sleep, whatever its clock says after it"() {
    let sleeps = 0;
    let slept = 0;
    const sleep = (milliseconds: number) => {
      sleeps += 1;
      slept += milliseconds;
      return Promise.resolve();
    };
    const hours = [0, 3.6e6, 1, 2, -1];
    const clocks = [
      () => -1,
      () => NaN,
      () => hours.shift() ?? 3,
      () => -sleeps * 1000,
    ];
    for (const now of clocks) {
      sleeps = slept = 0;
      const clock = { now, sleep };
      const seen = await played(play(four, clock), clock);
      assert.lengthOf(seen, 4);
      assert.isAtMost(sleeps, 4);
      assert.isAtMost(slept, 10_000);
    }
  },

  async "play() gives a stream, which asks for nothing before it is read"() {
    const log: string[] = [];
    const clock = virtualClock();
    const batches = lazily(log, four.slice(0, 2), four.slice(2));
    const reader = play(batches, clock).stream().getReader();
    await clock.advance(0);
    assert.deepEqual(log, []);
    assert.equal(clock.now(), 0);
    assert.deepEqual(names((await reader.read()).value!), ["stop"]);
    await clock.advance(300);
    assert.equal(clock.now(), 800);
    assert.deepEqual(names((await reader.read()).value!), ["STOP"]);
    assert.deepEqual(log, ["batch 0"]);
    await reader.read();
    await reader.read();
    assert.isTrue((await reader.read()).done);
    assert.equal(clock.now(), 10_000);
  },

  async "play() gives a stream that ends it where it is cancelled, and fails with it"() {
    const log: string[] = [];
    const clock = virtualClock({ jumps: false });
    const playback = play(lazily(log, four), clock);
    const reader = playback.stream().getReader();
    const waiting = reader.read();
    await clock.advance(100);
    await reader.cancel();
    assert.isTrue((await waiting).done);
    assert.isTrue((await playback.next()).done);
    assert.deepEqual(log, ["batch 0", "closed"]);

    const signal = AbortSignal.abort(new Error("enough"));
    const failed = play(four, clock, { signal }).stream().getReader();
    assert.match(String(await rejection(failed.read())), /enough/);
  },

  async "play() lets a stream be piped, as slowly as its sink takes it"() {
    const clock = virtualClock();
    const seen: string[] = [];
    await play(four, clock).stream().pipeTo(
      new WritableStream({
        async write(batch) {
          seen.push(`${clock.now()} ${names(batch).join(" ")}`);
          await clock.advance(2100);
        },
      }, { highWaterMark: 1 }),
    );
    assert.deepEqual(seen, [
      ...["500 stop", "2600 STOP", "4700 cont", "10000 RESUME"],
    ]);
  },

  "play() says at once what is no clock, and what cannot be played"() {
    const entries = entriesAt([1, event("STOP")]);
    for (const none of [undefined, { speed: 2 }, Date]) {
      assert.throws(
        () => play(entries, none as never),
        TypeError,
        /^Cannot play: what is given as clock has no now\(\) and sleep\(\), as /,
      );
    }
    for (const none of [undefined, { entries }, "trace.jsonl"]) {
      assert.throws(
        () => play(none as never, virtualClock()),
        TypeError,
        /^Cannot play .*: it is neither entries nor batches of them$/,
      );
    }
  },
};
