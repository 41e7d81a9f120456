/**
 * The verb `timeline`: where the machines of a file stood, and when.
 *
 * @module
 */

import type { LeftOut, Report } from "../report/report.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { type Input, UnreadableError } from "./input.ts";
import { openWatched } from "./progress.ts";
import { readingAsked, readingOptions } from "./reading.ts";
import { tell } from "./story.ts";
import type { Printer } from "./terminal.ts";
import { complain, type Context, type Verb } from "./verb.ts";

/** As much of each as a program is given: some 20 MB at most. */
const mostForPrograms = 20_000;

/** The verb. */
export const timeline: Verb = {
  about: "Draws where the machines of a file stood, and when.",
  operands: "FILE",
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
  const [file, another] = args.operands;
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
    const input = await openWatched(context, file, asked);
    return await printJson(input, file, context);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    await complain(context, error.message);
    return 2;
  }
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
    mostForPrograms,
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
