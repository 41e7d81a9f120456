/**
 * The debug log of QEMU's Python scripts before qemu.qmp: `>>> {…}` and
 * `<<< {…}`, literals of Python rather than JSON.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { type Mark, markedReader } from "./marked.ts";

// Q python/qemu/qmp.py: ">>> %s" and "<<< %s" of a dict; never a JSON string
// first, which tells it from a quotation of the third degree.
const mark = /^(?:[^{}"']*[:|\] \t])?(>>>|<<<)[ \t](?=\{u?['}])/;

function markOf(text: string): Mark | undefined {
  const [all, arrow] = mark.exec(text) ?? [];
  return all === undefined
    ? undefined
    : { column: all.length, direction: arrow === ">>>" ? "->" : "<-" };
}

/** The format. */
export const pythonQmp: LogFormat = {
  name: "python-qmp",
  title: "debug log of QEMU's Python scripts up to 6.1",
  isSeen: false,
  recognise: (head) => countLines(head, mark),
  source: (options) =>
    overLines(markedReader({ mark: markOf, dialect: "python" }), options),
};
