/**
 * The events of an edition, for the compiler.
 *
 * @module
 */

import type * as v from "valibot";
import { eventSchema, requireEdition } from "../schema/edition.ts";
import type { Forwarded, Message } from "../schema/message.ts";
import type { Edition } from "./edition.ts";
import type { EditionSchemas, KnownSchemas } from "./known.ts";

/** The events of an edition, told apart by `event`: every edition's where the name is not known to the compiler. */
export type EventOf<Name extends string> = Extract<
  v.InferOutput<KnownSchemas[keyof KnownSchemas & keyof EditionSchemas<Name>]>,
  { event: string }
>;

/**
 * Gives an event of run-state as an edition has it, so that the compiler sees a
 * switch over its events, or over what they hold, to be exhaustive.
 *
 * @param message What `read` gave by this edition; there may be none.
 * @param edition The edition.
 * @returns The event; undefined for a foreign one, for what was forwarded since
 * the edition does not know it, and for all that is no event.
 * @throws {TypeError} The edition is none.
 *
 * @example Leave out no cause of a shutdown that a release has
 * ```ts
 * import assert from "node:assert/strict";
 * import { edition, eventOf } from "@qmp/run-state/editions";
 * import { read } from "@qmp/run-state/replay";
 *
 * const release = edition("7.2");
 * const text = '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": ' +
 *   '"RESET", "data": {"guest": false, "reason": "snapshot-load"}}';
 * const records = [{ line: 1, offset: 0, text }];
 * const [entry] = read(records, { edition: release }).entries;
 *
 * const event = eventOf(entry?.message, release);
 * assert.ok(event?.event === "RESET");
 * assert.equal(event.data.reason, "snapshot-load");
 * ```
 */
export function eventOf<Name extends string>(
  message: Message | Forwarded | undefined,
  edition: Edition<Name>,
): EventOf<Name> | undefined {
  requireEdition(edition, "schemas");
  return message !== undefined && "event" in message &&
      eventSchema(edition, message.event) !== undefined
    ? message as EventOf<Name>
    : undefined;
}
