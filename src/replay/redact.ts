/**
 * What of a conversation may be written down: everything but secrets. Where it
 * cannot be told, nothing.
 *
 * @module
 */

import { kindOf } from "../schema/qmp.ts";
import {
  hidesMember,
  isSecretive,
  reachesSecret,
  tellsSecret,
} from "../schema/secret.ts";
import { isObject, type JsonObject, type JsonValue } from "../wire/json.ts";
import { safeParseJson } from "../wire/parse_json.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import { isOfUnreadable } from "./read.ts";
import type { SiftJudge, Verdict } from "./sift.ts";
import { waiting } from "./waiting.ts";

/** What stands for a value that is kept back. */
const hidden = "(redacted)";

/** What is in a reply or in an echo, however damaged, before it can quote a secret. */
const mayQuote = /"(?:return|error|execute|exec-oob|arguments)"/;

const asItIs: Verdict = { kind: "written" };
const keptOut: Verdict = { kind: "redacted", text: "" };

/** Tells of each text of a conversation what may be written down. */
export interface Redactor {
  /** Judges what was sent. */
  readonly sent: SiftJudge;
  /** Judges what QEMU said. */
  readonly received: SiftJudge;
}

/** A command that waits for its reply. */
interface Sent {
  readonly isSecret: boolean;
  /** Whether QEMU may call it unreadable. */
  readonly isOdd: boolean;
}

/** A command as it was sent, and what of it may be written down. */
interface Command extends Sent {
  readonly value: JsonObject;
  readonly shown: JsonObject;
}

/**
 * Makes a redactor for one connection.
 *
 * A command that may carry a secret keeps its name and its id alone; of any
 * other, members whose names speak of a secret lose their values. What is no
 * command is kept out whole: QEMU may read in it what is not seen here. Replies
 * to all of these may quote them. QEMU 7.2 answers `set_password` with
 * "Parameter 'protocol' does not accept value 'hunter2'", and a password without
 * quotes with "JSON parse error, invalid keyword 'hunter'".
 *
 * @returns The redactor.
 */
export function redactor(): Redactor {
  const commands = waiting<Sent>(10_000);
  let secretsWaiting = 0;

  function reply(value: JsonObject, text: string): JsonObject {
    const isBlind = isOfUnreadable(value);
    const command = commands.answered(
      "",
      value["id"],
      isBlind ? ({ isOdd }) => isOdd : undefined,
    );
    if (command?.isSecret) secretsWaiting -= 1;
    return isBlind || command === undefined || command.isSecret
      ? withoutContent(value)
      : shownOf(value, text);
  }

  function sent(text: string, isWhole: boolean): Verdict {
    const command = isWhole ? commandIn(text) : undefined;
    if (command === undefined) return keptOut;
    const { value, shown, isSecret, isOdd } = command;
    const outOfBand = value["exec-oob"] !== undefined;
    commands.sent("", { isSecret, isOdd }, value["id"], outOfBand);
    if (isSecret) secretsWaiting += 1;
    return verdictOn(value, shown);
  }

  function received(text: string, isWhole: boolean): Verdict {
    const value = isWhole ? valueIn(text) : undefined;
    const kind = kindOf(value);
    if (kind === undefined) {
      return secretsWaiting > 0 || mayQuote.test(text) ? keptOut : asItIs;
    }
    const object = value as JsonObject;
    if (kind === "greeting") commands.greeted("");
    const shown = kind === "return" || kind === "error"
      ? reply(object, text)
      // An echo.
      : kind === "command"
      ? commandIn(text)?.shown
      : shownOf(object, text);
    return verdictOn(object, shown);
  }

  return { sent, received };
}

function valueIn(text: string): JsonValue | undefined {
  const parsed = safeParseJson(text, { quotes: "both" });
  return parsed.ok ? parsed.value : undefined;
}

function verdictOn(value: JsonObject, shown: JsonObject | undefined): Verdict {
  if (shown === value) return asItIs;
  if (shown === undefined) return keptOut;
  return { kind: "redacted", text: stringifyJson(shown, { style: "qemu" }) };
}

function commandIn(text: string): Command | undefined {
  const read = valueIn(text);
  if (kindOf(read) !== "command") return undefined;
  const value = read as JsonObject;
  const { execute, "exec-oob": oob, arguments: given, id: _, ...rest } = value;
  const names = [execute, oob].filter((each) => each !== undefined);
  if (!names.every(isName)) return undefined;
  const isBare = given === undefined && Object.keys(rest).length === 0;
  const hides = names.some(isSecretive) || reachesSecret(given);
  const shown = hides && !isBare
    ? {
      ...execute !== undefined && { execute },
      ...oob !== undefined && { "exec-oob": oob },
      ...labelOf(value),
    }
    : shownOf(value, text);
  const isOdd = oob !== undefined || Object.keys(rest).length > 0 ||
    given !== undefined && !isObject(given);
  return { value, shown, isSecret: hides || shown !== value, isOdd };
}

/** Whether it can be the name of a command, and not a command line of a person. */
function isName(value: JsonValue): value is string {
  return typeof value === "string" && /^[\w.-]+$/.test(value);
}

/** A reply of the same kind to the same command, with nothing in it. */
function withoutContent(reply: JsonObject): JsonObject {
  const { return: returned, error } = reply;
  const label = labelOf(reply);
  if (error === undefined) {
    const isEmpty = isObject(returned) && Object.keys(returned).length === 0;
    if (
      isEmpty && Object.keys(reply).length === 1 + Object.keys(label).length
    ) {
      return reply;
    }
    const nothing = typeof returned === "string"
      ? hidden
      : Array.isArray(returned)
      ? []
      : {};
    return { return: nothing, ...label };
  }
  const { class: kind = "GenericError", desc = "" } = isObject(error)
    ? error
    : {};
  // By its first words it is known what the error answers.
  const [begin = ""] = /^(?:JSON |QMP input )/.exec(word(desc)) ?? [];
  const shown = { class: word(kind), desc: begin + hidden };
  return { error: shown, ...label };
}

/** The id, by which a reply is known for its command's. */
function labelOf({ id }: JsonObject): JsonObject {
  return id === undefined ? {} : { id: withoutSecrets(id) };
}

/** What is in each text with something to hide; most have nothing. */
const mayHide = /passw|secret|cookie|command-line|@|\\u/i;

/** The value itself where there is nothing to hide. */
function shownOf(value: JsonObject, text: string): JsonObject {
  return mayHide.test(text) ? withoutSecrets(value) as JsonObject : value;
}

/** The value itself where there is nothing to hide. */
function withoutSecrets(value: JsonValue): JsonValue {
  if (typeof value === "string") return tellsSecret(value) ? hidden : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const shown = value.map(withoutSecrets);
    return shown.every((each, index) => each === value[index]) ? value : shown;
  }
  const members = Object.entries(value).map(([key, member]) =>
    [key, hidesMember(key, member) ? hidden : withoutSecrets(member)] as const
  );
  return members.every(([key, member]) => member === value[key])
    ? value
    : Object.fromEntries(members);
}

/** Whatever stands where a text should, and may not become one. */
function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}
