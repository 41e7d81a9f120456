/**
 * What of a message is shown to people, on one line.
 *
 * @module
 */

import { carriesSecret, type Entry } from "../replay/read.ts";
import type { ErrorReply, Greeting } from "../schema/qmp.ts";
import type { StatusInfo } from "../schema/run_state.ts";
import { hidesMember, tellsSecret } from "../schema/secret.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { quote, shorten } from "../wire/quote.ts";

/** Enough for all registers of a panic; what is longer is nobody's to read in a line. */
const longest = 240;

/** What stands for a value that may be a secret. */
const hidden = "(not shown)";

/** What a panic holds of registers. */
const register = /^info\.(arg[1-5]|psw-(mask|addr))$/;

/**
 * Writes the members of a message that matter.
 *
 * @param entry The message, read.
 * @returns Such as `guest=true reason=guest-shutdown`; empty where there is
 * nothing to show. Secrets are passed over.
 */
export function membersOf(entry: Entry): string {
  const { kind, message, answers } = entry;
  if (message === undefined) return "";
  const members = message as unknown as JsonObject;
  const isSecret = carriesSecret(answers ?? entry);
  switch (kind) {
    case "greeting":
      return greeting(message as Greeting);
    case "command":
      return members["arguments"] === undefined
        ? ""
        : isSecret
        ? "(arguments not shown)"
        : written(members["arguments"]);
    case "error":
      return failure(message as ErrorReply, isSecret);
    case "return": {
      const value = members["forwarded"] === undefined
        ? members["return"]
        : members["data"];
      // A lone text is what human-monitor-command returns.
      return isSecret || (answers === undefined && typeof value === "string")
        ? "(reply not shown)"
        : written(value);
    }
    default:
      return written(members["data"]);
  }
}

/**
 * Reads where QEMU says that the machine stands.
 *
 * @param entry The message, read.
 * @returns What a reply to `query-status` says; undefined in any other.
 */
export function statusIn({ kind, answers, message }: Entry): unknown {
  if (kind !== "return" || answers?.name !== "query-status") return undefined;
  return (message as { return?: Partial<StatusInfo> } | undefined)?.return
    ?.status;
}

function greeting({ QMP: { version, capabilities } }: Greeting): string {
  const words: string[] = [];
  if (version !== undefined) {
    const { major, minor, micro } = "qemu" in version ? version.qemu : version;
    words.push(`QEMU ${major}.${minor}.${micro}`);
    if (version.package !== "") words.push(quote(version.package));
  }
  for (const capability of capabilities) words.push(shorten(capability));
  return words.join(" ");
}

function failure({ error }: ErrorReply, isSecret: boolean): string {
  return `${shorten(error.class)}: ${
    isSecret ? "(description not shown)" : quote(error.desc)
  }`;
}

/** Stops where the line is full, however much there is. */
function written(value: JsonValue | undefined): string {
  let line = "";
  for (const [path, leaf] of leaves(value, "")) {
    const shown = leaf === hidden
      ? hidden
      : register.test(path)
      ? hexadecimal(leaf)
      : bare(leaf);
    line += `${line && " "}${path && `${path}=`}${shown}`;
    if (line.length > longest) return line.slice(0, longest - 1) + "…";
  }
  return line;
}

function* leaves(
  value: JsonValue | undefined,
  path: string,
): Generator<readonly [string, JsonValue]> {
  if (value === undefined) return;
  if (typeof value !== "object" || value === null) {
    yield [
      path,
      typeof value === "string" && tellsSecret(value) ? hidden : value,
    ];
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    const inner = Array.isArray(value)
      ? `${path}[${key}]`
      : path + (path && ".") + shorten(key);
    if (hidesMember(key, member)) yield [inner, hidden];
    else yield* leaves(member, inner);
  }
}

function bare(value: JsonValue): string {
  return typeof value !== "string"
    ? String(value)
    : /^[\w.:/+-]+$/.test(value)
    ? shorten(value)
    : quote(value);
}

/** As QEMU's own messages and the manuals write registers. */
function hexadecimal(value: JsonValue): string {
  return typeof value === "bigint" || Number.isSafeInteger(value)
    ? "0x" + BigInt(value as bigint | number).toString(16).padStart(16, "0")
    : bare(value);
}
