/**
 * Adds what a QEMU source tree says of run states to the history of releases:
 * to `src/editions/history.ts`, and to the copy of the facts that the tests
 * compare it with.
 *
 * ```sh
 * deno run -A scripts/add_release.ts QEMU_DIR VERSION
 * ```
 *
 * VERSION is a release such as `11.0`, or `master` for a development tree,
 * which takes the place of the one known so far.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { editions, release, treeVersion } from "../src/editions/release.ts";
import {
  type Edition,
  factsText,
  historyText,
  stepsOf,
} from "./history_text.ts";
import { readDefinitions } from "./qapi_definitions.ts";
import { readTransitions } from "./run_state_table.ts";

const historyFile = new URL("../src/editions/history.ts", import.meta.url);
const factsFile = new URL(
  "../fixtures/history/run-state-history.json",
  import.meta.url,
);

/** Where the table stands, and where it stood before 8.2, 6.1 and 5.1. */
const tables = [
  "system/runstate.c",
  "softmmu/runstate.c",
  "softmmu/vl.c",
  "vl.c",
];

try {
  addRelease(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function addRelease([folder, version, ...rest]: readonly string[]): void {
  if (folder === undefined || version === undefined || rest.length > 0) {
    throw new Error("Usage: add_release.ts QEMU_DIR VERSION");
  }
  const added = editionIn(folder, nameOf(version));
  const known = editions
    .filter((name) => name !== added.version)
    .map((name) => ({ ...release(name), tree: treeVersion(name) }));
  const all = [...known, added].sort((a, b) => placeOf(a) - placeOf(b));
  const steps = stepsOf(all);
  rewrite(historyFile, (text) => historyText(text, steps));
  rewrite(factsFile, (text) => factsText(text, all));
  execFileSync(process.execPath, ["fmt", "-q", fileURLToPath(historyFile)]);
  console.log(
    `Added ${added.version}. Now tell src/editions/known.ts of it, and run the tests`,
  );
}

/** `v11.0.0`, `11.0.0` and `11.0` name the same release. */
function nameOf(version: string): string {
  if (version === "master") return version;
  const name = /^v?(\d+\.\d+)(?:\.0)?$/.exec(version)?.[1];
  if (name === undefined) {
    throw new Error(
      `Cannot add ${
        JSON.stringify(version)
      }: it is neither a release nor "master"`,
    );
  }
  if (editions.includes(name)) {
    throw new Error(`Cannot add ${name}: it is known`);
  }
  return name;
}

function editionIn(folder: string, version: string): Edition {
  const text = readIn(folder, ["VERSION"]).trim();
  const tree = Number(text.split(".")[2]) >= 50 ? text : undefined;
  const fits = version === "master"
    ? tree !== undefined
    : tree === undefined && text.startsWith(`${version}.`);
  if (!fits) {
    throw new Error(`Cannot add ${version}: the tree's VERSION is "${text}"`);
  }
  const definitions = readDefinitions(readIn(folder, ["qapi/run-state.json"]));
  const states = definitions["RunState"];
  if (states?.kind !== "enum") {
    throw new Error(`Cannot add ${version}: it has no enum RunState`);
  }
  const transitions = readTransitions(readIn(folder, tables), states.values);
  return { version, definitions, transitions, tree };
}

function readIn(folder: string, paths: readonly string[]): string {
  const found = paths.map((path) => join(folder, path)).find(existsSync);
  if (found === undefined) {
    throw new Error(`Cannot find ${paths.join(" or ")} in ${folder}`);
  }
  return readFileSync(found, "utf8");
}

/** Orders editions by version: 10.2, then its tree 10.2.50, then 11.0. */
function placeOf({ version, tree }: Edition): number {
  const [major = 0, minor = 0, micro = 0] = (tree ?? version).split(".")
    .map(Number);
  return (major * 1000 + minor) * 1000 + micro;
}

function rewrite(file: URL, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}
