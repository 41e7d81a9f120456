/**
 * The strict side of a schema that drops what it does not know.
 *
 * @module
 */

import * as v from "valibot";
import type { Path } from "../wire/finding.ts";
import { optional, strictObject, variant } from "./qapi.ts";

/** The parts by which schemas are told apart here. */
interface Parts {
  readonly entries?: v.ObjectEntries;
  readonly key?: string;
  readonly options?: readonly (v.GenericSchema & Parts)[];
  readonly pipe?: readonly [v.GenericSchema, ...never[]];
  readonly wrapped?: v.GenericSchema;
}

const made = new WeakMap<v.GenericSchema, v.GenericSchema>();

/**
 * Makes a schema refuse the members that it does not name, at every level.
 *
 * @param schema Any schema built from QAPI's words.
 * @returns The same, but strict; made at most once.
 */
export function strictly(schema: v.GenericSchema): v.GenericSchema {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const strict = makeStrict(schema);
  made.set(schema, strict);
  return strict;
}

function makeStrict(schema: v.GenericSchema & Parts): v.GenericSchema {
  if (schema.pipe !== undefined) {
    const [first, ...rest] = schema.pipe;
    const strict = strictly(first);
    return strict === first ? schema : v.pipe(strict, ...rest);
  }
  switch (schema.type) {
    case "object":
    case "strict_object":
      return strictObject(strictEntries(schema.entries!));
    case "exact_optional":
      return optional(strictly(schema.wrapped!));
    case "variant":
      return variant(
        schema.key!,
        schema.options!.map(({ entries }) =>
          strictObject(strictEntries(entries!))
        ),
      );
    default:
      return schema;
  }
}

function strictEntries(entries: v.ObjectEntries): v.ObjectEntries {
  return Object.fromEntries(
    Object.entries<v.GenericSchema>(entries as never)
      .map(([key, entry]) => [key, strictly(entry)]),
  );
}

/**
 * Lists the members that a schema does not name. `v.strictObject` stops at the
 * first.
 *
 * @param schema Any schema built from QAPI's words.
 * @param value The value it was asked about.
 * @param most How many to list at most.
 * @returns The paths, in the order of the members.
 */
export function unexpected(
  schema: v.GenericSchema,
  value: unknown,
  most: number,
): Path[] {
  const found: Path[] = [];
  for (const path of strangers(schema, value, [])) {
    if (found.push(path) === most) break;
  }
  return found;
}

function* strangers(
  schema: v.GenericSchema & Parts,
  value: unknown,
  path: Path,
): Generator<Path> {
  const entries = entriesFor(schema, value);
  if (entries === undefined || typeof value !== "object" || value === null) {
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
    const at = [...path, key];
    if (entry === undefined) yield at;
    else yield* strangers(entry as v.GenericSchema, member, at);
  }
}

function entriesFor(
  schema: v.GenericSchema & Parts,
  value: unknown,
): v.ObjectEntries | undefined {
  if (schema.wrapped !== undefined) return entriesFor(schema.wrapped, value);
  if (schema.options === undefined || schema.key === undefined) {
    return schema.entries;
  }
  const { key } = schema;
  return schema.options.find(({ entries }) =>
    v.is(entries![key] as v.GenericSchema, (value as never)?.[key])
  )?.entries;
}
