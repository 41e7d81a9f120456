/**
 * Plays every scenario afresh on a real QEMU 7.2, and holds what it says
 * against what was recorded of it and what is read out of the recording.
 *
 * Without QEMU 7.2 these tests are skipped, and say so; with
 * `QMP_LIVE=required` its absence is a failure.
 *
 * @module
 */

import { GUEST_PANICKED } from "@qmp/run-state";
import {
  read,
  traceBytes,
  type TraceRecord,
  traceSource,
} from "@qmp/run-state/replay";
import { assert } from "chai";
import { appendFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import * as v from "valibot";

import { qemuVersion, withQemu } from "../scripts/qemu.ts";
import { type Passed, recordScenario } from "../scripts/record_scenario.ts";
import { panicAddress } from "../scripts/fault_scenarios.ts";
import { type Scenario, scenarios } from "../scripts/scenarios.ts";
import { missing, survey } from "../scripts/survey.ts";
import { tally } from "./tally.ts";

const installed = await Promise.all(
  (["x86_64", "s390x"] as const).map(qemuVersion),
);
const fitting = installed.every((version) => version?.startsWith("7.2."));
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  const [x86 = "none", s390 = "none"] = installed;
  console.log(
    `SKIPPED: the live tests need QEMU 7.2 for x86_64 and s390x; found ${x86} and ${s390}`,
  );
}

/** A scenario as it was played, and the trace of it as a disk gave it back. */
interface Played extends Passed {
  readonly trace: Uint8Array;
}

async function play(
  scenario: Pick<Scenario, "title" | "options" | "play">,
): Promise<Played> {
  const dir = await mkdtemp(join(tmpdir(), "qmp-"));
  try {
    const file = join(dir, "trace.jsonl");
    const passed = await recordScenario(
      scenario,
      (line) => appendFileSync(file, line),
    );
    return { ...passed, trace: new Uint8Array(await readFile(file)) };
  } finally {
    await rm(dir, { recursive: true });
  }
}

function records(trace: Uint8Array): TraceRecord[] {
  const source = traceSource();
  return [...source.push(trace), ...source.end()];
}

function assertNoByteLost({ trace, received, sent }: Played): void {
  assert.isAbove(received.length, 0);
  assert.deepEqual(traceBytes(trace, "<-"), received);
  assert.deepEqual(traceBytes(trace, "->"), sent);
}

function live(sentence: string, test: () => Promise<void>): void {
  Deno.test({ name: sentence, ignore: !fitting && !required, fn: test });
}

for (const [name, scenario] of Object.entries(scenarios)) {
  live(`live: ${name} plays, and no byte of it is lost`, async () => {
    const played = await play(scenario);
    assertNoByteLost(played);

    const seen = survey(new TextDecoder().decode(played.trace));
    assert.deepEqual(missing(seen, scenario), []);

    assert.deepEqual(tally(records(played.trace)), seen.expected);
  });
}

live("live: an address of 64 bits survives", async () => {
  const { trace } = await play(scenarios["panic-s390"]!);
  const { entries } = read(records(trace));
  const addresses = entries.flatMap(({ message }) => {
    if (!v.is(GUEST_PANICKED, message)) return [];
    const { info } = message.data;
    return info?.type === "s390" ? [info["psw-addr"]] : [];
  });
  assert.deepEqual(addresses, [panicAddress]);
});

live("live: a WATCHDOG held back comes after the STOP it caused", async () => {
  const { trace } = await play(scenarios["watchdog-out-of-order"]!);
  const [stop, watchdog] = records(trace).map(({ text }) => JSON.parse(text))
    .filter(({ event }) => event !== undefined).slice(-2);
  assert.deepEqual([stop.event, watchdog.event], ["STOP", "WATCHDOG"]);
  const [earlier, later] = [watchdog, stop].map(({ timestamp }) =>
    timestamp.seconds * 1e6 + timestamp.microseconds
  );
  assert.isBelow(earlier!, later!);
});

for (const pretty of [false, true]) {
  const how = pretty ? "pretty" : "compact";
  live(`live: a ${how} reply of many chunks is one message`, async () => {
    const played = await play({
      title: "A long reply",
      options: { pretty },
      async play({ monitor }) {
        await monitor.execute("qmp_capabilities");
        await monitor.execute("query-qmp-schema");
      },
    });
    assertNoByteLost(played);
    const texts = records(played.trace).map(({ text }) => text);
    assert.lengthOf(texts, 5);
    assert.isAbove(texts[4]!.length, 65536);
    assert.isAbove(JSON.parse(texts[4]!).return.length, 500);
  });
}

live("live: what is no JSON and no UTF-8 is recorded to the byte", async () => {
  const played = await play({
    title: "Rubbish",
    options: {},
    async play({ monitor }) {
      await monitor.execute("qmp_capabilities");
      monitor.send(Uint8Array.of(0x22, 0xc3, 0x28, 0xff, 0x22, 0x0a));
      const { error } = await monitor.reply();
      assert.match(error.desc, /^JSON parse error, stray /);
      await monitor.execute("query-status");
    },
  });
  assertNoByteLost(played);
  assert.include(
    new TextDecoder().decode(played.trace),
    '{"base64": "IsMo/yIK"}',
  );
});

live("live: a QEMU that does not start is an error that says why", async () => {
  const failure = await withQemu(
    { machine: "nope" },
    () => Promise.resolve("it started"),
  ).catch((error: Error) => error.message);
  assert.match(failure, /^QEMU ended with 1: .*unsupported machine/);
});

live("live: a QEMU that ends unasked is an error that says so", async () => {
  const failure = await withQemu({}, async ({ monitor, signal }) => {
    await monitor.execute("qmp_capabilities");
    signal("SIGTERM");
    await monitor.event("GUEST_PANICKED");
    return "it panicked";
  }).catch((error: Error) => error.message);
  assert.match(failure, /^QEMU closed the monitor: /);
});
