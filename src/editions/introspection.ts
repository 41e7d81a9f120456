/**
 * From QEMU's account of itself, the reply of `query-qmp-schema`, to the
 * definitions of an edition.
 *
 * @module
 */

import * as v from "valibot";
import type { JsonValue } from "../wire/json.ts";
import {
  type Definition,
  type Definitions,
  lookUp,
  membersOf,
  type MemberTypes,
} from "./definition.ts";
import { editions, release } from "./release.ts";
import { spansOf } from "./since.ts";

const Member = /* @__PURE__ */ v.object({
  // Absent in an alternate.
  name: v.optional(v.string(), ""),
  // Absent in an enumeration.
  type: v.optional(v.string(), ""),
  // There, and null, where the member may be absent.
  default: v.optional(v.unknown()),
  features: v.optional(v.array(v.string()), []),
});

/** QAPI's SchemaInfo, as much of it as is needed here. */
const Info = /* @__PURE__ */ v.object({
  name: v.string(),
  "meta-type": v.string(),
  // Of a command or an event.
  "arg-type": v.optional(v.string(), ""),
  "ret-type": v.optional(v.string(), ""),
  // Of an object, and of an enumeration since QEMU 6.2.
  members: v.optional(v.array(Member), []),
  // Of an enumeration; may go one day, since the members say it too.
  values: v.optional(v.array(v.string()), []),
  // Of a union.
  tag: v.optional(v.string()),
  variants: v.optional(
    v.array(v.object({ case: v.string(), type: v.string() })),
    [],
  ),
  // Of an array.
  "element-type": v.optional(v.string(), ""),
});
type Info = v.InferOutput<typeof Info>;

/** Looks a type up that another one mentions. */
type Infos = (name: string) => Info | undefined;

function infosIn(reply: JsonValue): Infos {
  const list = v.safeParse(
    v.array(Info),
    Array.isArray(reply) ? reply : Object(reply).return,
  );
  if (!list.success || list.output.length === 0) {
    const [issue] = list.issues ?? [];
    const at = issue && v.getDotPath(issue);
    throw new TypeError(
      "Cannot read the reply of query-qmp-schema: it is no list of what there is" +
        (issue && at ? ` (${issue.message} at ${at})` : ""),
    );
  }
  const byName = new Map(list.output.map((info) => [info.name, info]));
  return (name) => byName.get(name);
}

/**
 * Puts down what a QEMU tells of itself as an edition would: the commands and
 * events of run-state that any edition knows, and the types that they mention.
 * QEMU numbers its types and calls each integer `int`; where an edition has a
 * name for what stands there, that name is taken.
 *
 * @param reply The reply of `query-qmp-schema`, or what it returns.
 * @param own The definitions whose names come first.
 * @returns The definitions.
 * @throws {TypeError} The reply is none of `query-qmp-schema`, or not all of it.
 */
export function describedBy(reply: JsonValue, own: Definitions): Definitions {
  const infos = infosIn(reply);
  const hints = [
    own,
    ...editions.map((name) => release(name).definitions).reverse(),
  ];
  const found: Record<string, Definition> = {};
  // QEMU's own names of the types: numbers that change with every build.
  const numbers = new Map<string, string>();

  function hint<Value>(
    name: string,
    from: (definition: Definition) => Value | undefined,
  ): Value | undefined {
    for (const { [name]: definition } of hints) {
      const value = definition && from(definition);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  function typeName(number: string, wanted: string | undefined): string {
    const info = mentioned(infos, number);
    const { name, "meta-type": metaType } = info;
    if (metaType === "builtin") {
      return name === "int" && /^(u?int\d+|size)$/.test(wanted ?? "")
        ? wanted!
        : name;
    }
    if (metaType === "array") {
      return `[${typeName(info["element-type"], undefined)}]`;
    }
    const isNamed = wanted !== undefined && hint(wanted, Boolean) &&
      (numbers.get(wanted) ?? number) === number;
    if (!isNamed) return `${metaType} ${number}`;
    if (!numbers.has(wanted)) {
      numbers.set(wanted, number);
      found[wanted] = typeOf(wanted, info);
    }
    return wanted;
  }

  function typeOf(name: string, info: Info): Definition {
    if (info["meta-type"] === "enum") {
      const { members, values } = info;
      const names = members.map((member) => member.name);
      return { kind: "enum", values: names.length > 0 ? names : values };
    }
    const members = membersIn(name, info);
    if (info.tag !== undefined) {
      const branches = info.variants.filter(({ type }) =>
        mentioned(infos, type).members.length > 0
      ).map(({ case: value, type }) => [
        value,
        typeName(type, hint(name, (known) => branchIn(known, value))),
      ]);
      return {
        kind: "union",
        base: members,
        discriminator: info.tag,
        branches: Object.fromEntries(branches),
      };
    }
    const deprecatedMembers = info.members
      .filter(({ features }) => features.includes("deprecated"))
      .map(({ name }) => name);
    return deprecatedMembers.length > 0
      ? { kind: "struct", members, deprecatedMembers }
      : { kind: "struct", members };
  }

  function membersIn(owner: string, { members }: Info): MemberTypes {
    return Object.fromEntries(members.map((member) => [
      member.default === undefined ? member.name : `*${member.name}`,
      typeName(
        member.type,
        hint(owner, (known) => memberIn(known, member.name)),
      ),
    ]));
  }

  for (const name of spansOf({ kind: "event" }).keys()) {
    const info = infos(name);
    if (info?.["meta-type"] !== "event") continue;
    const members = membersIn(name, mentioned(infos, info["arg-type"]));
    found[name] = { kind: "event", members };
  }
  for (const name of spansOf({ kind: "command" }).keys()) {
    const info = infos(name);
    if (info?.["meta-type"] !== "command") continue;
    const members = membersIn(name, mentioned(infos, info["arg-type"]));
    const returns = hint(name, returnsOf);
    const isEmpty = returns === undefined &&
      mentioned(infos, info["ret-type"]).members.length === 0;
    // Not to be seen: as the edition has it.
    const { [name]: known } = own;
    const isAllowed = known?.kind === "command" && known["allow-preconfig"];
    found[name] = {
      kind: "command",
      members,
      ...(!isEmpty && { returns: typeName(info["ret-type"], returns) }),
      ...(isAllowed && { "allow-preconfig": true }),
    };
  }
  return found;
}

function mentioned(infos: Infos, name: string): Info {
  const info = infos(name);
  if (info) return info;
  throw new TypeError(
    `Cannot read the reply of query-qmp-schema: it lacks type ${
      JSON.stringify(name)
    }`,
  );
}

function memberIn(definition: Definition, name: string): string | undefined {
  const members = membersOf(definition);
  return lookUp(members, name) ?? lookUp(members, `*${name}`);
}

function branchIn(definition: Definition, value: string): string | undefined {
  return definition.kind === "union"
    ? lookUp(definition.branches, value)
    : undefined;
}

function returnsOf(definition: Definition): string | undefined {
  return definition.kind === "command" ? definition.returns : undefined;
}
