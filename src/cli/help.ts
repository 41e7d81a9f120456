/**
 * What `--help` prints.
 *
 * @module
 */

import type { Options } from "./arguments.ts";
import type { Printer } from "./terminal.ts";
import type { Verb } from "./verb.ts";

/** How wide it is: a pipe has no width, and most terminals have no less. */
const columns = 80;

/**
 * Prints what the program can do.
 *
 * @param out Where to.
 * @param verbs The verbs by name.
 * @param common The options that all of them have.
 */
export function printHelp(
  out: Printer,
  verbs: Readonly<Record<string, Verb>>,
  common: Options,
): void {
  out.line("Usage: qmp-run-state VERB [OPTION…] …");
  out.line("Validates and replays captured traces of QEMU's monitor (QMP).");
  out.line();
  out.line("Verbs:");
  printTable(
    out,
    Object.entries(verbs).map((
      [name, { operands, about }],
    ) => [`${name} ${operands}`, about]),
  );
  out.line();
  printOptions(out, common);
  out.line();
  out.line("More of a verb: qmp-run-state VERB --help");
}

/**
 * Prints what a verb can do.
 *
 * @param out Where to.
 * @param name The verb.
 * @param verb What it is.
 * @param common The options that all verbs have.
 */
export function printVerbHelp(
  out: Printer,
  name: string,
  verb: Verb,
  common: Options,
): void {
  out.line(
    `Usage: qmp-run-state ${name} [OPTION…] ${verb.operands}`.trimEnd(),
  );
  const words = [verb.about, ...verb.names ?? []].join(" ");
  for (const line of filled(words, columns)) out.line(line);
  out.line();
  printOptions(out, { ...verb.options, ...common });
  out.line();
  for (const line of filled(`Exit code: ${verb.exit}`, columns)) {
    out.line(line);
  }
}

function printOptions(out: Printer, options: Options): void {
  out.line("Options:");
  printTable(
    out,
    Object.entries(options).map(([name, { short, takes, about }]) => [
      (short === undefined ? "    " : `-${short}, `) + `--${name}` +
      (takes === undefined ? "" : ` ${takes}`),
      about,
    ]),
  );
}

function printTable(
  out: Printer,
  rows: readonly (readonly [string, string])[],
): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const indent = "  ".length + width + "  ".length;
  for (const [name, about] of rows) {
    const [first = "", ...rest] = filled(about, columns - indent);
    out.line("  ", ["bold", name.padEnd(width)], `  ${first}`);
    for (const line of rest) out.line(" ".repeat(indent) + line);
  }
}

/** The words of a text in lines that are as long as may be. */
function filled(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length === 0 || longer.length > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
