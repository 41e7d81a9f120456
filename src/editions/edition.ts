/**
 * An edition of the protocol: what a release defines, and the schemas made of
 * it.
 *
 * @module
 */

import type * as v from "valibot";
import {
  command,
  type Empty,
  type Enum,
  enumeration,
  event,
  type EventMessage,
  optional,
  type Struct,
  struct,
  union,
} from "../schema/qapi.ts";
import { bool, str, uint32, uint64 } from "../schema/scalar.ts";
import type { Edition as Schemas } from "../schema/edition.ts";
import type {
  Definition,
  Definitions,
  MemberTypes,
  Transition,
  UnionDefinition,
} from "./definition.ts";
import type { EditionName, EditionSchemas } from "./known.ts";
import { loreOf } from "./lore.ts";
import { release } from "./release.ts";
import {
  requireVersion,
  type Resolution,
  resolveVersion,
  type VersionedGreeting,
  type VersionNotice,
} from "./version.ts";

/** Run-state as one QEMU release defines it. */
export interface Edition<Name extends string = string> extends Schemas {
  /** What is to be said of the version that led here, where anything is. */
  readonly notice?: VersionNotice;
  /** The schemas by QAPI's names; those of commands and events are of the whole message. */
  readonly schemas: EditionSchemas<Name>;
  /** What `qapi/run-state.json` defines, in its order. */
  readonly definitions: Definitions;
  /** Which run state may lead to which other, sorted by name. */
  readonly transitions: readonly Transition[];
}

/**
 * Gives the edition of the protocol that a QEMU speaks. Each is built once,
 * when it is first asked for.
 *
 * @param version An edition's name, a version as QEMU prints it, or a greeting.
 * @returns The schemas and the facts of that edition.
 * @throws {RangeError} The version is older than 2.11, or none at all.
 *
 * @example Judge a message by the release that sent it
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { edition } from "@qmp/run-state/editions";
 *
 * const { StatusInfo } = edition("9.0").schemas;
 * assert.ok(v.is(StatusInfo, { running: true, status: "running" }));
 * assert.equal("singlestep" in StatusInfo.entries, false);
 * assert.ok("singlestep" in edition("8.2").schemas.StatusInfo.entries);
 * ```
 *
 * @example Take the version from the greeting
 * ```ts
 * import assert from "node:assert/strict";
 * import { edition, type VersionCode } from "@qmp/run-state/editions";
 *
 * const { name, notice } = edition({
 *   QMP: {
 *     version: { qemu: { major: 9, minor: 0, micro: 50 }, package: "" },
 *     capabilities: [],
 *   },
 * });
 * const code: VersionCode | undefined = notice?.code;
 * assert.deepEqual([name, code], ["9.1", "IN_THE_MAKING"]);
 * ```
 */
export function edition<const Version extends string | VersionedGreeting>(
  version: Version,
): Edition<Version extends EditionName ? Version : string> {
  return editionOf(requireVersion(version)) as never;
}

/**
 * Gives the edition to go by, whatever a QEMU says of its version: that of
 * 2.11 where it is older than all that is known, or says nothing. Read by the
 * policy `forward` then, which is the default: what such a QEMU leaves out is
 * no fault of its own.
 *
 * @param version As {@linkcode edition} takes it.
 * @returns The edition, and in its `notice` what is odd about the version.
 *
 * @example Read what a very old QEMU said
 * ```ts
 * import assert from "node:assert/strict";
 * import { editionFor } from "@qmp/run-state/editions";
 * import { read } from "@qmp/run-state/replay";
 *
 * const text = '{"timestamp": {"seconds": 1, "microseconds": 2}, ' +
 *   '"event": "SHUTDOWN"}';
 * const { edition, notices, entries } = read([{ line: 1, offset: 0, text }], {
 *   edition: editionFor("1.5.3"),
 * });
 * assert.equal(edition, "2.11");
 * assert.equal(notices[0]?.code, "OLDER_THAN_KNOWN");
 * assert.equal(entries[0]?.findings[0]?.severity, "notice");
 * ```
 */
export function editionFor(version: string | VersionedGreeting): Edition {
  return editionOf(resolveVersion(version));
}

function editionOf({ edition: name, notice }: Resolution): Edition {
  const made = built.get(name) ?? build(name);
  return notice ? { ...made, notice } : made;
}

const built = new Map<string, Edition>();

function build(name: string): Edition {
  const { definitions, transitions } = release(name);
  const schemas = schemasOf(definitions) as EditionSchemas<string>;
  const lore = loreOf({ name, definitions });
  const made = { name, schemas, definitions, transitions, lore };
  built.set(name, made);
  return made;
}

/**
 * Builds the schemas of a release with the words that the mirror is written
 * in. What those words check of a hand-written file, the compiler cannot check
 * of data: hence the casts.
 */
function schemasOf(definitions: Definitions): object {
  const schemas: Record<string, v.GenericSchema> = {
    bool,
    str,
    uint32,
    uint64,
  };

  function schemaOf(type: string): v.GenericSchema {
    return schemas[type] ??= make(type, definitions[type] as Definition);
  }

  function members(types: MemberTypes): v.ObjectEntries {
    return Object.fromEntries(
      Object.entries(types).map(([name, type]) =>
        name.startsWith("*")
          ? [name.slice(1), optional(schemaOf(type))]
          : [name, schemaOf(type)]
      ),
    );
  }

  /** A branch has the rest of the base beside its own members; a value may go without one of its own. */
  function branches(
    { base, discriminator, branches }: UnionDefinition,
  ): Record<string, v.GenericSchema> {
    const { [discriminator]: tag, ...rest } = base;
    const { options } = schemaOf(tag as string) as Enum<string[]>;
    return Object.fromEntries(options.map((value) => {
      const own = branches[value] === undefined
        ? {}
        : (schemaOf(branches[value]) as Struct<Empty>).entries;
      return [value, struct({ ...members(rest), ...own })];
    }));
  }

  function make(name: string, definition: Definition): v.GenericSchema {
    switch (definition.kind) {
      case "enum":
        return enumeration(definition.values);
      case "struct":
        return struct(members(definition.members) as never);
      case "union":
        return union(definition.discriminator, branches(definition) as never);
      case "command":
        return command(name, {
          data: members(definition.members) as never,
          returns: definition.returns === undefined
            ? struct({})
            : schemaOf(definition.returns) as never,
          allowPreconfig: definition["allow-preconfig"] === true,
        });
      case "event":
        return Object.keys(definition.members).length > 0
          ? event<EventMessage<string, object>>(
            name,
            members(definition.members) as never,
          )
          : event(name);
    }
  }

  return Object.fromEntries(
    Object.keys(definitions).map((name) => [name, schemaOf(name)]),
  );
}
