/**
 * Takes apart what a guest left when it panicked.
 *
 * @module
 */

import type { Entry } from "../replay/read.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { shorten } from "../wire/quote.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import { bugChecks } from "./bug_checks.ts";
import { own } from "./own.ts";
import type { Decoded } from "./report.ts";

/** More of them than any guest leaves. */
const mostMembers = 16;

/**
 * Takes apart what a guest left.
 *
 * @param entry An event `GUEST_PANICKED` or `GUEST_CRASHLOADED`.
 * @returns Its registers and what they mean; undefined where it left nothing.
 */
export function panicOf({ message }: Entry): readonly Decoded[] | undefined {
  const { data } = (message ?? {}) as { data?: { info?: unknown } };
  const info = data?.info;
  if (typeof info !== "object" || info === null) return undefined;
  return decode(info as JsonObject);
}

/**
 * Takes apart a `GuestPanicInformation`.
 *
 * @param info What a guest left.
 * @returns Its members, `type` first, and what they mean.
 *
 * @example Read the state of an s390 processor
 * ```ts
 * import assert from "node:assert/strict";
 * import { decode } from "@qmp/run-state/report";
 *
 * const mask = decode({
 *   type: "s390",
 *   core: 0,
 *   "psw-mask": 0x0002000180000000n,
 *   "psw-addr": 0xfedcba9876543210n,
 *   reason: "disabled-wait",
 * }).find(({ name }) => name === "psw-mask");
 * assert.equal(mask?.value, "0x0002000180000000");
 * assert.ok(mask.meaning.includes("wait state"));
 * assert.ok(mask.meaning.includes("64-bit addressing"));
 * ```
 *
 * @example Name the bug check of a Windows guest
 * ```ts
 * import assert from "node:assert/strict";
 * import { decode } from "@qmp/run-state/report";
 *
 * const [, code] = decode({
 *   type: "hyper-v",
 *   arg1: 0xefn, arg2: 0n, arg3: 0n, arg4: 0n, arg5: 0n,
 * });
 * assert.deepEqual(code?.meaning, ["bug check CRITICAL_PROCESS_DIED"]);
 * ```
 */
export function decode(info: JsonObject): readonly Decoded[] {
  const { type = null, ...members } = info;
  const rows: Decoded[] = [
    { name: "type", value: written("type", type), meaning: [] },
  ];
  for (const name of order(type, Object.keys(members)).slice(0, mostMembers)) {
    const value = members[name]!;
    rows.push({
      name: own(shorten(name)),
      value: own(written(name, value)),
      meaning: meaningOf(type, name, value, info),
    });
  }
  return rows;
}

/** QAPI's order: QEMU sends members in that of a hash table. */
function order(type: JsonValue, names: string[]): string[] {
  const own = type === "s390"
    ? ["core", "reason", "psw-mask", "psw-addr"]
    : ["arg1", "arg2", "arg3", "arg4", "arg5"];
  return [
    ...own.filter((each) => names.includes(each)),
    ...names.filter(
      (each) => !own.includes(each),
    ),
  ];
}

function meaningOf(
  type: JsonValue,
  name: string,
  value: JsonValue,
  info: JsonObject,
): readonly string[] {
  const number = integer(value);
  if (number === undefined) {
    return type === "s390" && name === "reason" ? reasons.get(value) ?? [] : [];
  }
  if (type === "s390" && name === "psw-mask") return pswMask(number);
  return type === "hyper-v" ? hyperV(name, number, info) : [];
}

function integer(value: JsonValue | undefined): bigint | undefined {
  return typeof value === "bigint" || Number.isSafeInteger(value)
    ? BigInt(value as bigint | number)
    : undefined;
}

function written(name: string, value: JsonValue): string {
  const number = integer(value);
  if (number !== undefined && number >= 0n && name !== "core") {
    return hexadecimal(number);
  }
  return shorten(
    typeof value === "object" ? stringifyJson(value) : String(value),
  );
}

/** As QEMU's own messages and the manuals write registers. */
function hexadecimal(number: bigint): string {
  return `0x${number.toString(16).padStart(16, "0")}`;
}

const reasons: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["disabled-wait", ["waits with all interrupts disabled"]],
  ["extint-loop", ["an external interrupt would interrupt its own handler"]],
  ["pgmint-loop", ["the new PSW of program interrupts is bad"]],
  ["opint-loop", [
    "an operation exception at the new PSW of program interrupts",
  ]],
]);

/**
 * Reads the first half of a program-status word, whose bits z/Architecture
 * (Principles of Operation, chapter 4) counts from the left.
 */
function pswMask(mask: bigint): readonly string[] {
  const bits = (first: number, length: number) =>
    Number(mask >> BigInt(64 - first - length) & (1n << BigInt(length)) - 1n);
  const flags: readonly (readonly [number, string])[] = [
    [1, "program-event recording"],
    [5, "dynamic address translation"],
    [6, "I/O interrupts enabled"],
    [7, "external interrupts enabled"],
    [13, "machine checks enabled"],
    [14, "wait state"],
    [15, "problem state"],
    [20, "fixed-point overflow mask"],
    [21, "decimal overflow mask"],
    [22, "HFP exponent underflow mask"],
    [23, "HFP significance mask"],
  ];
  const meaning = flags.filter(([bit]) => bits(bit, 1) === 1)
    .map(([, name]) => name);
  if (bits(6, 2) === 0 && bits(13, 1) === 0) {
    meaning.push("all interrupts disabled");
  }
  if (bits(15, 1) === 0) meaning.push("supervisor state");
  if (bits(5, 1) === 1) {
    meaning.push(
      `${
        ["primary", "access-register", "secondary", "home"][bits(16, 2)]
      } space mode`,
    );
  }
  meaning.push(
    `key ${bits(8, 4)}`,
    `condition code ${bits(18, 2)}`,
    // EA without BA is no mode that there is.
    [
      "24-bit addressing",
      "31-bit addressing",
      "invalid addressing mode",
      "64-bit addressing",
    ][
      bits(31, 1) << 1 | bits(32, 1)
    ]!,
  );
  return meaning;
}

/**
 * Windows writes the bug check into the five crash registers, the code first.
 * Linux (hyperv_report_panic() in arch/x86/hyperv or drivers/hv) writes its
 * error code, its own identity, and the registers that follow.
 */
function hyperV(
  name: string,
  number: bigint,
  info: JsonObject,
): readonly string[] {
  // Bit 63 of a guest's identity says that its source is open; 1 in the bits
  // below it, that it is Linux.
  const identity = integer(info["arg2"]) ?? 0n;
  const isLinux = identity >> 56n === 0x81n;
  if (isLinux) {
    const version = identity >> 16n & 0xffffffffn;
    const meaning: Readonly<Record<string, string>> = {
      arg1: "error code of Linux",
      arg2: `identity of Linux ${version >> 16n & 0xffn}.${
        version >> 8n & 0xffn
      }.${version & 0xffn}`,
      arg3: "instruction pointer",
      arg4: "register ax",
      arg5: "stack pointer",
    };
    return Object.hasOwn(meaning, name) ? [meaning[name]!] : [];
  }
  const isBugCheck = bugChecks.has(integer(info["arg1"]) ?? -1n);
  if (!isBugCheck) return [];
  if (name === "arg1") return [`bug check ${bugChecks.get(number)}`];
  const place = /^arg([2-5])$/.exec(name)?.[1];
  return place === undefined ? [] : [`parameter ${Number(place) - 1}`];
}
