/**
 * The messages of an edition as JSON Schema, for validators, documents and code
 * generators that know no Valibot. It stands on `@valibot/to-json-schema`,
 * which is installed beside this package by who wants it.
 *
 * @example Hand a validator what JSON.parse gives
 * ```ts
 * import assert from "node:assert/strict";
 * import { stringifyJson } from "@qmp/run-state";
 * import { edition } from "@qmp/run-state/editions";
 * import { toJsonSchema } from "@qmp/run-state/json-schema";
 *
 * const text = stringifyJson(toJsonSchema(edition("7.2")));
 * assert.match(text, /"maximum":18446744073709551615/);
 * const { $defs } = JSON.parse(text);
 * assert.deepEqual($defs.RebootAction.enum, ["reset", "shutdown"]);
 * ```
 *
 * @module
 */

import {
  type ConversionConfig,
  toJsonSchemaDefs,
} from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { parseJson } from "../wire/parse_json.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import {
  commandSchema,
  type Edition,
  eventSchema,
  replySchema,
  requireEdition,
} from "./edition.ts";
import { Timestamp } from "./qapi.ts";
import {
  ErrorReply,
  Event,
  mostCapabilities,
  Return,
  VersionTriple,
} from "./qmp.ts";
import { uint32, uint64 } from "./scalar.ts";

/** A JSON Schema of all that an edition says and hears. */
export interface JsonSchemaDocument {
  /** The dialect: draft 2020-12. */
  readonly $schema: "https://json-schema.org/draft/2020-12/schema";
  /** Which edition it was made of. */
  readonly title: string;
  /** What the document itself takes: any message. */
  readonly $ref: "#/$defs/Message";
  /** What there is, by name. */
  readonly $defs: Readonly<Record<string, JsonObject>>;
}

/** The part of an OpenAPI document that holds schemas. */
export interface OpenApiComponents {
  /** What there is, by name. */
  readonly schemas: Readonly<Record<string, JsonObject>>;
}

/**
 * Makes a JSON Schema (draft 2020-12) of an edition.
 *
 * `$defs` has every definition by QAPI's name, events and commands as whole
 * messages; `NAME.reply` for the reply to each command; `uint32` and `uint64`;
 * what every monitor says, as `Greeting`, `Event`, `Command`, `Return`,
 * `ErrorReply`, `Timestamp` and `VersionTriple`; and the unions `RunStateEvent`,
 * `RunStateCommand` and `Message`. The document itself takes any message:
 * run-state's own by their own schemas, all others by the envelope.
 *
 * Like the schemas that it is made of, it takes members that it does not know
 * in what QEMU says, and refuses them in commands.
 *
 * The greatest `uint64` is a bigint in the value, so that no digit of it is
 * lost: write it with {@linkcode stringifyJson}, since JSON.stringify throws. A
 * validator that reads numbers as doubles takes 18446744073709551616 too, which
 * is the same double.
 *
 * @param edition Which QEMU's protocol.
 * @returns The document. Each call makes a new one, and the same.
 * @throws {Error} Where a schema is not built from QAPI's words.
 * @throws {TypeError} Where the edition is none.
 *
 * @example Print it
 * ```ts
 * import assert from "node:assert/strict";
 * import { seed, stringifyJson } from "@qmp/run-state";
 * import { toJsonSchema } from "@qmp/run-state/json-schema";
 *
 * const schema = toJsonSchema(seed);
 * assert.deepEqual(schema.$defs["uint64"], {
 *   type: "integer",
 *   minimum: 0,
 *   maximum: 18446744073709551615n,
 * });
 * assert.match(stringifyJson(schema), /"maximum":18446744073709551615/);
 * ```
 */
export function toJsonSchema(edition: Edition): JsonSchemaDocument {
  const $defs = definitionsOf(edition, "#/$defs/");
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `QMP's run-state, edition ${edition.name}`,
    $ref: "#/$defs/Message",
    $defs,
  };
}

/**
 * Makes the `components` of an OpenAPI document (3.1) of an edition: what
 * {@linkcode toJsonSchema} gives in `$defs`, under the same names.
 *
 * @param edition Which QEMU's protocol.
 * @returns The components. Each call makes new ones, and the same.
 * @throws {Error} Where a schema is not built from QAPI's words.
 * @throws {TypeError} Where the edition is none.
 *
 * @example Describe a route that takes a command
 * ```ts
 * import assert from "node:assert/strict";
 * import { stringifyJson } from "@qmp/run-state";
 * import { edition } from "@qmp/run-state/editions";
 * import { openApiComponents } from "@qmp/run-state/json-schema";
 *
 * const components = openApiComponents(edition("7.2"));
 * const schema = { $ref: "#/components/schemas/set-action" };
 * const requestBody = { content: { "application/json": { schema } } };
 * const text = stringifyJson({
 *   openapi: "3.1.0",
 *   info: { title: "Control", version: "1" },
 *   paths: { "/qmp": { post: { requestBody } } },
 *   components,
 * });
 * assert.ok("set-action" in JSON.parse(text).components.schemas);
 * ```
 */
export function openApiComponents(edition: Edition): OpenApiComponents {
  return { schemas: definitionsOf(edition, "#/components/schemas/") };
}

function definitionsOf(
  edition: Edition,
  base: string,
): Readonly<Record<string, JsonObject>> {
  requireEdition(edition, "schemas");
  const names = Object.keys(edition.schemas);
  const events = names.filter((name) => eventSchema(edition, name));
  const commands = names.filter((name) => commandSchema(edition, name));
  const replies = commands.map((name) =>
    [`${name}.reply`, replySchema(commandSchema(edition, name)!)] as const
  );
  const definitions = toJsonSchemaDefs({
    ...edition.schemas,
    ...Object.fromEntries(replies),
    uint32,
    uint64,
    Timestamp,
    VersionTriple,
    Event,
    Return,
    ErrorReply,
  } as Readonly<Record<string, v.GenericSchema>>, {
    ...conversion,
    overrideRef: ({ referenceId }) => base + referenceId,
  });
  const ref = (name: string): JsonObject => ({ $ref: base + name });
  const all = {
    ...definitions,
    Greeting: greeting(ref("VersionTriple")),
    Command: command,
    RunStateEvent: { oneOf: events.map(ref) },
    RunStateCommand: { oneOf: commands.map(ref) },
    Message: {
      type: "object",
      // The marks of two kinds make no message.
      oneOf: [
        ...["QMP", "event", "return", "error"].map((mark) => has(mark)),
        { anyOf: [has("execute"), has("exec-oob")] },
      ],
      anyOf: [
        ref("Greeting"),
        byName("event", events, ref("RunStateEvent"), ref("Event")),
        byName("execute", commands, ref("RunStateCommand"), ref("Command")),
        ref("Return"),
        ref("ErrorReply"),
      ],
    },
  };
  // A copy: parts of it are the schemas' own, and tools resolve references in
  // place.
  return parseJson(stringifyJson(all)) as Record<string, JsonObject>;
}

/** What the converter cannot know of, for it reads no function. */
const conversion: ConversionConfig = {
  target: "draft-2020-12",
  typeMode: "input",
  overrideSchema: ({ valibotSchema: { type, expects } }) =>
    type === "custom" ? wordFor(expects) : undefined,
  overrideAction: ({ valibotAction, jsonSchema }) =>
    valibotAction.type === "raw_check"
      ? { ...jsonSchema, ...noLoneMinusOne as object }
      : valibotAction.type === "check"
      ? wordFor((valibotAction as { expects?: string | null }).expects)
      : undefined,
};

const { MIN_SAFE_INTEGER, MAX_SAFE_INTEGER } = Number;

/** What schemas that are a function expect, by their own words. */
const words: Readonly<Record<string, JsonObject>> = {
  "JSON value": {},
  "Object": { type: "object" },
  "uint32": integer(0, 0xffff_ffff),
  "(bigint | number)": {},
  "bigint | safe integer": integer(0, 0xffff_ffff_ffff_ffffn),
  "integer": integer(MIN_SAFE_INTEGER, MAX_SAFE_INTEGER),
  "integer from 0": integer(0, MAX_SAFE_INTEGER),
  "integer from 0 to 999999": integer(-1, 999_999),
};

/** A word that is not known stays undefined, and the converter throws. */
function wordFor(expects: string | null | undefined): object | undefined {
  return words[expects ?? ""];
}

function integer(minimum: number, maximum: number | bigint): JsonObject {
  return { type: "integer", minimum, maximum };
}

/** Microseconds are -1 beside seconds that are, where QEMU cannot read the clock. */
const noLoneMinusOne: JsonObject = {
  anyOf: [
    { properties: { microseconds: integer(0, 999_999) } },
    { properties: { seconds: { const: -1 } } },
  ],
};

// Greeting and Command look at the value to choose a schema, which the
// converter cannot follow.

function greeting(versionTriple: JsonObject): JsonObject {
  const version = {
    type: "object",
    properties: { package: { type: "string" } },
    required: ["package"],
    if: has("qemu"),
    then: { properties: { qemu: versionTriple } },
    else: versionTriple,
  };
  const capabilities = {
    type: "array",
    items: { type: "string" },
    maxItems: mostCapabilities,
  };
  const QMP = {
    type: "object",
    properties: { version, capabilities },
    required: ["capabilities"],
  };
  return { type: "object", properties: { QMP }, required: ["QMP"] };
}

const command: JsonObject = {
  type: "object",
  properties: {
    execute: { type: "string" },
    "exec-oob": { type: "string" },
    arguments: { type: "object" },
    id: {},
  },
  oneOf: [has("execute"), has("exec-oob")],
  additionalProperties: false,
};

/** The member is named as well, which strict validators ask for. */
function has(member: string, value: JsonValue = true): JsonObject {
  return { properties: { [member]: value }, required: [member] };
}

/** Own names by their own schemas, all others by the envelope. */
function byName(
  member: string,
  names: readonly string[],
  own: JsonObject,
  other: JsonObject,
): JsonObject {
  return { if: has(member, { enum: [...names] }), then: own, else: other };
}
