/**
 * A session of `qmp-shell`: its own commands at a prompt, replies, events as
 * Python prints them; or its log file, in which a command and its reply are one
 * object.
 *
 * @module
 */

import { countLines, type LogFormat, overLines } from "./format.ts";
import { markedReader } from "./marked.ts";
import { spellAsJson } from "./spell.ts";
import { looseGrammar } from "./transcript.ts";

// Q python/qemu/qmp/qmp_shell.py.
const shell =
  /^(?:Welcome to the QMP low-level shell!|Connected to QEMU |\(QEMU\) |TRANS> )/;

/** Both keys in one object: no message of QMP has them. */
const merged =
  /^(?=\{.*"execute":)(?=.*"(?:return|error)":)\{"(?:arguments|execute|id|return|error)":/;

/** An event or an old reply as Python prints it; a command so is QEMU's own spelling. */
const python = /^(?:\((?:QEMU)\) )*\{(?=.*u?'(?:event|return|error)':)u?'.*\}$/;

/** The format. */
export const qmpShell: LogFormat = {
  name: "qmp-shell",
  title: "session or log of qmp-shell",
  isSeen: false,
  recognise: (head) => countLines(head, shell) + mergedIn(head),
  versionIn(head) {
    for (const line of head) {
      const found = /^Connected to QEMU (\d+\.\d+\.\d+)/.exec(line);
      if (found !== null) return found[1];
    }
    return undefined;
  },
  source(options) {
    const reader = markedReader(looseGrammar);
    const literals = markedReader({
      dialect: "python",
      mark: (text) => ({ column: text.indexOf("{"), direction: "<-" }),
    });
    return overLines({
      push: (line) =>
        python.test(line.text) && spellAsJson(
              line.text.slice(line.text.indexOf("{")),
              "python",
            ) !== undefined
          ? [...reader.end(), ...literals.push(line)]
          : reader.push(line),
      end: () => reader.end(),
    }, options);
  },
};

/** Merged exchanges, pretty ones too: their keys are sorted. */
function mergedIn(head: readonly string[]): number {
  let count = countLines(head, merged);
  let hasCommand = false;
  for (const line of head) {
    if (line === "{" || line === "}") hasCommand = false;
    else if (/^ {4}"execute": /.test(line)) hasCommand = true;
    else if (hasCommand && /^ {4}"(?:return|error)": /.test(line)) count += 1;
  }
  return count;
}
