/**
 * The JSON Schema of the editions in the hands of a validator that reads numbers
 * as doubles: the same verdict as the schemas that it was made of.
 *
 * @module
 */

import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { assert } from "chai";
import * as v from "valibot";

import {
  Command,
  ErrorReply,
  Event,
  Greeting,
  type JsonObject,
  kindOf,
  parseJson,
  Return,
  stringifyJson,
  Timestamp,
  uint32,
  uint64,
  VersionTriple,
} from "@qmp/run-state";
import { edition, editions } from "@qmp/run-state/editions";
import { covering, spoilt } from "@qmp/run-state/fixtures";
import { openApiComponents, toJsonSchema } from "@qmp/run-state/json-schema";
import {
  commandSchema,
  type Edition,
  eventSchema,
  replySchema,
  schemaOf,
} from "../src/schema/edition.ts";

/** Says that it takes a value, or does not. */
type Takes = (value: unknown) => boolean;

/** What a definition must take, by the schemas. */
function bySchemas(of: Edition): ReadonlyMap<string, Takes> {
  const names = Object.keys(of.schemas);
  const commands = names.filter((name) => commandSchema(of, name));
  const events = names.filter((name) => eventSchema(of, name));
  const replies = commands.map((name) =>
    [`${name}.reply`, replySchema(commandSchema(of, name)!)] as const
  );
  const schemas = {
    ...of.schemas,
    ...Object.fromEntries(replies),
    uint32,
    uint64,
    Timestamp,
    VersionTriple,
    Greeting,
    Event,
    Command,
    Return,
    ErrorReply,
    RunStateEvent: v.union(events.map((name) => of.schemas[name]!)),
    RunStateCommand: v.union(commands.map((name) => of.schemas[name]!)),
  } as Readonly<Record<string, v.GenericSchema>>;
  return new Map<string, Takes>([
    ...Object.entries(schemas).map(([name, schema]) =>
      [name, (value: unknown) => v.is(schema, value)] as const
    ),
    ["Message", (value) => {
      const kind = kindOf(value);
      return kind !== undefined &&
        v.is(schemaOf(of, value as JsonObject, kind), value);
    }],
  ]);
}

/** What each definition takes by the validator, and what the document takes. */
function byValidator(of: Edition): ReadonlyMap<string, Takes> {
  const document = JSON.parse(stringifyJson(toJsonSchema(of)));
  // What it does not know or finds odd in a schema, it throws.
  const ajv = new Ajv2020({ strict: true });
  ajv.addSchema(document, "qmp");
  const takes = (validate: ValidateFunction): Takes => (value) =>
    validate(value) === true;
  return new Map([
    ["", takes(ajv.getSchema("qmp")!)],
    ...Object.keys(document.$defs).map((name) =>
      [name, takes(ajv.compile({ $ref: `qmp#/$defs/${name}` }))] as const
    ),
  ]);
}

/**
 * A number from 0 to 2^64-1 or beyond it by one is one and the same double:
 * these messages are wrong for who reads their digits, and right for who does
 * not.
 */
const sameDouble = ["GUEST_PANICKED", "GUEST_CRASHLOADED"].flatMap((event) =>
  [
    "arg1 (hyper-v)",
    "arg2 (hyper-v)",
    "arg3 (hyper-v)",
    "arg4 (hyper-v)",
    "arg5 (hyper-v)",
    "psw-mask (s390)",
    "psw-addr (s390)",
    "gpa (tdx)",
  ].map((member) => `event ${event} data.info.${member}: above`)
);

/** The texts of messages by their names. */
function textsOf(name: string): ReadonlyMap<string, string> {
  const of = edition(name);
  return new Map([
    ...covering(of).map((message, index) =>
      [`covering ${index}`, stringifyJson(message)] as const
    ),
    ...spoilt(of).map(({ name, input }) =>
      [name, stringifyJson(input)] as const
    ),
  ]);
}

for (const name of editions) {
  Deno.test(`toJsonSchema() of ${name} takes and refuses what the schemas do, of all that is right and spoilt`, () => {
    const of = edition(name);
    const schemas = bySchemas(of);
    const validators = byValidator(of);
    assert.sameMembers([...validators.keys()], ["", ...schemas.keys()]);
    const texts = textsOf(name);
    assert.isAbove(texts.size, 600);
    const apart = new Set<string>();
    let taken = 0;
    for (const [title, text] of texts) {
      const exact = parseJson(text);
      const doubles = JSON.parse(text);
      for (const [definition, takes] of schemas) {
        const expected = takes(exact);
        taken += Number(expected);
        const judged = definition === "Message"
          ? ["Message", ""]
          : [definition];
        for (const each of judged) {
          if (validators.get(each)!(doubles) === expected) continue;
          if (sameDouble.includes(title)) apart.add(title);
          else assert.fail(`${definition}, ${title}: ${text}`);
        }
      }
    }
    assert.isAbove(taken, 600);
    // Each of those that are left out has to be: an edition has some of them.
    assert.sameMembers(
      [...apart],
      sameDouble.filter((title) => texts.has(title)),
    );
  });
}

Deno.test("toJsonSchema() takes and refuses what the schemas do, of parts of messages", () => {
  const of = edition("7.2");
  const schemas = bySchemas(of);
  const validators = byValidator(of);
  const parts = new Set<string>();
  const collect = (value: unknown) => {
    parts.add(stringifyJson(value));
    if (typeof value === "object" && value !== null) {
      Object.values(value).forEach(collect);
    }
  };
  for (const text of textsOf("7.2").values()) collect(parseJson(text));
  for (const text of ["-0", "1e3", "1.5", "4294967296", "-1", "null", '""']) {
    parts.add(text);
  }
  assert.isAbove(parts.size, 1000);
  for (const text of parts) {
    // The one number among them that is the same double as a right one.
    if (text.includes("18446744073709551616")) continue;
    for (const [definition, takes] of schemas) {
      assert.equal(
        validators.get(definition)!(JSON.parse(text)),
        takes(parseJson(text)),
        `${definition}: ${text}`,
      );
    }
  }
});

Deno.test("toJsonSchema() has no fewer greetings than there are, and no more", () => {
  const takes = byValidator(edition("7.2")).get("Greeting")!;
  const triple = { major: 7, minor: 2, micro: 22 };
  const version = { qemu: triple, package: "" };
  const list = Array.from({ length: 1001 }, () => "oob");
  const greetings: readonly [unknown, boolean][] = [
    [{ version, capabilities: [] }, true],
    [{ capabilities: ["oob"], more: 1 }, true],
    [{ version: { ...triple, package: "" }, capabilities: [] }, true],
    [{ version: { ...triple, qemu: 1, package: "" }, capabilities: [] }, false],
    [{ version: { qemu: triple }, capabilities: [] }, false],
    [{ version, capabilities: list.slice(1) }, true],
    [{ version, capabilities: list }, false],
    [{ version, capabilities: [1] }, false],
    [[], false],
  ];
  for (const [QMP, expected] of greetings) {
    assert.equal(v.is(Greeting, { QMP }), expected);
    assert.equal(takes({ QMP }), expected, JSON.stringify(QMP));
  }
});

Deno.test("openApiComponents() has the same, under names that OpenAPI allows", () => {
  for (const name of editions) {
    const { $defs } = toJsonSchema(edition(name));
    const { schemas } = openApiComponents(edition(name));
    const text = stringifyJson(schemas);
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)];
    assert.isAbove(references.length, 30);
    for (const [, reference] of references) {
      const [, target] = /^#\/components\/schemas\/(.*)$/.exec(reference!)!;
      assert.property(schemas, target!);
    }
    assert.equal(
      text.replaceAll("#/components/schemas/", "#/$defs/"),
      stringifyJson($defs),
    );
    for (const each of Object.keys(schemas)) {
      assert.match(each, /^[a-zA-Z0-9._-]+$/);
    }
  }
});

Deno.test("openApiComponents() makes a document that OpenAPI's own schema takes", async () => {
  for (const name of editions) {
    const schema = { $ref: "#/components/schemas/RunStateCommand" };
    const document = {
      openapi: "3.1.0",
      info: { title: "Control", version: "1" },
      paths: {
        "/qmp": {
          post: {
            requestBody: { content: { "application/json": { schema } } },
            responses: { 204: { description: "It was sent" } },
          },
        },
      },
      components: openApiComponents(edition(name)),
    };
    const { valid, errors } = await new Validator().validate(
      JSON.parse(stringifyJson(document)),
    );
    assert.isTrue(valid, JSON.stringify(errors));
  }
});
