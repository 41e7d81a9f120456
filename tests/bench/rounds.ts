/**
 * Timing by ratio: all cases in turn, round after round, so that a machine that
 * slows down slows down all of them.
 *
 * @module
 */

/** What is timed: a name and the work, done once a call. */
export type Cases = Readonly<Record<string, () => unknown>>;

/**
 * Times every case against the first.
 *
 * @param cases The floor first.
 * @param rounds How many rounds count, after two that do not.
 * @returns The median time of each case in milliseconds, and the median of its
 * ratio to the floor of the same round.
 */
export function timeInRounds(
  cases: Cases,
  rounds: number,
): Record<string, { milliseconds: number; ratio: number }> {
  const names = Object.keys(cases);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      cases[name]!();
      const time = performance.now() - start;
      if (round >= 0) times.get(name)!.push(time);
    }
  }
  const floor = times.get(names[0]!)!;
  return Object.fromEntries(names.map((name) => {
    const own = times.get(name)!;
    return [name, {
      milliseconds: median(own),
      ratio: median(own.map((time, round) => time / floor[round]!)),
    }];
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
