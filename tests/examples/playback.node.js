// node --test
import { test } from "node:test";
import { playsByFakeTimers } from "./playback.js";

test("play() goes by the fake timers of node:test", async (t) => {
  const { timers } = t.mock;
  timers.enable({ apis: ["setTimeout", "Date"] });
  // They leave performance alone.
  await playsByFakeTimers(
    (milliseconds) => timers.tick(milliseconds),
    { setTimeout, clearTimeout, performance: Date },
  );
});
