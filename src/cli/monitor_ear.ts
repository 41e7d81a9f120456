/**
 * What a recorder has to understand of what a monitor says.
 *
 * @module
 */

import type { Ending } from "./errand.ts";
import { reasonOf } from "./input.ts";
import { rawSource } from "../replay/raw.ts";
import { type Entry, reader } from "../replay/read.ts";

/** Listens to a monitor. */
export interface Ear {
  /** What greeted: the first thing that is no event. */
  readonly greeting: Entry | undefined;
  /**
   * Listens.
   *
   * @param bytes What the monitor says next.
   */
  hear(bytes: Uint8Array): void;
  /**
   * Says how it ended.
   *
   * @param error What broke the connection; undefined where QEMU ended it.
   * @returns The ending.
   */
  ending(error?: unknown): Ending;
}

/**
 * Makes an ear for one connection.
 *
 * @returns The ear.
 */
export function ear(): Ear {
  const source = rawSource({ direction: "<-" });
  const stage = reader({ policy: "raw" });
  let greeting: Entry | undefined;
  let isOver = false;
  return {
    get greeting() {
      return greeting;
    },
    ending(error) {
      const why = isOver
        ? "QEMU has shut down"
        : error === undefined
        ? "QEMU ended the connection without a SHUTDOWN"
        : `the connection broke: ${reasonOf(error, "read")}`;
      return { why, isOrderly: isOver };
    },
    hear(bytes) {
      for (const entry of stage.push(source.push(bytes))) {
        if (entry.kind !== "event") greeting ??= entry;
        isOver ||= entry.kind === "event" && entry.name === "SHUTDOWN";
      }
    },
  };
}
