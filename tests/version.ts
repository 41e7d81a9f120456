/**
 * From versions to editions.
 *
 * @module
 */

import { assert } from "chai";
import { editions } from "../src/editions/release.ts";
import {
  requireVersion,
  resolveVersion,
  type VersionedGreeting,
} from "../src/editions/version.ts";
import type { Suite } from "./suite.ts";

function greeting(major: number, minor: number, micro: number) {
  return {
    QMP: {
      version: { qemu: { major, minor, micro }, package: "" },
      capabilities: ["oob"],
    },
  };
}

/** The edition, and the code of the notice where there is one. */
function resolved(version: string | VersionedGreeting): string {
  const { edition, notice } = resolveVersion(version);
  return notice ? `${edition} ${notice.code}` : edition;
}

/** The tests of `resolveVersion()` and `requireVersion()`. */
export const versionTests: Suite = {
  "resolveVersion() takes each edition's own name without a word"() {
    for (const name of editions) assert.equal(resolved(name), name);
  },

  "resolveVersion() takes a release however it is written"() {
    const written: [string | VersionedGreeting, string][] = [
      ["7.2.22", "7.2"],
      [" 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n", "7.2"],
      ["v7.2.0", "7.2"],
      ["2.11.2(pve)", "2.11"],
      ["10.0.7", "10.0"],
      [greeting(10, 1, 3), "10.1"],
      [{ QMP: { version: { major: 2, minor: 11, micro: 0 } } }, "2.11"],
    ];
    for (const [version, edition] of written) {
      assert.equal(resolved(version), edition);
    }
  },

  "resolveVersion() takes a tree or a candidate for the next release, and says so"() {
    for (
      const [version, edition] of [
        ["9.0.50", "9.1"],
        ["9.0.93", "9.1"],
        ["9.2.50", "10.0"],
        ["5.2.50", "6.0"],
        ["3.1.91", "4.0"],
        ["10.2.50", "master"],
        ["10.2.93", "master"],
      ] as const
    ) {
      assert.equal(resolved(version), `${edition} IN_THE_MAKING`);
    }
    assert.equal(
      resolveVersion(greeting(9, 0, 50)).notice?.message,
      'QEMU "9.0.50" is a development tree on the way to the next release: edition 9.1 is taken',
    );
    assert.equal(
      resolveVersion("9.0.93").notice?.message,
      'QEMU "9.0.93" is a release candidate on the way to the next release: edition 9.1 is taken',
    );
  },

  "resolveVersion() takes the newest edition for a version newer than known, and says so"() {
    for (const version of ["11.0.0", "11.0.50", "10.3.0", "99.0"]) {
      assert.equal(resolved(version), "master NEWER_THAN_KNOWN");
    }
    assert.equal(
      resolveVersion(greeting(11, 0, 1)).notice?.message,
      'QEMU "11.0.1" is newer than what is known: edition master is taken',
    );
  },

  "resolveVersion() takes 2.11 for what is older or says nothing, and says why"() {
    const old = ["2.10.2", "2.10.50", "1.5.3", "0.12.50"];
    for (const version of old) {
      assert.deepEqual(resolveVersion(version), {
        edition: "2.11",
        notice: {
          code: "OLDER_THAN_KNOWN",
          message:
            `Cannot find an edition for QEMU "${version}": the oldest one known is 2.11`,
        },
      });
    }
    const rubbish = ["", "banana", "7", "7.2.x", "1.2.3.4", "-7.2", "SEED"];
    for (const version of rubbish) {
      assert.equal(resolved(version), "2.11 OLDER_THAN_KNOWN");
      assert.include(
        resolveVersion(version).notice?.message,
        `Cannot read ${JSON.stringify(version)} as a QEMU version`,
      );
    }
  },

  "resolveVersion() bears a greeting without a version or with a strange one"() {
    const qemu = { major: 7, minor: 2, micro: 22 };
    const strange = [
      { QMP: {} },
      { QMP: { version: null } },
      { QMP: { version: "7.2.22" } },
      { QMP: { version: { qemu: null } } },
      { QMP: { version: { qemu: { ...qemu, micro: -1 } } } },
      { QMP: { version: { qemu: { ...qemu, minor: "2" } } } },
      { QMP: { version: { qemu: { ...qemu, major: 2n ** 64n } } } },
    ];
    for (const each of strange) {
      assert.deepEqual(resolveVersion(each), {
        edition: "2.11",
        notice: {
          code: "OLDER_THAN_KNOWN",
          message: "Cannot read a QEMU version in the greeting: it has none",
        },
      });
    }
  },

  "resolveVersion() quotes no more than 80 characters"() {
    const { notice } = resolveVersion("x".repeat(100_000));
    assert.include(notice?.message, `"${"x".repeat(80)}"`);
  },

  "requireVersion() throws what resolveVersion() calls older than known"() {
    assert.equal(requireVersion("7.2.22").edition, "7.2");
    assert.equal(requireVersion("12.0").notice?.code, "NEWER_THAN_KNOWN");
    assert.throws(() => requireVersion("2.5.0"), RangeError, '"2.5.0"');
    assert.throws(() => requireVersion("nonsense"), RangeError, '"nonsense"');
    assert.throws(
      () => requireVersion({ QMP: { version: {} } }),
      RangeError,
      "greeting",
    );
  },
};
