/**
 * The conversations that `generate` prints: hostile ones and sessions.
 *
 * @module
 */

import type { Edition } from "../editions/edition.ts";
import { chunkRecords, chunkTrace } from "../fixtures/conversation.ts";
import type { Faker } from "../fixtures/draw.ts";
import { hostile, type HostileName } from "../fixtures/hostile.ts";
import { fixtures } from "../fixtures/make.ts";
import { scenarios, type Session } from "../fixtures/session.ts";
import { parseJson } from "../wire/parse_json.ts";
import { quote } from "../wire/quote.ts";
import { stringifyJson } from "../wire/stringify_json.ts";
import { UsageError } from "./arguments.ts";
import type { Context } from "./verb.ts";

/** How messages are printed. */
export type Format = "raw" | "json-lines" | "trace";

/**
 * Finds a hostile conversation.
 *
 * @param name What the command line says.
 * @returns Its name.
 * @throws {UsageError} There is none of that name.
 */
export function hostileNamed(name: string): HostileName {
  if (Object.hasOwn(hostile, name)) return name as HostileName;
  throw new UsageError(
    `Cannot print ${
      quote(name)
    }: there is none of that name; --hostile list lists them`,
  );
}

/**
 * Lists the hostile conversations.
 *
 * @param context Where to.
 */
export async function listHostile({ out }: Context): Promise<void> {
  for (const { name, about, source } of Object.values(hostile)) {
    out.line(["bold", name], `: ${about} (${source})`);
  }
  await out.flush();
}

/**
 * Writes a hostile conversation.
 *
 * @param name Its name.
 * @param format As what; raw is what came from QEMU.
 * @returns The text in pieces.
 */
export function* hostileText(
  name: HostileName,
  format: Format,
): Generator<string> {
  const { chunks, about } = hostile[name];
  if (format === "trace") {
    yield* chunkTrace(chunks(), { title: about });
    return;
  }
  if (format === "json-lines") {
    for (const { text } of chunkRecords(chunks())) {
      yield `${stringifyJson(parseJson(text))}\n`;
    }
    return;
  }
  const decoder = new TextDecoder();
  for (const { direction, bytes } of chunks()) {
    if (direction === "<-") yield decoder.decode(bytes);
  }
}

/**
 * Lists the scenarios of an edition.
 *
 * @param context Where to.
 * @param edition The edition.
 */
export async function listSessions(
  { out }: Context,
  edition: Edition,
): Promise<void> {
  for (const { name, about, sources } of scenarios(edition)) {
    out.line(["bold", name], `: ${about} (${sources.join("; ")})`);
  }
  await out.flush();
}

/**
 * Makes the session of a scenario.
 *
 * @param name What the command line says.
 * @param edition The edition.
 * @param chance Where chance comes from.
 * @returns The session.
 * @throws {UsageError} The edition has no such scenario.
 */
export function sessionNamed(
  name: string,
  edition: Edition,
  chance: Faker,
): Session {
  const found = scenarios(edition).find((each) => each.name === name);
  if (found) {
    return fixtures(chance, { edition }).session({ scenario: found.name });
  }
  throw new UsageError(
    `Cannot print ${
      quote(name)
    }: edition ${edition.name} has no such scenario; --session list lists them`,
  );
}

/**
 * Writes a session.
 *
 * @param session The session.
 * @param format JSON lines say the run state with each message; all else is a
 * trace.
 * @returns The text in pieces.
 */
export function* sessionText(
  { messages, header, chunks }: Session,
  format: Format,
): Generator<string> {
  if (format !== "json-lines") {
    yield* chunkTrace(chunks(), header);
    return;
  }
  for (const { at, direction, state, message } of messages) {
    yield `${stringifyJson({ at, direction, state, message })}\n`;
  }
}
