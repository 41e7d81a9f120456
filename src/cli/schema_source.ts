/**
 * Gets QEMU's account of itself: from a live one, or from a file.
 *
 * @module
 */

import { rawSource } from "../replay/raw.ts";
import { type Entry, reader } from "../replay/read.ts";
import type { ErrorReply } from "../schema/qmp.ts";
import type { JsonObject, JsonValue } from "../wire/json.ts";
import { parseJson, safeParseJson } from "../wire/parse_json.ts";
import { quote } from "../wire/quote.ts";
import {
  type Choice,
  greetedOrAsked,
  greetingIn,
  named,
  newestRelease,
} from "./edition_choice.ts";
import type { Connection, Host, TcpAddress } from "./host.ts";
import { tcpAddress } from "./address.ts";
import { readBytes, titleOf, UnreadableError } from "./input.ts";
import type { EditionAsked } from "./reading.ts";
import { chooseSource } from "./source.ts";

/** QEMU's account of itself, and the edition to hold against it. */
export interface Account {
  /** The reply of `query-qmp-schema`, or what it returns. */
  readonly reply: JsonValue;
  /** The edition: the one asked for, else that of the greeting, of `--qemu`, of a trace's header, else the newest release. */
  readonly choice: Choice;
}

/**
 * Gets it.
 *
 * @param host The platform.
 * @param place A UNIX socket or `HOST:PORT`, where a monitor listens; or a file
 * with the reply, alone or among other messages, `-` for standard input.
 * @param asked What was asked for.
 * @returns QEMU's account of itself.
 * @throws {UnreadableError} Where there is none.
 */
export async function getAccount(
  host: Host,
  place: string,
  asked: EditionAsked,
): Promise<Account> {
  const address = tcpAddress(place) ??
    (await host.isSocket(place) ? place : undefined);
  const { reply, greeting, header } = address === undefined
    ? inFile(await readBytes(host, place), place)
    : await fromMonitor(host, address, place);
  const choice = asked.choice ?? greetedOrAsked(greeting, asked.qemu) ??
    named(header, "the header") ?? newestRelease();
  return { reply, choice };
}

interface Found {
  readonly reply: JsonValue;
  readonly greeting?: Choice | undefined;
  readonly header?: string | undefined;
}

function inFile(bytes: Uint8Array, place: string): Found {
  const alone = safeParseJson(new TextDecoder().decode(bytes));
  if (alone.ok && isAccount(alone.value)) return { reply: alone.value };
  const source = chooseSource(bytes);
  const stage = reader({ policy: "raw" });
  const entries = stage.push([...source.push(bytes), ...source.end()]);
  const greeting = entries.map(greetingIn).find((each) => each !== undefined);
  const header = source.header?.()?.qemu;
  for (const { kind, message } of entries) {
    const reply = kind === "return" ? message as unknown as JsonValue : null;
    if (isAccount(reply)) return { reply, greeting, header };
  }
  throw new UnreadableError(
    titleOf(place),
    new Error("it holds no reply of query-qmp-schema"),
  );
}

function isAccount(value: JsonValue): boolean {
  const list = Array.isArray(value) ? value : (value as JsonObject)?.["return"];
  return Array.isArray(list) &&
    (list[0] as JsonObject | undefined)?.["meta-type"] !== undefined;
}

async function fromMonitor(
  host: Host,
  address: string | TcpAddress,
  place: string,
): Promise<Found> {
  try {
    const connection = await host.connect(address);
    try {
      return await converse(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw new UnreadableError(titleOf(place), error);
  }
}

/** Negotiates and asks: what is said comes in one go, as QEMU answers in order. */
async function converse({ received, send }: Connection): Promise<Found> {
  const source = rawSource({ direction: "<-" });
  const stage = reader({ policy: "raw" });
  let greeting: Entry | undefined;
  for await (const bytes of received) {
    for (const entry of stage.push(source.push(bytes))) {
      if (entry.kind === "greeting") {
        greeting = entry;
        send('{"execute": "qmp_capabilities"}\r\n');
        send('{"execute": "query-qmp-schema"}\r\n');
      }
      if (entry.kind === "error") {
        const { error } = entry.message as ErrorReply;
        throw new Error(`QEMU answers ${quote(error.desc)}`);
      }
      const reply = entry.kind === "return" ? parseJson(entry.text) : null;
      if (isAccount(reply)) {
        return { reply, greeting: greeting && greetingIn(greeting) };
      }
    }
  }
  throw new Error("QEMU ended the connection without an answer");
}
