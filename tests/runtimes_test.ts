/**
 * That runs on several runtimes are compared to the letter, and that the README's
 * table is theirs.
 *
 * @module
 */

import assert from "node:assert/strict";

import {
  complaints,
  firstDifference,
  isStale,
  type Row,
  withTable,
} from "../scripts/runtimes_report.ts";
import { assets } from "./fixtures.ts";
import { transcript } from "./transcript.ts";

const said = [...transcript(assets)];

Deno.test("transcript() has verdicts, findings, messages and reports, and is the same each time", () => {
  assert.deepEqual(firstDifference(said, [...transcript(assets)]), undefined);
  assert.ok(said.length > 10_000);
  for (
    const each of [
      /^traces\/panic-s390\.jsonl .*"psw-addr":"18364758544493064720n"/,
      /^traces\/error-replies\.jsonl .*"code":"REFUSED"/,
      /^2\.11 strict covering .*"name":"WATCHDOG".* \[\] /,
      /^7\.2 strict event SHUTDOWN data\.guest: as-number .*"received":"1"/,
      /^7\.2 forward .* \{"forwarded"/,
      /"code":"UNSAFE_NUMBER"/,
      /"kind":"refused","error":\{"class":"GenericError"/,
      /^truncated after 7 of .*"code":"NOT_JSON"/,
      /^huge-reply strict .* \d+ characters$/,
      /^ +psw-addr +0xfedcba9876543210$/,
      /<td>.*0xfedcba9876543210/,
    ]
  ) assert.ok(said.some((line) => each.test(line)), `${each}`);
});

Deno.test("firstDifference() finds one character that is another, in a line of many", () => {
  for (const index of [0, 7_000, said.length - 1]) {
    const line = said[index]!;
    for (const at of [0, Math.floor(line.length / 2), line.length - 1]) {
      const other = said.with(
        index,
        `${line.slice(0, at)}\u00e9${line.slice(at + 1)}`,
      );
      const difference = firstDifference(said, other)!;
      assert.equal(difference.line, index + 1);
      assert.ok(difference.other.includes("\u00e9"));
      assert.ok(!difference.one.includes("\u00e9"));
    }
  }
});

Deno.test("firstDifference() finds a line too few, too many, or in another place", () => {
  const [one = "", other = "", ...rest] = said;
  assert.deepEqual(firstDifference(said, said.slice(0, -1)), {
    line: said.length,
    one: JSON.stringify(said.at(-1)!.slice(0, 240)),
    other: "nothing",
  });
  assert.equal(firstDifference(said, [...said, ""])?.one, "nothing");
  assert.equal(firstDifference(said, [other, one, ...rest])?.line, 1);
});

Deno.test("complaints() names each runtime that says something else, and what", () => {
  const one = { name: "one", lines: said };
  const same = { name: "same", lines: [...said] };
  assert.deepEqual(complaints([one, same]), []);
  const other = { name: "other", lines: said.with(2, "2.5") };
  assert.deepEqual(complaints([one, same, other]), [
    `FAILED: line 3 is another on other\n` +
    `one: ${JSON.stringify(said[2]!.slice(0, 240))}\nother: "2.5"`,
  ]);
  assert.equal(complaints([other, one, same]).length, 2);
});

const row = (title: string, version: string, isPinned: boolean): Row => ({
  ...{ title, version, isPinned },
  ...{ from: "npm", within: "a page", without: [] },
});
const bun = row("Bun", "1.4.5", true);
const chromium = { ...row("Chromium", "156", false), without: ["node:zlib"] };
const rows = [bun, chromium];
const empty = "# Title\n\n<!-- runtimes -->\n\n\n\n<!-- /runtimes -->\n\nEnd\n";

Deno.test("withTable() writes what ran, as the formatter has it", () => {
  const table = [
    "| runtime  | version | from | the tests run in | they are                       |",
    "| -------- | ------- | ---- | ---------------- | ------------------------------ |",
    "| Bun      | 1.4.5   | npm  | a page           | all                            |",
    "| Chromium | 156     | npm  | a page           | all but what needs `node:zlib` |",
  ];
  const readme = withTable(empty, rows);
  assert.deepEqual(readme.split("\n").slice(4, 8), table);
  assert.equal(withTable(readme, rows), readme);
  assert.throws(() => withTable("# Title\n", rows), /has no place$/);
});

Deno.test("isStale() sees a runtime or a chosen version that is another, and no more", () => {
  const readme = withTable(empty, rows);
  assert.equal(isStale(readme, rows), false);
  assert.equal(
    isStale(readme, [bun, { ...chromium, version: "1570" }]),
    false,
  );
  assert.equal(isStale(readme, [{ ...bun, version: "1.4.6" }, chromium]), true);
  assert.equal(isStale(readme, [bun]), true);
  assert.equal(isStale(readme, [bun, { ...chromium, without: [] }]), true);
  assert.equal(isStale(readme, [chromium, bun]), true);
  assert.equal(
    isStale(readme, [...rows, row("Node 26", "26.0.0", true)]),
    true,
  );
  assert.equal(isStale(empty, rows), true);
});
