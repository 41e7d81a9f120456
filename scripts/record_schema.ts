/**
 * Asks a real QEMU for its account of itself (`query-qmp-schema`) and keeps
 * what run-state needs of it as `fixtures/schemas/qemu-VERSION.json`: the
 * commands and events that any edition knows, and the types that they mention.
 *
 * ```sh
 * deno run -A scripts/record_schema.ts
 * ```
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";

import { spansOf } from "../src/editions/since.ts";
import { qemuVersion, withQemu } from "./qemu.ts";

/** What QEMU tells of one command, event or type. */
interface Info {
  readonly name: string;
  readonly "meta-type": string;
  readonly [member: string]: unknown;
}

/** The names that a part of QEMU's account mentions under a key that ends in `type`. */
function mentioned(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    /(^|-)type$/.test(key) && key !== "meta-type" && key !== "json-type"
      ? [value]
      : mentioned(value)
  );
}

function reduced(infos: readonly Info[]): Info[] {
  const byName = new Map(infos.map((info) => [info.name, info]));
  const kept = new Set([
    ...spansOf({ kind: "command" }).keys(),
    ...spansOf({ kind: "event" }).keys(),
  ]);
  for (const name of kept) {
    for (const type of mentioned(byName.get(name))) kept.add(type);
  }
  return infos.filter(({ name }) => kept.has(name));
}

const version = await qemuVersion("x86_64");
if (version === undefined) throw new Error("There is no qemu-system-x86_64");
const infos = await withQemu({ args: ["-S"] }, async ({ monitor }) => {
  await monitor.execute("qmp_capabilities");
  return await monitor.execute("query-qmp-schema") as Info[];
});
const lines = reduced(infos).map((info) => JSON.stringify(info));
const folder = new URL("../fixtures/schemas/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(
  new URL(`qemu-${version}.json`, folder),
  // Indented, since a brace in column 0 begins a message.
  `{"return": [\n  ${lines.join(",\n  ")}\n]}\n`,
);
console.log(`QEMU ${version}: ${lines.length} of ${infos.length} kept`);
