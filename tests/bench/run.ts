/**
 * Starts the benchmark on Deno or Node, and hands it what the command line says.
 *
 * @module
 */

import process from "node:process";

Object.assign(globalThis, { benchJson: process.argv.includes("--json") });
await import("./bench.ts");
