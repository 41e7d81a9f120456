/**
 * The `.replies` files of libvirt's tests: what a QEMU answered to libvirt's
 * questions, pretty-printed, a blank line between messages; newer ones may hold
 * the questions too.
 *
 * @module
 */

import { type LogFormat, overLines } from "./format.ts";
import { markedReader } from "./marked.ts";
import { looseGrammar } from "./transcript.ts";

/**
 * The format. Nothing in its grammar tells a single reply of it from a pretty
 * monitor stream; a blank line between messages does.
 */
export const replies: LogFormat = {
  name: "replies",
  title: "replies in libvirt's tests",
  isSeen: true,
  recognise: (head) =>
    head.every((line) => /^[ \t{}\]]|^$/.test(line))
      ? head.filter((line, index) =>
        line === "{" && head[index - 1] === "" && head[index - 2] === "}"
      ).length
      : 0,
  source: (options) => overLines(markedReader(looseGrammar), options),
};
