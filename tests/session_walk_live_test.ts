/**
 * Sessions at random against a real QEMU 7.2: what happens in them is done to
 * it, and it must say what they say, message by message, but for times,
 * addresses and MIGRATION_PASS, which comes as often as the memory is changed.
 *
 * Passed over are the sessions of other machines than a PC, and those in which a
 * disk fails, Hyper-V tells of a panic, or the guest wakes by itself.
 *
 * Without QEMU 7.2 this test is skipped, and says so; with `QMP_LIVE=required`
 * its absence is a failure.
 *
 * @module
 */

import { edition } from "@qmp/run-state/editions";
import {
  chunkRecords,
  fixtures,
  normalize,
  type Session,
  type SessionMessage,
} from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { read } from "@qmp/run-state/replay";
import { assert } from "chai";
import process from "node:process";

import { type Qemu, type QemuOptions, qemuVersion } from "../scripts/qemu.ts";
import {
  addBadDisk,
  addDisk,
  arrive,
  bare,
  breakOff,
  type Deed,
  expire,
  hibernate,
  keyOf,
  powerOff,
  reach,
  recorded,
  reset,
  suspend,
  swallow,
} from "./session_plays.ts";

const version = await qemuVersion("x86_64");
const fitting = version?.startsWith("7.2.") ?? false;
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: the live test of sessions at random needs QEMU 7.2 for x86_64; found ${
      version ?? "none"
    }`,
  );
}

const walks = 15;
const steps = 8;

const pc: QemuOptions = {
  ...bare,
  args: [
    ...bare.args ?? [],
    ...["-device", "pvpanic", "-device", "ib700"],
    ...["-global", "PIIX4_PM.disable_s3=0"],
    ...["-global", "PIIX4_PM.disable_s4=0"],
  ],
};

/** Has the guest write to pvpanic, once it has done so before. */
const write = (value: number): Deed => async (qemu) => {
  while (await qemu.poke("readb 0x500") !== "0x0000000000000000");
  await qemu.poke(`writeb 0x500 ${value}`);
};

const pause = (milliseconds: number) =>
  new Promise((done) => setTimeout(done, milliseconds));

/** What makes an event come that follows from nothing said before. */
const deeds: Readonly<Record<string, Deed>> = {
  "GUEST_CRASHLOADED run": write(2),
  "GUEST_PANICKED pause": write(1),
  "GUEST_PANICKED poweroff": write(1),
  "GUEST_PANICKED run": write(1),
  "MIGRATION active": arrive(pc),
  "RESET guest-reset": reset,
  "SHUTDOWN guest-reset": reset,
  "SHUTDOWN guest-shutdown": powerOff,
  "SHUTDOWN host-signal": ({ signal }) => Promise.resolve(signal("SIGTERM")),
  "SUSPEND": suspend,
  "SUSPEND_DISK": hibernate,
};

/** What follows by itself: an event, and the ones that it may follow from. */
const follows: Readonly<Record<string, readonly string[]>> = {
  "RESET guest-reset": ["WATCHDOG reset", "MEMORY_FAILURE reset"],
  "SHUTDOWN guest-reset": ["WATCHDOG reset", "MEMORY_FAILURE reset"],
  "SHUTDOWN guest-shutdown": ["SUSPEND_DISK"],
};

/** Gets ready for a migration that ends as the session says. */
async function awaitMigration(
  qemu: Qemu,
  rest: readonly SessionMessage[],
): Promise<void> {
  const end = rest.find((each) => /completed|failed/.test(keyOf(each)))!;
  const fails = keyOf(end) === "MIGRATION failed";
  const atEnd = end.state === "finish-migrate";
  await (fails && !atEnd ? breakOff : swallow)(qemu);
  if (fails && atEnd) await addBadDisk(qemu);
}

async function play(qemu: Qemu, { messages }: Session): Promise<void> {
  await addDisk(qemu);
  let last = "";
  let told = -Infinity;
  for (const [index, each] of messages.entries()) {
    const { direction, message, state, text } = each;
    if (direction === "->") {
      await reach(qemu, state);
      if (message["execute"] === "migrate") {
        await awaitMigration(qemu, messages.slice(index));
      }
      qemu.monitor.send(text);
    } else if ("event" in message) {
      const key = keyOf(each);
      const name = String(message["event"]);
      if (name === "MIGRATION_PASS") continue;
      if (name === "WATCHDOG") {
        // A second one within a second is held back.
        await pause(Math.max(0, told + 1_100 - performance.now()));
        await expire(qemu);
      }
      const isLeft = name === "MIGRATION" && state !== "inmigrate";
      if (!isLeft && !follows[key]?.includes(last)) await deeds[key]?.(qemu);
      await qemu.monitor.event(name);
      if (name === "WATCHDOG") told = performance.now();
      if (key === "MIGRATION failed") {
        // QEMU 7.2 aborts when it is to migrate while its thread still ends.
        await pause(50);
        await qemu.witness.ask("blockdev-del", { "node-name": "bad" });
      }
      last = key;
    } else if (!("QMP" in message)) await qemu.monitor.reply();
  }
  await qemu.ended();
}

function isPlayable({ messages }: Session): boolean {
  return !messages.some(({ text, message }, index) =>
    /"s390"|"hyper-v"|BLOCK_IO_ERROR/.test(text) ||
    message["event"] === "WAKEUP" &&
      messages[index - 1]?.message["execute"] !== "system_wakeup"
  );
}

function withoutPasses(text: string): string {
  return text.split("\n").filter((line) => !line.includes("MIGRATION_PASS"))
    .join("\n");
}

Deno.test({
  name: "live: session() says at random what QEMU says when it happens",
  ignore: !fitting && !required,
  async fn() {
    const states = new Set<string>();
    let played = 0;
    let passedOver = 0;
    let messages = 0;
    for (let seed = 1; played < walks; seed++) {
      faker.seed(seed);
      const { session } = fixtures(faker, { edition: edition("7.2") });
      const walk = session({ steps });
      if (!isPlayable(walk)) {
        passedOver++;
        continue;
      }
      const { entries } = read(chunkRecords(walk.chunks()));
      const said = await recorded(walk, pc, (qemu) => play(qemu, walk));
      assert.equal(
        withoutPasses(said),
        withoutPasses(normalize(entries)),
        `seed ${seed}`,
      );
      played++;
      messages += entries.length;
      for (const { state } of walk.messages) states.add(state);
    }
    console.log(
      `${played} sessions of ${steps} steps at random played, ${messages} messages in ${states.size} states; ${passedOver} passed over that this machine cannot play`,
    );
  },
});
