/**
 * Remembers on which line of a file the bytes of a conversation stand, as far as
 * a message may yet begin there.
 *
 * @module
 */

/** Where the lines begin, oldest first; places are counted in bytes. */
export interface LineStarts {
  /**
   * Takes note of a line.
   *
   * @param offset The place of its first byte.
   * @param line Its number.
   */
  begin(offset: number, line: number): void;
  /**
   * Finds the line of a byte.
   *
   * @param offset A place that was kept, or is newer.
   * @returns The number of the line.
   */
  lineOf(offset: number): number;
  /**
   * Forgets all lines but those of some bytes.
   *
   * @param offsets Their places.
   */
  keep(offsets: readonly number[]): void;
  /**
   * Counts the lines that are remembered.
   *
   * @returns How many there are.
   */
  size(): number;
}

/**
 * Remembers nothing yet.
 *
 * @returns An empty memory.
 */
export function lineStarts(): LineStarts {
  let starts: { readonly offset: number; readonly line: number }[] = [];

  const startOf = (offset: number) =>
    starts.findLast((start) => start.offset <= offset);
  return {
    begin: (offset, line) => void starts.push({ offset, line }),
    lineOf: (offset) => startOf(offset)?.line ?? 1,
    keep(offsets) {
      const newest = starts.at(-1);
      if (newest === undefined) return;
      // Most often nothing is open.
      if (offsets.length === 1 && offsets[0]! >= newest.offset) {
        starts = [newest];
        return;
      }
      const kept = new Set(offsets.map(startOf));
      starts = starts.filter((start) => kept.has(start));
    },
    size: () => starts.length,
  };
}
