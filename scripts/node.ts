/**
 * Runs the behaviour tests on Node, against the installed npm package: they are
 * compiled beside it, and where one reaches into `src`, it meets the package's.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { consumer, hasNode } from "./consumer.ts";
import { javascript } from "./javascript.ts";

const root = join(import.meta.dirname!, "..");

/** What the tests need beside the package, in the versions of the lock file. */
async function pinned(): Promise<string[]> {
  const lock = await readFile(join(root, "deno.lock"), "utf8");
  const specifiers: Record<string, string> = JSON.parse(lock).specifiers;
  return Object.entries(specifiers).flatMap(([specifier, version]) => {
    const name = /^npm:(chai|fast-check)@/.exec(specifier)?.[1];
    return name === undefined ? [] : [`${name}@${version}`];
  });
}

async function main(): Promise<number> {
  if (!await hasNode()) {
    console.log("SKIPPED: the tests on Node need node and npm");
    return 0;
  }
  await using user = await consumer(await pinned());
  const tests = join(user.folder, "tests");
  mkdirSync(tests);
  const modules = readdirSync(join(root, "tests")).filter((name) =>
    /(?<!_test)\.ts$/.test(name)
  );
  for (const file of modules) {
    const source = await readFile(join(root, "tests", file), "utf8");
    const path = join(tests, file.replace(/ts$/, "js"));
    await writeFile(path, javascript(source, file));
  }
  symlinkSync(join(root, "fixtures"), join(user.folder, "fixtures"));
  symlinkSync(
    join(user.folder, "node_modules", "@qmp", "run-state", "src"),
    join(user.folder, "src"),
  );
  const { status } = spawnSync("node", [
    ...["--test-reporter=spec"],
    join(tests, "node.js"),
  ], { stdio: "inherit" });
  return status ?? 1;
}

Deno.exitCode = await main();
