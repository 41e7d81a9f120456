/**
 * Reads `qapi/run-state.json` as facts. Of what QAPI can say this knows what
 * has occurred in that file so far. It refuses the rest, since a fact half
 * understood would be a wrong one.
 *
 * @module
 */

import type {
  Definition,
  Definitions,
  MemberTypes,
} from "../src/editions/definition.ts";
import {
  type Expression,
  expressions,
  type QapiObject,
  type QapiValue,
  SourceError,
} from "./qapi_text.ts";

/** The types that the schemas can spell, beside those that the file defines. */
const builtIn: readonly string[] = ["bool", "str", "uint32", "uint64"];

/**
 * Reads the definitions of a release.
 *
 * @param text The text of its `qapi/run-state.json`.
 * @returns The definitions by name, in the file's order.
 * @throws {SourceError} The text is not QAPI, or says what is not known here.
 */
export function readDefinitions(text: string): Definitions {
  const read = expressions(text).filter(isDefinition).map(definitionFrom);
  const definitions = Object.fromEntries(
    read.map(({ name, definition }) => [name, definition]),
  );
  for (const [index, { name, definition, refuse }] of read.entries()) {
    if (read.findIndex((other) => other.name === name) < index) {
      throw refuse("it is defined twice");
    }
    for (const type of typesIn(definition)) {
      if (!builtIn.includes(type) && !Object.hasOwn(definitions, type)) {
        throw refuse(`no schema spells the type "${type}"`);
      }
    }
  }
  return definitions;
}

/** Directives define nothing. */
function isDefinition({ value }: Expression): boolean {
  return !("include" in value || "pragma" in value);
}

/** Makes the error that says why a definition cannot be read. */
type Refuse = (why: string) => SourceError;

interface Read {
  readonly name: string;
  readonly definition: Definition;
  readonly refuse: Refuse;
}

function definitionFrom({ value, line }: Expression): Read {
  const [kind = "", name = ""] = Object.entries(value)[0] ?? [];
  const refuse = (why: string) =>
    new SourceError(`Cannot read ${kind} "${name}": ${why}`, line);
  if (typeof name !== "string") throw refuse("its name is no string");
  return { name, definition: readAs(kind, value, refuse), refuse };
}

function readAs(kind: string, value: QapiObject, refuse: Refuse): Definition {
  const data = value["data"] ?? {};
  switch (kind) {
    case "enum":
      allow(value, ["enum", "data"], refuse);
      return { kind, values: namesIn(data, refuse) };
    case "struct":
      allow(value, ["struct", "data"], refuse);
      return { kind, ...membersIn(data, refuse) };
    case "event": {
      allow(value, ["event", "data"], refuse);
      return { kind, members: plainMembers(data, refuse) };
    }
    case "union":
      allow(value, ["union", "base", "discriminator", "data"], refuse);
      return {
        kind,
        base: plainMembers(value["base"], refuse),
        discriminator: nameIn(value["discriminator"], refuse),
        branches: plainMembers(data, refuse),
      };
    case "command": {
      allow(value, ["command", "data", "returns", "allow-preconfig"], refuse);
      const { returns, "allow-preconfig": preconfig = false } = value;
      if (typeof preconfig !== "boolean") {
        throw refuse('"allow-preconfig" is no boolean');
      }
      return {
        kind,
        members: plainMembers(data, refuse),
        ...(returns !== undefined && { returns: nameIn(returns, refuse) }),
        ...(preconfig && { "allow-preconfig": true as const }),
      };
    }
    default:
      throw refuse("nothing of that kind is known here");
  }
}

function allow(
  object: QapiObject,
  known: readonly string[],
  refuse: Refuse,
): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw refuse(`"${unknown}" is not known here`);
}

function plainMembers(
  value: QapiValue | undefined,
  refuse: Refuse,
): MemberTypes {
  const { members, deprecatedMembers } = membersIn(value, refuse);
  if (deprecatedMembers) throw refuse('"features" is not known here');
  return members;
}

function membersIn(
  value: QapiValue | undefined,
  refuse: Refuse,
): { members: MemberTypes; deprecatedMembers?: readonly string[] } {
  const members: Record<string, string> = {};
  const deprecated: string[] = [];
  for (const [name, type] of Object.entries(objectIn(value, refuse))) {
    members[name] = typeof type === "string"
      ? type
      : nameIn(objectIn(type, refuse)["type"], refuse);
    if (isDeprecated(type, refuse)) deprecated.push(name.replace("*", ""));
  }
  return {
    members,
    ...(deprecated.length > 0 && { deprecatedMembers: deprecated }),
  };
}

/** `{ 'type': T, 'features': [ 'deprecated' ] }` is the one long form that has occurred. */
function isDeprecated(type: QapiValue, refuse: Refuse): boolean {
  if (typeof type === "string") return false;
  const { features = [], ...rest } = objectIn(type, refuse);
  allow(rest, ["type"], refuse);
  const names = namesIn(features, refuse);
  const unknown = names.find((name) => name !== "deprecated");
  if (unknown !== undefined) {
    throw refuse(`the feature "${unknown}" is not known here`);
  }
  return names.length > 0;
}

function objectIn(value: QapiValue | undefined, refuse: Refuse): QapiObject {
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw refuse(`${JSON.stringify(value) ?? "nothing"} stands for an object`);
}

function namesIn(value: QapiValue, refuse: Refuse): string[] {
  if (!Array.isArray(value)) {
    throw refuse(`${JSON.stringify(value)} stands for a list`);
  }
  return value.map((each) => nameIn(each, refuse));
}

function nameIn(value: QapiValue | undefined, refuse: Refuse): string {
  if (typeof value === "string") return value;
  throw refuse(`${JSON.stringify(value) ?? "nothing"} stands for a name`);
}

function typesIn(definition: Definition): readonly string[] {
  switch (definition.kind) {
    case "enum":
      return [];
    case "union":
      return [definition.base, definition.branches].flatMap((types) =>
        Object.values(types)
      );
    case "command":
      return [
        ...Object.values(definition.members),
        ...(definition.returns === undefined ? [] : [definition.returns]),
      ];
    default:
      return Object.values(definition.members);
  }
}
