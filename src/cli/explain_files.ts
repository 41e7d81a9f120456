/**
 * The codes of files that are damaged, or that hold messages in another form.
 *
 * @module
 */

import { type Explanations, time, trace } from "./explanation.ts";

const reply = '[0.5, "<-", "{\\"return\\": {}}\\r\\n"]';

/** Explanations by code. */
export const fileExplanations: Explanations = {
  NOT_A_TRACE: {
    severity: "fault",
    meaning:
      "The file should be a trace, but its first line is no header of one.",
    advice: "Name what it is with `--format`, or restore the line " +
      '`{"format": "qmp-trace", "version": 1}`. A newer version of the trace ' +
      "file needs a newer version of this package.",
    examples: [{ file: '{"format": "qmp-trace", "version": 2}\n' + reply }],
  },
  TORN_LINE: {
    severity: "fault or notice",
    meaning:
      "A line of a trace cannot be read; a notice where the file ends in the midst of it.",
    advice:
      "At the end, or before the mark of a new connection, the recorder was " +
      "stopped: nothing else is lost. Elsewhere the file is damaged, and the " +
      "messages of that line are missing.",
    examples: [
      { file: trace('[0.4, "<-"]', reply) },
      { file: trace(reply, '[0.6, "<-", "{\\"ret').trimEnd() },
    ],
  },
  UNKNOWN_MARK: {
    severity: "notice",
    meaning:
      "A line of a trace holds something that this version does not know.",
    advice:
      "Nothing is lost of the messages. A newer version of this package may know " +
      "what it marks.",
    examples: [{ file: trace('[0.4, "z", "text"]', reply) }],
  },
  UNHEARD: {
    severity: "notice",
    meaning:
      "A connection begins here: what QEMU said before it was not heard.",
    advice:
      "Events are lost while nobody listens. Ask with `query-status` where the " +
      "machine stands; `follow()` does it by itself.",
    examples: [{ file: trace(reply, '[0.6, "reconnect"]') }],
  },
  REDACTED: {
    severity: "notice",
    meaning:
      "The recorder kept bytes out of the trace, since they may hold a secret.",
    advice: "Nothing is wrong. Where the very bytes are needed, record with " +
      "`--keep-secrets`, in a program without `redact`, and keep the file as you would keep the secret.",
    examples: [{
      file: trace(
        '[0.4, "redacted", {"direction": "->", "bytes": 90, "written": 0}]',
        reply,
      ),
    }],
  },
  DROPPED: {
    severity: "notice",
    meaning: "The recorder left events out of the trace as noise.",
    advice:
      "Nothing is wrong: the notice counts them. Where they are needed, " +
      "record without `--drop`, in a program without `drop`.",
    examples: [{
      file: trace(
        '[0.4, "dropped", {"direction": "<-", "bytes": 120, ' +
          '"events": {"RTC_CHANGE": 1}}]',
        reply,
      ),
    }],
  },
  TORN_GZIP: {
    severity: "fault",
    meaning: "The packed file ends too early or is damaged.",
    advice:
      "What could be unpacked was read. Copy the file again, or wait until " +
      "whoever writes it has closed it.",
    examples: [{
      // The first bytes of what gzip makes of a reply.
      file: "H4sIAAAAAAACA6tWKkotKS3KU7JSqK6t5eUCADxW",
      isBase64: true,
    }],
  },
  REWRITTEN: {
    severity: "notice",
    meaning:
      "The log holds the message in another form; it was read as it was meant.",
    advice:
      "The message is right, its bytes are not those of the socket: do not take " +
      "its text for what QEMU wrote.",
    examples: [{ file: "-> {'execute': 'stop'}\n<- {'return': {}}\n" }],
  },
  ELIDED: {
    severity: "notice",
    meaning: "The log leaves something out, by its own account.",
    advice:
      "What is missing cannot be had from this log. Record the monitor itself " +
      "where you need it.",
    examples: [{
      file: '1@1769860800.250000:monitor_protocol_event event=6 name "STOP" ' +
        "data 0x2\n",
    }],
  },
  TWO_READINGS: {
    severity: "fault or notice",
    meaning:
      "The log can be read in two ways, and does not say which is meant.",
    advice:
      "Of a fault no message was made: look at the line. Of a notice one reading " +
      "was taken: name the format with `--format`, or split the log by machine.",
    examples: [
      {
        file: '<- {"error": {"class": "GenericError", "desc": "It\nis not ' +
          'there"}}\n-> {"execute": "stop"}\n',
      },
      {
        file: `event STOP at 1769860800.250000 for domain 'a': <null>\n` +
          `{"event": "STOP", ${time}}\n-> {"execute": "stop"}\n`,
      },
    ],
  },
};
