/**
 * Whether messages that have the right shape mean what QEMU means.
 *
 * What QEMU can never do is a fault. What it can, but hardly ever does, is a
 * notice, and so is what may as well be the log's doing.
 *
 * @module
 */

import type { ShutdownCause } from "../editions/known.ts";
import type { Witnesses } from "../editions/witness.ts";
import type { Event } from "../schema/qmp.ts";
import type { Finding } from "../wire/finding.ts";
import { quote, shorten } from "../wire/quote.ts";
import { exchange, type Unanswered } from "./exchange.ts";
import type { Entry } from "./read.ts";
import { hidesMessages, nameOf, timeOf } from "./seen.ts";
import { watchdog } from "./watchdog.ts";

/** The checks of meaning on one monitor. */
export interface Meaning {
  /**
   * Judges the next entry.
   *
   * @param entry The entry.
   * @param runs Whether the machine is known to run before it.
   * @returns What was found.
   */
  judge(entry: Entry, runs: boolean): readonly Finding[];
  /** Forgets what a machine should do that is not where it was thought to be. */
  doubt(): void;
  /**
   * Tells what becomes known at the end of the log.
   *
   * @returns The commands that were never answered.
   */
  end(): readonly Unanswered[];
}

/**
 * Which reasons are the guest's: guest-shutdown and all after it in QAPI's
 * order (shutdown_caused_by_guest() in vl.c of 4.2, softmmu/runstate.c of 7.2).
 */
const isByGuest: Readonly<Record<ShutdownCause, boolean>> = {
  none: false,
  "host-error": false,
  "host-qmp-quit": false,
  "host-qmp-system-reset": false,
  "host-signal": false,
  "host-ui": false,
  "guest-shutdown": true,
  "guest-reset": true,
  "guest-panic": true,
  "subsystem-reset": true,
  "snapshot-load": true,
};

/**
 * Those of which qemu_system_reset() tells nobody, in all editions but one: 4.0
 * tells of those that nobody asked for, too.
 */
function isUntold(reason: string, edition: string): boolean {
  return reason === "subsystem-reset" || reason === "snapshot-load" ||
    reason === "none" && edition !== "4.0";
}

/** The reasons that overrule -no-shutdown: QEMU ends. */
const lastReasons: ReadonlySet<string> = new Set([
  "host-qmp-quit",
  "host-signal",
]);

/**
 * The events that QEMU may hold back (monitor_qapi_event_conf[] of all
 * editions together): for a second, or as long as its main loop is busy.
 */
const throttled: ReadonlySet<string> = new Set([
  "BALLOON_CHANGE",
  "BLOCK_IO_ERROR",
  "HV_BALLOON_STATUS_REPORT",
  "MEMORY_DEVICE_SIZE_CHANGE",
  "QUORUM_FAILURE",
  "QUORUM_REPORT_BAD",
  "RTC_CHANGE",
  "VSERPORT_CHANGE",
  "WATCHDOG",
]);

/** How far back the time of an event may lie, in seconds: two threads may send at once. */
const slack = 1;
const slackThrottled = 60;

const nothing: readonly Finding[] = [];

/**
 * Begins to judge the messages of one monitor.
 *
 * What a second message contradicts is judged only where nothing is missing
 * since a greeting: a log without greetings may hold several QEMUs.
 *
 * @param table What messages cause.
 * @returns The checks, with nothing seen yet.
 */
export function meaning(table: Witnesses): Meaning {
  const replies = exchange();
  const watchdogs = watchdog(table);
  let isWhole = false;
  let ended: Entry | undefined;
  let ending: Entry | undefined;
  let newest: Entry | undefined;
  let time = -Infinity;

  function forget(): void {
    ended = ending = newest = undefined;
    time = -Infinity;
  }

  function lose(): void {
    isWhole = false;
    forget();
    replies.lose();
    watchdogs.lose();
  }

  function backwards(
    entry: Entry,
    own: number | undefined,
  ): readonly Finding[] {
    if (own === undefined) return nothing;
    const back = time - own;
    const isLate = back > slack &&
      (back > slackThrottled || !throttled.has(entry.name!));
    const found = isLate ? [timeBackwards(entry, newest!, back)] : nothing;
    if (isLate || own > time) {
      time = own;
      newest = entry;
    }
    return found;
  }

  /** Only one SHUTDOWN can come, unless QEMU lives on after it. */
  function shutDown(entry: Entry, runs: boolean): Finding | undefined {
    const last = ended ?? ending;
    if (lastReasons.has(reasonOf(entry))) ended = entry;
    // A machine that runs stops before anything else, if QEMU lives on.
    ending = runs ? entry : undefined;
    return isWhole && last ? secondShutdown(entry, last) : undefined;
  }

  function judgeEvent(
    entry: Entry,
    own: number | undefined,
    runs: boolean,
  ): readonly Finding[] {
    const late = backwards(entry, own);
    switch (entry.name) {
      case "STOP":
        ending = undefined;
        return late;
      case "RESET":
        return join(
          late,
          impossibleReason(entry, table) ?? guestAgainstReason(entry),
        );
      case "SHUTDOWN":
        return join(
          join(late, shutDown(entry, runs)),
          guestAgainstReason(entry),
        );
      case "GUEST_CRASHLOADED":
        return join(late, impossibleAction(entry));
      default:
        return late;
    }
  }

  function judge(entry: Entry, runs: boolean): readonly Finding[] {
    const { kind, findings } = entry;
    if (kind === undefined) {
      if (findings.some(hidesMessages)) lose();
      // A command may be kept out, or a reply.
      else if (findings.some(({ code }) => code === "REDACTED")) replies.lose();
      return nothing;
    }
    if (kind === "greeting") {
      isWhole = true;
      forget();
    }
    // `read` has forgotten which replies are still to come.
    if (findings.length > 0 && findings.some(isTooMany)) lose();
    const own = kind === "event" ? timeOf(entry) : undefined;
    const watched = watchdogs.take(entry, own, runs, isWhole);
    const judged = kind === "event" ? judgeEvent(entry, own, runs) : nothing;
    const exchanged = replies.take(entry, own, isWhole);
    return watched.length + judged.length + exchanged.length === 0
      ? nothing
      : [...watched, ...judged, ...exchanged];
  }

  return {
    judge,
    doubt() {
      ending = undefined;
      watchdogs.doubt();
    },
    end: replies.end,
  };
}

function isTooMany({ code }: Finding): boolean {
  return code === "TOO_MANY_WAITING";
}

function join(
  found: readonly Finding[],
  other: Finding | undefined,
): readonly Finding[] {
  return other === undefined ? found : [...found, other];
}

/** What is looked at of an event's data. */
interface Data {
  readonly guest?: unknown;
  readonly reason?: unknown;
  readonly action?: unknown;
}

function dataOf({ message }: Entry): Data {
  return (message as Partial<Event> | undefined)?.data ?? {};
}

/** Under the policy `raw` it may be anything, an object that is no text too. */
function reasonOf(entry: Entry): string {
  const { reason } = dataOf(entry);
  return typeof reason === "string" ? reason : "";
}

function guestAgainstReason(entry: Entry): Finding | undefined {
  const { guest } = dataOf(entry);
  const reason = reasonOf(entry);
  if (typeof guest !== "boolean") return undefined;
  // A newer QEMU may have more reasons, and an older one gives none.
  const expected = Object.hasOwn(isByGuest, reason)
    ? isByGuest[reason as ShutdownCause]
    : guest;
  if (guest === expected) return undefined;
  return {
    code: "GUEST_AGAINST_REASON",
    severity: "fault",
    path: ["data", "guest"],
    expected: String(expected),
    received: String(guest),
    message: `Cannot believe ${at(entry)}: ${quote(reason)} is ${
      expected ? "the guest's doing" : "not the guest's doing"
    }, and guest is ${guest}`,
  };
}

function impossibleReason(
  entry: Entry,
  { edition }: Witnesses,
): Finding | undefined {
  const reason = reasonOf(entry);
  if (!isUntold(reason, edition)) return undefined;
  return {
    code: "IMPOSSIBLE_REASON",
    severity: "fault",
    path: ["data", "reason"],
    received: reason,
    message: `Cannot believe ${at(entry)}: QEMU tells of no reset whose ` +
      `reason is ${quote(reason)}`,
  };
}

function impossibleAction(entry: Entry): Finding | undefined {
  const { action } = dataOf(entry);
  if (typeof action !== "string" || action === "run") return undefined;
  return {
    code: "IMPOSSIBLE_ACTION",
    severity: "fault",
    path: ["data", "action"],
    expected: '"run"',
    received: shorten(action),
    message: `Cannot believe ${at(entry)}: its action is always "run", ` +
      `and not ${quote(action)}`,
  };
}

function secondShutdown(entry: Entry, last: Entry): Finding {
  return {
    code: "SECOND_SHUTDOWN",
    severity: "fault",
    path: [],
    expected: "the end of QEMU",
    received: "SHUTDOWN",
    message: `Cannot follow ${at(entry)}: the one on line ${last.line} ` +
      "ended QEMU",
  };
}

function timeBackwards(entry: Entry, newest: Entry, back: number): Finding {
  return {
    code: "TIME_BACKWARDS",
    severity: "notice",
    path: ["timestamp"],
    message: `Cannot put ${at(entry)} in order: its time lies ${
      back.toFixed(1)
    } s before that of ${at(newest)}`,
  };
}

function at(entry: Entry): string {
  return `${nameOf(entry)} on line ${entry.line}`;
}
