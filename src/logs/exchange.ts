/**
 * Takes a command and its reply apart that a log of qmp-shell holds as one
 * object.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { safeParseJson } from "../wire/parse_json.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import { rewritten } from "./found.ts";

const change = new Set(["a command merged with its reply"]);

/**
 * Takes an exchange apart: `{"arguments", "execute", "id", "return"}`, as
 * qmp-shell logs it since QEMU 7.0, is no message itself.
 *
 * @param record The object.
 * @returns The command and the reply, both with the text of the whole; the
 * object itself where it cannot be read.
 */
export function splitExchange(record: TraceRecord): TraceRecord[] {
  const parsed = safeParseJson(record.json ?? record.text);
  if (!parsed.ok) return [record];
  const isReply = (key: string) => key === "return" || key === "error";
  const members = Object.entries(parsed.value as JsonObject);
  const sent = members.filter(([key]) => !isReply(key));
  const received = members.filter(([key]) => isReply(key) || key === "id");
  const findings = [rewritten(change)];
  const one = (
    direction: "->" | "<-",
    members: readonly (readonly [string, JsonValue])[],
  ): TraceRecord => ({
    ...record,
    direction,
    json: stringifyJson(Object.fromEntries(members), { style: "qemu" }),
    findings,
  });
  return [one("->", sent), one("<-", received)];
}
