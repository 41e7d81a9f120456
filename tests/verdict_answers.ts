/**
 * What QEMU 7.2.22 answered to commands. Where it went on to run the command the
 * answer is `accepted`; `!` stands before what is not found.
 *
 * @module
 */

/** Commands and what QEMU answered to them. */
export type Answers = readonly (readonly [command: string, answer: string])[];

/** Writes a set-action. */
export function setAction(given: string): string {
  return `{"execute": "set-action", "arguments": {${given}}}`;
}

/** Once negotiated. */
export const answers: Answers = [
  [`{"execute": "query-status"}`, "accepted"],
  [`{"execute": "query-status", "id": {"a": [1.5, null]}}`, "accepted"],
  [`{'execute': 'query-status', 'id': '\\''}`, "accepted"],
  [setAction(""), "accepted"],
  [`{"execute": "set-action"}`, "accepted"],
  // A handler's affair.
  [`{"execute": "system_wakeup"}`, "accepted"],
  ["[1]", "QMP input must be a JSON object"],
  [`"x"`, "QMP input must be a JSON object"],
  ["{}", "QMP input lacks member 'execute'"],
  [`{"arguments": {}}`, "QMP input lacks member 'execute'"],
  [`{"execute": 1}`, "QMP input member 'execute' must be a string"],
  [`{"execute": null}`, "QMP input member 'execute' must be a string"],
  [
    `{"execute": "stop", "arguments": []}`,
    "QMP input member 'arguments' must be an object",
  ],
  [
    `{"execute": "stop", "arguments": null}`,
    "QMP input member 'arguments' must be an object",
  ],
  [
    `{"execute": "stop", "extra": 1}`,
    "QMP input member 'extra' is unexpected",
  ],
  [`{"exec-oob": "stop"}`, "QMP input member 'exec-oob' is unexpected"],
  [`{"execute": "stop", "arguments": {"": 1}}`, "Parameter '' is unexpected"],
  [
    `{"execute": "watchdog-set-action", "arguments": {"x": 1}}`,
    "Parameter 'action' is missing",
  ],
  [
    `{"execute": "watchdog-set-action", "arguments": {"action": ["pause"]}}`,
    "Invalid parameter type for 'action', expected: string",
  ],
  [
    setAction(`"reboot": "none"`),
    "Parameter 'reboot' does not accept value 'none'",
  ],
  [
    setAction(`"panic": null`),
    "Invalid parameter type for 'panic', expected: string",
  ],
  [
    setAction(`"panic": "\\u0000"`),
    "Parameter 'panic' does not accept value '\0'",
  ],
  // The schema's order, not the text's; then what is unexpected.
  [
    setAction(`"y": 2, "watchdog": "x", "reboot": 1`),
    "Invalid parameter type for 'reboot', expected: string",
  ],
  [
    setAction(`"panic": "exit-failure", "y": 2`),
    "Parameter 'y' is unexpected",
  ],
  [
    `{"execute": "qmp_capabilities"}`,
    "! Capabilities negotiation is already complete, command ignored",
  ],
  [
    `{"execute": "qmp_capabilities", "arguments": {"enable": "oob"}}`,
    "Invalid parameter type for 'enable', expected: array",
  ],
  [
    `{"execute": "qmp_capabilities", "arguments": {"enable": ["oob", 1]}}`,
    "Invalid parameter type for 'enable[1]', expected: string",
  ],
  [
    `{"execute": "qmp_capabilities", "arguments": {"enable": ["oob", "x"]}}`,
    "Parameter 'null' does not accept value 'x'",
  ],
  [
    `{"execute": "stop", "execute": "stop"}`,
    "JSON parse error, duplicate key",
  ],
  [`{"execute": "stop",}`, "JSON parse error, expecting value"],
  [`{"execute": "stop"]`, "JSON parse error, expected separator in dict"],
  [`{"execute" "stop"}`, "JSON parse error, missing : in object pair"],
  [`{1: "stop"}`, "JSON parse error, key is not a string in object"],
  ["nope", "JSON parse error, invalid keyword 'nope'"],
  [`{"id": NaN}`, "JSON parse error, stray 'N'"],
  [`{"id": 01}`, "JSON parse error, stray '01'"],
  [`{"id": 1.}`, "JSON parse error, stray '1.}'"],
  [`{"id": é}`, "JSON parse error, stray '\ufffd'"],
  [`{"id": "a\u0001"}`, `JSON parse error, stray '"a\u0001'`],
  [
    `{"id": "\\x"}`,
    "JSON parse error, invalid escape sequence in string",
  ],
  [
    `{"id": "\ufdd0"}`,
    "JSON parse error, invalid UTF-8 sequence in string",
  ],
  [
    `{"id": "\\ud800"}`,
    "JSON parse error, \\ud800 is not a valid Unicode character",
  ],
  [
    `{"id": "\\u12é"}`,
    "JSON parse error, \\u12é is not a valid Unicode character",
  ],
  // QEMU has no exponent behind a leading zero.
  [`{"id": 0e1}`, "JSON parse error, expected separator in dict"],
  // The whole message is cut into tokens first.
  [`{"a": 1, "a": 2, "b": NaN}`, "JSON parse error, stray 'N'"],
  [
    `{"id": ${"[".repeat(1024)}${"]".repeat(1024)}}`,
    "JSON nesting depth limit exceeded",
  ],
  [
    `{"id": ${"[".repeat(1023)}${"]".repeat(1023)}, "execute": "stop"}`,
    "accepted",
  ],
];

const expecting =
  "! Expecting capabilities negotiation with 'qmp_capabilities'";
/** Before negotiation. */
export const greetedAnswers: Answers = [
  [`{"execute": "query-status"}`, expecting],
  [`{"execute": "nope"}`, expecting],
  [`{"execute": "stop", "x": 1}`, "QMP input member 'x' is unexpected"],
  [
    `{"execute": "qmp_capabilities", "arguments": {"x": 1}}`,
    "Parameter 'x' is unexpected",
  ],
  [
    `{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}`,
    "accepted",
  ],
];

/** Where oob is on. */
export const oobAnswers: Answers = [
  [`{"exec-oob": "stop"}`, "The command stop does not support OOB"],
  [
    `{"exec-oob": "set-action", "arguments": {"x": 1}}`,
    "The command set-action does not support OOB",
  ],
  [
    `{"execute": "stop", "exec-oob": "stop"}`,
    "QMP input member 'execute' clashes with 'exec-oob'",
  ],
  [`{"exec-oob": 1}`, "QMP input member 'exec-oob' must be a string"],
];

/** Under `--preconfig`. */
export const preconfigAnswers: Answers = [
  [`{"execute": "query-status"}`, "accepted"],
  [`{"execute": "query-version"}`, "accepted"],
  [setAction(`"x": 1`), "Parameter 'x' is unexpected"],
  [
    `{"execute": "watchdog-set-action"}`,
    "The command 'watchdog-set-action' is permitted only after machine initialization has completed",
  ],
];

type Named = readonly (readonly number[])[];

/** Which of `key-0`, `key-1` and so on was named in the envelope, by how many there were. */
export const namedMember: Named = [
  ...[[1, 0], [2, 1], [3, 2], [7, 6], [9, 8], [15, 14], [17, 14], [31, 24]],
  ...[[60, 54], [61, 54], [100, 94], [300, 213]],
];
/** The same in the arguments of `stop`. */
export const namedParameter: Named = [
  ...[[1, 0], [2, 1], [3, 1], [7, 4], [8, 4], [15, 11], [16, 12], [17, 12]],
  ...[[31, 28], [32, 28], [60, 16], [61, 1], [100, 87], [300, 102]],
];
