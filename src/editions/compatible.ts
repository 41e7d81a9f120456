/**
 * Which editions can have produced a trace.
 *
 * @module
 */

import { type Judge, judgeBy } from "../schema/judge.ts";
import type { ErrorReply, Kind } from "../schema/qmp.ts";
import type { Finding } from "../wire/finding.ts";
import type { JsonValue } from "../wire/json.ts";
import { safeParseJson } from "../wire/parse_json.ts";
import { quote } from "../wire/quote.ts";
import { reachable } from "./definition.ts";
import { edition } from "./edition.ts";
import { foundElsewhere } from "./elsewhere.ts";
import { editions, release, treeVersion } from "./release.ts";
import { spansOf } from "./since.ts";
import { resolveVersion, type VersionedGreeting } from "./version.ts";

/** What is looked at of a message: an `Entry` of `read` has it all. */
export interface Evidence {
  /** The text, to the letter. */
  readonly text: string;
  /** The message as JSON, where the text holds it in another form. */
  readonly json?: string;
  /** Which way it went, where that is known. */
  readonly direction?: "<-" | "->";
  /** Which kind of message it is; absent where it is none. */
  readonly kind?: Kind;
  /** The name of an event or a command. */
  readonly name?: string;
  /** The command that a reply answers, where it was seen. */
  readonly answers?: this;
}

/** A message, and why an edition cannot have produced it. */
export interface Exhibit<Entry extends Evidence = Evidence> {
  /** The message. */
  readonly entry: Entry;
  /** What is wrong with it in that edition. */
  readonly finding: Finding;
}

/** An edition that cannot have produced a trace. */
export interface RuledOut<Entry extends Evidence = Evidence>
  extends Exhibit<Entry> {
  /** The name of the edition. */
  readonly edition: string;
}

/** What {@linkcode compatible} gives. */
export interface Compatibility<Entry extends Evidence = Evidence> {
  /** The names of the editions that can have produced the messages, from the oldest to the newest. */
  readonly possible: readonly string[];
  /** The others, in the order in which they were ruled out, each with the first message that does it. */
  readonly ruledOut: readonly RuledOut<Entry>[];
  /**
   * The first message that no edition at all can have produced, as the newest
   * one sees it; absent where there is none. It tells no edition from another,
   * and rules none out: a QEMU newer than all that is known, or a damaged
   * trace, may hold it.
   */
  readonly unexplained?: Exhibit<Entry>;
}

/**
 * Finds the editions that can have produced a trace, and the message that
 * rules out each other one. What tells editions apart is judged strictly:
 *
 * - the version in a greeting, which leaves the edition that `edition()` gives
 *   for it, and a development tree on the way to the same release;
 * - events of run-state: their names, values and members, present or absent;
 * - what run-state's commands returned, and that they did: a command that QEMU
 *   obeyed was right;
 * - that such a command was not found, or that QEMU did not take its arguments.
 *
 * A command alone proves nothing, nor does an event that is sent to QEMU. To
 * see what a command was answered, the entries must hold both directions.
 *
 * @param entries What `read` gave, by any edition and any policy: `raw` is the
 * quickest, as the texts are read again. They are taken one by one, and only
 * those in the answer are kept.
 * @returns The editions, and the messages that rule out others.
 *
 * @example Date a trace
 * ```ts
 * import assert from "node:assert/strict";
 * import { compatible } from "@qmp/run-state/editions";
 * import { read } from "@qmp/run-state/replay";
 *
 * const text = '{"timestamp": {"seconds": 1, "microseconds": 2}, ' +
 *   '"event": "RESET", "data": {"guest": false, "reason": "snapshot-load"}}';
 * const { entries } = read([{ line: 1, offset: 0, text }], { policy: "raw" });
 * const { possible, ruledOut } = compatible(entries);
 * assert.equal(possible[0], "7.2");
 * const why = ruledOut.find(({ edition }) => edition === "6.0");
 * assert.equal(why?.entry.line, 1);
 * assert.match(
 *   why.finding.message,
 *   /"snapshot-load" is a ShutdownCause since QEMU 7.2 \(edition 6.0\)$/,
 * );
 * ```
 */
export function compatible<Entry extends Evidence>(
  entries: Iterable<Entry>,
): Compatibility<Entry> {
  const found = elimination<Entry>();
  for (const entry of entries) found.take(entry);
  return found.result();
}

/** The editions that are left while entries come. */
export interface Elimination<Entry extends Evidence> {
  /**
   * Takes the next entry.
   *
   * @param entry What `read` gave.
   */
  take(entry: Entry): void;
  /**
   * Gives what is known by now.
   *
   * @returns What {@linkcode compatible} gives for the entries up to now.
   */
  result(): Compatibility<Entry>;
}

/**
 * Begins with all editions.
 *
 * @returns What rules them out, entry by entry.
 */
export function elimination<Entry extends Evidence>(): Elimination<Entry> {
  const possible = new Set(editions);
  const ruledOut: RuledOut<Entry>[] = [];
  let unexplained: Exhibit<Entry> | undefined;

  /** Rules out the editions to which an entry is wrong, if there is one to which it is right. */
  function weigh(entry: Entry, groups: Groups, faultIn: FaultIn): void {
    const isRight = ([name]: Group) => faultIn(name) === undefined;
    const left = groups.filter((group) =>
      group.some((name) => possible.has(name))
    );
    const wrong = left.filter((group) => !isRight(group));
    if (wrong.length === 0) return;
    if (wrong.length === left.length && !groups.some(isRight)) {
      const finding = faultIn(newest) as Finding;
      unexplained ??= { entry, finding };
      return;
    }
    for (const edition of wrong.flat()) {
      if (!possible.delete(edition)) continue;
      const finding = faultIn(edition) as Finding;
      ruledOut.push({ edition, entry, finding });
    }
  }

  function weighReply(reply: Entry, command: Entry, name: string): void {
    const groups = alike(name);
    const [asked, said] = [valueOf(command), valueOf(reply)];
    if (asked === undefined || said === undefined) return;
    if (reply.kind === "return") {
      weigh(
        command,
        groups,
        (edition) =>
          hasElsewhere(edition, name) ? undefined : fault(edition, asked),
      );
      weigh(reply, groups, (edition) => fault(edition, said, name));
    } else {
      const { error } = said as unknown as ErrorReply;
      weigh(reply, groups, refusal(error?.desc, name, asked));
    }
  }

  return {
    take(entry) {
      const { kind, name, direction, answers } = entry;
      if (direction === "->") return;
      if (kind === "greeting") {
        const value = valueOf(entry);
        if (value !== undefined) weigh(entry, each, versionIn(value));
      } else if (kind === "event" && spansOf({ kind }).has(name ?? "")) {
        const value = valueOf(entry);
        if (value === undefined) return;
        weigh(entry, alike(name!), (edition) => fault(edition, value));
      } else if (spansOf({ kind: "command" }).has(answers?.name ?? "")) {
        weighReply(entry, answers!, answers!.name!);
      }
    },
    result: () => ({
      possible: [...possible],
      ruledOut: [...ruledOut],
      ...(unexplained !== undefined && { unexplained }),
    }),
  };
}

/** The names of editions, at least one. */
type Group = readonly [string, ...string[]];
type Groups = readonly Group[];
/** Finds what is wrong with a message in an edition. */
type FaultIn = (edition: string) => Finding | undefined;

const newest = /* @__PURE__ */ editions.at(-1) as string;
const each: Groups = /* @__PURE__ */ editions.map((name) => [name]);
const groupsBySubject = new Map<string, Groups>();

/** Groups the editions that say the same of an event or a command: what is right in one is right in all. */
function alike(subject: string): Groups {
  let groups = groupsBySubject.get(subject);
  if (groups === undefined) {
    const byFacts = new Map<string, [string, ...string[]]>();
    for (const name of editions) {
      const facts = factsOf(name, subject);
      const group = byFacts.get(facts);
      if (group === undefined) byFacts.set(facts, [name]);
      else group.push(name);
    }
    groupsBySubject.set(subject, groups = [...byFacts.values()]);
  }
  return groups;
}

function factsOf(edition: string, subject: string): string {
  const { definitions } = release(edition);
  const own = definitions[subject];
  const returns = own?.kind === "command" ? own.returns ?? "" : "";
  return JSON.stringify(
    [...reachable(definitions, [subject, returns])].map((name) =>
      definitions[name]
    ),
  );
}

function valueOf({ text, json = text, kind }: Evidence): JsonValue | undefined {
  const reading = safeParseJson(
    json,
    kind === "command" ? { quotes: "both" } : {},
  );
  return reading.ok ? reading.value : undefined;
}

function fault(
  name: string,
  value: JsonValue,
  answers?: string,
): Finding | undefined {
  return strictJudge(name)(value, answers).findings
    .find(({ severity }) => severity === "fault");
}

function hasElsewhere(edition: string, command: string): boolean {
  return foundElsewhere(release(edition).definitions, command) !== undefined;
}

const judges = new Map<string, Judge>();

function strictJudge(name: string): Judge {
  const judge = judges.get(name) ?? judgeBy(edition(name), "strict");
  judges.set(name, judge);
  return judge;
}

/** The edition of a greeting; of one in the making, also the trees on the same way. */
function versionIn(greeting: JsonValue): FaultIn {
  const { edition: named, notice } = resolveVersion(
    greeting as unknown as VersionedGreeting,
  );
  return (name) =>
    notice?.code === "OLDER_THAN_KNOWN" || name === named ||
      notice?.code === "IN_THE_MAKING" &&
        resolveVersion(treeVersion(name) ?? name).edition === named
      ? undefined
      : otherEdition(
        name,
        ["QMP", "version"],
        `edition ${named}`,
        `the greeting is that of edition ${named}`,
      );
}

/**
 * What a refusal says of an edition: without the command it has no word for
 * its arguments, with the command it finds it. All releases say so alike, and
 * no handler of run-state's commands does. A refusal for any other reason, such
 * as one before negotiation, says nothing.
 */
function refusal(desc: unknown, command: string, asked: JsonValue): FaultIn {
  const isUnknown = desc === `The command ${command} has not been found`;
  if (!isUnknown && !/^(Invalid parameter|Parameter) /.test(String(desc))) {
    return () => undefined;
  }
  return (edition) => {
    const isDefined = Object.hasOwn(release(edition).definitions, command);
    const isKnown = isDefined || hasElsewhere(edition, command);
    const why = isKnown === isUnknown
      ? `it has ${isKnown ? "a" : "no"} command ${quote(command)}`
      : isDefined && fault(edition, asked) === undefined
      ? `it takes these arguments of ${quote(command)}`
      : undefined;
    return why === undefined
      ? undefined
      : otherEdition(edition, ["error", "desc"], quote(String(desc)), why);
  };
}

function otherEdition(
  edition: string,
  path: Finding["path"],
  received: string,
  why: string,
): Finding {
  return {
    code: "OTHER_EDITION",
    severity: "fault",
    path,
    expected: `edition ${edition}`,
    received,
    message: `Cannot come from edition ${edition}: ${why}`,
  };
}
