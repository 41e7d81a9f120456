/**
 * That no code of a finding goes unexplained, and that the README lists them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Explanation } from "../src/cli/explanation.ts";
import { explanations } from "../src/cli/explanations.ts";

function text(file: string): string {
  return readFileSync(
    fileURLToPath(new URL(`../${file}`, import.meta.url)),
    "utf8",
  );
}

const explained = Object.entries<Explanation>(explanations);

Deno.test("FindingCode: each code has an explanation in src/cli/explain_*.ts, and no other has one", () => {
  const [, union] = /export type FindingCode =([^;]*);/.exec(
    text("src/wire/finding.ts"),
  )!;
  const codes = [...union!.matchAll(/\| "(\w+)"/g)].map(([, code]) => code!);
  assert.ok(codes.length >= 30);
  const known = explained.map(([code]) => code);
  const lacking = codes.filter((code) => !known.includes(code));
  assert.ok(lacking.length === 0, `Nothing explains ${lacking.join(", ")}`);
  assert.deepEqual(known.filter((code) => !codes.includes(code)), []);
});

Deno.test("README.md: its table of findings is what explain says", () => {
  const [, section] = /\n## Findings\n([^]*?)\n## /.exec(text("README.md"))!;
  const rows = section!.split("\n").filter((line) => /^\| `/.test(line))
    .map((line) => line.replaceAll(/ +\|/g, " |"));
  assert.deepEqual(
    rows,
    explained.map(([code, { severity, meaning }]) =>
      `| \`${code}\` | ${severity} | ${meaning} |`
    ),
  );
});
