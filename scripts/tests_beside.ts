/**
 * Lays the tests beside the installed npm package, so that they meet what users
 * have and not the sources.
 *
 * @module
 */

import { readdirSync, symlinkSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { type Consumer, consumer, locked } from "./consumer.ts";
import { javascript } from "./javascript.ts";

const root = join(import.meta.dirname!, "..");

/** What the tests need beside the package. */
const needed = [
  "chai",
  "fast-check",
  "@faker-js/faker",
  "@valibot/to-json-schema",
];

/**
 * Installs the package in an empty folder, and compiles the tests beside it:
 * where one reaches into `src`, it meets the package's.
 *
 * @returns Where; the tests are in `tests`, as JavaScript.
 */
export async function testsBeside(): Promise<Consumer> {
  const user = await consumer(
    await Promise.all(
      needed.map(async (name) => `${name}@${await locked(name)}`),
    ),
  );
  const { folder } = user;
  try {
    await compileTests(join(folder, "tests"));
    symlinkSync(join(root, "fixtures"), join(folder, "fixtures"));
    symlinkSync(
      join(folder, "node_modules", "@qmp", "run-state", "src"),
      join(folder, "src"),
    );
    return user;
  } catch (error) {
    await user[Symbol.asyncDispose]();
    throw error;
  }
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
