/**
 * Connecting anew to a monitor that went away.
 *
 * @module
 */

import type { Connection, Host, TcpAddress } from "./host.ts";

/** How long to wait at first and at the longest, in milliseconds. */
const [soonest, latest] = [100, 5_000];

/** Connects until it succeeds. */
export interface Again {
  /**
   * Waits, longer each time, and connects.
   *
   * @returns The connection; undefined where it was told to stop.
   */
  connect(): Promise<Connection | undefined>;
  /** Says that the last connection was a good one: then the next wait is short. */
  wasGood(): void;
}

/**
 * Makes what connects again.
 *
 * @param host The platform.
 * @param address Where the monitor listens.
 * @param stop What ends it.
 * @returns It.
 */
export function again(
  host: Host,
  address: string | TcpAddress,
  stop: AbortSignal,
): Again {
  let wait = soonest;
  return {
    async connect() {
      while (!stop.aborted) {
        await host.sleep(wait, stop);
        wait = Math.min(wait * 2, latest);
        if (stop.aborted) break;
        try {
          return await host.connect(address, stop);
        } catch {
          // It may come back.
        }
      }
      return undefined;
    },
    wasGood: () => void (wait = soonest),
  };
}
