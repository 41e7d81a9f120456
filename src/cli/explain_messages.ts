/**
 * The codes of values that are not the message that they should be.
 *
 * @module
 */

import { type Explanations, time } from "./explanation.ts";

/** An event that tells of a crash, with what a place in it holds. */
function panic(core: string, address: string): string {
  return '{"event": "GUEST_PANICKED", "data": {"action": "pause", "info": ' +
    `{"type": "s390", "core": ${core}, "psw-mask": 0, "psw-addr": ${address}, ` +
    `"reason": "unknown"}}, ${time}}`;
}

/** Explanations by code. */
export const messageExplanations: Explanations = {
  NOT_QMP: {
    severity: "fault",
    meaning:
      "It is JSON, but no QMP message, or has the marks of several kinds.",
    advice:
      "A message has exactly one of `QMP`, `event`, `return`, `error`, and " +
      "`execute` or `exec-oob`. Look whether this came from the monitor at all: " +
      "the guest agent and QEMU's log share its looks.",
    examples: [{ file: '{"id": 1}' }],
  },
  MISSING_MEMBER: {
    severity: "fault or notice",
    meaning:
      "A member that must be there is not; a notice where some QEMU leaves it out.",
    advice:
      "In what you send, add it. In what you receive, take the edition of the " +
      "QEMU that sent it (`--qemu`, or `edition()`): the notice says since when " +
      "it is there.",
    examples: [
      { file: `{"event": "WATCHDOG", "data": {}, ${time}}` },
      { file: `{"event": "SHUTDOWN", ${time}}` },
    ],
  },
  UNEXPECTED_MEMBER: {
    severity: "fault or notice",
    meaning:
      "There is a member that the edition does not know; a notice in what QEMU says.",
    advice:
      "In what you send, take it out: QEMU refuses it. In what you receive, a " +
      "newer QEMU may have added it: ignore it, as QMP asks clients to.",
    examples: [
      { file: '{"execute": "query-status", "arguments": {"x": 1}}' },
      { file: `{"event": "STOP", "data": {"why": 1}, ${time}}` },
    ],
  },
  WRONG_TYPE: {
    severity: "fault",
    meaning: "A value is of another type than it should be.",
    advice: "Mend what writes it; `expected` says what should be there.",
    examples: [{
      file:
        `{"event": "SHUTDOWN", "data": {"guest": 1, "reason": "none"}, ${time}}`,
    }],
  },
  UNKNOWN_VALUE: {
    severity: "fault or notice",
    meaning:
      "A string is none of the values that the edition has; a notice in what QEMU says.",
    advice:
      "In what you send, look at the spelling, and since which QEMU the value is " +
      "known. In what you receive, a newer QEMU may have added it: have a default.",
    examples: [
      { file: '{"execute": "set-action", "arguments": {"panic": "explode"}}' },
      { file: `{"event": "WATCHDOG", "data": {"action": "explode"}, ${time}}` },
    ],
  },
  UNKNOWN_NAME: {
    severity: "fault or notice",
    meaning:
      "An event or a command of run-state that the edition does not have, or misspelt.",
    advice:
      "Take the edition of the QEMU at the other end, or the spelling that the " +
      "message names. What run-state does not define at all is no finding.",
    examples: [
      { file: '{"execute": "set_action"}' },
      { file: `{"event": "suspend-disk", ${time}}` },
    ],
  },
  OUT_OF_RANGE: {
    severity: "fault",
    meaning: "A number is smaller or greater than its type allows.",
    advice:
      "Mend what writes it: QEMU never sends such a number, and refuses it.",
    examples: [{ file: panic("4294967296", "0") }],
  },
  UNSAFE_NUMBER: {
    severity: "fault",
    meaning:
      "A 64-bit integer came as a number that may have lost digits already.",
    advice:
      "Read the text with `parseJson` rather than `JSON.parse`, and pass bigints. " +
      "In a text it stands only where the number is not spelt as an integer.",
    examples: [{ file: panic("1", "9007199254740993.5") }],
  },
};
