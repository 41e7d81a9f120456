/**
 * Runs the behaviour tests on Deno, Node or Bun, and writes what came of them
 * into the file that the command line names.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import process from "node:process";

import { runEverything } from "./everywhere.ts";
import { assets } from "./fixtures.ts";

const [, , file = ""] = process.argv;
writeFileSync(file, JSON.stringify(await runEverything(assets)));
