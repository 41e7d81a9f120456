/**
 * Holds the tracker against a real QEMU 7.2 on random walks: after each step
 * QEMU is asked for its state, and the tracker, which is not told the answer,
 * must have it among those that it holds possible. QEMU's own log of its run
 * state is the second witness: it bears out each answer, and the tracker must
 * not lose the way of it at any message between two answers.
 *
 *     deno test --allow-all tests/track_live_test.ts -- 1000
 *
 * takes as many probes; 200 unless said.
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
import { readFileSync } from "node:fs";
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

const probesEach = 20;
const [asked = "200"] = Deno.args;
const walks = Number(asked) / probesEach;
if (!Number.isInteger(walks) || walks < 1) {
  throw new RangeError(
    `Cannot take "${asked}" probes: it is no multiple of ${probesEach}`,
  );
}

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

/** Ways to end it: the last leaves no time for a SHUTDOWN. */
const ends: readonly Deed["act"][] = [
  ({ monitor }) => monitor.execute("quit"),
  async ({ monitor, signal }) => {
    signal("SIGTERM");
    await monitor.event("SHUTDOWN");
  },
  async ({ monitor, poke }) => {
    await monitor.ask("set-action", { watchdog: "poweroff" });
    // Where the machine does not run, no time passes for its watchdog.
    await monitor.ask("system_reset");
    await monitor.ask("cont");
    await poke("outb 0x443 0xf");
  },
];

/** The run states that QEMU wrote down, from the first on. */
function truthIn(dir: string): string[] {
  const changes = readFileSync(join(dir, "truth.log"), "utf8").matchAll(
    /runstate_set current_run_state \d+ \((\S+)\) new_state \d+ \((\S+)\)/g,
  );
  return [...changes].flatMap(([, from = "", to = ""], index) =>
    index === 0 ? [from, to] : [to]
  );
}

/** The states of QEMU's own log, and how many there were around each probe. */
interface Truth {
  states: readonly string[];
  readonly around: (readonly [before: number, after: number])[];
}

/** Walks at random, and asks after each step where the machine is. */
async function walk(
  qemu: Qemu,
  seed: number,
  first: Deed,
  truth: Truth,
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
    const before = truthIn(dir).length;
    const reply = await monitor.ask("query-status", undefined, "probe");
    state = reply["return"].status;
    truth.around.push([before, truthIn(dir).length]);
  }
  truth.states = truthIn(dir);
  await ends[seed % ends.length]!(qemu);
  await qemu.ended();
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
  /** What QEMU wrote down at that time. */
  readonly truth: readonly string[];
  readonly states: readonly string[];
  readonly hasProof: boolean;
}

/** What a walk showed. */
interface Walked {
  readonly probes: readonly Probe[];
  /** How many messages there were between the probes. */
  readonly messages: number;
  /** The lines after which no state was possible that QEMU was in then. */
  readonly astray: readonly number[];
}

function look(trace: string, seed: number, truth: Truth): Walked {
  const source = traceSource();
  const records = source.push(new TextEncoder().encode(trace));
  const { entries } = read([...records, ...source.end()]);
  const stage = tracker({ witness: witness("7.2") });
  const probes: Probe[] = [];
  const astray: number[] = [];
  let messages = 0;
  let last: Step | undefined;
  let hasProof = false;
  // How far QEMU's own log has come, at the least.
  let at = 0;
  for (const entry of entries) {
    const { line } = entry;
    const [before, after] = truth.around[probes.length] ?? [Infinity, Infinity];
    if (!isProbe(entry)) {
      [last] = stage.push([entry]);
      const { states, findings, isProven } = last!;
      assert.deepEqual(findings, [], `seed ${seed}`);
      hasProof ||= isProven;
      messages += 1;
      // Where it ends, nobody is asked any more.
      if (after === Infinity) continue;
      const possible = new Set<string>(states);
      const way = truth.states.slice(at, after);
      const next = way.findIndex((each) => possible.has(each));
      if (next === -1) astray.push(line);
      else at += next;
    } else if (entry.kind === "return") {
      const { status } = JSON.parse(entry.text).return;
      const { states } = last!;
      const around = truth.states.slice(before - 1, after);
      probes.push({ seed, line, status, truth: around, states, hasProof });
      at = Math.max(at, before - 1);
    }
  }
  assert.deepEqual(stage.end(), [], `seed ${seed}`);
  return { probes, messages, astray };
}

Deno.test({
  name:
    "live: tracker() holds the true state possible, and most often it alone",
  ignore: !fitting && !required,
  async fn() {
    const probes: Probe[] = [];
    const astray: string[] = [];
    let messages = 0;
    for (let seed = 1; seed <= walks; seed++) {
      let trace = "";
      const truth: Truth = { states: [], around: [] };
      const isStopped = seed % 3 !== 0;
      await recordScenario({
        title: `Random walk ${seed}`,
        options: {
          args: [
            ...(isStopped ? ["-S"] : []),
            ...["-no-shutdown", "-device", "ib700", "-device", "pvpanic"],
            ...["-global", "PIIX4_PM.disable_s3=0", "-m", "32"],
            ...["-trace", "runstate_set", "-D", "truth.log"],
          ],
        },
        play: (qemu) =>
          walk(qemu, seed, ask(isStopped ? "cont" : "stop"), truth),
      }, (line) => trace += line);
      const walked = look(trace, seed, truth);
      probes.push(...walked.probes);
      messages += walked.messages;
      astray.push(...walked.astray.map((line) => `seed ${seed}, line ${line}`));
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
    console.log(
      `${messages} messages: QEMU's own log lost after ${astray.length} of them`,
    );
    assert.deepEqual(missed, []);
    assert.deepEqual(astray, []);
    for (const { status, truth } of probes) assert.include(truth, status);
    assert.lengthOf(probes, walks * probesEach);
    assert.isAtLeast(seen.size, 7);
    assert.isAtLeast(sure.length / after.length, 0.95);
  },
});
