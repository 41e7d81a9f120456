/**
 * What is played on a real QEMU 7.2 to hold the table of what messages prove
 * against it, beside what is recorded: changes that are silent, or come in
 * another order than one might think.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Qemu, QemuOptions } from "../scripts/qemu.ts";
import type { Scenario } from "../scripts/scenarios.ts";

/** What can be played on a QEMU. */
export type Playable = Pick<Scenario, "options" | "play">;

const sleeper: QemuOptions = { args: ["-global", "PIIX4_PM.disable_s3=0"] };

const tick = () => new Promise((done) => setTimeout(done, 10));

/** Waits until the firmware has set up power management, and puts the machine to sleep. */
async function sleep({ monitor, poke }: Qemu): Promise<void> {
  while (await poke("inw 0x604") === "0xffff") await tick();
  await poke("outw 0x604 0x2400");
  await monitor.event("SUSPEND");
}

/** Has migrations tell of themselves, and what else is to be turned on. */
async function turnOn(
  { monitor }: Qemu,
  ...more: readonly string[]
): Promise<void> {
  await monitor.execute("migrate-set-capabilities", {
    capabilities: ["events", ...more].map((capability) => ({
      capability,
      state: true,
    })),
  });
}

/** Migrates to nowhere. */
async function migrate(
  qemu: Qemu,
  to = "exec:cat > /dev/null",
  ...more: readonly string[]
): Promise<void> {
  await turnOn(qemu, ...more);
  await qemu.monitor.execute("migrate", { uri: to });
}

async function migrationIs({ monitor }: Qemu, status: string): Promise<void> {
  let seen: unknown;
  while (seen !== status) {
    seen = (await monitor.event("MIGRATION"))["data"].status;
  }
}

/** Adds a disk that can hold snapshots. */
async function addDisk({ monitor, dir }: Qemu): Promise<void> {
  const filename = join(dir, "disk.qcow2");
  await promisify(execFile)("qemu-img", [
    ...["create", "-q", "-f", "qcow2", filename, "64M"],
  ]);
  await monitor.execute("blockdev-add", {
    driver: "qcow2",
    "node-name": "disk",
    file: { driver: "file", filename },
  });
}

async function hmp({ monitor }: Qemu, line: string): Promise<void> {
  await monitor.execute("human-monitor-command", { "command-line": line });
}

async function jobEnds({ monitor }: Qemu): Promise<void> {
  let seen: unknown;
  while (seen !== "concluded") {
    seen = (await monitor.event("JOB_STATUS_CHANGE"))["data"].status;
  }
}

function snapshot(id: string, tag: string): object {
  return { "job-id": id, tag, vmstate: "disk", devices: ["disk"] };
}

/** What else there is to see, where changes are silent or in another order than one might think. */
export const more: Readonly<Record<string, Playable>> = {
  "a paused machine migrates": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await monitor.execute("stop");
      await migrate(qemu);
      await migrationIs(qemu, "completed");
      await state("postmigrate");
      await monitor.execute("system_reset");
      await state("prelaunch");
    },
  },

  "a machine that sleeps migrates": {
    options: sleeper,
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await sleep(qemu);
      await state("suspended");
      await migrate(qemu);
      await monitor.event("WAKEUP");
      await state("postmigrate");
      await monitor.execute("cont");
      await state("running");
    },
  },

  "a migration waits before its last step and is cancelled": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await state("running");
      await migrate(qemu, undefined, "pause-before-switchover");
      await migrationIs(qemu, "pre-switchover");
      await state("finish-migrate");
      await monitor.ask("cont");
      await monitor.execute("stop");
      await monitor.execute("system_reset");
      await monitor.event("RESET");
      await state("finish-migrate");
      await monitor.execute("migrate_cancel");
      await migrationIs(qemu, "cancelled");
      await state("running");
    },
  },

  "the migration of a paused machine is cancelled": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await monitor.execute("stop");
      await migrate(qemu, undefined, "pause-before-switchover");
      await migrationIs(qemu, "pre-switchover");
      await monitor.execute("migrate_cancel");
      await migrationIs(qemu, "cancelled");
      await state("postmigrate");
    },
  },

  "a migration fails": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await migrate(qemu, "exec:head -c 20000 > /dev/null; false");
      await migrationIs(qemu, "failed");
      await state("running");
      await monitor.execute("query-migrate");
    },
  },

  "snapshots by HMP, one of which does not exist": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await state("running");
      await addDisk(qemu);
      // Who saves a snapshot migrates to a disk, and says so.
      await turnOn(qemu);
      await hmp(qemu, "savevm a");
      await state("running");
      await hmp(qemu, "loadvm a");
      await state("running");
      await hmp(qemu, "loadvm nope");
      await state("restore-vm");
      await monitor.execute("cont");
      await state("running");
      await monitor.execute("stop");
      await hmp(qemu, "savevm b");
      await hmp(qemu, "loadvm a");
      await state("paused");
    },
  },

  "snapshots by jobs, one of which does not exist": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await state("running");
      await addDisk(qemu);
      await turnOn(qemu);
      await monitor.execute("snapshot-save", snapshot("save", "a"));
      await jobEnds(qemu);
      await state("running");
      await monitor.execute("snapshot-load", snapshot("load", "a"));
      await jobEnds(qemu);
      await state("running");
      await monitor.execute("snapshot-load", snapshot("fail", "nope"));
      await jobEnds(qemu);
      await state("restore-vm");
      await monitor.execute("system_reset");
      await state("prelaunch");
    },
  },

  "a dump of the memory": {
    options: {},
    async play({ monitor, state, dir }) {
      await monitor.execute("qmp_capabilities");
      await state("running");
      await monitor.execute("dump-guest-memory", {
        paging: false,
        protocol: `file:${join(dir, "dump")}`,
        detach: true,
      });
      await monitor.ask("cont");
      await monitor.event("DUMP_COMPLETED");
      await monitor.event("RESUME");
      await state("running");
    },
  },

  "a machine that sleeps is stopped, continued, reset": {
    options: sleeper,
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await sleep(qemu);
      await monitor.execute("stop");
      await state("suspended");
      await monitor.execute("cont");
      await state("suspended");
      await monitor.execute("system_reset");
      await monitor.event("RESET");
      await state("prelaunch");
      await monitor.ask("system_wakeup");
      await monitor.execute("cont");
      await state("running");
    },
  },

  "a panic and a power-off of a machine that does not run": {
    options: { args: ["-S", "-no-shutdown", "-device", "pvpanic"] },
    async play({ monitor, state, poke }) {
      await monitor.execute("qmp_capabilities");
      await state("prelaunch");
      await poke("outb 0x505 1");
      await monitor.event("GUEST_PANICKED");
      await state("prelaunch");
      await monitor.execute("cont");
      while (await poke("inw 0x604") === "0xffff") await tick();
      await monitor.execute("stop");
      await poke("outw 0x604 0x2000");
      await monitor.event("SHUTDOWN");
      await state("paused");
      await monitor.execute("cont");
      await poke("outw 0x604 0x2000");
      await monitor.event("STOP");
      await state("shutdown");
      await monitor.ask("cont");
    },
  },

  "commands at one go, each of which stops the machine": {
    options: {},
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await state("running");
      await addDisk(qemu);
      const lines = ["savevm a", "loadvm nope"].map((line) => ({
        execute: "human-monitor-command",
        arguments: { "command-line": line },
      }));
      monitor.send(lines.map((each) => JSON.stringify(each)).join(""));
      for (const _ of lines) await monitor.reply();
      await state("restore-vm");
      const load = {
        execute: "snapshot-load",
        arguments: snapshot("load", "nope"),
      };
      const commands = [{ execute: "cont" }, load];
      monitor.send(commands.map((each) => JSON.stringify(each)).join(""));
      for (const _ of commands) await monitor.reply();
      await jobEnds(qemu);
      await state("restore-vm");
    },
  },

  "commands at one go": {
    options: {},
    async play({ monitor, state }) {
      await monitor.execute("qmp_capabilities");
      await state("running");
      const names = [
        ...["system_reset", "query-status", "stop", "query-status"],
        ...["system_reset", "query-status", "cont", "query-status"],
        ...["system_powerdown", "query-status"],
      ];
      monitor.send(
        names.map((execute) => JSON.stringify({ execute })).join(""),
      );
      for (const _ of names) await monitor.reply();
      await state("running");
    },
  },
};
