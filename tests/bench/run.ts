/**
 * Runs the benchmarks: on Deno, on Node against the npm package, and the sizes.
 * With `--json`, prints all of it as one object; with `--large`, measures the
 * load of 1 GB too, which takes minutes.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

const root = join(import.meta.dirname!, "../..");
const json = process.argv.includes("--json");

/** Whether 1 GB is read too, which takes minutes. */
const large = process.argv.includes("--large") ? ["--large"] : [];

const runs = {
  deno: ["tests/bench/bench.ts"],
  node: ["scripts/node.ts", "bench/bench.ts"],
  sizes: ["tests/bench/sizes.ts"],
  "cold import": ["tests/bench/cold_import.ts"],
  fixtures: ["tests/bench/fixtures.ts"],
  formats: ["tests/bench/formats.ts"],
  load: ["tests/bench/load.ts", ...large],
  "load on Node": ["scripts/node.ts", "bench/load.ts", ...large],
  playback: ["tests/bench/playback.ts"],
  "playback on Node": ["scripts/node.ts", "bench/playback.ts"],
};

const results = Object.entries(runs).map(([name, args]) => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["run", "--quiet", "--allow-all", ...args, ...json ? ["--json"] : []],
    {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", json ? "pipe" : "inherit", "inherit"],
    },
  );
  if (status !== 0) process.exitCode = 1;
  return [name, json ? JSON.parse(stdout.trim().split("\n").at(-1)!) : 0];
});

if (json) console.log(JSON.stringify(Object.fromEntries(results)));
