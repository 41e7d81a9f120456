/**
 * What a verb of the command line is.
 *
 * @module
 */

import type { Arguments, Options } from "./arguments.ts";
import type { Host } from "./host.ts";
import type { Printer } from "./terminal.ts";

/** What a verb works with. */
export interface Context {
  /** The platform. */
  readonly host: Host;
  /** Prints results. */
  readonly out: Printer;
  /** Prints complaints. */
  readonly err: Printer;
}

/** What the program can be told to do. */
export interface Verb {
  /** What it does, in a sentence. */
  readonly about: string;
  /** What it takes beside options, such as `FILE…`. */
  readonly operands: string;
  /** What the operands may be, for its help, line by line. */
  readonly names?: readonly string[];
  /** Its options. */
  readonly options: Options;
  /** What its exit codes mean. */
  readonly exit: string;
  /**
   * Does it.
   *
   * @param args What was given.
   * @param context What to work with.
   * @returns The exit code.
   * @throws {UsageError} Where it was told what it cannot do.
   */
  run(args: Arguments, context: Context): Promise<number>;
}

/**
 * Prints a complaint, after all results that came before it.
 *
 * @param context Where to print.
 * @param sentence What is wrong.
 */
export async function complain(
  { out, err }: Context,
  sentence: string,
): Promise<void> {
  await out.flush();
  err.line(`qmp-run-state: ${sentence}`);
  // Where standard error takes nothing, nobody is left to be told.
  await err.flush().catch(() => {});
}
