/**
 * Shows what the package is for, on what a real QEMU sent: a guest's crash
 * replayed, its address read to the last digit, all recorded traces validated.
 *
 * @module
 */

import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import process from "node:process";

import { parseJson, RunStateEvent } from "../mod.ts";
import { main } from "../src/cli/mod.ts";
import { nodeHost } from "../src/cli/node_host.ts";
import { read, traceSource } from "../src/replay/mod.ts";

const folder = relative(
  process.cwd(),
  join(import.meta.dirname!, "..", "fixtures", "traces"),
);
const crash = join(folder, "panic-s390.jsonl");

/** What `validate --json` prints of a file, as far as it is used here. */
interface Report {
  readonly file: string;
  readonly messages: number;
  readonly byName: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly line: number;
  }[];
}

/** Does the demonstration; the exit code says whether all was well. */
async function demonstrate(): Promise<number> {
  heading("A guest crashes, as a real QEMU told it to a client");
  await run("replay", crash);

  heading("The address of the crash, read in two ways");
  const isExact = await compareReaders();

  heading("All recorded traces, validated");
  const isValid = await validateAll();

  heading("Now you");
  const example = join(folder, "lifecycle.jsonl");
  console.log(`  deno task qmp replay --speed 0.01 ${example}`);
  console.log("  deno task qmp validate YOUR-FILE");
  console.log(
    `  (where Deno is not installed: npx --yes deno@${Deno.version.deno} task …)`,
  );
  return isExact && isValid ? 0 : 1;
}

function heading(text: string): void {
  console.log(`\n${text}\n`);
}

function run(...args: readonly string[]): Promise<number> {
  return main(args, nodeHost());
}

/** Reads the recorded address as everybody does, and as this package does. */
async function compareReaders(): Promise<boolean> {
  const source = traceSource();
  const records = source.push(new Uint8Array(await readFile(crash)));
  const { entries } = read([...records, ...source.end()]);
  const { text } = entries.find(({ name }) => name === "GUEST_PANICKED")!;
  const written = /"psw-addr": (\d+)/.exec(text)![1]!;
  const lossy = addressIn(JSON.parse(text));
  const exact = addressIn(parseJson(text));
  const rows = [
    ["QEMU wrote", BigInt(written), written],
    ["JSON.parse()", BigInt(lossy), `${lossy}`],
    ["parseJson()", BigInt(exact), `${exact}`],
  ] as const;
  for (const [who, value, digits] of rows) {
    const mark = digits === written ? "" : "   another address!";
    console.log(
      `  ${who.padEnd(13)} ${digits}  0x${value.toString(16)}${mark}`,
    );
  }
  return `${exact}` === written && `${lossy}` !== written;
}

function addressIn(message: unknown): number | bigint {
  const { data } = message as {
    data: { info: { "psw-addr": number | bigint } };
  };
  return data.info["psw-addr"];
}

/** Validates every recorded trace, a line each. */
async function validateAll(): Promise<boolean> {
  const names = (await readdir(folder)).filter((name) => /\.jsonl$/.test(name));
  const files = names.sort().map((name) => join(folder, name));
  let lines = "";
  const host = nodeHost();
  const stdout = {
    isTerminal: false,
    write: (text: string) => Promise.resolve(void (lines += text)),
  };
  await main(["validate", "--json", ...files], {
    ...host,
    stdout,
  });
  const reports: Report[] = lines.trim().split("\n").map((line) =>
    JSON.parse(line)
  );
  const events = new Set<string>();
  let isValid = true;
  for (const { file, messages, byName, findings } of reports) {
    const faults = findings.filter(({ severity }) => severity === "fault");
    const refused = findings.filter(({ code }) => code === "REFUSED");
    const isWrong = faults.some(({ line }) =>
      !refused.some((each) => each.line === line)
    );
    isValid &&= !isWrong;
    const name = basename(file, ".jsonl").padEnd(24);
    const verdict = faults.length === 0
      ? "no fault"
      : isWrong
      ? `faults: ${faults.length}`
      : `wrong commands, which QEMU refused: ${faults.length}`;
    console.log(`  ${name} ${`${messages}`.padStart(3)} messages, ${verdict}`);
    for (const name of Object.keys(byName)) events.add(name);
  }
  const isThere = (name: string) => events.has(name);
  const own = RunStateEvent.options.map(({ entries }) => entries.event.literal);
  console.log(
    `  ${reports.length} traces hold ${
      own.filter(isThere).length
    } of the ${own.length} events of run-state`,
  );
  return isValid;
}

process.exitCode = await demonstrate();
