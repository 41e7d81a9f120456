/**
 * How fast `fixtures()` makes valid events, beside the generators that people
 * use, for the same union of events and from the same Faker; and how long the
 * lists of messages take. Prints a table, or with `--json` one object. Asserts
 * nothing.
 *
 * @module
 */

import process from "node:process";
import { edition } from "@qmp/run-state/editions";
import { covering, fixtures, spoilt } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import * as v from "valibot";
import { faker as fakerEn } from "npm:@faker-js/faker@^10.6/locale/en";
import { Valimock } from "npm:valimock@^1.6";
import { z } from "npm:zod@^4.3";
import * as zodFaker from "npm:zod-schema-faker@^2.1/v4";

import { timeInRounds } from "./rounds.ts";

const release = edition("7.2");
const { definitions } = release;
const greatest = 2n ** 64n - 1n;

/** What the words of QAPI are in a schema library. */
interface Words<S> {
  readonly types: Readonly<Record<string, S>>;
  readonly literal: (value: string) => S;
  readonly enumeration: (values: readonly string[]) => S;
  readonly optional: (schema: S) => S;
  readonly object: (members: Record<string, S>) => S;
  readonly union: (discriminator: string, branches: S[]) => S;
}

/** The union of all events, in the words of a schema library. */
function eventsIn<S>(words: Words<S>): S {
  const { literal, optional, object, union } = words;

  function typeOf(name: string): S {
    const definition = definitions[name];
    switch (definition?.kind) {
      case undefined:
        return words.types[name]!;
      case "enum":
        return words.enumeration(definition.values);
      case "union":
        return union(
          definition.discriminator,
          Object.entries(definition.branches).map(([tag, branch]) =>
            object({
              [definition.discriminator]: literal(tag),
              ...membersOf(branch),
            })
          ),
        );
      default:
        return object(membersOf(name));
    }
  }

  function membersOf(name: string): Record<string, S> {
    const { members } = definitions[name] as {
      readonly members: Readonly<Record<string, string>>;
    };
    return Object.fromEntries(
      Object.entries(members).map(([member, type]) =>
        member.startsWith("*")
          ? [member.slice(1), optional(typeOf(type))]
          : [member, typeOf(type)]
      ),
    );
  }

  const events = Object.entries(definitions)
    .filter(([, { kind }]) => kind === "event")
    .map(([name]) => {
      const data = membersOf(name);
      return object({
        event: literal(name),
        ...(Object.keys(data).length > 0 && { data: object(data) }),
        timestamp: object({
          seconds: words.types["uint32"]!,
          microseconds: words.types["uint32"]!,
        }),
      });
    });
  return union("event", events);
}

const valibotEvent = eventsIn<v.GenericSchema>({
  types: {
    bool: v.boolean(),
    str: v.string(),
    uint32: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.maxValue(2 ** 32 - 1),
    ),
    uint64: v.pipe(v.bigint(), v.minValue(0n), v.maxValue(greatest)),
  },
  literal: v.literal,
  enumeration: v.picklist,
  optional: (schema) => v.optional(schema),
  object: v.object,
  union: (key, branches) => v.variant(key, branches as never),
});

const zodEvent = eventsIn<z.ZodType>({
  types: {
    bool: z.boolean(),
    str: z.string(),
    uint32: z.int().min(0).max(2 ** 32 - 1),
    uint64: z.bigint().min(0n).max(greatest),
  },
  literal: (value) => z.literal(value),
  enumeration: (values) => z.enum(values as [string]),
  optional: (schema) => z.optional(schema),
  object: z.object,
  union: (key, branches) => z.discriminatedUnion(key, branches as never),
});

/** How many are made in a round: enough to be warm, and of the slow ones fewer. */
const counts: Readonly<Record<string, number>> = {
  "fixtures()": 200_000,
  "valimock": 10_000,
  "zod-schema-faker": 10_000,
  "number.int of Faker": 200_000,
};

faker.seed(7);
zodFaker.setFaker(fakerEn);
const valimock = new Valimock();
const { $event } = fixtures(faker, { edition: release });
for (
  const [make, schema] of [
    [$event, valibotEvent],
    [() => valimock.mock(valibotEvent), valibotEvent],
  ] as const
) {
  const { issues } = v.safeParse(schema, make());
  if (issues !== undefined) throw new Error(issues[0].message);
}
z.parse(zodEvent, zodFaker.fake(zodEvent));

const makers: Readonly<Record<string, () => unknown>> = {
  "fixtures()": $event,
  "valimock": () => valimock.mock(valibotEvent),
  "zod-schema-faker": () => zodFaker.fake(zodEvent),
  "number.int of Faker": () => faker.number.int({ min: 0, max: 15 }),
};
const repeated = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, () => {
    const make = makers[name]!;
    for (let made = 0; made < counts[name]!; made++) make();
  }]));
const others = ["valimock", "zod-schema-faker"];
const results = {
  // First, while no other generator has taught the compiler its own calls of
  // Faker: nobody runs several in one process.
  ...timeInRounds({
    ...repeated(["fixtures()", "number.int of Faker"]),
    "covering()": () => covering(release),
    "spoilt()": () => spoilt(release),
  }, 9),
  ...timeInRounds(repeated(others), 9),
};

function figureOf(name: string, milliseconds: number): Record<string, number> {
  const count = counts[name];
  return count === undefined
    ? { milliseconds: Number(milliseconds.toFixed(2)) }
    : { perSecond: Math.round(count / milliseconds * 1000) };
}

const figures = Object.fromEntries(
  Object.entries(results).map(([name, { milliseconds }]) => [
    name,
    figureOf(name, milliseconds),
  ]),
);
if (process.argv.includes("--json")) {
  console.log(JSON.stringify(figures));
} else {
  console.log(`Valid events of QEMU ${release.name}, made by`);
  for (const [name, { perSecond, milliseconds }] of Object.entries(figures)) {
    const figure = perSecond === undefined
      ? `${milliseconds!.toFixed(2)} ms`
      : `${(perSecond / 1e6).toFixed(2)} million a second`;
    console.log(`  ${name.padEnd(22)}${figure}`);
  }
}
