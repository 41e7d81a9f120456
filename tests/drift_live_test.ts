/**
 * Asks a real QEMU 7.2 what it has, and holds that against three editions.
 *
 * Without QEMU 7.2 these tests are skipped, and say so; with
 * `QMP_LIVE=required` its absence is a failure.
 *
 * @module
 */

import type { JsonValue } from "@qmp/run-state";
import { main } from "@qmp/run-state/cli";
import { drift, edition } from "@qmp/run-state/editions";
import { assert } from "chai";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

import {
  type Qemu,
  qemuVersion,
  type Received,
  withQemu,
} from "../scripts/qemu.ts";
import { nodeHost } from "../src/cli/node_host.ts";
import { visibleChanges } from "./drift_changes.ts";

const installed = await qemuVersion("x86_64");
const fitting = installed?.startsWith("7.2.") === true;
const required = process.env["QMP_LIVE"] === "required";
if (!fitting && !required) {
  console.log(
    `SKIPPED: the live tests of drift() need QEMU 7.2 for x86_64; found ${
      installed ?? "none"
    }`,
  );
}

function live(sentence: string, test: () => Promise<void>): void {
  Deno.test({ name: sentence, ignore: !fitting && !required, fn: test });
}

function ask(): Promise<JsonValue> {
  return withQemu({ args: ["-S"] }, async ({ monitor }) => {
    await monitor.execute("qmp_capabilities");
    return await monitor.ask("query-qmp-schema");
  });
}

live("drift() finds nothing between QEMU 7.2 and its edition", async () => {
  assert.deepEqual(drift(await ask(), edition("7.2")).changes, []);
});

live(
  "drift() finds in QEMU 7.2 exactly what changed since 6.0 and up to 9.1",
  async () => {
    const reply = await ask();
    for (const [name, count] of [["6.0", 2], ["9.1", 2]] as const) {
      const { changes } = drift(reply, edition(name));
      assert.lengthOf(changes, count, name);
      assert.sameDeepMembers([...changes], visibleChanges(name, "7.2"), name);
    }
  },
);

live(
  "fixtures: what was kept of QEMU's account is what it still says",
  async () => {
    const file = new URL(
      "../fixtures/schemas/qemu-7.2.22.json",
      import.meta.url,
    );
    const kept: JsonValue = JSON.parse(await readFile(file, "utf8"));
    const reply = await ask();
    for (const name of ["2.11", "seed", "7.2", "master"]) {
      assert.deepEqual(drift(kept, edition(name)), drift(reply, edition(name)));
    }
  },
);

/** Asks on which port QEMU listens: it has chosen one that was free. */
async function portOf({ witness }: Qemu, id: string): Promise<number> {
  const all = await witness.execute("query-chardev") as Received[];
  const { filename } = all.find(({ label }) => label === id)!;
  return Number(/tcp:127\.0\.0\.1:(\d+)/.exec(filename)![1]);
}

live("drift asks a live QEMU over a UNIX socket and over TCP", async () => {
  const args = [
    "-S",
    ...["-chardev", "socket,id=unix,path=unix,server=on,wait=off"],
    ...["-mon", "chardev=unix,mode=control"],
    ...["-chardev", "socket,id=tcp,host=127.0.0.1,port=0,server=on,wait=off"],
    ...["-mon", "chardev=tcp,mode=control"],
  ];
  await withQemu({ args }, async (qemu) => {
    const port = await portOf(qemu, "tcp");
    for (const place of [join(qemu.dir, "unix"), `127.0.0.1:${port}`]) {
      const told: string[] = [];
      const output = {
        isTerminal: false,
        write: (text: string) => Promise.resolve(void told.push(text)),
      };
      const host = { ...nodeHost(), stdout: output, stderr: output };
      const codes = [
        await main(["drift", place], host),
        await main(["drift", place, "--edition", "6.0"], host),
      ];
      assert.match(
        told[0]!,
        /: no difference from edition 7\.2 \(the greeting /,
      );
      assert.match(told[1]!, /: 2 differences from edition 6\.0 /);
      assert.deepEqual(codes, [0, 1]);
    }
  });
});
