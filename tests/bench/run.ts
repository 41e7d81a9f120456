/**
 * Runs the benchmarks: on Deno, on Node against the npm package, and the sizes.
 * With `--json`, prints all of it as one object.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

const root = join(import.meta.dirname!, "../..");
const json = process.argv.includes("--json");

const runs = {
  deno: ["tests/bench/bench.ts"],
  node: ["scripts/node.ts", "bench/bench.ts"],
  sizes: ["tests/bench/sizes.ts"],
  "cold import": ["tests/bench/cold_import.ts"],
  fixtures: ["tests/bench/fixtures.ts"],
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
