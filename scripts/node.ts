/**
 * Runs the behaviour tests on Node, or another module of `tests/`, against the
 * installed npm package: they are compiled beside it, and where one reaches into
 * `src`, it meets the package's.
 *
 *     deno run --allow-all scripts/node.ts [MODULE [ARGUMENT…]]
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { consumer, hasNode } from "./consumer.ts";
import { javascript } from "./javascript.ts";

const root = join(import.meta.dirname!, "..");

/** What the tests need beside the package, in the versions of the lock file. */
async function pinned(): Promise<string[]> {
  const lock = await readFile(join(root, "deno.lock"), "utf8");
  const specifiers: Record<string, string> = JSON.parse(lock).specifiers;
  return Object.entries(specifiers).flatMap(([specifier, version]) => {
    const name =
      /^npm:(chai|fast-check|@faker-js\/faker|@valibot\/to-json-schema)@/.exec(
        specifier,
      )?.[1];
    // Deno notes the version of a peer behind it.
    const [pure] = version.split("_");
    return name === undefined ? [] : [`${name}@${pure}`];
  });
}

async function compileTests(folder: string): Promise<void> {
  const tests = join(root, "tests");
  const files = readdirSync(tests, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((each) => /(?<!_test)\.ts$/.test(each))) {
    const source = await readFile(join(tests, file), "utf8");
    const path = join(folder, file.replace(/ts$/, "js"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, javascript(source, file));
  }
}

async function main(module = "node.ts", ...rest: string[]): Promise<number> {
  if (!await hasNode()) {
    console.log("SKIPPED: the tests on Node need node and npm");
    return 0;
  }
  await using user = await consumer(await pinned());
  const tests = join(user.folder, "tests");
  await compileTests(tests);
  symlinkSync(join(root, "fixtures"), join(user.folder, "fixtures"));
  symlinkSync(
    join(user.folder, "node_modules", "@qmp", "run-state", "src"),
    join(user.folder, "src"),
  );
  const program = join(tests, module.replace(/ts$/, "js"));
  const { status } = spawnSync(
    "node",
    ["--test-reporter=spec", program, ...rest],
    { stdio: "inherit" },
  );
  return status ?? 1;
}

Deno.exitCode = await main(...Deno.args);
