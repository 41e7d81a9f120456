/**
 * Reference output of QEMU's iotests, of shell and Python, and diffs of it:
 * words stand where a run would differ from another.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { Stage } from "../wire/stage.ts";
import { countLines, type LogFormat, overLines } from "./format.ts";
import { type LogLine, placeOf, withoutFront } from "./log_lines.ts";
import { greetingElided, markedReader } from "./marked.ts";
import { looseGrammar } from "./transcript.ts";

// Q tests/qemu-iotests/common.filter: two blanks before the word.
const words =
  /^[ +]?(?:QA output created by |\*\*\* done$|\s*QMP_VERSION$)|: {2}TIMESTAMP\b|"U?SECS"|: (?:LEN|OFFSET|\(filtered\))[,}]/;

/** A unified diff: what was expected is in lines with `-`, what came in those with `+`. */
const isDiffStart = (line: string) => /^(?:--- |\+\+\+ |@@ -\d)/.test(line);

function reader(): Stage<LogLine, TraceRecord> {
  const messages = markedReader({
    ...looseGrammar,
    dialect: "iotests",
    other: (line) =>
      line.text.trim() === "QMP_VERSION"
        ? [greetingElided(line.line, placeOf(line, 0))]
        : [],
  });
  let isDiff = false;
  return {
    push(line) {
      isDiff ||= /^@@ -\d/.test(line.text);
      if (!isDiff) return messages.push(line);
      // What a diff leaves out may be the rest of a message.
      if (isDiffStart(line.text)) return messages.end();
      if (line.text.startsWith("-")) return [];
      return messages.push(withoutFront(line, 1));
    },
    end: () => messages.end(),
  };
}

/** The format. */
export const iotests: LogFormat = {
  name: "iotests",
  title: "output of QEMU's iotests",
  isSeen: true,
  recognise: (head) => countLines(head, words),
  source: (options) => overLines(reader(), options),
};
