/**
 * The releases as the text of `src/editions/history.ts`: what each changes in
 * its neighbour, and how that is written.
 *
 * @module
 */

import {
  type Definition,
  type Definitions,
  type Edit,
  plainName,
  type Release,
  type Step,
  type Targets,
  type Transition,
} from "../src/editions/definition.ts";
import { applyStep, editDefinition, nothing } from "../src/editions/release.ts";

/** What an edition defines, and the `VERSION` of a development tree. */
export interface Edition extends Release {
  /** The `VERSION` of a development tree; a release has none. */
  readonly tree: string | undefined;
}

/**
 * Tells each edition as the change to its neighbour.
 *
 * @param editions The editions from the oldest to the newest.
 * @returns Their steps by name, in the same order.
 * @throws {Error} A release puts the definitions in another order.
 */
export function stepsOf(editions: readonly Edition[]): Record<string, Step> {
  const told = editions.map((each, index): [string, Step] => {
    const before = editions.slice(0, index).findLast(isRelease) ?? nothing;
    if (isRelease(each)) return [each.version, difference(before, each)];
    // A tree is told from what it became: what the two share is told there.
    const neighbour = editions.slice(index).find(isRelease) ?? before;
    return [each.version, {
      ...(each.tree !== undefined && { tree: each.tree }),
      from: neighbour.version,
      ...difference(neighbour, each),
    }];
  });
  return Object.fromEntries(told);
}

function isRelease({ tree }: Edition): boolean {
  return tree === undefined;
}

function difference(from: Release, to: Release): Step {
  const old = from.definitions;
  const remove = Object.keys(old).filter((name) => !(name in to.definitions));
  const change: Record<string, Edit> = {};
  const define: Record<string, Definition & { before?: string }> = {};
  for (const [name, definition] of Object.entries(to.definitions)) {
    const known = old[name];
    if (same(known, definition)) continue;
    const edit = known && editBetween(known, definition);
    if (edit) change[name] = edit;
    else define[name] = known ? definition : placed(name, to.definitions, old);
  }
  const step: Step = {
    ...(remove.length > 0 && { remove }),
    ...(filled(change) && { change }),
    ...(filled(define) && { define }),
    ...transitionStep(from.transitions, to.transitions),
  };
  if (!same(applyStep(step, to.version, from), told(to))) {
    throw new Error(
      `Cannot tell ${to.version} as a change to ${from.version}: its definitions stand in another order`,
    );
  }
  return step;
}

function told({ version, definitions, transitions }: Release): Release {
  return { version, definitions, transitions };
}

/** A new definition, with the old one that it stands before. */
function placed(
  name: string,
  definitions: Definitions,
  old: Definitions,
): Definition & { before?: string } {
  const names = Object.keys(definitions);
  const before = names.slice(names.indexOf(name)).find((each) => each in old);
  return {
    ...definitions[name] as Definition,
    ...(before !== undefined && { before }),
  };
}

/** The edit between two definitions; nothing where they differ too much for one. */
function editBetween(from: Definition, to: Definition): Edit | undefined {
  if (from.kind !== to.kind) return;
  const [old, now] = [parts(from), parts(to)];
  const added = now.filter(([name, type]) => !has(old, name, type));
  const remove = old.filter(([name, type]) => !has(now, name, type))
    .map(([name]) => plainName(name));
  const last = now.findIndex((each) => each === added.at(-1));
  const before = now[last + 1]?.[0];
  const edit: Edit = {
    ...(remove.length > 0 && { remove }),
    ...(added.length > 0 && {
      add: to.kind === "enum"
        ? added.map(([value]) => value)
        : Object.fromEntries(added),
      ...(before !== undefined && { before: plainName(before) }),
    }),
    ...changedProperties(from, to),
  };
  return same(editDefinition(from, edit), to) ? edit : undefined;
}

function changedProperties(from: Definition, to: Definition): Partial<Edit> {
  const old = from as unknown as Record<string, unknown>;
  const set = Object.entries(to).filter(([key, value]) =>
    !["values", "members", "branches"].includes(key) && !same(old[key], value)
  );
  return set.length > 0 ? { set: Object.fromEntries(set) } : {};
}

type Part = readonly [name: string, type: string];

function parts(definition: Definition): Part[] {
  switch (definition.kind) {
    case "enum":
      return definition.values.map((value) => [value, ""]);
    case "union":
      return Object.entries(definition.branches);
    default:
      return Object.entries(definition.members);
  }
}

function has(list: readonly Part[], name: string, type: string): boolean {
  return list.some((part) => part[0] === name && part[1] === type);
}

function transitionStep(
  from: readonly Transition[],
  to: readonly Transition[],
): Pick<Step, "transitions"> {
  const add = targets(
    to.filter((each) => !from.some((old) => same(old, each))),
  );
  const remove = targets(
    from.filter((each) => !to.some((now) => same(now, each))),
  );
  const transitions = {
    ...(filled(add) && { add }),
    ...(filled(remove) && { remove }),
  };
  return filled(transitions) ? { transitions } : {};
}

function targets(transitions: readonly Transition[]): Targets {
  const list: Record<string, string[]> = {};
  for (const [from, to] of transitions) (list[from] ??= []).push(to);
  return list;
}

function filled(record: object): boolean {
  return Object.keys(record).length > 0;
}

/** Whether two values are the same JSON, the order of members included. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Writes the history anew.
 *
 * @param text The file so far, whose head stays.
 * @param steps The steps to write.
 * @returns The file, unformatted.
 */
export function historyText(
  text: string,
  steps: Readonly<Record<string, Step>>,
): string {
  const mark = "Record<string, Step>> = ";
  const head = text.slice(0, text.indexOf(mark) + mark.length);
  return `${head}${literal(steps, 3)};\n`;
}

/** A value as TypeScript, its outer levels spread over lines. */
function literal(value: unknown, spread: number): string {
  if (Array.isArray(value)) {
    return `[${value.map((each) => literal(each, 0)).join(", ")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) =>
    `${keyText(key)}: ${literal(member, spread - 1)},`
  );
  if (members.length === 0) return "{}";
  return spread > 0
    ? `{\n${members.join("\n")}\n}`
    : `{ ${members.join(" ")} }`;
}

function keyText(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key);
}

/**
 * Writes the facts anew.
 *
 * @param text The file so far, whose remarks stay.
 * @param editions The editions from the oldest to the newest.
 * @returns The file.
 */
export function factsText(text: string, editions: readonly Edition[]): string {
  const { _about } = JSON.parse(text);
  const releases = editions.map(
    ({ version, definitions, transitions, tree }) => {
      const name = tree === undefined ? `${version}.0` : version;
      const lines = Object.entries(definitions).map(([each, definition]) =>
        `  "${each}": ${spaced(definition)}`
      );
      return ` {"version": "${name}", "definitions": {\n${
        lines.join(",\n")
      }\n` +
        `  }, "transitions": ${spaced(transitions)}}`;
    },
  );
  return `{"_about": ${JSON.stringify(_about)},\n"releases": [\n${
    releases.join(",\n")
  }\n]}\n`;
}

/** JSON of names, with a space after each comma and colon. */
function spaced(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[,:]/g, "$& ");
}
