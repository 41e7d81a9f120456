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
  type Lore,
} from "./edition.ts";
import { explain, shown, unexpectedMember } from "./explain.ts";
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
  /** Where it is, from the message's root; or should be, where it is absent. */
  readonly path: Path;
  /** The first release that has it, where a later edition does. */
  readonly since?: string;
  /** The first release that lacks it, where an earlier edition has it. */
  readonly until?: string;
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
  const stranger = own === undefined && policy !== "raw"
    ? strangerOf(edition, kind, name)
    : undefined;
  if (issues === undefined && stranger === undefined) {
    const message = output as Message;
    return { kind, name, isOwn: own !== undefined, message, findings: nothing };
  }
  const subject = name ?? answers;
  const doubts = doubtsAbout(
    object,
    edition,
    kind,
    subject,
    stranger ?? schema,
  );
  // A newer QEMU's message is passed on; what is sent must be right today.
  const lenient = policy === "forward" && kind !== "command";
  const findings = doubts.map(({ fault, mayBeNewer }) =>
    lenient && mayBeNewer ? asNotice(fault) : fault
  );
  const message = findings.some(({ severity }) => severity === "fault")
    ? undefined
    : forwarded(object, kind, subject!, doubts);
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

/** Something wrong, and what is known of it. */
interface Doubt {
  readonly fault: Finding;
  /** Whether another QEMU than the edition's may say this. */
  readonly mayBeNewer: boolean;
  readonly lore: Lore | undefined;
}

function doubtsAbout(
  value: JsonObject,
  edition: Edition,
  kind: Kind,
  name: string | undefined,
  schema: v.GenericSchema | Finding,
): Doubt[] {
  const subject = name === undefined ? kind : `${kind} ${quote(name)}`;
  const faults = "code" in schema
    ? [schema]
    : kind === "command" && !("execute" in value) && name !== undefined &&
        schema !== envelopes.command
    ? [unexpectedMember(["exec-oob"], subject)]
    : faultsOf(schema, value, subject);
  return faults.map((fault) => {
    const { code, path } = fault;
    const lore = name === undefined ? undefined : edition.lore?.({
      code,
      kind,
      name,
      path,
      value: valueAt(value, path),
    });
    const told = lore?.why === undefined ? fault : {
      ...fault,
      message: lore.known
        ? `Cannot accept ${subject}: ${lore.why}`
        : `${fault.message}; ${lore.why}`,
    };
    const mayBeNewer = code === "MISSING_MEMBER"
      ? lore?.known === true
      : code === "UNKNOWN_VALUE" || code === "UNEXPECTED_MEMBER" ||
        code === "UNKNOWN_NAME";
    return { fault: told, mayBeNewer, lore };
  });
}

function valueAt(value: JsonValue | undefined, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    value,
  );
}

function asNotice(fault: Finding): Finding {
  const message = fault.message.replace(/^Cannot accept/, "Pass on as it is");
  return { ...fault, severity: "notice", message };
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

function forwarded(
  value: JsonObject,
  kind: Kind,
  name: string,
  doubts: readonly Doubt[],
): Forwarded {
  return {
    forwarded: name,
    data: kind === "event" ? value["data"] : value["return"],
    unknown: doubts.map(({ fault, lore }) => ({
      path: fault.path,
      ...(lore?.since !== undefined && { since: lore.since }),
      ...(lore?.until !== undefined && { until: lore.until }),
    })),
    ...(kind === "event" &&
      { timestamp: value["timestamp"] as unknown as Timestamp }),
    ...(value["id"] !== undefined && { id: value["id"] }),
  };
}

const spellings = new WeakMap<Edition, ReadonlyMap<string, string>>();

/**
 * What is wrong with a name that the edition does not know: it is one of
 * run-state's but for case, `_` and `-`, or belongs to another edition. Any
 * other is foreign, and nothing is wrong with it.
 */
function strangerOf(
  edition: Edition,
  kind: Kind,
  name: string | undefined,
): Finding | undefined {
  if (name === undefined || kind !== "event" && kind !== "command") return;
  let known = spellings.get(edition);
  if (known === undefined) {
    known = spellingsIn(edition);
    spellings.set(edition, known);
  }
  const meant = known.get(spelling(name));
  if (meant !== undefined && ownSchema(edition, kind, meant) !== undefined) {
    return unknownName(kind, name, `its name is ${quote(meant)}`);
  }
  const path = [kind === "event" ? "event" : "execute"];
  const code = "UNKNOWN_NAME";
  const lore = edition.lore?.({ code, kind, name, path, value: name });
  return lore?.known
    ? unknownName(kind, name, `edition ${edition.name} does not know it`)
    : undefined;
}

function spellingsIn(edition: Edition): ReadonlyMap<string, string> {
  const names = Object.keys(edition.schemas).filter((name) =>
    (eventSchema(edition, name) ?? commandSchema(edition, name)) !== undefined
  );
  return new Map(names.map((name) => [spelling(name), name]));
}

function spelling(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

function unknownName(kind: Kind, name: string, why: string): Finding {
  return {
    code: "UNKNOWN_NAME",
    severity: "fault",
    path: [kind === "event" ? "event" : "execute"],
    expected: "a name that the edition knows",
    received: quote(name),
    message: `Cannot accept ${kind} ${quote(name)}: ${why}`,
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
