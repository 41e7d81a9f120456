/**
 * Properties of reading logs, damaged in every way.
 *
 * @module
 */

import {
  chooseFormat,
  logFormats,
  type LogOptions,
  logSource,
} from "@qmp/run-state/logs";
import { read, type TraceRecord } from "@qmp/run-state/replay";
import { assert } from "chai";
import fc from "fast-check";

import { logSamples } from "./logs_samples.ts";
import type { Suite } from "./suite.ts";

const seed = 20260131;

const encoder = new TextEncoder();

interface Damage {
  /** Where, as a share of the whole. */
  readonly place: number;
  /** How many characters go. */
  readonly gone: number;
  /** What comes. */
  readonly text: string;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  place: fc.nat({ max: 999 }).map((share) => share / 1000),
  gone: fc.nat({ max: 12 }),
  text: fc.oneof(
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom(..."{}[]\"\\:,'\n\r#=> \0\ufeff\ud800"),
    fc.constantFrom("\n> ", "=\n", "=3D", "&quot;", " \\\n", "\n\n", "...\n"),
    ...logSamples.map(({ log }) =>
      fc.nat({ max: log.length }).map((at) => log.slice(at, at + 150))
    ),
  ),
});

function spoil(text: string, damages: readonly Damage[]): string {
  return damages.reduce((before, { place, gone, text }) => {
    const at = Math.floor(place * before.length);
    return before.slice(0, at) + text + before.slice(at + gone);
  }, text);
}

function recordsIn(
  bytes: Uint8Array,
  options: LogOptions,
  lengths: readonly number[],
): TraceRecord[] {
  const source = logSource(options);
  const records: TraceRecord[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    const chunk = bytes.slice(at, at + length);
    for (const record of source.push(chunk)) records.push(record);
    // What is given must not hang on a buffer that is used again.
    chunk.fill(0x7b);
    at += length;
  }
  return [...records, ...source.end()];
}

/** Formats that hold their messages as they are, character by character. */
const verbatim = new Set(
  ["raw", "transcript", "docs", "qemu.qmp", "qemu-trace", "incus", "replies"],
);

/**
 * The properties of reading logs.
 *
 * @param runs How many inputs are tried.
 * @returns A test for each.
 */
export function fuzzLogs(runs: number): Suite {
  return {
    "logSource() finds the same in damaged logs however the bytes are cut, and nothing that is not there"() {
      console.log(`logSource(): seed ${seed}, ${runs} inputs`);
      const lengths = fc.array(fc.integer({ min: 1, max: 90 }), {
        minLength: 1,
        maxLength: 5,
      });
      const named = fc.constantFrom(
        undefined,
        ...logFormats.map(({ name }) => name),
      );
      const samples = fc.constantFrom(...logSamples);
      fc.assert(
        fc.property(
          ...[samples, fc.array(damage, { maxLength: 4 })] as const,
          ...[lengths, named] as const,
          ({ log }, damages, lengths, format) => {
            const bytes = encoder.encode(spoil(log, damages));
            const options = format === undefined ? {} : { format };
            const records = recordsIn(bytes, options, [Infinity]);
            assert.equal(
              JSON.stringify(recordsIn(bytes, options, lengths)),
              JSON.stringify(records),
            );
            const choice = chooseFormat(bytes);
            const isVerbatim = verbatim.has(format ?? choice.format.name) &&
              (format !== undefined || choice.damage === undefined);
            const text = new TextDecoder().decode(bytes);
            for (const record of records) {
              const { line, offset, text: one } = record;
              assert.isAtLeast(line, 1);
              assert.isAtMost(offset, bytes.length);
              const isLine = isVerbatim && !/[\n\r]/.test(one);
              if (isLine) assert.include(text, one);
              if (isLine && one !== "") {
                const there = new TextDecoder("utf-8", { ignoreBOM: true })
                  .decode(bytes.subarray(offset));
                assert.isTrue(there.startsWith(one), one);
              }
            }
            for (
              const { message, kind, findings, state } of read(records).entries
            ) {
              const isFaulty = findings.some(({ severity }) =>
                severity === "fault"
              );
              if (isFaulty) assert.isUndefined(message);
              if (message !== undefined) assert.isDefined(kind);
              else if (state === undefined) assert.isNotEmpty(findings);
              for (const { message } of findings) {
                assert.match(message, /^[A-Z].*[^.]$/s);
              }
            }
          },
        ),
        { seed, numRuns: runs },
      );
    },
  };
}

/** The properties, on as many inputs as a quick test can try. */
export const fuzzLogsSuite: Suite = fuzzLogs(1000);
