/**
 * Which known name somebody who wrote an unknown one probably meant.
 *
 * @module
 */

/**
 * Finds the known name that is nearest to an unknown one: the same but for
 * case and `_` for `-`, else a few slips of the pen away.
 *
 * @param name The unknown name.
 * @param known The names to choose from.
 * @returns The nearest one; nothing where none is near.
 */
export function nearest(
  name: string,
  known: Iterable<string>,
): string | undefined {
  let found: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of known) {
    const distance = distanceBetween(name, each);
    if (distance < least) [found, least] = [each, distance];
  }
  return found;
}

/**
 * Tells whether two names are the same but for case and `_` for `-`.
 *
 * @param name One name.
 * @param other The other.
 * @returns Whether they are.
 */
export function sameButForSpelling(name: string, other: string): boolean {
  return plain(name) === plain(other);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** How far apart two names are; infinitely where more than one character in three differs. */
function distanceBetween(name: string, known: string): number {
  const limit = Math.floor(Math.min(name.length, known.length) / 3);
  // First of all, because a name that was received may be as long as a message.
  if (Math.abs(name.length - known.length) > limit) {
    return Number.POSITIVE_INFINITY;
  }
  const distance = slips(plain(name), plain(known));
  return distance <= limit ? distance : Number.POSITIVE_INFINITY;
}

/** Damerau's distance: characters added, left out, replaced, or swapped with the next. */
function slips(one: string, other: string): number {
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = Number(one[i - 1] !== other[j - 1]);
      const swapped = one[i - 1] === other[j - 2] &&
        one[i - 2] === other[j - 1];
      row[j] = Math.min(
        above[j] as number + 1,
        row[j - 1] as number + 1,
        above[j - 1] as number + replaced,
        swapped ? before[j - 2] as number + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, above] = [above, row];
  }
  return above[other.length] as number;
}
