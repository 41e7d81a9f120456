/**
 * Runs the behaviour tests on every runtime that the package is for, or on those
 * that are named, against the installed npm package.
 *
 *     deno task runtimes [NAME…]
 *
 * @module
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

import type { Outcome } from "../tests/everywhere.ts";
import { hasNode } from "./consumer.ts";
import { type Laid, onChromium, onProcess, onWorkerd } from "./run_tests_on.ts";
import { testsBeside } from "./tests_beside.ts";

const run = promisify(execFile);

/** Where the runtimes are installed, and stay. */
const installed = join(import.meta.dirname!, "..", "dist", "runtimes");

const { platform, arch } = process;

/**
 * What is installed from npm, by the folder where it is found. These are the
 * packages that `node`, `bun` and `workerd` choose from when they are installed,
 * which takes a script; Bun's is the one for processors without AVX2.
 */
const packages: Readonly<Record<string, string>> = {
  node20: `npm:node-${platform}-${arch}@20.19.0`,
  node22: `npm:node-${platform}-${arch}@22.23.3`,
  node24: `npm:node-${platform}-${arch}@24.21.0`,
  bun: arch === "x64"
    ? `npm:@oven/bun-${platform}-x64-baseline@1.4.5`
    : `npm:@oven/bun-${platform}-aarch64@1.4.5`,
  workerd: `npm:@cloudflare/workerd-${platform}-${
    arch === "x64" ? "64" : arch
  }@1.20261117.1`,
  esbuild: "0.28.2",
};

/** A runtime that the package is for. */
interface Runtime {
  /** The program, where it is installed. */
  readonly program: () => string | undefined;
  /** What it calls itself, so that none is taken for another. */
  readonly agent: RegExp;
  /** Runs the tests. */
  readonly run: (program: string, laid: Laid) => Promise<Outcome>;
}

const node = (name: string, agent: RegExp): Runtime => ({
  program: () => ofNpm(name, "node"),
  agent,
  run: (program, laid) => onProcess(program, [], laid),
});

/** Every runtime, by the word that chooses it. */
const runtimes: Readonly<Record<string, Runtime>> = {
  deno: {
    program: () => Deno.execPath(),
    agent: /^Deno\//,
    run: (program, laid) =>
      onProcess(program, [
        ...["run", "--no-lock", "--node-modules-dir=manual"],
        ...["--allow-read", "--allow-write"],
      ], laid),
  },
  // The oldest that package.json admits.
  node20: node("node20", /^Node\.js\/20$/),
  node22: node("node22", /^Node\.js\/22$/),
  node24: node("node24", /^Node\.js\/24$/),
  bun: {
    program: () => ofNpm("bun", "bun"),
    agent: /^Bun\//,
    run: (program, laid) => onProcess(program, [], laid),
  },
  workerd: {
    program: () => ofNpm("workerd", "workerd"),
    agent: /^Cloudflare-Workers$/,
    run: onWorkerd,
  },
  chromium: {
    program: () => onPath("chromium", "chromium-browser", "google-chrome"),
    agent: / (Headless)?Chrome\//,
    run: onChromium,
  },
};

function ofNpm(name: string, program: string): string | undefined {
  const path = join(installed, "node_modules", name, "bin", program);
  return existsSync(path) ? path : undefined;
}

function onPath(...programs: readonly string[]): string | undefined {
  return (process.env["PATH"] ?? "").split(":")
    .flatMap((folder) => programs.map((program) => join(folder, program)))
    .find(existsSync);
}

/** Installs what npm has; what it has not for this machine, it leaves out. */
async function install(): Promise<void> {
  await mkdir(installed, { recursive: true });
  await writeFile(
    join(installed, "package.json"),
    JSON.stringify({ private: true, optionalDependencies: packages }),
  );
  await run("npm", [
    ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
    "--ignore-scripts",
  ], { cwd: installed });
}

/** Runs the tests on one runtime, and says how many held in a line that `ok.ts` counts. */
async function take(name: string, laid: Laid): Promise<boolean> {
  const { program, agent, run } = runtimes[name]!;
  const path = program();
  if (path === undefined) return isMissed(name);
  const started = performance.now();
  try {
    const outcome = await run(path, laid);
    if (!agent.test(outcome.agent)) {
      throw new Error(`it calls itself "${outcome.agent}"`);
    }
    for (const { sentence, why } of outcome.failures) {
      console.log(`FAILED on ${name}: ${sentence}\n${why}\n`);
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${outcome.agent} (${seconds} s)`);
    const failed = outcome.failures.length;
    console.log(`${name}: ${outcome.passed} passed, ${failed} failed`);
    return failed === 0;
  } catch (error) {
    console.log(`FAILED: the tests on ${name} came to no end\n${error}`);
    console.log(`${name}: 0 passed, 1 failed`);
    return false;
  }
}

/** Says that a runtime is not there; whether that will do. */
function isMissed(name: string): boolean {
  const isRequired = process.env["QMP_RUNTIMES"] === "required";
  console.log(`SKIPPED: ${name} is not on this machine`);
  console.log(
    `${name}: 0 passed, ${isRequired ? "1 failed" : "0 failed, 1 skipped"}`,
  );
  return !isRequired;
}

/** As many at once as CI has processors. */
async function takeAll(
  names: readonly string[],
  laid: Laid,
): Promise<boolean> {
  const waiting = [...names];
  let isGood = true;
  const work = async () => {
    for (let name; (name = waiting.shift()) !== undefined;) {
      isGood = await take(name, laid) && isGood;
    }
  };
  await Promise.all([work(), work()]);
  return isGood;
}

async function main(names: readonly string[]): Promise<number> {
  const stranger = names.find((name) => !Object.hasOwn(runtimes, name));
  if (stranger !== undefined) {
    const known = Object.keys(runtimes).join(", ");
    console.error(`Cannot run tests on "${stranger}": it is none of ${known}`);
    return 2;
  }
  if (!await hasNode()) {
    return Number(!names.map(isMissed).every((each) => each));
  }
  await install();
  await using user = await testsBeside();
  const esbuild = join(installed, "node_modules", "esbuild", "bin", "esbuild");
  const isGood = await takeAll(names, { folder: user.folder, esbuild });
  return isGood ? 0 : 1;
}

if (import.meta.main) {
  const { args } = Deno;
  Deno.exitCode = await main(args.length > 0 ? args : Object.keys(runtimes));
}
