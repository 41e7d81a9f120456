/**
 * What `--help` prints.
 *
 * @module
 */

import type { Options } from "./arguments.ts";
import type { Printer } from "./terminal.ts";
import type { Verb } from "./verb.ts";

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
  out.line(verb.about);
  for (const line of verb.names ?? []) out.line(line);
  out.line();
  printOptions(out, { ...verb.options, ...common });
  out.line();
  out.line(`Exit code: ${verb.exit}`);
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
  for (const [name, about] of rows) {
    out.line("  ", ["bold", name.padEnd(width)], `  ${about}`);
  }
}
