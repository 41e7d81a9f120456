/**
 * The options of every verb that reads messages.
 *
 * @module
 */

import type { ReadOptions } from "../replay/read.ts";
import { seed } from "../schema/edition.ts";
import type { Policy } from "../schema/judge.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, type Options, UsageError } from "./arguments.ts";

const policies: readonly Policy[] = ["strict", "forward", "raw"];

/** Edition and policy, for `--help`. */
export const readingOptions: Options = {
  edition: {
    takes: "NAME",
    about: `Which QEMU's protocol to read by: ${seed.name} (the default)`,
  },
  policy: {
    takes: "NAME",
    about:
      "What to make of what it does not know: strict, forward (the default) or raw",
  },
};

/**
 * Understands edition and policy.
 *
 * @param args What was given.
 * @returns What to read by.
 * @throws {UsageError} Where there is no such edition or policy.
 */
export function readingBy({ options }: Arguments): ReadOptions {
  const name = options.get("edition") ?? seed.name;
  if (name !== seed.name) {
    throw new UsageError(
      `Cannot read by edition ${quote(name)}: there is only ${
        quote(seed.name)
      }`,
    );
  }
  const policy = options.get("policy") ?? "forward";
  if (!isPolicy(policy)) {
    throw new UsageError(
      `Cannot read by policy ${quote(policy)}: it is none of ${
        policies.join(", ")
      }`,
    );
  }
  return { edition: seed, policy };
}

function isPolicy(name: string): name is Policy {
  return (policies as readonly string[]).includes(name);
}
