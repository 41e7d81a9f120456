/**
 * That the README shows what the program prints, and lists all that there is.
 * Its code is compiled by `deno test --doc`.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";
import { readFileSync } from "node:fs";
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

Deno.test("README.md: it lists every entry and every verb", async () => {
  for (const entry of Object.keys(settings.exports)) {
    assert.include(readme, `\`${entry}\``);
  }
  const help = await printed({}, "--help");
  const verbs = [...help.matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb]) => verb);
  assert.isAbove(verbs.length, 5);
  for (const verb of verbs) assert.include(readme, `\`${verb}\``);
});

Deno.test("README.md: every link within it leads somewhere", () => {
  const places = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")
  );
  for (const [, place] of readme.matchAll(/\]\(#([^)]*)\)/g)) {
    assert.include(places, place);
  }
});
