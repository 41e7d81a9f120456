/**
 * The unions over the mirror, and the one over all of QMP.
 *
 * @module
 */

import * as v from "valibot";
import type { Path } from "../wire/finding.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { commandSchema, eventSchema, schemaOf, seed } from "./edition.ts";
import type { EventSchema, Timestamp } from "./qapi.ts";
import { matching } from "./scalar.ts";
import {
  type Command,
  type ErrorReply,
  type Event,
  type Greeting,
  kindOf,
  type Return,
} from "./qmp.ts";
import {
  GUEST_CRASHLOADED,
  GUEST_PANICKED,
  MEMORY_FAILURE,
  POWERDOWN,
  queryStatus,
  RESET,
  RESUME,
  setAction,
  SHUTDOWN,
  STOP,
  SUSPEND,
  SUSPEND_DISK,
  WAKEUP,
  WATCHDOG,
  watchdogSetAction,
} from "./run_state.ts";

/** The events of run-state, told apart by `event`. */
export type RunStateEvent =
  | SHUTDOWN
  | POWERDOWN
  | RESET
  | STOP
  | RESUME
  | SUSPEND
  | SUSPEND_DISK
  | WAKEUP
  | WATCHDOG
  | GUEST_PANICKED
  | GUEST_CRASHLOADED
  | MEMORY_FAILURE;
/**
 * Schema of the type {@linkcode RunStateEvent}. It tries its options one by
 * one; where many events pass, `read` finds the schema by its name.
 *
 * @example Let the compiler see that no event is forgotten
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RunStateEvent } from "@qmp/run-state";
 *
 * const event = v.parse(RunStateEvent, {
 *   event: "WATCHDOG",
 *   data: { action: "pause" },
 *   timestamp: { seconds: 1267061043, microseconds: 959568 },
 * });
 * assert.equal(event.event === "WATCHDOG" && event.data.action, "pause");
 * ```
 */
export const RunStateEvent: v.VariantSchema<"event", [
  EventSchema<SHUTDOWN>,
  EventSchema<POWERDOWN>,
  EventSchema<RESET>,
  EventSchema<STOP>,
  EventSchema<RESUME>,
  EventSchema<SUSPEND>,
  EventSchema<SUSPEND_DISK>,
  EventSchema<WAKEUP>,
  EventSchema<WATCHDOG>,
  EventSchema<GUEST_PANICKED>,
  EventSchema<GUEST_CRASHLOADED>,
  EventSchema<MEMORY_FAILURE>,
], undefined> = /* @__PURE__ */ v.variant("event", [
  SHUTDOWN,
  POWERDOWN,
  RESET,
  STOP,
  RESUME,
  SUSPEND,
  SUSPEND_DISK,
  WAKEUP,
  WATCHDOG,
  GUEST_PANICKED,
  GUEST_CRASHLOADED,
  MEMORY_FAILURE,
]);

/** The commands of run-state, told apart by `execute`. */
export type RunStateCommand = queryStatus | watchdogSetAction | setAction;
/**
 * Schema of the type {@linkcode RunStateCommand}.
 *
 * @example Refuse a command before QEMU does
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RunStateCommand } from "@qmp/run-state";
 *
 * assert.ok(v.is(RunStateCommand, { execute: "query-status" }));
 * assert.equal(
 *   v.is(RunStateCommand, { execute: "watchdog-set-action" }),
 *   false,
 * );
 * ```
 */
export const RunStateCommand: v.VariantSchema<"execute", [
  typeof queryStatus,
  typeof watchdogSetAction,
  typeof setAction,
], undefined> = /* @__PURE__ */ v.variant("execute", [
  queryStatus,
  watchdogSetAction,
  setAction,
]);

/** Something in a message that the edition does not know. */
export interface Unknown {
  /** Where it is, from the message's root; or should be, where it is absent. */
  readonly path: Path;
  /** The first release that has it, where a later edition does. */
  readonly since?: string;
  /** The first release that lacks it, where an earlier edition has it. */
  readonly until?: string;
}

/**
 * An event or a reply of run-state that holds something the edition does not
 * know. Its shape differs from that of a {@linkcode Message}, so that an
 * exhaustive `switch` is not fooled by a value it does not list.
 */
export interface Forwarded {
  /** The event's name, or that of the command which the reply answers. */
  readonly forwarded: string;
  /** The event's `data` or the reply's `return`, to the last member. */
  readonly data: unknown;
  /** What the edition does not know. */
  readonly unknown: readonly Unknown[];
  /** When the event happened. */
  readonly timestamp?: Timestamp;
  /** The id of the command that a reply answers. */
  readonly id?: JsonValue;
}

/** Any QMP message, whichever way it goes. */
export type Message =
  | Greeting
  | RunStateCommand
  | Command
  | Return
  | ErrorReply
  | RunStateEvent
  | Event;
/**
 * Schema of the type {@linkcode Message}: run-state's own messages by their
 * own schemas, all others by the envelope.
 *
 * @example Take whatever a monitor says
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { isRunStateEvent, Message, parseJson } from "@qmp/run-state";
 *
 * const message = v.parse(Message, parseJson(
 *   '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "RESET", ' +
 *     '"data": {"guest": true, "reason": "guest-reset"}}',
 * ));
 * if (isRunStateEvent(message) && message.event === "RESET") {
 *   assert.equal(message.data.reason, "guest-reset");
 * }
 * ```
 */
export const Message: v.GenericSchema<unknown, Message> = /* @__PURE__ */ v
  .lazy((value): v.GenericSchema<unknown, Message> => {
    const kind = kindOf(value);
    return kind === undefined
      ? NotQmp
      : schemaOf(seed, value as JsonObject, kind) as v.GenericSchema<never>;
  });

const NotQmp = /* @__PURE__ */ matching<never>("QMP message", () => false);

/**
 * Tells an event of run-state from a foreign one, for the compiler, by its name.
 * What was read by another edition than the seed's may hold values that
 * {@linkcode RunStateEvent} does not list: there `eventOf` of the entry
 * `./editions` tells.
 *
 * @param message A message that {@linkcode Message} or `read` gave; there may be
 * none.
 * @returns Whether it is one of {@linkcode RunStateEvent}.
 *
 * @example Let a switch see the names
 * ```ts
 * import assert from "node:assert/strict";
 * import { isRunStateEvent, type Message } from "@qmp/run-state";
 *
 * const stops = (message: Message) =>
 *   isRunStateEvent(message) && message.event === "STOP";
 * const timestamp = { seconds: 1267041730, microseconds: 281295 };
 * assert.ok(stops({ event: "STOP", timestamp }));
 * assert.equal(stops({ event: "RTC_CHANGE", timestamp }), false);
 * ```
 */
export function isRunStateEvent(
  message: Message | Forwarded | undefined,
): message is RunStateEvent {
  return message !== undefined && "event" in message &&
    eventSchema(seed, message.event) !== undefined;
}

/**
 * Tells a command of run-state from a foreign one, for the compiler, by its name.
 * What was read by another edition than the seed's may hold values that
 * {@linkcode RunStateCommand} does not list.
 *
 * @param message A message that {@linkcode Message} or `read` gave; there may be
 * none.
 * @returns Whether it is one of {@linkcode RunStateCommand}.
 *
 * @example Let a switch see the names
 * ```ts
 * import assert from "node:assert/strict";
 * import { isRunStateCommand } from "@qmp/run-state";
 *
 * assert.ok(isRunStateCommand({ execute: "query-status" }));
 * assert.equal(isRunStateCommand({ execute: "quit" }), false);
 * ```
 */
export function isRunStateCommand(
  message: Message | Forwarded | undefined,
): message is RunStateCommand {
  return message !== undefined && "execute" in message &&
    commandSchema(seed, message.execute) !== undefined;
}
