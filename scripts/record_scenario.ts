/**
 * Plays a scenario on a real QEMU and records it.
 *
 * @module
 */

import { recorder } from "../src/replay/recorder.ts";
import { join } from "../src/replay/lines.ts";
import { qemuVersion, withQemu } from "./qemu.ts";
import type { Scenario } from "./scenarios.ts";

/** A scenario as it was played. */
export interface Recording {
  /** The trace file. */
  readonly trace: string;
  /** Every byte that came from QEMU, as the socket gave it. */
  readonly received: Uint8Array;
  /** Every byte that went to QEMU. */
  readonly sent: Uint8Array;
}

/**
 * Plays a scenario and records it.
 *
 * @param scenario What to play.
 * @returns The trace, and the bytes beside it.
 * @throws {Error} When QEMU is not installed or does not do what it should.
 */
export async function recordScenario(scenario: Scenario): Promise<Recording> {
  const { title, options, play } = scenario;
  const qemu = await qemuVersion(options.target ?? "x86_64");
  if (qemu === undefined) throw new Error("QEMU is not installed");

  const lines: string[] = [];
  const received: Uint8Array[] = [];
  const sent: Uint8Array[] = [];
  const { end, ...record } = recorder({
    header: {
      qemu,
      machine: options.target === "s390x" ? "s390-ccw-virtio" : "pc",
      title,
      recorded: new Date().toISOString(),
    },
    now: () => performance.now() / 1000,
    write: (line) => lines.push(line),
  });
  const tap = {
    received(bytes: Uint8Array) {
      received.push(bytes.slice());
      record.received(bytes);
    },
    sent(bytes: Uint8Array) {
      sent.push(bytes.slice());
      record.sent(bytes);
    },
  };
  await withQemu({ ...options, tap }, play);
  end();
  return {
    trace: lines.join(""),
    received: join(received),
    sent: join(sent),
  };
}
