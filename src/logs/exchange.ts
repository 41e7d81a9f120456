/**
 * Takes a command and its reply apart that a log of qmp-shell holds as one
 * object.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { JsonObject } from "../wire/json.ts";
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
  const sent: JsonObject = {};
  const received: JsonObject = {};
  for (const [key, value] of Object.entries(parsed.value as JsonObject)) {
    const isReply = key === "return" || key === "error";
    if (!isReply) sent[key] = value;
    if (isReply || key === "id") received[key] = value;
  }
  const findings = [rewritten(change)];
  const one = (direction: "->" | "<-", object: JsonObject): TraceRecord => ({
    ...record,
    direction,
    json: stringifyJson(object, { style: "qemu" }),
    findings,
  });
  return [one("->", sent), one("<-", received)];
}
