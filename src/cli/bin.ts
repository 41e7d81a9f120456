#!/usr/bin/env node
/**
 * The program `qmp-run-state`, for Deno, Node and Bun.
 *
 * @module
 */

import process from "node:process";
import { main } from "./main.ts";
import { nodeHost } from "./node_host.ts";

process.exitCode = await main(process.argv.slice(2), nodeHost());
