/**
 * Time and peak memory of `timeline --json` over more and more of the same
 * trace, each size in a process of its own that reads it from its standard
 * input. Prints a table, or with `--json` one object. Asserts nothing.
 *
 * With `--large` it reads 1 GB too, which takes minutes.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";

import { traceBytes } from "./trace_bytes.ts";

const megabyte = 1_000_000;
const sizes = process.argv.includes("--large") ? [10, 100, 1000] : [10, 100];
const part = traceBytes(50_000);
// As every monitor's stream begins; without it, 16 MB are kept to look ahead.
const greeting = new TextEncoder().encode(
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
    '"package": ""}, "capabilities": ["oob"]}}\r\n',
);
const { deno } = process.versions as Record<string, string>;
const child = fileURLToPath(
  new URL(`load_child.${deno === undefined ? "js" : "ts"}`, import.meta.url),
);

/** What one run took. */
interface Load {
  readonly megabytes: number;
  readonly seconds: number;
  /** Undefined where the system does not tell. */
  readonly peakMegabytes: number | undefined;
}

async function measure(megabytes: number): Promise<Load> {
  // As the task `qmp` runs it: by itself, Deno lets garbage take 100 MB more.
  const flags = deno === undefined ? [] : [
    "run",
    "--quiet",
    "--allow-all",
    "--v8-flags=--max-semi-space-size=8,--heap-growing-percent=20",
  ];
  const start = performance.now();
  const { stdin, stderr } = spawn(process.execPath, [...flags, child], {
    stdio: ["pipe", "ignore", "pipe"],
  }) as unknown as {
    stdin: NodeJS.WritableStream;
    stderr: NodeJS.ReadableStream;
  };
  let said = "";
  stderr.on("data", (text) => said += text);
  const closed = once(stderr, "close");
  stdin.write(greeting);
  for (let left = megabytes * megabyte; left > 0; left -= part.length) {
    const chunk = part.subarray(0, Math.min(left, part.length));
    if (!stdin.write(chunk)) await once(stdin, "drain");
  }
  stdin.end();
  await closed;
  const kilobytes = /VmHWM:\s*(\d+)/.exec(said)?.[1];
  return {
    megabytes,
    seconds: (performance.now() - start) / 1000,
    peakMegabytes: kilobytes === undefined
      ? undefined
      : Number(kilobytes) * 1024 / megabyte,
  };
}

const loads: Load[] = [];
for (const size of sizes) loads.push(await measure(size));

if (process.argv.includes("--json")) console.log(JSON.stringify(loads));
else {
  const runtime = deno === undefined
    ? `Node ${process.versions.node}`
    : `Deno ${deno}`;
  console.log(`${runtime}: timeline --json`);
  const [{ seconds: first, megabytes: least }] = loads as [Load];
  for (const { megabytes, seconds, peakMegabytes } of loads) {
    const linear = seconds / megabytes / (first / least);
    console.log(
      `  ${String(megabytes).padStart(5)} MB ${
        seconds.toFixed(1).padStart(7)
      } s, ${(megabytes / seconds).toFixed(1)} MB/s, ${
        linear.toFixed(2)
      } x the time of ${least} MB a byte, peak ${
        peakMegabytes?.toFixed(0) ?? "?"
      } MB`,
    );
  }
}
