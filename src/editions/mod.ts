/**
 * Run-state as every QEMU release defines it, from 2.11 to the development
 * tree: schemas and facts by release, what changed between two of them, which
 * of them can have produced a trace, how a live QEMU differs from them, and
 * what each would answer to a command.
 *
 * @example Take the schemas of the release that is spoken to
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { edition } from "@qmp/run-state/editions";
 *
 * const { RebootAction } = edition("7.2").schemas;
 * assert.ok(v.is(RebootAction, "reset"));
 * ```
 *
 * @example Read by the release that wrote a trace
 * ```ts
 * import assert from "node:assert/strict";
 * import { edition } from "@qmp/run-state/editions";
 * import { read } from "@qmp/run-state/replay";
 *
 * const text = '{"timestamp": {"seconds": 1, "microseconds": 2}, ' +
 *   '"event": "GUEST_PVSHUTDOWN"}';
 * const records = [{ line: 1, offset: 0, text }];
 * const { entries } = read(records, { edition: edition("9.1") });
 * assert.deepEqual(entries[0]?.findings, []);
 * ```
 *
 * @module
 */

export { editions } from "./release.ts";
export { type Edition, edition, editionFor } from "./edition.ts";
export { type EventOf, eventOf } from "./event.ts";
export type { Lore, Question } from "../schema/edition.ts";
export type {
  VersionCode,
  VersionedGreeting,
  VersionNotice,
} from "./version.ts";
export { type Breaking, type Change, changes } from "./changes.ts";
export {
  type Compatibility,
  compatible,
  type Evidence,
  type Exhibit,
  type RuledOut,
} from "./compatible.ts";
export {
  type Silence,
  stateOf,
  type Witness,
  witness,
  type Witnesses,
} from "./witness.ts";
export type {
  Activity,
  Consequence,
  Dozing,
  Outcome,
  Seen,
  Standing,
  Stop,
} from "./witness_row.ts";
export { type Drift, drift, type DriftEdition } from "./drift.ts";
export { type Verdict, verdict, type VerdictOptions } from "./verdict.ts";
export type { QemuError } from "./dispatch.ts";
export type {
  CommandDefinition,
  Definition,
  Definitions,
  EnumDefinition,
  EventDefinition,
  MemberTypes,
  StructDefinition,
  Transition,
  UnionDefinition,
} from "./definition.ts";
export type {
  EditionName,
  EditionNames,
  EditionSchemas,
  GUEST_CRASHLOADED,
  GUEST_PANICKED,
  GUEST_PVSHUTDOWN,
  GuestPanicAction,
  GuestPanicInformation,
  GuestPanicInformationHyperV,
  GuestPanicInformationS390,
  GuestPanicInformationSev,
  GuestPanicInformationTdx,
  GuestPanicInformationType,
  KnownSchemas,
  MEMORY_FAILURE,
  MemoryFailureAction,
  MemoryFailureFlags,
  MemoryFailureRecipient,
  NotifyVmexitOption,
  PanicAction,
  POWERDOWN,
  RebootAction,
  RESET,
  RESUME,
  RunState,
  S390CrashReason,
  SetActionArguments,
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
  WatchdogSetActionArguments,
} from "./known.ts";
