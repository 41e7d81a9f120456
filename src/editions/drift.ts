/**
 * How a live QEMU differs from an edition, by its own account.
 *
 * @module
 */

import { requireEdition } from "../schema/edition.ts";
import type { JsonValue } from "../wire/json.ts";
import { type Change, definitionChanges } from "./changes.ts";
import { type Definitions, reachable } from "./definition.ts";
import { describedBy } from "./introspection.ts";

/** How a QEMU differs from an edition. */
export interface Drift {
  /** The name of the edition. */
  readonly edition: string;
  /** What QEMU has that the edition lacks, the other way round, and what differs. */
  readonly changes: readonly Change[];
  /** What no reply can show, in words for people. */
  readonly unseen: string;
}

/** The edition that {@linkcode drift} compares with: what `edition()` gives has it all. */
export interface DriftEdition {
  /** Its name. */
  readonly name: string;
  /** What it defines. */
  readonly definitions: Definitions;
}

const unseen =
  "integer widths cannot be seen there: query-qmp-schema calls each integer " +
  '"int", be it a uint32 or a uint64; nor does it show what is allowed in ' +
  "preconfig, types that no message has, and which run state may lead to which";

/**
 * Compares what a live QEMU says of itself with an edition: the commands and
 * events of run-state that any edition knows, their members, which of these
 * may be absent, and the values of enumerations. QEMU does not tell the names
 * of types; they are taken from the edition.
 *
 * A command or an event that no edition knows cannot be told from those of
 * QEMU's other parts, and integer widths cannot be seen there at all: see
 * {@linkcode Drift.unseen}.
 *
 * @param reply The reply of `query-qmp-schema` (QEMU 2.5 and later), or what it
 * returns.
 * @param edition What to compare with.
 * @returns The differences: those of a client made for the edition that now
 * meets this QEMU.
 * @throws {TypeError} The reply is none of `query-qmp-schema`, or not all of it.
 *
 * @example See what a QEMU has that its edition lacks
 * ```ts
 * import assert from "node:assert/strict";
 * import { drift, edition } from "@qmp/run-state/editions";
 *
 * const reply = {
 *   return: [
 *     { name: "POWERDOWN", "meta-type": "event", "arg-type": "0" },
 *     { name: "STOP", "meta-type": "event", "arg-type": "1" },
 *     { name: "0", "meta-type": "object", members: [] },
 *     {
 *       name: "1",
 *       "meta-type": "object",
 *       members: [{ name: "why", type: "str" }],
 *     },
 *     { name: "str", "meta-type": "builtin", "json-type": "string" },
 *   ],
 * };
 * const { changes, unseen } = drift(reply, edition("7.2"));
 * assert.ok(
 *   changes.some(({ message }) => message === 'STOP gains member "why"'),
 * );
 * assert.ok(
 *   changes.some(({ message }) => message === "event RESUME is gone"),
 * );
 * assert.match(unseen, /integer widths cannot be seen/);
 * ```
 */
export function drift(reply: JsonValue, edition: DriftEdition): Drift {
  requireEdition(edition, "definitions");
  const { name, definitions } = edition;
  const from = pick(definitions, visible(definitions));
  const to = describedBy(reply, definitions);
  return { edition: name, changes: definitionChanges(from, to), unseen };
}

/** What messages are made of; the rest QEMU does not tell. */
function visible(definitions: Definitions): ReadonlySet<string> {
  const starts = Object.entries(definitions).flatMap(([name, definition]) =>
    definition.kind === "command"
      ? [name, definition.returns ?? ""]
      : definition.kind === "event"
      ? [name]
      : []
  );
  return reachable(definitions, starts);
}

function pick(
  definitions: Definitions,
  names: ReadonlySet<string>,
): Definitions {
  return Object.fromEntries(
    Object.entries(definitions).filter(([name]) => names.has(name)),
  );
}
