/**
 * The verb `diff`: what changed between two releases.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { changes } from "@qmp/run-state/editions";
import { fakeHost } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

async function shown(...args: readonly string[]): Promise<string> {
  const host = fakeHost({});
  assert.equal(await main(["diff", ...args], host), 0);
  assert.equal(host.err(), "");
  return host.out();
}

/** Tests of `diff`. */
export const diffTests: Suite = {
  async "diff tells each change, and whom it breaks"() {
    assert.equal(
      await shown("7.1", "5.2"),
      "From QEMU 7.1 to 5.2: 9 changes, 4 breaking\n" +
        '  breaks receivers  RunState gains value "preconfig"\n' +
        "                    enum RebootAction is gone\n" +
        "                    enum ShutdownAction is gone\n" +
        "                    enum PanicAction is gone\n" +
        "  breaks senders    command set-action is gone\n" +
        '                    "colo" may no longer lead to "prelaunch"\n' +
        '                    "colo" may no longer lead to "shutdown"\n' +
        '  breaks receivers  "preconfig" may lead to "inmigrate"\n' +
        '  breaks receivers  "preconfig" may lead to "prelaunch"\n',
    );
  },

  async "diff tells that nothing changed"() {
    assert.equal(
      await shown("6.1", "6.2"),
      "From QEMU 6.1 to 6.2: 0 changes, 0 breaking\n",
    );
  },

  async "diff --json prints what changes() gives, in a line"() {
    for (const [from, to] of [["6.0", "10.1"], ["9.0", "2.11"]] as const) {
      const text = await shown(from, "--json", to);
      assert.match(text, /^[^\n]+\n$/);
      assert.deepEqual(JSON.parse(text), {
        from,
        to,
        notices: [],
        changes: changes(from, to),
      });
    }
  },

  async "diff takes versions as QEMU prints them, and says what is odd about them"() {
    const text = await shown("7.1.0", "7.1.50");
    assert.match(
      text,
      /^From QEMU 7\.1 to 7\.2: 2 changes, 1 breaking\n {2}QEMU "7\.1\.50" is a development tree .*\n {2}breaks /,
    );
    const { notices } = JSON.parse(await shown("7.1.0", "7.1.50", "--json"));
    assert.equal(notices[0].code, "IN_THE_MAKING");
  },
};
