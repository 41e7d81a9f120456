/**
 * Gets a release ready: looks whether all that names its version agrees, builds
 * both packages, and prints the two commands that publish them. It publishes
 * nothing.
 *
 *     deno run --allow-all scripts/release.ts
 *
 * @module
 */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import settings from "../deno.json" with { type: "json" };
import { version as programVersion } from "../src/cli/version.ts";
import { buildNpm } from "./npm.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname!, "..");
const { name, version } = settings;

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", args, { cwd: root });
  return stdout.trimEnd();
}

/** What stands in the way of a release: nothing, or sentences. */
async function hindrances(): Promise<string[]> {
  const found: string[] = [];
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    found.push(`deno.json says "${version}", which is no version`);
  }
  if (programVersion !== version) {
    found.push(`src/cli/version.ts says "${programVersion}"`);
  }
  found.push(
    ...inChangelog(await readFile(join(root, "CHANGELOG.md"), "utf8")),
  );
  const dirty = await git("status", "--porcelain");
  if (dirty !== "") found.push(`git has uncommitted changes:\n${dirty}`);
  if (await git("tag", "--list", `v${version}`) !== "") {
    found.push(`git has a tag v${version} already`);
  }
  return found;
}

/** The newest version stands first, with its date and what is new in it. */
function inChangelog(changelog: string): string[] {
  const [, heading, section] = /^(## .*)\n([^]*?)(?=^## |$(?![^]))/m
    .exec(changelog) ?? [];
  if (heading === undefined) return ["CHANGELOG.md has no version"];
  const [, newest, date] = /^## (\S+) \((\d{4}-\d\d-\d\d)\)$/.exec(heading) ??
    [];
  if (newest !== version || date === undefined) {
    return [
      `CHANGELOG.md begins with "${heading}", not with "## ${version} (YYYY-MM-DD)"`,
    ];
  }
  return /^- /m.test(section!)
    ? []
    : [`CHANGELOG.md does not say what is new in ${version}`];
}

if (import.meta.main) {
  const found = await hindrances();
  for (const each of found) {
    console.error(`Cannot release ${name} ${version}: ${each}`);
  }
  if (found.length > 0) Deno.exit(1);

  const tarball = await buildNpm("npm");
  await run(Deno.execPath(), ["publish", "--dry-run"], { cwd: root });
  console.log(`${name} ${version} is built. These two publish it:`);
  console.log(`  npm publish --access public ${tarball}`);
  console.log(`  deno publish`);
}
