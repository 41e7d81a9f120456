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
import { firstDifference, isStale, withTable } from "./runtimes_report.ts";
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
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${outcome.agent} (${seconds} s)`);
    const { passed, failures: { length: failed } } = outcome;
    count({ name, passed, failed }, results);
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
  let passed = 0;
  let failed = 0;
  const inOrder = Object.keys(runtimes).flatMap((name) => {
    const outcome = results.outcomes.get(name);
    return outcome === undefined ? [] : [{ name, lines: outcome.lines }];
  });
  for (const { name, lines } of inOrder) {
    const hash = createHash("sha256").update(lines.join("\n")).digest("hex");
    console.log(`${name} says ${lines.length} lines, SHA-256 ${hash}`);
  }
  const [first, ...others] = inOrder;
  for (const { name, lines } of others) {
    const difference = firstDifference(first!.lines, lines);
    if (difference === undefined) {
      passed += 1;
      continue;
    }
    failed += 1;
    const { line, one, other } = difference;
    console.log(
      `FAILED: line ${line} is not the same\n${
        first!.name
      }: ${one}\n${name}: ${other}`,
    );
  }
  if (others.length > 0) count({ name: "comparison", passed, failed }, results);
}

/** Looks whether the README has what ran, or writes it there. */
async function report(isWritten: boolean, results: Results): Promise<void> {
  const rows = Object.entries(runtimes).map(([name, runtime]) => ({
    ...runtime,
    isPinned: runtime.version !== undefined,
    version: runtime.version ??
      runtime.agent.exec(results.outcomes.get(name)!.agent)![1]!,
  }));
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
