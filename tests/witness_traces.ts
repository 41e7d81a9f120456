/**
 * The table of what messages prove, on recorded traces: it follows what a real
 * QEMU did, and not what no QEMU does.
 *
 * @module
 */

import { read, type TraceRecord, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Assets, Suite } from "./suite.ts";
import { states, type Step, walk } from "./walk.ts";

function records(trace: Uint8Array): TraceRecord[] {
  const source = traceSource();
  return [...source.push(trace), ...source.end()];
}

function* traces({ fixtures }: Assets): Generator<[string, Uint8Array]> {
  for (const [path, trace] of fixtures) {
    const name = /^traces\/(.*)\.jsonl$/.exec(path)?.[1];
    if (name !== undefined) yield [name, trace];
  }
}

function follow(trace: Uint8Array): Step[] {
  return walk(read(records(trace)).entries, "7.2");
}

function isStatus({ entry }: Step): boolean {
  return entry.kind === "return" && entry.answers?.name === "query-status";
}

/** A recorded trace without some of its lines, with one in another place, or with one that is another. */
interface Spoilt {
  readonly trace: string;
  /** What to do with the lines. The first is the header's. */
  readonly spoil: (lines: string[]) => string[];
  /** The line of the spoilt trace that cannot be. */
  readonly line: number;
}

const without = (...dropped: number[]) => (lines: string[]) =>
  lines.filter((_, index) => !dropped.includes(index + 1));
const twice = (line: number) => (lines: string[]) =>
  lines.flatMap((each, index) => index + 1 === line ? [each, each] : [each]);
const changed = (line: number, from: string, to: string) => (lines: string[]) =>
  lines.map((each, index) => {
    if (index + 1 !== line) return each;
    assert.include(each, from);
    return each.replace(from, to);
  });

const impossible: Readonly<Record<string, Spoilt>> = {
  "a STOP twice": { trace: "lifecycle", spoil: twice(13), line: 14 },
  "a RESUME twice": { trace: "lifecycle", spoil: twice(8), line: 9 },
  "a RESUME of a machine that runs": {
    trace: "lifecycle",
    spoil: without(12, 13, 14, 15, 16, 17, 18, 19, 20, 21),
    line: 13,
  },
  "a STOP that was lost": { trace: "lifecycle", spoil: without(13), line: 13 },
  "a RESUME that was lost": { trace: "lifecycle", spoil: without(8), line: 8 },
  "a machine that is paused after a reset": {
    trace: "lifecycle",
    spoil: changed(21, "prelaunch", "paused"),
    line: 21,
  },
  "a WAKEUP of a machine that has not started": {
    trace: "lifecycle",
    spoil: changed(8, "RESUME", "WAKEUP"),
    line: 8,
  },
  "a SUSPEND of a machine that is paused": {
    trace: "lifecycle",
    spoil: changed(18, '\\"RESET\\"', '\\"SUSPEND\\"'),
    line: 18,
  },
  "a SUSPEND that was lost": {
    trace: "suspend-and-wakeup",
    spoil: without(7),
    line: 8,
  },
  "a machine that is woken twice": {
    trace: "suspend-and-wakeup",
    spoil: (lines) => [...lines.slice(0, 12), lines[9]!, lines[11]!],
    line: 14,
  },
  "a machine that panics and is paused": {
    trace: "crash-loaded-then-panic",
    spoil: changed(13, "guest-panicked", "paused"),
    line: 13,
  },
  "a machine that runs after a panic": {
    trace: "crash-loaded-then-panic",
    spoil: changed(13, "guest-panicked", "running"),
    line: 13,
  },
  "a machine that is shut down and goes on": {
    trace: "power-off-no-shutdown",
    spoil: without(9, 10, 11, 12, 13),
    line: 10,
  },
  "a machine that shut down and is paused": {
    trace: "power-off-no-shutdown",
    spoil: changed(8, "shutdown", "paused"),
    line: 8,
  },
  "a disk that failed and stopped nothing": {
    trace: "io-error",
    spoil: without(9),
    line: 10,
  },
  "a migration that completes before it stops the machine": {
    trace: "migration-out",
    spoil: (lines) => [
      ...lines.slice(0, 6),
      // That the machine runs is known.
      lines[19]!,
      lines[20]!,
      ...lines.slice(6, 11),
      lines[13]!,
    ],
    line: 14,
  },
  "a machine that came and waits": {
    trace: "migration-in",
    spoil: changed(16, "running", "inmigrate"),
    line: 16,
  },
};

/** The tests of `witness()` on recorded traces. */
export const witnessTraceTests: Suite = {
  "witness() follows every recorded trace, and each query-status agrees"(
    assets,
  ) {
    const probes = [...traces(assets)].flatMap(([name, trace]) => {
      const steps = follow(trace);
      assert.isAbove(steps.at(-1)!.standings.size, 0, name);
      return steps.filter(isStatus).map((step) => {
        const { status } = JSON.parse(step.entry.text).return;
        assert.include(states(step.standings), status, name);
        return name;
      });
    });
    assert.isAbove(probes.length, 30);
  },

  "witness() knows in most recorded traces where the machine stands"(assets) {
    const known = [...traces(assets)].flatMap(([, trace]) => {
      const steps = follow(trace);
      return steps.flatMap((step, index) => {
        const before = steps[index - 2];
        return before && isStatus(step) ? [states(before.standings)] : [];
      });
    });
    // The first query-status of a trace asks what nothing has told yet.
    const asked = known.filter((each) => each.length < 15);
    const sure = asked.filter((each) => each.length === 1);
    assert.isAtLeast(sure.length / asked.length, 0.85);
  },

  ...Object.fromEntries(
    Object.entries(impossible).map(([what, { trace, spoil, line }]) => [
      `witness() finds impossible: ${what}`,
      ({ fixtures }: Assets) => {
        const bytes = fixtures.get(`traces/${trace}.jsonl`);
        const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
        const spoilt = spoil(lines).join("\n") + "\n";
        const last = follow(new TextEncoder().encode(spoilt)).at(-1)!;
        assert.equal(last.standings.size, 0, "all of it is possible");
        assert.equal(last.entry.line, line);
      },
    ]),
  ),
};
