/**
 * The verb `diff`: says what changed between two releases.
 *
 * @module
 */

import { changes } from "../editions/changes.ts";
import { editions } from "../editions/release.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { breakingAmong, printChanges } from "./change_lines.ts";
import { count } from "./findings.ts";
import { editionNamed } from "./reading.ts";
import type { Context, Verb } from "./verb.ts";

/** The verb. */
export const diff: Verb = {
  about: "Says what changed in run-state between two releases of QEMU.",
  operands: "FROM TO",
  names: [
    `FROM and TO are versions such as 7.2.22, or editions: ${editions[0]} to ${
      editions.at(-1)
    }, or seed.`,
  ],
  options: {
    json: { about: "Print one line of JSON" },
  },
  exit: "0 done, 2 wrong usage",
  run,
};

function run({ operands, options }: Arguments, context: Context) {
  const [from, to, another] = operands;
  if (from === undefined || to === undefined || another !== undefined) {
    throw new UsageError(
      `Cannot compare ${count(operands.length, "release")}: it takes two`,
    );
  }
  const both = [editionNamed(from), editionNamed(to)] as const;
  const [older, newer] = both.map(({ name }) => name) as [string, string];
  const notices = both.flatMap(({ notice }) => notice ?? []);
  const found = changes(older, newer);
  const { out } = context;
  if (options.has("json")) {
    const report = { from: older, to: newer, notices, changes: found };
    out.line(JSON.stringify(report));
  } else {
    out.line(
      ["bold", `From QEMU ${older} to ${newer}`],
      `: ${count(found.length, "change")}, ${breakingAmong(found)} breaking`,
    );
    for (const { message } of notices) out.line("  ", ["yellow", message]);
    printChanges(out, found);
  }
  return Promise.resolve(0);
}
