/**
 * Reads the arguments of the command line.
 *
 * @module
 */

import { quote } from "../wire/quote.ts";

/** An option of a verb. */
export interface Option {
  /** What its value is called; absent where it takes none. */
  readonly takes?: string;
  /** Whether it may be given several times: its values come joined by commas. */
  readonly isList?: true;
  /** The letter that stands for it after a single dash. */
  readonly short?: string;
  /** What it does, for `--help`. */
  readonly about: string;
}

/** Options by their long names, without the dashes. */
export type Options = Readonly<Record<string, Option>>;

/** What was given. */
export interface Arguments {
  /** Everything that is no option, in order. */
  readonly operands: readonly string[];
  /** The options by name: the value, or "" for one that takes none; the last one given counts. */
  readonly options: ReadonlyMap<string, string>;
}

/** The command line was used in a way that it does not offer. */
export class UsageError extends Error {
  /**
   * Says what cannot be done.
   *
   * @param message The sentence for the person.
   */
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/**
 * Tells options from operands: `--name VALUE`, `--name=VALUE`, `-n`, and
 * nothing but operands after `--`. A lone `-` is an operand.
 *
 * @param args The arguments.
 * @param known The options there are.
 * @returns What was given.
 * @throws {UsageError} Where an option is unknown, lacks its value, or has one
 * too many.
 */
export function readArguments(
  args: readonly string[],
  known: Options,
): Arguments {
  const operands: string[] = [];
  const options = new Map<string, string>();
  const rest = args[Symbol.iterator]();
  for (const arg of rest) {
    if (arg === "--") operands.push(...rest);
    else if (arg === "-" || !arg.startsWith("-")) operands.push(arg);
    else {
      const [, written = arg, inline] = /^(--[^=]*)=(.*)$/s.exec(arg) ?? [];
      const name = nameOf(written, known);
      const value = valueOf(written, known[name]?.takes, inline, rest);
      const before = known[name]?.isList ? options.get(name) : undefined;
      options.set(name, before === undefined ? value : `${before},${value}`);
    }
  }
  return { operands, options };
}

function nameOf(written: string, known: Options): string {
  const name = Object.keys(known).find((name) =>
    written === `--${name}` || written === `-${known[name]?.short}`
  );
  if (name !== undefined) return name;
  throw new UsageError(
    `Cannot understand ${quote(written)}: there is no such option`,
  );
}

function valueOf(
  written: string,
  takes: string | undefined,
  inline: string | undefined,
  rest: Iterator<string>,
): string {
  if (takes === undefined) {
    if (inline === undefined) return "";
    throw new UsageError(
      `Cannot give ${quote(written)} the value ${quote(inline)}: it takes none`,
    );
  }
  const value = inline ?? rest.next().value;
  if (value !== undefined) return value;
  throw new UsageError(`Cannot use ${quote(written)} without ${takes}`);
}
