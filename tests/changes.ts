/**
 * What changed between two editions, and whom it breaks.
 *
 * @module
 */

import { assert } from "chai";
import { type Change, changes } from "../src/editions/changes.ts";
import { editions, release } from "../src/editions/release.ts";
import type { Suite } from "./suite.ts";

/** `S` breaks a sender, `R` a receiver. */
function told({ breaking, message }: Change): string {
  return `${breaking.sender ? "S" : "-"}${
    breaking.receiver ? "R" : "-"
  } ${message}`;
}

function definitionChanges(from: string, to: string): string[] {
  return changes(from, to).filter(({ what }) => what !== "transition")
    .map(told);
}

function transitionChanges(from: string, to: string): string[] {
  return changes(from, to).filter(({ what }) => what === "transition")
    .map(told);
}

/** The tests of `changes()`. */
export const changesTests: Suite = {
  "changes() tells of 7.2 that ShutdownCause gained snapshot-load"() {
    assert.deepEqual(changes("7.1", "7.2"), [
      {
        what: "value",
        how: "added",
        path: ["ShutdownCause", "snapshot-load"],
        breaking: { sender: false, receiver: true },
        message: 'ShutdownCause gains value "snapshot-load"',
      },
      {
        what: "enum",
        how: "added",
        path: ["NotifyVmexitOption"],
        breaking: { sender: false, receiver: false },
        message: "enum NotifyVmexitOption is new",
      },
    ]);
  },

  "changes() tells of 9.0 that StatusInfo lost singlestep, and that the suspended may be paused"() {
    assert.deepEqual(definitionChanges("8.2", "9.0"), [
      '-R StatusInfo loses member "singlestep"',
    ]);
    assert.deepEqual(transitionChanges("8.2", "9.0"), [
      '-R "paused" may lead to "suspended"',
      '-R "prelaunch" may lead to "suspended"',
      '-R "restore-vm" may lead to "suspended"',
      '-R "save-vm" may lead to "suspended"',
      '-R "suspended" may lead to "paused"',
      '-R "suspended" may lead to "restore-vm"',
      '-R "suspended" may lead to "save-vm"',
      '-R "suspended" may lead to "shutdown"',
    ]);
  },

  "changes() adds up what happened from 6.0 to 10.1"() {
    assert.deepEqual(definitionChanges("6.0", "10.1"), [
      '-R ShutdownCause gains value "snapshot-load"',
      '-R StatusInfo loses member "singlestep"',
      '-- PanicAction gains value "exit-failure"',
      '-R GuestPanicInformationType gains value "tdx"',
      '-R GuestPanicInformation gains branch "tdx"',
      "-- event GUEST_PVSHUTDOWN is new",
      "-- struct GuestPanicInformationTdx is new",
      "-- enum NotifyVmexitOption is new",
    ]);
    assert.lengthOf(transitionChanges("6.0", "10.1"), 16);
  },

  "changes() tells a downgrade: what a client sends may be refused, what it waits for may not come"() {
    assert.deepEqual(definitionChanges("7.1", "5.1"), [
      '-R RunState gains value "preconfig"',
      "-- enum RebootAction is gone",
      "-- enum ShutdownAction is gone",
      "-- enum PanicAction is gone",
      "S- command set-action is gone",
      "-R event MEMORY_FAILURE is gone",
      "-- enum MemoryFailureRecipient is gone",
      "-- enum MemoryFailureAction is gone",
      "-- struct MemoryFailureFlags is gone",
    ]);
    assert.deepEqual(definitionChanges("7.1", "7.0"), [
      'S- PanicAction loses value "exit-failure"',
    ]);
    assert.deepEqual(definitionChanges("4.0", "3.1"), [
      "-- enum ShutdownCause is gone",
      '-R SHUTDOWN loses member "reason"',
      '-R RESET loses member "reason"',
    ]);
    assert.deepEqual(transitionChanges("7.1", "7.0"), [
      '-- "colo" may no longer lead to "prelaunch"',
    ]);
  },

  "changes() tells what of the seed was never released"() {
    assert.deepEqual(definitionChanges("seed", "6.0"), [
      'S- RebootAction loses value "none"',
      '-- RebootAction gains value "reset"',
      'S- PanicAction loses value "poweroff"',
      '-- PanicAction gains value "shutdown"',
    ]);
    assert.deepEqual(transitionChanges("seed", "6.0"), []);
  },

  "changes() tells of preconfig, of deprecation and of their end"() {
    assert.deepEqual(definitionChanges("2.12", "3.0"), [
      '-R RunState gains value "preconfig"',
      "-- query-status is allowed in preconfig",
    ]);
    assert.deepEqual(definitionChanges("3.0", "2.12"), [
      '-- RunState loses value "preconfig"',
      "S- query-status is no longer allowed in preconfig",
    ]);
    assert.deepEqual(definitionChanges("8.0", "8.1"), [
      '-- StatusInfo deprecates member "singlestep"',
    ]);
    assert.deepEqual(definitionChanges("8.2", "8.0"), [
      '-- StatusInfo no longer deprecates member "singlestep"',
    ]);
  },

  "changes() tells nothing between editions that define the same, and something between all others"() {
    for (const [index, from] of editions.entries()) {
      for (const to of editions.slice(index)) {
        const same = JSON.stringify({ ...release(from), version: "" }) ===
          JSON.stringify({ ...release(to), version: "" });
        assert.equal(changes(from, to).length === 0, same, `${from}, ${to}`);
      }
    }
  },

  "changes() finds in a downgrade exactly what it finds in the upgrade"() {
    const where = ({ what, path }: Change) => [what, ...path].join(" ");
    for (const to of editions) {
      assert.sameMembers(
        changes("2.11", to).map(where),
        changes(to, "2.11").map(where),
      );
    }
  },

  "changes() takes versions as QEMU prints them, and refuses those without an edition"() {
    assert.deepEqual(
      changes("7.1.0", "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)"),
      changes("7.1", "7.2"),
    );
    assert.throws(() => changes("2.5", "7.2"), RangeError, '"2.5.0"');
    assert.throws(() => changes("7.2", "no"), RangeError, '"no"');
  },
};
