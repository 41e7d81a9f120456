/**
 * That every public name is documented, and shown at work by an example. The
 * examples themselves are run by `deno test --doc`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import settings from "../deno.json" with { type: "json" };
import { buildDocs } from "../scripts/docs.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const entries = Object.values(settings.exports);

function denoDoc(flag: "--json" | "--lint"): string {
  const { stdout, stderr } = spawnSync(
    Deno.execPath(),
    ["doc", flag, ...entries],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...Deno.env.toObject(), NO_COLOR: "1" },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  // With --json, standard error has only what was downloaded.
  return flag === "--json" ? stdout : stdout + stderr;
}

/** As much of the output of `deno doc --json` as is read here. */
interface Doc {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

interface Declaration {
  readonly kind: string;
  readonly location: { readonly filename: string };
  readonly jsDoc?: { readonly tags?: readonly Tag[] };
  readonly def: {
    readonly params?: readonly {
      readonly name?: string;
      readonly left?: { readonly name?: string };
    }[];
    readonly returnType?: { readonly repr: string };
  };
}

interface Tag {
  readonly kind: string;
  readonly name?: string;
  readonly doc?: string;
}

const { nodes }: Doc = JSON.parse(denoDoc("--json"));
/** What each public name stands for: a schema and its type share one. */
const names = Map.groupBy(
  Object.values(nodes).flatMap(({ symbols }) => symbols).flatMap((
    { name, declarations },
  ) => declarations.map((each) => ({ name, ...each })))
    // What another entry lists again is told where it is made.
    .filter(({ kind }) => kind !== "reference"),
  ({ name }) => name,
);
const tagsOf = ({ jsDoc }: Declaration) => jsDoc?.tags ?? [];
const isType = ({ kind }: Declaration) =>
  kind === "interface" || kind === "typeAlias";

function examplesOf(declarations: readonly Declaration[]): string[] {
  return declarations.flatMap(tagsOf).filter(({ kind }) => kind === "example")
    .map(({ doc }) => doc?.trim() ?? "");
}

/** The names of types that declarations mention. */
function mentions(declarations: readonly Declaration[]): string[] {
  return [...JSON.stringify(declarations).matchAll(/"typeName":"([^"]+)"/g)]
    .map(([, name]) => name!);
}

Deno.test("deno doc --lint has nothing to say, but for the types of valibot", () => {
  const source = readdirSync(join(root, "src"), {
    recursive: true,
    encoding: "utf8",
  }).filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(root, "src", file), "utf8")).join("\n");
  const isOurs = (name: string) =>
    new RegExp(`\\b(type|interface|class|const|function) ${name}\\b`)
      .test(source);
  const complaints = denoDoc("--lint").split(/^(?=error)/m)
    .filter((each) => each.startsWith("error["))
    .filter((each) => {
      const foreign = /^error\[private-type-ref\].* private type '([^']+)'/
        .exec(each)?.[1];
      return foreign === undefined || isOurs(foreign);
    })
    .map((each) => each.split("\n", 2).join("\n"));
  assert.deepEqual(complaints, []);
});

Deno.test("every public name has an example, or is the type of one that has", () => {
  assert.ok(names.size > 80);
  const all = [...names.keys()];
  // A type cannot run: it is shown where a function or a schema uses it.
  const shown = new Set(
    all.filter((name) => examplesOf(names.get(name)!).length > 0),
  );
  for (const name of shown) {
    for (const each of mentions(names.get(name)!)) {
      if (names.get(each)?.every(isType)) shown.add(each);
    }
  }
  assert.deepEqual(all.filter((each) => !shown.has(each)), []);
});

Deno.test("every example has a title, takes names from the package, and asserts", () => {
  const form =
    /^\S.*\n+```ts\n(?=[^]*from "@qmp\/run-state)(?=[^]*\bassert\b)[^]*\n```$/;
  const poor = [...names.values()].flatMap(examplesOf)
    .filter((each) => !form.test(each));
  assert.deepEqual(poor, []);
});

Deno.test("every public function says what it takes and what it returns", () => {
  const functions = [...names.values()].flat()
    .filter(({ kind }) => kind === "function");
  const silent = functions.flatMap((each) => {
    const { params = [], returnType } = each.def;
    const told = tagsOf(each).filter(({ kind }) => kind === "param")
      .map(({ name }) => name);
    // A parameter that is taken apart at once has no name, and any will do.
    const isTold = params.length === told.length &&
      params.map((param) => param.name ?? param.left?.name)
        .every((name) => name === undefined || told.includes(name));
    const saysWhatComes = returnType?.repr === "void" ||
      tagsOf(each).some(({ kind }) => kind === "return");
    return isTold && saysWhatComes ? [] : [each.name];
  });
  assert.deepEqual(silent, []);
});

Deno.test("every mirrored definition says since which QEMU there is one", () => {
  const mirrored = [...names.values()].filter((declarations) =>
    declarations.some(({ kind, location }) =>
      kind === "variable" &&
      location.filename.endsWith("src/schema/run_state.ts")
    )
  );
  assert.equal(mirrored.length, 31);
  const undated = mirrored.filter((declarations) =>
    !declarations.flatMap(tagsOf).some(({ kind, doc }) =>
      kind === "since" && /^QEMU \d+\.\d+$/.test(doc?.trim() ?? "")
    )
  );
  assert.deepEqual(undated.map(([first]) => first?.name), []);
});

Deno.test("deno task docs builds a page for every entry and public name", async () => {
  const directory = mkdtempSync(join(tmpdir(), "qmp-docs-"));
  try {
    await buildDocs(directory);
    const pages = readdirSync(directory, {
      recursive: true,
      encoding: "utf8",
    });
    const read = (page: string) => readFileSync(join(directory, page), "utf8");
    const first = read("index.html");
    for (const entry of Object.keys(settings.exports).slice(1)) {
      assert.ok(pages.includes(join(entry, "index.html")), entry);
      assert.ok(first.includes(`href="${entry}/index.html"`), entry);
    }
    const usage = /Usage<[^]*? from &quot;([^&]*)&quot;;/;
    assert.deepEqual(
      [
        "~/SHUTDOWN.html",
        "editions/~/edition.html",
        "fixtures/faker/index.html",
      ]
        .map((page) => usage.exec(read(page))?.[1]),
      ["", "/editions", "/fixtures/faker"].map((each) => settings.name + each),
    );
    const named = new Set(pages.map((each) => basename(each)));
    const lacking = [...names.keys()].filter((name) =>
      !named.has(`${name}.html`)
    );
    assert.deepEqual(lacking, []);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
