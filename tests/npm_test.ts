/**
 * The npm package as a user meets it: installed from its tarball into an empty
 * folder and run on Node.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import settings from "../deno.json" with { type: "json" };
import { type Consumer, consumer, hasNode } from "../scripts/consumer.ts";
import { buildNpm } from "../scripts/npm.ts";
import { lastWordsTests } from "./last_words.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../", import.meta.url));
const trace = join(root, "fixtures", "traces", "panic-s390.jsonl");

const ignore = !await hasNode();
if (ignore) {
  console.log("SKIPPED: the tests of the npm package need node and npm");
}

let user: Consumer | undefined;
const folder = () => user!.folder;
const installed = () => join(folder(), "node_modules", "@qmp", "run-state");

Deno.test.beforeAll(async () => {
  if (!ignore) user = await consumer();
});
Deno.test.afterAll(async () => {
  await user?.[Symbol.asyncDispose]();
});

function npm(sentence: string, fn: () => void | Promise<void>): void {
  Deno.test({ name: `npm: ${sentence}`, ignore, fn });
}

npm("the package says what it is, and depends on valibot alone", async () => {
  const path = join(installed(), "package.json");
  const { description, keywords, repository, exports, ...manifest } = JSON
    .parse(await readFile(path, "utf8"));
  assert.ok(description && keywords.length && repository.url);
  assert.deepEqual(Object.keys(exports), Object.keys(settings.exports));
  assert.deepEqual(manifest, {
    name: "@qmp/run-state",
    version: settings.version,
    type: "module",
    license: "MIT",
    main: "./mod.js",
    types: "./mod.d.ts",
    dependencies: { valibot: "^1.5" },
    peerDependencies: {
      "@faker-js/faker": "^10.6",
      "@valibot/to-json-schema": "^1.8",
      "fast-check": "^4.10",
    },
    peerDependenciesMeta: {
      "@faker-js/faker": { optional: true },
      "@valibot/to-json-schema": { optional: true },
      "fast-check": { optional: true },
    },
    engines: { node: ">=20.19" },
    sideEffects: false,
    bin: { "qmp-run-state": "src/cli/bin.js" },
  });
});

npm(
  "every entry has declarations, and no file is there that does not belong",
  () => {
    const files = readdirSync(installed(), {
      recursive: true,
      withFileTypes: true,
    }).filter((each) => each.isFile())
      .map((each) =>
        join(each.parentPath, each.name).slice(installed().length)
      );
    for (const source of Object.values(settings.exports)) {
      const declarations = join("/", source.replace(/\.ts$/, ".d.ts"));
      assert.ok(files.includes(declarations), declarations);
    }
    const belongs =
      /^\/(package\.json|README\.md|CHANGELOG\.md|LICENSE|(mod|src\/.*)\.(js|d\.ts))$/;
    assert.deepEqual(files.filter((each) => !belongs.test(each)), []);
    for (const file of files) {
      const text = readFileSync(installed() + file, "utf8");
      assert.doesNotMatch(text, /sourceMappingURL|file:\/\/\//, file);
    }
  },
);

npm("two builds give the same bytes", async () => {
  const work = await mkdtemp(join(tmpdir(), "qmp-twice-"));
  try {
    const first = await readFile(user!.tarball);
    const second = await readFile(await buildNpm(work));
    assert.ok(first.equals(second));
  } finally {
    await rm(work, { recursive: true });
  }
});

npm("the program validates a recorded trace", async () => {
  const program = join(folder(), "node_modules", ".bin", "qmp-run-state");
  const { stdout } = await run(program, ["validate", "--json", trace], {
    cwd: folder(),
  });
  const { file, messages, byKind, byName } = JSON.parse(stdout);
  const expected = JSON.parse(
    await readFile(trace.replace(/jsonl$/, "expected.json"), "utf8"),
  );
  assert.equal(file, trace);
  assert.deepEqual({ messages, byKind, byName }, {
    messages: expected.messages,
    byKind: expected.byKind,
    byName: expected.byName,
  });
});

npm(
  "what needs an optional peer says which, and nothing else needs one",
  async () => {
    const program = join(folder(), "node_modules", ".bin", "qmp-run-state");
    const missing = await run(program, ["json-schema"], { cwd: folder() })
      .catch((error) => error);
    assert.deepEqual([missing.code, missing.stdout, missing.stderr], [
      2,
      "",
      "qmp-run-state: Cannot print a JSON Schema: the package " +
      "@valibot/to-json-schema is not there; install it beside @qmp/run-state\n",
    ]);

    const imports = Object.keys(settings.exports).map((entry) =>
      `import(${JSON.stringify(join("@qmp/run-state", entry))})`
    );
    const { stdout } = await run("node", [
      "--input-type=module",
      "--eval",
      `const all = await Promise.allSettled([${imports}]);
    const said = all.map(({ reason }) => reason?.message ?? "");
    console.log(JSON.stringify(said));`,
    ], { cwd: folder() });
    const needs = JSON.parse(stdout).map((message: string) =>
      /package '([^']*)'/.exec(message)?.[1]
    );
    const entries = Object.keys(settings.exports);
    assert.deepEqual(
      entries.flatMap((entry, index) =>
        needs[index] === undefined ? [] : [[entry, needs[index]]]
      ),
      [
        ["./json-schema", "@valibot/to-json-schema"],
        ["./fixtures/faker", "@faker-js/faker"],
        ["./fixtures/fast-check", "fast-check"],
      ],
    );
  },
);

npm("an import reads a recorded trace, to the last digit", async () => {
  const program = `
    import { readFileSync } from "node:fs";
    import * as v from "valibot";
    import { GUEST_PANICKED, parseJson, stringifyJson } from "@qmp/run-state";
    import { read, traceSource } from "@qmp/run-state/replay";

    const source = traceSource();
    const records = source.push(readFileSync(process.argv[1]));
    const { entries } = read([...records, ...source.end()]);
    const panics = entries.filter(({ message }) => v.is(GUEST_PANICKED, message));
    for (const { message, text } of panics) {
      console.log(message.data.info["psw-addr"] === 18364758544493064720n);
      console.log(stringifyJson(parseJson(text), { style: "qemu" }) === text);
    }`;
  const { stdout } = await run("node", [
    ...["--input-type=module", "--eval", program],
    trace,
  ], { cwd: folder() });
  assert.equal(stdout, "true\ntrue\n");
});

for (const [sentence, prove] of Object.entries(lastWordsTests)) {
  npm(sentence, () => prove([join(installed(), "src", "cli", "bin.js")]));
}
