/**
 * Prints what is played of a file, and counts what was found.
 *
 * @module
 */

import type { Played } from "../replay/player.ts";
import type { Found } from "../report/found.ts";
import { sourceTime } from "../report/words.ts";
import { shorten } from "../wire/quote.ts";
import type { Reel } from "./reel.ts";
import { statesOf, stepPrinter } from "./step_lines.ts";
import { counter, type Tally } from "./tally.ts";
import type { Printer } from "./terminal.ts";

/** How many findings wait for the first message. */
const mostHeld = 20;

/** Shows what is played. */
export interface Showing {
  /** What was counted up to now. */
  readonly tally: Tally;
  /**
   * Takes what was found apart from any message.
   *
   * @param found The finding.
   */
  note(found: Found): void;
  /**
   * Prints what was played. What comes before the first message waits for it:
   * where none comes, one sentence says it all.
   *
   * @param played What was played.
   */
  take(played: Played): void;
  /** Prints what is left to say when the file has come to its end. */
  end(): void;
  /**
   * Gives what was found first.
   *
   * @returns The finding on the first line, where there is one.
   */
  first(): Found | undefined;
  /**
   * Says where playback is, and the machine.
   *
   * @param silence How many seconds of the recording have passed since the last
   * message.
   * @param pace How fast it goes on, in a word.
   * @returns Such as `1.0 s  x2  run state: running`.
   */
  place(silence: number, pace: string): string;
}

/**
 * Makes what shows a file.
 *
 * @param out Where to.
 * @param film The file.
 * @param start When playback begins, in seconds of the recording.
 * @returns What takes what is played of it.
 */
export function showing(out: Printer, film: Reel, start: number): Showing {
  const { tally, count, judge, note, found } = counter(mostHeld);
  const lines = stepPrinter(out);
  let last: Played | undefined;

  function printHeld(): void {
    const held = found();
    held.forEach(lines.found);
    const more = tally.bySeverity.fault + tally.bySeverity.notice - held.length;
    if (more > 0) lines.remark(`and ${more} more before any message`);
  }
  return {
    tally,
    note,
    take(played) {
      const { entry, time } = played;
      if (tally.messages === 0 && entry.kind !== undefined) printHeld();
      const step = film.stepOf(entry);
      count([entry]);
      judge([step]);
      if (tally.messages === 0) return;
      lines.step(step, time);
      last = played;
    },
    end() {
      const rest = film.rest();
      judge(rest);
      for (const { entry: { line }, findings } of rest) {
        for (const finding of findings) lines.found({ line, finding });
      }
    },
    first: () => found()[0],
    place(silence, pace) {
      const time = (last?.time ?? start) + silence;
      const words = sourceTime(time, 1);
      const when = words.endsWith("Z") ? words : `${words} s`;
      const states = statesOf(last && film.stepOf(last.entry));
      const monitor = last?.entry.monitor;
      const whose = monitor === undefined ? "" : ` of ${shorten(monitor)}`;
      // There may be many states, and the line ends somewhere.
      return `${when}  ${pace}  run state${whose}: ${states}`;
    },
  };
}
