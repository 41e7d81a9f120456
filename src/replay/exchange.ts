/**
 * Whether each reply has its command, and each command its reply.
 *
 * @module
 */

import type { Command, ErrorReply, Return } from "../schema/qmp.ts";
import type { Finding } from "../wire/finding.ts";
import { quote } from "../wire/quote.ts";
import type { Entry } from "./read.ts";
import { isOutOfBand } from "./seen.ts";

/** A command that was never answered. */
export interface Unanswered {
  /** The command. */
  readonly entry: Entry;
  /** `UNANSWERED_COMMAND`. */
  readonly finding: Finding;
}

/** The commands of a monitor and their replies. */
export interface Exchange {
  /**
   * Takes the next message.
   *
   * @param entry The message.
   * @param time When it was made, of an event that says so.
   * @param isWhole Whether nothing is missing since a greeting.
   * @returns `UNASKED_REPLY`, where no command asked for it.
   */
  take(
    entry: Entry,
    time: number | undefined,
    isWhole: boolean,
  ): readonly Finding[];
  /** Forgets what waits, since messages are missing. */
  lose(): void;
  /**
   * Tells which commands were never answered, now that nothing more comes.
   *
   * @returns Those that QEMU has passed over, or had time to answer.
   */
  end(): readonly Unanswered[];
}

/** When a command was sent. */
interface Sent {
  /** Seconds since the start of the log. */
  readonly at: number | undefined;
  /** The time of the last event before it. */
  readonly time: number | undefined;
}

/** As long as a log may go on without an answer, in seconds. */
const patience = 5;
const mostWaiting = 1000;
const nothing: readonly Finding[] = [];

/**
 * Begins to look at the commands of a monitor and their replies.
 *
 * QEMU answers commands in the order in which they came, but for those that are
 * out of band, which overtake: what was sent before an answered one and has no
 * answer will get none. `quit` may get none, since the socket closes.
 *
 * @returns The exchange, nothing said yet.
 */
export function exchange(): Exchange {
  const waiting = new Map<Entry, Sent>();
  const passed = new Map<Entry, Entry>();
  let isMatched = false;
  let time: number | undefined;
  let last: Entry | undefined;

  function lose(): void {
    waiting.clear();
    isMatched = false;
  }

  function send(entry: Entry): void {
    if (isQuit(entry)) return;
    waiting.set(entry, { at: entry.at, time });
    if (waiting.size <= mostWaiting) return;
    const [oldest] = waiting.keys();
    waiting.delete(oldest!);
  }

  function answer(reply: Entry, command: Entry, isWhole: boolean): void {
    isMatched = true;
    passed.delete(command);
    if (!waiting.has(command) || isOutOfBand(command)) {
      waiting.delete(command);
      return;
    }
    for (const each of waiting.keys()) {
      waiting.delete(each);
      if (each === command) return;
      if (isWhole && passed.size < mostWaiting) passed.set(each, reply);
    }
  }

  function unasked(reply: Entry, isWhole: boolean): readonly Finding[] {
    // An error without an id may be about a text that is no command.
    const { id } = (reply.message ?? {}) as Partial<Return | ErrorReply>;
    const isSure = isWhole && isMatched &&
      (reply.kind === "return" || id !== undefined);
    // The log may lack commands: one such reply says so.
    isMatched = false;
    return isSure ? [noCommand(reply)] : nothing;
  }

  /** How long QEMU spoke on, in seconds. */
  function lasted({ at, time: then }: Sent): number {
    return at !== undefined && last?.at !== undefined
      ? last.at - at
      : (time ?? 0) - (then ?? Infinity);
  }

  return {
    lose,
    take(entry, own, isWhole) {
      const { kind, answers } = entry;
      if (kind === "command") {
        send(entry);
        return nothing;
      }
      last = entry;
      if (kind === "event") time = own ?? time;
      else if (kind === "greeting") lose();
      else if (answers === undefined) return unasked(entry, isWhole);
      else answer(entry, answers, isWhole);
      return nothing;
    },
    end() {
      const faults = [...passed].map(([entry, by]) => {
        const why = `that to a later command came on line ${by.line}`;
        return { entry, finding: noReply(entry, "fault", why) };
      });
      if (!isMatched) return faults;
      const notices = [...waiting].flatMap(([entry, sent]) => {
        const seconds = lasted(sent);
        if (seconds < patience) return [];
        const why = `none came in the ${seconds.toFixed(0)} s until line ${
          last!.line
        }`;
        return [{ entry, finding: noReply(entry, "notice", why) }];
      });
      return [...faults, ...notices];
    },
  };
}

function isQuit({ name, message }: Entry): boolean {
  if (name !== "human-monitor-command") return name === "quit";
  const { arguments: given } = (message ?? {}) as Partial<Command>;
  const line: unknown = given?.["command-line"];
  return typeof line === "string" && /^\s*q(?:uit)?\s*$/.test(line);
}

function noCommand({ kind, line }: Entry): Finding {
  return {
    code: "UNASKED_REPLY",
    severity: "fault",
    path: [],
    expected: "a reply to a command that waits",
    received: kind!,
    message:
      `Cannot match the ${kind} on line ${line}: no command waits for it`,
  };
}

function noReply(
  { name, line }: Entry,
  severity: Finding["severity"],
  why: string,
): Finding {
  return {
    code: "UNANSWERED_COMMAND",
    severity,
    path: [],
    expected: "a reply",
    message: `Cannot find the reply to command ${
      name === undefined ? "without a name" : quote(name)
    } on line ${line}: ${why}`,
  };
}
