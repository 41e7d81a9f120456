/**
 * Logs of any format on the command line.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";

import { fakeHost } from "./fake_host.ts";
import { logSamples } from "./logs_samples.ts";
import type { Suite } from "./suite.ts";

const sampleOf = (format: string) =>
  logSamples.find((each) => each.format === format)!;

async function validated(
  log: string,
  ...args: readonly string[]
): Promise<{ code: number; err: string; report: Record<string, unknown> }> {
  const host = fakeHost({ files: { log } });
  const code = await main(["validate", "--json", ...args, "log"], host);
  return { code, err: host.err(), report: JSON.parse(host.out() || "{}") };
}

/** Tests of logs on the command line. */
export const cliLogsTests: Suite = {
  async "validate reads a log of any format"() {
    for (const { title, log, messages } of logSamples) {
      const { report } = await validated(log);
      const expected = messages.filter((each) => !each.startsWith("="));
      assert.equal(report["messages"], expected.length, title);
    }
  },

  async "validate says what it takes a log for"() {
    const host = fakeHost({ files: { log: sampleOf("libvirt").log } });
    assert.equal(await main(["validate", "log"], host), 0);
    assert.include(host.out(), "debug log of libvirt; edition ");
  },

  async "validate takes the edition from what qmp-shell says of its QEMU"() {
    const { log } = sampleOf("qmp-shell");
    const { report } = await validated(log);
    assert.equal(report["edition"], "7.2");
    assert.equal(report["why"], "the log says QEMU 7.2.22");
    const { report: asked } = await validated(log, "--qemu", "6.2");
    assert.equal(asked["edition"], "6.2");
    const unsaid = await validated(log.replace("7.2.22", "nonsense"));
    assert.notEqual(unsaid.report["edition"], "7.2");
  },

  async "validate --format reads a log as what it is told"() {
    const { log } = sampleOf("virsh-event");
    const { report } = await validated(log, "--format", "transcript");
    assert.equal(report["messages"], 0);
  },

  async "validate --format refuses a format that there is not"() {
    const { code, err } = await validated("", "--format", "xml");
    assert.equal(code, 2);
    assert.include(err, 'Cannot read format "xml": it is none of trace, ');
  },

  async "validate tells of a second format that a log may have"() {
    const { log } = sampleOf("virsh-event");
    const { code, report } = await validated(log + sampleOf("incus").log);
    assert.equal(code, 0);
    const [first] = report["findings"] as { code: string; line: number }[];
    assert.equal(first!.code, "TWO_READINGS");
    assert.equal(first!.line, 1);
  },

  async "replay shows a log on standard input by its first line"() {
    const host = fakeHost({ stdin: sampleOf("qemu-trace").log, chunk: 300 });
    assert.equal(await main(["replay", "-"], host), 0);
    assert.match(host.out(), /<- event +RESUME/);
  },
};
