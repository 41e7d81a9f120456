/**
 * `verdict()` against a real QEMU 7.2: every generated command goes to both.
 *
 * @module
 */

import { assert } from "chai";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { qemuVersion } from "../scripts/qemu.ts";
import { readQemuJson } from "../src/editions/qemu_json.ts";
import { release } from "../src/editions/release.ts";
import { type Verdict, verdict } from "../src/editions/verdict.ts";
import { type Answer, monitorOver, spawnQemu } from "./live_monitor.ts";
import {
  type MadeCommand,
  makeCommands,
  type SessionName,
} from "./verdict_commands.ts";

const seed = 20260215;
const counts: Readonly<Record<SessionName, number>> = {
  negotiated: 12_000,
  oob: 3_000,
  preconfig: 3_000,
  greeted: 3_000,
};
/** The first `qmp_capabilities` that succeeds ends its kind of session, so each of these has a connection. */
const negotiations = [
  ...["", ', "arguments": {}', ', "id": [null, {"a": 1.5}]', ', "id": null'],
  ...['"oob"', "", '"oob", "oob"', "'oob'", '"\\u006fob"', '"x"', "1", "null"]
    .map((items) => `, "arguments": {"enable": [${items}]}`),
  ...['"oob"', "null", "{}", "[[]]", '["oob", {}]', '["", "oob"]']
    .map((value) => `, "id": 7, "arguments": {"enable": ${value}}`),
  ...[', "arguments": {"x": 1, "y": 2}', ', "control": {}', ', "exec-oob": 1'],
].map((rest) => `{"execute": "qmp_capabilities"${rest}}`);
const edition = { name: "7.2", definitions: release("7.2").definitions };

/** As deep as QEMU reads, and one deeper. */
const depths = [1023, 1024].map((depth) =>
  `{"execute": "query-status", "id": ${"[".repeat(depth)}${"]".repeat(depth)}}`
);

/** What a handler finds, after all that `verdict()` judges. */
const handlerErrors = ["wake-up from suspend is not supported by this guest"];

/** The commands that are checked. */
const listed = [
  ...["query-status", "watchdog-set-action", "set-action", "qmp_capabilities"],
  ...["query-version", "stop", "cont", "system_reset", "system_powerdown"],
  ...["system_wakeup", "quit"],
];

interface Tally {
  commands: number;
  accepted: number;
  refused: number;
  unchecked: number;
  readonly disagreements: string[];
}

const version = await qemuVersion("x86_64") ?? "none";
const fitting = version.startsWith("7.2.");
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: verdict() is held against QEMU 7.2 for x86_64; found ${version}`,
  );
}

Deno.test({
  name: "verdict() says what QEMU 7.2 says",
  ignore: !fitting && !required,
  async fn() {
    assert.match(version, /^7\.2\./);
    const started = performance.now();
    const tally: Tally = {
      commands: 0,
      accepted: 0,
      refused: 0,
      unchecked: 0,
      disagreements: [],
    };
    const sessions = Object.keys(counts) as SessionName[];
    await Promise.all([
      ...sessions.map((session) => compareSession(session, tally)),
      compareNegotiations(tally),
    ]);
    report(tally, (performance.now() - started) / 1000);
    assert.deepEqual(tally.disagreements, []);
    assert.isAtLeast(tally.commands, 20_000);
    assert.isAtMost(tally.unchecked / tally.commands, 0.1);
  },
});

function report(tally: Tally, seconds: number): void {
  const checked = 100 * (1 - tally.unchecked / tally.commands);
  console.log(
    `seed ${seed}: ${tally.commands} commands (${tally.accepted} accepted, ` +
      `${tally.refused} refused, ${tally.unchecked} unchecked; ` +
      `${checked.toFixed(1)} % checked), ` +
      `${tally.disagreements.length} disagreements, ${seconds.toFixed(1)} s`,
  );
  for (const each of tally.disagreements.slice(0, 10)) console.log(each);
}

async function compareSession(
  session: SessionName,
  tally: Tally,
): Promise<void> {
  const qemu = spawnQemu([
    ...["-qmp", "stdio"],
    ...session === "preconfig" ? ["--preconfig"] : [],
  ]);
  const monitor = monitorOver(qemu.stdout, qemu.stdin);
  await monitor.next();
  if (session !== "greeted") {
    const enable = session === "oob" ? ["oob"] : [];
    const command = { execute: "qmp_capabilities", arguments: { enable } };
    qemu.stdin.write(JSON.stringify(command));
    assert.deepEqual(await monitor.next(), { return: {} });
  }
  const options = {
    edition,
    negotiated: session !== "greeted",
    oob: session === "oob",
    preconfig: session === "preconfig",
  };
  for (const texts of [...batches(session), depths]) {
    const answers = await monitor.ask(texts);
    for (const [index, text] of texts.entries()) {
      compare(text, verdict(text, options), answers[index]!, tally);
    }
  }
  qemu.kill("SIGKILL");
}

/** All at once, but for those that QEMU may answer out of turn. */
function batches(session: SessionName): string[][] {
  const commands = makeCommands(seed, counts[session], session);
  const waits = (each: MadeCommand) => session === "oob" && each.mayOvertake;
  return [
    commands.filter((each) => !waits(each)).map(({ text }) => text),
    ...commands.filter(waits).map(({ text }) => [text]),
  ];
}

async function compareNegotiations(tally: Tally): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "verdict-"));
  const path = join(folder, "qmp.sock");
  const qemu = spawnQemu(["-qmp", `unix:${path},server=on,wait=off`]);
  try {
    for (const text of negotiations) {
      const socket = await connected(path, qemu);
      const monitor = monitorOver(socket, socket);
      await monitor.next();
      const judged = verdict(text, { edition, negotiated: false });
      const [answers, next] = await monitor.ask([
        text,
        '{"execute": "query-status"}',
      ]);
      compare(text, judged, answers!, tally);
      assert.equal(next![0]!.error === undefined, judged.kind === "accepted");
      socket.destroy();
    }
  } finally {
    qemu.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

async function connected(path: string, qemu: ChildProcess): Promise<Socket> {
  while (qemu.exitCode === null) {
    const socket = connect(path);
    const opened = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (opened) return socket;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot connect to "${path}": QEMU has ended`);
}

function compare(
  text: string,
  judged: Verdict,
  answers: readonly Answer[],
  tally: Tally,
): void {
  tally.commands++;
  tally[judged.kind]++;
  const mayPass = judged.kind !== "unchecked" || isForeign(text);
  if (mayPass && agrees(judged, answers)) return;
  tally.disagreements.push(
    `${text}\n  verdict: ${JSON.stringify(judged)}\n  QEMU: ${
      JSON.stringify(answers)
    }`,
  );
}

/** The only reason for which a command may go unchecked. */
function isForeign(text: string): boolean {
  const read = readQemuJson(text, false);
  if (!read.ok || !(read.value instanceof Map)) return false;
  const name = read.value.get("execute") ?? read.value.get("exec-oob");
  return !listed.includes(name as string);
}

/** The last answer is the one to the byte that ends every command. */
function agrees(judged: Verdict, answers: readonly Answer[]): boolean {
  const [first] = answers;
  switch (judged.kind) {
    case "unchecked":
      return answers.length === 2;
    case "accepted":
      return answers.length === 2 &&
        (first?.error === undefined ||
          handlerErrors.includes(first.error.desc));
    case "refused":
      return judged.exact
        ? first?.error?.class === judged.error.class &&
          first.error.desc === judged.error.desc
        : answers.some(({ error }) =>
          error?.desc.startsWith("JSON parse error")
        );
  }
}
