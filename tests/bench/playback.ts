/**
 * How exactly playback keeps the time: 10,000 messages at the recorded pace, by
 * the platform's timers. Prints how late the last of them was, which is the
 * drift, and the worst of all; with `--json` as an object. Asserts nothing.
 *
 * @module
 */

import process from "node:process";
import { play, rawSource, readChunks, timerClock } from "@qmp/run-state/replay";

const messages = 10_000;

/** Milliseconds from each message to the next: ten seconds in all, in no rhythm. */
const gaps = Array.from(
  { length: messages },
  (_, index) => index * 7919 % 2001 / 1000,
);

function* chunks(): Generator<Uint8Array> {
  let microseconds = 0;
  const encoder = new TextEncoder();
  for (let from = 0; from < messages; from += 500) {
    let text = "";
    for (const gap of gaps.slice(from, from + 500)) {
      text +=
        `{"timestamp": {"seconds": ${1e6 + Math.floor(microseconds / 1e6)}, ` +
        `"microseconds": ${microseconds % 1e6}}, "event": "STOP"}\r\n`;
      microseconds += Math.round(gap * 1000);
    }
    yield encoder.encode(text);
  }
}

const clock = timerClock(globalThis);
const late: number[] = [];
let time = 0;
for await (const batch of play(readChunks(chunks(), rawSource()), clock)) {
  const now = clock.now();
  for (const played of batch) {
    late.push(now - played.due);
    time = played.time!;
  }
}
const worst = Math.max(...late);
const drift = late.at(-1)!;
const [median, most] = [0.5, 0.99].map((share) =>
  late.toSorted((a, b) => a - b)[Math.floor(late.length * share)]!
);

const { deno, node } = process.versions as Record<string, string>;
const runtime = deno === undefined ? `Node ${node}` : `Deno ${deno}`;
const shown = {
  messages: late.length,
  seconds: time,
  drift,
  worst,
  median,
  most,
};
if (process.argv.includes("--json")) {
  console.log(JSON.stringify(shown));
} else {
  const ms = (number: number) => `${number.toFixed(2)} ms`;
  console.log(
    `${runtime}: ${late.length} messages played in ${time.toFixed(3)} s`,
  );
  console.log(`  drift at the end ${ms(drift)}, worst lateness ${ms(worst)}`);
  console.log(`  lateness: median ${ms(median!)}, 99 % within ${ms(most!)}`);
}
