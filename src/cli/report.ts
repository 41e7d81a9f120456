/**
 * The verb `report`: what became of the machines of a file, and why.
 *
 * @module
 */

import { reportHtml } from "../report/html.ts";
import type { Report } from "../report/report.ts";
import { reportLines, reportText } from "../report/text.ts";
import { quote } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { titleOf, UnreadableError } from "./input.ts";
import { inLocale } from "./locale.ts";
import { openWatched } from "./progress.ts";
import { fileNames, readingAsked, readingOptions } from "./reading.ts";
import { tell } from "./story.ts";
import { complain, type Context, type Verb } from "./verb.ts";

type Form = "text" | "html" | "json";

/** The verb. */
export const report: Verb = {
  about:
    "Says what became of the machines of a file, why they stopped, and for how long.",
  operands: "FILE",
  names: fileNames,
  options: {
    output: {
      takes: "FILE",
      short: "o",
      about: "Where to write it; a page where the name ends in .html",
    },
    html: { about: "Write a page" },
    json: { about: "Write JSON" },
    ...readingOptions,
  },
  exit:
    "0 no fault, 1 faults, 2 wrong usage or a file that cannot be read or written",
  run,
};

async function run(args: Arguments, context: Context): Promise<number> {
  const { operands: [file, another], options } = args;
  if (file === undefined) {
    throw new UsageError("Cannot report on nothing: no file was given");
  }
  if (another !== undefined) {
    throw new UsageError(
      `Cannot report on ${quote(another)} too: there is room for one file`,
    );
  }
  const output = options.get("output") ?? "-";
  if (output === file && file !== "-") {
    throw new UsageError(
      `Cannot write the report to ${quote(file)}: it is the log itself`,
    );
  }
  const form = formAsked(args, output);
  const asked = readingAsked(args);
  try {
    const input = await openWatched(context, file, asked);
    const { report, faults } = await tell(input, file, {}, () => {});
    const isWritten = output === "-"
      ? await print(report, form, context)
      : await save(report, form, output, context);
    return !isWritten ? 2 : faults > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    await complain(context, error.message);
    return 2;
  }
}

function formAsked({ options }: Arguments, output: string): Form {
  if (options.has("html") && options.has("json")) {
    throw new UsageError("Cannot write both a page and JSON");
  }
  if (options.has("html") || /\.html?$/i.test(output)) return "html";
  return options.has("json") || /\.json$/i.test(output) ? "json" : "text";
}

function written(report: Report, form: Form): string {
  switch (form) {
    case "html":
      return reportHtml(report);
    case "json":
      return `${JSON.stringify(report, undefined, 2)}\n`;
    default:
      return reportText(report);
  }
}

async function print(
  report: Report,
  form: Form,
  { host, out }: Context,
): Promise<boolean> {
  if (form === "text") {
    const { isTerminal, columns = 80 } = host.stdout;
    const lines = reportLines(report, isTerminal ? columns : 80);
    const shown = inLocale(lines, host);
    for (const line of shown) out.line(...line);
    return true;
  }
  for (const line of written(report, form).trimEnd().split("\n")) {
    out.line(line);
  }
  await out.flush();
  return true;
}

async function save(
  report: Report,
  form: Form,
  output: string,
  context: Context,
): Promise<boolean> {
  try {
    await context.host.save(output, written(report, form));
    return true;
  } catch (error) {
    const { message } = error as Error;
    await complain(context, `Cannot write ${titleOf(output)}: ${message}`);
    return false;
  }
}
