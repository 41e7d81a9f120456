/**
 * What the modules of `src` import, read in the module graph, and what they may
 * name: nothing of a platform, nothing that makes code at run time, and no
 * folder to the right of their own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

import settings from "../deno.json" with { type: "json" };

const root = fileURLToPath(new URL("../", import.meta.url));

/** As much of the output of `deno info --json` as is read here. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier: string };
      readonly type?: { readonly specifier: string };
    }[];
  }[];
  readonly npmPackages: Readonly<
    Record<string, { readonly name: string; readonly localPath: string }>
  >;
}

function info(file: string): Info {
  const output = execFileSync(Deno.execPath(), ["info", "--json", file], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const found: Info = JSON.parse(output);
  for (const { error } of found.modules) assert.equal(error, undefined);
  return found;
}

/** A module of the project by its path below the root; any other as it was named. */
function name(specifier: string): string {
  const base = pathToFileURL(root).href;
  return specifier.startsWith(base) ? specifier.slice(base.length) : specifier;
}

/** All that is loaded where a module is: types are not. */
function loaded(file: string): string[] {
  const { modules } = info(file);
  const seen = new Set([pathToFileURL(join(root, file)).href]);
  for (const specifier of seen) {
    const module = modules.find((each) => each.specifier === specifier);
    for (const { code } of module?.dependencies ?? []) {
      if (code) seen.add(code.specifier);
    }
  }
  return [...seen].map(name);
}

function modulesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file).split(sep).join("/"));
}

const source = modulesBelow("src");
const core = ["mod.ts", ...source.filter((file) => !/^src\/cli\//.test(file))];
const text = (file: string) => readFileSync(join(root, file), "utf8");

const entries: Readonly<Record<string, RegExp>> = {
  "mod.ts": /^(mod\.ts|src\/(wire|schema)\/.*|npm:valibot@.*)$/,
  "src/schema/json_schema.ts":
    /^(src\/(wire|schema)\/.*|npm:(valibot|@valibot\/to-json-schema)@.*)$/,
  "src/editions/mod.ts": /^(src\/(wire|schema|editions)\/.*|npm:valibot@.*)$/,
  "src/replay/mod.ts": /^(src\/(wire|schema|replay)\/.*|npm:valibot@.*)$/,
  "src/report/mod.ts":
    /^(src\/(wire|schema|editions|replay|report)\/.*|npm:valibot@.*)$/,
  "src/logs/mod.ts": /^(src\/(wire|schema|replay|logs)\/.*|npm:valibot@.*)$/,
};

for (const [entry, allowed] of Object.entries(entries)) {
  Deno.test(`${entry} loads valibot and what it needs, and no platform`, () => {
    const modules = loaded(entry);
    assert.ok(modules.length > 5);
    assert.deepEqual(modules.filter((each) => !allowed.test(each)), []);
  });
}

/** What a module may import beside modules of the project and valibot. */
const others = [
  /^src\/schema\/json_schema.ts: @valibot\/to-json-schema$/,
  /^src\/cli\/[^:]*: node:/,
  /^src\/fixtures\/faker.ts: @faker-js\/faker\//,
  /^src\/fixtures\/fast_check.ts: fast-check$/,
];

Deno.test("src: a package but valibot, and node:, is imported in one place each", () => {
  const foreign = source.flatMap((file) =>
    ts.preProcessFile(text(file)).importedFiles
      .map(({ fileName }) => fileName)
      .filter((each) => !each.startsWith(".") && each !== "valibot")
      .map((each) => `${file}: ${each}`)
  );
  const beyond = foreign.filter((each) =>
    !others.some((allowed) => allowed.test(each))
  );
  assert.deepEqual(beyond, []);
});

Deno.test("src: a module imports from its own folder or one to its left", () => {
  const order = [
    "wire",
    "schema",
    "editions",
    "replay",
    "logs",
    "report",
    "fixtures",
    "cli",
  ];
  const folder = (file: string) => file.split("/")[1]!;
  const backwards = source.flatMap((file) =>
    ts.preProcessFile(text(file)).importedFiles
      .map(({ fileName }) => fileName)
      .filter((each) => each.startsWith("."))
      .map((each) => relative(root, join(root, file, "..", each)))
      .filter((each) =>
        order.indexOf(folder(each)) > order.indexOf(folder(file))
      )
      .map((each) => `${file}: ${each}`)
  );
  assert.deepEqual(
    source.map(folder).filter((each) => !order.includes(each)),
    [],
  );
  assert.deepEqual(backwards, []);
});

/** What every runtime has beside the language, as far as the core uses it. */
const everywhere = `
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number };
}
interface TextDecoderOptions { fatal?: boolean; ignoreBOM?: boolean }
declare class TextDecoder {
  constructor(label?: string, options?: TextDecoderOptions);
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
interface ReadableStreamDefaultReader<R = any> {
  read(): Promise<{ done: false; value: R } | { done: true; value?: R }>;
  cancel(reason?: unknown): Promise<void>;
}
interface WritableStreamDefaultWriter<W = any> {
  write(chunk: W): Promise<void>;
  close(): Promise<void>;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare class ReadableStream<R = any> {
  constructor(source?: object, strategy?: object);
  getReader(): ReadableStreamDefaultReader<R>;
  pipeThrough<T>(pair: { writable: WritableStream<R>; readable: ReadableStream<T> }): ReadableStream<T>;
  pipeTo(destination: WritableStream<R>): Promise<void>;
  [Symbol.asyncIterator](): AsyncIterableIterator<R>;
}
declare class WritableStream<W = any> {
  constructor(sink?: object, strategy?: object);
  getWriter(): WritableStreamDefaultWriter<W>;
}
interface TransformStreamDefaultController<O = any> {
  enqueue(chunk: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}
interface Transformer<I = any, O = any> {
  start?(controller: TransformStreamDefaultController<O>): unknown;
  transform?(chunk: I, controller: TransformStreamDefaultController<O>): unknown;
  flush?(controller: TransformStreamDefaultController<O>): unknown;
}
declare class TransformStream<I = any, O = any> {
  constructor(transformer?: Transformer<I, O>, writable?: object, readable?: object);
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
`;

/** Checks files of the project, and others given as text, with nothing in scope but the above. */
function complaints(
  files: readonly string[],
  texts: Readonly<Record<string, string>>,
): string[] {
  const virtual = new Map(
    Object.entries({ "everywhere.d.ts": everywhere, ...texts })
      .map(([file, content]) => [join(root, file), content]),
  );
  const packages = [
    "schema/json_schema.ts",
    "fixtures/faker.ts",
    "fixtures/fast_check.ts",
  ].flatMap((file) => Object.values(info(`src/${file}`).npmPackages));
  const path = (name: string) =>
    packages.find((each) => each.name === name)!.localPath;
  const options: ts.CompilerOptions = {
    ...ts.convertCompilerOptionsFromJson(settings.compilerOptions, root)
      .options,
    declaration: true,
    noEmit: true,
    // As much of the language as Node 20 has.
    lib: ["lib.es2023.d.ts"],
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    paths: {
      "valibot": [join(path("valibot"), "dist", "index.d.mts")],
      "@valibot/to-json-schema": [
        join(path("@valibot/to-json-schema"), "dist", "index.d.mts"),
      ],
      "@faker-js/faker/*": [join(path("@faker-js/faker"), "dist", "*.d.ts")],
      "fast-check": [join(path("fast-check"), "lib", "fast-check.d.ts")],
    },
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  const program = ts.createProgram(
    [...files.map((file) => join(root, file)), ...virtual.keys()],
    options,
    host,
  );
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
    `${file ? relative(root, file.fileName) : ""}: ${
      ts.flattenDiagnosticMessageText(messageText, " ")
    }`
  );
}

Deno.test("src: the core compiles where no name of a platform exists", () => {
  assert.ok(core.length > 20);
  assert.deepEqual(complaints(core, {}), []);
});

Deno.test("src: a name of a platform in the core would not compile", () => {
  const names = [
    ...["Deno", "process", "Buffer", "require", "window", "document"],
    ...["setTimeout", "performance", "console", "fetch"],
  ];
  const found = complaints([], {
    "sample.ts": names.map((each) =>
      `export const its_${each}: unknown = ${each};`
    )
      .join("\n"),
  });
  for (const each of names) {
    const complaint = new RegExp(`^sample.ts: Cannot find name '${each}'`);
    assert.ok(found.some((one) => complaint.test(one)), each);
  }
  assert.equal(found.length, names.length);
});

/** Where a module makes code at run time, or loads some. */
function codeMade(content: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const made = ts.isIdentifier(node)
      ? /^(eval|Function)$/.test(node.text)
      : ts.isCallExpression(node) &&
        node.expression.kind === ts.SyntaxKind.ImportKeyword;
    if (made) found.push(node.getText());
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile("", content, ts.ScriptTarget.ES2022, true));
  return found;
}

Deno.test("src: no code is made or loaded at run time", () => {
  const sample = `
    // eval is only spoken of here
    eval("1"); (0, eval)("1"); new Function("1"); Function("1");
    await import("./x.ts"); type T = import("./x.ts").T; "eval";`;
  assert.deepEqual(codeMade(sample), [
    ...["eval", "eval", "Function", "Function", 'import("./x.ts")'],
  ]);
  // What needs a package that may not be there is loaded when it is asked for.
  const loading: Readonly<Record<string, readonly string[]>> = {
    "src/cli/json_schema.ts": ['import("../schema/json_schema.ts")'],
  };
  for (const file of ["mod.ts", ...source]) {
    assert.deepEqual(codeMade(text(file)), loading[file] ?? [], file);
  }
});

Deno.test("tests: what is listed for every runtime stands on the entries alone", () => {
  const reached = new Set(
    Object.values(settings.exports).map((each) => each.slice(2))
      .flatMap(loaded),
  );
  const beyond = loaded("tests/everywhere.ts").filter((each) =>
    !each.startsWith("tests/") && !reached.has(each) &&
    !/^npm:(chai|fast-check|valibot)@/.test(each)
  );
  assert.deepEqual(beyond, []);
});

Deno.test("tests: no suite is left out, and no module", () => {
  const tests = modulesBelow("tests").filter((file) =>
    !/^tests\/(bench|examples)\//.test(file)
  );
  const isRun = (file: string) =>
    /_test\.ts$|^tests\/(node|soak_\w+|on_\w+)\.ts$/.test(file);
  const reached = new Set(
    tests.filter(isRun).flatMap((file) => info(file).modules)
      .map(({ specifier }) => name(specifier)),
  );
  assert.deepEqual(tests.filter((file) => !reached.has(file)), []);

  const listed = ["tests/suites.ts", "tests/behaviour_test.ts"].flatMap((
    file,
  ) =>
    info(file).modules.find(({ specifier }) => name(specifier) === file)!
      .dependencies!.map(({ code }) => name(code?.specifier ?? ""))
  );
  const suites = tests.filter((file) => / Suite = \{/.test(text(file)));
  assert.ok(suites.length > 5);
  assert.deepEqual(suites.filter((file) => !listed.includes(file)), []);
});
