/**
 * What the traces in `fixtures/` hold, that were recorded from a real QEMU: what
 * the file beside each says, and together all that is to be seen.
 *
 * @module
 */

import {
  traceBytes,
  type TraceRecord,
  traceSource,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import { type Tally, tally } from "./tally.ts";
import type { Assets, Suite } from "./suite.ts";

const encoder = new TextEncoder();

function records(trace: Uint8Array): TraceRecord[] {
  const source = traceSource();
  return [...source.push(trace), ...source.end()];
}

/** Tests of the recorded traces. */
export const recordedSuite: Suite = {
  "read() finds in each recorded trace what was counted without it"(assets) {
    assert.isAtLeast([...traces(assets)].length, 20);
    for (const [name, trace] of traces(assets)) {
      assert.deepEqual(tally(records(trace)), expected(assets, name), name);
    }
  },

  "fixtures: each text is where its offset says, with just line ends between"(
    assets,
  ) {
    for (const [name, trace] of traces(assets)) {
      for (const direction of ["<-", "->"] as const) {
        const stream = traceBytes(trace, direction);
        for (const record of records(trace)) {
          if (record.direction !== direction) continue;
          const { length } = encoder.encode(record.text);
          const place = stream.subarray(record.offset, record.offset + length);
          assert.equal(new TextDecoder().decode(place), record.text, name);
          place.fill(0x0a);
        }
        assert.match(new TextDecoder().decode(stream), /^[\r\n]*$/, name);
      }
    }
  },

  "fixtures: together they hold all events of the seed"(assets) {
    const seen = new Set(
      [...traces(assets)].flatMap(([name]) =>
        Object.keys(expected(assets, name).byName)
      ),
    );
    assert.includeMembers([...seen], [
      ...["SHUTDOWN", "POWERDOWN", "RESET", "STOP", "RESUME", "SUSPEND"],
      ...["SUSPEND_DISK", "WAKEUP", "WATCHDOG", "GUEST_PANICKED"],
      ...["GUEST_CRASHLOADED", "MEMORY_FAILURE"],
    ]);
  },

  "fixtures: together they hold ten run states"(assets) {
    const seen = [...messages(assets)].map((message) =>
      message["return"]?.status
    );
    assert.includeMembers(seen, [
      ...["prelaunch", "running", "paused", "suspended", "shutdown"],
      ...["watchdog", "guest-panicked", "io-error", "inmigrate", "postmigrate"],
    ]);
  },

  "fixtures: a panic's address exceeds what a double holds"({ fixtures }) {
    const trace = fixtures.get("traces/panic-s390.jsonl")!;
    const [panic] = records(trace).map(({ text }) => text).filter((text) =>
      text.includes("GUEST_PANICKED")
    );
    assert.include(panic, '"psw-addr": 18364758544493064720');
  },

  "fixtures: a WATCHDOG comes after the STOP that it caused"({ fixtures }) {
    const trace = fixtures.get("traces/watchdog-out-of-order.jsonl")!;
    const [, stop, late] = records(trace).map(({ text }) => JSON.parse(text))
      .filter(({ event }) => event !== undefined);
    assert.deepEqual([stop.event, late.event], ["STOP", "WATCHDOG"]);
    assert.isBelow(microseconds(late), microseconds(stop));
  },

  "fixtures: QEMU's error replies are of four classes"(assets) {
    const classes = [...messages(assets)].map((message) =>
      message["error"]?.class
    );
    assert.includeMembers(classes, [
      ...["CommandNotFound", "GenericError"],
      ...["DeviceNotFound", "DeviceNotActive"],
    ]);
  },
};

function* traces({ fixtures }: Assets): Generator<[string, Uint8Array]> {
  for (const [path, trace] of fixtures) {
    const name = /^traces\/(.*)\.jsonl$/.exec(path)?.[1];
    if (name !== undefined) yield [name, trace];
  }
}

/** Every message of the fixtures; JSON.parse is good enough for names. */
// deno-lint-ignore no-explicit-any -- a test's view of any message
function* messages(assets: Assets): Generator<Record<string, any>> {
  for (const [, trace] of traces(assets)) {
    for (const { text } of records(trace)) yield JSON.parse(text);
  }
}

function expected(
  { fixtures }: Assets,
  name: string,
): Tally {
  const file = fixtures.get(`traces/${name}.expected.json`);
  assert.isDefined(file, `${name}.expected.json`);
  return JSON.parse(new TextDecoder().decode(file));
}

function microseconds(
  { timestamp }: { timestamp: { seconds: number; microseconds: number } },
): number {
  return timestamp.seconds * 1e6 + timestamp.microseconds;
}
