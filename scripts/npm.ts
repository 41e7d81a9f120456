/**
 * Builds the npm package: `deno pack` compiles, and what it cannot say of the
 * package is added here. Two builds give the same bytes.
 *
 *     deno run --allow-all scripts/npm.ts npm
 *
 * @module
 */

import { execFile } from "node:child_process";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

import { javascript } from "./javascript.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname!, "..");

/** What `deno pack` takes from nowhere: it reads neither these from deno.json nor a package.json. */
const more = {
  description:
    "QEMU's run-state protocol (QMP) as Valibot schemas, and its traces read to the last digit",
  keywords: ["qemu", "qmp", "qapi", "run-state", "valibot", "standard-schema"],
  repository: {
    type: "git",
    url: "git+https://github.com/qmp/run-state.git",
  },
  engines: { node: ">=20.19" },
  sideEffects: false,
  bin: { "qmp-run-state": "src/cli/bin.js" },
};

/** A package.json, as far as `deno pack` writes it. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<
    Record<string, { readonly types?: string; readonly import: string }>
  >;
}

/**
 * Builds the npm package.
 *
 * @param directory Where the tarball goes; made where it does not exist.
 * @returns The path of the tarball.
 * @throws {Error} When an entry would come without declarations.
 */
export async function buildNpm(directory: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "qmp-npm-"));
  try {
    const packed = join(work, "packed.tgz");
    // Source maps would hold the paths of the machine that built them.
    const flags = ["--no-source-maps", "--allow-dirty", "--output", packed];
    const { stderr } = await run(Deno.execPath(), ["pack", ...flags], {
      cwd: root,
    });
    await run("tar", ["-xzf", packed, "-C", work]);
    const contents = join(work, "package");
    await complete(contents, stderr);
    await mkdir(directory, { recursive: true });
    const { stdout } = await run("npm", [
      ...["pack", "--json", "--ignore-scripts", contents],
      ...["--pack-destination", resolve(directory)],
    ], { cwd: work });
    const [{ filename }] = JSON.parse(stdout);
    return join(directory, filename);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function complete(contents: string, said: string): Promise<void> {
  const path = join(contents, "package.json");
  const manifest: Manifest = JSON.parse(await readFile(path, "utf8"));
  const files = await readdir(contents, { recursive: true });

  // One slow type anywhere, and `deno pack` leaves out all declarations and exits 0.
  for (const [entry, { types }] of Object.entries(manifest.exports)) {
    if (types === undefined || !files.includes(join(types))) {
      throw new Error(
        `Cannot build the npm package: "${entry}" has no declarations\n${said}`,
      );
    }
  }
  // What no entry exports was copied as it is: the program and its platform
  // are compiled here, the rest does not belong.
  for (const file of files.filter((each) => /(?<!\.d)\.ts$/.test(each))) {
    const path = join(contents, file);
    if (dirname(file) === join("src", "cli")) {
      const compiled = javascript(await readFile(path, "utf8"), file);
      await writeFile(path.replace(/ts$/, "js"), compiled);
    }
    await rm(path);
  }

  // An entry of its own asks for each package but valibot; only who uses the
  // entry needs it, and `deno pack` cannot say that.
  const { exports, dependencies, ...rest } = manifest;
  const { valibot, ...optional } = dependencies;
  const completed = {
    ...rest,
    ...more,
    dependencies: { valibot },
    peerDependencies: optional,
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(optional).map((name) => [name, { optional: true }]),
    ),
    exports,
  };
  await writeFile(path, JSON.stringify(completed, null, 2) + "\n");
}

if (import.meta.main) {
  const [directory = "npm"] = Deno.args;
  console.log(await buildNpm(directory));
}
