/**
 * Records `fixtures/traces/` afresh from a real QEMU 7.2: each scenario as
 * `NAME.jsonl`, and beside it, in `NAME.expected.json`, what a correct reader
 * must find. With arguments, just the scenarios of these names.
 *
 * ```sh
 * deno run -A scripts/record_fixtures.ts [NAME…]
 * ```
 *
 * @module
 */

import { writeFile } from "node:fs/promises";
import process from "node:process";

import { recordScenario } from "./record_scenario.ts";
import { scenarios } from "./scenarios.ts";
import { missing, survey } from "./survey.ts";

const folder = new URL("../fixtures/traces/", import.meta.url);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in scenarios));
if (unknown.length > 0) {
  throw new RangeError(`There is no scenario ${unknown.join(", ")}`);
}

for (const [name, scenario] of Object.entries(scenarios)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const lines: string[] = [];
  await recordScenario(scenario, (line) => lines.push(line));
  const trace = lines.join("");
  const seen = survey(trace);
  const absent = missing(seen, scenario);
  if (absent.length > 0) throw new Error(`${name} lacks ${absent.join(", ")}`);
  await writeFile(new URL(`${name}.jsonl`, folder), trace);
  await writeFile(
    new URL(`${name}.expected.json`, folder),
    JSON.stringify(seen.expected, null, 2) + "\n",
  );
  console.log(`${name}: ${seen.expected.messages} messages`);
}
