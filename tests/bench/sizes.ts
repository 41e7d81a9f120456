/**
 * How many bytes an application ships for each entry: bundled, minified and
 * packed with gzip, with Valibot and without, since an application that uses
 * the schemas has Valibot already.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";

const root = join(import.meta.dirname!, "../..");

const bundles = {
  "one schema": 'export { STOP } from "@qmp/run-state";',
  ".": 'export * from "@qmp/run-state";',
  "./replay": 'export * from "@qmp/run-state/replay";',
  "./editions": 'export * from "@qmp/run-state/editions";',
};

/** Bundles with esbuild, which is inside `deno bundle`. */
function gzipped(source: string, external: readonly string[]): number {
  const folder = mkdtempSync(join(root, ".size-"));
  try {
    const entry = join(folder, "entry.ts");
    const output = join(folder, "entry.js");
    writeFileSync(entry, source);
    const { status, stderr } = spawnSync(process.execPath, [
      "bundle",
      "--quiet",
      "--minify",
      "--platform=browser",
      ...external.map((name) => `--external=${name}`),
      `--output=${output}`,
      entry,
    ], { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return gzipSync(readFileSync(output), { level: 9 }).length;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const sizes = Object.fromEntries(
  Object.entries(bundles).map(([name, source]) => [name, {
    bytes: gzipped(source, []),
    withoutValibot: gzipped(source, ["valibot"]),
  }]),
);

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(sizes));
} else {
  console.log("Bundled, minified, gzip -9:");
  for (const [name, { bytes, withoutValibot }] of Object.entries(sizes)) {
    console.log(
      `  ${name.padEnd(22)}${String(bytes).padStart(6)} bytes, ${
        String(withoutValibot).padStart(6)
      } without Valibot`,
    );
  }
}
