/**
 * Which texts are found in bytes, whole and damaged.
 *
 * @module
 */

import {
  type JsonOptions,
  type JsonText,
  parseJson,
  splitJson,
  stringifyJson,
} from "@qmp/run-state";
import { traceBytes } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Splits bytes cut into chunks of one size. */
function split(
  input: string | Uint8Array,
  options?: JsonOptions,
  size = Infinity,
): JsonText[] {
  const bytes = typeof input === "string" ? encode(input) : input;
  const stage = splitJson(options);
  const texts: JsonText[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    // A copy that is spoilt afterwards: the chunk is the caller's.
    const chunk = bytes.slice(at, Math.min(at + size, bytes.length));
    texts.push(...stage.push(chunk));
    chunk.fill(0x7b);
  }
  return [...texts, ...stage.end()];
}

/** Each text, with the code of what is wrong with it before it. */
function summary(texts: readonly JsonText[]): string[] {
  return texts.map(({ text, findings }) =>
    findings.map(({ code }) => `${code}: `).join("") + text
  );
}

/** Inputs and what is found in them. */
const inputs: readonly (readonly [
  what: string,
  input: string,
  texts: readonly string[],
])[] = [
  ["nothing in nothing", "", []],
  ["nothing in blanks", " \r\n\t\n ", []],
  ["a message without a line end", '{"a":1}', ['{"a":1}']],
  ["messages on lines", '{"a":1}\r\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
  [
    "messages on one line",
    '{"a":1}{"b":2} {"c":3}\t[4]',
    ['{"a":1}', '{"b":2}', '{"c":3}', "[4]"],
  ],
  ["empty ones", "{}{}\n[][]", ["{}", "{}", "[]", "[]"]],
  [
    "brackets and quotes in strings",
    '{"}": "{]\\"}", "\\\\": "[", "it\'s": ""}{}',
    ['{"}": "{]\\"}", "\\\\": "[", "it\'s": ""}', "{}"],
  ],
  [
    "messages over many lines",
    '{\r\n    "a": {\r\n    }\r\n}\r\n{\n  "b": [\n    1\n  ]\n}',
    ['{\r\n    "a": {\r\n    }\r\n}', '{\n  "b": [\n    1\n  ]\n}'],
  ],
  ["indented messages", '  {"a":1}\n\t{"b":2}', ['{"a":1}', '{"b":2}']],
  [
    "indented messages over many lines",
    '  {\n    "a": 1\n  }\n  {\n    "b": 2\n  }\n',
    ['{\n    "a": 1\n  }', '{\n    "b": 2\n  }'],
  ],
  ["a message after a mark", '\ufeff{"a":1}', ['{"a":1}']],
  ["a mark that is none", '\ufeff\ufeff{"a":1}', [
    "NOT_JSON: \ufeff",
    '{"a":1}',
  ]],
  ["no mark after the start", '{"a":1}\n\ufeff{"b":1}', [
    '{"a":1}',
    "NOT_JSON: \ufeff",
    '{"b":1}',
  ]],
  ["beyond ASCII", '{"\u00e9":"\u{1f600}"}{"a":1}', [
    '{"\u00e9":"\u{1f600}"}',
    '{"a":1}',
  ]],
  // Noise.
  ["scalars", '42\n"x"\ntrue', [
    "NOT_JSON: 42",
    'NOT_JSON: "x"',
    "NOT_JSON: true",
  ]],
  [
    "noise on a line of its own",
    'VNC server running on ::1:5900\r\n{"a":1}\r\n',
    ["NOT_JSON: VNC server running on ::1:5900", '{"a":1}'],
  ],
  ["a prompt", '(QEMU) {"return": {}}\r\n(QEMU) ', [
    "NOT_JSON: (QEMU)",
    '{"return": {}}',
    "NOT_JSON: (QEMU)",
  ]],
  [
    "a prompt before a message over many lines",
    '(QEMU) {\r\n    "return": {\r\n    }\r\n}\r\n(QEMU) q\r\n',
    [
      "NOT_JSON: (QEMU)",
      '{\r\n    "return": {\r\n    }\r\n}',
      "NOT_JSON: (QEMU) q",
    ],
  ],
  ["noise after a message", '{"a":1} \u0007 \u0007\n{"b":2}', [
    '{"a":1}',
    "NOT_JSON: \u0007 \u0007",
    '{"b":2}',
  ]],
  ["noise between messages", '{"a":1};{"b":2};{"c":3}', [
    '{"a":1}',
    "NOT_JSON: ;",
    '{"b":2}',
    "NOT_JSON: ;",
    '{"c":3}',
  ]],
  ["noise around what looks like a part of a value", 'x {"a":1}: y\n', [
    'NOT_JSON: x {"a":1}: y',
  ]],
  [
    "a list after blanks, below a message after noise",
    'x {\n  "a": 1\n}\n  [1]\n',
    ["NOT_JSON: x", '{\n  "a": 1\n}', "NOT_JSON: [1]"],
  ],
  ["noise with brackets", 'x {y} { z [1] {}\n{"a":1}', [
    "NOT_JSON: x {y} { z [1] {}",
    '{"a":1}',
  ]],
  ["noise cut short", 'x {"y": {"a":1}\n{"a":1}', [
    'NOT_JSON: x {"y": {"a":1}',
    '{"a":1}',
  ]],
  ["noise on two lines", "one\n\ntwo\r\n", ["NOT_JSON: one", "NOT_JSON: two"]],
  ["noise that goes on in indented lines", "one\n  two\n\n three\nfour\n", [
    "NOT_JSON: one\n  two\n\n three",
    "NOT_JSON: four",
  ]],
  ["a closing bracket too many", '{"a":1}}\n{"b":2}', [
    '{"a":1}',
    "NOT_JSON: }",
    '{"b":2}',
  ]],
  // Tails lost.
  ["a torn line", '{"a": {"b": 1\r\n{"c":1}\r\n', [
    'NOT_JSON: {"a": {"b": 1',
    '{"c":1}',
  ]],
  ["a line torn in a string", '{"a": "{\n{"c":1}\n', [
    'NOT_JSON: {"a": "{',
    '{"c":1}',
  ]],
  ["a line torn in an escape", '{"a": "\\\n{"c":1}\n', [
    'NOT_JSON: {"a": "\\',
    '{"c":1}',
  ]],
  ["a line torn after its first byte", '{\n{"c":1}\n', [
    "NOT_JSON: {",
    '{"c":1}',
  ]],
  ["a torn list", '[1,\n{"c":1}\n', ["NOT_JSON: [1,", '{"c":1}']],
  ["a torn end", '{"a":1}\n{"b', ['{"a":1}', 'NOT_JSON: {"b']],
  [
    "a torn message over many lines",
    '{\r\n    "a": {\r\n        "b\r\n{\r\n    "c": 1\r\n}\r\n',
    ['NOT_JSON: {\r\n    "a": {\r\n        "b', '{\r\n    "c": 1\r\n}'],
  ],
  // Heads lost.
  [
    "a line without its head",
    'onds": 1, "x": {"a": 1}}, "event": "STOP"}\r\n{"a":1}\r\n',
    ['NOT_JSON: onds": 1, "x": {"a": 1}}, "event": "STOP"}', '{"a":1}'],
  ],
  [
    "a line without its head, data last",
    '"event": "RESET", "data": {"guest": true, "x": [{"y": 1}, {"z": 2}]}}\n{"a":1}',
    [
      'NOT_JSON: "event": "RESET", "data": {"guest": true, "x": [{"y": 1}, {"z": 2}]}}',
      '{"a":1}',
    ],
  ],
  [
    "a message over many lines without its head",
    'e": {\r\n        "b": 1\r\n    },\r\n    "c": [\r\n        {\r\n            "d": 1\r\n' +
    '        },\r\n        {\r\n            "e": 2\r\n        }\r\n    ]\r\n}\r\n{\r\n    "f": 1\r\n}\r\n',
    [
      'NOT_JSON: e": {\r\n        "b": 1\r\n    },\r\n    "c": [\r\n        {\r\n            "d": 1\r\n' +
      '        },\r\n        {\r\n            "e": 2\r\n        }\r\n    ]\r\n}',
      '{\r\n    "f": 1\r\n}',
    ],
  ],
];

const event = {
  timestamp: { seconds: 1, microseconds: 2 },
  event: "RESET",
  data: { guest: true, reason: "guest-reset", list: [{ a: "{" }, { b: "\\" }] },
};

const chunkSizes = [1, 2, 3, 7, 64, 4096, Infinity];

/** Tests of splitting bytes into texts. */
export const splitJsonSuite: Suite = {
  "splitJson() finds what is there, in chunks of every size"() {
    for (const [what, input, texts] of inputs) {
      for (let size = 1; size <= input.length + 1; size++) {
        assert.deepStrictEqual(
          summary(split(input, {}, size)),
          texts,
          `${what}, in chunks of ${size}`,
        );
      }
    }
  },

  "splitJson() gives the line, the byte offset and the severity"() {
    const input =
      '\ufeff{"\u00e9": 1}{"b": 2}\r\n\r\n caf\u00e9 {"c":\n3}\n{"d"';
    for (const size of chunkSizes) {
      const texts = split(input, {}, size);
      assert.deepStrictEqual(
        texts.map(({ line, offset, text }) => [line, offset, text]),
        [
          [1, 3, '{"\u00e9": 1}'],
          [1, 12, '{"b": 2}'],
          [3, 25, 'caf\u00e9 {"c":'],
          [4, 37, "3}"],
          [5, 40, '{"d"'],
        ],
      );
      for (const { findings, text } of texts) {
        assert.lengthOf(findings, text.endsWith("}") && text !== "3}" ? 0 : 1);
        assert.isTrue(findings.every(({ severity }) => severity === "fault"));
      }
    }
  },

  "splitJson() says of damage what it is, and quotes its first character"() {
    const [noise, torn, invalid] = split(
      Uint8Array.of(...encode('pass"word\n{"a\n{"'), 0xff, 0x22, 0x7d),
    ).map(({ findings }) => findings[0]!);
    assert.strictEqual(
      noise!.message,
      'Cannot read a message: "p" begins none',
    );
    assert.strictEqual(
      torn!.message,
      "Cannot read a message to its end: it is cut short",
    );
    assert.strictEqual(
      invalid!.message,
      "Cannot read a message of 5 bytes as UTF-8",
    );
  },

  "splitJson() loses one of 1,001 messages where one is torn, at every chunk size"() {
    for (const style of ["qemu", "qemu-pretty"] as const) {
      const message = stringifyJson(event, { style }).replaceAll("\n", "\r\n");
      const good = `${message}\r\n`.repeat(1000);
      for (const tear of [1, 30]) {
        const bytes = encode(`${message.slice(0, tear)}\r\n${good}`);
        for (const size of chunkSizes) {
          const [torn, ...rest] = split(bytes, {}, size);
          assert.strictEqual(torn!.text, message.slice(0, tear).trimEnd());
          assert.deepStrictEqual(
            torn!.findings.map(({ code }) => code),
            ["NOT_JSON"],
          );
          assert.lengthOf(rest, 1000);
          assert.isTrue(
            rest.every(({ text, findings }) =>
              text === message && findings.length === 0
            ),
          );
        }
      }
    }
  },

  "splitJson() makes up no message where a head is lost, wherever it is cut"() {
    for (const style of ["qemu", "qemu-pretty"] as const) {
      const message = stringifyJson(event, { style }).replaceAll("\n", "\r\n");
      const good = `${message}\r\n`;
      for (let head = 1; head < message.length; head++) {
        const tail = message.slice(head).trimStart();
        const [lost, ...rest] = split(
          `${message.slice(head)}\r\n${good}${good}`,
        );
        // What begins a line with a bracket can be told from a value only later.
        if (/^[{[]/.test(message.slice(head))) continue;
        assert.strictEqual(lost!.text, tail);
        assert.strictEqual(lost!.findings[0]?.code, "NOT_JSON");
        assert.deepStrictEqual(rest.map(({ text }) => text), [
          message,
          message,
        ]);
      }
    }
  },

  "splitJson() gives a message as soon as its last bracket has come"() {
    const stage = splitJson();
    assert.deepEqual(summary(stage.push(encode('{"a":1'))), []);
    assert.deepEqual(summary(stage.push(encode("}"))), ['{"a":1}']);
    assert.deepEqual(summary(stage.push(encode('{"b":2}'))), ['{"b":2}']);
    assert.deepEqual(summary(stage.push(encode('\r\n(QEMU) {"c":3}'))), []);
    assert.deepEqual(summary(stage.push(encode("\r"))), [
      "NOT_JSON: (QEMU)",
      '{"c":3}',
    ]);
    assert.deepEqual(stage.end(), []);
  },

  "splitJson() reads strings in single quotes where it is told to"() {
    const quotes = { quotes: "both" } as const;
    const input = `{'a': '}"{\\''}{"b": "'}"} x {'c': '{'}`;
    for (const size of [1, 2, 3, Infinity]) {
      assert.deepStrictEqual(summary(split(input, quotes, size)), [
        `{'a': '}"{\\''}`,
        `{"b": "'}"}`,
        "NOT_JSON: x",
        "{'c': '{'}",
      ]);
    }
    assert.deepStrictEqual(summary(split(`{'a': '}'}`)), [
      `{'a': '}`,
      "NOT_JSON: '}",
    ]);
  },

  "splitJson() gives NOT_UTF8 for a message with bytes that are none, and reads on"() {
    for (const invalid of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const bytes = Uint8Array.of(
        ...encode('{"\u00e9":"'),
        ...invalid,
        ...encode('"}\r\n{"\u00e9":1}{"b":2}\r\n'),
      );
      for (const size of [1, 2, 3, 7, Infinity]) {
        const texts = split(bytes, {}, size);
        assert.deepStrictEqual(summary(texts.slice(1)), [
          '{"\u00e9":1}',
          '{"b":2}',
        ]);
        assert.match(summary(texts)[0]!, /^NOT_UTF8: {"\u00e9":"\ufffd+"}$/);
      }
    }
  },

  "splitJson() makes a text of a mark that is cut short"() {
    for (const size of [1, 2]) {
      assert.deepStrictEqual(
        summary(split(Uint8Array.of(0xef, 0xbb), {}, size)),
        ["NOT_JSON: \ufffd"],
      );
      assert.deepStrictEqual(
        summary(split(Uint8Array.of(0xef, 0xbb, 0x0a, 0x7b, 0x7d), {}, size)),
        ["NOT_JSON: \ufffd", "{}"],
      );
    }
  },

  "splitJson() makes one text of binary rubbish on a line"() {
    const rubbish = Uint8Array.from({ length: 100 }, (_, at) => 0x80 + at);
    const bytes = Uint8Array.of(...rubbish, 0x0a, ...encode('{"a":1}\n'));
    for (const size of chunkSizes) {
      const [noise, ...rest] = split(bytes, {}, size);
      assert.deepStrictEqual(noise!.findings.map(({ code }) => code), [
        "NOT_JSON",
      ]);
      assert.deepStrictEqual(summary(rest), ['{"a":1}']);
    }
  },

  "splitJson() takes 1024 levels, refuses 1025, and goes on at a line with a brace"() {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    for (const size of [1, 7, 1024, Infinity]) {
      assert.deepStrictEqual(
        summary(split(`${nested(1024)}\n{}`, {}, size)),
        [nested(1024), "{}"],
      );
      assert.deepStrictEqual(
        summary(split(`${nested(1025)}{"a":1}\n  {"b":2}\n{}`, {}, size)),
        [`TOO_DEEP: ${"[".repeat(1025)}`, "{}"],
      );
    }
    assert.strictEqual(
      split("[[[", { maxDepth: 2 })[0]!.findings[0]!.message,
      "Cannot read a message of more than 2 levels",
    );
  },

  "splitJson() takes a value as large as it may be, refuses a larger one, and goes on"() {
    const limit = { maxSize: 20 };
    const fits = `{"a":"${"x".repeat(12)}"}`;
    assert.lengthOf(fits, 20);
    const large = `{"a":"${"x".repeat(13)}"}`;
    const noise = "x".repeat(21);
    for (const size of [1, 2, 3, 7, Infinity]) {
      assert.deepStrictEqual(
        summary(
          split(
            `${fits}\n${large}{"b":1}\n {"c":1}\n${noise}\n{}`,
            limit,
            size,
          ),
        ),
        [fits, `TOO_LARGE: ${large.slice(0, 20)}`, "{}"],
      );
      assert.deepStrictEqual(
        summary(split(`${noise}\n${fits}`, limit, size)),
        [`TOO_LARGE: ${noise.slice(0, 20)}`, fits],
      );
      // What waits for the next byte does so no longer than that.
      assert.deepStrictEqual(
        summary(split(`x {\n "a":1}${" ".repeat(20)},\n{}`, limit, size)),
        ["NOT_JSON: x", '{\n "a":1}', "NOT_JSON: ,", "{}"],
      );
      // A value torn just there is torn, not too large.
      assert.deepStrictEqual(
        summary(split(`${large.slice(0, 19)}\n{}`, limit, size)),
        [`NOT_JSON: ${large.slice(0, 19)}`, "{}"],
      );
    }
    assert.strictEqual(
      split(noise, limit)[0]!.findings[0]!.message,
      "Cannot read a message of more than 20 bytes",
    );
  },

  "splitJson() throws for a limit that is none, rather than split for ever"() {
    for (const limit of [NaN, 0, -1, 0.5, "20" as never]) {
      for (const options of [{ maxDepth: limit }, { maxSize: limit }]) {
        assert.throws(
          () => splitJson(options),
          RangeError,
          `: ${limit} is no whole number from 1`,
        );
      }
    }
    const absent = { maxDepth: undefined, maxSize: undefined } as never;
    assert.deepStrictEqual(summary(split("[".repeat(1025), absent)), [
      `TOO_DEEP: ${"[".repeat(1025)}`,
    ]);
  },

  "splitJson() throws a TypeError for what are no bytes, rather than find nothing"() {
    const { buffer } = encode('{"a":1}\n');
    for (
      const [given, name] of [
        [buffer, "ArrayBuffer"],
        [new DataView(buffer), "DataView"],
        [new Uint16Array(buffer), "Uint16Array"],
        [[0x7b, 0x7d], "Array"],
        ['{"a":1}', "String"],
        [undefined, "Undefined"],
        [0x7b, "Number"],
      ]
    ) {
      assert.throws(
        () => splitJson().push(given as never),
        TypeError,
        `Cannot read ${name} as bytes: give a Uint8Array`,
      );
    }
  },

  "splitJson() keeps no more than one value may have, however much comes"() {
    const chunk = new Uint8Array(1 << 16).fill(0x78);
    for (const begin of ["", '{"a": "', 'x {"a": "', "x {", 'x {\n"a": 1\n}']) {
      const stage = splitJson({ maxSize: 1 << 20 });
      const texts = stage.push(encode(begin));
      for (let megabytes = 0; megabytes < 8; megabytes += 1 / 16) {
        texts.push(...stage.push(chunk));
      }
      texts.push(...stage.push(encode('\n{"b": 1}')), ...stage.end());
      assert.isAtMost(texts.length, 4, begin);
      assert.strictEqual(texts.at(-1)!.text, '{"b": 1}');
      for (const { text } of texts) assert.isAtMost(text.length, 1 << 20);
    }
  },

  "splitJson() finds in the recorded traces texts that can all be read"(
    { fixtures },
  ) {
    let messages = 0;
    for (const [name, trace] of fixtures) {
      if (!/^traces\/.*\.jsonl$/.test(name)) continue;
      for (const direction of ["<-", "->"] as const) {
        const bytes = traceBytes(trace, direction);
        const whole = split(bytes, { quotes: "both" });
        for (const { text, findings } of whole) {
          assert.lengthOf(findings, 0, name);
          assert.doesNotThrow(() => parseJson(text, { quotes: "both" }));
        }
        assert.deepStrictEqual(split(bytes, { quotes: "both" }, 5), whole);
        messages += whole.length;
      }
    }
    assert.isAbove(messages, 100);
  },
};
