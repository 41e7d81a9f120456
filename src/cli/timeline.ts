/**
 * The verb `timeline`: where the machines of a file stood, and when.
 *
 * @module
 */

import type { LeftOut, Report } from "../report/report.ts";
import { timelineLines } from "../report/text.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { type Input, UnreadableError } from "./input.ts";
import { inLocale } from "./locale.ts";
import { openWatched } from "./progress.ts";
import { fileNames, readingAsked, readingOptions } from "./reading.ts";
import { tell } from "./story.ts";
import type { Printer } from "./terminal.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** What a program is given, in a few MB: of events it has the steps already. */
const forPrograms = { most: 2_000, mostEvents: 10 };

/** More of each than this, nobody reads on a terminal. */
const forPeople = { most: 500 };

/** The verb. */
export const timeline: Verb = {
  about: "Draws where the machines of a file stood, and when.",
  operands: "FILE",
  names: fileNames,
  options: {
    json: {
      about: "Print each message with the states that are possible then",
    },
    ...readingOptions,
  },
  exit: "0 no fault, 1 faults, 2 wrong usage or a file that cannot be read",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { operands: [file, another], options } = args;
  if (file === undefined) {
    throw new UsageError("Cannot draw nothing: no file was given");
  }
  if (another !== undefined) {
    throw new UsageError(
      `Cannot draw ${quote(another)} too: there is room for one file`,
    );
  }
  const asked = readingAsked(args);
  try {
    const isJson = options.has("json");
    const input = await openWatched(context, file, asked, isJson);
    return isJson
      ? await printJson(input, file, context)
      : await draw(input, file, context);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    await complain(context, error.message);
    return 2;
  }
}

async function draw(
  input: Input,
  file: string,
  { host, out }: Context,
): Promise<number> {
  const { report, faults } = await tell(input, file, forPeople, () => {});
  const { isTerminal, columns = 80 } = host.stdout;
  // Elsewhere nothing ends at the edge of a window.
  const lines = timelineLines(report, isTerminal ? columns : 120);
  const shown = inLocale(lines, host);
  for (const line of shown) out.line(...line);
  return faults > 0 ? 1 : 0;
}

/** Step by step, so that a file of any size takes the same memory. */
async function printJson(
  input: Input,
  file: string,
  { out }: Context,
): Promise<number> {
  out.text('{"steps": [');
  const steps = list(out);
  const { report, faults } = await tell(
    input,
    file,
    forPrograms,
    (some) => {
      steps(some);
      return out.flush();
    },
  );
  out.text('], "intervals": [');
  list(out)(intervalsOf(report));
  out.text('], "findings": [');
  list(out)([...report.findings, ...report.leftOut.map(inWords)]);
  out.line("]}");
  return faults > 0 ? 1 : 0;
}

/** Prints the elements of an array, each on a line of its own. */
function list(out: Printer): (some: readonly unknown[]) => void {
  let separator = "";
  return (some) => {
    for (const each of some) {
      out.line(separator);
      out.text(JSON.stringify(each));
      separator = ",";
    }
  };
}

function intervalsOf({ machines }: Report): unknown[] {
  return machines.flatMap(({ monitor = null, intervals }) =>
    intervals.map((
      { line, lastLine, from, to, states, isKnown, stretches },
    ) => ({
      monitor,
      line,
      lastLine,
      from: from ?? null,
      to: to ?? null,
      states,
      isKnown,
      stretches,
    }))
  );
}

function inWords({ line, lastLine, code, severity, count }: LeftOut): unknown {
  const message =
    `Left out ${count} more of these, on lines ${line} to ${lastLine}`;
  return { line, code, severity, path: [], message };
}
