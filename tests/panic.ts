/**
 * What a guest left when it panicked, taken apart.
 *
 * @module
 */

import { decode } from "@qmp/run-state/report";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

function mask(value: bigint): readonly string[] {
  const rows = decode({ type: "s390", core: 0, "psw-mask": value });
  return rows.find(({ name }) => name === "psw-mask")!.meaning;
}

/** Bits as the Principles of Operation count them, from the left. */
const bit = (place: number) => 1n << BigInt(63 - place);

function hyperV(arg1: bigint, arg2 = 0n): Record<string, string> {
  const rows = decode({
    type: "hyper-v",
    arg5: 5n,
    arg4: 4n,
    arg3: 3n,
    arg2,
    arg1,
  });
  return Object.fromEntries(
    rows.map(({ name, meaning }) => [name, meaning.join()]),
  );
}

/** The tests of `decode()`. */
export const panicSuite: Suite = {
  "decode() reads the PSW mask of a disabled wait"() {
    assert.deepEqual(mask(0x0002000180000000n), [
      "wait state",
      "all interrupts disabled",
      "supervisor state",
      "key 0",
      "condition code 0",
      "64-bit addressing",
    ]);
  },

  "decode() reads the PSW mask of a running Linux"() {
    assert.deepEqual(mask(0x0705200180000000n), [
      "dynamic address translation",
      "I/O interrupts enabled",
      "external interrupts enabled",
      "machine checks enabled",
      "problem state",
      "primary space mode",
      "key 0",
      "condition code 2",
      "64-bit addressing",
    ]);
  },

  "decode() reads each field of the PSW mask"() {
    const told: readonly (readonly [bigint, string])[] = [
      [bit(1), "program-event recording"],
      [bit(5), "dynamic address translation"],
      [bit(6), "I/O interrupts enabled"],
      [bit(7), "external interrupts enabled"],
      [bit(13), "machine checks enabled"],
      [bit(14), "wait state"],
      [bit(15), "problem state"],
      [bit(20), "fixed-point overflow mask"],
      [bit(21), "decimal overflow mask"],
      [bit(22), "HFP exponent underflow mask"],
      [bit(23), "HFP significance mask"],
      [bit(5) | bit(17), "access-register space mode"],
      [bit(5) | bit(16), "secondary space mode"],
      [bit(5) | bit(16) | bit(17), "home space mode"],
      [bit(8) | bit(11), "key 9"],
      [bit(18) | bit(19), "condition code 3"],
      [bit(32), "31-bit addressing"],
      [bit(31), "invalid addressing mode"],
      [bit(31) | bit(32), "64-bit addressing"],
    ];
    const nothing = mask(0n);
    assert.include(nothing, "24-bit addressing");
    for (const [value, meaning] of told) {
      assert.include(mask(value), meaning);
      assert.notInclude(nothing, meaning);
    }
  },

  "decode() names the bug check of Windows, and its parameters"() {
    assert.deepEqual(hyperV(0xd1n), {
      type: "",
      arg1: "bug check DRIVER_IRQL_NOT_LESS_OR_EQUAL",
      arg2: "parameter 1",
      arg3: "parameter 2",
      arg4: "parameter 3",
      arg5: "parameter 4",
    });
  },

  "decode() knows Linux by its identity"() {
    // vendor 0x81, version 6.1.4 in bits 16 to 47
    const { arg1, arg2, arg3 } = hyperV(0xan, 0x8100_0006_0104_0000n);
    assert.equal(arg1, "error code of Linux");
    assert.equal(arg2, "identity of Linux 6.1.4");
    assert.equal(arg3, "instruction pointer");
  },

  "decode() makes nothing of what it does not know"() {
    const unknown = hyperV(0x7777n);
    assert.deepEqual([...new Set(Object.values(unknown))], [""]);
    assert.deepEqual(
      decode({ type: "tdx", "error-code": 1, message: "a\nb" }),
      [
        { name: "type", value: "tdx", meaning: [] },
        { name: "error-code", value: "0x0000000000000001", meaning: [] },
        { name: "message", value: "a\nb", meaning: [] },
      ],
    );
    const linux = 0x8100_0006_0104_0000n;
    const [, , other] = decode({
      type: "hyper-v",
      arg2: linux,
      constructor: 1,
    });
    assert.deepEqual(other?.name, "constructor");
    assert.deepEqual(other?.meaning, []);
  },

  "decode() keeps every digit, and QAPI's order"() {
    const rows = decode({
      core: 3,
      "psw-addr": 18364758544493064720n,
      reason: "disabled-wait",
      "psw-mask": 1,
      type: "s390",
    });
    assert.deepEqual(rows.map(({ name, value }) => [name, value]), [
      ["type", "s390"],
      ["core", "3"],
      ["reason", "disabled-wait"],
      ["psw-mask", "0x0000000000000001"],
      ["psw-addr", "0xfedcba9876543210"],
    ]);
  },

  "decode() stays short whatever a guest left"() {
    const members = Object.fromEntries(
      Array.from(
        { length: 1000 },
        (_, index) => [`m${index}`, "x".repeat(1e4)],
      ),
    );
    assert.isBelow(JSON.stringify(decode(members)).length, 5000);
  },
};
