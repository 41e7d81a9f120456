/**
 * A file to be played: its entries, pass after pass, and where each leaves the
 * machine.
 *
 * @module
 */

import { witness } from "../editions/witness.ts";
import type { Entry } from "../replay/read.ts";
import { type Step, tracker } from "../replay/track.ts";
import type { Input } from "./input.ts";

/** The entries of a file, in batches, from the first whenever they are asked for. */
export interface Reel extends AsyncIterable<readonly Entry[]> {
  /**
   * Gives what is known with an entry.
   *
   * @param entry The entry.
   * @returns Where it leaves the machine.
   */
  stepOf(entry: Entry): Step;
  /**
   * Gives what is left to say when a pass has come to the end of the file; in
   * each it is the same.
   *
   * @returns Steps that have findings and no message of their own.
   */
  rest(): readonly Step[];
}

/**
 * Makes a reel. All of the file is followed, whatever of it is played.
 *
 * @param input The file, opened.
 * @param reopen Opens it again, for another pass.
 * @param begin Is called when the first message has been read.
 * @returns The reel.
 */
export function reel(
  input: Input,
  reopen: () => Promise<Input>,
  begin: () => Promise<void>,
): Reel {
  const steps = new WeakMap<Entry, Step>();
  let rest: readonly Step[] = [];
  let isFirst = true;
  let hasBegun = false;

  async function* batches(): AsyncGenerator<readonly Entry[]> {
    const { batches, choice } = isFirst ? input : await reopen();
    isFirst = false;
    const stage = tracker({ witness: witness(choice.edition.name) });
    for await (const batch of batches) {
      for (const step of stage.push(batch)) steps.set(step.entry, step);
      if (!hasBegun && batch.some(({ kind }) => kind !== undefined)) {
        hasBegun = true;
        await begin();
      }
      yield batch;
    }
    rest = stage.end();
  }
  return {
    stepOf: (entry) => steps.get(entry)!,
    rest: () => rest,
    [Symbol.asyncIterator]: batches,
  };
}
