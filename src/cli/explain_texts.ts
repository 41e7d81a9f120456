/**
 * The codes of texts that QEMU would not read.
 *
 * @module
 */

import { type Explanations, time, trace } from "./explanation.ts";

/** Explanations by code. */
export const textExplanations: Explanations = {
  NOT_JSON: {
    severity: "fault",
    meaning: "The text is not JSON, or ends too early.",
    advice:
      "Look at the line and column that the message names. Where something " +
      "else wrote to the socket or the file, that is rubbish between messages; " +
      "where the text is cut short, the recording ended or a chunk was lost. " +
      "The messages around it are read all the same.",
    examples: [{ file: `{"event": "STOP", ${time}, }` }],
  },
  NOT_UTF8: {
    severity: "fault",
    meaning: "The bytes are no UTF-8, so no text can be made of them.",
    advice:
      "QEMU writes ASCII alone: the bytes were damaged on their way, or come " +
      "from a program that writes Latin-1. Take the bytes from the socket itself.",
    examples: [{
      file: trace('[0.5, "<-", {"base64": "eyJyZXR1cm4iOiAi/yJ9DQo="}]'),
    }],
  },
  DUPLICATE_KEY: {
    severity: "fault",
    meaning: "An object has the same key twice; QEMU since 3.1 refuses it.",
    advice:
      "Mend what writes it. JSON.parse takes the last of the two in silence, and " +
      "another parser the first: do not let such a text through.",
    examples: [{ file: '{"return": {}, "id": 1, "id": 2}' }],
  },
  LONE_SURROGATE: {
    severity: "fault",
    meaning: "A string holds half a surrogate pair, which is no character.",
    advice:
      "Mend what writes it: a string was cut in the middle of a character, or " +
      "bytes were put into it. QEMU refuses it.",
    examples: [{ file: '{"return": "\\ud800"}' }],
  },
  NONCHARACTER: {
    severity: "fault",
    meaning:
      "A string holds a code point that Unicode sets aside, such as U+FFFF.",
    advice: "Mend what writes it. QEMU refuses it.",
    examples: [{ file: '{"return": "\\uffff"}' }],
  },
  TOO_LARGE: {
    severity: "fault",
    meaning:
      "A message is larger than QEMU's 64 MiB, or a number longer than 4096 characters.",
    advice:
      "No QMP client or server writes such a thing: look at who is at the other " +
      "end. Lower `maxSize` where strangers send you texts.",
    examples: [{ file: '{"return": 1}', times: ["1", 4097] }],
  },
  TOO_DEEP: {
    severity: "fault",
    meaning: "More than 1024 arrays and objects are open at once.",
    advice:
      "No QMP client or server writes such a thing: look at who is at the other " +
      "end. Lower `maxDepth` where strangers send you texts.",
    examples: [{ file: '{"return": [', times: ["[", 1024] }],
  },
  INTEGER_SPELLING: {
    severity: "fault or notice",
    meaning:
      "An integer is spelt with a fraction or an exponent, which QEMU takes for none.",
    advice:
      "In what you send, write digits alone: QEMU refuses `1e3` where it wants " +
      "an integer. In what you receive, it was not QEMU that spelt it so.",
    examples: [
      { file: '{"execute": "set-action", "arguments": {"panic": 1.0}}' },
      {
        file:
          '{"event": "GUEST_PANICKED", "data": {"action": "pause", "info": ' +
          '{"type": "s390", "core": 1e0, "psw-mask": 0, "psw-addr": 0, ' +
          `"reason": "unknown"}}, ${time}}`,
      },
    ],
  },
};
