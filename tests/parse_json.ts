/**
 * What is read as JSON, and what is refused.
 *
 * @module
 */

import {
  type FindingCode,
  type JsonOptions,
  JsonSyntaxError,
  type JsonValue,
  parseJson,
  type Path,
  safeParseJson,
} from "@qmp/run-state";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

/** Texts and what they say. */
const values: readonly (readonly [text: string, value: JsonValue])[] = [
  ["null", null],
  [" true ", true],
  ["false\n", false],
  ["\t[1,\r\n 2]", [1, 2]],
  ["[]", []],
  ["{ }", {}],
  ['{"a": {"b": []}, "c": [{}]}', { a: { b: [] }, c: [{}] }],
  ['{"": 1}', { "": 1 }],
  ["0", 0],
  ["-12", -12],
  ["999999999999999", 999999999999999],
  ["9007199254740991", 9007199254740991],
  ["9007199254740992", 9007199254740992n],
  ["-9007199254740991", -9007199254740991],
  ["-9007199254740992", -9007199254740992n],
  ["18446744073709551615", 18446744073709551615n],
  ["18446744073709551616", 18446744073709551616n],
  ["1" + "0".repeat(400), 10n ** 400n],
  ["0.5", 0.5],
  ["-1.25e-3", -0.00125],
  ["5e-324", 5e-324],
  ['""', ""],
  ['"plain"', "plain"],
  ['"caf\u00e9 \u{1f600}"', "caf\u00e9 \u{1f600}"],
  ['"\\u0041\\u00e9\\uD83D\\uDE00"', "A\u00e9\u{1f600}"],
  ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
  // QEMU 7.2 takes all of these and gives them back in an id.
  ['"\\u0000"', "\0"],
  ['"\u007f\u2028\ufeff\ufffd"', "\u007f\u2028\ufeff\ufffd"],
  ['"it\'s"', "it's"],
];

/** Texts that are refused: why, where, and how that place is reached. */
const refused: readonly (readonly [
  text: string,
  code: FindingCode,
  offset: number,
  path: Path,
])[] = [
  ["", "NOT_JSON", 0, []],
  ["  ", "NOT_JSON", 2, []],
  ["NaN", "NOT_JSON", 0, []],
  ["Infinity", "NOT_JSON", 0, []],
  ["True", "NOT_JSON", 0, []],
  ["nul", "NOT_JSON", 3, []],
  ["nulx", "NOT_JSON", 0, []],
  ["truefalse", "NOT_JSON", 4, []],
  ["undefined", "NOT_JSON", 0, []],
  ["\ufeff1", "NOT_JSON", 0, []],
  ["\u00a01", "NOT_JSON", 0, []],
  ["\f1", "NOT_JSON", 0, []],
  ["1 2", "NOT_JSON", 2, []],
  ["{} {}", "NOT_JSON", 3, []],
  ["// no\n1", "NOT_JSON", 0, []],
  ["01", "NOT_JSON", 0, []],
  ["-01", "NOT_JSON", 1, []],
  ["-", "NOT_JSON", 1, []],
  ["+1", "NOT_JSON", 0, []],
  [".5", "NOT_JSON", 0, []],
  ["1.", "NOT_JSON", 2, []],
  ["1.e3", "NOT_JSON", 2, []],
  ["1e", "NOT_JSON", 2, []],
  ["1e+", "NOT_JSON", 3, []],
  ["0x10", "NOT_JSON", 1, []],
  ["--1", "NOT_JSON", 1, []],
  ['"', "NOT_JSON", 1, []],
  ['"a\\', "NOT_JSON", 3, []],
  ['"a\nb"', "NOT_JSON", 2, []],
  ['"a\u0000b"', "NOT_JSON", 2, []],
  ['"\\x"', "NOT_JSON", 1, []],
  ['"\\u12g4"', "NOT_JSON", 5, []],
  ['"\\u12', "NOT_JSON", 5, []],
  ["'a'", "NOT_JSON", 0, []],
  ['"\\\'"', "NOT_JSON", 1, []],
  ["[", "NOT_JSON", 1, [0]],
  ["]", "NOT_JSON", 0, []],
  ["[1,]", "NOT_JSON", 3, [1]],
  ["[,1]", "NOT_JSON", 1, [0]],
  ["[1 2]", "NOT_JSON", 3, [0]],
  ["[1}", "NOT_JSON", 2, [0]],
  ["{", "NOT_JSON", 1, []],
  ["{]", "NOT_JSON", 1, []],
  ["{,}", "NOT_JSON", 1, []],
  ['{"a"}', "NOT_JSON", 4, ["a"]],
  ['{"a" 1}', "NOT_JSON", 5, ["a"]],
  ['{"a":}', "NOT_JSON", 5, ["a"]],
  ['{"a":1,}', "NOT_JSON", 7, []],
  ['{"a":1 "b":2}', "NOT_JSON", 7, ["a"]],
  ["{a:1}", "NOT_JSON", 1, []],
  ['{"a":{"b":[{c:1}]}}', "NOT_JSON", 12, ["a", "b", 0]],
  ["{1:1}", "NOT_JSON", 1, []],
  ['{"a":[{"b":[1,x]}]}', "NOT_JSON", 14, ["a", 0, "b", 1]],
  ['{"a":1,"a":2}', "DUPLICATE_KEY", 7, ["a"]],
  ['{"a":1,"\\u0061":2}', "DUPLICATE_KEY", 7, ["a"]],
  ['{"\\u0061":1,"a":2}', "DUPLICATE_KEY", 12, ["a"]],
  ['{"x":[{"a":{"a":1},"a":2}]}', "DUPLICATE_KEY", 19, ["x", 0, "a"]],
  ['{"__proto__":1,"__proto__":2}', "DUPLICATE_KEY", 15, ["__proto__"]],
  ['"\\ud800"', "LONE_SURROGATE", 1, []],
  ['"\\udc00\\ud800"', "LONE_SURROGATE", 1, []],
  ['"\\ud83d\\u0041"', "LONE_SURROGATE", 1, []],
  ['"\\ud83d\\ue000"', "LONE_SURROGATE", 1, []],
  ['"\\ud83d\u{1f600}"', "LONE_SURROGATE", 1, []],
  ['"\\ud83d\ude00"', "LONE_SURROGATE", 1, []],
  ['{"a": "b\ud800"}', "LONE_SURROGATE", 8, ["a"]],
  ['{"\udc00": 1}', "LONE_SURROGATE", 2, []],
  ['"\\uFFFE"', "NONCHARACTER", 1, []],
  ['"\\uffff"', "NONCHARACTER", 1, []],
  ['["\\ufdd0"]', "NONCHARACTER", 2, [0]],
  ['"\ufdef"', "NONCHARACTER", 1, []],
  ['"\\ud83f\\udffe"', "NONCHARACTER", 1, []],
  ['"\u{10ffff}"', "NONCHARACTER", 1, []],
  ['{"a": 1e999}', "OUT_OF_RANGE", 6, ["a"]],
  ["-1e309", "OUT_OF_RANGE", 0, []],
  ["1".repeat(4097), "TOO_LARGE", 0, []],
  ["0." + "1".repeat(4095), "TOO_LARGE", 0, []],
];

/** Integers spelt otherwise, and what they are. */
const spellings: readonly (readonly [text: string, value: JsonValue])[] = [
  ["1.0", 1],
  ["1e3", 1000],
  ["-1E+2", -100],
  ["1200e-2", 12],
  ["12.50e1", 125],
  ["-0.0", 0],
  ["0e999", 0],
  ["0.0e99999999999", 0],
  ["1e19", 10000000000000000000n],
  ["1844674407370955161.6e1", 18446744073709551616n],
  ["-9007199254740993.0", -9007199254740993n],
  ["1e308", 10n ** 308n],
  // No integers as they stand, but the doubles that come of them are.
  ["1.00000000000000000001", 1],
  ["1e-999", 0],
];

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

function refusalOf(text: string, options?: JsonOptions) {
  const result = safeParseJson(text, options);
  assert.isFalse(result.ok, text.slice(0, 80));
  return result as Exclude<typeof result, { ok: true }>;
}

function readingOf(text: string) {
  const result = safeParseJson(text);
  assert.isTrue(result.ok, text.slice(0, 80));
  return result as Exclude<typeof result, { ok: false }>;
}

function thrownBy(text: string): JsonSyntaxError {
  try {
    parseJson(text);
  } catch (error) {
    assert.instanceOf(error, JsonSyntaxError);
    return error as JsonSyntaxError;
  }
  throw assert.fail(`${text.slice(0, 80)} was read`);
}

/** Tests of reading JSON. */
export const parseJsonSuite: Suite = {
  "parseJson() reads what RFC 8259 allows, every integer exact"() {
    for (const [text, value] of values) {
      assert.deepStrictEqual(parseJson(text), value, text.slice(0, 80));
    }
  },

  "parseJson() reads what JSON.parse reads in texts of every length around its own limits"() {
    for (const length of [11, 12, 13, 31, 32, 33, 16382, 16383, 16384, 16385]) {
      for (const letter of ["a", "\u00e9", "\u{1f600}"]) {
        const word = letter.repeat(Math.ceil(length / letter.length));
        const text = JSON.stringify({ [word]: word, [word + "b"]: [word] });
        assert.deepStrictEqual(parseJson(text), JSON.parse(text));
      }
    }
  },

  "parseJson() throws a JsonSyntaxError with code, line, offset and path"() {
    const error = thrownBy('{"a": [1,\n  {"b": NaN}]}');
    assert.instanceOf(error, SyntaxError);
    assert.strictEqual(error.name, "JsonSyntaxError");
    assert.strictEqual(error.code, "NOT_JSON");
    assert.strictEqual(error.line, 2);
    assert.strictEqual(error.offset, 18);
    assert.deepStrictEqual(error.path, ["a", 1, "b"]);
    assert.strictEqual(
      error.message,
      'Cannot read the text as JSON: "N" stands where a value should (line 2, column 9)',
    );
  },

  "safeParseJson() says of each text that it refuses why, where and on which path"() {
    for (const [text, code, offset, path] of refused) {
      const { finding, ...place } = refusalOf(text);
      const seen = [finding.code, place.offset, finding.path];
      assert.deepStrictEqual(seen, [code, offset, path], text.slice(0, 80));
      assert.strictEqual(finding.severity, "fault");
      assert.notMatch(finding.message, /\.$/);
    }
  },

  "safeParseJson() says of a text that it is cut short, wherever it is cut"() {
    const text =
      '{"a": [true, false, null, -1.5e+3], "\\u00e9\u{1f600}": "\\n\\\\x"}';
    for (let end = 0; end < text.length; end++) {
      const { finding, offset } = refusalOf(text.slice(0, end));
      // Half a surrogate pair is that before all else.
      if (finding.code === "LONE_SURROGATE") continue;
      assert.strictEqual(finding.code, "NOT_JSON");
      assert.strictEqual(offset, end);
      assert.include(finding.message, "it is cut short where");
    }
  },

  "safeParseJson() quotes nothing but what is wrong"() {
    const { finding } = refusalOf('{"password": "hunter2",}');
    assert.notInclude(JSON.stringify(finding), "hunter2");
    const unquoted = refusalOf('{"password": hunter2}').finding;
    assert.notInclude(JSON.stringify(unquoted), "hunter2");
  },

  "safeParseJson() quotes no number: it may be a password"() {
    for (const number of ["077777", "-077777", "7e777", "7".repeat(5000)]) {
      const { finding } = refusalOf(`{"password": ${number}}`);
      assert.deepEqual(finding.path, ["password"]);
      assert.notInclude(JSON.stringify(finding), "7", number.slice(0, 80));
    }
    assert.equal(
      refusalOf("7e777").finding.message,
      "Cannot read the number as JSON: it is more than a double can hold (line 1, column 1)",
    );
    const notices = readingOf('{"password": [777.0, 7e7, 7.7e7]}').findings;
    assert.notInclude(JSON.stringify(notices), "7");
    assert.deepEqual(
      notices.map(({ received }) => received),
      ["a fraction", "an exponent", "a fraction and an exponent"],
    );
  },

  "safeParseJson() quotes at most 80 characters, the marks among them, and cuts none in half"() {
    const keys = ["a".repeat(78), "a".repeat(90), "\u0001".repeat(90)]
      .concat(["", "a"].map((before) => before + "\u{1f600}".repeat(50)));
    for (const key of keys) {
      const twice = JSON.stringify({ [key]: 1 }).slice(0, -1) +
        `, ${JSON.stringify(key)}: 2}`;
      const { received = "", message } = refusalOf(twice).finding;
      assert.isAtMost(received.length, 80);
      const [quoted = ""] = /"(?:[^"\\]|\\.)*"/.exec(message) ?? [];
      assert.isAtMost(quoted.length, 80);
      for (const text of [received, quoted]) {
        assert.notMatch(text, /\p{Surrogate}|U\+D/u);
      }
    }
  },

  "safeParseJson() gives a notice with its path for each integer spelt otherwise"() {
    for (const [text, value] of spellings) {
      const result = readingOf(`{"a": [0.5, ${text}]}`);
      assert.deepStrictEqual(result.value, { a: [0.5, value] }, text);
      assert.deepStrictEqual(
        result.findings.map(({ code, severity, path }) => [
          code,
          severity,
          path,
        ]),
        [["INTEGER_SPELLING", "notice", ["a", 1]]],
        text,
      );
    }
  },

  "safeParseJson() gives no more than 1000 notices"() {
    const { value, findings } = readingOf(`[${"1e0,".repeat(2000)}1]`);
    assert.lengthOf(value as JsonValue[], 2001);
    assert.lengthOf(findings, 1000);
  },

  "safeParseJson() gives no notice for integers and true fractions"() {
    const result = readingOf("[1, -0, 18446744073709551615, 1.5, 1e-3]");
    assert.deepStrictEqual(result.findings, []);
    assert.deepStrictEqual(
      result.value,
      [1, 0, 18446744073709551615n, 1.5, 0.001],
    );
    assert.isTrue(Object.is((result.value as number[])[1], 0));
  },

  "parseJson() takes __proto__ for a key like any other"() {
    const text = '{"__proto__": {"admin": true}, "b": {"__proto__": 1}}';
    const value = parseJson(text) as Record<string, JsonValue>;
    assert.deepStrictEqual(Object.keys(value), ["__proto__", "b"]);
    assert.strictEqual(Object.getPrototypeOf(value), Object.prototype);
    assert.isUndefined(value["admin"]);
    assert.strictEqual(JSON.stringify(value), text.replaceAll(" ", ""));
  },

  "parseJson() takes the names of Object.prototype for keys not given before"() {
    const text =
      '{"toString":1,"constructor":2,"hasOwnProperty":3,"valueOf":4}';
    assert.strictEqual(JSON.stringify(parseJson(text)), text);
  },

  "parseJson() tells a thousand keys apart, and finds the one given twice"() {
    const keys = Array.from({ length: 1000 }, (_, index) => `key-${index * 7}`);
    const text = JSON.stringify(
      Object.fromEntries(keys.map((key, index) => [key, index])),
    );
    assert.strictEqual(JSON.stringify(parseJson(text)), text);
    for (const key of [keys[0], keys[500], keys[999]]) {
      const error = thrownBy(`${text.slice(0, -1)}, "${key}": 0}`);
      assert.deepStrictEqual([error.code, error.path], ["DUPLICATE_KEY", [
        key,
      ]]);
    }
  },

  "parseJson() reads 1024 levels and refuses 1025"() {
    assert.doesNotThrow(() => parseJson(nested(1024)));
    const error = thrownBy(nested(1025));
    assert.strictEqual(error.code, "TOO_DEEP");
    assert.strictEqual(error.offset, 1024);
    assert.strictEqual(error.path.length, 1024);
  },

  "parseJson() reads 20,000 levels where it is told to"() {
    const text = '{"a":['.repeat(10_000) + "]}".repeat(10_000);
    let value = parseJson(text, { maxDepth: 20_000 });
    let depth = 0;
    while (Object.keys(value as object).length > 0) {
      value = Object.values(value as object)[0];
      depth++;
    }
    assert.strictEqual(depth, 19_999);
    assert.strictEqual(
      refusalOf(text, { maxDepth: 19_999 }).finding.code,
      "TOO_DEEP",
    );
  },

  "parseJson() refuses a text longer than it may be"() {
    assert.strictEqual(parseJson("[12]", { maxSize: 4 })?.toString(), "12");
    const { finding } = refusalOf("[123]", { maxSize: 4 });
    assert.strictEqual(finding.code, "TOO_LARGE");
    assert.strictEqual(
      finding.message,
      "Cannot read a text of 5 characters as JSON: a value may have 4",
    );
  },

  "parseJson() takes the default for a limit that is undefined, and throws for one that is none"() {
    // As a setting that is absent comes along.
    const absent = { maxDepth: undefined, maxSize: undefined } as never;
    assert.strictEqual(
      refusalOf(nested(1025), absent).finding.code,
      "TOO_DEEP",
    );
    for (const limit of [NaN, 0, -1, 1.5, "20" as never]) {
      for (const options of [{ maxDepth: limit }, { maxSize: limit }]) {
        assert.throws(
          () => safeParseJson("[[]]", options),
          RangeError,
          `: ${limit} is no whole number from 1`,
        );
      }
    }
    assert.deepStrictEqual(
      parseJson("[[]]", { maxDepth: Infinity, maxSize: Infinity }),
      [[]],
    );
  },

  "parseJson() throws a TypeError for what is no text"() {
    for (
      const [given, name] of [
        [new TextEncoder().encode("{}"), "Uint8Array"],
        [{ execute: "stop" }, "Object"],
        [undefined, "Undefined"],
        [5, "Number"],
      ]
    ) {
      assert.throws(
        () => parseJson(given as never),
        TypeError,
        `Cannot read ${name} as JSON: give a string`,
      );
    }
  },

  "parseJson() reads QEMU's quotes and escape where it is told to"() {
    const quotes = { quotes: "both" } as const;
    assert.deepStrictEqual(
      parseJson(`{'execute': 'it\\'s "so"', "b": "it\\'s 'so'"}`, quotes),
      { execute: `it's "so"`, b: "it's 'so'" },
    );
    assert.deepStrictEqual(parseJson(`{'__proto__': ''}`, quotes), {
      ["__proto__"]: "",
    });
    assert.strictEqual(
      refusalOf(`{"a": 1, 'a': 2}`, quotes).finding.code,
      "DUPLICATE_KEY",
    );
    assert.strictEqual(refusalOf(`'a"`, quotes).offset, 3);
  },
};
