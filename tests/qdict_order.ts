/**
 * The order of QEMU's dictionary, as QEMU 7.2.22 printed it.
 *
 * @module
 */

import { assert } from "chai";
import { qdictOrder } from "../src/wire/qdict_order.ts";
import type { Suite } from "./suite.ts";

/** The members of messages in the order in which QEMU puts them in, and that in which they came. */
const printed = [
  [["event", "data", "timestamp"], ["timestamp", "event", "data"]],
  [["seconds", "microseconds"], ["seconds", "microseconds"]],
  [["guest", "reason"], ["guest", "reason"]],
  [["action", "info"], ["action", "info"]],
  [
    ["type", "core", "psw-mask", "psw-addr", "reason"],
    ["core", "psw-addr", "reason", "psw-mask", "type"],
  ],
  [
    ["type", "arg1", "arg2", "arg3", "arg4", "arg5"],
    ["arg5", "arg4", "arg3", "arg2", "arg1", "type"],
  ],
  [["recipient", "action", "flags"], ["flags", "recipient", "action"]],
  [["action-required", "recursive"], ["recursive", "action-required"]],
  [["running", "singlestep", "status"], ["status", "singlestep", "running"]],
  [["return", "id"], ["return", "id"]],
  [["error", "id"], ["id", "error"]],
  [["class", "desc"], ["class", "desc"]],
  [["major", "minor", "micro"], ["micro", "minor", "major"]],
  [["qemu", "package"], ["qemu", "package"]],
  [["version", "capabilities"], ["version", "capabilities"]],
] as const;

/** Tests of `qdictOrder()`. */
export const qdictOrderSuite: Suite = {
  "qdictOrder() gives the order in which QEMU prints"() {
    for (const [given, came] of printed) {
      assert.deepEqual(qdictOrder(given), [...came]);
    }
  },

  "qdictOrder() puts the newer of two keys first where they share a bucket"() {
    assert.deepEqual(qdictOrder(["machine", "47"]), ["47", "machine"]);
    assert.deepEqual(qdictOrder(["47", "machine"]), ["machine", "47"]);
  },

  "qdictOrder() goes by nothing else than the keys where each has a bucket"() {
    for (const given of [["guest", "reason"], ["error", "id"]]) {
      assert.deepEqual(qdictOrder(given.toReversed()), qdictOrder(given));
    }
  },

  "qdictOrder() takes keys of any characters"() {
    const keys = ["é", "😀", "\0", "", "__proto__", "a\0b"];
    assert.sameMembers(qdictOrder(keys), keys);
    assert.deepEqual(qdictOrder([]), []);
  },
};
