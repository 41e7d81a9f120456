/**
 * Makes a folder such as a user of the npm package has: the tarball, installed
 * with npm and nothing else.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { buildNpm } from "./npm.ts";

const run = promisify(execFile);

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
    await writeFile(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "module" }),
    );
    const tarball = await buildNpm(work);
    await run("npm", [
      ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
      ...[tarball, ...others],
    ], { cwd: folder });
    return { folder, tarball, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
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
