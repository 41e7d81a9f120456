/**
 * Entries to play, and what was played, for the tests of playback.
 *
 * @module
 */

import {
  type Entry,
  play,
  type Playback,
  type Played,
  type Player,
  player,
  type PlayerOptions,
  type PlayOptions,
  rawSource,
  read,
  traceSource,
  type VirtualClock,
  virtualClock,
} from "@qmp/run-state/replay";

const encoder = new TextEncoder();

/**
 * Spells an event as QEMU does.
 *
 * @param name Its name.
 * @param seconds Its time; -1 as QEMU writes it where its clock fails.
 * @returns The text of the message.
 */
export function event(name: string, seconds = 1): string {
  const whole = Math.floor(seconds);
  const rest = seconds < 0 ? -1 : Math.round((seconds - whole) * 1e6);
  const data = name === "WATCHDOG" ? ', "data": {"action": "none"}' : "";
  return `{"timestamp": {"seconds": ${whole}, "microseconds": ${rest}}, ` +
    `"event": "${name}"${data}}\r\n`;
}

/**
 * Makes entries that know their time: events, or commands where the name is in
 * lower case.
 *
 * @param rows The seconds and the name of each.
 * @returns The entries.
 */
export function entriesAt(
  ...rows: readonly (readonly [number, string])[]
): readonly Entry[] {
  const source = traceSource();
  const lines = rows.map(([at, name]) =>
    name === name.toLowerCase()
      ? [at, "->", `{"execute": "${name}"}`]
      : [at, "<-", event(name)]
  );
  const trace = '{"format": "qmp-trace", "version": 1}\n' +
    lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const records = source.push(encoder.encode(trace));
  return read([...records, ...source.end()]).entries;
}

/**
 * Makes entries that know no time but that of their event.
 *
 * @param texts The messages.
 * @returns The entries.
 */
export function entriesOf(...texts: readonly string[]): readonly Entry[] {
  const source = rawSource();
  const records = source.push(encoder.encode(texts.join("")));
  return read([...records, ...source.end()]).entries;
}

/**
 * Names what was played.
 *
 * @param batch What was played.
 * @returns The name of each message, or its kind.
 */
export function names(batch: readonly Played[]): string[] {
  return batch.map(({ entry }) => entry.name ?? entry.kind ?? entry.text);
}

/** Half a second, a second, three and ten. */
export const four: readonly Entry[] = entriesAt(
  [0.5, "stop"],
  [1, "STOP"],
  [3, "cont"],
  [10, "RESUME"],
);

/** A playback that somebody waits for, on a clock that is moved by hand. */
export interface ByHand {
  /** The clock. */
  readonly clock: VirtualClock;
  /** The playback. */
  readonly playback: Playback;
  /** What was played, and when. */
  readonly seen: string[];
  /** When it is over. */
  readonly over: Promise<string>;
}

/**
 * Plays on a clock that is moved by hand.
 *
 * @param entries What to play.
 * @param options How.
 * @returns The playback, and what is to be known of it.
 */
export function byHand(
  entries: Parameters<typeof play>[0],
  options: PlayOptions = {},
): ByHand {
  const clock = virtualClock({ jumps: false });
  const playback = play(entries, clock, options);
  const seen: string[] = [];
  const over = (async () => {
    for await (const batch of playback) {
      for (const name of names(batch)) seen.push(`${clock.now()} ${name}`);
    }
    return "over";
  })();
  return { clock, playback, seen, over };
}

/**
 * Waits for a promise that is not kept.
 *
 * @param promise The promise.
 * @returns Why.
 */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was kept");
}

/**
 * Gives batches one by one.
 *
 * @param log Is told which batch is asked for, and when it is closed.
 * @param batches The batches.
 * @returns What gives them.
 */
export async function* lazily(
  log: string[],
  ...batches: readonly (readonly Entry[])[]
): AsyncGenerator<readonly Entry[], void> {
  try {
    for (const [index, batch] of batches.entries()) {
      log.push(`batch ${index}`);
      yield await Promise.resolve(batch);
    }
  } finally {
    log.push("closed");
  }
}

/**
 * Makes a player that has all its entries.
 *
 * @param entries The entries.
 * @param options How it plays.
 * @returns The player.
 */
export function loaded(
  entries: readonly Entry[],
  options: PlayerOptions = {},
): Player {
  const stepper = player(options);
  stepper.push(entries);
  stepper.end();
  return stepper;
}
