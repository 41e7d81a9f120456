/**
 * What `record` has to do, and how that ends.
 *
 * @module
 */

import type { TcpAddress } from "./host.ts";
import type { Recording } from "./recording.ts";
import type { Context } from "./verb.ts";

/** What there is to do. */
export interface Errand {
  /** The platform. */
  readonly context: Context;
  /** Where QEMU listens, as it was given. */
  readonly place: string;
  /** Where that is. */
  readonly address: string | TcpAddress;
  /** Whether to go on when QEMU comes back. */
  readonly goesOn: boolean;
  /** What ends it. */
  readonly stop: AbortSignal;
  /**
   * Opens the file.
   *
   * @returns What records.
   */
  open(): Promise<Recording>;
}

/** How a connection to QEMU ended. */
export interface Ending {
  /** Why, for people. */
  readonly why: string;
  /** Whether QEMU had said that it ends. */
  readonly isOrderly: boolean;
}

/**
 * Does something as soon as it is time to stop, even if that is now.
 *
 * @param stop What says so.
 * @param act What to do.
 * @returns What takes it back.
 */
export function whenStopped(stop: AbortSignal, act: () => void): () => void {
  if (stop.aborted) act();
  stop.addEventListener("abort", act);
  return () => stop.removeEventListener("abort", act);
}
