/**
 * The tracker, on the logs in the wild that lie beside the checkout: real QEMUs
 * did all that is in them, so that none of it is impossible. They are not ours
 * to copy.
 *
 * @module
 */

import { editions, witness } from "@qmp/run-state/editions";
import { logSource } from "@qmp/run-state/logs";
import { read, type Step, tracker } from "@qmp/run-state/replay";
import { assert } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const corpus = fileURLToPath(new URL("../../shared/corpus/", import.meta.url));
const isThere = existsSync(corpus);
const skipped = isThere ? "" : " (skipped: ../shared is absent)";

/** Each sample, and the version of the QEMU that speaks in it. */
function samples(): { file: string; version: string }[] {
  return readFileSync(`${corpus}INDEX.tsv`, "utf8").trimEnd().split("\n")
    .slice(1).map((line) => {
      const [file = "", , version = ""] = line.split("\t");
      return { file, version };
    });
}

/** The edition of a version; the oldest for those before it. */
function editionOf(version: string): string {
  const [name = ""] = /^\d+\.\d+/.exec(version) ?? [];
  return editions.includes(name) ? name : editions[0]!;
}

function follow(file: string, edition: string): Step[] {
  const source = logSource();
  const records = source.push(readFileSync(corpus + file));
  const { entries } = read([...records, ...source.end()]);
  const stage = tracker({ witness: witness(edition) });
  return [...stage.push(entries), ...stage.end()];
}

for (
  const { file, version } of isThere
    ? samples()
    : [{ file: "each sample", version: "" }]
) {
  Deno.test({
    name: `tracker() finds nothing impossible in ${file}${skipped}`,
    ignore: !isThere,
    fn() {
      const steps = follow(file, editionOf(version));
      assert.isNotEmpty(steps);
      assert.deepEqual(
        steps.flatMap(({ findings }) => findings.map(({ message }) => message)),
        [],
      );
      for (const { states } of steps) assert.isNotEmpty(states);
    },
  });
}

Deno.test({
  name: `tracker() knows the last state of the samples that tell it${skipped}`,
  ignore: !isThere,
  fn() {
    const last = (file: string) => follow(file, "7.2").at(-1)?.states.join();
    assert.equal(last("captured-qemu72/suspend-s3-wakeup.bin"), "suspended");
    assert.equal(last("captured-qemu72/pvpanic-none.bin"), "running");
    assert.equal(
      last("libvirt-debug/libvirt-9.0-one-machine.log"),
      "guest-panicked",
    );
    assert.equal(
      last("captured-qemu72/trace-no-timestamp.stderr.log"),
      "shutdown",
    );
  },
});
