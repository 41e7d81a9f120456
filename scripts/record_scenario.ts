/**
 * Plays a scenario on a real QEMU and records it.
 *
 * @module
 */

import { recorder } from "../src/replay/recorder.ts";
import { join } from "../src/replay/lines.ts";
import { machineOf, qemuVersion, withQemu } from "./qemu.ts";
import type { Scenario } from "./scenarios.ts";

/** What passed while a scenario was played. */
export interface Passed {
  /** Every byte that came from QEMU, as the socket gave it. */
  readonly received: Uint8Array;
  /** Every byte that went to QEMU. */
  readonly sent: Uint8Array;
}

/**
 * Plays a scenario and records it.
 *
 * @param scenario What to play.
 * @param write Takes each line of the trace.
 * @returns The bytes that passed, seen beside the recorder.
 * @throws {Error} When QEMU is not installed or does not do what it should.
 */
export async function recordScenario(
  scenario: Pick<Scenario, "title" | "options" | "play">,
  write: (line: string) => void,
): Promise<Passed> {
  const { title, options, play } = scenario;
  const qemu = await qemuVersion(options.target ?? "x86_64");
  if (qemu === undefined) throw new Error("QEMU is not installed");

  const received: Uint8Array[] = [];
  const sent: Uint8Array[] = [];
  const { end, ...record } = recorder({
    header: {
      qemu,
      machine: machineOf(options),
      title,
      recorded: new Date().toISOString(),
    },
    now: () => performance.now() / 1000,
    write,
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
    received: join(received),
    sent: join(sent),
  };
}
