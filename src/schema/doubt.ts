/**
 * What is wrong with a message that its schema refuses, and what is known of
 * it elsewhere.
 *
 * @module
 */

import * as v from "valibot";
import type { Finding, Path } from "../wire/finding.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { quote } from "../wire/quote.ts";
import { type Edition, envelopes, type Lore } from "./edition.ts";
import { explain, unexpectedMember } from "./explain.ts";
import { loreOf } from "./lore.ts";
import type { Kind } from "./qmp.ts";
import { isSecretive } from "./secret.ts";
import { unexpected } from "./strictly.ts";

/** Something wrong, and what is known of it. */
export interface Doubt {
  /** What is doubted, such as `event "SHUTDOWN"`. */
  readonly subject: string;
  /** What is wrong. */
  readonly fault: Finding;
  /** Whether another QEMU than the edition's may say this. */
  readonly mayBeNewer: boolean;
  /** What other editions know of it. */
  readonly lore: Lore | undefined;
}

/**
 * Finds what is wrong with a message.
 *
 * @param value The message.
 * @param edition Which QEMU's protocol.
 * @param kind The message's kind.
 * @param name The event's or command's name; of a reply, that of the command it answers.
 * @param schema The schema that it should fit.
 * @param stranger What is wrong with its name, where anything is.
 * @returns What is wrong, with what other editions know of it.
 */
export function doubtsAbout(
  value: JsonObject,
  edition: Edition,
  kind: Kind,
  name: string | undefined,
  schema: v.GenericSchema,
  stranger: Finding | undefined,
): Doubt[] {
  const subject = name === undefined ? kind : `${kind} ${quote(name)}`;
  const isOutOfBand = kind === "command" && !("execute" in value) &&
    name !== undefined && schema !== envelopes.command;
  const faults = isOutOfBand
    ? [unexpectedMember(["exec-oob"], subject)]
    : faultsOf(schema, value, subject, stranger, isSecretive(name));
  return faults.map((fault) => {
    const { code, path } = fault;
    const lore = name === undefined ? undefined : loreOf(edition, {
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
    return { subject, fault: told, mayBeNewer, lore };
  });
}

function valueAt(value: JsonValue | undefined, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
    value,
  );
}

function faultsOf(
  schema: v.GenericSchema,
  value: JsonObject,
  subject: string,
  stranger: Finding | undefined,
  hides: boolean,
): Finding[] {
  const { issues = [] } = v.safeParse(schema, value);
  const faults = issues.map((issue) => explain(issue, subject, hides));
  // Of a stranger only the envelope is known: what else is in it may be right.
  if (stranger !== undefined) return [stranger, ...faults];
  const told = new Set(faults.map(({ path }) => path.join("\0")));
  return faults.concat(
    unexpected(schema, value, mostUnexpected)
      .filter((path) => !told.has(path.join("\0")))
      .map((path) => unexpectedMember(path, subject)),
  );
}

/** So many unknown members are told of a message: one may have millions. */
const mostUnexpected = 100;
