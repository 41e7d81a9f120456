/**
 * The words of QAPI, spoken in Valibot.
 *
 * A schema file built from these words reads like the QAPI file it mirrors.
 *
 * @module
 */

import * as v from "valibot";
import type { JsonValue } from "../wire/json.ts";
import {
  type Any,
  any,
  type Exactly,
  matching,
  type Schema,
} from "./scalar.ts";

/**
 * QAPI `'*name': 'any'`. Spelt out, because the type of Valibot's
 * `exactOptional` looks for defaults in all of a recursive {@linkcode JsonValue}.
 */
export interface OptionalAny extends Any {
  /** As `v.exactOptional` has it. */
  readonly type: "exact_optional";
  /** As `v.exactOptional` has it. */
  readonly reference: typeof v.exactOptional;
  /** The schema of the member where it is there. */
  readonly wrapped: Any;
  /** There is none. */
  readonly default: undefined;
}

/** QAPI `'*name'`: a member that may be absent. */
export type Optional<T> = v.ExactOptionalSchema<Member<T>, undefined>;

/** Whether a type is a union of several. */
export type Several<T, Each = T> = [T] extends [never] ? false
  : T extends unknown ? [Each] extends [T] ? false : true
  : never;

/** The schema of a member without members: an enumeration keeps its `options`. */
export type Leaf<T> = [T] extends [string] ? string extends T ? Schema<T>
  : Several<T> extends false ? v.LiteralSchema<T, undefined>
  : v.PicklistSchema<readonly T[], undefined> & Exactly<T>
  : Schema<T>;

/**
 * The schema of a member that is a struct. Of those within it no entries are
 * known: the compiler would come to no end.
 */
export type Nested<T> = T extends unknown ? v.ObjectSchema<
    {
      readonly [K in keyof T]-?: object extends Pick<T, K>
        ? v.ExactOptionalSchema<Leaf<Exclude<T[K], undefined>>, undefined>
        : Leaf<T[K]>;
    },
    undefined
  >
  : never;

/**
 * The schema of one member: an enumeration keeps its `options`, a struct its
 * `entries`, and a union that is told apart by `type` its `options`.
 */
export type Member<T> = [T] extends [object]
  ? string extends keyof T ? Schema<T>
  : [T] extends [readonly unknown[]] ? Schema<T>
  : Several<T> extends false ? Nested<T>
  : [T] extends [{ type: string }] ? v.VariantSchema<
      "type",
      Extract<Nested<T>, v.VariantOptions<"type">[number]>[],
      undefined
    >
  : Schema<T>
  : Leaf<T>;

/** One schema per member of `T`: no more, no fewer, optional where `T` is. */
export type Members<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? Optional<Exclude<T[K], undefined>>
    : Member<T[K]>;
};

/** QAPI `{ 'enum': … }`. */
export type Enum<T extends readonly string[]> =
  & v.PicklistSchema<T, undefined>
  & Exactly<T[number]>;

/** QAPI `{ 'struct': … }`. */
export type Struct<T> = v.ObjectSchema<Members<T>, undefined>;

/** QAPI `'data'` of a command. */
export type Args<T> = v.StrictObjectSchema<Members<T>, undefined>;

/** QAPI `{ 'union': … }`: one struct for each value of the discriminator. */
export type Union<Key extends string, T extends Record<Key, string>> =
  v.VariantSchema<Key, UnionOption<Key, T>[], undefined>;

/** The struct of one value of a union's discriminator, the discriminator among its members. */
export type UnionOption<Key extends string, T> = T extends unknown
  ? Struct<T> extends infer Option extends v.VariantOptions<Key>[number]
    ? Option
  : never
  : never;

/** The struct behind each value of a union's discriminator. */
export type Branches<Key extends string, T extends Record<Key, string>> = {
  readonly [Tag in T[Key]]: Struct<Omit<Extract<T, Record<Key, Tag>>, Key>>;
};

/** An object with nothing in it. */
export type Empty = Record<never, never>;

/** When an event happened, on the host's wall clock; both members are -1 where QEMU could not read it. */
export interface Timestamp {
  /** Whole seconds since the epoch; -1 where the clock could not be read. */
  seconds: number;
  /** Microseconds within that second, 0 to 999999; -1 where the clock could not be read. */
  microseconds: number;
}

/**
 * The schema of {@linkcode Timestamp}: a struct, and then a test that its members
 * agree. For the struct alone, of which Valibot can pick, take `pipe[0]`.
 */
export type TimestampSchema = v.SchemaWithPipe<
  readonly [
    Struct<Timestamp>,
    v.BaseValidation<Timestamp, Timestamp, v.BaseIssue<unknown>>,
  ]
>;

/** QAPI `{ 'event': … }`, as it arrives. */
export type EventMessage<Name extends string, Data = never> =
  & {
    /** The event's name. */
    event: Name;
    /** When it happened. */
    timestamp: Timestamp;
  }
  & ([Data] extends [never] ? unknown : {
    /** What it tells. */
    data: Data;
  });

/** The schema of a whole event: its `data` keeps its `entries`. */
export type EventSchema<T extends EventMessage<string>> = v.ObjectSchema<
  & {
    readonly event: v.LiteralSchema<T["event"], undefined>;
    readonly timestamp: TimestampSchema;
  }
  & (T extends { data: infer Data } ? { readonly data: Struct<Data> }
    : unknown),
  undefined
>;

/** QAPI `{ 'command': … }`, as it is sent. */
export type CommandMessage<Name extends string, Data = Empty> =
  & {
    /** The command's name. */
    execute: Name;
    /** Comes back in the reply: any JSON value. */
    id?: JsonValue;
  }
  & (object extends Data ? {
      /** The command's arguments. */
      arguments?: Data;
    }
    : {
      /** The command's arguments. */
      arguments: Data;
    });

/**
 * QAPI `{ 'command': … }`: the schema of the whole message, and beside it what
 * the definition says.
 */
export type CommandSchema<
  Name extends string,
  Data = Empty,
  Returns = Empty,
  Preconfig extends boolean = boolean,
> =
  & v.StrictObjectSchema<{
    readonly execute: v.LiteralSchema<Name, undefined>;
    readonly arguments: object extends Data
      ? v.ExactOptionalSchema<Args<Data>, undefined>
      : Args<Data>;
    readonly id: OptionalAny;
  }, undefined>
  & {
    /** The name on the wire. */
    readonly command: Name;
    /** The schema of its arguments. */
    readonly data: Args<Data>;
    /** The schema of what comes back. */
    readonly returns: Struct<Returns>;
    /** Whether QEMU takes it before the machine is made (`--preconfig`). */
    readonly allowPreconfig: Preconfig;
  };

/** What {@linkcode command} is told of a command. */
export interface CommandDefinition<Data, Returns, Preconfig extends boolean> {
  /** One schema per argument. */
  readonly data: NoInfer<
    [keyof Data] extends [never] ? Record<string, never> : Members<Data>
  >;
  /** The schema of what comes back. */
  readonly returns: NoInfer<Struct<Returns>>;
  /** Whether QEMU takes it before the machine is made. */
  readonly allowPreconfig: Preconfig;
}

/** Makes a schema refuse an array. */
// @__NO_SIDE_EFFECTS__
function noArray<S extends v.GenericSchema & { expects: string }>(
  schema: S,
): S {
  const run = schema["~run"] as v.GenericSchema["~run"];
  // In place and not in a copy: Valibot binds `~standard` to the object.
  (schema as { "~run": v.GenericSchema["~run"] })["~run"] = function (
    this: S,
    dataset,
    config,
  ) {
    if (!Array.isArray(dataset.value)) return run.call(this, dataset, config);
    v._addIssue(this, "type", dataset, config, { received: "Array" });
    return dataset as never;
  };
  return schema;
}

/** QAPI `'*name': 'any'`. */
export const optionalAny: OptionalAny = /* @__PURE__ */ optional(
  any as v.GenericSchema,
) as unknown as OptionalAny;

/**
 * Schema of {@linkcode Timestamp}.
 *
 * @example Take a time, and the one that stands for none
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { Timestamp } from "@qmp/run-state";
 *
 * assert.ok(v.is(Timestamp, { seconds: 1267040730, microseconds: 682951 }));
 * assert.ok(v.is(Timestamp, { seconds: -1, microseconds: -1 }));
 * assert.equal(v.is(Timestamp, { seconds: 0, microseconds: -1 }), false);
 * ```
 */
export const Timestamp: TimestampSchema = /* @__PURE__ */ v.pipe(
  struct<Timestamp>({
    // One test each and no pipe: every event has these two, and a pipe of a
    // number and a check made reading a fifth slower.
    seconds: /* @__PURE__ */ matching("integer", Number.isSafeInteger),
    microseconds: /* @__PURE__ */ matching(
      "integer from 0 to 999999",
      (value) =>
        Number.isInteger(value) && value as number >= -1 &&
        value as number <= 999_999,
    ),
  }),
  // QEMU's timestamp_put() writes -1 into both when it cannot read the clock.
  // Not v.forward(), whose issue would have received the whole time.
  /* @__PURE__ */ v.rawCheck(({ dataset: { typed, value }, addIssue }) => {
    if (!typed || value.microseconds !== -1 || value.seconds === -1) return;
    addIssue({
      input: -1,
      expected: "integer from 0 to 999999",
      path: [{
        type: "object",
        origin: "value",
        input: value as never,
        key: "microseconds",
        value: -1,
      }],
    });
  }),
);

/**
 * Spells `{ 'enum': … }`.
 *
 * @param values The names, in QAPI's order.
 * @returns The schema of the enumeration, with its values as `options`.
 */
// @__NO_SIDE_EFFECTS__
export function enumeration<const T extends readonly string[]>(
  values: T,
): Enum<T> {
  return v.picklist(values);
}

/**
 * Spells `'*name'`.
 *
 * @param schema The schema of the member where it is there.
 * @returns The member, free to be absent.
 */
// @__NO_SIDE_EFFECTS__
export function optional<S extends v.GenericSchema>(
  schema: S,
): v.ExactOptionalSchema<S, undefined> {
  return v.exactOptional(schema);
}

/**
 * `v.object`, but an array is none: `typeof [] === "object"`, yet QEMU says
 * `QMP input member 'arguments' must be an object`.
 *
 * @param entries One schema per member.
 * @returns The schema of the object.
 */
// @__NO_SIDE_EFFECTS__
export function object<Entries extends v.ObjectEntries>(
  entries: Entries,
): v.ObjectSchema<Entries, undefined> {
  return noArray(v.object(entries));
}

/**
 * `v.strictObject`, but an array is none.
 *
 * @param entries One schema per member.
 * @returns The schema of the object.
 */
// @__NO_SIDE_EFFECTS__
export function strictObject<Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, undefined> {
  return noArray(v.strictObject(entries));
}

/**
 * `v.variant`, but an array is none of its options.
 *
 * @param key The member that tells the options apart.
 * @param options One schema of an object each.
 * @returns The schema of the union.
 */
// @__NO_SIDE_EFFECTS__
export function variant(
  key: string,
  options: readonly v.GenericSchema[],
): v.GenericSchema {
  return noArray(v.variant(key, options as never) as v.GenericSchema);
}

/**
 * Spells `{ 'struct': … }`. Members it does not name are dropped: QMP asks
 * clients to ignore what they do not know.
 *
 * @param members One schema per member.
 * @returns The schema of the struct.
 */
// @__NO_SIDE_EFFECTS__
export function struct<T>(members: NoInfer<Members<T>>): Struct<T> {
  return object(members) as Struct<T>;
}

/**
 * Spells the `'data'` of a command. Members it does not name are refused, as
 * QEMU refuses them.
 *
 * @param members One schema per argument.
 * @returns The schema of the arguments.
 */
// @__NO_SIDE_EFFECTS__
export function args<T>(members: NoInfer<Members<T>>): Args<T> {
  return strictObject(members) as Args<T>;
}

/**
 * Spells `{ 'union': … }`: a branch's members lie beside the discriminator.
 *
 * @param discriminator The member that names the branch.
 * @param branches The struct behind each of its values.
 * @returns The schema of the union.
 */
// @__NO_SIDE_EFFECTS__
export function union<Key extends string, T extends Record<Key, string>>(
  discriminator: Key,
  branches: NoInfer<Branches<Key, T>>,
): Union<Key, T> {
  const options = Object.entries<Struct<Empty>>(branches as never).map(
    ([tag, { entries }]) =>
      object({ [discriminator]: v.literal(tag), ...entries }),
  );
  return variant(discriminator, options) as unknown as Union<Key, T>;
}

/**
 * Spells `{ 'event': … }`.
 *
 * @param name The name on the wire.
 * @param data One schema per member of its data, where it has any.
 * @returns The schema of the whole event.
 */
// @__NO_SIDE_EFFECTS__
export function event<T extends EventMessage<string>>(
  name: T["event"],
  ...data: T extends { data: infer Data } ? [NoInfer<Members<Data>>] : []
): EventSchema<T> {
  const [members] = data as [v.ObjectEntries?];
  return object({
    event: v.literal(name),
    ...(members && { data: object(members) }),
    timestamp: Timestamp,
  }) as unknown as EventSchema<T>;
}

/**
 * Spells `{ 'command': … }`.
 *
 * @param name The name on the wire.
 * @param definition Its arguments, what comes back, and when QEMU takes it.
 * @returns The schema of the whole command, with its parts beside it.
 */
// @__NO_SIDE_EFFECTS__
export function command<
  const Name extends string,
  Data,
  Returns,
  Preconfig extends boolean,
>(
  name: Name,
  definition: CommandDefinition<Data, Returns, Preconfig>,
): CommandSchema<Name, Data, Returns, Preconfig> {
  const data = args<Data>(definition.data as Members<Data>);
  const required = Object.values<v.GenericSchema>(data.entries as never)
    .some(({ type }) => type !== "exact_optional");
  const message = strictObject({
    execute: v.literal(name),
    arguments: required ? data : optional(data as v.GenericSchema),
    id: optionalAny,
  });
  return Object.assign(message, definition, {
    command: name,
    data,
  }) as unknown as CommandSchema<Name, Data, Returns, Preconfig>;
}
