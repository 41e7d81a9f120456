/**
 * Chance that can be repeated, so that the program needs no package for it.
 *
 * @module
 */

import type { Faker } from "../fixtures/draw.ts";

/**
 * Makes a source of integers.
 *
 * @param seed The same seed gives the same integers; 0 to 4294967295.
 * @returns The source.
 */
export function chanceFrom(seed: number): Faker {
  let state = seed;

  // Mulberry32: small, and the same everywhere.
  function draw(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
  return {
    number: {
      int({ min, max }) {
        const part = ((draw() >>> 5) * 2 ** 26 + (draw() >>> 6)) / 2 ** 53;
        return min + Math.floor(part * (max - min + 1));
      },
    },
  };
}
