/**
 * The releases, each built from its neighbour when it is first asked for.
 *
 * @module
 */

import { shown } from "../schema/explain.ts";
import { history } from "./history.ts";
import {
  type Definition,
  type Definitions,
  type Edit,
  type MemberTypes,
  plainName,
  type Release,
  type Step,
  type Targets,
  type Transition,
} from "./definition.ts";

/**
 * The names of all editions, from the oldest to the newest.
 *
 * @example Try a command on each
 * ```ts
 * import assert from "node:assert/strict";
 * import { edition, editions, verdict } from "@qmp/run-state/editions";
 *
 * const taking = editions.filter((name) =>
 *   verdict({ execute: "set-action" }, { edition: edition(name) }).kind ===
 *     "accepted"
 * );
 * assert.deepEqual(taking.slice(0, 2), ["seed", "6.0"]);
 * ```
 */
export const editions: readonly string[] = /* @__PURE__ */ Object.keys(history);

const built = new Map<string, Release>();

/**
 * Gives what an edition defines: built once, and shared from then on.
 *
 * @param name The edition's exact name, one of {@linkcode editions}.
 * @returns Its definitions and transitions.
 * @throws {RangeError} No edition has that name.
 */
export function release(name: string): Release {
  const known = built.get(name);
  if (known) return known;
  const step = Object.hasOwn(history, name) ? history[name] : undefined;
  if (!step) {
    throw new RangeError(
      `Cannot find edition ${shown(name)}: none has that name`,
    );
  }
  const from = step.from ?? releaseBefore(name);
  const made = applyStep(
    step,
    name,
    from === undefined ? nothing : release(from),
  );
  built.set(name, made);
  return made;
}

/** What the oldest release is told from. */
export const nothing: Release = {
  version: "",
  definitions: {},
  transitions: [],
};

/**
 * Tells a development tree from a release.
 *
 * @param name The name of an edition.
 * @returns The tree's `VERSION`; nothing for a release.
 */
export function treeVersion(name: string): string | undefined {
  return history[name]?.tree;
}

function releaseBefore(name: string): string | undefined {
  return editions.slice(0, editions.indexOf(name))
    .findLast((each) => treeVersion(each) === undefined);
}

/**
 * Builds an edition.
 *
 * @param step What it changes.
 * @param version Its name.
 * @param neighbour What it is told from.
 * @returns What it defines.
 */
export function applyStep(
  step: Step,
  version: string,
  neighbour: Release,
): Release {
  return {
    version,
    definitions: editDefinitions(neighbour.definitions, step),
    transitions: editTransitions(neighbour.transitions, step.transitions ?? {}),
  };
}

function editDefinitions(
  definitions: Definitions,
  { remove = [], change = {}, define = {} }: Step,
): Definitions {
  let entries = Object.entries(definitions)
    .filter(([name]) => !remove.includes(name))
    .map(([name, definition]) => {
      const edit = change[name];
      return [name, edit ? editDefinition(definition, edit) : definition] as [
        string,
        Definition,
      ];
    });
  for (const [name, { before, ...definition }] of Object.entries(define)) {
    const found = entries.find(([each]) => each === name);
    if (found) found[1] = definition;
    else entries = insert(entries, [[name, definition]], nameOf, before);
  }
  return Object.fromEntries(entries);
}

/**
 * Applies an edit to a definition.
 *
 * @param definition How the neighbour has it.
 * @param edit What changes.
 * @returns How the edition has it.
 */
export function editDefinition(definition: Definition, edit: Edit): Definition {
  const { remove = [], add = [], before, set } = edit;
  function editMembers(members: MemberTypes): MemberTypes {
    const kept = Object.entries(members)
      .filter((member) => !remove.includes(nameOf(member)));
    return Object.fromEntries(
      insert(kept, Object.entries(add), nameOf, before),
    );
  }
  switch (definition.kind) {
    case "enum": {
      const kept = definition.values.filter((value) => !remove.includes(value));
      const added = add as readonly string[];
      return { ...definition, values: insert(kept, added, String, before) };
    }
    case "union":
      return { ...definition, branches: editMembers(definition.branches) };
    default: {
      const members = editMembers(definition.members);
      return dropStale({ ...definition, ...set, members } as Definition);
    }
  }
}

/** A member that is gone is no longer deprecated. */
function dropStale(definition: Definition): Definition {
  if (definition.kind !== "struct" || !definition.deprecatedMembers) {
    return definition;
  }
  const { deprecatedMembers, ...rest } = definition;
  const names = Object.keys(rest.members).map(plainName);
  const kept = deprecatedMembers.filter((name) => names.includes(name));
  return kept.length > 0 ? { ...rest, deprecatedMembers: kept } : rest;
}

function editTransitions(
  transitions: readonly Transition[],
  { add = {}, remove = {} }: NonNullable<Step["transitions"]>,
): readonly Transition[] {
  return [
    ...transitions.filter(([from, to]) => !remove[from]?.includes(to)),
    ...pairs(add),
  ].sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
}

function pairs(targets: Targets): Transition[] {
  return Object.entries(targets)
    .flatMap(([from, tos]) => tos.map((to) => [from, to] as const));
}

/** Not `localeCompare`, whose order is the runtime's. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function nameOf([name]: readonly [string, unknown]): string {
  return plainName(name);
}

function insert<T>(
  list: readonly T[],
  added: readonly T[],
  name: (item: T) => string,
  before: string | undefined,
): T[] {
  const at = before === undefined
    ? list.length
    : list.findIndex((item) => name(item) === before);
  return [...list.slice(0, at), ...added, ...list.slice(at)];
}
