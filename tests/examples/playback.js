// What a test of a program that follows QEMU does with a recording: it plays it
// by the runner's fake timers, an hour of it in no time.
import assert from "node:assert/strict";
import { play, read, timerClock, traceSource } from "@qmp/run-state/replay";

const lines = [
  '{"format": "qmp-trace", "version": 1}',
  '[0.5, "->", "{\\"execute\\": \\"stop\\"}"]',
  '[1.75, "<-", "{\\"return\\": {}}\\r\\n"]',
  '[3600, "->", "{\\"execute\\": \\"cont\\"}"]',
];
const source = traceSource();
const bytes = new TextEncoder().encode(
  lines.map((line) => `${line}\n`).join(""),
);
const { entries } = read([...source.push(bytes), ...source.end()]);

/** Plays it; `tick` moves the fake timers, `timers` are those to go by. */
export async function playsByFakeTimers(tick, timers) {
  const playback = play(entries, timerClock(timers));
  const kinds = (batch) => batch.value?.map(({ entry }) => entry.kind);
  let next = playback.next();
  let isThere = false;
  next.then(() => isThere = true);
  await tick(499);
  await Promise.resolve();
  assert.equal(isThere, false);
  await tick(1);
  assert.deepEqual(kinds(await next), ["command"]);

  next = playback.next();
  await tick(250);
  playback.setSpeed(2);
  // The second that is left takes half of it.
  await Promise.resolve();
  await Promise.resolve();
  await tick(500);
  assert.deepEqual(kinds(await next), ["return"]);

  next = playback.next();
  await tick(3_600_000);
  assert.deepEqual(kinds(await next), ["command"]);
  assert.equal((await playback.next()).done, true);
}
