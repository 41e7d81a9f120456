/**
 * The verb `validate`: says what files hold and what is wrong in them.
 *
 * @module
 */

import { witness } from "../editions/witness.ts";
import { tracker } from "../replay/track.ts";
import { shorten } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { count, findingPieces, noMessage, statesAlone } from "./findings.ts";
import { describe, type Input, titleOf, UnreadableError } from "./input.ts";
import { openWatched } from "./progress.ts";
import { fileNames, readingAsked, readingOptions } from "./reading.ts";
import { type Counter, counter, type Tally } from "./tally.ts";
import type { Piece, Printer } from "./terminal.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** How many findings and names people are shown. */
const mostShown = 20;

/** The verb. */
export const validate: Verb = {
  about: "Says what each file holds and what is wrong with it.",
  operands: "FILE…",
  names: fileNames,
  options: {
    json: { about: "Print one line of JSON a file" },
    alone: {
      about: "Judge each message by itself, and not whether it can follow",
    },
    ...readingOptions,
  },
  exit: "0 no fault, 1 faults, 2 wrong usage or a file that cannot be read",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { operands, options } = args;
  if (operands.length === 0) {
    throw new UsageError("Cannot validate nothing: no file was given");
  }
  if (operands.indexOf("-") !== operands.lastIndexOf("-")) {
    throw new UsageError("Cannot read standard input twice");
  }
  const isJson = options.has("json");
  const isAlone = options.has("alone");
  const asked = readingAsked(args);
  let worst = 0;
  for (const file of operands) {
    try {
      const input = await openWatched(context, file, asked);
      const counted = counter(isJson ? Infinity : mostShown);
      input.notices.forEach(counted.note);
      const { edition } = input.choice;
      const following = isAlone
        ? undefined
        : tracker({ witness: witness(edition.name) });
      for await (const batch of input.batches) {
        counted.count(batch);
        counted.judge(following?.push(batch) ?? []);
      }
      counted.judge(following?.end() ?? []);
      if (isJson) await printJson(context.out, file, input, counted);
      else printSummary(context.out, file, input, counted);
      await context.out.flush();
      if (counted.tally.bySeverity.fault > 0) worst = Math.max(worst, 1);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      await complain(context, error.message);
      worst = 2;
    }
  }
  return worst;
}

/** Bit by bit, since millions of findings may exceed the longest string. */
async function printJson(
  out: Printer,
  file: string,
  { choice, policy }: Input,
  { tally, found }: Counter,
): Promise<void> {
  const { messages, byKind } = tally;
  const byName = Object.fromEntries(tally.byName);
  const { edition: { name: edition }, why } = choice;
  const head = { file, edition, why, policy, messages, byKind, byName };
  out.text(`${JSON.stringify(head).slice(0, -1)},"findings":[`);
  let separator = "";
  let pending = 0;
  for (const { line, finding: { code, severity, path, message } } of found()) {
    const one = { code, severity, line, path, message };
    out.text(separator + JSON.stringify(one));
    separator = ",";
    if (++pending % 1000 === 0) await out.flush();
  }
  out.line("]}");
}

function printSummary(
  out: Printer,
  file: string,
  input: Input,
  { tally, found }: Counter,
): void {
  const { messages, states, byKind, bySeverity: { fault, notice } } = tally;
  const shown = found();
  if (messages === 0 && states > 0 && fault === 0) {
    out.line(statesAlone(titleOf(file)));
    return;
  }
  if (messages === 0) {
    out.line(noMessage(titleOf(file), input.silence, fault, shown[0]));
    return;
  }
  const verdict: Piece = fault > 0
    ? ["red", count(fault, "fault")]
    : ["green", "no fault"];
  const notices: Piece = ["yellow", count(notice, "notice")];
  out.line(
    ["bold", titleOf(file)],
    `: ${count(messages, "message")}, `,
    verdict,
    ...(notice > 0 ? [", ", notices] : []),
  );
  out.line(["dim", `  ${describe(input)}`]);
  out.line(`  ${kinds(byKind)}`);
  if (tally.byName.size > 0) out.line(`  ${names(tally.byName)}`);
  for (const one of shown) out.line("  ", ...findingPieces(one));
  const more = fault + notice - shown.length;
  if (more > 0) {
    out.line(["dim", `  and ${more} more, all of them with --json`]);
  }
}

function kinds(byKind: Tally["byKind"]): string {
  return Object.entries(byKind)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => count(number, kind))
    .join(", ");
}

function names(byName: Tally["byName"]): string {
  const frequent = [...byName].sort(([, a], [, b]) => b - a);
  const shown = frequent.slice(0, mostShown)
    .map(([name, number]) => `${shorten(name)} ${number}`);
  const more = frequent.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} other names`] : [])].join(", ");
}
