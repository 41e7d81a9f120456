/**
 * That an application ships what it uses: esbuild and rollup over the npm
 * package. Rollup sees the package's files without its package.json, so nothing
 * but the code itself tells it what may be left out.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import * as core from "@qmp/run-state";
import { type Consumer, consumer, hasNode } from "../scripts/consumer.ts";

const run = promisify(execFile);

const ignore = !await hasNode();
if (ignore) console.log("SKIPPED: the bundlers need node and npm");

/** Prints what each bundler makes of a line of code. */
const program = `
import { build } from "esbuild";
import { rollup } from "rollup";

const contents = process.argv[2];
const { outputFiles } = await build({
  stdin: { contents, resolveDir: "." },
  bundle: true, format: "esm", write: false, legalComments: "none",
});
const entry = process.cwd() + "/node_modules/@qmp/run-state/mod.js";
const bundle = await rollup({
  input: "entry",
  external: ["valibot"],
  treeshake: { moduleSideEffects: (id, external) => !external },
  plugins: [{
    name: "entry",
    resolveId: (id) => id === "entry" ? id : id === "@qmp/run-state" ? entry : null,
    load: (id) => id === "entry" ? contents : null,
  }],
  onwarn() {},
});
const { output } = await bundle.generate({ format: "esm" });
console.log(JSON.stringify({ esbuild: outputFiles[0].text, rollup: output[0].code }));
`;

let user: Consumer | undefined;

Deno.test.beforeAll(async () => {
  if (ignore) return;
  user = await consumer(["esbuild@0.28.2", "rollup@4.68.8"]);
  await writeFile(join(user.folder, "bundle.mjs"), program);
});
Deno.test.afterAll(async () => {
  await user?.[Symbol.asyncDispose]();
});

/** The bundles, without comments. */
async function bundles(source: string): Promise<[string, string][]> {
  const { stdout } = await run("node", ["bundle.mjs", source], {
    cwd: user!.folder,
    maxBuffer: 16 * 1024 * 1024,
  });
  return Object.entries<string>(JSON.parse(stdout)).map(([name, code]) => [
    name,
    code.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "").trim(),
  ]);
}

function shaking(sentence: string, fn: () => Promise<void>): void {
  Deno.test({ name: `tree shaking: ${sentence}`, ignore, fn });
}

/** What only the codec has. */
const codec = /TextDecoder|TextEncoder|as JSON/;

shaking("importing . has no effect", async () => {
  for (const [bundler, code] of await bundles('import "@qmp/run-state";')) {
    assert.equal(code, "", bundler);
  }
});

shaking("one schema brings neither the codec nor another", async () => {
  const others = Object.keys(core).filter((name) => /^[A-Z_]+$/.test(name));
  assert.ok(others.length > 10);
  const source = 'export { STOP } from "@qmp/run-state";';
  for (const [bundler, code] of await bundles(source)) {
    assert.match(code, /"STOP"/, bundler);
    assert.doesNotMatch(code, codec, bundler);
    for (
      const name of [...others, "set-action", "poweroff", "hyper-v", "QMP"]
    ) {
      if (name !== "STOP") {
        assert.ok(!code.includes(`"${name}"`), `${bundler}: ${name}`);
      }
    }
  }
});

shaking("reading and writing JSON brings no schema", async () => {
  const source =
    'export { parseJson, splitJson, stringifyJson } from "@qmp/run-state";';
  for (const [bundler, code] of await bundles(source)) {
    assert.match(code, codec, bundler);
    assert.doesNotMatch(code, /valibot|picklist|"STOP"/, bundler);
  }
});
