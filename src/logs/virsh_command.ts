/**
 * What `virsh qemu-monitor-command` prints: replies as libvirt writes them,
 * compact or pretty, and with `--hmp` plain text.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { markedReader } from "./marked.ts";
import { looseGrammar } from "./transcript.ts";

/** No blank after a colon, and an id of libvirt: none but libvirt writes so. */
const reply = /^(?=.*"id":"libvirt-\d+")\{"(?:return|id|error)":.*\}$/;

/** The format. */
export const virshCommand: LogFormat = {
  name: "virsh-command",
  title: "output of virsh qemu-monitor-command",
  isSeen: true,
  recognise: (head) => countLines(head, reply),
  source: (options) => overLines(markedReader(looseGrammar), options),
};
