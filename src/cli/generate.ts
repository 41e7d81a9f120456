/**
 * The verb `generate`: makes messages for tests.
 *
 * @module
 */

import type { Edition } from "../editions/edition.ts";
import { type Chunk, chunkTrace } from "../fixtures/conversation.ts";
import type { Faker } from "../fixtures/draw.ts";
import type { Spoilt } from "../fixtures/fault.ts";
import { fixtures } from "../fixtures/make.ts";
import { mostSteps } from "../fixtures/session.ts";
import { spoil } from "../fixtures/spoilt.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { quote } from "../wire/quote.ts";
import { qemuOrder } from "../fixtures/qemu_order.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { chanceFrom } from "./chance.ts";
import {
  type Format,
  hostileNamed,
  hostileText,
  listHostile,
  listSessions,
  sessionNamed,
  sessionText,
} from "./conversations.ts";
import { newestRelease } from "./edition_choice.ts";
import { editionToMake, makingOptions } from "./reading.ts";
import type { Context, Verb } from "./verb.ts";
import { WriteError } from "./terminal.ts";

/** The kinds of message, beside which events and commands are named. */
const kinds = ["event", "command", "return", "error", "greeting"];

/** The verb. */
export const generate: Verb = {
  about: "Makes messages for tests, valid ones unless told otherwise.",
  operands: "[NAME…]",
  names: [
    `NAME is an event or a command of the edition, or one of ${
      kinds.join(", ")
    };`,
    "event unless said. Several take turns.",
  ],
  options: {
    count: { takes: "N", about: "How many messages; 10 unless said" },
    seed: {
      takes: "N",
      about:
        "What chance begins with: the same messages for the same; 0 unless said",
    },
    ...makingOptions,
    invalid: { about: "Make each wrong in one known way" },
    hostile: {
      takes: "NAME",
      about: 'Print a conversation that is legal and nasty; "list" lists them',
    },
    session: {
      takes: "NAME",
      about:
        'Print a trace of a conversation from start to end; "list" lists them',
    },
    steps: {
      takes: "N",
      about: "Print one of N steps at random, and an end",
    },
    "json-lines": {
      about:
        "JSON, a line each, with what is wrong, and in conversations the run state",
    },
    trace: { about: "Print a trace file" },
  },
  exit: "0 all is printed, 2 wrong usage",
  run,
};

/** A message, and what is wrong with it where it is spoilt. */
interface Made {
  readonly message: JsonValue;
  readonly fault?: Spoilt;
}

async function run(args: Arguments, context: Context): Promise<number> {
  const { options, operands } = args;
  const format = formatIn(args);
  const name = options.get("hostile");
  if (name !== undefined) {
    refuseBeside(args, "hostile", [
      ...["count", "seed", "qemu", "edition", "invalid", "session", "steps"],
    ]);
    if (name === "list") await listHostile(context);
    else await print(context, hostileText(hostileNamed(name), format));
    return 0;
  }
  const edition = editionToMake(args) ?? newestRelease().edition;
  const chance = chanceFrom(wholeNumber(options, "seed", 0, 0xffff_ffff));
  const scenario = options.get("session");
  if (scenario === "list") {
    refuseBeside(args, "session", ["count", "seed", "invalid", "steps"]);
    await listSessions(context, edition);
    return 0;
  }
  if (scenario !== undefined) {
    refuseBeside(args, "session", ["count", "invalid", "steps"]);
    const session = sessionNamed(scenario, edition, chance);
    await print(context, sessionText(session, format));
    return 0;
  }
  if (options.has("steps")) {
    refuseBeside(args, "steps", ["count", "invalid"]);
    const steps = wholeNumber(options, "steps", 0, mostSteps);
    const { session } = fixtures(chance, { edition });
    await print(context, sessionText(session({ steps }), format));
    return 0;
  }
  const count = wholeNumber(options, "count", 10, Number.MAX_SAFE_INTEGER);
  const makers = makersFor(operands, edition, chance);
  const made = options.has("invalid")
    ? spoiltBy(edition, chance, makers)
    : (index: number): Made => ({ message: makers[index % makers.length]!() });
  await print(context, textOf(made, count, edition, format));
  return 0;
}

function formatIn({ options }: Arguments): Format {
  if (options.has("json-lines") && options.has("trace")) {
    throw new UsageError("Cannot print JSON lines and a trace at once");
  }
  return options.has("json-lines")
    ? "json-lines"
    : options.has("trace")
    ? "trace"
    : "raw";
}

function refuseBeside(
  { operands, options }: Arguments,
  name: string,
  names: string[],
): void {
  const beside = [
    ...names.filter((name) => options.has(name)).map((name) => `--${name}`),
    ...operands,
  ];
  if (beside.length === 0) return;
  throw new UsageError(
    `Cannot use ${
      quote(beside[0]!)
    } beside --${name}: the conversation is what it is`,
  );
}

function wholeNumber(
  options: Arguments["options"],
  name: string,
  otherwise: number,
  most: number,
): number {
  const given = options.get(name);
  if (given === undefined) return otherwise;
  const number = /^\d+$/.test(given) ? Number(given) : NaN;
  if (number <= most) return number;
  throw new UsageError(
    `Cannot take ${
      quote(given)
    } for --${name}: it is no whole number from 0 to ${most}`,
  );
}

function makersFor(
  names: readonly string[],
  edition: Edition,
  chance: Faker,
): (() => JsonObject)[] {
  const make = fixtures(chance, { edition }) as unknown as Readonly<
    Record<string, () => JsonObject>
  >;
  return (names.length > 0 ? names : ["event"]).map((name) => {
    const kind = edition.definitions[name]?.kind;
    if (kind === "event" || kind === "command") return make[name]!;
    if (kinds.includes(name)) return make[`$${name}`]!;
    throw new UsageError(
      `Cannot generate ${
        quote(name)
      }: it is no event or command of edition ${edition.name}, and none of ${
        kinds.join(", ")
      }`,
    );
  });
}

function spoiltBy(
  edition: Edition,
  chance: Faker,
  makers: readonly (() => JsonObject)[],
): (index: number) => Made {
  function pick<T>(ways: readonly T[]): T {
    return ways[chance.number.int({ min: 0, max: ways.length - 1 })]!;
  }
  return (index) => {
    const message = makers[index % makers.length]!();
    for (;;) {
      const fault = spoil(message, { edition, pick });
      // A number that lost digits is right again as a text.
      if (fault.kind !== "unsafe-number") {
        return { message: fault.input, fault };
      }
    }
  };
}

function* textOf(
  make: (index: number) => Made,
  count: number,
  edition: Edition,
  format: Format,
): Generator<string> {
  if (format === "trace") {
    const title = `${count} messages of edition ${edition.name}`;
    // A reader chooses the edition by it.
    yield* chunkTrace(chunksOf(make, count), { title, qemu: edition.name });
    return;
  }
  for (let index = 0; index < count; index++) {
    const { message, fault } = make(index);
    yield format === "raw"
      ? asQemu(message)
      : `${stringifyJson(fault === undefined ? message : labelOf(fault))}\n`;
  }
}

function labelOf(fault: Spoilt): JsonValue {
  const { name, kind, input, path, expected, findings, underForward, verdict } =
    fault;
  const label = { name, kind, path, expected, findings, underForward };
  return {
    ...label,
    ...(verdict && { verdict }),
    input,
  } as unknown as JsonValue;
}

function* chunksOf(
  make: (index: number) => Made,
  count: number,
): Generator<Chunk> {
  for (let index = 0; index < count; index++) {
    const { message } = make(index);
    const isSent = typeof message === "object" && message !== null &&
      ("execute" in message || "exec-oob" in message);
    yield {
      direction: isSent ? "->" : "<-",
      at: index / 1000,
      bytes: encoder.encode(asQemu(message)),
    };
  }
}

function asQemu(message: JsonValue): string {
  const ordered = qemuOrder(message as JsonObject);
  return `${stringifyJson(ordered, { style: "qemu" })}\r\n`;
}

const encoder = new TextEncoder();

const writtenAtOnce = 64 * 1024;

/**
 * Writes text as it is: a printer would spell out what ends a line of QEMU's.
 * All of it is ASCII, and JSON spells out controls.
 */
async function print(
  { host }: Context,
  texts: Iterable<string>,
): Promise<void> {
  let held = "";
  const write = async () => {
    try {
      if (held !== "") await host.stdout.write(held);
    } catch (error) {
      throw new WriteError(error);
    }
    held = "";
  };
  for (const text of texts) {
    held += text;
    if (held.length >= writtenAtOnce) await write();
  }
  await write();
}
