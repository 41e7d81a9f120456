/**
 * The command line: `qmp-run-state validate`, `timeline`, `report` and more,
 * with the platform as an argument.
 *
 * @module
 */

export type {
  Connection,
  Growing,
  Host,
  Listening,
  Output,
  TcpAddress,
} from "./host.ts";
export { main } from "./main.ts";
