/**
 * How a real QEMU 7.2 is brought to play the scenarios of sessions: how it is
 * started, and what makes its machine do what the guest does in them.
 *
 * The firmware is one of a few bytes. SeaBIOS would reset the machine once more
 * after each reset, and again, as often as time allows.
 *
 * @module
 */

import {
  normalize,
  type ScenarioName,
  type Session,
  type SessionMessage,
} from "@qmp/run-state/fixtures";
import { read, traceSource } from "@qmp/run-state/replay";
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Qemu, type QemuOptions, withQemu } from "../scripts/qemu.ts";
import { recordScenario } from "../scripts/record_scenario.ts";

/** How a scenario is played. */
export interface Play {
  /** How QEMU is started, beside what the session says. */
  readonly options?: QemuOptions;
  /** What is done before the session begins. */
  readonly prepare?: (qemu: Qemu) => Promise<unknown>;
  /** What makes an event come that nothing in the session causes, by its name and the first value of its data. */
  readonly pokes?: Readonly<Record<string, (qemu: Qemu) => Promise<unknown>>>;
  /**
   * In how many milliseconds from its first poke the event of its last must have
   * come: QEMU says something else on a machine that is too busy for that.
   */
  readonly within?: number;
  /** An event that may come besides, and why. */
  readonly besides?: readonly [event: string, why: string];
}

/** What is done to a QEMU. */
export type Deed = (qemu: Qemu) => Promise<unknown>;

/** Pokes a machine with lines of the qtest protocol. */
function poke(...lines: readonly string[]): Deed {
  return async (qemu) => {
    for (const line of lines) await qemu.poke(line);
  };
}

/** Sets up power management, as firmware does, and writes to its control register. */
function power(value: string): Deed {
  return poke(
    ...["outl 0xcf8 0x80000b40", "outl 0xcfc 0x601"],
    ...["outl 0xcf8 0x80000b80", "outb 0xcfc 1"],
    `outw 0x604 ${value}`,
  );
}

/** The guest of a PC powers it off. */
export const powerOff: Deed = power("0x2000");
/** The guest suspends to memory. */
export const suspend: Deed = power("0x2400");
/** The guest suspends to disk. */
export const hibernate: Deed = power("0x2800");
/** The guest resets the machine. */
export const reset: Deed = poke("outb 0xcf9 0x6");
/** The watchdog is armed afresh, and expires at once. */
export const expire: Deed = poke("outb 0x441 0", "outb 0x443 0xf");

/** Firmware that waits for a byte at 0x500, tells it pvpanic and waits again. */
function firmware(): Uint8Array {
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

/** A small machine with the small firmware. */
export const bare: QemuOptions = {
  args: ["-m", "32", "-bios", "firmware"],
  files: { firmware: firmware() },
};

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

/** Takes a migration, and throws it away. */
export const swallow: Deed = ({ dir }) => listen(dir, Infinity);

/** Takes a migration, and goes away in the middle of it. */
export const breakOff: Deed = async (qemu) => {
  await listen(qemu.dir, 1_000_000);
  // More than a socket holds, so that QEMU cannot be through by then.
  await qemu.poke("memset 0x100000 0x1000000 0x55");
};

async function listen(dir: string, most: number): Promise<void> {
  const path = join(dir, "migration");
  const server = createServer((socket) => {
    let count = 0;
    socket.on("error", () => {});
    socket.on("data", ({ length }) => {
      count += length;
      if (count > most) socket.destroy();
    });
  });
  server.unref();
  await rm(path, { force: true });
  await new Promise<void>((done) => server.listen(path, done));
}

/**
 * Has a machine come that is started like the one that waits for it.
 *
 * @param options How it is started.
 * @returns What does it.
 */
export function arrive(options: QemuOptions): Deed {
  return ({ dir }) =>
    withQemu(options, async ({ monitor, state }) => {
      await monitor.execute("qmp_capabilities");
      await monitor.execute("migrate", {
        uri: `unix:${join(dir, "migration")}`,
      });
      await state("postmigrate");
    });
}

/** Adds a disk that can hold snapshots. */
export const addDisk: Deed = async ({ dir, witness }) => {
  const filename = join(dir, "disk.qcow2");
  await promisify(execFile)("qemu-img", [
    ...["create", "-q", "-f", "qcow2", filename, "64M"],
  ]);
  await witness.execute("blockdev-add", {
    driver: "qcow2",
    "node-name": "disk",
    file: { driver: "file", filename },
  });
};

/** Adds a disk that cannot be flushed, which fails a migration in its last step. */
export const addBadDisk: Deed = async ({ witness }) => {
  await witness.execute("blockdev-add", {
    driver: "blkdebug",
    "node-name": "bad",
    image: nothing,
    "inject-error": [{ event: "none", iotype: "flush", errno: 5 }],
  });
  // Until something is written, nothing has to be flushed.
  await witness.execute("human-monitor-command", {
    "command-line": 'qemu-io bad "write 0 512"',
  });
};

const nothing = { driver: "null-co", size: 1048576, "read-zeroes": true };

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
      "WATCHDOG none": expire,
      "STOP": expire,
    },
    within: 1000,
  },
  "suspend-and-wake": {
    options: { args: ["-global", "PIIX4_PM.disable_s3=0"] },
    pokes: { "SUSPEND": suspend },
  },
  "hibernate": {
    options: { args: ["-global", "PIIX4_PM.disable_s4=0"] },
    pokes: { "SUSPEND_DISK": hibernate },
  },
  "migration-out": { prepare: swallow },
  "migration-in": { pokes: { "MIGRATION active": arrive(bare) } },
  "migration-failed": { prepare: breakOff },
  "migration-failed-at-end": {
    async prepare(qemu) {
      await swallow(qemu);
      await addBadDisk(qemu);
    },
  },
  "io-error": {
    options: {
      args: [
        "-blockdev",
        JSON.stringify({
          "node-name": "disk",
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
  "snapshot": { prepare: addDisk },
  "snapshot-job": { prepare: addDisk },
  "memory-failure": {},
};

/**
 * Waits until QEMU is in a state, without a trace.
 *
 * @param qemu The QEMU.
 * @param state The state.
 */
export async function reach({ witness }: Qemu, state: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { status } = await witness.execute("query-status") as {
      readonly status: string;
    };
    if (status === state) return;
    if (Date.now() > deadline) throw new Error(`QEMU stays in ${status}`);
    await new Promise((tick) => setTimeout(tick, 5));
  }
}

/**
 * Tells events apart.
 *
 * @param message An event.
 * @returns Its name and the value of its data that says the most.
 */
export function keyOf({ message }: SessionMessage): string {
  const { action, reason, status } = (message["data"] ?? {}) as Readonly<
    Record<string, unknown>
  >;
  return [message["event"], action ?? reason ?? status ?? []].flat().join(" ");
}

/**
 * Has a real QEMU play a session.
 *
 * @param session The session.
 * @param options How QEMU is started, beside what the session says.
 * @param play Plays it.
 * @returns What was said, normalized.
 */
export async function recorded(
  { about, args }: Session,
  options: QemuOptions,
  play: (qemu: Qemu) => Promise<void>,
): Promise<string> {
  let trace = "";
  await recordScenario({
    title: about,
    options: { ...options, args: [...options.args ?? [], ...args] },
    play,
  }, (line) => trace += line);
  const source = traceSource();
  const records = source.push(new TextEncoder().encode(trace));
  return normalize(read([...records, ...source.end()]).entries);
}
