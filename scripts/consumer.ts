/**
 * Makes a folder such as a user of the npm package has: the tarball, installed
 * with npm and nothing else.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { buildNpm } from "./npm.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname!, "..");

/** The package as it was installed; all of it goes with the object, by `await using`. */
export interface Consumer extends AsyncDisposable {
  /** Where it is installed. */
  readonly folder: string;
  /** What it was installed from. */
  readonly tarball: string;
}

/**
 * Installs the package in an empty folder.
 *
 * @param others What to install beside it, such as `chai@6.3.0`.
 * @returns Where, and from what.
 */
export async function consumer(
  others: readonly string[] = [],
): Promise<Consumer> {
  const work = await mkdtemp(join(tmpdir(), "qmp-consumer-"));
  const remove = () => rm(work, { recursive: true });
  try {
    const folder = join(work, "consumer");
    await mkdir(folder);
    const manifest = {
      private: true,
      type: "module",
      // What is published tomorrow fails no test.
      overrides: { valibot: await locked("valibot") },
    };
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
    const tarball = await buildNpm(work);
    await run("npm", [
      ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
      ...["--save-exact", tarball, ...others],
    ], { cwd: folder });
    return { folder, tarball, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Looks up in the lock file which version of a package Deno has, so that npm
 * gets the same.
 *
 * @param name The package.
 * @returns The version.
 * @throws {Error} When it is not there.
 */
export async function locked(name: string): Promise<string> {
  const lock = await readFile(join(root, "deno.lock"), "utf8");
  const specifiers: Record<string, string> = JSON.parse(lock).specifiers;
  for (const [specifier, version] of Object.entries(specifiers)) {
    // Deno notes the version of a peer behind it.
    if (specifier.startsWith(`npm:${name}@`)) return version.split("_")[0]!;
  }
  throw new Error(`Cannot tell the version of "${name}": it is not locked`);
}

/**
 * Looks for Node and npm, for tests that are skipped without.
 *
 * @returns Whether both start.
 */
export async function hasNode(): Promise<boolean> {
  try {
    await run("node", ["--version"]);
    await run("npm", ["--version"]);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return false;
    throw error;
  }
}
