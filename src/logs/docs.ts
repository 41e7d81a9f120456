/**
 * Conversations in the style of QEMU's documentation: `-> {…}` to QEMU and
 * `<- {…}` from it, or `C:` and `S:`, in QAPI files with a `#` in front.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { withoutFront } from "./log_lines.ts";
import { type Mark, markedReader } from "./marked.ts";

const mark = /^[ \t]*(?:#[ \t]+)?(-(?:--)?>|<-(?:--)?|C:|S:)[ \t]*(?=\{)/;

function markOf(text: string): Mark | undefined {
  const [all, arrow] = mark.exec(text) ?? [];
  if (all === undefined) return undefined;
  const isSent = arrow === "C:" || arrow!.endsWith(">");
  return { column: all.length, direction: isSent ? "->" : "<-" };
}

/** Lines of a QAPI file: what follows the `#` counts. */
const hash = /^[ \t]*#(?:[ \t]|$)/;

/** The format. */
export const docs: LogFormat = {
  name: "docs",
  title: "documentation style (-> and <-)",
  isSeen: true,
  recognise: (head) => countLines(head, mark),
  source(options) {
    const reader = markedReader({ mark: markOf });
    return overLines({
      push(line) {
        const front = hash.exec(line.text)?.[0].length ?? 0;
        return reader.push(front === 0 ? line : withoutFront(line, front));
      },
      end: () => reader.end(),
    }, options);
  },
};
