/**
 * The player steered: where it begins and ends, what it leaves out, and what
 * becomes of the time where it is paused, stepped, sped up and played again.
 *
 * @module
 */

import { type Entry, player, type PlayerOptions } from "@qmp/run-state/replay";
import { assert } from "chai";

import { entriesAt, entriesOf, event, loaded, names } from "./played.ts";
import type { Suite } from "./suite.ts";

/** Plays to the end; gives when and what. */
function schedule(
  entries: readonly Entry[],
  options: PlayerOptions,
): string[] {
  const stepper = player(options);
  const found: string[] = [];
  let now = 0;
  while (!stepper.isOver) {
    if (stepper.wants !== undefined) {
      stepper.push(entries);
      stepper.end();
      continue;
    }
    now = Math.max(now, stepper.due(now)!);
    for (const played of stepper.take(now)) {
      found.push(`${now} ${names([played])[0]} ${played.pass}`);
    }
  }
  return found;
}

const six = entriesAt(
  [1, "stop"],
  [2, "STOP"],
  [5, "cont"],
  [5, "RESUME"],
  [8, "STOP"],
  [9, "RESUME"],
);

/** Tests of `player` where it is told what to play, and steered. */
export const playerSteeredSuite: Suite = {
  "player() begins at a time, an index or an event"() {
    const first = (options: PlayerOptions) =>
      schedule(six, options).slice(0, 2);
    // In the silence before 8 s, two seconds of it left.
    assert.deepEqual(first({ from: { time: 6 } }), [
      ...["2000 STOP 1", "3000 RESUME 1"],
    ]);
    assert.deepEqual(first({ from: { time: 8 } })[0], "0 STOP 1");
    assert.deepEqual(first({ from: { time: -1 } })[0], "1000 stop 1");
    assert.deepEqual(first({ from: { time: 6 }, idle: 0.5 }), [
      ...["500 STOP 1", "1000 RESUME 1"],
    ]);
    assert.deepEqual(first({ from: { index: 1 } }), [
      ...["0 STOP 1", "3000 cont 1"],
    ]);
    assert.deepEqual(first({ from: { event: "RESUME" } }), [
      ...["0 RESUME 1", "3000 STOP 1"],
    ]);
    assert.deepEqual(
      first({ from: { event: "RESUME" }, speed: 2 })[1],
      "1500 STOP 1",
    );
    // A command of that name is no event.
    assert.deepEqual(first({ from: { event: "stop" } }), []);
    assert.deepEqual(first({ from: { index: 6 } }), []);
    assert.deepEqual(first({ from: { time: 9.1 } }), []);
  },

  "player() begins at a time of day, and knows none where there is none"() {
    const day = entriesAt([1.8e9, "STOP"], [1.8e9 + 5, "RESUME"]);
    assert.deepEqual(schedule(day, { from: { time: 1.8e9 + 4 } }), [
      "1000 RESUME 1",
    ]);
    const untimed = entriesOf('{"return": {}}\n', event("STOP", -1));
    assert.deepEqual(schedule(untimed, { from: { time: 0 } }), []);
    // Half an hour back: the wait is no longer than the silence was.
    const back = entriesOf(
      ...[event("STOP", 2000), event("RESUME", 200), event("STOP", 2000)],
    );
    assert.deepEqual(schedule(back, { from: { time: 0 } })[0], "0 STOP 1");
  },

  "player() counts a time as people do, whatever the source has"() {
    const day = entriesAt(
      ...[[1.8e9 + 0.01, "STOP"], [1.8e9 + 5.02, "cont"]] as const,
      [1.8e9 + 5.03, "RESUME"],
    );
    const count = (options: PlayerOptions) => schedule(day, options).length;
    assert.equal(count({ from: { time: 5.01 } }), 2);
    assert.equal(count({ from: { time: 5.02 } }), 1);
    assert.equal(count({ until: { time: 5.01 } }), 2);
    assert.equal(count({ until: { time: 5 } }), 1);
    const [first] = schedule(day, { from: { time: 4 } });
    assert.match(first!, /^10(10|09\.9+)\d* cont 1$/);

    const events = entriesOf(
      ...[event("STOP", 1.8e9), '{"return": {}}\n', event("RESUME", 1.8e9 + 5)],
    );
    const late = { time: 1.8e9 + 4 };
    assert.deepEqual(schedule(events, { from: late }), ["1000 RESUME 1"]);
    assert.deepEqual(
      schedule(events, { until: late }).map((line) => line.split(" ")[1]),
      ["STOP", "return"],
    );
  },

  "player() ends at a time, an index or an event, that included"() {
    const shown = (options: PlayerOptions) =>
      schedule(six, options).map((line) => line.split(" ")[1]);
    const head = ["stop", "STOP", "cont", "RESUME"];
    assert.deepEqual(shown({ until: { time: 5 } }), head);
    assert.deepEqual(shown({ until: { time: 7.9 } }), head);
    assert.deepEqual(shown({ until: { time: 0.9 } }), []);
    assert.deepEqual(shown({ until: { index: 3 } }), head);
    assert.deepEqual(shown({ until: { index: 0 } }), ["stop"]);
    assert.deepEqual(shown({ until: { event: "RESUME" } }), head);
    assert.lengthOf(shown({ until: { event: "RESET" } }), 6);
    assert.deepEqual(
      shown({ from: { event: "RESUME" }, until: { event: "STOP" } }),
      ["RESUME", "STOP"],
    );
    assert.deepEqual(
      shown({ from: { event: "STOP" }, until: { event: "STOP" } }),
      ["STOP"],
    );
    assert.deepEqual(shown({ from: { index: 3 }, until: { index: 2 } }), []);
    assert.deepEqual(shown({ from: { time: 3 }, until: { time: 2 } }), []);
  },

  "player() asks for nothing beyond the end"() {
    const asked: number[] = [];
    function* lazily() {
      for (const entry of six) {
        asked.push(entry.at!);
        yield entry;
      }
    }
    for (const until of [{ index: 1 }, { event: "STOP" }]) {
      const stepper = player({ until, speed: Infinity });
      stepper.push(lazily());
      assert.deepEqual(names(stepper.take(0)), ["stop", "STOP"]);
      assert.isTrue(stepper.isOver);
      assert.deepEqual(asked.splice(0), [1, 2]);
    }
  },

  "player() says how much of the recording has passed, by pace and pauses"() {
    const stepper = loaded(six, { speed: 2 });
    assert.equal(stepper.position(100), 0);
    assert.equal(stepper.due(100), 600);
    assert.equal(stepper.position(600), 1);
    assert.equal(stepper.position(500), 1, "a clock that runs backwards");
    stepper.pause(700);
    assert.equal(stepper.position(5000), 1.2);
    stepper.step(2, 5000);
    assert.lengthOf(stepper.take(5000), 2);
    assert.equal(stepper.position(6000), 2);
    stepper.setSpeed(1, 6000);
    stepper.resume(6000);
    assert.equal(stepper.position(6500), 2.5);
  },

  "player() plays a kind or a name alone, and lets the time of the others pass"() {
    const entries = [
      ...six.slice(0, 2),
      ...entriesOf('{"execute": "query-status"}\n{"return": {}}\nnoise\n'),
      ...six.slice(2),
    ];
    const shown = (...only: NonNullable<PlayerOptions["only"]>) =>
      schedule(entries, { only });
    assert.deepEqual(shown({ kind: "event", name: "RESUME" }), [
      ...["5000 RESUME 1", "9000 RESUME 1"],
    ]);
    assert.deepEqual(shown({ name: "stop" }, { name: "cont" }), [
      ...["1000 stop 1", "5000 cont 1"],
    ]);
    // A reply has the name of its command.
    assert.deepEqual(shown({ name: "query-status" }), [
      ...["2000 query-status 1", "2000 return 1"],
    ]);
    assert.deepEqual(shown({ kind: "return", name: "query-status" }), [
      "2000 return 1",
    ]);
    // No message is of no kind.
    assert.lengthOf(shown({}), 8);
    assert.deepEqual(shown(), []);
  },

  "player() stands still while it is paused, in the middle of a silence too"() {
    const stepper = loaded(six);
    stepper.due(0);
    stepper.take(2000);
    stepper.pause(3000);
    assert.isTrue(stepper.isPaused);
    assert.equal(stepper.due(3000), Infinity);
    assert.deepEqual(stepper.take(90_000), []);
    stepper.pause(95_000);
    stepper.resume(100_000);
    assert.isFalse(stepper.isPaused);
    // Two of the three seconds are left.
    assert.equal(stepper.due(100_000), 102_000);
    stepper.resume(101_000);
    assert.deepEqual(stepper.take(101_999), []);
    assert.deepEqual(names(stepper.take(102_000)), ["cont", "RESUME"]);
    assert.equal(stepper.due(102_000), 105_000);
  },

  "player() begins paused where it is told to"() {
    const stepper = loaded(six, { isPaused: true });
    assert.equal(stepper.due(0), Infinity);
    stepper.resume(5000);
    assert.equal(stepper.due(5000), 6000);
  },

  "player() changes its speed in the middle of a silence"() {
    const stepper = loaded(six);
    stepper.due(0);
    stepper.take(5000);
    stepper.setSpeed(2, 6000);
    assert.equal(stepper.speed, 2);
    // Two of the three seconds are left, at twice the pace.
    assert.equal(stepper.due(6000), 7000);
    stepper.setSpeed(0.25, 6500);
    assert.equal(stepper.due(6500), 10_500);
    stepper.setSpeed(Infinity, 7000);
    assert.equal(stepper.due(7000), 7000);
    assert.deepEqual(names(stepper.take(7000, 1)), ["STOP"]);
    stepper.setSpeed(1, 7500);
    assert.equal(stepper.due(7500), 8500);

    const paused = loaded(six);
    paused.due(0);
    paused.pause(400);
    paused.setSpeed(3, 500);
    paused.resume(600);
    assert.equal(paused.due(600), 800);
  },

  "player() steps without time, and goes on from there"() {
    const stepper = loaded(six);
    stepper.due(0);
    stepper.take(2000);
    stepper.step(1, 2100);
    assert.isTrue(stepper.isPaused);
    assert.equal(stepper.due(2100), 2100);
    assert.deepEqual(names(stepper.take(2100)), ["cont"]);
    assert.equal(stepper.due(2200), Infinity);
    stepper.step(2, 2300);
    stepper.step(1, 2300);
    assert.deepEqual(names(stepper.take(2300, 2)), ["RESUME", "STOP"]);
    stepper.pause(2300);
    assert.deepEqual(stepper.take(2300), []);
    stepper.resume(7000);
    // From the STOP at 8 s to the RESUME at 9 s.
    assert.equal(stepper.due(7000), 8000);
    stepper.step(99, 7001);
    assert.deepEqual(names(stepper.take(7001)), ["RESUME"]);
    assert.isTrue(stepper.isOver);
  },

  "player() steps to the next event of a name, or to what is told apart"() {
    const stepper = loaded(six);
    stepper.stepTo("RESUME", 0);
    assert.deepEqual(names(stepper.take(0, 3)), ["stop", "STOP", "cont"]);
    assert.deepEqual(names(stepper.take(0, 3)), ["RESUME"]);
    assert.equal(stepper.due(0), Infinity);
    stepper.stepTo(({ at }) => at === 8, 0);
    assert.deepEqual(names(stepper.take(0)), ["STOP"]);
    stepper.stepTo("RESET", 0);
    assert.deepEqual(names(stepper.take(0)), ["RESUME"]);
    assert.isTrue(stepper.isOver);

    const given = loaded(six);
    given.stepTo("RESUME", 0);
    given.take(0, 1);
    given.resume(50);
    assert.equal(given.due(50), 1050);
  },

  "player() plays again as often as it is told, from where it ended"() {
    const loop = { loop: 2, from: { index: 1 }, until: { event: "RESUME" } };
    assert.deepEqual(schedule(six, loop), [
      ...["0 STOP 1", "3000 cont 1", "3000 RESUME 1"],
      ...["3000 STOP 2", "6000 cont 2", "6000 RESUME 2"],
    ]);
    assert.deepEqual(schedule(six.slice(0, 2), { loop: 3, speed: 2 }), [
      ...["500 stop 1", "1000 STOP 1"],
      ...["1500 stop 2", "2000 STOP 2"],
      ...["2500 stop 3", "3000 STOP 3"],
    ]);
    assert.deepEqual(schedule(six.slice(0, 2), { loop: 2, interval: 1 }), [
      ...["0 stop 1", "1000 STOP 1", "2000 stop 2", "3000 STOP 2"],
    ]);
    const until = { loop: 2, until: { time: 2 }, idle: 0.5 };
    assert.deepEqual(schedule(six, until), [
      ...["500 stop 1", "1000 STOP 1", "1500 stop 2", "2000 STOP 2"],
    ]);
  },

  "player() plays for ever, but not where nothing is played"() {
    const stepper = player({ loop: Infinity, speed: Infinity });
    for (let pass = 1; pass <= 1000; pass++) {
      assert.equal(stepper.wants, "start");
      stepper.push(six);
      stepper.end();
      assert.equal(stepper.take(0).at(-1)?.pass, pass);
    }
    const nothing = { loop: Infinity, only: [{ name: "RESET" }] };
    assert.deepEqual(schedule(six, nothing), []);
  },
};
