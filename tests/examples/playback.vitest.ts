// vitest run
import { afterEach, beforeEach, test, vi } from "vitest";
import { playsByFakeTimers } from "./playback.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("play() goes by the fake timers of vitest", async () => {
  await playsByFakeTimers(
    (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds),
    globalThis,
  );
});

test("play() goes by the fake timers of vitest, ticked at once", async () => {
  await playsByFakeTimers(
    (milliseconds: number) => void vi.advanceTimersByTime(milliseconds),
    globalThis,
  );
});
