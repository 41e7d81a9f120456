/**
 * What changed in run-state between two editions, and whom it breaks.
 *
 * @module
 */

import { release } from "./release.ts";
import { requireVersion } from "./version.ts";
import {
  type CommandDefinition,
  type Definition,
  type Definitions,
  lookUp,
  membersOf,
  type MemberTypes,
  plainName,
  reachable,
  type Release,
  type StructDefinition,
} from "./definition.ts";

/**
 * Whom a change breaks: a client that was right for the one edition and now
 * meets the other.
 */
export interface Breaking {
  /** Whether something that the one took from a client is refused by the other. */
  readonly sender: boolean;
  /**
   * Whether a client may receive what the one could not send, or wait in vain
   * for an event or a member. New events and new members break nobody: QEMU
   * may add them at any time and asks clients to ignore those that they do not
   * know. It asks no such thing of new values and new transitions, and those
   * do break closed enumerations and state machines, so they count.
   */
  readonly receiver: boolean;
}

/** One thing that changed between two editions. */
export interface Change {
  /** What changed. */
  readonly what:
    | Definition["kind"]
    | "value"
    | "member"
    | "branch"
    | "returns"
    | "allow-preconfig"
    | "deprecation"
    | "transition";
  /** How it changed. */
  readonly how: "added" | "removed" | "changed";
  /** Where: the definition, then the value, member or branch; of a transition, both states. */
  readonly path: readonly string[];
  /** Whom it breaks. */
  readonly breaking: Breaking;
  /** The change in words. */
  readonly message: string;
}

/**
 * Tells what changed in run-state between two editions, the older one first or
 * last. The order of values and members is no change: the wire does not show
 * it.
 *
 * @param from What a client was made for: an edition's name or a version.
 * @param to What it meets.
 * @returns The changes: definition by definition, then the transitions.
 * @throws {RangeError} A version is older than 2.11, or none at all.
 *
 * @example See what an upgrade breaks
 * ```ts
 * import assert from "node:assert/strict";
 * import { changes } from "@qmp/run-state/editions";
 *
 * const [gone] = changes("8.2", "9.0").filter(({ what }) => what === "member");
 * assert.equal(gone?.message, 'StatusInfo loses member "singlestep"');
 * assert.deepEqual(gone?.breaking, { sender: false, receiver: true });
 * ```
 */
export function changes(from: string, to: string): Change[] {
  const [older, newer] = [from, to].map((version) =>
    release(requireVersion(version).edition)
  ) as [Release, Release];
  return [
    ...definitionChanges(older.definitions, newer.definitions),
    ...transitionChanges(older, newer),
  ];
}

const nobody: Breaking = { sender: false, receiver: false };

/**
 * Tells what changed between two sets of definitions.
 *
 * @param from What a client was made for.
 * @param to What it meets.
 * @returns The changes, definition by definition.
 */
export function definitionChanges(
  from: Definitions,
  to: Definitions,
): Change[] {
  const [sent, sentNow] = [reached(from, "command"), reached(to, "command")];
  const [received, receivedNow] = [
    reached(from, "event"),
    reached(to, "event"),
  ];
  return Object.keys({ ...from, ...to }).flatMap((name) => {
    const [was, is] = [lookUp(from, name), lookUp(to, name)];
    if (!was || !is) return presence(name, was, is);
    return changesOf(name, was, is, {
      sender: sent.has(name) && sentNow.has(name),
      receiver: received.has(name) && receivedNow.has(name),
    });
  });
}

/** The names of the definitions that shape what a client sends (commands), or what it receives (events, and what commands return). */
function reached(
  definitions: Definitions,
  from: "command" | "event",
): ReadonlySet<string> {
  const starts = Object.entries(definitions).map(([name, definition]) =>
    definition.kind === from
      ? name
      : definition.kind === "command"
      ? definition.returns ?? ""
      : ""
  );
  return reachable(definitions, starts);
}

/** An enumeration's values, a union's branches with their types. */
function listOf(definition: Definition): MemberTypes {
  switch (definition.kind) {
    case "enum":
      return Object.fromEntries(definition.values.map((value) => [value, ""]));
    case "union":
      return definition.branches;
    default:
      return {};
  }
}

function presence(
  name: string,
  was: Definition | undefined,
  is: Definition | undefined,
): Change[] {
  const { kind } = (is ?? was) as Definition;
  const breaking = {
    sender: !is && kind === "command",
    receiver: !is && kind === "event",
  };
  return [{
    what: kind,
    how: is ? "added" : "removed",
    path: [name],
    breaking,
    message: `${kind} ${name} is ${is ? "new" : "gone"}`,
  }];
}

/** Compares what both have; `used` says whether clients send and receive it. */
function changesOf(
  name: string,
  was: Definition,
  is: Definition,
  used: Breaking,
): Change[] {
  if (was.kind !== is.kind || discriminator(was) !== discriminator(is)) {
    return [{
      what: is.kind,
      how: "changed",
      path: [name],
      breaking: used,
      message: `${is.kind} ${name} is not the ${was.kind} that it was`,
    }];
  }
  return [
    ...memberChanges(name, membersOf(was), membersOf(is), used),
    ...listChanges(name, listOf(was), listOf(is), used),
    ...(was.kind === "command" && is.kind === "command"
      ? commandChanges(name, was, is)
      : []),
    ...(was.kind === "struct" && is.kind === "struct"
      ? deprecationChanges(name, was, is)
      : []),
  ];
}

function discriminator(definition: Definition): string | undefined {
  return definition.kind === "union" ? definition.discriminator : undefined;
}

function memberChanges(
  name: string,
  from: MemberTypes,
  to: MemberTypes,
  used: Breaking,
): Change[] {
  const names = Object.keys({ ...from, ...to })
    .map(plainName);
  return [...new Set(names)].flatMap((member): Change[] => {
    const [was, is] = [memberIn(from, member), memberIn(to, member)];
    if (was?.spelt === is?.spelt) return [];
    const retyped = !!was && !!is && was.type !== is.type;
    const breaking = {
      sender: used.sender &&
        (!is || retyped || (is.required && !was?.required)),
      receiver: used.receiver && !!was &&
        (retyped || (was.required && !is?.required)),
    };
    return [{
      what: "member",
      how: howOf(was, is),
      path: [name, member],
      breaking,
      message: was && is
        ? `${name} has "${is.spelt}" where it had "${was.spelt}"`
        : `${name} ${is ? "gains" : "loses"} member "${member}"`,
    }];
  });
}

interface Member {
  readonly type: string;
  readonly required: boolean;
  /** `"*name: type"`, as QAPI spells it. */
  readonly spelt: string;
}

function memberIn(members: MemberTypes, name: string): Member | undefined {
  const required = Object.hasOwn(members, name);
  const type = lookUp(members, name) ?? lookUp(members, `*${name}`);
  return type === undefined ? undefined : {
    type,
    required,
    spelt: `${required ? "" : "*"}${name}: ${type}`,
  };
}

function listChanges(
  name: string,
  from: MemberTypes,
  to: MemberTypes,
  used: Breaking,
): Change[] {
  return Object.keys({ ...from, ...to }).flatMap((item): Change[] => {
    const [was, is] = [lookUp(from, item), lookUp(to, item)];
    if (was === is) return [];
    // A value of an enumeration has the type "", a branch that of its struct.
    const what = (was ?? is) === "" ? "value" : "branch";
    const how = howOf(was, is);
    return [{
      what,
      how,
      path: [name, item],
      breaking: {
        sender: used.sender && how !== "added",
        receiver: used.receiver && how !== "removed",
      },
      message: how === "changed"
        ? `${name} has ${is} where it had ${was} for "${item}"`
        : `${name} ${how === "added" ? "gains" : "loses"} ${what} "${item}"`,
    }];
  });
}

function howOf(was: unknown, is: unknown): Change["how"] {
  return was === undefined ? "added" : is === undefined ? "removed" : "changed";
}

function commandChanges(
  name: string,
  was: CommandDefinition,
  is: CommandDefinition,
): Change[] {
  const list: Change[] = [];
  if (was.returns !== is.returns) {
    const [old, now] = [was.returns ?? "nothing", is.returns ?? "nothing"];
    list.push({
      what: "returns",
      how: "changed",
      path: [name],
      breaking: { sender: false, receiver: was.returns !== undefined },
      message: `${name} returns ${now} where it returned ${old}`,
    });
  }
  const allowed = is["allow-preconfig"] === true;
  if (was["allow-preconfig"] === true !== allowed) {
    list.push({
      what: "allow-preconfig",
      how: allowed ? "added" : "removed",
      path: [name],
      breaking: { sender: !allowed, receiver: false },
      message: `${name} is ${allowed ? "" : "no longer "}allowed in preconfig`,
    });
  }
  return list;
}

function deprecationChanges(
  name: string,
  was: StructDefinition,
  is: StructDefinition,
): Change[] {
  const [old, now] = [was.deprecatedMembers ?? [], is.deprecatedMembers ?? []];
  return Object.keys(is.members)
    .map(plainName)
    .filter((member) => old.includes(member) !== now.includes(member))
    .map((member) => {
      const added = now.includes(member);
      return {
        what: "deprecation",
        how: added ? "added" : "removed",
        path: [name, member],
        breaking: nobody,
        message: `${name} ${
          added ? "deprecates" : "no longer deprecates"
        } member "${member}"`,
      };
    });
}

/** QEMU aborts rather than make a transition that it does not allow. */
function transitionChanges(from: Release, to: Release): Change[] {
  const list = [...new Map(
    [...from.transitions, ...to.transitions].map((each) => [`${each}`, each]),
  ).values()].sort();
  return list.flatMap(([source, target]): Change[] => {
    const added = allows(to, source, target);
    if (allows(from, source, target) === added) return [];
    return [{
      what: "transition",
      how: added ? "added" : "removed",
      path: [source, target],
      breaking: { sender: false, receiver: added },
      message: `"${source}" may ${
        added ? "" : "no longer "
      }lead to "${target}"`,
    }];
  });
}

function allows({ transitions }: Release, from: string, to: string): boolean {
  return transitions.some(([source, target]) =>
    source === from && target === to
  );
}
