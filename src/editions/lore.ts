/**
 * What the other editions know of something that one edition does not know.
 *
 * @module
 */

import type { Lore, Question } from "../schema/edition.ts";
import type { Kind } from "../schema/qmp.ts";
import type { Path } from "../wire/finding.ts";
import { quote } from "../wire/quote.ts";
import type { Definition, Definitions, MemberTypes } from "./definition.ts";
import { foundElsewhere } from "./elsewhere.ts";
import { nearest, sameButForSpelling } from "./nearest.ts";
import { explain, type Span, spanOf, spansOf, type Subject } from "./since.ts";

/** An edition, as far as it is needed here. */
interface Facts {
  readonly name: string;
  readonly definitions: Definitions;
}

/** A type with members, and where to look its members up in other editions. */
interface Container {
  readonly members: MemberTypes;
  readonly owners: readonly string[];
}

/**
 * Makes the memory of an edition.
 *
 * @param edition Its name and definitions.
 * @returns What `Edition.lore` is: a look-up for what a message got wrong.
 */
export function loreOf(
  edition: Facts,
): (question: Question) => Lore | undefined {
  return (question) => {
    const subjects = subjectsOf(edition.definitions, question);
    for (const subject of subjects) {
      const span = question.code === "MISSING_MEMBER"
        ? spanBesideOwner(edition.definitions, subject)
        : spanOf(subject);
      if (span !== undefined) {
        const why = explain(subject, edition.name) ??
          lacking(subject.name, span, question);
        return { ...span, known: true, ...(why !== undefined && { why }) };
      }
    }
    const meant = suggestion(edition.definitions, question);
    return meant === undefined
      ? undefined
      : { known: false, why: `the nearest known name is ${quote(meant)}` };
  };
}

/** Why a member that the edition has may be absent all the same. */
function lacking(
  name: string,
  { since }: Span,
  { code }: Question,
): string | undefined {
  return code === "MISSING_MEMBER" && since !== undefined
    ? `${quote(name)} is lacking before QEMU ${since}`
    : undefined;
}

/** The span of a member that some release lacks although it has the rest. */
function spanBesideOwner(
  definitions: Definitions,
  subject: Subject,
): Span | undefined {
  if (subject.kind !== "member") return undefined;
  const { of, name } = subject;
  // Before 2.10 they had no data; the history begins with 2.11.
  if (name === "data" && (of === "SHUTDOWN" || of === "RESET")) {
    return { since: "2.10" };
  }
  const definition = definitions[of];
  // A foreign event or command: of its members no edition knows anything.
  if (definition === undefined) return undefined;
  const own = spanOf(subject);
  const owner = spanOf({ kind: definition.kind, name: of });
  return own?.since === owner?.since && own?.until === owner?.until
    ? undefined
    : own;
}

/** As what the thing in question may be known. */
function subjectsOf(
  definitions: Definitions,
  { code, kind, name, path, value }: Question,
): readonly Subject[] {
  if (code === "UNKNOWN_NAME") {
    if (kind !== "event" && kind !== "command") return [];
    if (kind === "command" && foundElsewhere(definitions, name)) return [];
    return [...spansOf({ kind }).keys()]
      .filter((known) => sameButForSpelling(known, name))
      .map((known) => ({ kind, name: known }));
  }
  if (code === "UNKNOWN_VALUE") {
    const type = typeAt(definitions, kind, name, path);
    return type !== undefined && typeof value === "string"
      ? [{ kind: "value", of: type, name: value }]
      : [];
  }
  const member = String(path.at(-1));
  if (path.length === 1) return [{ kind: "member", of: name, name: member }];
  return containerAt(definitions, kind, name, path.slice(0, -1))?.owners
    .map((of) => ({ kind: "member", of, name: member })) ?? [];
}

function suggestion(
  definitions: Definitions,
  { code, kind, name, path, value }: Question,
): string | undefined {
  if (code === "UNKNOWN_VALUE" && typeof value === "string") {
    const enumeration =
      definitions[typeAt(definitions, kind, name, path) ?? ""];
    return enumeration?.kind === "enum"
      ? nearest(value, enumeration.values)
      : undefined;
  }
  if (code === "UNEXPECTED_MEMBER" && path.length > 1) {
    const container = containerAt(definitions, kind, name, path.slice(0, -1));
    return nearest(
      String(path.at(-1)),
      Object.keys(container?.members ?? {}).map(bare),
    );
  }
  return undefined;
}

function typeAt(
  definitions: Definitions,
  kind: Kind,
  name: string,
  path: Path,
): string | undefined {
  const container = containerAt(definitions, kind, name, path.slice(0, -1));
  return memberType(container, String(path.at(-1)));
}

function containerAt(
  definitions: Definitions,
  kind: Kind,
  name: string,
  path: Path,
): Container | undefined {
  const root = definitions[name];
  if (root === undefined || path.length === 0) return undefined;
  const outermost = kind === "return"
    ? root.kind === "command" ? root.returns : undefined
    : name;
  return path.slice(1).reduce<Container | undefined>(
    (container, key) =>
      containerOf(definitions, memberType(container, String(key))),
    containerOf(definitions, outermost),
  );
}

function containerOf(
  definitions: Definitions,
  name: string | undefined,
): Container | undefined {
  const definition: Definition | undefined = definitions[name ?? ""];
  if (name === undefined || definition === undefined) return undefined;
  if (definition.kind === "enum") return undefined;
  if (definition.kind !== "union") {
    return { members: definition.members, owners: [name] };
  }
  const branches = Object.values(definition.branches);
  return {
    members: Object.assign(
      {},
      definition.base,
      ...branches.map((branch) => containerOf(definitions, branch)?.members),
    ),
    owners: [name, ...branches],
  };
}

function memberType(
  container: Container | undefined,
  key: string,
): string | undefined {
  return container?.members[key] ?? container?.members[`*${key}`];
}

function bare(member: string): string {
  return member.replace("*", "");
}
