/**
 * The log that Incus keeps of the monitor of a virtual machine:
 * `[time] QUERY: {…}`, `REPLY`, `EVENT`.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { type Mark, markedReader } from "./marked.ts";

// lxc/incus internal/server/instance/drivers/qmp: "[%s] QUERY: %s\n",
// "[%s] REPLY: %s\n\n", "[%s] EVENT: %s\n\n", the time as in RFC 3339.
const mark =
  /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\] (QUERY|REPLY|EVENT): (?=\{)/;

function markOf(text: string): Mark | undefined {
  const [all, time, word] = mark.exec(text) ?? [];
  if (all === undefined) return undefined;
  const at = Date.parse(time!) / 1000;
  return {
    column: all.length,
    direction: word === "QUERY" ? "->" : "<-",
    ...Number.isFinite(at) && { at },
  };
}

/** The format. */
export const incus: LogFormat = {
  name: "incus",
  title: "log of Incus",
  isSeen: false,
  recognise: (head) => countLines(head, mark),
  source: (options) => overLines(markedReader({ mark: markOf }), options),
};
