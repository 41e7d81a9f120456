/**
 * Where releases differ in how they judge a command, and in which words.
 *
 * Read in the sources of QEMU 2.11.0, 4.2.0, 5.2.0, 6.2.0, 7.2.0, 8.2.2, 9.2.1,
 * 10.0.13, 10.1.0 and 10.2.2: `qapi/qmp-dispatch.c`,
 * `qapi/qobject-input-visitor.c`, `qapi/qapi-visit-core.c`, `qobject/json-*.c`,
 * the monitor, the schemas of the commands. Heard from QEMU 5.2.0, 7.2.22 and
 * 10.0.13: 23,021 commands each, and no other answer than the one expected.
 *
 * What changed between two of these is placed where QEMU's documentation says
 * "since", else by what changed with it: equal keys at 3.1, whose JSON reader is
 * new, `quit` at the seed, which has just lost the run state `preconfig`.
 *
 * @module
 */

import { editions } from "./release.ts";

/** How a release judges a command. */
export interface Dialect {
  /** Whether its source was read, so that its words are known. */
  readonly read: boolean;
  /** Whether its JSON reader is the present one; the one before let the last of equal keys win. */
  readonly presentJson: boolean;
  /** How oob is asked for. */
  readonly oob?: "control" | "exec-oob";
  /** Whether `qmp_capabilities` takes `enable`. */
  readonly enable: boolean;
  /** Whether there is `--preconfig`. */
  readonly preconfig: boolean;
  /** Whether `quit` is allowed then. */
  readonly quitInPreconfig: boolean;
  /** Says that a parameter does not take a value. */
  badValue(name: string, value: string): string;
  /** Says that a command is not allowed in preconfig. */
  tooEarly(command: string): string;
}

type Words = Pick<Dialect, "badValue" | "tooEarly">;

const older: Words = {
  badValue: (_, value) => `Invalid parameter '${value}'`,
  tooEarly: (command) =>
    `The command '${command}' isn't permitted in 'preconfig' state`,
};

const newer: Words = {
  badValue: (name, value) =>
    `Parameter '${name}' does not accept value '${value}'`,
  tooEarly: (command) =>
    `The command '${command}' is permitted only after machine initialization has completed`,
};

const words: Readonly<Record<string, Words>> = {
  "2.11": older,
  "4.2": older,
  "5.2": older,
  "6.2": newer,
  "7.2": newer,
  "8.2": newer,
  "9.2": newer,
  "10.0": newer,
  "10.1": newer,
  "10.2": newer,
};

/**
 * Gives the dialect of an edition.
 *
 * @param edition Its name.
 * @returns How it judges a command; in the words of 7.2 where its own were not read.
 */
export function dialectOf(edition: string): Dialect {
  const place = editions.indexOf(edition);
  const from = (first: string) => place >= editions.indexOf(first);
  return {
    read: Object.hasOwn(words, edition),
    presentJson: from("3.1"),
    ...(from("2.12") && { oob: from("3.0") ? "exec-oob" : "control" }),
    enable: from("2.12"),
    preconfig: from("3.0"),
    quitInPreconfig: from("seed"),
    ...words[edition] ?? newer,
  };
}
