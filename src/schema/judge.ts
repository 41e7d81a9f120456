/**
 * What a value is worth as a QMP message, under an edition and a policy.
 *
 * @module
 */

import * as v from "valibot";
import type { Finding } from "../wire/finding.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { quote } from "../wire/quote.ts";
import { type Doubt, doubtsAbout } from "./doubt.ts";
import {
  commandSchema,
  type Edition,
  envelopes,
  eventSchema,
  replySchema,
} from "./edition.ts";
import { shown } from "./explain.ts";
import { loreOf } from "./lore.ts";
import type { Forwarded, Message } from "./message.ts";
import type { Timestamp } from "./qapi.ts";
import { type Kind, kindOf } from "./qmp.ts";
import { strictly } from "./strictly.ts";

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

/** What a {@linkcode Judge} found. */
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

/**
 * Judges a value that has been read from a text; `answers` names the command
 * that a reply answers, where it is known.
 */
export type Judge = (value: JsonValue, answers?: string) => Judgement;

/** The schema of a message of run-state, as it is and refusing unknown members. */
interface Pair {
  readonly schema: v.GenericSchema;
  readonly strict: v.GenericSchema;
}

/** The schemas of an edition's own messages, by name. */
type Own = Readonly<Record<Kind, ReadonlyMap<string | undefined, Pair>>>;

const nothing: readonly Finding[] = [];
const foreignNamesKept = 1_000;

/**
 * Makes a judge.
 *
 * @param edition Which QEMU's protocol.
 * @param policy What to make of what the edition does not know.
 * @returns The judge: it gives the message where there is no fault, and what
 * was found.
 */
export function judgeBy(edition: Edition, policy: Policy): Judge {
  const own = ownSchemas(edition);
  const meant = spellingsOf(own);
  // Foreign events come often and under few names: what there is to say of a
  // name is looked up once.
  const foreign = new Map<string, Finding | undefined>();

  function stranger(kind: Kind, name: string | undefined): Finding | undefined {
    if (name === undefined || kind !== "event" && kind !== "command") return;
    const key = `${kind} ${name}`;
    const known = foreign.get(key);
    if (known !== undefined || foreign.has(key)) return known;
    const found = strangerOf(edition, meant[kind], kind, name);
    if (foreign.size === foreignNamesKept) foreign.clear();
    foreign.set(key, found);
    return found;
  }

  return (value, answers) => {
    const kind = kindOf(value);
    if (kind === undefined) return notQmp(value);
    const object = value as JsonObject;
    const name = nameOf(object, kind);
    const pair = policy === "raw" ? undefined : own[kind].get(name ?? answers);
    const isOwn = pair !== undefined;
    const schema = pair?.schema ?? envelopes[kind];
    // The strict schema first, also where unknown members are no fault: what
    // it takes, which is nearly all there is, has been read once and for all.
    const { output, issues } = v.safeParse(
      pair?.strict ?? (policy === "strict" ? strictly(schema) : schema),
      object,
    );
    const strange = isOwn || policy === "raw"
      ? undefined
      : stranger(kind, name);
    if (issues === undefined && strange === undefined) {
      const message = output as Message;
      return { kind, name, isOwn, message, findings: nothing };
    }
    const subject = name ?? answers;
    const doubts = doubtsAbout(
      object,
      edition,
      kind,
      subject,
      schema,
      strange,
    );
    // A newer QEMU's message is passed on; what is sent must be right today.
    const lenient = policy === "forward" && kind !== "command";
    const findings = doubts.map((doubt) =>
      lenient && doubt.mayBeNewer ? asNotice(doubt) : doubt.fault
    );
    const message = findings.some(({ severity }) => severity === "fault")
      ? undefined
      : forwarded(object, kind, subject!, doubts);
    return { kind, name, isOwn, message, findings };
  };
}

function nameOf(value: JsonObject, kind: Kind): string | undefined {
  const name = kind === "event"
    ? value["event"]
    : kind === "command"
    ? value["execute"] ?? value["exec-oob"]
    : undefined;
  return typeof name === "string" ? name : undefined;
}

function ownSchemas(edition: Edition): Own {
  const event = new Map<string, Pair>();
  const command = new Map<string, Pair>();
  const reply = new Map<string, Pair>();
  const pair = (schema: v.GenericSchema): Pair => ({
    schema,
    strict: strictly(schema),
  });
  for (const name of Object.keys(edition.schemas)) {
    const happening = eventSchema(edition, name);
    if (happening !== undefined) event.set(name, pair(happening));
    const order = commandSchema(edition, name);
    if (order === undefined) continue;
    command.set(name, pair(order as v.GenericSchema));
    reply.set(name, pair(replySchema(order)));
  }
  const none: ReadonlyMap<string, Pair> = new Map();
  return { event, command, return: reply, error: none, greeting: none };
}

function spellingsOf(
  own: Own,
): Readonly<Record<"event" | "command", ReadonlyMap<string, string>>> {
  const spelt = (kind: Kind) =>
    new Map([...own[kind].keys()].map((name) => [spelling(name!), name!]));
  return { event: spelt("event"), command: spelt("command") };
}

function spelling(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/**
 * What is wrong with a name that the edition does not know: it is one of
 * run-state's but for case, `_` and `-`, or belongs to another edition. Any
 * other is foreign, and nothing is wrong with it.
 */
function strangerOf(
  edition: Edition,
  spellings: ReadonlyMap<string, string>,
  kind: Kind,
  name: string,
): Finding | undefined {
  const meant = spellings.get(spelling(name));
  if (meant !== undefined) {
    return unknownName(kind, name, `its name is ${quote(meant)}`);
  }
  const path = [kind === "event" ? "event" : "execute"];
  const code = "UNKNOWN_NAME";
  return loreOf(edition, { code, kind, name, path, value: name })?.known
    ? unknownName(kind, name, `edition ${edition.name} does not know it`)
    : undefined;
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

function asNotice({ subject, fault }: Doubt): Finding {
  const why = fault.message.slice(`Cannot accept ${subject}`.length);
  const message = `Pass on ${subject} as it is${why}`;
  return { ...fault, severity: "notice", message };
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
