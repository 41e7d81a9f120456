/**
 * What a value is worth as a QMP message, under an edition and a policy.
 *
 * @module
 */

import * as v from "valibot";
import type { Finding, Path } from "../wire/finding.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { quote } from "../wire/quote.ts";
import {
  commandSchema,
  type Edition,
  envelopes,
  eventSchema,
} from "./edition.ts";
import { dotted, explain, shown, unexpectedMember } from "./explain.ts";
import type { Message } from "./message.ts";
import { object, optionalAny, type Timestamp } from "./qapi.ts";
import { type Kind, kindOf } from "./qmp.ts";
import { strictly, unexpected } from "./strictly.ts";

/**
 * What to make of what an edition does not know.
 *
 * - `strict`: it is a fault.
 * - `forward`: a newer QEMU may know it. It is delivered as data of its own
 *   type, {@linkcode Forwarded}, and marked.
 * - `raw`: only the envelope is looked at.
 *
 * Commands are read strictly under `forward` too: QEMU refuses what it does
 * not know.
 */
export type Policy = "strict" | "forward" | "raw";

/** Something in a message that the edition does not know. */
export interface Unknown {
  /** Where it is, from the message's root. */
  readonly path: Path;
}

/**
 * An event or a reply of run-state that holds something the edition does not
 * know. Its shape differs from that of a {@linkcode Message}, so that an
 * exhaustive `switch` is not fooled by a value it does not list.
 */
export interface Forwarded {
  /** The event's name, or that of the command which the reply answers. */
  readonly forwarded: string;
  /** The event's `data` or the reply's `return`, to the last member. */
  readonly data: unknown;
  /** What the edition does not know. */
  readonly unknown: readonly Unknown[];
  /** When the event happened. */
  readonly timestamp?: Timestamp;
  /** The id of the command that a reply answers. */
  readonly id?: JsonValue;
}

/** What {@linkcode judge} found. */
export interface Judgement {
  /** Which kind of message it is; undefined where it is none. */
  readonly kind: Kind | undefined;
  /** The name of an event or a command. */
  readonly name: string | undefined;
  /** Whether run-state itself defines what it carries. */
  readonly isOwn: boolean;
  /** The message; undefined where there is a fault. */
  readonly message: Message | Forwarded | undefined;
  /** What was found. */
  readonly findings: readonly Finding[];
}

const nothing: readonly Finding[] = [];

/**
 * Judges a value that has been read from a text.
 *
 * @param value The value.
 * @param edition Which QEMU's protocol.
 * @param policy What to make of what the edition does not know.
 * @param answers The command that a reply answers, where it is known.
 * @returns The message where there is no fault, and what was found.
 */
export function judge(
  value: JsonValue,
  edition: Edition,
  policy: Policy,
  answers?: string,
): Judgement {
  const kind = kindOf(value);
  if (kind === undefined) return notQmp(value);
  const object = value as JsonObject;
  const name = nameOf(object, kind);
  const own = policy === "raw"
    ? undefined
    : ownSchema(edition, kind, name ?? answers);
  const schema = own ?? envelopes[kind];
  // The strict schema first, also where unknown members are no fault: what it
  // takes, which is nearly all there is, has been read once and for all.
  const { output, issues } = v.safeParse(
    own !== undefined || policy === "strict" ? strictly(schema) : schema,
    object,
  );
  const meant = own === undefined && policy !== "raw"
    ? meantBy(edition, kind, name)
    : undefined;
  if (issues === undefined && meant === undefined) {
    const message = output as Message;
    return { kind, name, isOwn: own !== undefined, message, findings: nothing };
  }
  const subject = name === undefined ? kind : `${kind} ${quote(name)}`;
  const faults = meant !== undefined
    ? [misspelt(kind, name!, meant)]
    : own !== undefined && kind === "command" && !("execute" in object)
    ? [unexpectedMember(["exec-oob"], subject)]
    : faultsOf(schema, object, subject);
  const findings = policy === "forward" && kind !== "command"
    ? faults.map((fault) => maybeNewer(fault, edition, subject))
    : faults;
  const message = findings.some(({ severity }) => severity === "fault")
    ? undefined
    : forwarded(object, kind, name ?? answers!, findings);
  return { kind, name, isOwn: own !== undefined, message, findings };
}

function nameOf(value: JsonObject, kind: Kind): string | undefined {
  const name = kind === "event"
    ? value["event"]
    : kind === "command"
    ? value["execute"] ?? value["exec-oob"]
    : undefined;
  return typeof name === "string" ? name : undefined;
}

const replies = new WeakMap<v.GenericSchema, v.GenericSchema>();

/** The schema that run-state itself has for a message. */
function ownSchema(
  edition: Edition,
  kind: Kind,
  name: string | undefined,
): v.GenericSchema | undefined {
  if (kind === "event") return eventSchema(edition, name);
  if (kind !== "command" && kind !== "return") return undefined;
  const schema = commandSchema(edition, name);
  if (schema === undefined || kind === "command") return schema;
  const reply = replies.get(schema) ??
    object({ return: schema.returns, id: optionalAny }) as v.GenericSchema;
  replies.set(schema, reply);
  return reply;
}

function faultsOf(
  schema: v.GenericSchema,
  value: JsonObject,
  subject: string,
): Finding[] {
  const { issues = [] } = v.safeParse(schema, value);
  const faults = issues.map((issue) => explain(issue, subject));
  const told = new Set(faults.map(({ path }) => path.join("\0")));
  return faults.concat(
    unexpected(schema, value)
      .filter((path) => !told.has(path.join("\0")))
      .map((path) => unexpectedMember(path, subject)),
  );
}

/** Nothing that a newer QEMU could say is a fault under `forward`. */
function maybeNewer(
  fault: Finding,
  edition: Edition,
  subject: string,
): Finding {
  const { code, path, received } = fault;
  const what = code === "UNKNOWN_VALUE"
    ? `${received} at ${dotted(path)}`
    : code === "UNEXPECTED_MEMBER" || code === "UNKNOWN_NAME"
    ? dotted(path)
    : undefined;
  return what === undefined ? fault : {
    ...fault,
    severity: "notice",
    message:
      `Pass on ${subject} as it is: edition ${edition.name} does not know ${what}`,
  };
}

function forwarded(
  value: JsonObject,
  kind: Kind,
  name: string,
  findings: readonly Finding[],
): Forwarded {
  return {
    forwarded: name,
    data: kind === "event" ? value["data"] : value["return"],
    unknown: findings.map(({ path }) => ({ path })),
    ...(kind === "event" &&
      { timestamp: value["timestamp"] as unknown as Timestamp }),
    ...(value["id"] !== undefined && { id: value["id"] }),
  };
}

const spellings = new WeakMap<Edition, ReadonlyMap<string, string>>();

/** The name of run-state that a foreign name is but for case, `_` and `-`. */
function meantBy(
  edition: Edition,
  kind: Kind,
  name: string | undefined,
): string | undefined {
  if (name === undefined) return undefined;
  let known = spellings.get(edition);
  if (known === undefined) {
    known = new Map(
      Object.keys(edition.schemas)
        .flatMap((name) =>
          eventSchema(edition, name) ?? commandSchema(edition, name)
            ? [[spelling(name), name]]
            : []
        ),
    );
    spellings.set(edition, known);
  }
  const meant = known.get(spelling(name));
  return meant !== undefined && ownSchema(edition, kind, meant) !== undefined
    ? meant
    : undefined;
}

function spelling(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

function misspelt(kind: Kind, name: string, meant: string): Finding {
  return {
    code: "UNKNOWN_NAME",
    severity: "fault",
    path: [kind === "event" ? "event" : "execute"],
    expected: quote(meant),
    received: quote(name),
    message: `Cannot accept ${kind} ${quote(name)}: its name is ${
      quote(meant)
    }`,
  };
}

function notQmp(value: JsonValue): Judgement {
  const received = shown(value);
  const why = received === "an object"
    ? "its members mark no kind of message, or several"
    : "it is no object";
  return {
    kind: undefined,
    name: undefined,
    isOwn: false,
    message: undefined,
    findings: [{
      code: "NOT_QMP",
      severity: "fault",
      path: [],
      expected: "a QMP message",
      received,
      message: `Cannot accept ${received} as a QMP message: ${why}`,
    }],
  };
}
