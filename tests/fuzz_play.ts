/**
 * Properties of playback, over recordings of any times.
 *
 * @module
 */

import { type Entry, play, player, virtualClock } from "@qmp/run-state/replay";
import { assert } from "chai";
import fc from "fast-check";

import type { Suite } from "./suite.ts";

const seed = 20210421;

function entry(at: number | undefined, line: number): Entry {
  const base = { line, offset: 0, text: "", findings: [] };
  return at === undefined ? base : { ...base, at };
}

/** Milliseconds, so that the sums have no rounding to speak of. */
const milliseconds = fc.oneof(
  fc.nat(5000),
  fc.constantFrom(0, 1, 86_400_000, 2 ** 31, 2 ** 32 + 1),
);

/** Entries whose times never go back. */
const inOrder = fc.array(milliseconds, { maxLength: 30 }).map((gaps) => {
  let time = 0;
  return gaps.map((gap, line) => entry((time += gap) / 1000, line));
});

/** Entries of any times, as a clock has them that fails, jumps and goes back. */
const anyhow = fc.array(
  fc.option(
    fc.oneof(
      fc.double({ min: -1e10, max: 1e10, noNaN: true }),
      fc.constantFrom(-1, 0, 1, 2, 1.8e9, NaN, Infinity, -Infinity),
      fc.nat(30),
    ),
    { nil: undefined },
  ),
  { maxLength: 30 },
).map((times) => times.map(entry));

const speeds = fc.constantFrom(0.1, 0.5, 1, 2, 3, 1000);

const options = fc.record({
  speed: fc.oneof(speeds, fc.constant(Infinity)),
  interval: fc.oneof(fc.nat(10), fc.constant(0.1)),
  idle: fc.oneof(fc.nat(10), fc.constant(Infinity)),
  loop: fc.integer({ min: 1, max: 3 }),
}, { requiredKeys: [] });

const steers = fc.array(
  fc.tuple(
    fc.nat(20_000),
    fc.constantFrom("pause", "resume", "step", "faster", "slower"),
  ),
  { maxLength: 10 },
);

/** Cuts entries into batches. */
function batches(
  entries: readonly Entry[],
  size: number,
): AsyncIterable<readonly Entry[]> {
  return {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < entries.length; at += size) {
        yield await Promise.resolve(entries.slice(at, at + size));
      }
    },
  };
}

/**
 * Makes the properties of `play` and `player`.
 *
 * @param runs How many inputs each is tried on.
 * @returns The tests.
 */
export function fuzzPlay(runs: number): Suite {
  return {
    "player() has each entry due at its time divided by the speed"() {
      fc.assert(
        fc.property(inOrder, speeds, fc.nat(1e9), (entries, speed, start) => {
          const stepper = player({ speed });
          stepper.push(entries);
          stepper.end();
          let now = start;
          for (const { at } of entries) {
            const due = stepper.due(now)!;
            const right = start + at! * 1000 / speed;
            assert.closeTo(due, right, 1e-12 * right + 1e-6);
            now = Math.max(now, due);
            assert.lengthOf(stepper.take(now, 1), 1);
          }
          assert.isTrue(stepper.isOver);
        }),
        { seed, numRuns: runs },
      );
    },

    async "play() loses no entry and keeps their order, however it is told to play"() {
      await fc.assert(
        fc.asyncProperty(
          anyhow,
          options,
          fc.integer({ min: 1, max: 7 }),
          async (entries, options, size) => {
            const { loop = 1 } = options;
            const clock = virtualClock();
            const seen: number[] = [];
            let last = -Infinity;
            const source = batches(entries, size);
            for await (const batch of play(source, clock, options)) {
              for (const { entry, due } of batch) {
                seen.push(entry.line);
                assert.isAtLeast(due, last);
                assert.isAtMost(due, clock.now() + 1e-3);
                last = due;
              }
            }
            const once = entries.map(({ line }) => line);
            assert.deepEqual(
              seen,
              Array.from({ length: loop }, () => once).flat(),
            );
          },
        ),
        { seed, numRuns: runs },
      );
    },

    "player() loses no entry and keeps their order, however it is steered"() {
      fc.assert(
        fc.property(inOrder, options, steers, (entries, options, steers) => {
          const stepper = player({ ...options, loop: 1 });
          stepper.push(entries);
          stepper.end();
          let now = 0;
          const seen: number[] = [];
          const take = () => {
            for (const { entry } of stepper.take(now)) seen.push(entry.line);
          };
          for (const [wait, steer] of steers) {
            take();
            now += wait;
            if (steer === "pause") stepper.pause(now);
            else if (steer === "resume") stepper.resume(now);
            else if (steer === "step") stepper.step(1, now);
            else stepper.setSpeed(steer === "faster" ? 2 : 0.5, now);
          }
          take();
          stepper.resume(now);
          while (!stepper.isOver) {
            now = Math.max(now, stepper.due(now)!);
            take();
          }
          assert.deepEqual(seen, entries.map(({ line }) => line));
        }),
        { seed, numRuns: runs },
      );
    },

    "player() takes as long as the recording, less what it stood still"() {
      fc.assert(
        fc.property(
          inOrder.filter((entries) => entries.length > 0),
          speeds,
          fc.array(fc.tuple(fc.nat(5000), fc.nat(1e6)), { maxLength: 5 }),
          (entries, speed, pauses) => {
            const stepper = player({ speed });
            stepper.push(entries);
            stepper.end();
            const end = entries.at(-1)!.at! * 1000 / speed;
            let now = 0;
            let stood = 0;
            stepper.take(now);
            for (const [wait, pause] of pauses) {
              if (now - stood + wait >= end) break;
              now += wait;
              stepper.take(now);
              stepper.pause(now);
              now += pause;
              stood += pause;
              stepper.resume(now);
            }
            while (!stepper.isOver) {
              now = Math.max(now, stepper.due(now)!);
              stepper.take(now);
            }
            assert.closeTo(now - stood, end, 1e-9 * now + 1e-3);
          },
        ),
        { seed, numRuns: runs },
      );
    },
  };
}

/** Properties of `play` and `player`. */
export const fuzzPlaySuite: Suite = fuzzPlay(100);
