/**
 * The report on the logs in the wild that lie beside the checkout: why each
 * machine stopped. They are not ours to copy.
 *
 * @module
 */

import { reportHtml, reportText } from "@qmp/run-state/report";
import { assert } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { reportOn } from "./report_steps.ts";

const corpus = fileURLToPath(new URL("../../shared/corpus/", import.meta.url));
const isThere = existsSync(corpus);
const skipped = isThere ? "" : " (skipped: ../shared is absent)";

function samples(): string[] {
  return readFileSync(`${corpus}INDEX.tsv`, "utf8").trimEnd().split("\n")
    .slice(1).map((line) => line.split("\t")[0]!);
}

/** Cause by cause; "?" where the log leaves others possible, "." where QEMU ended. */
const causes: Readonly<Record<string, string>> = {
  "captured-qemu72/guest-reset-loop.bin": "host-quit.",
  "captured-qemu72/guest-reset-no-reboot.bin": "guest-reset.",
  "captured-qemu72/lifecycle-compact.bin": "unknown?.",
  "captured-qemu72/lifecycle-pretty.bin": "host-quit.",
  "captured-qemu72/pvpanic-none.bin": "",
  "captured-qemu72/pvpanic-pause.bin": "panic? panic?.",
  "captured-qemu72/pvpanic-shutdown-default.bin": "panic.",
  "captured-qemu72/s390-no-boot.bin": "panic.",
  "captured-qemu72/soft-off-no-shutdown.bin": "guest-shutdown?.",
  "captured-qemu72/soft-off-s5.bin": "guest-shutdown.",
  "captured-qemu72/suspend-disk-s4.bin": "guest-shutdown.",
  "captured-qemu72/suspend-s3-wakeup.bin": "suspended suspended.",
  "captured-qemu72/trace-msg-timestamp.stderr.log": "host-quit.",
  "captured-qemu72/trace-no-timestamp.stderr.log": "host-quit.",
  "captured-qemu72/watchdog-none.bin": "host-quit.",
  "captured-qemu72/watchdog-pause.bin": "watchdog?.",
  "captured-qemu72/watchdog-poweroff.bin": "watchdog.",
  "captured-qemu72/watchdog-reset.bin": "host-quit.",
  "captured-qemu72/watchdog-shutdown.bin": "host-quit.",
  // A greeting that a filter took away shows that another QEMU has begun.
  "iotests-bash/qemu-10.2-184.log":
    "host-quit. host-quit. host-quit. host-quit.",
  "iotests-bash/qemu-2.6-087.log":
    "unknown?. unknown?. unknown?. unknown?. unknown?. unknown?.",
  // Of these, nothing shows which end is whose.
  "iotests-bash/qemu-2.10-183.log": "unknown?.",
  "iotests-bash/qemu-2.10-185.log": "unknown?.",
  "iotests-bash/qemu-7.1-183.log": "migration host-quit.",
  "libvirt-debug/libvirt-9.0-one-machine.log": "command panic.",
  "virsh/monitor-event-ts.log": "unknown? panic?.",
};

for (const file of isThere ? samples() : ["each sample"]) {
  Deno.test({
    name: `reporter() makes a text and a page of ${file}${skipped}`,
    ignore: !isThere,
    fn() {
      const report = reportOn(readFileSync(corpus + file));
      assert.isAbove(report.messages, 0);
      assert.lengthOf(report.machines, 1);
      const [machine] = report.machines;
      const told = machine!.stops.map(({ cause, isCertain, hasEnded }) =>
        cause + (isCertain ? "" : "?") + (hasEnded ? "." : "")
      ).join(" ");
      if (file in causes) assert.equal(told, causes[file]);
      assert.notInclude(reportText(report), "undefined");
      assert.notMatch(reportHtml(report), /undefined|NaN/);
    },
  });
}

Deno.test({
  name: `reporter() counts the resets of a loop as one thing${skipped}`,
  ignore: !isThere,
  fn() {
    const log = readFileSync(`${corpus}captured-qemu72/guest-reset-loop.bin`);
    const { happenings } = reportOn(log).machines[0]!;
    assert.deepEqual(
      happenings.map(({ name, count }) => [name, count]),
      [["RESUME", 1], ["RESET", 189], ["SHUTDOWN", 1]],
    );
  },
});
