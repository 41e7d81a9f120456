/**
 * QEMU's run-state protocol as Valibot schemas, and QMP's texts read and
 * written to the last digit.
 *
 * This entry mirrors `qapi/run-state.json` as it stood between QEMU 5.2 and
 * 6.0. Its `set-action` was never released like this, and QEMU 9.0 has no
 * `singlestep` any more: for a release, take its edition.
 *
 * @example Lose no digit of a register
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { parseJson, RunStateEvent, stringifyJson } from "@qmp/run-state";
 *
 * const text = '{"timestamp": {"seconds": 1, "microseconds": 2}, ' +
 *   '"event": "GUEST_PANICKED", "data": {"action": "pause", "info": ' +
 *   '{"core": 0, "psw-addr": 18364758544493064720, ' +
 *   '"reason": "disabled-wait", "psw-mask": 562956395872256, "type": "s390"}}}';
 * const value = parseJson(text);
 * assert.ok(v.is(RunStateEvent, value));
 * assert.equal(stringifyJson(value, { style: "qemu" }), text);
 * ```
 *
 * @module
 */

export type {
  Finding,
  FindingCode,
  Path,
  Severity,
} from "./src/wire/finding.ts";
export type { JsonObject, JsonOptions, JsonValue } from "./src/wire/json.ts";
export {
  JsonSyntaxError,
  type NotRead,
  parseJson,
  type Read,
  safeParseJson,
} from "./src/wire/parse_json.ts";
export { type JsonText, splitJson } from "./src/wire/split_json.ts";
export type { Stage } from "./src/wire/stage.ts";
export {
  stringifyJson,
  type StringifyOptions,
} from "./src/wire/stringify_json.ts";
export {
  type Args,
  type CommandMessage,
  type CommandSchema,
  type Empty,
  type Enum,
  type EventMessage,
  type EventSchema,
  type Leaf,
  type Member,
  type Members,
  type Nested,
  type Optional,
  type OptionalAny,
  type Several,
  type Struct,
  Timestamp,
  type TimestampSchema,
  type Union,
  type UnionOption,
} from "./src/schema/qapi.ts";
export {
  type Any,
  type Exactly,
  type Input,
  type Schema,
  uint32,
  uint64,
} from "./src/schema/scalar.ts";
export {
  type AnyObject,
  Command,
  ErrorReply,
  Event,
  Greeting,
  type GreetingVersion,
  type Kind,
  kindOf,
  type OptionalAnyObject,
  QapiErrorClass,
  Return,
  VersionTriple,
} from "./src/schema/qmp.ts";
export {
  GUEST_CRASHLOADED,
  GUEST_PANICKED,
  GuestPanicAction,
  GuestPanicInformation,
  GuestPanicInformationHyperV,
  GuestPanicInformationS390,
  GuestPanicInformationType,
  MEMORY_FAILURE,
  MemoryFailureAction,
  MemoryFailureFlags,
  MemoryFailureRecipient,
  PanicAction,
  POWERDOWN,
  queryStatus,
  RebootAction,
  RESET,
  RESUME,
  RunState,
  S390CrashReason,
  setAction,
  type SetActionArguments,
  SHUTDOWN,
  ShutdownAction,
  ShutdownCause,
  StatusInfo,
  STOP,
  SUSPEND,
  SUSPEND_DISK,
  WAKEUP,
  WATCHDOG,
  WatchdogAction,
  watchdogSetAction,
  type WatchdogSetActionArguments,
} from "./src/schema/run_state.ts";
export { type Edition, seed } from "./src/schema/edition.ts";
export {
  isRunStateCommand,
  isRunStateEvent,
  Message,
  RunStateCommand,
  RunStateEvent,
} from "./src/schema/message.ts";
