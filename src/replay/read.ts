/**
 * From records to entries: each text with its message and what was found.
 *
 * @module
 */

import { type Edition, requireEdition, seed } from "../schema/edition.ts";
import { judgeBy, type Policy } from "../schema/judge.ts";
import type { Forwarded, Message } from "../schema/message.ts";
import type { ErrorReply, Kind } from "../schema/qmp.ts";
import { isSecretive, reachesSecret } from "../schema/secret.ts";
import type { Finding } from "../wire/finding.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { safeParseJson } from "../wire/parse_json.ts";
import { quote, shorten } from "../wire/quote.ts";
import type { Stage } from "../wire/stage.ts";
import type { Direction, StateChange, TraceRecord } from "./record.ts";
import { waiting } from "./waiting.ts";

/** One text of a source, its message, and what was found. */
export interface Entry {
  /** The line of the source on which the text begins, from 1. */
  readonly line: number;
  /** The byte at which the text begins, from 0: of a trace counted in the bytes of its direction, else in those of the stream or the log. */
  readonly offset: number;
  /** The text, to the letter, but without what the source puts before its lines. */
  readonly text: string;
  /** What was read instead of the text, where the source holds its messages in another form than JSON. */
  readonly json?: string;
  /** The run state that the text tells of, where it is QEMU's own log. */
  readonly state?: StateChange;
  /** Seconds since the start of the trace, or since the epoch where the source knows the time of day. */
  readonly at?: number;
  /** Which way it went, where the source knows. */
  readonly direction?: Direction;
  /** Which monitor it belongs to, where the source holds several. */
  readonly monitor?: string;
  /** Which kind of message it is; absent where it is none. */
  readonly kind?: Kind;
  /** The name of an event or a command. */
  readonly name?: string;
  /** The message; absent where there is a fault. */
  readonly message?: Message | Forwarded;
  /** The command that a reply answers, where it was seen. */
  readonly answers?: Entry;
  /**
   * What was found. A command's may grow by one when its reply comes:
   * `REFUSED`, where QEMU answered it with an error.
   */
  readonly findings: readonly Finding[];
}

/** What {@linkcode read} goes by. */
export interface ReadOptions {
  /** Which QEMU's protocol; the seed's unless said. */
  readonly edition?: Edition;
  /** What to make of what the edition does not know; `"forward"` unless said. */
  readonly policy?: Policy;
  /** How many commands may wait for their replies, from 1; 10,000 unless said. */
  readonly maxWaiting?: number;
  /** Whether what was sent may use QEMU's extensions of JSON: single quotes and `\'`. Not unless said. */
  readonly extensions?: boolean;
}

/** A {@linkcode Stage} from records to entries, and what it goes by. */
export interface Reader extends Stage<Iterable<TraceRecord>, Entry> {
  /** The name of the edition in use. */
  readonly edition: string;
  /** The policy in use. */
  readonly policy: Policy;
  /** What is to be said of the edition: that it stands for a version that is not known. */
  readonly notices: readonly Finding[];
}

/** What {@linkcode read} gives. */
export interface Reading {
  /** The name of the edition that was used. */
  readonly edition: string;
  /** The policy that was used. */
  readonly policy: Policy;
  /** What is to be said of the edition: that it stands for a version that is not known. */
  readonly notices: readonly Finding[];
  /** One for each record, in order. */
  readonly entries: readonly Entry[];
}

/**
 * Reads records that are all there.
 *
 * @param records What a source gave.
 * @param options Edition and policy.
 * @returns The entries, one for each record, and what was used to read them.
 * It never throws on input.
 * @throws {TypeError} Where the edition or the policy is none.
 * @throws {RangeError} Where `maxWaiting` is no whole number from 1.
 *
 * @example Read what a monitor said
 * ```ts
 * import assert from "node:assert/strict";
 * import { rawSource, read } from "@qmp/run-state/replay";
 *
 * const source = rawSource();
 * const bytes = new TextEncoder().encode(
 *   '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}\r\n',
 * );
 * const { entries, edition, policy } = read([
 *   ...source.push(bytes),
 *   ...source.end(),
 * ]);
 * assert.equal(entries[0]?.name, "STOP");
 * assert.deepEqual(entries[0]?.findings, []);
 * assert.deepEqual([edition, policy], ["seed", "forward"]);
 * ```
 */
export function read(
  records: Iterable<TraceRecord>,
  options: ReadOptions = {},
): Reading {
  const stage = reader(options);
  const entries = stage.push(records);
  entries.push(...stage.end());
  const { edition, policy, notices } = stage;
  return { edition, policy, notices, entries };
}

const nothing: readonly Finding[] = [];

/**
 * Reads records as they come.
 *
 * @param options Edition and policy.
 * @returns A stage that takes batches of records and gives their entries.
 * @throws {TypeError} Where the edition or the policy is none.
 * @throws {RangeError} Where `maxWaiting` is no whole number from 1.
 *
 * @example Read a monitor while it speaks
 * ```ts
 * import assert from "node:assert/strict";
 * import { rawSource, reader } from "@qmp/run-state/replay";
 *
 * const source = rawSource();
 * const stage = reader({ policy: "strict" });
 * const text = '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, ' +
 *   '"major": 7}, "package": ""}, "capabilities": []}}\r\n';
 * const [half, rest] = [text.slice(0, 40), text.slice(40)];
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assert.deepEqual(stage.push(source.push(bytes(half))), []);
 * assert.equal(stage.push(source.push(bytes(rest)))[0]?.kind, "greeting");
 * ```
 */
export function reader(options: ReadOptions = {}): Reader {
  const {
    edition = seed,
    policy = "forward",
    maxWaiting = 10_000,
    extensions = false,
  } = options;
  if (!["strict", "forward", "raw"].includes(policy)) {
    throw new TypeError(
      `Cannot read by the policy ${
        quote(String(policy))
      }: it is none of "strict", "forward", "raw"`,
    );
  }
  if (!Number.isInteger(maxWaiting) || maxWaiting < 1) {
    throw new RangeError(
      `Cannot let ${maxWaiting} commands wait: it is no whole number from 1`,
    );
  }
  requireEdition(edition, "schemas");
  const judge = judgeBy(edition, policy);
  const commands = waiting<Waiter>(maxWaiting);
  const sent = extensions ? { quotes: "both" } as const : undefined;

  function readOne(record: TraceRecord): Entry {
    const damage = record.findings ?? nothing;
    const { text, json = text, state } = record;
    if (state !== undefined) return { ...entryOf(record, damage), state };
    if (json === "" || damage.some(isFault)) {
      return entryOf(record, damage);
    }
    const parsed = safeParseJson(
      json,
      record.direction === "->" ? sent : undefined,
    );
    if (!parsed.ok) return entryOf(record, [...damage, parsed.finding]);
    return readValue(record, parsed.value, damage, parsed.findings);
  }

  function readValue(
    record: TraceRecord,
    value: JsonValue,
    damage: readonly Finding[],
    spellings: readonly Finding[],
  ): Entry {
    const monitor = record.monitor ?? "";
    const id = (value as JsonObject | null)?.["id"];
    const isReply = value !== null && typeof value === "object" &&
      ("return" in value || "error" in value);
    const command = isReply
      ? commands.answered(
        monitor,
        id,
        isOfUnreadable(value as JsonObject) ? hasFault : undefined,
      )
      : undefined;
    const { kind, name, isOwn, message, findings } = judge(
      value,
      command?.entry.name,
    );
    const spelt = spellings.length === 0
      ? nothing
      : spellings.flatMap((finding) => judgeSpelling(finding, kind, isOwn));
    const all = damage.length + spelt.length === 0
      ? findings
      : [...damage, ...findings, ...spelt];
    const entry = entryOf(record, all);
    if (kind !== undefined) entry.kind = kind;
    if (name !== undefined) entry.name = name;
    if (message !== undefined && !spelt.some(isFault)) entry.message = message;
    if (command !== undefined) {
      entry.answers = command.entry;
      if (kind === "error") {
        command.findings.push(refused(entry, command.entry));
      }
    }
    if (kind === "greeting") commands.greeted(monitor);
    if (kind === "command") {
      const findings = [...all];
      entry.findings = findings;
      const outOfBand = "exec-oob" in (value as JsonObject);
      if (!commands.sent(monitor, { entry, findings }, id, outOfBand)) {
        findings.push(tooMany(maxWaiting));
      }
    }
    return entry;
  }

  return {
    edition: edition.name,
    policy,
    notices: edition.notice === undefined
      ? nothing
      : [{ ...edition.notice, severity: "notice", path: [] }],
    push(records) {
      const entries: Entry[] = [];
      for (const record of records) entries.push(readOne(record));
      return entries;
    },
    end: () => [],
  };
}

/** A command that waits, and its findings while they may still grow. */
interface Waiter {
  readonly entry: Entry;
  readonly findings: Finding[];
}

function entryOf(
  record: TraceRecord,
  findings: readonly Finding[],
): { -readonly [Key in keyof Entry]: Entry[Key] } {
  const { line, offset, text, json, at, direction, monitor } = record;
  const entry: { -readonly [Key in keyof Entry]: Entry[Key] } = {
    line,
    offset,
    text,
    findings,
  };
  if (json !== undefined) entry.json = json;
  if (at !== undefined) entry.at = at;
  if (direction !== undefined) entry.direction = direction;
  if (monitor !== undefined) entry.monitor = monitor;
  return entry;
}

/**
 * Whether an error answers a text that QEMU could not read as a command at
 * all: such a text may be rubbish that never waited. These are the words of
 * 7.2, seen live; they have been the same since 2.12.
 */
export function isOfUnreadable(value: JsonObject): boolean {
  const error = value["error"] as Partial<ErrorReply["error"]> | null;
  return value["id"] === undefined && typeof error?.desc === "string" &&
    /^(?:JSON |QMP input )/.test(error.desc);
}

function hasFault({ entry }: Waiter): boolean {
  return entry.findings.some(isFault);
}

function isFault({ severity }: Finding): boolean {
  return severity === "fault";
}

/**
 * What an unusual spelling of an integer means where it stands: QEMU refuses
 * it among a command's arguments, and says nothing of an `id`. In data that
 * run-state does not define, a fraction may be meant.
 */
function judgeSpelling(
  finding: Finding,
  kind: Kind | undefined,
  isRunState: boolean,
): readonly Finding[] {
  const [member] = finding.path;
  if (kind === "command") {
    return member === "arguments" ? [{ ...finding, severity: "fault" }] : [];
  }
  return isRunState || member === "timestamp" ? [finding] : [];
}

/**
 * Tells whether a command may carry a secret, and its reply then too.
 *
 * @param command The command, read.
 * @returns Whether it may.
 */
export function carriesSecret({ name, message }: Entry): boolean {
  const { arguments: given } = (message ?? {}) as { arguments?: JsonValue };
  return isSecretive(name) || reachesSecret(given);
}

function refused(reply: Entry, command: Entry): Finding {
  const { name } = command;
  const { error } = (reply.message ?? {}) as Partial<ErrorReply>;
  const why = error === undefined || carriesSecret(command)
    ? ""
    : `: ${quote(error.desc)}`;
  return {
    code: "REFUSED",
    severity: "notice",
    path: [],
    expected: "a return",
    received: error === undefined ? "an error" : shorten(error.class),
    message: `QEMU refused command ${
      name === undefined ? "without a name" : quote(name)
    } on line ${reply.line}${why}`,
  };
}

function tooMany(maxWaiting: number): Finding {
  return {
    code: "TOO_MANY_WAITING",
    severity: "notice",
    path: [],
    expected: `at most ${maxWaiting} unanswered commands`,
    received: "one more",
    message:
      `Stop waiting for the replies to ${maxWaiting} commands: none came for so long`,
  };
}
