/**
 * Runs the behaviour tests on Node, or another module of `tests/`, against the
 * installed npm package.
 *
 *     deno run --allow-all scripts/node.ts [MODULE [ARGUMENT…]]
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { hasNode } from "./consumer.ts";
import { testsBeside } from "./tests_beside.ts";

async function main(module = "node.ts", ...rest: string[]): Promise<number> {
  if (!await hasNode()) {
    console.log("SKIPPED: the tests on Node need node and npm");
    return 0;
  }
  await using user = await testsBeside();
  const program = join(user.folder, "tests", module.replace(/ts$/, "js"));
  const { status } = spawnSync(
    "node",
    ["--test-reporter=spec", program, ...rest],
    { stdio: "inherit" },
  );
  return status ?? 1;
}

Deno.exitCode = await main(...Deno.args);
