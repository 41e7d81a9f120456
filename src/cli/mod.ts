/**
 * The command line: `qmp-run-state validate` and `qmp-run-state replay`, with
 * the platform as an argument.
 *
 * @module
 */

export type { Host, Output } from "./host.ts";
export { main } from "./main.ts";
