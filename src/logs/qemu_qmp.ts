/**
 * The debug log of the Python package qemu.qmp: `--> {` and `<-- {` behind
 * whatever the logger puts first, and the rest of the message on lines of its
 * own.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { type Mark, markedReader } from "./marked.ts";

// Q python/qemu/qmp/protocol.py: logger.debug("--> %s"), "<-- %s"; a handler's
// prefix ends in a colon, a bar or a blank.
const mark = /^(?:[^{}"]*[:|\] \t])?(-->|<--)[ \t](?=\{)/;

function markOf(text: string): Mark | undefined {
  const [all, arrow] = mark.exec(text) ?? [];
  return all === undefined
    ? undefined
    : { column: all.length, direction: arrow === "-->" ? "->" : "<-" };
}

/** The format. */
export const qemuQmp: LogFormat = {
  name: "qemu.qmp",
  title: "debug log of the Python package qemu.qmp",
  isSeen: true,
  recognise: (head) => countLines(head, mark),
  source: (options) => overLines(markedReader({ mark: markOf }), options),
};
