/**
 * The keys by which a playback is steered; those of asciinema where it has them.
 *
 * @module
 */

import type { Playback } from "../replay/play.ts";
import type { Entry } from "../replay/read.ts";

/** What the keys are, for the status line. */
export const keyHelp = "space pause  . step  ] marker  + - speed  q quit";

/** Faster than that there is no difference to see. */
const fastest = 1024;

/**
 * Does what a key says.
 *
 * @param key One character.
 * @param playback What is steered.
 * @param isMarker Tells the events to which `]` goes.
 */
export function steer(
  key: string,
  playback: Playback,
  isMarker: (entry: Entry) => boolean,
): void {
  switch (key) {
    case " ":
      if (playback.isPaused) playback.resume();
      else playback.pause();
      break;
    case ".":
      playback.step();
      break;
    case "]":
      playback.stepTo(isMarker);
      break;
    case "+":
    // The same key, without shift.
    case "=":
      playback.setSpeed(Math.min(2 * playback.speed, fastest));
      break;
    case "-":
      playback.setSpeed(Math.max(playback.speed / 2, 1 / fastest));
      break;
    case "q":
      playback.stop();
      break;
  }
}
