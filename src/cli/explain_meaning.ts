/**
 * The codes of messages that have the right shape and mean what QEMU does not
 * mean.
 *
 * @module
 */

import { type Explanations, time, trace } from "./explanation.ts";

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": []}}\n';
const negotiated = '{"execute": "qmp_capabilities"}\n{"return": {}}\n';

/** An event of another time. */
function event(seconds: number, name: string, data?: string): string {
  const rest = data === undefined ? "" : `, "data": ${data}`;
  return `{"event": "${name}", "timestamp": {"seconds": ${seconds}, ` +
    `"microseconds": 0}${rest}}\n`;
}

/** Explanations by code. */
export const meaningExplanations: Explanations = {
  GUEST_AGAINST_REASON: {
    severity: "fault",
    meaning: "`guest` and `reason` contradict each other.",
    advice: "Look at who made the message: in QEMU, `guest` follows from " +
      "`reason`. In a test, let `fixtures()` make it.",
    examples: [{
      file: `{"event": "SHUTDOWN", ${time}, ` +
        '"data": {"guest": false, "reason": "guest-shutdown"}}\n',
    }],
  },
  IMPOSSIBLE_REASON: {
    severity: "fault",
    meaning: "A RESET has a reason for which QEMU sends no RESET.",
    advice:
      "Look at who made the message: QEMU tells nobody of resets whose reason " +
      "is none, subsystem-reset or snapshot-load; only 4.0 tells of none, when a " +
      "machine wakes up or a snapshot is loaded.",
    examples: [{
      file: `{"event": "RESET", ${time}, ` +
        '"data": {"guest": false, "reason": "none"}}\n',
    }],
  },
  IMPOSSIBLE_ACTION: {
    severity: "fault",
    meaning: "A GUEST_CRASHLOADED has another action than `run`.",
    advice: "Look at who made the message: QEMU does nothing then but tell.",
    examples: [{
      file: `{"event": "GUEST_CRASHLOADED", ${time}, ` +
        '"data": {"action": "pause"}}\n',
    }],
  },
  WATCHDOG_WITHOUT_EFFECT: {
    severity: "fault or notice",
    meaning:
      "What the action of a WATCHDOG does did not come; a fault where it ends QEMU.",
    advice:
      "Look for messages that are missing after the WATCHDOG. After `poweroff` " +
      "nothing comes, not even a SHUTDOWN; `debug` does not stop the machine, " +
      "whatever its documentation says.",
    examples: [
      {
        file: greeting + event(1, "WATCHDOG", '{"action": "poweroff"}') +
          event(2, "POWERDOWN"),
      },
      {
        file: event(1, "WATCHDOG", '{"action": "reset"}') +
          event(12, "POWERDOWN"),
      },
    ],
  },
  SECOND_SHUTDOWN: {
    severity: "fault",
    meaning: "A SHUTDOWN comes after one that ended QEMU.",
    advice:
      "Look whether the log holds two QEMUs, the second without its greeting. " +
      "Two of one QEMU are right where it lived on, as with `-no-shutdown`.",
    examples: [{
      file: greeting +
        event(1, "SHUTDOWN", '{"guest": false, "reason": "host-signal"}')
          .repeat(2),
    }],
  },
  TIME_BACKWARDS: {
    severity: "notice",
    meaning:
      "An event is older than one before it, by more than QEMU holds events back.",
    advice:
      "The clock of the host was set back, or the lines are not in their order. " +
      "Do not reckon with the times across this place.",
    examples: [{ file: event(3600, "POWERDOWN") + event(60, "POWERDOWN") }],
  },
  UNASKED_REPLY: {
    severity: "fault",
    meaning: "A reply came for which no command waits.",
    advice:
      "Look whether the log lacks the command, or has the reply twice. Said of " +
      "the first such reply of a connection alone.",
    examples: [{ file: greeting + negotiated + '{"return": {}}\n' }],
  },
  UNANSWERED_COMMAND: {
    severity: "fault or notice",
    meaning:
      "A command was never answered; a notice where QEMU answered no later one either.",
    advice:
      "A fault: QEMU answers in turn, so that its reply is missing. A notice: " +
      "the monitor may hang, for QEMU said other things for 5 s or more.",
    examples: [
      {
        file: greeting + negotiated +
          '{"execute": "stop", "id": 1}\n{"execute": "cont", "id": 2}\n' +
          '{"return": {}, "id": 2}\n',
      },
      {
        file: trace(
          '[0, "->", "{\\"execute\\": \\"qmp_capabilities\\"}"]',
          '[0, "<-", "{\\"return\\": {}}"]',
          '[1, "->", "{\\"execute\\": \\"query-block\\"}"]',
          `[9, "<-", ${JSON.stringify(event(1, "POWERDOWN").trimEnd())}]`,
        ),
      },
    ],
  },
};
