/**
 * `timeline --json` over standard input, and how much memory it took at most,
 * as Linux tells it.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { main } from "@qmp/run-state/cli";

import { nodeHost } from "../../src/cli/node_host.ts";

await main(["timeline", "--json", "-"], nodeHost());
try {
  process.stderr.write(readFileSync("/proc/self/status", "utf8"));
} catch {
  // Where there is no /proc, nobody knows.
}
