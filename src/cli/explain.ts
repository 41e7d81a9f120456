/**
 * The verb `explain`: says what the code of a finding means.
 *
 * @module
 */

import { quote } from "../wire/quote.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { Example, Explanation } from "./explanation.ts";
import { explanations } from "./explanations.ts";
import type { Printer } from "./terminal.ts";
import type { Context, Verb } from "./verb.ts";

/** The verb. */
export const explain: Verb = {
  about: "Says what the code of a finding means, and what to do.",
  operands: "[CODE…]",
  names: ["CODE is such as NOT_JSON; without any, all are listed."],
  options: {},
  exit: "0 done, 2 wrong usage",
  run,
};

const all: Readonly<Record<string, Explanation>> = explanations;

function run({ operands }: Arguments, { out }: Context): Promise<number> {
  if (operands.length === 0) printList(out);
  const codes = operands.map(codeNamed);
  codes.forEach((code, index) => {
    if (index > 0) out.line();
    print(out, code, all[code]!);
  });
  return Promise.resolve(0);
}

function codeNamed(name: string): string {
  const code = name.toUpperCase().replaceAll("-", "_");
  if (Object.hasOwn(all, code)) return code;
  throw new UsageError(
    `Cannot explain ${quote(name)}: there is no such code`,
  );
}

function printList(out: Printer): void {
  const codes = Object.entries(all);
  const width = Math.max(...codes.map(([code]) => code.length));
  for (const [code, { meaning }] of codes) {
    out.line(["bold", code.padEnd(width)], `  ${meaning}`);
  }
}

function print(out: Printer, code: string, explanation: Explanation): void {
  const { severity, meaning, advice, examples } = explanation;
  out.line(["bold", code], `: a ${severity.replace(" or ", " or a ")}`);
  out.line(meaning);
  out.line(advice);
  for (const example of examples) printExample(out, example);
}

function printExample(out: Printer, example: Example): void {
  const { file, times, isBase64, options = [], by } = example;
  const command = ["qmp-run-state", "validate", ...options, "FILE"].join(" ");
  out.line();
  out.line(
    by === undefined ? `${command} finds it in` : `${by}() finds it in`,
    isBase64 ? " a file of these bytes, in base64:" : " a file that holds:",
  );
  for (const line of file.trimEnd().split("\n")) out.line(["dim", `  ${line}`]);
  if (times !== undefined) {
    const [part, count] = times;
    out.line(`with ${quote(part)} in it ${count} times over`);
  }
}
