/**
 * Hands the recorded files to the behaviour tests, on Deno and on Node.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

import type { Assets } from "./suite.ts";

const directory = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** What every behaviour test is given; in an order that is not the runtime's. */
export const assets: Assets = {
  fixtures: new Map(
    [...files()].sort(([one], [other]) => one < other ? -1 : 1),
  ),
};

function* files(): Generator<[string, Uint8Array]> {
  const found = readdirSync(directory, {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of found) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join("/");
    // A Buffer is not quite an Uint8Array: its slice() shares memory.
    yield [name, new Uint8Array(readFileSync(path))];
  }
}
