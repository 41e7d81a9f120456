/**
 * What is written as JSON, to the byte.
 *
 * @module
 */

import { parseJson, splitJson, stringifyJson } from "@qmp/run-state";
import { traceBytes } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

/** Doubles, and how QEMU 7.2 printed them when they were sent to it in an id. */
const doubles: readonly (readonly [number, string])[] = [
  [0.1, "0.10000000000000001"],
  [1.5, "1.5"],
  [-0.1, "-0.10000000000000001"],
  [0.0001, "0.0001"],
  [0.00001, "1.0000000000000001e-05"],
  [1e-7, "9.9999999999999995e-08"],
  [5e-324, "4.9406564584124654e-324"],
  [70.59744, "70.597440000000006"],
  [123456789012345.67, "123456789012345.67"],
  [12345678901234568, "12345678901234568"],
  [123456789012345680, "1.2345678901234568e+17"],
  [1e17, "1e+17"],
  [1e300, "1.0000000000000001e+300"],
  // In the middle between two of 17 digits: C takes the even one.
  [1.00000762939453125, "1.0000076293945312"],
];

/** What JSON cannot say, and how the error names it. */
const unsayable: readonly (readonly [unknown, string])[] = [
  [undefined, "undefined"],
  [() => 1, "a function"],
  [Symbol("s"), "a symbol"],
  [NaN, "NaN"],
  [-Infinity, "-Infinity"],
  [new Date(0), "an instance of Date"],
  [new Map(), "an instance of Map"],
  [Object(1n), "an instance of BigInt"],
  ["a\ud800", "a string with U+D800"],
  ["\ufffe", "a string with U+FFFE"],
];

const message = {
  timestamp: { seconds: 1, microseconds: 2 },
  data: { info: 18364758544493064720n, none: null, lists: [[], {}, [1]] },
};

/** The messages that a recorded trace received, as texts. */
function receivedIn(trace: Uint8Array): string[] {
  const stage = splitJson();
  const texts = [...stage.push(traceBytes(trace, "<-")), ...stage.end()];
  return texts.map(({ text }) => text);
}

/** Tests of writing JSON. */
export const stringifyJsonSuite: Suite = {
  "stringifyJson() writes compactly by default, as JSON.stringify does"() {
    const value = {
      a: [1, -2.5, 1e-7, true, null],
      "\u00e9\u007f": '"\\/\b\f\n\r\t\u0001',
      b: { "": {} },
    };
    assert.strictEqual(stringifyJson(value), JSON.stringify(value));
    assert.strictEqual(
      stringifyJson(value, { style: "compact" }),
      JSON.stringify(value),
    );
  },

  "stringifyJson() writes every integer to its last digit"() {
    const integers = [0, -0, 2 ** 53 - 1, 2n ** 64n - 1n, -(2n ** 63n), 10n];
    assert.strictEqual(
      stringifyJson(integers),
      "[0,0,9007199254740991,18446744073709551615,-9223372036854775808,10]",
    );
    // Its digits, not those that tell it from its neighbours.
    assert.strictEqual(stringifyJson(2 ** 63), "9223372036854775808");
    assert.strictEqual(stringifyJson(1e23), "99999999999999991611392");
  },

  "stringifyJson() writes in QEMU's style with blanks, escapes in capitals, ASCII alone"() {
    assert.strictEqual(
      stringifyJson(message, { style: "qemu" }),
      '{"timestamp": {"seconds": 1, "microseconds": 2}, "data": ' +
        '{"info": 18364758544493064720, "none": null, "lists": [[], {}, [1]]}}',
    );
    // As QEMU 7.2 gave it back in an id.
    assert.strictEqual(
      stringifyJson(
        "\0\u0007\b\t\n\u000b\f\r\u001f ~\u007f\u0080\u00ff\u2028\uabcd\u{1f600} / ' < > & \\ \"",
        { style: "qemu" },
      ),
      '"\\u0000\\u0007\\b\\t\\n\\u000B\\f\\r\\u001F ~\\u007F\\u0080\\u00FF' +
        '\\u2028\\uABCD\\uD83D\\uDE00 / \' < > & \\\\ \\""',
    );
  },

  "stringifyJson() writes doubles in QEMU's style with 17 digits, as C does"() {
    for (const [double, text] of doubles) {
      assert.strictEqual(stringifyJson(double, { style: "qemu" }), text);
    }
  },

  "stringifyJson() writes as a monitor prints with pretty=on, empty containers on two lines"() {
    const id = { a: {}, c: [1, "x", { d: [[]] }] };
    assert.strictEqual(
      stringifyJson({ return: {}, id }, { style: "qemu-pretty" }),
      `{
    "return": {
    },
    "id": {
        "a": {
        },
        "c": [
            1,
            "x",
            {
                "d": [
                    [
                    ]
                ]
            }
        ]
    }
}`,
    );
  },

  "stringifyJson() throws a TypeError with the place for what JSON cannot say"() {
    for (const [value, name] of unsayable) {
      assert.throws(
        () => stringifyJson(value),
        TypeError,
        `Cannot write ${name} as JSON`,
      );
      assert.throws(
        () => stringifyJson({ a: [1, { b: value }] }, { style: "qemu" }),
        TypeError,
        `Cannot write ${name} as JSON at "a.1.b"`,
      );
    }
    assert.throws(() => stringifyJson({ "a\udc00": 1 }), TypeError);
    assert.throws(
      () => stringifyJson([, 1]),
      TypeError,
      'undefined as JSON at "0"',
    );
  },

  "stringifyJson() throws a TypeError that names a style that there is not"() {
    for (const name of ["pretty", "", "toString", "__proto__"]) {
      assert.throws(
        () => stringifyJson({}, { style: name as "qemu" }),
        TypeError,
        `Cannot write JSON in the style "${name}": it is none of compact, qemu`,
      );
    }
  },

  "stringifyJson() throws a TypeError for what contains itself, and none for what comes twice"() {
    const loop: { a: unknown[] } = { a: [] };
    loop.a.push({ b: loop });
    assert.throws(
      () => stringifyJson(loop),
      TypeError,
      'Cannot write an object that contains itself as JSON at "a.0.b"',
    );
    const shared = { x: 1 };
    assert.strictEqual(
      stringifyJson([shared, [shared]]),
      '[{"x":1},[{"x":1}]]',
    );
  },

  "stringifyJson() never asks toJSON"() {
    class Answer {
      toJSON(): number {
        return 42;
      }
    }
    assert.throws(() => stringifyJson(new Answer()), TypeError, "of Answer");
    assert.throws(
      () => stringifyJson({ toJSON: () => 42 }),
      TypeError,
      'a function as JSON at "toJSON"',
    );
  },

  "stringifyJson() writes objects without a prototype, and __proto__ as a key"() {
    const bare = Object.assign(Object.create(null), { a: 1 });
    assert.strictEqual(stringifyJson(bare), '{"a":1}');
    const text = '{"__proto__":{"a":1}}';
    assert.strictEqual(stringifyJson(parseJson(text)), text);
  },

  "stringifyJson() writes 20,000 levels"() {
    const text = '{"a":['.repeat(10_000) + "]}".repeat(10_000);
    const value = parseJson(text, { maxDepth: 20_000 });
    assert.strictEqual(stringifyJson(value), text);
  },

  "stringifyJson() gives the bytes of the recorded traces again in QEMU's style"(
    { fixtures },
  ) {
    let messages = 0;
    for (const [name, bytes] of fixtures) {
      if (!name.startsWith("traces/") || !name.endsWith(".jsonl")) continue;
      const style = name.includes("pretty") ? "qemu-pretty" : "qemu";
      for (const text of receivedIn(bytes)) {
        const written = stringifyJson(parseJson(text), { style });
        assert.strictEqual(written.replaceAll("\n", "\r\n"), text, name);
        messages++;
      }
    }
    assert.isAbove(messages, 0);
  },
};
