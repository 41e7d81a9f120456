/**
 * The player: what it plays when, told what time it is.
 *
 * @module
 */

import {
  type Entry,
  type Played,
  player,
  type PlayerOptions,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import { entriesAt, entriesOf, event, four, loaded, names } from "./played.ts";
import type { Suite } from "./suite.ts";

/** Plays to the end, each entry when it is due; gives when and what. */
function schedule(
  entries: readonly Entry[],
  options: PlayerOptions = {},
): [number, string][] {
  const stepper = player(options);
  const found: [number, string][] = [];
  let now = 0;
  while (!stepper.isOver) {
    if (stepper.wants !== undefined) {
      stepper.push(entries);
      stepper.end();
      continue;
    }
    const due = stepper.due(now)!;
    assert.isBelow(due, Infinity);
    now = Math.max(now, due);
    for (const played of stepper.take(now)) {
      found.push([now, names([played])[0]!]);
    }
  }
  return found;
}

function clean({ entry: _, ...rest }: Played): Omit<Played, "entry"> {
  return rest;
}

/** Tests of `player` in recorded time. */
export const playerSuite: Suite = {
  "player() plays at the recorded pace, and at a multiple of it"() {
    const at = [[500, "stop"], [1000, "STOP"], [3000, "cont"]] as const;
    assert.deepEqual(schedule(four), [...at, [10_000, "RESUME"]]);
    assert.deepEqual(
      schedule(four, { speed: 4 }).map(([now]) => now),
      [125, 250, 750, 2500],
    );
    assert.deepEqual(
      schedule(four, { speed: 0.5 }).map(([now]) => now),
      [1000, 2000, 6000, 20_000],
    );
  },

  "player() plays at once, in one batch, and in batches where few are wanted"() {
    const all = loaded(four, { speed: Infinity });
    assert.equal(all.due(77), 77);
    assert.deepEqual(names(all.take(77)), ["stop", "STOP", "cont", "RESUME"]);
    assert.isTrue(all.isOver);

    const few = loaded(four, { speed: Infinity });
    assert.deepEqual(names(few.take(0, 3)), ["stop", "STOP", "cont"]);
    assert.deepEqual(names(few.take(0, 3)), ["RESUME"]);
  },

  "player() plays at a fixed interval, whatever the recorded times"() {
    assert.deepEqual(
      schedule(four, { interval: 0.25 }).map(([now]) => now),
      [0, 250, 500, 750],
    );
    assert.deepEqual(
      schedule(four, { interval: 0.25, speed: 2 }).map(([now]) => now),
      [0, 125, 250, 375],
    );
    assert.deepEqual(
      schedule(four, { interval: 0 }).map(([now]) => now),
      [0, 0, 0, 0],
    );
  },

  "player() keeps no more silence than idle allows, by the recording"() {
    const times = (options: PlayerOptions) =>
      schedule(four, options).map(([now]) => now);
    assert.deepEqual(times({ idle: 1 }), [500, 1000, 2000, 3000]);
    assert.deepEqual(times({ idle: 1, speed: 2 }), [250, 500, 1000, 1500]);
    assert.deepEqual(times({ idle: 0 }), [0, 0, 0, 0]);
    // Silence is what is heard: the command in between is not.
    const only = [{ kind: "event" }] as const;
    assert.deepEqual(times({ idle: 4, only }), [1000, 5000]);
  },

  "player() tells of each entry its index, its pass, its time and when it was due"() {
    const stepper = loaded(four, { only: [{ kind: "event" }] });
    assert.isUndefined(player().due(0));
    stepper.due(7000);
    assert.deepEqual(stepper.take(8500).map(clean), [
      { index: 1, pass: 1, time: 1, due: 8000 },
    ]);
    assert.deepEqual(stepper.take(20_000).map(clean), [
      { index: 3, pass: 1, time: 10, due: 17_000 },
    ]);
    const [untimed] = loaded(entriesOf('{"return": {}}\n')).take(5);
    assert.deepEqual(clean(untimed!), { index: 0, pass: 1, due: 5 });
  },

  "player() does not drift: what comes late delays nothing after it"() {
    const stepper = loaded(four);
    stepper.due(0);
    assert.deepEqual(names(stepper.take(940)), ["stop"]);
    assert.equal(stepper.due(940), 1000);
    assert.deepEqual(names(stepper.take(3100)), ["STOP", "cont"]);
    assert.equal(stepper.due(3100), 10_000);
  },

  "player() keeps the order of arrival where a WATCHDOG was held back"() {
    const late = entriesOf(
      event("STOP", 100),
      event("RESUME", 101.5),
      event("WATCHDOG", 100.75),
      event("STOP", 102),
    );
    assert.deepEqual(schedule(late), [
      ...[[0, "STOP"], [1500, "RESUME"], [1500, "WATCHDOG"], [2000, "STOP"]],
    ]);
  },

  "player() is not stalled by a clock that fails, runs backwards or jumps"() {
    const play = (...times: readonly number[]) =>
      schedule(
        entriesOf(...times.map((seconds) => event("STOP", seconds))),
      ).map(([now]) => now);
    // QEMU writes -1 where its clock fails.
    assert.deepEqual(play(100, 101, -1, 102), [0, 1000, 1000, 2000]);
    assert.deepEqual(play(-1, -1), [0, 0]);
    assert.deepEqual(play(-1, 100, 101), [0, 0, 1000]);
    // Set back by an hour, by NTP: the hour is not waited for again.
    assert.deepEqual(play(5000, 5001, 1401, 1402), [0, 1000, 1000, 2000]);
    // From 1970, as without a battery, to 2026.
    assert.deepEqual(play(0, 1, 1.8e9, 1.8e9 + 1), [0, 1000, 1000, 2000]);
    assert.deepEqual(
      schedule(entriesAt([1.8e9, "STOP"], [1.8e9 + 1, "RESUME"])),
      [[0, "STOP"], [1000, "RESUME"]],
    );
    assert.deepEqual(schedule(entriesAt([-70, "STOP"], [-69, "RESUME"])), [
      [0, "STOP"],
      [1000, "RESUME"],
    ]);
  },

  "player() plays what knows no time right after what came before it"() {
    const entries = entriesOf(
      '{"execute": "stop"}\n',
      event("STOP", 9),
      '{"return": {}}\n',
      event("RESUME", 10),
    );
    assert.deepEqual(schedule(entries), [
      ...[[0, "stop"], [0, "STOP"], [0, "return"], [1000, "RESUME"]],
    ]);
    const odd = [NaN, Infinity, 1].map((at) => ({ ...four[0]!, at }));
    assert.deepEqual(schedule(odd).map(([now]) => now), [0, 0, 1000]);
  },

  "player() waits for silences beyond what timers can"() {
    const entries = entriesAt([0, "STOP"], [3e6, "RESUME"]);
    assert.deepEqual(schedule(entries), [[0, "STOP"], [3e9, "RESUME"]]);
  },

  "player() takes a clock that goes back, or says no number, for one that stands"() {
    const stepper = loaded(four);
    assert.equal(stepper.due(1000), 1500);
    assert.deepEqual(names(stepper.take(1500)), ["stop"]);
    assert.deepEqual(stepper.take(-1), []);
    stepper.pause(NaN);
    stepper.resume(3);
    assert.equal(stepper.due(-1), 2000);
    assert.deepEqual(names(loaded(four).take(NaN)), []);
  },

  "player() says what it wants, and goes through it one ahead"() {
    const asked: string[] = [];
    function* lazily(entries: readonly Entry[]) {
      for (const entry of entries) {
        asked.push(entry.name!);
        yield entry;
      }
      asked.push("end");
    }
    const stepper = player();
    assert.equal(stepper.wants, "start");
    stepper.push(lazily(four.slice(0, 3)));
    assert.deepEqual(asked, []);
    assert.isUndefined(stepper.wants);
    stepper.due(0);
    assert.deepEqual(asked, ["stop"]);
    assert.deepEqual(names(stepper.take(500)), ["stop"]);
    assert.deepEqual(asked, ["stop", "STOP"]);
    stepper.take(5000);
    assert.deepEqual(asked, ["stop", "STOP", "cont", "end"]);
    assert.equal(stepper.wants, "more");
    assert.isUndefined(stepper.due(5000));
    stepper.push([]);
    assert.equal(stepper.wants, "more");
    stepper.push(four.slice(3));
    assert.equal(stepper.due(5000), 10_000);
    stepper.end();
    assert.deepEqual(names(stepper.take(10_000)), ["RESUME"]);
    assert.isUndefined(stepper.wants);
    assert.isTrue(stepper.isOver);
  },

  "player() takes no entries in the place of others"() {
    const stepper = player({ speed: Infinity });
    const words = /^Cannot take entries: those that were given before are /;
    stepper.push(four.slice(0, 2));
    assert.throws(() => stepper.push(four.slice(2)), words);
    assert.deepEqual(names(stepper.take(0)), ["stop", "STOP"]);
    stepper.push([]);
    stepper.push(four.slice(2));
    stepper.end();
    assert.throws(() => stepper.push(four), words);
    assert.deepEqual(names(stepper.take(0)), ["cont", "RESUME"]);
    assert.isTrue(stepper.isOver);
  },

  "player() is over where there is nothing, and where it is stopped"() {
    assert.isTrue(loaded([]).isOver);
    assert.deepEqual(loaded([]).take(0), []);
    assert.isTrue(loaded([], { loop: Infinity, isPaused: true }).isOver);

    let isClosed = false;
    function* lazily() {
      try {
        yield* four;
      } finally {
        isClosed = true;
      }
    }
    const stepper = player({ loop: 5 });
    stepper.push(lazily());
    stepper.due(0);
    stepper.stop();
    assert.deepEqual(stepper.take(1e9), []);
    assert.isUndefined(stepper.due(1e9));
    assert.isUndefined(stepper.wants);
    assert.isTrue(stepper.isOver);
    assert.isTrue(isClosed);
    stepper.push(four);
    stepper.end();
    assert.deepEqual(stepper.take(1e9), []);
  },

  "player() throws what its entries throw, when all before it were played"() {
    function* torn() {
      yield* four.slice(0, 2);
      throw new Error("torn");
    }
    const stepper = player({ speed: Infinity });
    stepper.push(torn());
    assert.deepEqual(names(stepper.take(0)), ["stop", "STOP"]);
    assert.throws(() => stepper.take(0), "torn");
    assert.throws(() => stepper.due(0), "torn");
    assert.throws(() => stepper.isOver, "torn");
    stepper.stop();
    assert.isTrue(stepper.isOver);
  },

  "player() refuses what it cannot do"() {
    const refused = (options: PlayerOptions, words: RegExp) =>
      assert.throws(() => player(options), RangeError, words);
    refused({ speed: 0 }, /^Cannot play at 0 times the pace: .* above 0$/);
    refused({ speed: -1 }, /^Cannot play at -1 times/);
    refused({ speed: NaN }, /^Cannot play at NaN times/);
    refused({ interval: -1 }, /^Cannot play at an interval of -1 s: /);
    refused({ interval: Infinity }, /^Cannot play at an interval of Infinity/);
    refused({ idle: -1 }, /^Cannot keep -1 s of silence: /);
    refused({ idle: NaN }, /^Cannot keep NaN s of silence: /);
    refused({ loop: 0 }, /^Cannot play 0 times: it is no whole number from 1$/);
    refused({ loop: 1.5 }, /^Cannot play 1\.5 times/);
    refused({ loop: -Infinity }, /^Cannot play -Infinity times/);
    refused({ from: { time: NaN } }, /^Cannot find the time NaN/);
    refused({ until: { index: -1 } }, /^Cannot find the index -1/);
    refused({ from: { index: 0.5 } }, /^Cannot find the index 0\.5/);
    const unlike = (options: unknown, words: RegExp) =>
      assert.throws(() => player(options as PlayerOptions), TypeError, words);
    unlike({ from: "STOP" }, /^Cannot find "STOP": a mark is \{ time \}, /);
    unlike({ until: { name: "STOP" } }, /^Cannot find an object: a mark is /);
    unlike(
      { only: ["STOP"] },
      /^Cannot select what to play: it takes an array/,
    );
    unlike({ only: { name: "STOP" } }, /^Cannot select what to play: /);
    const stepper = player();
    assert.throws(
      () => stepper.setSpeed(0, 0),
      RangeError,
      /^Cannot play at 0/,
    );
    assert.throws(() => stepper.step(0, 0), RangeError, /^Cannot step 0 times/);
    assert.throws(() => stepper.step(NaN, 0), RangeError);
    assert.isFalse(stepper.isPaused);
  },
};
