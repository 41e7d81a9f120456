/**
 * Somebody who sits at the terminal of a fake platform, and presses keys.
 *
 * @module
 */

import { virtualClock } from "@qmp/run-state/replay";

import { type FakeHost, fakeHost, type FakePlatform } from "./fake_host.ts";

/** A platform with a keyboard. */
export interface FakeTerminal extends FakeHost {
  /** Whether keys are heard. */
  readonly isHeard: () => boolean;
}

/**
 * Makes a platform with a terminal and somebody at it.
 *
 * @param platform What else it is like.
 * @param keys What is pressed and when, in milliseconds since keys are heard;
 * `SIGTERM` and the like are signals. A minute later it is over.
 * @returns The platform.
 */
export function fakeTerminal(
  platform: FakePlatform,
  keys: readonly (readonly [at: number, key: string])[],
): FakeTerminal {
  const host = fakeHost({ isTerminal: true, ...platform });
  const clock = virtualClock({ now: 1e6, jumps: false });
  const start = clock.now();
  let heard: ((keys: string) => void) | undefined;
  const stops = new Set<(signal: string) => void>();

  async function type(): Promise<void> {
    for (const [at, key] of keys) {
      await clock.advance(start + at - clock.now());
      if (!key.startsWith("SIG")) heard?.(key);
      else for (const stop of stops) stop(key);
    }
    await clock.advance(60_000);
  }
  return {
    ...host,
    isHeard: () => heard !== undefined || stops.size > 0,
    onKeys(press) {
      heard = press;
      void type();
      return () => heard = undefined;
    },
    onStop(stop) {
      stops.add(stop);
      return () => stops.delete(stop);
    },
    now: clock.now,
    sleep: async (milliseconds, signal = new AbortController().signal) => {
      host.slept.push(milliseconds);
      await clock.sleep(milliseconds, signal);
    },
  };
}
