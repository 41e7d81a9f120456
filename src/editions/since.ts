/**
 * Since when and until when: which editions know a name, and how to say so.
 *
 * @module
 */

import { editions, release, treeVersion } from "./release.ts";
import {
  type Definition,
  type Definitions,
  membersOf,
  plainName,
} from "./definition.ts";

/** From which edition to which one something is known. */
export interface Span {
  /** The first edition that has it; absent where the oldest one already does. */
  readonly since?: string;
  /** The first edition that lacks it again; absent where the newest one still has it. */
  readonly until?: string;
}

/** Something that editions know or do not know. */
export type Subject =
  | {
    /** Which kind of definition it is. */
    readonly kind: Definition["kind"];
    /** Its name. */
    readonly name: string;
  }
  | {
    /** A value of an enumeration; a member of a struct, of a union's base, of arguments or of an event's data. */
    readonly kind: "value" | "member";
    /** The name of the definition that it belongs to. */
    readonly of: string;
    /** The value, or the member's name. */
    readonly name: string;
  };

/**
 * Looks up since when and until when the editions know something. The seed,
 * which stands beside the line of releases, counts only for what it alone has.
 *
 * @param subject What to look up.
 * @returns The span; nothing where no edition knows it.
 */
export function spanOf(subject: Subject): Span | undefined {
  return spansOf(subject).get(subject.name);
}

/**
 * Lists what any edition knows.
 *
 * @param group What to list: a kind of definition, or the values or members of
 * a definition.
 * @returns The spans by name.
 */
export function spansOf(
  group: { readonly kind: Subject["kind"]; readonly of?: string },
): ReadonlyMap<string, Span> {
  catalogue ??= makeCatalogue();
  return catalogue.get(groupKey(group.kind, group.of)) ?? noSpans;
}

const noSpans: ReadonlyMap<string, Span> = new Map();
let catalogue: ReadonlyMap<string, ReadonlyMap<string, Span>> | undefined;

function groupKey(kind: Subject["kind"], of = ""): string {
  return `${kind} ${of}`;
}

function makeCatalogue(): ReadonlyMap<string, ReadonlyMap<string, Span>> {
  const knowing = new Map<string, Map<string, string[]>>();
  for (const edition of editions) {
    for (const [group, name] of namesIn(release(edition).definitions)) {
      const names = knowing.get(group) ?? new Map<string, string[]>();
      knowing.set(group, names);
      names.set(name, [...names.get(name) ?? [], edition]);
    }
  }
  return new Map(
    [...knowing].map(([group, names]) => [
      group,
      new Map([...names].map(([name, list]) => [name, spanFrom(list)])),
    ]),
  );
}

function* namesIn(
  definitions: Definitions,
): Generator<readonly [group: string, name: string]> {
  for (const [name, definition] of Object.entries(definitions)) {
    yield [groupKey(definition.kind), name];
    if (definition.kind === "enum") {
      const group = groupKey("value", name);
      for (const value of definition.values) yield [group, value];
    } else {
      const group = groupKey("member", name);
      for (const each of Object.keys(membersOf(definition))) {
        yield [group, plainName(each)];
      }
    }
  }
}

function spanFrom(knowing: readonly string[]): Span {
  const last = knowing.at(-1) as string;
  const since = knowing.find(isRelease) ?? last;
  const until = editions.slice(editions.indexOf(last) + 1)
    .find((name) => isRelease(name) || name === editions.at(-1));
  return {
    ...(since !== editions[0] && { since }),
    ...(until !== undefined && { until }),
  };
}

function isRelease(name: string): boolean {
  return treeVersion(name) === undefined;
}

/**
 * Says why an edition does not know something that another one does, such as
 * `"snapshot-load" is a ShutdownCause since QEMU 7.2 (edition 6.0)` or
 * `"singlestep" is gone since QEMU 9.0`.
 *
 * @param subject What was met.
 * @param edition The name of the edition that does not know it.
 * @returns The sentence; nothing where no edition knows it.
 */
export function explain(subject: Subject, edition: string): string | undefined {
  const span = spanOf(subject);
  if (!span) return;
  const { since = "", until } = span;
  const is = `${JSON.stringify(subject.name)} is`;
  if (until !== undefined && !isRelease(since)) {
    return `${is} ${what(subject)} of the ${since} alone (edition ${edition})`;
  }
  if (editions.indexOf(edition) < editions.indexOf(since)) {
    return `${is} ${what(subject)} since QEMU ${
      versionOf(since)
    } (edition ${edition})`;
  }
  return until && `${is} gone since QEMU ${versionOf(until)}`;
}

function versionOf(name: string): string {
  return treeVersion(name) ?? name;
}

function what(subject: Subject): string {
  switch (subject.kind) {
    case "value":
      return `a ${subject.of}`;
    case "member":
      return `a member of ${subject.of}`;
    default:
      return `${/^[aeiou]/.test(subject.kind) ? "an" : "a"} ${subject.kind}`;
  }
}
