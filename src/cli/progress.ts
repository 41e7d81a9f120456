/**
 * Shows how far reading has come, to whoever waits for it at a terminal.
 *
 * @module
 */

import { type Input, openInput } from "./input.ts";
import type { ReadingAsked } from "./reading.ts";
import { statusLine } from "./terminal.ts";
import type { Context } from "./verb.ts";

/** What takes less is over before anybody could read it, in milliseconds. */
const patience = 1000;

/** How long each line is shown, in milliseconds. */
const pause = 200;

/**
 * Opens a file, and shows how far reading has come where it takes longer than a
 * second: on standard error, where that is a terminal, and only until it has
 * come to its end.
 *
 * @param context What to work with.
 * @param file A path, or `-` for standard input.
 * @param asked What to read it by.
 * @param isStreamed Whether results are printed meanwhile: where they go to a
 * terminal too, they show how far it is themselves.
 * @returns The file.
 * @throws {UnreadableError} Where it cannot be read; the batches throw it too.
 */
export async function openWatched(
  { host }: Context,
  file: string,
  asked: ReadingAsked,
  isStreamed = false,
): Promise<Input> {
  const status = isStreamed && host.stdout.isTerminal
    ? undefined
    : statusLine(host.stderr, (name) => host.env(name));
  if (status === undefined) return await openInput(host, file, asked, false);
  const start = host.now();
  const size = file === "-" ? undefined : await host.size(file);
  let bytes = 0;
  const input = await openInput(host, file, asked, false, (read) => {
    bytes = read;
  });

  async function* batches(): Input["batches"] {
    let messages = 0;
    let due = start + patience;
    try {
      for await (const batch of input.batches) {
        for (const { kind } of batch) if (kind !== undefined) messages += 1;
        const now = host.now();
        if (now >= due) {
          await status!.show(progress(bytes, size, messages, now - start));
          due = now + pause;
        }
        yield batch;
      }
    } finally {
      if (due > start + patience) await status!.clear();
    }
  }
  return { ...input, batches: batches() };
}

/**
 * Says how far reading has come.
 *
 * @param bytes How many bytes were read.
 * @param size How many there are, where that is known.
 * @param messages How many messages were found.
 * @param milliseconds How long it has taken.
 * @returns Such as `12.0 of 48.0 MB (25 %), 98,304 messages, 8.0 MB/s, 5 s left`.
 */
export function progress(
  bytes: number,
  size: number | undefined,
  messages: number,
  milliseconds: number,
): string {
  const rate = bytes / milliseconds * 1000;
  const part = size === undefined || size === 0
    ? megabytes(bytes)
    : `${(bytes / 1e6).toFixed(1)} of ${megabytes(size)} (${
      Math.floor(100 * bytes / size)
    } %)`;
  const left = size === undefined || rate === 0
    ? ""
    : `, ${duration(Math.max(0, size - bytes) / rate)} left`;
  return `${part}, ${messages.toLocaleString("en")} messages, ${
    megabytes(rate)
  }/s${left}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
