/**
 * All of CI: every step is run, whatever became of the others, and the last line
 * says how many tests passed and failed.
 *
 *     deno task ok
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";

/** How many tests a run had. */
export interface Count {
  /** How many held. */
  readonly passed: number;
  /** How many did not. */
  readonly failed: number;
  /** How many were not run, and said so. */
  readonly skipped: number;
}

/** One command; where it runs tests, they are counted, else it counts as one. */
interface Step {
  readonly command: string;
  readonly tests?: true;
}

const steps: readonly Step[] = [
  // As the README has it: it must do on a machine that lacks Deno.
  { command: "npx --yes deno@2.9.6 task test", tests: true },
  { command: "deno task live", tests: true },
  { command: "deno task runtimes", tests: true },
  { command: "deno task fuzz", tests: true },
  { command: "deno fmt --check" },
  { command: "deno lint" },
  { command: "deno check" },
];

/**
 * Reads in the output of test runners how many tests there were: in the last
 * line of each run of `deno test`, in the last lines of Node's, and in lines
 * such as `bun: 12 passed, 0 failed`.
 *
 * @param output What they wrote, without colours.
 * @returns The sum over the runs; undefined where no runner ended.
 */
export function countTests(output: string): Count | undefined {
  const sums = { passed: 0, failed: 0, skipped: 0 };
  const deno =
    /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| (\d+) ignored)?/gm;
  const node =
    /^ℹ pass (\d+)\nℹ fail (\d+)\nℹ cancelled \d+\nℹ skipped (\d+)/gm;
  const plain = /^\w+: (\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm;
  const runs = [deno, node, plain].flatMap((each) => [
    ...output.matchAll(each),
  ]);
  for (const [, passed, failed, skipped = 0] of runs) {
    sums.passed += Number(passed);
    sums.failed += Number(failed);
    sums.skipped += Number(skipped);
  }
  return runs.length === 0 ? undefined : sums;
}

/** A run of tests that ended badly, or that had none, has failed even where no test did. */
function weigh(step: Step, output: string, isGood: boolean): Count {
  const none = { passed: 0, failed: 0, skipped: 0 };
  if (!step.tests) return { ...none, [isGood ? "passed" : "failed"]: 1 };
  const count = countTests(output);
  if (count !== undefined && isGood === (count.failed === 0)) return count;
  return { ...none, ...count, failed: (count?.failed ?? 0) + 1 };
}

async function take(step: Step): Promise<Count> {
  console.log(`\n$ ${step.command}`);
  const started = performance.now();
  const child = spawn(step.command, {
    shell: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const count = weigh(step, output, code === 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n${step.command}: ${say(count)} (${seconds} s)`);
  return count;
}

function say({ passed, failed, skipped }: Count): string {
  const rest = skipped === 0 ? "" : `, ${skipped} skipped`;
  return `${passed} passed, ${failed} failed${rest}`;
}

if (import.meta.main) {
  const counts: Count[] = [];
  for (const step of steps) counts.push(await take(step));
  const sum = (key: keyof Count) =>
    counts.reduce((total, count) => total + count[key], 0);

  console.log("");
  for (const [index, { command }] of steps.entries()) {
    console.log(`${command}: ${say(counts[index]!)}`);
  }
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  if (sum("failed") > 0) process.exitCode = 1;
}
