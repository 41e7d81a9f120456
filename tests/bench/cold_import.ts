/**
 * How long a process takes that imports `.` and ends, against one that just
 * ends: on Deno from the sources, on Node from the npm package.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import { consumer, hasNode } from "../../scripts/consumer.ts";
import { timeInRounds } from "./rounds.ts";

const root = join(import.meta.dirname!, "../..");

/** Times both in turn, in a folder where the import can be resolved. */
function coldImport(folder: string, from: string, command: readonly string[]) {
  const [program, ...args] = command;
  const run = (name: string, source: string) => {
    const file = join(folder, name);
    writeFileSync(file, source);
    return () => {
      const { status, stderr } = spawnSync(program!, [...args, file], {
        cwd: folder,
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
    };
  };
  const { empty, "import .": imported } = timeInRounds({
    empty: run("empty.mjs", ""),
    "import .": run("import.mjs", `import ${JSON.stringify(from)};\n`),
  }, 15);
  return {
    empty: Math.round(empty!.milliseconds),
    imported: Math.round(imported!.milliseconds),
  };
}

const results: Record<string, ReturnType<typeof coldImport>> = {};
const folder = mkdtempSync(join(tmpdir(), "qmp-cold-"));
try {
  results["Deno"] = coldImport(
    folder,
    pathToFileURL(join(root, "mod.ts")).href,
    [process.execPath, "run", "--config", join(root, "deno.json")],
  );
} finally {
  rmSync(folder, { recursive: true });
}
if (await hasNode()) {
  await using user = await consumer();
  results["Node"] = coldImport(user.folder, "@qmp/run-state", ["node"]);
}

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(results));
} else {
  console.log("Cold import of ., the whole process:");
  for (const [name, { empty, imported }] of Object.entries(results)) {
    console.log(`  ${name.padEnd(22)}${imported} ms, an empty one ${empty} ms`);
  }
}
