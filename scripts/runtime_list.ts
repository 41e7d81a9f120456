/**
 * The runtimes that the package is for: where each comes from, and how it runs
 * the tests.
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
import { type Laid, onChromium, onProcess, onWorkerd } from "./run_tests_on.ts";

const run = promisify(execFile);

/** Where the runtimes are installed, and stay. */
const folder = join(import.meta.dirname!, "..", "dist", "runtimes");

const { platform, arch } = process;

/** The versions of what comes from npm. Node 20 is the oldest that the package admits. */
const versions = {
  node20: "20.19.0",
  node22: "22.23.3",
  node24: "24.21.0",
  bun: "1.4.5",
  workerd: "1.20261117.1",
  esbuild: "0.28.2",
} as const;

/**
 * The packages that hold programs. `node`, `bun` and `workerd` choose from them
 * by scripts, which would not do here; Bun's is that for any processor.
 */
const packages: Readonly<Record<keyof typeof versions, string>> = {
  node20: `node-${platform}-${arch}`,
  node22: `node-${platform}-${arch}`,
  node24: `node-${platform}-${arch}`,
  bun: `@oven/bun-${platform}-${arch === "x64" ? "x64-baseline" : "aarch64"}`,
  workerd: `@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}`,
  esbuild: "esbuild",
};

/** A runtime that the package is for. */
export interface Runtime {
  /** Its name. */
  readonly title: string;
  /** Its version, where the project chose it. */
  readonly version?: string;
  /** Where it comes from. */
  readonly from: string;
  /** What the tests run in. */
  readonly within: string;
  /** What it calls itself, so that none is taken for another; a version in it is the first group. */
  readonly agent: RegExp;
  /**
   * Looks for it on this machine.
   *
   * @returns Its program; undefined where there is none.
   */
  find(): string | undefined;
  /**
   * Runs the tests on it.
   *
   * @param program Its program.
   * @param laid Where the tests are.
   * @returns What came of them.
   */
  run(program: string, laid: Laid): Promise<Outcome>;
}

const fromNpm = (name: keyof typeof versions, program: string) => ({
  version: versions[name],
  from: "npm",
  find: () => existing([join(folder, "node_modules", name, "bin", program)]),
});

const node = (release: 20 | 22 | 24): Runtime => ({
  ...fromNpm(`node${release}`, "node"),
  title: `Node ${release}`,
  within: "a process",
  agent: new RegExp(`^Node\\.js/(${release})$`),
  run: (program, laid) => onProcess(program, [], laid),
});

/** Every runtime, by the word that chooses it. */
export const runtimes: Readonly<Record<string, Runtime>> = {
  deno: {
    title: "Deno",
    from: "whatever runs the task",
    within: "a process that may read and write files",
    agent: /^Deno\/(.+)$/,
    find: () => Deno.execPath(),
    run: (program, laid) =>
      onProcess(program, [
        ...["run", "--no-lock", "--node-modules-dir=manual"],
        ...["--allow-read", "--allow-write"],
      ], laid),
  },
  node20: node(20),
  node22: node(22),
  node24: node(24),
  bun: {
    ...fromNpm("bun", "bun"),
    title: "Bun",
    within: "a process",
    agent: /^Bun\/(.+)$/,
    run: (program, laid) => onProcess(program, [], laid),
  },
  workerd: {
    ...fromNpm("workerd", "workerd"),
    title: "workerd",
    within: "a worker, bundled, without `nodejs_compat`",
    agent: /^Cloudflare-Workers$/,
    run: onWorkerd,
  },
  chromium: {
    title: "Chromium",
    from: "Debian",
    within: "a page, bundled",
    agent: / (?:Headless)?Chrome\/(\d+)/,
    find: () =>
      existing(
        (process.env["PATH"] ?? "").split(":").flatMap((each) =>
          ["chromium", "chromium-browser"].map((name) => join(each, name))
        ),
      ),
    run: onChromium,
  },
};

function existing(paths: readonly string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}

/**
 * Installs what comes from npm; what npm has not for this machine is left out.
 *
 * @returns The program of esbuild.
 */
export async function install(): Promise<string> {
  await mkdir(folder, { recursive: true });
  const wanted = Object.entries(versions).map(([name, version]) => [
    name,
    `npm:${packages[name as keyof typeof versions]}@${version}`,
  ]);
  const manifest = {
    private: true,
    optionalDependencies: Object.fromEntries(wanted),
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  await run("npm", [
    ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
    "--ignore-scripts",
  ], { cwd: folder });
  return join(folder, "node_modules", "esbuild", "bin", "esbuild");
}
