/**
 * Runs the behaviour tests on every runtime that the package is for, or on those
 * that are named, against the installed npm package, and compares what they say
 * of the same inputs. With `--write`, what ran goes into the README.
 *
 *     deno task runtimes [--write] [NAME…]
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

import type { Outcome } from "../tests/everywhere.ts";
import { hasNode } from "./consumer.ts";
import type { Laid } from "./run_tests_on.ts";
import { install, runtimes } from "./runtime_list.ts";
import { complaints, isStale, withTable } from "./runtimes_report.ts";
import { testsBeside } from "./tests_beside.ts";

const readmePath = join(import.meta.dirname!, "..", "README.md");

/** Whether a runtime that is missing is a failure. */
const isRequired = process.env["QMP_RUNTIMES"] === "required";

/** What the runs came to: a line for each is printed, which `ok.ts` counts. */
interface Results {
  /** What came of the tests, by the runtime. */
  readonly outcomes: Map<string, Outcome>;
  /** How much failed. */
  failed: number;
}

function count(
  { name, passed = 0, failed = 0, skipped = 0 }: {
    readonly name: string;
    readonly passed?: number;
    readonly failed?: number;
    readonly skipped?: number;
  },
  results: Results,
): void {
  results.failed += failed;
  const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
  console.log(`${name}: ${passed} passed, ${failed} failed${rest}`);
}

/** Runs the tests on one runtime. */
async function take(
  name: string,
  laid: Laid,
  results: Results,
): Promise<void> {
  const { find, agent, run } = runtimes[name]!;
  const program = find();
  if (program === undefined) return miss(name, results);
  const started = performance.now();
  try {
    const outcome = await run(program, laid);
    if (!agent.test(outcome.agent)) {
      throw new Error(`it calls itself "${outcome.agent}"`);
    }
    results.outcomes.set(name, outcome);
    for (const { sentence, why } of outcome.failures) {
      console.log(`FAILED on ${name}: ${sentence}\n${why}\n`);
    }
    for (const { sentence, needs } of outcome.omissions) {
      console.log(`SKIPPED on ${name}, which has no ${needs}: ${sentence}`);
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${outcome.agent} (${seconds} s)`);
    const { passed, failures, omissions } = outcome;
    const skipped = omissions.length;
    count({ name, passed, failed: failures.length, skipped }, results);
  } catch (error) {
    console.log(`FAILED: the tests on ${name} came to no end\n${error}`);
    count({ name, failed: 1 }, results);
  }
}

function miss(name: string, results: Results): void {
  console.log(`SKIPPED: ${name} is not on this machine`);
  count({ name, ...isRequired ? { failed: 1 } : { skipped: 1 } }, results);
}

/** As many at once as CI has processors. */
async function takeAll(
  names: readonly string[],
  laid: Laid,
  results: Results,
): Promise<void> {
  const waiting = [...names];
  const work = async () => {
    for (let name; (name = waiting.shift()) !== undefined;) {
      await take(name, laid, results);
    }
  };
  await Promise.all([work(), work()]);
}

/** Compares what each runtime says with what the first one says. */
function compare(results: Results): void {
  const said = Object.keys(runtimes).flatMap((name) => {
    const lines = results.outcomes.get(name)?.lines;
    return lines === undefined ? [] : [{ name, lines }];
  });
  for (const { name, lines } of said) {
    const hash = createHash("sha256").update(lines.join("\n")).digest("hex");
    console.log(`${name} says ${lines.length} lines, SHA-256 ${hash}`);
  }
  if (said.length < 2) return;
  const complained = complaints(said);
  for (const complaint of complained) console.log(complaint);
  const failed = complained.length;
  const passed = said.length - 1 - failed;
  count({ name: "comparison", passed, failed }, results);
}

/** Looks whether the README has what ran, or writes it there. */
async function report(isWritten: boolean, results: Results): Promise<void> {
  const rows = Object.entries(runtimes).map(([name, runtime]) => {
    const { agent, omissions } = results.outcomes.get(name)!;
    return {
      ...runtime,
      isPinned: runtime.version !== undefined,
      version: runtime.version ?? runtime.agent.exec(agent)![1]!,
      without: [...new Set(omissions.map(({ needs }) => needs))],
    };
  });
  const readme = await readFile(readmePath, "utf8");
  if (isWritten) await writeFile(readmePath, withTable(readme, rows));
  const stale = !isWritten && isStale(readme, rows);
  if (stale) {
    console.log(
      "FAILED: README.md has another table: deno task runtimes --write",
    );
  }
  count({ name: "readme", ...stale ? { failed: 1 } : { passed: 1 } }, results);
}

async function main(args: readonly string[]): Promise<number> {
  const chosen = args.filter((each) => each !== "--write");
  const stranger = chosen.find((name) => !Object.hasOwn(runtimes, name));
  if (stranger !== undefined) {
    const known = Object.keys(runtimes).join(", ");
    console.error(`Cannot run tests on "${stranger}": it is none of ${known}`);
    return 2;
  }
  const names = chosen.length > 0 ? chosen : Object.keys(runtimes);
  const results: Results = { outcomes: new Map(), failed: 0 };
  if (await hasNode()) {
    const esbuild = await install();
    await using user = await testsBeside();
    await takeAll(names, { folder: user.folder, esbuild }, results);
  } else {
    console.log("SKIPPED: the tests on other runtimes need node and npm");
    for (const name of names) miss(name, results);
  }
  compare(results);
  const isWhole = results.outcomes.size === Object.keys(runtimes).length;
  if (isWhole && results.failed === 0) {
    await report(args.includes("--write"), results);
  }
  return results.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
