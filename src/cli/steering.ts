/**
 * The person at the terminal while a file is played: keys, status line, and
 * the terminal as it was when that is over.
 *
 * @module
 */

import type { Playback } from "../replay/play.ts";
import type { Entry } from "../replay/read.ts";
import { keyHelp, steer } from "./keys.ts";
import { statusLine } from "./terminal.ts";
import type { Context } from "./verb.ts";

/** What a shell says of a program that ended by a signal: 128 and its number. */
const codes: Readonly<Record<string, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** How often the status line is drawn anew while no message comes, in milliseconds. */
const beat = 1_000;

/** Steers a playback by hand. */
export interface Steering {
  /** Whether somebody can press keys. */
  readonly hasKeys: boolean;
  /** The exit code that a signal asks for, where one came. */
  readonly code: number | undefined;
  /**
   * Shows the status line, from now on.
   *
   * @param status Says what it is now, in a few words.
   */
  show(status: () => string): Promise<void>;
  /**
   * Takes the status line away while lines are printed.
   *
   * @param print Prints them.
   */
  aside(print: () => Promise<void>): Promise<void>;
  /** Gives the terminal back as it was. */
  close(): Promise<void>;
}

/**
 * Takes the keyboard, where somebody sits at a terminal.
 *
 * @param context What to work with.
 * @param playback What is steered.
 * @param isMarker Tells the events to which `]` goes.
 * @returns The steering, which is to be closed whatever happens.
 */
export function steering(
  { host }: Context,
  playback: Playback,
  isMarker: (entry: Entry) => boolean,
): Steering {
  const line = statusLine(host.stdout, (name) => host.env(name));
  let code: number | undefined;
  let words: (() => string) | undefined;
  let isAside = false;
  const closing = new AbortController();

  async function draw(): Promise<void> {
    if (words === undefined || isAside) return;
    await line?.show(hasKeys ? `${words()}   ${keyHelp}` : words());
  }
  async function tick(): Promise<void> {
    while (line !== undefined) {
      await host.sleep(beat, closing.signal);
      if (closing.signal.aborted) return;
      if (!playback.isPaused) await draw();
    }
  }
  function stop(signal: string): void {
    code = codes[signal] ?? 1;
    playback.stop();
  }
  function press(keys: string): void {
    // Arrows and the like come as sequences that begin with an escape.
    if (keys.startsWith("\u001b")) return;
    for (const key of keys) {
      // Ctrl-C.
      if (key === "\u0003") stop("SIGINT");
      else steer(key, playback, isMarker);
    }
    void draw();
  }

  const release = host.stdout.isTerminal ? host.onKeys(press) : undefined;
  const hasKeys = release !== undefined;
  const forget = host.stdout.isTerminal ? host.onStop(stop) : undefined;
  return {
    hasKeys,
    get code() {
      return code;
    },
    async show(status) {
      words = status;
      await draw();
      void tick();
    },
    async aside(print) {
      isAside = true;
      if (words !== undefined) await line?.clear();
      await print();
      isAside = false;
      await draw();
    },
    async close() {
      closing.abort();
      release?.();
      forget?.();
      if (words !== undefined) await line?.clear();
    },
  };
}
