/**
 * That the README shows what the program prints, and lists all that there is.
 * Its code is compiled by `deno test --doc`.
 *
 * @module
 */

import { parseJson } from "@qmp/run-state";
import { main } from "@qmp/run-state/cli";
import { edition } from "@qmp/run-state/editions";
import { spoilt } from "@qmp/run-state/fixtures";
import { logFormats } from "@qmp/run-state/logs";
import { assert } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import settings from "../deno.json" with { type: "json" };
import { fakeHost } from "./fake_host.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");

/** What the program prints. */
async function printed(
  files: Readonly<Record<string, Uint8Array>>,
  ...args: readonly string[]
): Promise<string> {
  const host = fakeHost({ files });
  assert.equal(await main(args, host), 0, host.err());
  return host.out();
}

Deno.test("README.md: what report says of a panic is what it says", async () => {
  const path = "fixtures/traces/panic-s390.jsonl";
  const [, shown] = /\n```\n(Why it stopped\n[^]*?)\n```\n/.exec(readme)!;
  const report = await printed(
    { [path]: readFileSync(root + path) },
    "report",
    path,
  );
  assert.include(report, `\n${shown}\n`);
});

Deno.test("README.md: what JSON.parse and parseJson make of an address is what they make of it", () => {
  const [, sent] = /"psw-addr": (\d+) +what QEMU sent\n/.exec(readme)!;
  const trace = readFileSync(`${root}fixtures/traces/panic-s390.jsonl`, "utf8");
  assert.include(trace, `\\"psw-addr\\": ${sent},`);
  for (
    const line of [
      `${JSON.parse(sent!)}      what JSON.parse makes of it`,
      `${parseJson(sent!)}n     what this library makes of it`,
    ]
  ) assert.include(readme, `\n            ${line}\n`);
});

Deno.test("README.md and CHANGELOG.md: they list every entry and every verb", async () => {
  const changelog = readFileSync(`${root}CHANGELOG.md`, "utf8");
  for (const entry of Object.keys(settings.exports)) {
    assert.include(readme, `\`${entry}\``);
    if (entry !== ".") assert.include(changelog, `\`${entry}\``);
  }
  const help = await printed({}, "--help");
  const verbs = [...help.matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb]) => verb);
  assert.isAbove(verbs.length, 5);
  for (const verb of verbs) {
    assert.include(readme, `\`${verb}\``);
    assert.match(changelog, new RegExp(`\`(qmp-run-state )?${verb}\``));
  }
});

Deno.test("CONTRIBUTING.md: it lists every task, and every folder of src", () => {
  const contributing = readFileSync(`${root}CONTRIBUTING.md`, "utf8");
  const tasks = [...contributing.matchAll(/^\| `deno task ([\w:]+)`/gm)]
    .map(([, task]) => task!);
  assert.sameMembers(tasks, Object.keys(settings.tasks));
  const folders = [...contributing.matchAll(/^ {4}src\/(\w+) /gm)]
    .map(([, folder]) => folder!);
  assert.sameMembers(folders, readdirSync(`${root}src`));
});

Deno.test("README.md: every command is one that there is, with options that it takes", async () => {
  const commands = [...readme.matchAll(/^npx @?qmp\S* ([^#>\n]*)/gm)];
  assert.isAbove(commands.length, 20);
  for (const [line, words] of commands) {
    const [verb = "", ...rest] = words!.trim().split(/ +/);
    const help = await printed({}, verb, "--help");
    for (const option of rest.filter((each) => each.startsWith("-"))) {
      assert.match(help, new RegExp(`^ .*${option}\\b`, "m"), line);
    }
  }
});

Deno.test("README.md: who installs the package gets what its first program imports", () => {
  const [, lines] = /\n## Install\n[^]*?```sh\n([^]*?)```/.exec(readme)!;
  const [, program] = /```ts\n([^]*?)```/.exec(readme)!;
  const imported = [...program!.matchAll(/ from "([^"]+)"/g)];
  assert.lengthOf(imported, 2);
  for (const line of lines!.trim().split("\n")) {
    for (const [, name] of imported) assert.include(line, name!);
  }
});

Deno.test("README.md: drift compares with the release that it names, whatever the QEMU is", async () => {
  const [, words] = /^npx @qmp\/run-state (drift .*)$/m.exec(readme)!;
  const args = words!.split(" ");
  const [, , release, place] = args;
  const greeting =
    '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
    '"package": ""}, "capabilities": []}}\r\n';
  const schema = readFileSync(
    `${root}fixtures/schemas/qemu-7.2.22.json`,
    "utf8",
  );
  const answer = (command: string) =>
    command.includes("qmp_capabilities") ? '{"return": {}}\r\n' : schema;
  const host = fakeHost({ monitors: { [place!]: { greeting, answer } } });
  assert.equal(await main(args, host), 1, host.err());
  assert.include(host.out(), ` from edition ${release} `);
});

Deno.test("README.md: it lists every format of logs, and says how much is spoilt", () => {
  const [, listed] = /\nThe formats: ([^]*?)\. What mail did/.exec(readme)!;
  const names = [...listed!.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
  assert.sameMembers(names, logFormats.map(({ name }) => name));
  const [, count] = /\nspoilt\(release\); \/\/ (\d+) messages/.exec(readme)!;
  assert.lengthOf(spoilt(edition("7.2")), Number(count));
});

Deno.test("README.md: it gives the reason of every dependency", () => {
  const [, section] = /\n## Dependencies\n([^]*?)\n## /.exec(readme)!;
  const told = [...section!.matchAll(/npmjs\.com\/package\/(.+?)[)\n]/g)]
    .map(([, name]) => name!);
  const imported = Object.values(settings.imports)
    .map((each) => /^npm:(.+)@/.exec(each)![1]!);
  // What tests install into folders of their own.
  const tests = readdirSync(`${root}tests`, { encoding: "utf8" })
    .filter((file) => /_test\.ts$|^(chromium|example_user)\.ts$/.test(file))
    .map((file) => readFileSync(`${root}tests/${file}`, "utf8")).join("\n");
  const installed = [...tests.matchAll(/["`]([\w@/-]+)@(?:\d|\$\{)/g)]
    .map(([, name]) => name!);
  assert.includeMembers(installed, [
    ...["hono", "workerd", "playwright-core", "@types/node"],
  ]);
  assert.includeMembers(told, [...imported, ...installed]);
  // In one version each: what is published tomorrow fails no test.
  assert.isEmpty([...tests.matchAll(/["`][\w@/-]+@[\^~>*].*/g)].flat());
});

Deno.test("README.md: one version of Deno is fetched wherever there is none", () => {
  const files = ["README.md", "CONTRIBUTING.md", ".ci/run", "scripts/ok.ts"];
  const versions = files.flatMap((file) => {
    const text = readFileSync(root + file, "utf8");
    const found = [...text.matchAll(/\bdeno@([\d.]+)/g)];
    assert.isNotEmpty(found, file);
    return found.map(([, version]) => version);
  });
  assert.lengthOf([...new Set(versions)], 1, `${versions}`);
});

Deno.test("README.md: every link within it leads somewhere", () => {
  const places = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")
  );
  for (const [, place] of readme.matchAll(/\]\(#([^)]*)\)/g)) {
    assert.include(places, place);
  }
});
