/**
 * What is played on a real QEMU, by name: recorded as fixtures, and played
 * afresh by the live test. Ports and images are those of the machines `pc` and
 * `s390-ccw-virtio` of QEMU 7.2.
 *
 * @module
 */

import { join } from "node:path";

import { type Qemu, type QemuOptions, withQemu } from "./qemu.ts";

/** One thing to see on a real QEMU. */
export interface Scenario {
  /** What it shows, for people. */
  readonly title: string;
  /** How QEMU is started. */
  readonly options: QemuOptions;
  /** The events and commands that are seen at the least. */
  readonly names: readonly string[];
  /** The run states that query-status reports, in order. */
  readonly states: readonly string[];
  /** Plays it. */
  readonly play: (qemu: Qemu) => Promise<void>;
}

/** A PSW address that a double cannot hold: 0xfedcba9876543210. */
export const panicAddress = 18364758544493064720n;

const lifecycle = {
  names: ["RESUME", "STOP", "RESET", "POWERDOWN", "SHUTDOWN"],
  states: ["prelaunch", "running", "paused", "prelaunch", "running"],
  async play({ monitor, state, ended }: Qemu) {
    await monitor.execute("qmp_capabilities");
    await state("prelaunch");
    await monitor.execute("cont");
    await state("running");
    await monitor.execute("stop");
    await state("paused");
    await monitor.execute("system_reset");
    await monitor.event("RESET");
    await state("prelaunch");
    await monitor.execute("cont");
    await state("running");
    await monitor.execute("system_powerdown");
    await monitor.event("POWERDOWN");
    await monitor.execute("quit");
    await ended();
  },
};

/** Every scenario, by the name of its fixture. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "lifecycle": {
    title: "Start, stop, reset, ask to power down, and quit",
    options: { args: ["-S"] },
    ...lifecycle,
  },

  "lifecycle-pretty": {
    title: "The lifecycle again, on a pretty-printing monitor",
    options: { args: ["-S"], pretty: true },
    ...lifecycle,
  },

  "suspend-and-wakeup": {
    title: "The guest suspends to memory and is woken up",
    options: { args: ["-global", "PIIX4_PM.disable_s3=0"] },
    names: ["SUSPEND", "WAKEUP"],
    states: ["running", "suspended", "running"],
    async play(qemu) {
      const { monitor, state, poke } = qemu;
      await monitor.execute("qmp_capabilities");
      await state("running");
      await firmware(qemu);
      await poke("outw 0x604 0x2400");
      await monitor.event("SUSPEND");
      await state("suspended");
      await monitor.execute("system_wakeup");
      await monitor.event("WAKEUP");
      await state("running");
    },
  },

  "hibernate-no-shutdown": {
    title: "The guest suspends to disk under -no-shutdown",
    options: {
      args: ["-no-shutdown", "-global", "PIIX4_PM.disable_s4=0"],
    },
    names: ["SUSPEND_DISK", "SHUTDOWN", "STOP"],
    states: ["shutdown"],
    async play(qemu) {
      const { monitor, state, poke } = qemu;
      await monitor.execute("qmp_capabilities");
      await firmware(qemu);
      await poke("outw 0x604 0x2800");
      await monitor.event("SUSPEND_DISK");
      await monitor.event("STOP");
      await state("shutdown");
    },
  },

  "power-off-no-shutdown": {
    title: "The guest powers off under -no-shutdown, and is reset",
    options: { args: ["-no-shutdown"] },
    names: ["SHUTDOWN", "STOP", "RESET", "RESUME"],
    states: ["shutdown", "prelaunch", "running"],
    async play(qemu) {
      const { monitor, state, poke } = qemu;
      await monitor.execute("qmp_capabilities");
      await firmware(qemu);
      await poke("outw 0x604 0x2000");
      await monitor.event("SHUTDOWN");
      await monitor.event("STOP");
      await state("shutdown");
      await monitor.execute("system_reset");
      await monitor.event("RESET");
      await state("prelaunch");
      await monitor.execute("cont");
      await state("running");
    },
  },

  "guest-reset": {
    title: "The guest resets the machine",
    options: {},
    names: ["RESET", "STOP"],
    states: ["running", "paused"],
    async play({ monitor, state, poke }) {
      await monitor.execute("qmp_capabilities");
      await state("running");
      await poke("outb 0xcf9 0x6");
      await monitor.event("RESET");
      // The firmware may reset once more, and again: enough is seen.
      await monitor.execute("stop");
      await state("paused");
    },
  },

  "guest-reset-to-shutdown": {
    title: "The guest resets a machine that is to shut down instead",
    options: {},
    names: ["set-action", "SHUTDOWN"],
    states: [],
    async play({ monitor, poke, ended }) {
      await monitor.execute("qmp_capabilities");
      await monitor.execute("set-action", { reboot: "shutdown" });
      await poke("outb 0xcf9 0x6");
      await monitor.event("SHUTDOWN");
      await ended();
    },
  },

  "host-signal": {
    title: "The host ends QEMU by a signal",
    options: {},
    names: ["SHUTDOWN"],
    states: ["running"],
    async play({ monitor, state, signal, ended }) {
      await monitor.execute("qmp_capabilities");
      await state("running");
      signal("SIGTERM");
      await monitor.event("SHUTDOWN");
      await ended();
    },
  },

  "panic-s390": {
    title: "An s390 guest panics at an address that a double cannot hold",
    options: {
      target: "s390x",
      args: ["-S", "-kernel", "disabled-wait"],
      files: { "disabled-wait": disabledWait(panicAddress) },
    },
    names: ["set-action", "GUEST_PANICKED", "STOP"],
    states: ["prelaunch", "guest-panicked"],
    async play({ monitor, state }) {
      await monitor.execute("qmp_capabilities");
      await state("prelaunch");
      await monitor.execute("set-action", { panic: "pause" });
      await monitor.execute("cont");
      await monitor.event("GUEST_PANICKED");
      await monitor.event("STOP");
      await state("guest-panicked");
    },
  },

  "panic-then-shutdown": {
    title: "A panic ends QEMU, as it does by default",
    options: { args: ["-device", "pvpanic"] },
    names: ["GUEST_PANICKED", "SHUTDOWN"],
    states: ["running"],
    async play({ monitor, state, poke, ended }) {
      await monitor.execute("qmp_capabilities");
      await state("running");
      await poke("outb 0x505 1");
      await monitor.event("GUEST_PANICKED");
      await monitor.event("SHUTDOWN");
      await ended();
    },
  },

  "crash-loaded-then-panic": {
    title: "The guest loads its crash kernel, then panics and is paused",
    options: { args: ["-device", "pvpanic"] },
    names: ["set-action", "GUEST_CRASHLOADED", "GUEST_PANICKED", "STOP"],
    states: ["running", "guest-panicked"],
    async play({ monitor, state, poke }) {
      await monitor.execute("qmp_capabilities");
      await monitor.execute("set-action", { panic: "pause" });
      await poke("outb 0x505 2");
      await monitor.event("GUEST_CRASHLOADED");
      await state("running");
      await poke("outb 0x505 1");
      await monitor.event("GUEST_PANICKED");
      await monitor.event("STOP");
      await state("guest-panicked");
    },
  },

  "watchdog-pause": {
    title: "The watchdog expires and pauses the machine",
    options: { args: ["-device", "ib700"] },
    names: ["watchdog-set-action", "WATCHDOG", "STOP", "RESUME"],
    states: ["watchdog", "running"],
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await expire(qemu, "pause");
      await monitor.event("STOP");
      await state("watchdog");
      await monitor.execute("cont");
      await state("running");
    },
  },

  "watchdog-out-of-order": {
    title: "A WATCHDOG held back comes after the STOP that it caused",
    options: { args: ["-device", "ib700"] },
    names: ["WATCHDOG", "STOP"],
    states: ["watchdog"],
    async play(qemu) {
      const { monitor, state } = qemu;
      await monitor.execute("qmp_capabilities");
      await expire(qemu, "none");
      // The second within a second: QEMU sends one a second at the most.
      await expire(qemu, "pause");
      await monitor.event("STOP");
      await state("watchdog");
    },
  },

  "watchdog-actions": {
    title: "The watchdog expires with each action that QEMU lives through",
    options: { args: ["-device", "ib700"] },
    names: ["watchdog-set-action", "WATCHDOG", "RESET", "POWERDOWN"],
    states: [],
    async play(qemu) {
      const { monitor } = qemu;
      await monitor.execute("qmp_capabilities");
      await expire(qemu, "none");
      await expire(qemu, "debug");
      await expire(qemu, "inject-nmi");
      await expire(qemu, "reset");
      await monitor.event("RESET");
      await expire(qemu, "shutdown");
      await monitor.event("POWERDOWN");
    },
  },

  "watchdog-poweroff": {
    title: "The watchdog expires and ends QEMU at once, without SHUTDOWN",
    options: { args: ["-device", "ib700"] },
    names: ["watchdog-set-action", "WATCHDOG"],
    states: ["running"],
    async play({ monitor, state, poke, ended }) {
      await monitor.execute("qmp_capabilities");
      await state("running");
      await monitor.execute("watchdog-set-action", { action: "poweroff" });
      await poke("outb 0x443 0xf");
      await monitor.event("WATCHDOG");
      await ended();
    },
  },

  "memory-failure": {
    title: "A machine check that the guest is not ready for resets it",
    options: {},
    names: ["MEMORY_FAILURE", "RESET", "human-monitor-command"],
    states: [],
    async play({ monitor }) {
      await monitor.execute("qmp_capabilities");
      await monitor.execute("human-monitor-command", {
        "command-line": "mce 0 9 0xbd000000000000c0 0xd 0x62000000 0x8d",
      });
      await monitor.event("MEMORY_FAILURE");
      await monitor.event("RESET");
    },
  },

  "io-error": {
    title: "A disk fails once, which pauses the machine, and goes on",
    options: {
      args: [
        "-S",
        "-blockdev",
        JSON.stringify({
          "driver": "raw",
          "node-name": "disk",
          "file": {
            "driver": "blkdebug",
            "image": {
              "driver": "null-co",
              "size": 1048576,
              "read-zeroes": true,
            },
            // The first read is QEMU's own, which looks for a partition table.
            "set-state": [{ "event": "read_aio", "state": 1, "new_state": 2 }],
            "inject-error": [
              { "event": "read_aio", "state": 2, "errno": 5, "once": true },
            ],
          },
        }),
        "-device",
        "virtio-blk-pci,drive=disk,bootindex=1,rerror=stop,werror=stop",
      ],
    },
    names: ["BLOCK_IO_ERROR", "STOP", "RESUME"],
    states: ["io-error", "running"],
    async play({ monitor, state }) {
      await monitor.execute("qmp_capabilities");
      await monitor.execute("cont");
      await monitor.event("BLOCK_IO_ERROR");
      await monitor.event("STOP");
      await state("io-error");
      await monitor.execute("cont");
      await state("running");
    },
  },

  "migration-out": {
    title: "The machine migrates away, and is brought back",
    options: {},
    names: ["migrate", "MIGRATION", "STOP", "RESUME"],
    states: ["postmigrate", "running"],
    async play({ monitor, state }) {
      await monitor.execute("qmp_capabilities");
      await monitor.execute("migrate-set-capabilities", migrationEvents);
      await monitor.execute("migrate", { uri: "exec:cat > machine" });
      await monitor.event("STOP");
      await state("postmigrate");
      await monitor.execute("cont");
      await state("running");
    },
  },

  "migration-in": {
    title: "The machine waits for a migration, which comes",
    options: { args: ["-incoming", "defer"] },
    names: ["migrate-incoming", "MIGRATION", "RESUME"],
    states: ["inmigrate", "running"],
    async play({ monitor, state, dir }) {
      await monitor.execute("qmp_capabilities");
      await state("inmigrate");
      await monitor.execute("migrate-set-capabilities", migrationEvents);
      await monitor.execute("migrate-incoming", { uri: "unix:migration" });
      await withQemu({}, async ({ monitor: source, state }) => {
        await source.execute("qmp_capabilities");
        await source.execute("migrate", {
          uri: `unix:${join(dir, "migration")}`,
        });
        await state("postmigrate");
      });
      await monitor.event("RESUME");
      await state("running");
    },
  },

  "error-replies": {
    title: "Commands that QEMU refuses, with ids of every kind",
    options: { args: ["-device", "ib700"] },
    names: ["query-status", "set-action", "nope", "device_del", "balloon"],
    states: ["running", "running"],
    async play({ monitor, state }) {
      const refused = async (
        error: string,
        name: string,
        ...rest: [
          args?: object,
          id?: unknown,
        ]
      ) => {
        const reply = await monitor.ask(name, ...rest);
        if (reply["error"]?.class === error) return;
        throw new Error(
          `QEMU did not refuse ${name} with ${error}, but sent ${
            JSON.stringify(reply)
          }`,
        );
      };
      await refused("CommandNotFound", "query-status", undefined, "too early");
      await monitor.execute("qmp_capabilities");
      await refused("CommandNotFound", "qmp_capabilities", undefined, 1);
      await refused("CommandNotFound", "nope", {}, null);
      await refused("GenericError", "set-action", { reboot: "none" }, [1, {}]);
      await refused("GenericError", "set-action", { panic: "poweroff" }, {
        zulu: 1,
        alpha: "é ☃ 😀",
      });
      await refused("DeviceNotFound", "device_del", { id: "nope" }, -1.5);
      await refused("DeviceNotActive", "balloon", { value: 1048576 }, false);
      await refused("GenericError", "system_wakeup", undefined, "");
      // JSON.stringify knows no integer of this size.
      monitor.send('{"execute": "query-status", "id": 18446744073709551615}\n');
      await monitor.reply();
      await state("running");
    },
  },

  "commands-cut-and-joined": {
    title: "A client that cuts its commands anywhere, or joins them",
    options: {},
    names: ["query-status", "watchdog-set-action"],
    states: ["running", "running", "running", "running"],
    async play({ monitor, state, poke }) {
      monitor.send('{"execute": "qmp_capabilities"}');
      await monitor.reply();
      monitor.send('{"execute": "query-status"}{"execute": "query-status"}');
      await monitor.reply();
      await monitor.reply();
      monitor.send('{"execute": "query-st');
      // An answer from elsewhere: by then QEMU has the first half alone.
      await poke("inw 0x604");
      monitor.send('atus"}\n\n');
      await monitor.reply();
      monitor.send(
        '{\n    "execute": "watchdog-set-action",\n    "arguments": {\n        "action": "none"\n    }\n}\n',
      );
      await monitor.reply();
      await state("running");
    },
  },
};

const migrationEvents = {
  capabilities: [{ capability: "events", state: true }],
};

/** Waits until the firmware has set up power management: until then its ports answer 0xffff. */
async function firmware({ poke }: Qemu): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (await poke("inw 0x604") === "0xffff") {
    if (Date.now() > deadline) throw new Error("The firmware did not start");
    await new Promise((tick) => setTimeout(tick, 10));
  }
}

/** Lets the watchdog expire, and disarms it. */
async function expire(
  { monitor, poke }: Qemu,
  action: string,
): Promise<void> {
  await monitor.execute("watchdog-set-action", { action });
  await poke("outb 0x443 0xf");
  await monitor.event("WATCHDOG");
  await poke("outb 0x441 0");
}

/** An s390 image that waits disabled at an address, which counts as a panic. */
function disabledWait(address: bigint): Uint8Array {
  const image = new DataView(new ArrayBuffer(0x20000));
  // The short PSW that starts at 0x10000, where LPSWE loads the PSW at 0x200.
  image.setBigUint64(0, 0x00080000_80010000n);
  image.setUint32(0x10000, 0xb2b20200);
  image.setBigUint64(0x200, 0x00020001_80000000n);
  image.setBigUint64(0x208, address);
  return new Uint8Array(image.buffer);
}
