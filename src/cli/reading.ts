/**
 * The options of every verb that reads messages.
 *
 * @module
 */

import { type Edition, edition } from "../editions/edition.ts";
import { editions } from "../editions/release.ts";
import { isVersion } from "../editions/version.ts";
import type { Policy } from "../schema/judge.ts";
import { quote } from "../wire/quote.ts";
import type { Choice } from "./edition_choice.ts";
import { type Arguments, type Options, UsageError } from "./arguments.ts";
import { formatNames } from "./source.ts";

const policies: readonly Policy[] = ["strict", "forward", "raw"];

/** Which edition, for `--help`. */
export const editionOptions: Options = {
  qemu: {
    takes: "VERSION",
    about: "Which QEMU it was, such as 7.2.22, where no greeting says so",
  },
  edition: {
    takes: "NAME",
    about: `Which edition to take, whatever is said there: ${editions[0]} to ${
      editions.at(-1)
    }, or seed`,
  },
};

/** Edition and policy, for `--help`. */
export const readingOptions: Options = {
  ...editionOptions,
  policy: {
    takes: "NAME",
    about:
      "What to make of what it does not know: strict, forward (the default) or raw",
  },
  format: {
    takes: "NAME",
    about: "What the file is, such as libvirt, where looking does not tell",
  },
};

/** Whose messages to make, for `--help`: the same options, where nothing is read. */
export const makingOptions: Options = {
  qemu: {
    takes: "VERSION",
    about: "Of which QEMU, such as 7.2.22; the newest release unless said",
  },
  edition: {
    takes: "NAME",
    about: `The same by the edition's name: ${editions[0]} to ${
      editions.at(-1)
    }, or seed`,
  },
};

/** What a file may be, for `--help`. */
export const fileNames: readonly string[] = [
  "FILE is a captured log or a trace, packed by gzip or not; - for standard input.",
];

/** What was asked for about the edition. */
export interface EditionAsked {
  /** What to take in any case. */
  readonly choice?: Choice;
  /** Which QEMU it was, where nothing better is known. */
  readonly qemu?: string;
}

/** What to read by, as far as it was asked for. */
export interface ReadingAsked extends EditionAsked {
  /** What to make of what the edition does not know. */
  readonly policy: Policy;
  /** What the file is, where that was said. */
  readonly format?: string;
}

/**
 * Understands what was asked for about the edition.
 *
 * @param args What was given.
 * @returns What was asked for.
 * @throws {UsageError} Where there is no such edition, or no version.
 */
export function editionAsked({ options }: Arguments): EditionAsked {
  const name = options.get("edition");
  const qemu = options.get("qemu");
  if (qemu !== undefined && !isVersion(qemu)) {
    throw new UsageError(
      `Cannot take ${
        quote(qemu)
      } for --qemu: it is no version of QEMU, such as 7.2.22`,
    );
  }
  return {
    ...(name !== undefined && {
      choice: {
        edition: editionNamed(name),
        why: "--edition says so",
        line: 1,
      },
    }),
    ...(qemu !== undefined && { qemu }),
  };
}

/**
 * Understands whose messages to make.
 *
 * @param args What was given.
 * @returns The edition; undefined where none was asked for.
 * @throws {UsageError} Where there is no such edition.
 */
export function editionToMake({ options }: Arguments): Edition | undefined {
  const name = options.get("edition") ?? options.get("qemu");
  return name === undefined ? undefined : editionNamed(name);
}

/**
 * Understands edition and policy.
 *
 * @param args What was given.
 * @returns What to read by.
 * @throws {UsageError} Where there is no such edition or policy.
 */
export function readingAsked(args: Arguments): ReadingAsked {
  const policy = args.options.get("policy") ?? "forward";
  if (!isPolicy(policy)) {
    throw new UsageError(
      `Cannot read by policy ${quote(policy)}: it is none of ${
        policies.join(", ")
      }`,
    );
  }
  const format = args.options.get("format");
  if (format !== undefined && !formatNames.includes(format)) {
    throw new UsageError(
      `Cannot read format ${quote(format)}: it is none of ${
        formatNames.join(", ")
      }`,
    );
  }
  return {
    ...editionAsked(args),
    policy,
    ...format !== undefined && { format },
  };
}

/**
 * Finds the edition that somebody names.
 *
 * @param name The name of an edition, or a version.
 * @returns The edition.
 * @throws {UsageError} Where there is none.
 */
export function editionNamed(name: string): Edition {
  try {
    return edition(name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function isPolicy(name: string): name is Policy {
  return (policies as readonly string[]).includes(name);
}
