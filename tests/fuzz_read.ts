/**
 * Properties of reading over recorded traces, damaged in every way: bytes, texts
 * and messages, from the raw stream and from the trace file.
 *
 * @module
 */

import {
  type Entry,
  type Policy,
  rawSource,
  reader,
  type Source,
  traceSource,
} from "@qmp/run-state/replay";
import { assert } from "chai";
import fc from "fast-check";

import type { Assets, Suite } from "./suite.ts";

const seed = 20210421;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What went over the monitor in one chunk, and which way. */
type Piece = readonly [direction: string, text: string];

/** The chunks of each recorded trace. */
function piecesOf({ fixtures }: Assets): Piece[][] {
  return [...fixtures].filter(([name]) => /^traces\/.*\.jsonl$/.test(name))
    .map(([, bytes]) =>
      decoder.decode(bytes).trimEnd().split("\n").slice(1)
        .map((line) => JSON.parse(line).slice(1) as Piece)
    );
}

/** A part of a recorded trace. */
function partOf(traces: readonly Piece[][]): fc.Arbitrary<readonly Piece[]> {
  return fc.constantFrom(...traces).chain((pieces) =>
    fc.tuple(
      fc.nat({ max: pieces.length - 1 }),
      fc.integer({ min: 1, max: 9 }),
    ).map(([from, count]) => pieces.slice(from, from + count))
  );
}

/** Some text in place of some other. */
interface Damage {
  /** Where, as a share of the whole. */
  readonly place: number;
  /** How many characters go; without it a whole token of JSON. */
  readonly gone?: number;
  /** What comes. */
  readonly text: string;
}

// Not fc.double(), half of whose values are below 1e-150.
const place = fc.nat({ max: 999 }).map((share) => share / 1000);

/** JSON that is still JSON, but says something else. */
const swap: fc.Arbitrary<Damage> = fc.record({
  place,
  text: fc.constantFrom(
    ...["null", "true", "-1", "0", "1.0", "1e400", "18446744073709551616"],
    ...["9007199254740993", "[]", "{}", '"event"', '"return"', '"execute"'],
    ...['"id"', '"data"', '"timestamp"', '"reason"', '"__proto__"', '""'],
    ...['"STOP"', '"Stop"', '"RUN_STATE"', '"query-status"', '"paused"'],
    ...['"guest-panicked"', '"singlestep"', '"\\ud800"', '"\\uffff"'],
  ),
});

const splice: fc.Arbitrary<Damage> = fc.record({
  place,
  gone: fc.nat({ max: 8 }),
  text: fc.oneof(
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom(..."{}[]\"\\:,'\n\r\ufeff\ud800"),
    fc.constantFrom('{"return": {}}', '{"execute": "stop", "id": 1}\r\n'),
  ),
});

function spoil(text: string, damages: readonly Damage[]): string {
  return damages.reduce((before, { place, gone, text }) => {
    if (gone !== undefined) {
      const at = Math.floor(place * before.length);
      return before.slice(0, at) + text + before.slice(at + gone);
    }
    const tokens = [...before.matchAll(/"(?:[^"\\]|\\.)*"|[\w.+-]+/g)];
    const token = tokens[Math.floor(place * tokens.length)];
    return token === undefined ? before : before.slice(0, token.index) + text +
      before.slice(token.index + token[0].length);
  }, text);
}

const streamOf = (pieces: readonly Piece[]): string =>
  pieces.map(([, text]) => text).join("");

const traceOf = (pieces: readonly Piece[]): string =>
  [
    { format: "qmp-trace", version: 1 },
    ...pieces.map((piece, second) => [second, ...piece]),
  ].map((line) => `${JSON.stringify(line)}\n`).join("");

interface Way {
  readonly isTrace: boolean;
  readonly policy: Policy;
  readonly maxWaiting: number;
  readonly extensions: boolean;
}

const way: fc.Arbitrary<Way> = fc.record({
  isTrace: fc.boolean(),
  policy: fc.constantFrom<Policy>("strict", "forward", "raw"),
  maxWaiting: fc.constantFrom(1, 10_000),
  extensions: fc.boolean(),
});

/** Reads bytes in chunks whose lengths are taken from a list, in turns. */
function readIn(
  lengths: readonly number[],
  bytes: Uint8Array,
  { isTrace, ...options }: Way,
): Entry[] {
  const source: Source = isTrace ? traceSource() : rawSource();
  const stage = reader(options);
  const entries: Entry[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    entries.push(...stage.push(source.push(bytes.slice(at, at + length))));
    at += length;
  }
  entries.push(...stage.push(source.end()), ...stage.end());
  return entries;
}

/** All that an entry says, as a text: chai would take most of the time to compare. */
function spell(entries: readonly Entry[]): string {
  return JSON.stringify(
    entries,
    (_key, value) => typeof value === "bigint" ? `${value}n` : value,
    1,
  );
}

function assertSound({ line, offset, kind, message, findings }: Entry): void {
  assert.isAtLeast(line, 1);
  assert.isAtLeast(offset, 0);
  const isFaulty = findings.some(({ severity }) => severity === "fault");
  if (isFaulty) assert.isUndefined(message);
  if (message === undefined) assert.isNotEmpty(findings);
  else assert.isDefined(kind);
  for (const { received = "", message } of findings) {
    assert.isAtMost(received.length, 80);
    assert.match(message, /^[A-Z].*[^.]$/s);
  }
}

/**
 * The properties of reading.
 *
 * @param runs How many inputs are tried.
 * @returns A test for each.
 */
export function fuzzRead(runs: number): Suite {
  return {
    "read() finds the same in damaged traces however the bytes are cut"(
      assets,
    ) {
      console.log(`read(): seed ${seed}, ${runs} inputs`);
      const traces = piecesOf(assets);
      assert.isAbove(traces.length, 20);
      const lengths = fc.array(fc.integer({ min: 1, max: 60 }), {
        minLength: 1,
        maxLength: 5,
      });
      fc.assert(
        fc.property(
          ...[partOf(traces), fc.array(swap, { maxLength: 2 })] as const,
          ...[fc.array(splice, { maxLength: 2 }), lengths, way] as const,
          (pieces, swaps, splices, lengths, way) => {
            const wrong = pieces.map(([direction, text]): Piece => [
              direction,
              spoil(text, swaps),
            ]);
            const text = way.isTrace ? traceOf(wrong) : streamOf(wrong);
            const bytes = encoder.encode(spoil(text, splices));
            const entries = readIn([Infinity], bytes, way);
            entries.forEach(assertSound);
            assert.equal(spell(readIn(lengths, bytes, way)), spell(entries));
          },
        ),
        { seed, numRuns: runs },
      );
    },
  };
}

/** The properties, on as many inputs as a quick test can try. */
export const fuzzReadSuite: Suite = fuzzRead(1000);
