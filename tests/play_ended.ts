/**
 * How playback ends: by its signal, by hand, by the one who listens, by what it
 * plays and by its clock; and that it leaves nothing behind.
 *
 * @module
 */

import {
  type Clock,
  type Entry,
  play,
  virtualClock,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import { byHand, four, lazily, names, rejection } from "./played.ts";
import type { Suite } from "./suite.ts";

/** Tests of the end of `play`. */
export const playEndedSuite: Suite = {
  async "play() ends by its signal, waiting or paused, before and after"() {
    const reason = new Error("enough");
    for (const isPaused of [false, true]) {
      const controller = new AbortController();
      const { signal } = controller;
      const { clock, over, seen } = byHand(four, { signal, isPaused });
      await clock.advance(1100);
      controller.abort(reason);
      assert.equal(await rejection(over), reason);
      assert.lengthOf(seen, isPaused ? 0 : 2);
      await clock.advance(1e6);
      assert.lengthOf(seen, isPaused ? 0 : 2);
    }
    const aborted = AbortSignal.abort(reason);
    const late = play(four, virtualClock(), { signal: aborted });
    assert.equal(await rejection(late.next()), reason);
    assert.isTrue((await late.next()).done);

    const controller = new AbortController();
    const { signal } = controller;
    const between = play(four, virtualClock(), { signal });
    await between.next();
    controller.abort(reason);
    assert.equal(await rejection(between.next()), reason);
  },

  async "play() leaves no sleeper behind, and no listener"() {
    const counts = { sleepers: 0, listeners: 0 };
    const controller = new AbortController();
    const { signal } = controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      counts.listeners += 1;
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      counts.listeners -= 1;
      Reflect.apply(removeEventListener, signal, args);
    };
    const clock: Clock = {
      now: () => 0,
      sleep: (_, woken) =>
        new Promise((_, reject) => {
          counts.sleepers += 1;
          woken.addEventListener("abort", () => {
            counts.sleepers -= 1;
            reject(woken.reason);
          });
        }),
    };
    const playback = play(four, clock, { signal });
    const next = playback.next();
    assert.deepEqual(counts, { sleepers: 1, listeners: 1 });
    playback.setSpeed(2);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(counts, { sleepers: 1, listeners: 1 });
    playback.stop();
    assert.isTrue((await next).done);
    assert.deepEqual(counts, { sleepers: 0, listeners: 0 });
  },

  async "play() ends where it is stopped, or left, and closes its source"() {
    const log: string[] = [];
    const { clock, playback, seen, over } = byHand(lazily(log, four));
    await clock.advance(600);
    playback.stop();
    assert.equal(await over, "over");
    assert.deepEqual([...seen, ...log], ["500 stop", "batch 0", "closed"]);

    const left: string[] = [];
    for await (const _ of play(lazily(left, four), virtualClock())) break;
    assert.deepEqual(left, ["batch 0", "closed"]);

    const paused = play(four, virtualClock(), { isPaused: true });
    const next = paused.next();
    await paused.return!();
    assert.isTrue((await next).done);
  },

  async "play() ends by its signal though its source gives nothing, and no error of it is lost"() {
    let fail = (_: Error): void => {};
    const silent: AsyncIterable<readonly Entry[]> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((_, reject) => fail = reject),
        return: () => Promise.reject(new Error("cannot close")),
      }),
    };
    const controller = new AbortController();
    const { signal } = controller;
    const { clock, playback, over } = byHand(silent, { signal });
    await clock.advance(1);
    // Steering it meanwhile asks the source for nothing twice.
    playback.pause();
    await clock.advance(1);
    controller.abort(new Error("enough"));
    assert.match(String(await rejection(over)), /enough/);
    fail(new Error("too late"));
    await clock.advance(1);
  },

  async "play() gives the error of its source or its clock, after what came before"() {
    async function* failing() {
      yield await Promise.resolve(four.slice(0, 2));
      throw new Error("torn");
    }
    const clock = virtualClock();
    const playback = play(failing(), clock);
    assert.deepEqual(names((await playback.next()).value!), ["stop"]);
    assert.deepEqual(names((await playback.next()).value!), ["STOP"]);
    assert.match(String(await rejection(playback.next())), /torn/);
    assert.isTrue((await playback.next()).done);

    function* torn() {
      yield four[0]!;
      throw new Error("torn too");
    }
    const cut = play(torn(), virtualClock());
    assert.deepEqual(names((await cut.next()).value!), ["stop"]);
    assert.match(String(await rejection(cut.next())), /torn too/);
    const broken: Clock = {
      now: () => 0,
      sleep: () => Promise.reject(new Error("no time")),
    };
    const timeless = play(four, broken);
    assert.match(String(await rejection(timeless.next())), /no time/);
  },

  async "play() is over at once where there is nothing"() {
    const sources = [[], lazily([]), lazily([], [], [])];
    for (const source of sources) {
      const options = { isPaused: true };
      const { done } = await play(source, virtualClock(), options).next();
      assert.isTrue(done);
    }
    const forever = { loop: Infinity };
    assert.isTrue((await play([], virtualClock(), forever).next()).done);
  },
};
