/**
 * Properties of the wire over random input, damaged in every way.
 *
 * @module
 */

import {
  JsonSyntaxError,
  type JsonText,
  type JsonValue,
  parseJson,
  safeParseJson,
  splitJson,
  stringifyJson,
} from "@qmp/run-state";
import { assert } from "chai";
import fc from "fast-check";

import type { Suite } from "./suite.ts";

const seed = 20210420;

const encoder = new TextEncoder();

/** Messages as they go over the wire, compact, pretty, and as clients send them. */
const messages: readonly string[] = [
  {
    timestamp: { seconds: 1, microseconds: 2 },
    event: "GUEST_PANICKED",
    data: { action: "pause", info: { "psw-addr": 18364758544493064720n } },
  },
  { return: { status: "running", singlestep: false, running: true }, id: "a" },
  { return: [{ name: "quit" }, { name: 'a "b" {c}' }, []] },
  { error: { class: "GenericError", desc: "caf\u00e9 \\u00e9 \u{1f600}" } },
  { execute: "query-status", id: null },
].flatMap((message) => [
  stringifyJson(message),
  stringifyJson(message, { style: "qemu" }),
  stringifyJson(message, { style: "qemu-pretty" }).replaceAll("\n", "\r\n"),
]).concat(`{'execute': 'it\\'s "{"'}`);

const separator = fc.constantFrom("", "\n", "\r\n", "\r\n", " ", "\n\n", "\r");

const message = fc.constantFrom(...messages);

const cutMessage = fc.tuple(
  message,
  fc.double({ min: 0, max: 1, noNaN: true }),
);

/** What may stand in a trace: messages, their heads and tails, and anything else. */
const piece: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: message.map((text) => encoder.encode(text)) },
  {
    arbitrary: cutMessage.map(([text, share]) =>
      encoder.encode(text.slice(0, share * text.length))
    ),
    weight: 1,
  },
  {
    arbitrary: cutMessage.map(([text, share]) =>
      encoder.encode(text.slice(share * text.length))
    ),
    weight: 1,
  },
  {
    arbitrary: fc.array(
      fc.constantFrom(..."{}[]\",:'\\ \r\nx1\u00e9\u{1f600}\ufeff"),
      { maxLength: 12 },
    ).map((characters) => encoder.encode(characters.join(""))),
    weight: 3,
  },
  { arbitrary: fc.uint8Array({ maxLength: 6 }), weight: 1 },
);

const trace: fc.Arbitrary<Uint8Array> = fc.array(
  fc.tuple(piece, separator.map((text) => encoder.encode(text))),
  { maxLength: 8 },
).map((pieces) => Uint8Array.from(pieces.flat().flatMap((part) => [...part])));

const options = fc.record({
  quotes: fc.constantFrom("double" as const, "both" as const),
  maxDepth: fc.constantFrom(2, 1024),
  maxSize: fc.constantFrom(50, 1 << 26),
});

/** Splits bytes into chunks whose lengths are taken from a list, in turns. */
function split(
  bytes: Uint8Array,
  lengths: readonly number[],
  how: Parameters<typeof splitJson>[0],
): JsonText[] {
  const stage = splitJson(how);
  const texts: JsonText[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    const chunk = bytes.slice(at, at + length);
    texts.push(...stage.push(chunk));
    chunk.fill(0x22);
    at += length;
  }
  return [...texts, ...stage.end()];
}

/** The lines before a place, plus one. */
function lineAt(bytes: Uint8Array, place: number): number {
  return bytes.subarray(0, place).reduce(
    (line, byte) => byte === 0x0a ? line + 1 : line,
    1,
  );
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const decode = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Blanks out what a text covers, having checked that it is there. */
function takeOut(bytes: Uint8Array, { text, line, offset }: JsonText): void {
  assert.strictEqual(line, lineAt(bytes, offset));
  const rest = bytes.subarray(offset);
  // Where bytes are no UTF-8, one U+FFFD may stand for up to three of them.
  let length = text.includes("\ufffd") ? 0 : encoder.encode(text).length;
  while (decode(rest.subarray(0, length)) !== text) {
    assert.isBelow(length++, rest.length);
  }
  while (
    length < rest.length && decode(rest.subarray(0, length + 1)) === text
  ) {
    length++;
  }
  for (let at = offset; at < offset + length; at++) {
    if (bytes[at] !== 0x0a) bytes[at] = 0x20;
  }
}

/** What JSON.parse makes of a value: doubles alone, and no minus before 0. */
function asDoubles(value: JsonValue): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (value === 0) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(asDoubles);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, asDoubles(member)]),
  );
}

/** What is refused although JSON.parse takes it. */
const stricter = [
  "DUPLICATE_KEY",
  "LONE_SURROGATE",
  "NONCHARACTER",
  "OUT_OF_RANGE",
];

/** Parts of JSON texts, right and wrong. */
const tokens = fc.constantFrom(
  ...'{ } [ ] , : " \\ \t \n - 0 1 9007199254740993 1.5 1.0 -0 01 1e2 1e999 .5'
    .split(" "),
  ...[
    "true",
    "false",
    "null",
    "nul",
    "NaN",
    " ",
    "\u00e9",
    "\u{1f600}",
    "\ufeff",
  ],
  ...['"a"', '"a":', '"b":', '"__proto__":', '"\\u0061":', '"\\n"', "\\u00e9"],
  ...[
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\ude00"',
    '"\ufffe"',
    '"\\uFDD0"',
    "'a'",
  ],
);

const json: fc.Arbitrary<string> = fc.oneof(
  fc.array(tokens, { maxLength: 12 }).map((parts) => parts.join("")),
  // A right text with some of it wrong.
  fc.tuple(fc.json({ maxDepth: 3 }), tokens, fc.nat(), fc.nat(3)).map(
    ([text, token, place, gone]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + token + text.slice(at + gone);
    },
  ),
  fc.json({ maxDepth: 3 }),
);

const character = fc.string({ unit: "binary", maxLength: 4 })
  .filter((text) => !/\p{Surrogate}|\p{Noncharacter_Code_Point}/u.test(text));

/** Values that QEMU's style gives back: no whole doubles, no keys like integers. */
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.double({ noNaN: true, noDefaultInfinity: true })
      .filter((double) => !Number.isInteger(double)),
    character,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(character.filter((key) => !/^\d+$/.test(key)), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

/**
 * The properties of the wire.
 *
 * @param runs How many inputs each is tried on.
 * @returns A test for each.
 */
export function fuzzWire(runs: number): Suite {
  const check = (
    name: string,
    property: fc.IRawProperty<unknown[]>,
  ): void => {
    console.log(`${name}: seed ${seed}, ${runs} inputs`);
    fc.assert(property, { seed, numRuns: runs });
  };
  return {
    "splitJson() finds the same however the bytes are cut, and says where all of it is"() {
      check(
        "splitJson()",
        fc.property(
          trace,
          options,
          fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
          (bytes, how, lengths) => {
            const whole = split(bytes, [Infinity], how);
            assert.deepStrictEqual(split(bytes, lengths, how), whole);
            let skipped = false;
            const rest = bytes.slice();
            for (const text of whole) {
              const code = text.findings[0]?.code;
              assert.isAtMost(text.findings.length, 1);
              assert.isAtMost(text.text.length, how.maxSize);
              if (code === undefined) {
                assert.match(text.text, /^[{[][^]*[}\]]$/);
              }
              skipped ||= code === "TOO_LARGE" || code === "TOO_DEEP";
              takeOut(rest, text);
            }
            if (skipped) return;
            assert.match(decode(rest), /^\ufeff?[ \t\r\n]*$/);
          },
        ),
      );
    },

    "splitJson() finds each message where only lines are torn"() {
      check(
        "splitJson(), torn lines",
        fc.property(
          fc.array(fc.oneof(message, cutMessage), { maxLength: 8 }),
          fc.constantFrom("\n", "\r\n"),
          fc.integer({ min: 1, max: 300 }),
          (lines, end, length) => {
            const torn = lines.map((line) => {
              const [text, share] = typeof line === "string" ? [line, 1] : line;
              const bytes = encoder.encode(text);
              return bytes.subarray(0, Math.max(1, share * bytes.length));
            });
            const lineEnd = encoder.encode(end);
            const bytes = torn.flatMap((line) => [...line, ...lineEnd]);
            const found = split(Uint8Array.from(bytes), [length], {
              quotes: "both",
            });
            assert.deepStrictEqual(
              found.map(({ text }) => text),
              torn.map((line) => decode(line).trimEnd()),
            );
          },
        ),
      );
    },

    "safeParseJson() takes what JSON.parse takes, but for what QEMU refuses"() {
      check(
        "safeParseJson()",
        fc.property(json, (text) => {
          const ours = safeParseJson(text);
          let theirs: { value: JsonValue } | undefined;
          try {
            theirs = { value: JSON.parse(text) };
          } catch {
            // No JSON.
          }
          if (ours.ok) {
            assert.deepStrictEqual(
              asDoubles(ours.value),
              theirs && asDoubles(theirs.value),
            );
            return;
          }
          assert.isAtMost(ours.offset, text.length);
          assert.throws(
            () => parseJson(text),
            SyntaxError,
            ours.finding.message,
          );
          if (theirs !== undefined) assert.include(stricter, ours.finding.code);
        }),
      );
    },

    "parseJson() throws nothing but what safeParseJson() says, whatever the options"() {
      check(
        "parseJson()",
        fc.property(
          fc.oneof(json, fc.string({ unit: "binary" })),
          options,
          (text, how) => {
            const result = safeParseJson(text, how);
            if (result.ok) {
              assert.deepStrictEqual(parseJson(text, how), result.value);
              return;
            }
            assert.isAtMost(result.offset, text.length);
            assert.throws(
              () => parseJson(text, how),
              JsonSyntaxError,
              result.finding.message,
            );
          },
        ),
      );
    },

    "stringifyJson() gives the value and the bytes again in every style"() {
      check(
        "stringifyJson()",
        fc.property(
          value,
          fc.constantFrom("compact", "qemu", "qemu-pretty"),
          (value, style) => {
            const text = stringifyJson(value, { style });
            const read = safeParseJson(text);
            assert.isTrue(read.ok);
            if (!read.ok) return;
            assert.deepStrictEqual(read.value, value);
            assert.lengthOf(read.findings, 0);
            assert.strictEqual(stringifyJson(read.value, { style }), text);
            if (style !== "compact") assert.match(text, /^[\n -~]*$/);
          },
        ),
      );
    },
  };
}

/** The properties, on as many inputs as a quick test can try. */
export const fuzzWireSuite: Suite = fuzzWire(500);
