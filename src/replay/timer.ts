/**
 * When a message passed, by its source or by itself.
 *
 * @module
 */

import type { Timestamp } from "../schema/qapi.ts";
import type { Entry } from "./read.ts";

/**
 * Makes what tells the times of the entries of one source.
 *
 * @returns What takes the entries one by one and gives seconds: those of the
 * source where it knows, else those since the first event that knows the time.
 */
export function timer(): (entry: Entry) => number | undefined {
  let first: number | undefined;
  return ({ at, kind, message }) => {
    if (at !== undefined || kind !== "event") return at;
    const { timestamp } = (message ?? {}) as { timestamp?: Timestamp };
    // QEMU writes -1 where its clock fails.
    if (timestamp === undefined || timestamp.seconds < 0) return undefined;
    const now = timestamp.seconds * 1e6 + timestamp.microseconds;
    first ??= now;
    return (now - first) / 1e6;
  };
}
