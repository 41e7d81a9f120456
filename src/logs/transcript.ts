/**
 * What a terminal or a tool showed of a conversation: messages at the
 * beginning of a line or after a prompt, single or double quotes, and anything
 * between them.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { type Grammar, type Mark, markedReader } from "./marked.ts";

const prompt = /^(?:\((?:QEMU|qemu)\) |TRANS> |QMP> |[ \t]+)*/;
const brace = /\{[ \t]*["']/g;

/**
 * Finds a brace that may begin a message.
 *
 * @param text The line.
 * @returns Where it is. Within a line a message must end on the same line to
 * count; behind a prompt it need not.
 */
export function looseMark(text: string): Mark | undefined {
  const from = prompt.exec(text)![0].length;
  if (/^\{[ \t]*(?:["'}]|$)/.test(text.slice(from, from + 80))) {
    return { column: from, isLoose: true };
  }
  brace.lastIndex = from;
  const column = brace.exec(text)?.index;
  return column === undefined
    ? undefined
    : { column, isLoose: true, isShort: true };
}

/** How transcripts are read, and what has no marks but braces. */
export const looseGrammar: Grammar = { mark: looseMark };

const message =
  /\{[ \t]*["'](?:execute|exec-oob|return|error|event|QMP|timestamp|id|data)["']/;

/** What tools, shells and QEMU itself write between messages; prose at the last. */
const noise = new RegExp(
  [
    /^(?:Trying|Connected to|Escape character is|Connection closed|Script (?:started|done)) /,
    /^(?:\^C)?(?:.*\/)?qemu-(?:system|kvm|img|io|nbd)\S*: /,
    /^VNC server running /,
    /^Formatting '/,
    /^(?:\S+[@:~\/]\S* ?)?[$#%] \S/,
    /^```/,
    /^[^{}"[\]]*[A-Za-z][a-z]* +[A-Za-z][^{}"[\]]*$/,
    /^\{ ?'(?:execute|exec-oob|arguments|id)'/,
    /^[^{}"]*\S[^{}"]*\{ ?["'](?:execute|exec-oob|return|error|event|QMP|timestamp)["']/,
  ].map(({ source }) => source).join("|"),
);

/** The format. */
export const transcript: LogFormat = {
  name: "transcript",
  title: "transcript of a terminal or a tool",
  isSeen: false,
  // Noise alone is no QMP, and QMP alone is a monitor stream.
  recognise: (head) =>
    head.some((line) => message.test(line) || /^\{$/.test(line))
      ? countLines(head, noise)
      : 0,
  source: (options) => overLines(markedReader(looseGrammar), options),
};
