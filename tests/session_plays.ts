/**
 * How a real QEMU 7.2 is brought to play the scenarios of sessions: how it is
 * started, and what makes its machine do what the guest does in them.
 *
 * The firmware is one of a few bytes. SeaBIOS would reset the machine once more
 * after each reset, and again, as often as time allows.
 *
 * @module
 */

import type { ScenarioName } from "@qmp/run-state/fixtures";
import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Qemu, type QemuOptions, withQemu } from "../scripts/qemu.ts";

/** How a scenario is played. */
export interface Play {
  /** How QEMU is started, beside what the session says. */
  readonly options?: QemuOptions;
  /** What is done before the session begins. */
  readonly prepare?: (qemu: Qemu) => Promise<unknown>;
  /** What makes an event come that nothing in the session causes, by its name and the first value of its data. */
  readonly pokes?: Readonly<Record<string, (qemu: Qemu) => Promise<unknown>>>;
  /** An event that may come besides, and why. */
  readonly besides?: readonly [event: string, why: string];
}

type Deed = (qemu: Qemu) => Promise<unknown>;

const poke = (...lines: readonly string[]): Deed => async (qemu) => {
  for (const line of lines) await qemu.poke(line);
};

/** Sets up power management, as firmware does, and writes to its control register. */
const power = (value: string): Deed =>
  poke(
    ...["outl 0xcf8 0x80000b40", "outl 0xcfc 0x601"],
    ...["outl 0xcf8 0x80000b80", "outb 0xcfc 1"],
    `outw 0x604 ${value}`,
  );

const powerOff = power("0x2000");
const reset = poke("outb 0xcf9 0x6");
const expire = poke("outb 0x443 0xf");

/** Firmware that waits for a byte at 0x500, tells it pvpanic and waits again. */
export function firmware(): Uint8Array {
  const image = new Uint8Array(0x10000);
  image.set([
    ...[0x31, 0xc0, 0x8e, 0xd8], // xor ax, ax; mov ds, ax
    ...[0xa0, 0x00, 0x05], // mov al, [0x500]
    ...[0x84, 0xc0, 0x74, 0xf9], // test al, al; jz to the line before
    ...[0xba, 0x05, 0x05, 0xee], // mov dx, 0x505; out dx, al
    ...[0xc6, 0x06, 0x00, 0x05, 0x00, 0xeb, 0xee], // mov [0x500], 0; jmp
  ], 0xff00);
  image.set([0xe9, 0x0d, 0xff], 0xfff0); // jmp 0xff00
  return image;
}

/** An s390 image that waits for a word at 0x300, then with its interrupts disabled. */
function disabledWait(): Uint8Array {
  const image = new DataView(new ArrayBuffer(0x20000));
  image.setBigUint64(0, 0x00080000_80010000n);
  image.setUint32(0x10000, 0x58100300); // l %r1, 0x300
  image.setUint16(0x10004, 0x1211); // ltr %r1, %r1
  image.setUint32(0x10006, 0xa784fffd); // jz to the first line
  image.setUint32(0x1000a, 0xb2b20200); // lpswe 0x200
  image.setBigUint64(0x200, 0x00020001_80000000n);
  image.setBigUint64(0x208, 0xfedcba98_76543210n);
  return new Uint8Array(image.buffer);
}

const pvpanic: Play = {
  options: { args: ["-device", "pvpanic"] },
};
const writesByte = poke("writeb 0x500 1");

function panics(action: string): Play {
  return { ...pvpanic, pokes: { [`GUEST_PANICKED ${action}`]: writesByte } };
}

function panicsOnS390(action: string): Play {
  return {
    options: {
      target: "s390x",
      args: ["-kernel", "disabled-wait"],
      files: { "disabled-wait": disabledWait() },
    },
    pokes: { [`GUEST_PANICKED ${action}`]: poke("writel 0x300 1") },
  };
}

function expires(action: string, pokes: Play["pokes"] = {}): Play {
  return {
    options: { args: ["-device", "ib700"] },
    pokes: { [`WATCHDOG ${action}`]: expire, ...pokes },
  };
}

/** Takes a migration and throws it away, all of it or after so many bytes. */
const swallow = (most = Infinity): Deed => async ({ dir }) => {
  const server = createServer((socket) => {
    let count = 0;
    socket.on("error", () => {});
    socket.on("data", ({ length }) => {
      count += length;
      if (count > most) socket.destroy();
    });
  });
  server.unref();
  await new Promise<void>((done) =>
    server.listen(join(dir, "migration"), done)
  );
};

const withDisk: Play = {
  async prepare({ dir, witness }) {
    const filename = join(dir, "disk.qcow2");
    await promisify(execFile)("qemu-img", [
      ...["create", "-q", "-f", "qcow2", filename, "64M"],
    ]);
    await witness.execute("blockdev-add", {
      driver: "qcow2",
      "node-name": "disk",
      file: { driver: "file", filename },
    });
  },
};

const nothing = { driver: "null-co", size: 1048576, "read-zeroes": true };

function disk(driver: object): readonly string[] {
  return ["-blockdev", JSON.stringify({ "node-name": "disk", ...driver })];
}

/** Those that cannot be played, and why. */
export const unplayed: Readonly<Partial<Record<ScenarioName, string>>> = {
  "panic-hyper-v-pause": "needs KVM",
  "panic-hyper-v-shutdown": "needs KVM",
  "panic-hyper-v-none": "needs KVM",
};

/** How each scenario is played. */
export const plays: Readonly<Partial<Record<ScenarioName, Play>>> = {
  "power-off": { pokes: { "SHUTDOWN guest-shutdown": powerOff } },
  "reset": { pokes: { "RESET guest-reset": reset } },
  "no-reboot": { pokes: { "SHUTDOWN guest-reset": reset } },
  "no-shutdown": { pokes: { "SHUTDOWN guest-shutdown": powerOff } },
  "panic-pvpanic-pause": panics("pause"),
  "panic-pvpanic-shutdown": panics("poweroff"),
  "panic-pvpanic-none": panics("run"),
  "panic-s390-pause": panicsOnS390("pause"),
  "panic-s390-shutdown": {
    ...panicsOnS390("poweroff"),
    besides: [
      "STOP",
      "TCG loads a PSW without QEMU's lock, so that the main loop may come round before QEMU ends",
    ],
  },
  "panic-s390-none": panicsOnS390("run"),
  "watchdog-reset": expires("reset"),
  "watchdog-shutdown": expires("shutdown", {
    "SHUTDOWN guest-shutdown": powerOff,
  }),
  "watchdog-poweroff": expires("poweroff"),
  "watchdog-pause": expires("pause"),
  "watchdog-debug": expires("debug"),
  "watchdog-none": expires("none"),
  "watchdog-inject-nmi": expires("inject-nmi"),
  "watchdog-held-back": {
    options: { args: ["-device", "ib700"] },
    pokes: {
      "WATCHDOG none": poke("outb 0x443 0xf"),
      // Disarmed first, for it expires again and again.
      "STOP": poke("outb 0x441 0", "outb 0x443 0xf"),
    },
  },
  "suspend-and-wake": {
    options: { args: ["-global", "PIIX4_PM.disable_s3=0"] },
    pokes: { "SUSPEND": power("0x2400") },
  },
  "hibernate": {
    options: { args: ["-global", "PIIX4_PM.disable_s4=0"] },
    pokes: { "SUSPEND_DISK": power("0x2800") },
  },
  "migration-out": { prepare: swallow() },
  "migration-in": {
    pokes: {
      "MIGRATION active": ({ dir }) =>
        withQemu(bare, async ({ monitor, state }) => {
          await monitor.execute("qmp_capabilities");
          await monitor.execute("migrate", {
            uri: `unix:${join(dir, "migration")}`,
          });
          await state("postmigrate");
        }),
    },
  },
  "migration-failed": {
    async prepare(qemu) {
      await swallow(20_000)(qemu);
      // More than a socket holds, so that QEMU cannot be through by then.
      await qemu.poke("memset 0x100000 0x1000000 0x55");
    },
  },
  "migration-failed-at-end": {
    options: {
      args: disk({
        driver: "blkdebug",
        image: nothing,
        "inject-error": [{ event: "none", iotype: "flush", errno: 5 }],
      }),
    },
    async prepare(qemu) {
      await swallow()(qemu);
      // Until something is written, nothing has to be flushed.
      await qemu.witness.execute("human-monitor-command", {
        "command-line": 'qemu-io disk "write 0 512"',
      });
    },
  },
  "io-error": {
    options: {
      args: [
        ...disk({
          driver: "raw",
          file: {
            driver: "blkdebug",
            image: nothing,
            // The first read is QEMU's own, which looks for a partition table.
            "set-state": [{ event: "read_aio", state: 1, new_state: 2 }],
            "inject-error": [
              { event: "read_aio", state: 2, errno: 5, once: true },
            ],
          },
        }),
        "-device",
        "ide-hd,drive=disk,bus=ide.0,unit=0,rerror=stop,werror=stop",
      ],
    },
    pokes: {
      // One sector, the first.
      "BLOCK_IO_ERROR stop": poke(
        ...["outb 0x1f6 0xe0", "outb 0x1f2 1", "outb 0x1f3 0"],
        ...["outb 0x1f4 0", "outb 0x1f5 0", "outb 0x1f7 0x20"],
      ),
    },
  },
  "snapshot": withDisk,
  "snapshot-job": withDisk,
  "memory-failure": {},
};

/** A small machine with the small firmware. */
export const bare: QemuOptions = {
  args: ["-m", "32", "-bios", "firmware"],
  files: { firmware: firmware() },
};
