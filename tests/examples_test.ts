/**
 * The suites of `tests/examples`, in the three runners that people use, against
 * the npm package.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";

import { consumer, hasNode, locked } from "../scripts/consumer.ts";

const run = promisify(execFile);
const examples = fileURLToPath(new URL("examples/", import.meta.url));

const ignore = !await hasNode();
if (ignore) {
  console.log("SKIPPED: the examples of test suites need node and npm");
}

let user: Awaited<ReturnType<typeof consumer>> | undefined;

/** A newer vitest needs a newer Node than the package does; Deno checks types. */
const runners = [
  "vitest@3.2.7",
  `@faker-js/faker@${await locked("@faker-js/faker")}`,
  "@types/node@20.19.43",
];

/** Under the names that the runners look for. */
const files: Readonly<Record<string, string>> = {
  "headlines.js": "headlines.js",
  "headlines_test.ts": "headlines_test.ts",
  "headlines.node.js": "headlines.test.js",
  "headlines.vitest.ts": "headlines.spec.ts",
  "playback.js": "playback.js",
  "playback.node.js": "playback.test.js",
  "playback.vitest.ts": "playback.spec.ts",
};

Deno.test.beforeAll(async () => {
  if (ignore) return;
  user = await consumer(runners);
  for (const [from, to] of Object.entries(files)) {
    await copyFile(join(examples, from), join(user.folder, to));
  }
});
Deno.test.afterAll(async () => {
  await user?.[Symbol.asyncDispose]();
});

/** Vitest gives a test five seconds, which a busy machine may stand still. */
const patient = "--testTimeout=120000";

/** How many spoilt events each runner must say it walked: at least. */
const least = 400;

async function output(file: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(file, args, {
    cwd: user!.folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stripVTControlCharacters(stdout + stderr);
}

function example(runner: string, fn: () => Promise<void>): void {
  Deno.test({ name: `examples: the suite for ${runner} passes`, ignore, fn });
}

example("deno test", async () => {
  const said = await output(
    Deno.execPath(),
    ...["test", "--allow-read", "--allow-env", "--no-lock"],
    ...["--node-modules-dir=manual", "headlines_test.ts"],
  );
  const [, passed, steps, failed] =
    /ok \| (\d+) passed \((\d+) steps\) \| (\d+) failed/.exec(said)!;
  assert.deepEqual([passed, failed], ["4", "0"]);
  assert.ok(Number(steps) > least, steps);
});

example("node:test", async () => {
  const said = await output("node", "--test", "headlines.test.js");
  const [, passed, failed] = /pass (\d+)\n.*fail (\d+)\n/.exec(said)!;
  assert.equal(failed, "0");
  assert.ok(Number(passed) > least, passed);
});

example("vitest", async () => {
  const vitest = join(user!.folder, "node_modules", ".bin", "vitest");
  const said = await output(vitest, "run", patient, "headlines.spec.ts");
  const [, passed] = /Tests +(\d+) passed \(\1\)/.exec(said)!;
  assert.ok(Number(passed) > least, passed);
});

example("node:test with fake timers", async () => {
  const said = await output("node", "--test", "playback.test.js");
  assert.match(said, /pass 1\n.*fail 0\n/);
});

example("vitest with fake timers", async () => {
  const vitest = join(user!.folder, "node_modules", ".bin", "vitest");
  const said = await output(vitest, "run", patient, "playback.spec.ts");
  assert.match(said, /Tests +2 passed \(2\)/);
});
