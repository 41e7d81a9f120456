/**
 * What the tracker looks at of an entry.
 *
 * @module
 */

import type { Seen } from "../editions/witness.ts";
import type { Command, ErrorReply, Event, Return } from "../schema/qmp.ts";
import type { Finding } from "../wire/finding.ts";
import { quote } from "../wire/quote.ts";
import type { Entry } from "./read.ts";

/**
 * Takes a message as the table of what messages prove sees it.
 *
 * @param entry A message.
 * @returns The same, without what does not matter.
 */
export function seenOf({ kind, name, message, answers }: Entry): Seen {
  return {
    kind: kind!,
    name,
    data: message && dataOf(kind, message),
    answers: answers && seenOf(answers),
  };
}

function dataOf(kind: Entry["kind"], message: object): unknown {
  switch (kind) {
    case "event":
      return (message as Event).data;
    case "command":
      return (message as Command).arguments;
    case "return":
      return (message as Return).return;
    case "error":
      return (message as ErrorReply).error;
    default:
      return undefined;
  }
}

/**
 * Tells when an event was made.
 *
 * @param entry An event.
 * @returns Seconds since the epoch; nothing where QEMU could not read its
 * clock, and gave -1.
 */
export function timeOf({ message }: Entry): number | undefined {
  const { timestamp } = (message ?? {}) as Partial<Event>;
  if (timestamp === undefined) return undefined;
  const time = Number(timestamp.seconds) + Number(timestamp.microseconds) / 1e6;
  return time >= 0 ? time : undefined;
}

/**
 * Tells whether a command is out of band: it overtakes those before it, and its
 * reply says nothing of the main loop.
 *
 * @param entry A command.
 * @returns Whether it was sent by `exec-oob`.
 */
export function isOutOfBand({ message }: Entry): boolean {
  return message !== undefined && "exec-oob" in message;
}

/**
 * Names a message for people.
 *
 * @param entry A message.
 * @returns Such as `STOP`, `return of "cont"` or `greeting`.
 */
export function nameOf({ kind, name, answers }: Entry): string {
  if (kind !== "return" && kind !== "error") return name ?? String(kind);
  const command = answers?.name;
  return command === undefined ? kind : `${kind} of ${quote(command)}`;
}

/**
 * Tells whether messages may be lost where something was found.
 *
 * @param finding What was found in a text that is no message.
 * @returns Whether nobody knows what was there.
 */
export function hidesMessages({ code, severity }: Finding): boolean {
  return severity === "fault" || code === "ELIDED" ||
    code === "TWO_READINGS" || code === "UNHEARD";
}

/**
 * Tells whether the log does not say which of its machines a message is about.
 *
 * @param entry An entry.
 * @returns Whether it can be that of any of them.
 */
export function isAnybodys(
  { kind, monitor, findings }: Entry,
): boolean {
  return findings.length > 0 && kind !== undefined && monitor === undefined &&
    findings.some(({ code }) => code === "TWO_READINGS");
}
