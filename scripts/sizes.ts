/**
 * How many bytes an application ships for what it imports: bundled and minified
 * by esbuild, which is inside `deno bundle`, and packed with gzip.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import settings from "../deno.json" with { type: "json" };

const run = promisify(execFile);
const root = join(import.meta.dirname!, "..");

/** The name of an entry of the package. */
export type Entry = keyof typeof settings.exports;

/** How many bytes there are, gzip -9. */
export interface Size {
  /** All of it. */
  readonly bytes: number;
  /** What an application adds that has Valibot already. */
  readonly withoutValibot: number;
}

/**
 * Measures what an application ships.
 *
 * @param imports What it imports of which entries: names in braces, or `*`.
 * @returns How much that is.
 */
export async function sizeOf(
  imports: Readonly<Partial<Record<Entry, string>>>,
): Promise<Size> {
  const source = Object.entries(imports).map(([entry, names]) => {
    const file = join(root, settings.exports[entry as Entry]);
    return `export ${names} from ${JSON.stringify(pathToFileURL(file))};\n`;
  }).join("");
  return {
    bytes: await gzipped(source, []),
    withoutValibot: await gzipped(source, ["valibot"]),
  };
}

/** Of the entry that also tracks, records and plays, what reads. */
const reading =
  "{ rawSource, read, reader, readChunks, readStream, traceSource }";

/**
 * Measures what has a budget.
 *
 * @returns The sizes: of one schema, of the core, and of what reading a
 * conversation costs beside the core.
 */
export async function budgeted(): Promise<
  Readonly<Record<"one schema" | "." | "reading beside .", Size>>
> {
  const core = await sizeOf({ ".": "*" });
  const both = await sizeOf({ ".": "*", "./replay": reading });
  return {
    "one schema": await sizeOf({ ".": "{ STOP }" }),
    ".": core,
    "reading beside .": {
      bytes: both.bytes - core.bytes,
      withoutValibot: both.withoutValibot - core.withoutValibot,
    },
  };
}

async function gzipped(
  source: string,
  external: readonly string[],
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "qmp-size-"));
  try {
    const entry = join(folder, "entry.ts");
    const output = join(folder, "entry.js");
    await writeFile(entry, source);
    await run(Deno.execPath(), [
      ...["bundle", "--quiet", "--minify", "--platform=browser"],
      ...["--config", join(root, "deno.json"), "--output", output],
      ...external.map((name) => `--external=${name}`),
      entry,
    ], { cwd: root });
    return gzipSync(await readFile(output), { level: 9 }).length;
  } finally {
    await rm(folder, { recursive: true });
  }
}
