/**
 * What the protocol is like in one version of QEMU, and how a message finds
 * its schema there.
 *
 * @module
 */

import type * as v from "valibot";
import type { FindingCode, Path } from "../wire/finding.ts";
import type { JsonObject } from "../wire/json.ts";
import { shown } from "./explain.ts";
import { type CommandSchema, object, optionalAny } from "./qapi.ts";
import {
  Command,
  ErrorReply,
  Event,
  Greeting,
  type Kind,
  Return,
} from "./qmp.ts";
import {
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
} from "./run_state.ts";

/** Something in a message that an edition does not know, or that it lacks. */
export interface Question {
  /** What is wrong with it. */
  readonly code: FindingCode;
  /** The kind of the message. */
  readonly kind: Kind;
  /** The name of the event or command; of a reply, that of the command it answers. */
  readonly name: string;
  /** Where it is, from the message's root. */
  readonly path: Path;
  /** What stands there. */
  readonly value: unknown;
}

/** What other editions know of it. */
export interface Lore {
  /** Whether any edition has it. */
  readonly known: boolean;
  /** The first release that has it; absent where the oldest one already does. */
  readonly since?: string;
  /** The first release that lacks it again; absent where the newest still has it. */
  readonly until?: string;
  /** What there is to say of it, for people. */
  readonly why?: string;
}

/** Run-state as one version of QEMU defines it. */
export interface Edition {
  /** Its name: `"seed"`, or a release such as `"7.2"`. */
  readonly name: string;
  /** What is to be said of the version that it was chosen for, where anything is. */
  readonly notice?: {
    /** What it is, for programs. */
    readonly code: FindingCode;
    /** What it is, for people. */
    readonly message: string;
  };
  /** The schemas of all that run-state.json defines there, by QAPI's names. */
  readonly schemas: Readonly<Record<string, v.GenericSchema>>;
  /** What other editions know of what this one does not; absent where it stands alone. */
  readonly lore?: (question: Question) => Lore | undefined;
}

/**
 * The edition that the entry `.` mirrors: QEMU's development tree of
 * 2020-12-11, between 5.2 and 6.0.
 *
 * @example Look up a schema by QAPI's name
 * ```ts
 * import assert from "node:assert/strict";
 * import { queryStatus, seed } from "@qmp/run-state";
 *
 * assert.equal(seed.schemas["query-status"], queryStatus);
 * assert.equal(Object.keys(seed.schemas).length, 31);
 * ```
 */
export const seed: Edition = {
  name: "seed",
  schemas: {
    RunState,
    ShutdownCause,
    StatusInfo,
    "query-status": queryStatus,
    SHUTDOWN,
    POWERDOWN,
    RESET,
    STOP,
    RESUME,
    SUSPEND,
    SUSPEND_DISK,
    WAKEUP,
    WatchdogAction,
    WATCHDOG,
    RebootAction,
    ShutdownAction,
    PanicAction,
    "watchdog-set-action": watchdogSetAction,
    "set-action": setAction,
    GuestPanicAction,
    GuestPanicInformationType,
    GuestPanicInformationHyperV,
    S390CrashReason,
    GuestPanicInformationS390,
    GuestPanicInformation,
    GUEST_PANICKED,
    GUEST_CRASHLOADED,
    MemoryFailureRecipient,
    MemoryFailureAction,
    MemoryFailureFlags,
    MEMORY_FAILURE,
  },
};

/**
 * Refuses what is no edition, such as the name of one.
 *
 * @param edition What was given.
 * @param part What it must have.
 * @throws {TypeError} If it has not.
 */
export function requireEdition<Part extends string>(
  edition: Readonly<Record<Part, object>>,
  part: Part,
): void {
  const given = edition as Partial<typeof edition> | null | undefined;
  if (typeof given?.[part] === "object") return;
  throw new TypeError(
    `Cannot go by ${
      shown(given)
    } as an edition: give what edition() of ./editions gives`,
  );
}

/**
 * Finds the schema of an event of run-state.
 *
 * @param edition Where to look.
 * @param name The event's name.
 * @returns Its schema; undefined where the edition has no such event.
 */
export function eventSchema(
  edition: Edition,
  name: unknown,
): v.GenericSchema | undefined {
  const schema = named(edition, name);
  return schema !== undefined && isEvent(schema) ? schema : undefined;
}

/**
 * Finds the schema of a command of run-state.
 *
 * @param edition Where to look.
 * @param name The command's name.
 * @returns Its schema; undefined where the edition has no such command.
 */
export function commandSchema(
  edition: Edition,
  name: unknown,
): CommandSchema<string> | undefined {
  const schema = named(edition, name);
  return schema !== undefined && isCommand(schema) ? schema : undefined;
}

/**
 * Gives the schema of the reply to a command that succeeded.
 *
 * @param command The schema of the command.
 * @returns The schema of the whole reply; a new one each time.
 */
export function replySchema(command: CommandSchema<string>): v.GenericSchema {
  return object({ return: command.returns, id: optionalAny });
}

/**
 * Finds the schema of a message: run-state's own by their names, all others
 * by the envelope alone.
 *
 * @param edition Where to look.
 * @param value The message.
 * @param kind Its kind.
 * @returns Its schema.
 */
export function schemaOf(
  edition: Edition,
  value: JsonObject,
  kind: Kind,
): v.GenericSchema {
  return (kind === "event"
    ? eventSchema(edition, value["event"])
    : kind === "command"
    ? commandSchema(edition, value["execute"])
    : undefined) ?? envelopes[kind];
}

/** The schemas of what is in every message of a kind. */
export const envelopes: Readonly<Record<Kind, v.GenericSchema>> = {
  greeting: Greeting as v.GenericSchema,
  command: Command as v.GenericSchema,
  return: Return as v.GenericSchema,
  error: ErrorReply as v.GenericSchema,
  event: Event as v.GenericSchema,
};

function named(edition: Edition, name: unknown): v.GenericSchema | undefined {
  return typeof name === "string" && Object.hasOwn(edition.schemas, name)
    ? edition.schemas[name]
    : undefined;
}

function isEvent(schema: object): boolean {
  return "entries" in schema &&
    "event" in (schema.entries as Readonly<Record<string, unknown>>);
}

function isCommand(schema: object): schema is CommandSchema<string> {
  return "command" in schema;
}
