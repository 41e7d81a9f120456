/**
 * What a QEMU release defines, as data: the shape of `qapi/run-state.json`,
 * name for name, and of the steps from one release to the next.
 *
 * @module
 */

/**
 * The members of an object, in QAPI's order: the type of each by its name,
 * `"*name"` where it may be absent.
 */
export type MemberTypes = Readonly<Record<string, string>>;

/** QAPI `{ 'enum': … }`. */
export interface EnumDefinition {
  /** What it is. */
  readonly kind: "enum";
  /** Its values, in QAPI's order. */
  readonly values: readonly string[];
}

/** QAPI `{ 'struct': … }`. */
export interface StructDefinition {
  /** What it is. */
  readonly kind: "struct";
  /** Its members. */
  readonly members: MemberTypes;
  /** Those of its members that carry the feature `deprecated`. */
  readonly deprecatedMembers?: readonly string[];
}

/** QAPI `{ 'union': … }`. */
export interface UnionDefinition {
  /** What it is. */
  readonly kind: "union";
  /** The members that every branch has. */
  readonly base: MemberTypes;
  /** The member of the base that names the branch. */
  readonly discriminator: string;
  /** The struct behind each value of the discriminator. */
  readonly branches: Readonly<Record<string, string>>;
}

/** QAPI `{ 'command': … }`. */
export interface CommandDefinition {
  /** What it is. */
  readonly kind: "command";
  /** Its arguments. */
  readonly members: MemberTypes;
  /** The type of what comes back; absent where that is an empty object. */
  readonly returns?: string;
  /** There where QEMU takes it before the machine is made (`--preconfig`). */
  readonly "allow-preconfig"?: true;
}

/** QAPI `{ 'event': … }`. */
export interface EventDefinition {
  /** What it is. */
  readonly kind: "event";
  /** The members of its data; an event without members has no data. */
  readonly members: MemberTypes;
}

/** One definition of `qapi/run-state.json`. */
export type Definition =
  | EnumDefinition
  | StructDefinition
  | UnionDefinition
  | CommandDefinition
  | EventDefinition;

/** The definitions of a release by their names, in QAPI's order. */
export type Definitions = Readonly<Record<string, Definition>>;

/**
 * Takes the mark of optional members off a name.
 *
 * @param name A member's name as QAPI spells it: `"*info"`.
 * @returns The name on the wire: `"info"`.
 */
export function plainName(name: string): string {
  return name.replace("*", "");
}

/**
 * Gives the members that a definition itself has, without those of branches.
 *
 * @param definition Any definition.
 * @returns Its members; none for an enumeration.
 */
export function membersOf(definition: Definition): MemberTypes {
  switch (definition.kind) {
    case "enum":
      return {};
    case "union":
      return definition.base;
    default:
      return definition.members;
  }
}

/**
 * Looks a name up that comes from elsewhere, and may be `constructor`.
 *
 * @param table Where to look.
 * @param name The name.
 * @returns What the table has under it; undefined where that is nothing.
 */
export function lookUp<Value>(
  table: Readonly<Record<string, Value>>,
  name: string | undefined,
): Value | undefined {
  return name !== undefined && Object.hasOwn(table, name)
    ? table[name]
    : undefined;
}

/**
 * Lists what definitions are made of: the types of their members and branches,
 * and theirs in turn. What a command returns is no part of the command.
 *
 * @param definitions Where to look.
 * @param names Where to begin.
 * @returns The names of all definitions that are met, those of the start too.
 */
export function reachable(
  definitions: Definitions,
  names: Iterable<string>,
): ReadonlySet<string> {
  const met = new Set(names);
  for (const name of met) {
    const definition = lookUp(definitions, name);
    if (!definition) {
      met.delete(name);
      continue;
    }
    for (const type of Object.values(membersOf(definition))) met.add(type);
    if (definition.kind !== "union") continue;
    for (const type of Object.values(definition.branches)) met.add(type);
  }
  return met;
}

/** A change of run state that QEMU allows: from, to. A state may also lead to itself. */
export type Transition = readonly [from: string, to: string];

/** What one edition of the protocol defines. */
export interface Release {
  /** The edition's name: `"7.2"`, `"seed"`, `"master"`. */
  readonly version: string;
  /** What `qapi/run-state.json` defines. */
  readonly definitions: Definitions;
  /** Which run state may lead to which, sorted by name. */
  readonly transitions: readonly Transition[];
}

/** Targets by their source: a list of transitions, each source once. */
export type Targets = Readonly<Record<string, readonly string[]>>;

/** What happens to a definition that the neighbour has too. */
export interface Edit {
  /** What is gone: values, members or branches, by name. */
  readonly remove?: readonly string[];
  /** What is new: values, or members and branches with their types. */
  readonly add?: readonly string[] | MemberTypes;
  /** What the new ones stand before; at the end where it is not given. */
  readonly before?: string;
  /** Other properties that change. */
  readonly set?:
    & Pick<StructDefinition, "deprecatedMembers">
    & Pick<CommandDefinition, "returns" | "allow-preconfig">;
}

/** What an edition changes in its neighbour. */
export interface Step {
  /** The `VERSION` of a development tree; a release has none. */
  readonly tree?: string;
  /** The neighbour; the release before it where it is not given. */
  readonly from?: string;
  /** Definitions that are new, or too different to be told as an edit; `before` says where a new one stands. */
  readonly define?: Readonly<
    Record<string, Definition & { readonly before?: string }>
  >;
  /** Definitions that change. */
  readonly change?: Readonly<Record<string, Edit>>;
  /** Definitions that are gone. */
  readonly remove?: readonly string[];
  /** Transitions that are new or gone. */
  readonly transitions?: { readonly add?: Targets; readonly remove?: Targets };
}
