/**
 * Builds the pages of the API from what the sources say of themselves.
 *
 *     deno run --allow-all scripts/docs.ts docs
 *
 * @module
 */

import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import settings from "../deno.json" with { type: "json" };

const run = promisify(execFile);
const root = join(import.meta.dirname!, "..");

/**
 * Builds the pages.
 *
 * @param directory Where they go; what is there is removed.
 * @returns The page to begin with.
 */
export async function buildDocs(directory: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await run(Deno.execPath(), [
    ...["doc", "--html", `--name=${settings.name}`],
    `--output=${resolve(directory)}`,
    ...Object.values(settings.exports),
  ], { cwd: root });
  return join(directory, "index.html");
}

if (import.meta.main) {
  const [directory = "docs"] = Deno.args;
  console.log(await buildDocs(directory));
}
