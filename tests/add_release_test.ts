import { assert } from "chai";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { readDefinitions } from "../scripts/qapi_definitions.ts";
import { readTransitions } from "../scripts/run_state_table.ts";
import { factsText, stepsOf } from "../scripts/history_text.ts";
import type { Definition, Release } from "../src/editions/definition.ts";
import { history } from "../src/editions/history.ts";
import { editions, release, treeVersion } from "../src/editions/release.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const script = join("scripts", "add_release.ts");
const facts = join("fixtures", "history", "run-state-history.json");
const historyFile = join("src", "editions", "history.ts");
const copied = [
  script,
  "scripts/history_text.ts",
  "scripts/qapi_definitions.ts",
  "scripts/qapi_text.ts",
  "scripts/run_state_table.ts",
  "src/editions/definition.ts",
  "src/editions/release.ts",
  // The words with which releases are refused.
  "src/schema",
  "src/wire",
  historyFile,
  facts,
  "fixtures/qemu-tree",
];

/** A copy of what the script reads and writes, and of the small QEMU tree. */
interface Copy {
  readonly folder: string;
  readonly tree: string;
  /** Runs the script on the tree; gives what it says. */
  add(version: string): Promise<string>;
  /** Imports the copy's modules, afresh, and gives a JSON value that they make. */
  evaluate(expression: string): Promise<unknown>;
}

async function inCopy(test: (copy: Copy) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "add-release-"));
  try {
    for (const path of copied) {
      await cp(join(root, path), join(folder, path), { recursive: true });
    }
    await test(copyIn(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function copyIn(folder: string): Copy {
  const tree = join(folder, "fixtures", "qemu-tree");
  const deno = (...args: string[]) =>
    promisify(execFile)(process.execPath, args, { cwd: folder });
  return {
    folder,
    tree,
    async add(version) {
      try {
        return (await deno("run", "-A", script, tree, version)).stdout.trim();
      } catch (error) {
        const { stderr, code } = error as { stderr: string; code: number };
        assert.equal(code, 1, stderr);
        return stderr.trim();
      }
    },
    async evaluate(expression) {
      const [editions, history] = ["release.ts", "history.ts"].map((name) =>
        pathToFileURL(join(folder, "src", "editions", name)).href
      );
      const { stdout } = await deno(
        "eval",
        `import { editions, release } from "${editions}";
         import { history } from "${history}";
         console.log(JSON.stringify(${expression}));`,
      );
      return JSON.parse(stdout);
    },
  };
}

function read(...path: string[]): Promise<string> {
  return readFile(join(...path), "utf8");
}

const before: readonly Release[] = editions.map((name) => release(name));

Deno.test("add_release adds a release as a change to its neighbour, and changes no other", () =>
  inCopy(async ({ folder, add, evaluate }) => {
    assert.equal(
      await add("v99.0.0"),
      "Added 99.0. Now tell src/editions/known.ts of it, and run the tests",
    );
    assert.deepEqual(await evaluate('history["99.0"].change'), {
      ShutdownCause: { add: ["guest-hibernate"] },
      RESET: { add: { "*origin": "str" } },
      GuestPanicAction: { add: ["doze"], before: "run" },
      GuestPanicInformationType: { add: ["sev"] },
      GuestPanicInformation: { add: { sev: "GuestPanicInformationSev" } },
      MemoryFailureFlags: { set: { deprecatedMembers: ["recursive"] } },
    });
    assert.deepEqual(await evaluate('history["99.0"].transitions'), {
      add: { "guest-panicked": ["suspended"] },
      remove: { watchdog: ["colo"] },
    });

    const after = await evaluate("editions.map((name) => release(name))");
    const [added, ...others] = (after as Release[]).toReversed();
    assert.equal(JSON.stringify(others.toReversed()), JSON.stringify(before));
    assert.equal(added?.version, "99.0");
    assert.deepEqual(added?.definitions["GUEST_YAWNED"], {
      kind: "event",
      members: { often: "bool" },
    });
    assert.include(
      Object.keys(added?.definitions ?? {}).join(" "),
      "GUEST_PVSHUTDOWN GUEST_YAWNED GuestPanicAction",
    );

    const { releases } = JSON.parse(await read(folder, facts));
    assert.equal(
      JSON.stringify(releases.at(-1)),
      JSON.stringify({ ...added, version: "99.0.0" }),
    );
  }));

Deno.test("add_release leaves every line as it was that it need not change", () =>
  inCopy(async ({ folder, add }) => {
    await add("99.0");
    for (
      const [path, end] of [[historyFile, "master: {"], [
        facts,
        "]]}\n]}",
      ]] as const
    ) {
      const old = await read(root, path);
      const kept = old.slice(0, old.indexOf(end));
      assert.isAbove(kept.length, old.length * 0.9);
      assert.isTrue((await read(folder, path)).startsWith(kept), path);
    }
  }));

Deno.test("add_release puts a development tree in the place of the one before", () =>
  inCopy(async ({ tree, add, evaluate }) => {
    await writeFile(join(tree, "VERSION"), "10.2.91\n");
    assert.match(await add("master"), /^Added master\./);
    assert.deepEqual(await evaluate("editions"), [...editions]);
    assert.deepInclude(await evaluate("history.master"), {
      tree: "10.2.91",
      from: "10.2",
    });
    const [made] = await evaluate('[release("master")]') as [Release];
    assert.include(JSON.stringify(made.definitions), '"doze"');
  }));

Deno.test("add_release finds the table where older releases have it", async () => {
  for (const place of ["softmmu/runstate.c", "softmmu/vl.c", "vl.c"]) {
    await inCopy(async ({ tree, add }) => {
      await mkdir(join(tree, "softmmu"));
      await rename(join(tree, "system/runstate.c"), join(tree, place));
      assert.match(await add("99.0"), /^Added 99\.0\./);
    });
  }
});

Deno.test("add_release refuses what it cannot read, says why, and writes nothing", () =>
  inCopy(async ({ folder, tree, add }) => {
    const refused = async (version: string, message: string) => {
      assert.equal(await add(version), message);
      for (const path of [historyFile, facts]) {
        assert.equal(await read(folder, path), await read(root, path));
      }
    };
    await refused("7.2", "Cannot add 7.2: it is known");
    await refused(
      "next",
      'Cannot add "next": it is neither a release nor "master"',
    );
    await refused("98.0", 'Cannot add 98.0: the tree\'s VERSION is "99.0.0"');
    await refused(
      "master",
      'Cannot add master: the tree\'s VERSION is "99.0.0"',
    );
    const schema = join(tree, "qapi", "run-state.json");
    const text = await readFile(schema, "utf8");
    await writeFile(schema, text.replace("'bool'", "'int'"));
    await refused(
      "99.0",
      'Cannot read struct "StatusInfo": no schema spells the type "int" (line 36)',
    );
    await writeFile(schema, text);
    await rm(join(tree, "system"), { recursive: true });
    await refused(
      "99.0",
      `Cannot find system/runstate.c or softmmu/runstate.c or softmmu/vl.c or vl.c in ${tree}`,
    );
  }));

Deno.test("readDefinitions() reads comments, single quotes and any layout", () => {
  const text = "# a comment with 'quotes' and {\n" +
    "{ 'pragma': { 'doc-required': true } }{'include':'x.json'}\n" +
    "{'enum':'E', # so\n'data':[]}\r\n" +
    "\t{ 'command': 'c', 'allow-preconfig': false, 'returns': 'S' }\n" +
    "{ 'struct' : 'S' , 'data' : {'a':'E','*b':{'type':'str'}} }";
  assert.deepEqual(readDefinitions(text), {
    E: { kind: "enum", values: [] },
    c: { kind: "command", members: {}, returns: "S" },
    S: { kind: "struct", members: { a: "E", "*b": "str" } },
  });
  assert.deepEqual(readDefinitions(""), {});
});

Deno.test("readDefinitions() refuses what it does not know, with its line", () => {
  const refused = {
    "{ 'alternate': 'A', 'data': {} }":
      'Cannot read alternate "A": nothing of that kind is known here (line 2)',
    "{ 'event': 'A', 'if': 'CONFIG_X' }":
      'Cannot read event "A": "if" is not known here (line 2)',
    "{ 'command': 'a', 'gen': false }":
      'Cannot read command "a": "gen" is not known here (line 2)',
    "{ 'command': 'a', 'returns': ['str'] }":
      'Cannot read command "a": ["str"] stands for a name (line 2)',
    "{ 'command': 'a', 'allow-preconfig': 'yes' }":
      'Cannot read command "a": "allow-preconfig" is no boolean (line 2)',
    "{ 'enum': 'A', 'data': [ { 'name': 'b' } ] }":
      'Cannot read enum "A": {"name":"b"} stands for a name (line 2)',
    "{ 'enum': 'A', 'data': 'B' }":
      'Cannot read enum "A": "B" stands for a list (line 2)',
    "{ 'struct': 'A', 'data': 'B' }":
      'Cannot read struct "A": "B" stands for an object (line 2)',
    "{ 'struct': 'A', 'data': { 'b': 'uint8' } }":
      'Cannot read struct "A": no schema spells the type "uint8" (line 2)',
    "{ 'struct': 'A', 'data': { 'b': { 'type': 'str', 'if': 'X' } } }":
      'Cannot read struct "A": "if" is not known here (line 2)',
    "{ 'struct': 'A', 'data': { 'b': { 'type': 'str', 'features': [ 'unstable' ] } } }":
      'Cannot read struct "A": the feature "unstable" is not known here (line 2)',
    "{ 'event': 'A', 'data': { 'b': { 'type': 'str', 'features': [ 'deprecated' ] } } }":
      'Cannot read event "A": "features" is not known here (line 2)',
    "{ 'union': 'A', 'data': {} }":
      'Cannot read union "A": nothing stands for an object (line 2)',
    "{ 'event': 'A' }\n{ 'event': 'A' }":
      'Cannot read event "A": it is defined twice (line 3)',
    "{ 'event': true }":
      'Cannot read event "true": its name is no string (line 2)',
    "{ 'event': 'A', 'event': 'B' }":
      'Cannot take member "event" twice (line 2)',
    "{ 'event': 'A'":
      'Cannot read "the end of the file" where "}" stands (line 2)',
    "{ 'event': 'A' ]": 'Cannot read "]" where "}" stands (line 2)',
    "{ 'event': 'A', }": 'Cannot read "}" where a string stands (line 2)',
    "{ 'event':\n 'A\n' }": 'Cannot read "\'A" as QAPI (line 3)',
    '{ "event": 1 }': 'Cannot read "\\"event\\":" as QAPI (line 2)',
    "{ 'event': null }": 'Cannot read "null" as QAPI (line 2)',
    "[]": 'Cannot read "[" where "{" stands (line 2)',
  };
  for (const [text, message] of Object.entries(refused)) {
    assert.throws(() => readDefinitions(`\n${text}`), SyntaxError, message);
  }
});

Deno.test("readTransitions() refuses a table that it does not know, with its line", () => {
  const states = ["running", "guest-panicked"];
  const tableOf = (body: string) =>
    `static const X replay_runstate_transitions_def[] = {\n  { 1, 2 }\n};\n` +
    `static const X runstate_transitions_def[] = {\n${body}\n};\n`;
  const last = "{ RUN_STATE__MAX, RUN_STATE__MAX },";
  assert.deepEqual(
    readTransitions(
      tableOf(`{RUN_STATE_RUNNING,RUN_STATE_GUEST_PANICKED}, // once\n /* { */
        { RUN_STATE_RUNNING, RUN_STATE_GUEST_PANICKED },
        { RUN_STATE_GUEST_PANICKED, RUN_STATE_RUNNING }, ${last}`),
      states,
    ),
    [["guest-panicked", "running"], ["running", "guest-panicked"]],
  );
  const refused = {
    [`${last}\n#ifdef X`]:
      'Cannot read "#ifdef X" in the table: it is no transition (line 6)',
    "\n{ RUN_STATE_RUNNING, FLYING },":
      'Cannot read "{ RUN_STATE_RUNNING, FLYING }," in the table: it is no transition (line 6)',
    "{ RUN_STATE_RUNNING, RUN_STATE_FLYING },":
      'Cannot read "RUN_STATE_FLYING" in the table: RunState has no such value (line 5)',
  };
  for (const [body, message] of Object.entries(refused)) {
    assert.throws(
      () => readTransitions(tableOf(body), states),
      SyntaxError,
      message,
    );
  }
  assert.throws(
    () => readTransitions("int main;", states),
    SyntaxError,
    "Cannot find runstate_transitions_def[]",
  );
});

Deno.test("stepsOf() tells the releases just as src/editions/history.ts does, and factsText() as the facts", async () => {
  const all = before.map((each) => ({
    ...each,
    tree: treeVersion(each.version),
  }));
  assert.equal(JSON.stringify(stepsOf(all)), JSON.stringify(history));
  const text = await read(root, facts);
  assert.equal(factsText(text, all), text);
});

Deno.test("stepsOf() refuses definitions in another order", () => {
  const [first, second] = before as [Release, Release];
  const definitions = Object.fromEntries(
    Object.entries<Definition>(second.definitions).toReversed(),
  );
  assert.throws(
    () =>
      stepsOf([
        { ...first, tree: undefined },
        { ...second, definitions, tree: undefined },
      ]),
    "Cannot tell 2.12 as a change to 2.11: its definitions stand in another order",
  );
});

const seed = join(root, "..", "shared", "seed", "run-state.txt");

Deno.test({
  name: "readDefinitions() reads the seed's own file as the facts have it" +
    (existsSync(seed) ? "" : " (skipped: ../shared is absent)"),
  ignore: !existsSync(seed),
  async fn() {
    // A copy of a web page: each line of the file has its number in front.
    const lines = (await readFile(seed, "utf8")).split("\n");
    const text = lines.filter((line) => /^\d+( |$)/.test(line))
      .map((line) => line.replace(/^\d+ ?/, "")).join("\n");
    assert.equal(
      JSON.stringify(readDefinitions(text)),
      JSON.stringify(release("seed").definitions),
    );
  },
});
