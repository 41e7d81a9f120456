/**
 * What is played on a real QEMU, by name: recorded as fixtures, and played
 * afresh by the live test. Ports and images are those of the machines `pc` and
 * `s390-ccw-virtio` of QEMU 7.2.
 *
 * @module
 */

import { join } from "node:path";

import { faults } from "./fault_scenarios.ts";
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

  ...faults,

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
  const deadline = Date.now() + 120_000;
  while (await poke("inw 0x604") === "0xffff") {
    if (Date.now() > deadline) throw new Error("The firmware did not start");
    await new Promise((tick) => setTimeout(tick, 10));
  }
}
