/**
 * The scenarios in which something goes wrong: panics, watchdogs, memory, disks.
 *
 * @module
 */

import type { Qemu } from "./qemu.ts";
import type { Scenario } from "./scenarios.ts";

/** A PSW address that a double cannot hold: 0xfedcba9876543210. */
export const panicAddress = 18364758544493064720n;

/** Those of the scenarios in which something goes wrong. */
export const faults: Readonly<Record<string, Scenario>> = {
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
      // The second within a second: QEMU sends one a second at the most. Where
      // the machine is too busy for that, it is tried again.
      let isTold: boolean;
      do {
        const begun = performance.now();
        await expire(qemu, "none");
        await arm(qemu, "pause");
        await monitor.event("STOP");
        isTold = performance.now() - begun > 1000;
        await monitor.event("WATCHDOG");
        await disarm(qemu);
        if (isTold) {
          await monitor.execute("cont");
          await new Promise((done) => setTimeout(done, 2500));
        }
      } while (isTold);
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

  "watchdog-on-time": {
    title:
      "The watchdog of a machine that runs expires, and is told of at once",
    options: { args: ["-S", "-device", "ib700"] },
    names: ["WATCHDOG", "STOP", "RESET", "POWERDOWN", "SHUTDOWN"],
    states: ["watchdog", "running", "running", "running", "running"],
    async play(qemu) {
      const { monitor, state, ended } = qemu;
      await monitor.execute("qmp_capabilities");
      await monitor.execute("cont");
      await expire(qemu, "pause");
      await monitor.event("STOP");
      await state("watchdog");
      await monitor.execute("cont");
      for (const action of ["reset", "shutdown"]) {
        // A second after the last one, none is held back.
        await new Promise((done) => setTimeout(done, 2500));
        await expire(qemu, action);
        await state("running");
        await state("running");
      }
      await monitor.execute("quit");
      await ended();
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
};

/** Lets the watchdog expire, and disarms it. */
async function expire(qemu: Qemu, action: string): Promise<void> {
  await arm(qemu, action);
  await qemu.monitor.event("WATCHDOG");
  await disarm(qemu);
}

/** Lets the watchdog expire. */
async function arm({ monitor, poke }: Qemu, action: string): Promise<void> {
  await monitor.execute("watchdog-set-action", { action });
  await poke("outb 0x443 0xf");
}

async function disarm({ poke }: Qemu): Promise<void> {
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
