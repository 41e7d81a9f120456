/**
 * Holds the table of what messages prove against a real QEMU 7.2, which writes
 * down each change of its run state among the messages that it sends
 * (`-trace runstate_set -trace monitor_qmp_respond`): the true state is always
 * one of those that the table allows, or one whose STOP or WAKEUP is on its
 * way; and each change is told by the message beside it or listed as silent.
 *
 * Without QEMU 7.2 these tests are skipped, and say so; with
 * `QMP_LIVE=required` its absence is a failure.
 *
 * @module
 */

import { read, type TraceRecord, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

import { edition } from "../src/editions/edition.ts";
import { stateOf, witness } from "../src/editions/witness.ts";
import { qemuVersion } from "../scripts/qemu.ts";
import { recordScenario } from "../scripts/record_scenario.ts";
import { scenarios } from "../scripts/scenarios.ts";
import { states, type Step, walk } from "./walk.ts";
import { more, type Playable } from "./witness_scenarios.ts";

const installed = await Promise.all(
  (["x86_64", "s390x"] as const).map(qemuVersion),
);
const fitting = installed.every((version) => version?.startsWith("7.2."));
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  const [x86 = "none", s390 = "none"] = installed;
  console.log(
    `SKIPPED: the live tests of what messages prove need QEMU 7.2 for x86_64 and s390x; found ${x86} and ${s390}`,
  );
}

/** What QEMU wrote down: a message of a monitor, or a change of run state. */
type Truth =
  | { readonly monitor: string; readonly text: string }
  | { readonly from: string; readonly to: string };

function* truths(log: string): Generator<Truth> {
  for (const line of log.split("\n")) {
    const sent = /^monitor_qmp_respond mon (\S+) resp: (.*)$/.exec(line);
    if (sent) yield { monitor: sent[1]!, text: sent[2]! };
    const set = /^runstate_set .*\((.*)\) new_state \d+ \((.*)\)$/.exec(line);
    if (set && set[1] !== set[2]) yield { from: set[1]!, to: set[2]! };
  }
}

/** A message that was received, and the changes up to the next one. */
interface Stretch {
  readonly step: Step;
  /** The state when it was sent. */
  readonly state: string;
  readonly changes: readonly { readonly from: string; readonly to: string }[];
}

/** Lays the truth beside the steps of the monitor that was recorded. */
function stretches(steps: readonly Step[], log: string): Stretch[] {
  const received = steps.filter(({ entry }) => entry.direction === "<-");
  const all = [...truths(log)];
  const texts = Map.groupBy(
    all.flatMap((each) => "text" in each ? [each] : []),
    ({ monitor }) => monitor,
  );
  // The other monitor begins alike, but says less.
  const [mine] =
    [...texts].filter(([, sent]) =>
      sent.every(({ text }, index) =>
        (received[index]?.entry.text ?? text) === text
      )
    ).toSorted(([, one], [, other]) => other.length - one.length)[0] ??
      assert.fail("no monitor of QEMU's log sent what was received");

  const found: { step: Step; state: string; changes: Stretch["changes"] }[] =
    [];
  let state = all.flatMap((each) => "from" in each ? [each.from] : [])[0];
  for (const each of all) {
    if ("to" in each) {
      state = each.to;
      const last = found.at(-1);
      if (last) last.changes = [...last.changes, each];
    } else if (each.monitor === mine) {
      const step = received[found.length];
      // The log may hold more than what had come when QEMU was ended.
      if (!step) break;
      // A machine that never changes is where it says it is.
      found.push({
        step,
        state: state ?? states(steps.at(-1)!.standings)[0]!,
        changes: [],
      });
    }
  }
  assert.lengthOf(found, received.length);
  return found;
}

/** Whether an event tells of a change, and does so before it or after it. */
function tells(
  step: Step | undefined,
  names: readonly string[],
  change: Stretch["changes"][number] | undefined,
): boolean {
  const { name = "" } = step?.entry ?? {};
  if (!names.includes(name) || !change) return false;
  const moves = witness("7.2").of({ kind: "event", name })?.moves;
  return [...moves ?? []].some(([from, tos]) =>
    stateOf(from) === change.from &&
    tos.some((to) => stateOf(to) === change.to)
  );
}

/** What the table does not explain of what QEMU did. */
function* unexplained(all: readonly Stretch[]): Generator<string> {
  const { silent } = witness("7.2");
  // Before, QEMU tells its events to no one.
  const told = all.findIndex(({ step: { entry } }) =>
    entry.kind === "return" && entry.answers?.name === "qmp_capabilities"
  );
  // Changes whose event is still to come: where they led.
  const early = new Map<string, string>();
  for (const [index, { step, state, changes }] of all.entries()) {
    if (index < told) continue;
    const { entry, standings, underWay } = step;
    const what = `line ${entry.line} ${
      entry.name ?? entry.answers?.name ?? entry.kind
    }`;
    const own = tells(step, ["RESUME", "RESET"], changes[0])
      ? changes.slice(0, 1)
      : [];
    const rest = changes.slice(own.length);
    const isNext = tells(
      all[index + 1]?.step,
      ["STOP", "SUSPEND"],
      rest.at(-1),
    );
    const between = isNext ? rest.slice(0, -1) : rest;
    const now = own[0]?.to ?? state;
    early.delete(entry.name ?? "");
    if (![...states(standings), ...early.values()].includes(now)) {
      yield `${what}: ${now} is none of ${states(standings)}`;
    }
    for (const { from, to } of between) {
      const row = silent.find((each) =>
        stateOf(each.from) === from && stateOf(each.to) === to &&
        (!each.during || underWay.has(each.during))
      );
      if (!row) yield `${what}: ${from} -> ${to} in silence`;
      else if (row.ahead) early.set(row.ahead, to);
      else if (!states(standings).includes(to)) {
        yield `${what}: ${to} is none of ${states(standings)}`;
      }
    }
  }
}

function records(trace: string): TraceRecord[] {
  const source = traceSource();
  return [...source.push(new TextEncoder().encode(trace)), ...source.end()];
}

async function play({ options, play }: Playable): Promise<Stretch[]> {
  let trace = "";
  // Not in QEMU's own, which goes with it: it may speak until its very end.
  const dir = await mkdtemp(join(tmpdir(), "qmp-truth-"));
  const file = join(dir, "log");
  const truth = ["-trace", "runstate_set", "-trace", "monitor_qmp_respond"];
  await recordScenario({
    title: "What messages prove",
    options: {
      ...options,
      args: [...options.args ?? [], ...truth, "-D", file],
    },
    play,
  }, (line) => trace += line);
  const log = await readFile(file, "utf8");
  await rm(dir, { recursive: true });
  const { entries } = read(records(trace), { edition: edition("7.2") });
  const steps = walk(entries, "7.2");
  assert.isAbove(steps.at(-1)!.standings.size, 0, steps.at(-1)!.entry.text);
  return stretches(steps, log);
}

const total = { messages: 0, changes: 0, sure: 0 };

const all: Readonly<Record<string, Playable>> = { ...scenarios, ...more };
for (const [name, scenario] of Object.entries(all)) {
  // Its messages span lines of the log, too.
  if (scenario.options.pretty) continue;
  Deno.test({
    name: `live: the table allows and explains what QEMU does: ${name}`,
    ignore: !fitting && !required,
    async fn() {
      const found = await play(scenario);
      assert.equal([...unexplained(found)].join("\n"), "");
      total.messages += found.length;
      total.changes += found.flatMap(({ changes }) => changes).length;
      total.sure += found.filter(({ step }) =>
        states(step.standings).length === 1
      ).length;
    },
  });
}

Deno.test({
  name: "live: the table is held against many messages and changes",
  ignore: !fitting && !required,
  fn() {
    const { messages, changes, sure } = total;
    console.log(
      `${messages} messages, ${changes} changes of run state, all explained; one state alone possible after ${sure}`,
    );
    assert.isAbove(messages, 300);
    assert.isAbove(changes, 60);
  },
});
