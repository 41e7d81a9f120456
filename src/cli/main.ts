/**
 * The program: finds the verb and runs it.
 *
 * @module
 */

import { quote } from "../wire/quote.ts";
import { type Options, readArguments, UsageError } from "./arguments.ts";
import { diff } from "./diff.ts";
import { drift } from "./drift.ts";
import { explain as explainVerb } from "./explain.ts";
import { follow } from "./follow.ts";
import { generate } from "./generate.ts";
import { printHelp, printVerbHelp } from "./help.ts";
import type { Host } from "./host.ts";
import { jsonSchema } from "./json_schema.ts";
import { record } from "./record.ts";
import { replay } from "./replay.ts";
import { report } from "./report.ts";
import { type Printer, printer, WriteError } from "./terminal.ts";
import { timeline } from "./timeline.ts";
import { validate } from "./validate.ts";
import { complain, type Context, type Verb } from "./verb.ts";
import { version } from "./version.ts";

const verbs: Readonly<Record<string, Verb>> = {
  validate,
  replay,
  timeline,
  report,
  diff,
  drift,
  generate,
  "json-schema": jsonSchema,
  explain: explainVerb,
  record,
  follow,
};

/** The options that every verb has, and the program without one. */
const common: Options = {
  help: { short: "h", about: "Print what there is" },
  version: { short: "V", about: "Print the version" },
};

/**
 * Runs the command line `qmp-run-state`.
 *
 * @param args The arguments after the program's name.
 * @param host The platform.
 * @returns The exit code: 0 where all went well, 1 where a message is at fault,
 * 2 where the arguments make no sense or a file cannot be read.
 *
 * @example Validate what a monitor said
 * ```ts
 * import { type Host, main } from "@qmp/run-state/cli";
 * import assert from "node:assert/strict";
 *
 * let shown = "";
 * const output = {
 *   isTerminal: false,
 *   write: (text: string) => Promise.resolve(void (shown += text)),
 * };
 * const host: Host = {
 *   stdout: output,
 *   stderr: output,
 *   env: () => undefined,
 *   async *open() {
 *     yield new TextEncoder().encode('{"return": {}}\r\n');
 *   },
 *   size: () => Promise.resolve(undefined),
 *   save: () => Promise.resolve(),
 *   async *stdin() {},
 *   isSocket: () => Promise.resolve(false),
 *   connect: () => Promise.reject(new Error("there is no network")),
 *   listen: () => Promise.reject(new Error("there is no network")),
 *   append() {
 *     throw new Error("there is no disk");
 *   },
 *   date: () => new Date(0),
 *   onKeys: () => undefined,
 *   onStop: () => () => {},
 *   now: () => 0,
 *   sleep: () => Promise.resolve(),
 * };
 * assert.equal(await main(["validate", "--json", "monitor.log"], host), 0);
 * assert.equal(JSON.parse(shown).byKind.return, 1);
 * ```
 */
export async function main(
  args: readonly string[],
  host: Host,
): Promise<number> {
  const env = (name: string) => host.env(name);
  const out = printer(host.stdout, env);
  const err = printer(host.stderr, env);
  const context = { host, out, err };
  const [name, ...rest] = args;
  const isVerb = name !== undefined && Object.hasOwn(verbs, name);
  try {
    const code = isVerb
      ? await runVerb(name, verbs[name]!, rest, context)
      : runNone(args, context);
    await out.flush();
    return code;
  } catch (error) {
    return await explain(error, isVerb ? `${name} ` : "", context);
  }
}

async function runVerb(
  name: string,
  verb: Verb,
  args: readonly string[],
  context: Context,
): Promise<number> {
  const given = readArguments(args, { ...verb.options, ...common });
  if (given.options.has("version")) printVersion(context.out);
  else if (!given.options.has("help")) return await verb.run(given, context);
  else printVerbHelp(context.out, name, verb, common);
  return 0;
}

function runNone(args: readonly string[], { out }: Context): number {
  const { operands: [operand], options } = readArguments(args, common);
  if (operand !== undefined) {
    throw new UsageError(
      `Cannot do ${quote(operand)}: there is no such verb`,
    );
  }
  if (options.has("version")) printVersion(out);
  else if (options.has("help")) printHelp(out, verbs, common);
  else throw new UsageError("Cannot guess what to do: no verb was given");
  return 0;
}

function printVersion(out: Printer): void {
  out.line(`qmp-run-state ${version}`);
}

async function explain(
  error: unknown,
  verb: string,
  context: Context,
): Promise<number> {
  if (error instanceof WriteError) {
    if (error.readerIsGone) return 0;
    await complain(context, error.message);
    return 2;
  }
  if (!(error instanceof UsageError)) throw error;
  await complain(context, `${error.message}; see qmp-run-state ${verb}--help`);
  return 2;
}
