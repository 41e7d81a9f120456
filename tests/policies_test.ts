/** Walks the table of policies in the README: what it says is what `read` does. */

import { assert } from "chai";
import { edition } from "@qmp/run-state/editions";
import { type Policy, read, type TraceRecord } from "@qmp/run-state/replay";

const readme = Deno.readTextFileSync(new URL("../README.md", import.meta.url));
const policies = ["strict", "forward", "raw"] as const;

/** The cells of each row, the heading and the line below it left out. */
function rowsOf(text: string): string[][] {
  const start = text.indexOf("| input ");
  const table = text.slice(start, text.indexOf("\n\n", start));
  return table.split("\n").slice(2).map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim())
  );
}

function resultOf(
  message: string,
  version: string,
  policy: Policy,
): string {
  const [, command, text = message] = /^([a-z-]+): (.*)$/.exec(message) ?? [];
  const texts = command === undefined
    ? [text]
    : [JSON.stringify({ execute: command }), text];
  const records = texts.map((text, index): TraceRecord => ({
    line: index + 1,
    offset: 0,
    text: text.replace("{…}", '{"seconds": 1, "microseconds": 2}'),
  }));
  const entry = read(records, { edition: edition(version), policy })
    .entries.at(-1)!;
  const faults = entry.findings.filter(({ severity }) => severity === "fault");
  return faults.length > 0
    ? faults.map(({ code }) => `fault \`${code}\``).join(", ")
    : entry.message === undefined
    ? "nothing"
    : "forwarded" in entry.message
    ? "forwarded"
    : "message";
}

const rows = rowsOf(readme);

Deno.test("the README's table of policies is there, with every outcome in it", () => {
  assert.isAtLeast(rows.length, 20);
  for (const row of rows) assert.lengthOf(row, 6, row.join());
});

for (const [input, version, message, ...results] of rows) {
  for (const [index, policy] of policies.entries()) {
    Deno.test(`read() gives ${results[index]} for ${input} under ${policy}`, () => {
      assert.strictEqual(
        resultOf(message!.replaceAll("`", ""), version!, policy),
        results[index],
      );
    });
  }
}
