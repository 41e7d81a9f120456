/**
 * The verb `replay`: plays the messages of a file.
 *
 * @module
 */

import type { Clock } from "../replay/clock.ts";
import { play, type Playback } from "../replay/play.ts";
import type { Entry } from "../replay/read.ts";
import { eventSchema } from "../schema/edition.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { noMessage, statesAlone } from "./findings.ts";
import {
  describe,
  type Input,
  openInput,
  titleOf,
  UnreadableError,
} from "./input.ts";
import { type PlayAsked, playAsked, playOptions } from "./play_options.ts";
import { fileNames, readingAsked, readingOptions } from "./reading.ts";
import { reel } from "./reel.ts";
import { showing } from "./showing.ts";
import { steering } from "./steering.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** The verb. */
export const replay: Verb = {
  about: "Plays the messages of a file, one a line.",
  operands: "FILE",
  names: [
    ...fileNames,
    "Where it takes time and there is a terminal, keys steer it: space pauses and",
    "goes on, . steps to the next message, ] to the next marker, + and - double and",
    "halve the speed, q and Ctrl-C quit; Ctrl-Z does nothing meanwhile.",
  ],
  options: { ...playOptions, ...readingOptions },
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
  const how = playAsked(args);
  if (file === "-" && (how.loop ?? 1) > 1) {
    throw new UsageError("Cannot play standard input more than once");
  }
  const asked = readingAsked(args);
  try {
    const open = () => openInput(context.host, file, asked, file === "-");
    return await perform(file, open, how, context);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    await complain(context, error.message);
    return 2;
  }
}

async function perform(
  file: string,
  open: () => Promise<Input>,
  how: PlayAsked,
  context: Context,
): Promise<number> {
  const { host, out } = context;
  const title = titleOf(file);
  const input = await open();
  let hasMessages = false;
  const film = reel(input, open, async () => {
    hasMessages = true;
    out.line(["bold", title], ["dim", `: ${describe(input)}`]);
    await flush();
  });
  const clock: Clock = {
    now: () => host.now(),
    sleep: (milliseconds, signal) => host.sleep(milliseconds, signal),
  };
  const playback = play(film, clock, how);
  const hands = how.isPaced && file !== "-"
    ? steering(context, playback, markerOf(input, how.marker))
    : undefined;
  const flush = () =>
    hands === undefined ? out.flush() : hands.aside(out.flush);
  const shown = showing(out, film, startOf(how));
  input.notices.forEach(shown.note);
  try {
    if (how.isPaused && !hands?.hasKeys) {
      throw new UsageError("Cannot step: there is no terminal with keys");
    }
    /** Where playback was when the last message came. */
    let position = 0;
    await hands?.show(() =>
      shown.place(playback.position - position, pace(playback))
    );
    for await (const batch of playback) {
      batch.forEach(shown.take);
      position = playback.position;
      await flush();
    }
    shown.end();
    await flush();
  } finally {
    await hands?.close();
  }
  const { messages, states, bySeverity: { fault } } = shown.tally;
  if (messages === 0 && hands?.code === undefined) {
    const sentence = hasMessages
      ? `${title} holds no message that was asked for`
      : states > 0 && fault === 0
      ? statesAlone(title)
      : noMessage(title, input.silence, fault, shown.first());
    await complain(context, sentence);
  }
  return hands?.code ?? (fault > 0 ? 1 : 0);
}

/** Nothing is recorded before the start. */
function startOf({ from }: PlayAsked): number {
  return from !== undefined && "time" in from ? Math.max(0, from.time) : 0;
}

function markerOf(
  { choice: { edition } }: Input,
  marker: string | undefined,
): (entry: Entry) => boolean {
  return ({ kind, name }) =>
    kind === "event" &&
    (marker === undefined
      ? eventSchema(edition, name) !== undefined
      : name === marker);
}

function pace({ isPaused, speed }: Playback): string {
  return isPaused ? "paused" : `x${speed}`;
}
