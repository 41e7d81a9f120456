/**
 * Puts text on a terminal, or where one might be: the only place that writes
 * escape sequences, and through which everything goes.
 *
 * @module
 */

import { printable } from "../report/printable.ts";
import type { Host, Output } from "./host.ts";

const codes = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
} as const;

/** How a piece of text looks where colour is wanted. */
export type Style = keyof typeof codes;

/** A piece of a line: text, or text with a style. */
export type Piece = string | readonly [Style, string];

/** What holds text back until it is flushed, so that a batch is one write. */
export interface Printer {
  /**
   * Prints within a line.
   *
   * @param pieces What to print; line feeds and other controls come out escaped.
   */
  text(...pieces: readonly Piece[]): void;
  /**
   * Prints the rest of a line and ends it.
   *
   * @param pieces What to print; line feeds and other controls come out escaped.
   */
  line(...pieces: readonly Piece[]): void;
  /**
   * Writes what was printed.
   *
   * @returns When there is room for more.
   * @throws {WriteError} Where it cannot be written.
   */
  flush(): Promise<void>;
}

/** The output takes no more. */
export class WriteError extends Error {
  /** Whether its reader has gone, as `head` does when it has seen enough. */
  readonly readerIsGone: boolean;

  /**
   * Says why nothing can be written.
   *
   * @param error What the platform said.
   */
  constructor(error: unknown) {
    const { code, message } = error as { code?: string; message: string };
    super(`Cannot write the output: ${message}`, { cause: error });
    this.name = "WriteError";
    this.readerIsGone = code === "EPIPE";
  }
}

/**
 * Makes a printer.
 *
 * @param output Where the text goes.
 * @param env Looks up a variable of the environment.
 * @returns The printer. It colours on a terminal alone, and not where `NO_COLOR`
 * is set or the terminal is dumb.
 */
export function printer(output: Output, env: Host["env"]): Printer {
  // https://no-color.org: present and not empty.
  const hasColour = output.isTerminal && !env("NO_COLOR") &&
    env("TERM") !== "dumb";
  let held = "";

  function text(...pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const [style, text] = typeof piece === "string"
        ? [undefined, piece]
        : piece;
      held += hasColour && style !== undefined
        ? `\x1b[${codes[style]}m${printable(text)}\x1b[0m`
        : printable(text);
    }
  }
  return {
    text,
    line(...pieces) {
      text(...pieces);
      held += "\n";
    },
    async flush() {
      const ready = held;
      held = "";
      if (ready === "") return;
      try {
        await output.write(ready);
      } catch (error) {
        throw new WriteError(error);
      }
    },
  };
}

/** A line that is written over again and again, and leaves nothing behind. */
export interface StatusLine {
  /**
   * Shows something in place of what was shown before.
   *
   * @param text What to show; it is cut where the line ends.
   */
  show(text: string): Promise<void>;
  /** Takes it away again. */
  clear(): Promise<void>;
}

/**
 * Makes a line that is written over.
 *
 * @param output Where.
 * @param env Looks up a variable of the environment.
 * @returns The line; undefined where nobody looks, or the terminal cannot do it.
 */
export function statusLine(
  output: Output,
  env: Host["env"],
): StatusLine | undefined {
  if (!output.isTerminal || env("TERM") === "dumb") return undefined;
  // Where standard error takes nothing, nobody is left to be told.
  const write = (text: string) =>
    output.write(`\r${text}\x1b[K`).catch(() => {});
  return {
    show: (text) => write(printable(text).slice(0, (output.columns ?? 80) - 1)),
    clear: () => write(""),
  };
}
