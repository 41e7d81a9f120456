/**
 * The verb `drift`: says how a QEMU differs from an edition.
 *
 * @module
 */

import { drift as driftFrom } from "../editions/drift.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { printChanges } from "./change_lines.ts";
import { describeChoice } from "./edition_choice.ts";
import { count } from "./findings.ts";
import { titleOf, UnreadableError } from "./input.ts";
import { editionAsked, editionOptions } from "./reading.ts";
import { getAccount } from "./schema_source.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** The verb. */
export const drift: Verb = {
  about: "Says how a QEMU differs from an edition, by its own account.",
  operands: "SOCKET|HOST:PORT|FILE",
  names: [
    "FILE holds the reply of query-qmp-schema, alone or in a log; - for standard input.",
  ],
  options: {
    json: { about: "Print one line of JSON" },
    ...editionOptions,
  },
  exit: "0 no difference, 1 differences, 2 wrong usage or no account to be had",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const [place, another] = args.operands;
  if (place === undefined) {
    throw new UsageError("Cannot compare nothing: no socket or file was given");
  }
  if (another !== undefined) {
    throw new UsageError(
      `Cannot compare ${quote(another)} too: there is room for one QEMU`,
    );
  }
  const asked = editionAsked(args);
  const { out, host } = context;
  try {
    const { reply, choice } = await getAccount(host, place, asked);
    const { changes, edition, unseen } = driftFrom(reply, choice.edition);
    const { why, edition: { notice } } = choice;
    const notices = notice === undefined ? [] : [notice];
    if (args.options.has("json")) {
      const report = { source: place, edition, why, notices, changes, unseen };
      out.line(JSON.stringify(report));
    } else {
      out.line(
        ["bold", titleOf(place)],
        ": ",
        changes.length === 0
          ? ["green", "no difference"]
          : ["yellow", count(changes.length, "difference")],
        ` from ${describeChoice(choice)}`,
      );
      for (const { message } of notices) out.line("  ", ["yellow", message]);
      printChanges(out, changes);
      out.line(["dim", `  ${unseen}`]);
    }
    return changes.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UnreadableError || error instanceof TypeError)) {
      throw error;
    }
    await complain(context, error.message);
    return 2;
  }
}
