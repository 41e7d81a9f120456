/**
 * The codes of messages that do not go with the ones around them, and of the
 * QEMU that sent them.
 *
 * @module
 */

import { type Explanations, time, trace } from "./explanation.ts";

/** The greeting of a version. */
function greeting(major: number, minor: number, micro: number): string {
  const numbers = `{"micro": ${micro}, "minor": ${minor}, "major": ${major}}`;
  return `{"QMP": {"version": {"qemu": ${numbers}, "package": ""}, ` +
    '"capabilities": []}}';
}

/** Explanations by code. */
export const conversationExplanations: Explanations = {
  REFUSED: {
    severity: "notice",
    meaning: "QEMU answered this command with an error.",
    advice:
      "Read the error's words. `verdict()` tells beforehand what QEMU says before " +
      "any handler runs; the rest depends on the machine.",
    examples: [{
      file: '-> {"execute": "device_del", "arguments": {"id": "x"}}\n' +
        '<- {"error": {"class": "DeviceNotFound", "desc": ' +
        "\"Device 'x' not found\"}}\n",
    }],
  },
  TOO_MANY_WAITING: {
    severity: "notice",
    meaning:
      "So many commands went unanswered that replies are no longer told apart.",
    advice:
      "Look whether what QEMU says was recorded at all. Raise `maxWaiting` of " +
      "`reader()` where a client really sends so many at once.",
    examples: [{
      file: trace('[0, "->", "{\\"execute\\": \\"stop\\"}"]'),
      times: ['[0, "->", "{\\"execute\\": \\"stop\\"}"]\n', 10_001],
    }],
  },
  OTHER_EDITION: {
    severity: "fault",
    meaning: "A greeting or a refusal is not what QEMU of that edition says.",
    advice:
      "Nothing is wrong with the message: it is why `compatible()` ruled the " +
      "edition out, with the message as evidence.",
    examples: [{
      file: greeting(7, 2, 22),
      by: "compatible",
    }],
  },
  IMPOSSIBLE_TRANSITION: {
    severity: "fault",
    meaning: "The machine was in no state from which this message can follow.",
    advice:
      "Look for messages that are missing before it, or that came from another " +
      "machine. `tracker()` begins anew with what this message proves.",
    examples: [{
      file: `${greeting(7, 2, 22)}\n` +
        `{"event": "RESUME", ${time}}\n`.repeat(2),
    }],
  },
  OLDER_THAN_KNOWN: {
    severity: "notice",
    meaning: "The QEMU is older than 2.11, or does not say its version.",
    advice:
      "It is read as 2.11 says. Keep to the policy `forward`: what such a QEMU " +
      "leaves out is no fault of its own.",
    examples: [{ file: greeting(2, 5, 0) }],
  },
  NEWER_THAN_KNOWN: {
    severity: "notice",
    meaning: "The QEMU is newer than all that is known here.",
    advice:
      "The newest edition is taken. Look for a newer version of this package; " +
      "`qmp-run-state drift` says how that QEMU differs.",
    examples: [{ file: greeting(99, 0, 0) }],
  },
  IN_THE_MAKING: {
    severity: "notice",
    meaning: "The QEMU is a development tree or a release candidate.",
    advice:
      "The edition of the release that it led to is taken. The tree may lack " +
      "some of it, or have had it otherwise; `qmp-run-state drift` says how.",
    examples: [{ file: greeting(7, 1, 50) }],
  },
};
