/**
 * What passed through a monitor's socket, with nothing around it.
 *
 * @module
 */

import { rawSource } from "../replay/raw.ts";
import { countLines, type LogFormat, overLines } from "./format.ts";
import { markedReader } from "./marked.ts";
import { looseGrammar } from "./transcript.ts";

/**
 * The format, which is what a log has that shows no mark of another. All in it
 * that is no message is damage, unlike in a transcript.
 */
export const monitorStream: LogFormat = {
  name: "raw",
  title: "monitor stream",
  isSeen: true,
  recognise: (head) => countLines(head, /^\{ ?"QMP": ?\{|^ {4}"QMP": \{$/),
  source: (options = {}) =>
    options.damage === undefined
      ? rawSource()
      : overLines(markedReader(looseGrammar), options),
};
