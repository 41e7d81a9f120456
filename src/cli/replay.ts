/**
 * The verb `replay`: shows the messages of a file one by one.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import { timer } from "../replay/timer.ts";
import { type Found, foundWith, nameOf } from "../report/found.ts";
import { membersOf } from "../report/members.ts";
import type { Kind } from "../schema/qmp.ts";
import { quote, shorten } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { findingPieces, noMessage } from "./findings.ts";
import type { Host } from "./host.ts";
import {
  describe,
  type Input,
  openInput,
  titleOf,
  UnreadableError,
} from "./input.ts";
import { readingAsked, readingOptions } from "./reading.ts";
import { counter, type Tally } from "./tally.ts";
import type { Printer, Style } from "./terminal.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** How many findings wait for the first message. */
const mostHeld = 20;

/** The longest that timers can wait, in milliseconds. */
const longestSleep = 2 ** 31 - 1;

/** As wide as time and direction. */
const indent = " ".repeat(16);

const styles: Readonly<Record<Kind, Style>> = {
  greeting: "dim",
  command: "cyan",
  return: "dim",
  error: "red",
  event: "bold",
};

/** The verb. */
export const replay: Verb = {
  about: "Shows the messages of a file, one a line.",
  operands: "FILE",
  options: {
    speed: {
      takes: "N",
      about: "Play at N times the recorded pace, not at once",
    },
    ...readingOptions,
  },
  exit: "0 no fault, 1 faults, 2 wrong usage or a file that cannot be read",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const [file, another] = args.operands;
  if (file === undefined) {
    throw new UsageError("Cannot replay nothing: no file was given");
  }
  if (another !== undefined) {
    throw new UsageError(
      `Cannot replay ${quote(another)} too: there is room for one file`,
    );
  }
  const speed = speedOf(args);
  const asked = readingAsked(args);
  try {
    const input = await openInput(context.host, file, asked, file === "-");
    return await play(input, titleOf(file), speed, context);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    await complain(context, error.message);
    return 2;
  }
}

function speedOf({ options }: Arguments): number {
  const given = options.get("speed");
  if (given === undefined) return Infinity;
  const speed = given.trim() === "" ? NaN : Number(given);
  if (speed > 0) return speed;
  throw new UsageError(
    `Cannot play at ${quote(given)} times the pace: it is no number above 0`,
  );
}

async function play(
  input: Input,
  title: string,
  speed: number,
  context: Context,
): Promise<number> {
  const { host, out } = context;
  // What comes before the first message waits for it: where none comes, one
  // sentence says it all.
  const { tally, count, note, found } = counter(mostHeld);
  input.notices.forEach(note);
  const timeOf = timer();
  const pace = speed < Infinity ? pacer(host, speed, out) : undefined;
  for await (const batch of input.batches) {
    for (const entry of batch) {
      if (tally.messages === 0 && entry.kind !== undefined) {
        out.line(["bold", title], ["dim", `: ${describe(input)}`]);
        printHeld(out, tally, found());
      }
      count([entry]);
      if (tally.messages === 0) continue;
      const time = timeOf(entry);
      // No await where there is none to make: one a message costs more than reading it.
      if (pace !== undefined && time !== undefined) await pace(time);
      printEntry(out, entry, time);
    }
    await out.flush();
  }
  const { fault } = tally.bySeverity;
  if (tally.messages === 0) {
    const sentence = noMessage(title, input.isEmpty, fault, found()[0]);
    await complain(context, sentence);
  }
  return fault > 0 ? 1 : 0;
}

function printHeld(
  out: Printer,
  { bySeverity: { fault, notice } }: Tally,
  held: readonly Found[],
): void {
  for (const one of held) printFound(out, one);
  const more = fault + notice - held.length;
  if (more > 0) {
    out.line(["dim", `${indent}and ${more} more before any message`]);
  }
}

function printEntry(
  out: Printer,
  entry: Entry,
  time: number | undefined,
): void {
  const { kind } = entry;
  if (kind !== undefined) {
    // Where the source does not know: commands go to QEMU, all else comes from it.
    const direction = entry.direction ?? (kind === "command" ? "->" : "<-");
    const name = nameOf(entry);
    const members = membersOf(entry);
    const words = name === undefined
      ? members
      : `${shorten(name).padEnd(20)} ${members}`.trimEnd();
    out.line(
      ["dim", (time?.toFixed(6) ?? "").padStart(12)],
      ` ${direction} `,
      [styles[kind], kind.padEnd(9)],
      words,
    );
  }
  for (const one of foundWith(entry)) printFound(out, one);
}

function printFound(out: Printer, found: Found): void {
  out.line(indent, ...findingPieces(found));
}

/** Waits until it is time, reckoned from the start so that no delay adds up. */
function pacer(
  host: Host,
  speed: number,
  out: Printer,
): (time: number) => Promise<void> {
  const start = host.now();
  return async (time) => {
    const due = start + time / speed * 1000;
    for (let wait = due - host.now(); wait > 0; wait = due - host.now()) {
      await out.flush();
      await host.sleep(Math.min(wait, longestSleep));
    }
  };
}
