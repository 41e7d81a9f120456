/**
 * Holds the tracker against a real QEMU 7.2 on random walks: after each step
 * QEMU is asked for its state, and the tracker, which is not told the answer,
 * must have it among those that it holds possible.
 *
 * Without QEMU 7.2 this test is skipped, and says so; with `QMP_LIVE=required`
 * its absence is a failure.
 *
 * @module
 */

import { witness } from "@qmp/run-state/editions";
import {
  type Entry,
  read,
  type Step,
  traceSource,
  tracker,
} from "@qmp/run-state/replay";
import { assert } from "chai";
import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

import { type Qemu, qemuVersion } from "../scripts/qemu.ts";
import { recordScenario } from "../scripts/record_scenario.ts";

const version = await qemuVersion("x86_64");
const fitting = version?.startsWith("7.2.") ?? false;
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: the live test of the tracker needs QEMU 7.2 for x86_64; found ${
      version ?? "none"
    }`,
  );
}

const walks = 10;
const probesEach = 20;

const pause = (milliseconds: number) =>
  new Promise((done) => setTimeout(done, milliseconds));

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** One thing that may happen to a machine. */
interface Deed {
  /** The states in which a QEMU lives through it; any unless said. */
  readonly in?: readonly string[];
  /** Does it, and waits until it is over. */
  readonly act: (qemu: Qemu) => Promise<unknown>;
}

const ask = (name: string, args?: object): Deed => ({
  act: ({ monitor }) => monitor.ask(name, args),
});
const poke = (...lines: readonly string[]): Deed["act"] => async (qemu) => {
  for (const line of lines) await qemu.poke(line);
};
// In a machine that does not run, no time passes for its watchdog.
const expire = (action: string): Deed => ({
  in: ["running"],
  async act(qemu) {
    await qemu.monitor.ask("watchdog-set-action", { action });
    await poke("outb 0x443 0xf")(qemu);
    await qemu.monitor.event("WATCHDOG");
    await poke("outb 0x441 0")(qemu);
  },
});
const hmp = (line: string): Deed["act"] => ({ monitor }) =>
  monitor.ask("human-monitor-command", { "command-line": line });

async function migrates({ monitor }: Qemu): Promise<void> {
  const { error } = await monitor.ask("migrate", {
    uri: "exec:cat > /dev/null",
  });
  let status = error ? "completed" : "";
  while (!["completed", "failed", "cancelled"].includes(status)) {
    await pause(10);
    status = (await monitor.ask("query-migrate"))["return"].status;
  }
}

// Not after a migration: QEMU 7.2 aborts when disks that it has given up are
// given up again.
const withDisks = ["running", "paused", "guest-panicked", "watchdog"];

const deeds: readonly Deed[] = [
  ask("stop"),
  ask("cont"),
  ask("cont"),
  ask("cont"),
  ask("system_reset"),
  ask("system_powerdown"),
  ask("system_wakeup"),
  ask("system_wakeup"),
  { in: ["running"], act: sleeps },
  { in: ["running"], act: poke("outw 0x604 0x2000") },
  { act: poke("outb 0xcf9 0x6") },
  { act: panics("pause") },
  { act: panics("shutdown") },
  { act: panics("none") },
  { act: poke("outb 0x505 2") },
  expire("pause"),
  expire("pause"),
  expire("reset"),
  expire("none"),
  expire("debug"),
  expire("inject-nmi"),
  expire("shutdown"),
  { in: withDisks, act: migrates },
  { in: withDisks, act: hmp("savevm a") },
  { in: withDisks, act: hmp("loadvm a") },
  { in: withDisks, act: hmp("loadvm nope") },
];

/** Puts the machine to sleep, where the firmware has set up power management. */
async function sleeps(qemu: Qemu): Promise<void> {
  if (await qemu.poke("inw 0x604") === "0xffff") return;
  await poke("outw 0x604 0x2400")(qemu);
}

function panics(panic: string): Deed["act"] {
  return async (qemu) => {
    await qemu.monitor.ask("set-action", { panic });
    await poke("outb 0x505 1")(qemu);
  };
}

/** Walks at random, and asks after each step where the machine is. */
async function walk(
  qemu: Qemu,
  seed: number,
  first: Deed,
): Promise<void> {
  const { monitor, dir } = qemu;
  const random = chance(seed);
  const filename = join(dir, "disk.qcow2");
  await promisify(execFile)("qemu-img", [
    ...["create", "-q", "-f", "qcow2", filename, "64M"],
  ]);
  await monitor.execute("qmp_capabilities");
  await monitor.execute("blockdev-add", {
    driver: "qcow2",
    "node-name": "disk",
    file: { driver: "file", filename },
  });
  await monitor.execute("migrate-set-capabilities", {
    capabilities: [{ capability: "events", state: seed % 2 === 0 }],
  });
  let state = "";
  for (let probe = 0; probe < probesEach; probe++) {
    const able = deeds.filter((deed) => deed.in?.includes(state) ?? true);
    const deed = probe === 0
      ? first
      : able[Math.floor(random() * able.length)]!;
    await deed.act(qemu);
    await pause(20);
    const reply = await monitor.ask("query-status", undefined, "probe");
    state = reply["return"].status;
  }
}

function isProbe({ kind, message }: Entry): boolean {
  return kind !== undefined &&
    (message as { id?: unknown } | undefined)?.id === "probe";
}

/** A question, its answer, and what the tracker held possible. */
interface Probe {
  readonly seed: number;
  readonly line: number;
  readonly status: string;
  readonly states: readonly string[];
  readonly hasProof: boolean;
}

function probesIn(trace: string, seed: number): Probe[] {
  const source = traceSource();
  const records = source.push(new TextEncoder().encode(trace));
  const { entries } = read([...records, ...source.end()]);
  const stage = tracker({ witness: witness("7.2") });
  const probes: Probe[] = [];
  let last: Step | undefined;
  let hasProof = false;
  for (const entry of entries) {
    if (!isProbe(entry)) {
      [last] = stage.push([entry]);
      assert.deepEqual(last?.findings, [], `seed ${seed}`);
      hasProof ||= last?.isProven === true;
    } else if (entry.kind === "return") {
      const { status } = JSON.parse(entry.text).return;
      const { line } = entry;
      probes.push({ seed, line, status, states: last!.states, hasProof });
    }
  }
  return probes;
}

Deno.test({
  name:
    "live: tracker() holds the true state possible, and most often it alone",
  ignore: !fitting && !required,
  async fn() {
    const probes: Probe[] = [];
    for (let seed = 1; seed <= walks; seed++) {
      let trace = "";
      const isStopped = seed % 3 !== 0;
      await recordScenario({
        title: `Random walk ${seed}`,
        options: {
          args: [
            ...(isStopped ? ["-S"] : []),
            ...["-no-shutdown", "-device", "ib700", "-device", "pvpanic"],
            ...["-global", "PIIX4_PM.disable_s3=0", "-m", "32"],
          ],
        },
        play: (qemu) => walk(qemu, seed, ask(isStopped ? "cont" : "stop")),
      }, (line) => trace += line);
      probes.push(...probesIn(trace, seed));
    }
    const missed = probes.filter(({ status, states }) =>
      !states.includes(status)
    );
    const after = probes.filter(({ hasProof }) => hasProof);
    const sure = after.filter(({ states }) => states.length === 1);
    const seen = new Set(probes.map(({ status }) => status));
    console.log(
      `${probes.length} probes in ${seen.size} states: the true state possible in ${
        probes.length - missed.length
      }, and of ${after.length} after the first proof the only one in ${sure.length}`,
    );
    assert.deepEqual(missed, []);
    assert.lengthOf(probes, walks * probesEach);
    assert.isAtLeast(seen.size, 7);
    assert.isAtLeast(sure.length / after.length, 0.95);
  },
});
