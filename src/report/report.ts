/**
 * What a report holds: plain data, which JSON can carry.
 *
 * @module
 */

import type { Direction } from "../replay/record.ts";
import type { Kind } from "../schema/qmp.ts";
import type { FindingCode, Path, Severity } from "../wire/finding.ts";

/**
 * Why a machine did not run.
 *
 * - `guest-shutdown`: the guest shut down by itself or as it was asked
 * - `guest-reset`: the guest asked for a reset, and QEMU made it a shutdown
 * - `host-quit`: the command `quit`
 * - `host-reset`: the command `system_reset`, and QEMU made it a shutdown
 * - `host-signal`: a signal to QEMU
 * - `host-ui`: somebody closed QEMU's window
 * - `host-error`: an error of the host
 * - `panic`: the guest panicked
 * - `watchdog`: the watchdog expired
 * - `io-error`: a disk failed
 * - `memory-failure`: memory of the host failed
 * - `command`: the command `stop`
 * - `suspended`: the guest went to sleep
 * - `migration`: the machine was being migrated, or was migrated away
 * - `snapshot`: a snapshot or a dump was being saved, or a snapshot loaded
 * - `internal-error`: QEMU's accelerator could not go on
 * - `debug`: a debugger
 * - `monitor-lost`: the connection broke off, and nobody knows what the
 *   machine did then
 * - `unknown`: the log does not tell
 */
export type Cause =
  | "guest-shutdown"
  | "guest-reset"
  | "host-quit"
  | "host-reset"
  | "host-signal"
  | "host-ui"
  | "host-error"
  | "panic"
  | "watchdog"
  | "io-error"
  | "memory-failure"
  | "command"
  | "suspended"
  | "migration"
  | "snapshot"
  | "internal-error"
  | "debug"
  | "monitor-lost"
  | "unknown";

/** A stretch in which the machine could stand in the same run states. */
export interface Interval {
  /** The line of the message that begins it. */
  readonly line: number;
  /** The line of its last message. */
  readonly lastLine: number;
  /** When it begins, in seconds since the start; absent where the log knows no time. */
  readonly from?: number;
  /** When it ends, in seconds since the start; absent where the log knows no time. */
  readonly to?: number;
  /** Every run state that is possible, in the edition's order; none where QEMU had ended. */
  readonly states: readonly string[];
  /** Whether anything is known, so that some run state is impossible. */
  readonly isKnown: boolean;
  /** How many stretches it stands for: 1, or more where they were drawn together. */
  readonly stretches: number;
}

/** A register or another value, taken apart. */
export interface Decoded {
  /** What it is called in the message. */
  readonly name: string;
  /** Its value: registers in hexadecimal, with all their digits. */
  readonly value: string;
  /** What that means, bit by bit or as a name; empty where nothing is known. */
  readonly meaning: readonly string[];
}

/** An event, or several of the same kind that came one after the other. */
export interface Happening {
  /** The line of the first. */
  readonly line: number;
  /** The line of the last. */
  readonly lastLine: number;
  /** When the first was sent, in seconds since the start; absent where that is not known. */
  readonly at?: number;
  /** When the last was sent. */
  readonly lastAt?: number;
  /** The name of the event. */
  readonly name: string;
  /** What the first one tells, on a line. */
  readonly detail: string;
  /** How many there are. */
  readonly count: number;
  /** Whether it belongs to the protocol of run states. */
  readonly isRunState: boolean;
  /** Whether it came after others that were sent later, since QEMU held it back. */
  readonly isLate: boolean;
  /** What a panic left, taken apart; absent where it left nothing. */
  readonly panic?: readonly Decoded[];
}

/** A message in the chain that led to a stop. */
export interface Link {
  /** The line of the message. */
  readonly line: number;
  /** When it passed, in seconds since the start; absent where that is not known. */
  readonly at?: number;
  /** Which kind of message it is; `state` where QEMU's own log tells its run state. */
  readonly kind: Kind | "state";
  /** The name of the event or the command, of a reply that of its command. */
  readonly name: string;
  /** What it tells, on a line. */
  readonly detail: string;
  /** Whether it came after what it explains, since QEMU held it back. */
  readonly isLate: boolean;
}

/** A stretch in which the machine did not run, after it had or might have run. */
export interface Stop {
  /** The line of the message that tells of it. */
  readonly line: number;
  /** When that was, in seconds since the start; absent where that is not known. */
  readonly from?: number;
  /** When it was over; absent where the log does not tell, or knows no time. */
  readonly to?: number;
  /** The run states that were possible then. */
  readonly states: readonly string[];
  /** Why. */
  readonly cause: Cause;
  /** Whether the messages leave no other cause; if not, it is the one that they suggest. */
  readonly isCertain: boolean;
  /** The messages that led there, in the order in which one led to the other. */
  readonly chain: readonly Link[];
  /** The messages that ended it; none where the log does not tell. */
  readonly back: readonly Link[];
  /** Whether QEMU ended. */
  readonly hasEnded: boolean;
  /** What a panic left, taken apart; absent where it left nothing. */
  readonly panic?: readonly Decoded[];
}

/** How long something went on, over all of a log. */
export interface Share {
  /** How often it began. */
  readonly count: number;
  /** How many seconds it took, as far as the log tells. */
  readonly seconds: number;
}

/** Downtime of one cause. */
export interface Downtime extends Share {
  /** Why. */
  readonly cause: Cause;
  /** How many of them the log does not see the end of. */
  readonly open: number;
}

/** Time in one set of run states. */
export interface Standing extends Share {
  /** The run states that were possible; none where QEMU had ended. */
  readonly states: readonly string[];
  /** Whether anything is known. */
  readonly isKnown: boolean;
}

/** What became of one machine. */
export interface Machine {
  /** The monitor that tells of it; absent where the log names none. */
  readonly monitor?: string;
  /** The version that QEMU's greeting gives. */
  readonly qemu?: string;
  /** How many messages there are. */
  readonly messages: number;
  /** Where it stood, in order. */
  readonly intervals: readonly Interval[];
  /** How long it stood in each set of run states; the longest first. */
  readonly standings: readonly Standing[];
  /** How long it did not run, by cause; the longest first. */
  readonly downtime: readonly Downtime[];
  /** Each time that it stopped, in order. */
  readonly stops: readonly Stop[];
  /** What happened, in order of arrival. */
  readonly happenings: readonly Happening[];
}

/** Something that was found, and where. */
export interface Noted {
  /** The line of the file. */
  readonly line: number;
  /** The monitor; absent where the log names none. */
  readonly monitor?: string;
  /** What it is, for programs. */
  readonly code: FindingCode;
  /** How much it weighs. */
  readonly severity: Severity;
  /** Where it is in the message. */
  readonly path: Path;
  /** What it is, for people. */
  readonly message: string;
}

/** Findings of one code that a report has no room for. */
export interface LeftOut {
  /** Their code. */
  readonly code: FindingCode;
  /** How much they weigh. */
  readonly severity: Severity;
  /** How many there are. */
  readonly count: number;
  /** The line of the first of them. */
  readonly line: number;
  /** The line of the last of them. */
  readonly lastLine: number;
}

/** What became of the machines of a log. */
export interface Report {
  /** What the log is called. */
  readonly title: string;
  /** What it is, and what it was read by. */
  readonly about: string;
  /** Seconds since the epoch at second 0; absent where the log does not tell the time of day. */
  readonly epoch?: number;
  /** The first second that the log tells of; absent where it knows no time. */
  readonly from?: number;
  /** The last second that the log tells of; absent where it knows no time. */
  readonly to?: number;
  /** How many messages there are, over all machines. */
  readonly messages: number;
  /** The last line with a message. */
  readonly lastLine: number;
  /** The machines, in the order in which they spoke first. */
  readonly machines: readonly Machine[];
  /** Whether they are monitors of one QEMU, which told its run state itself; absent where not. */
  readonly isOneQemu?: true;
  /** What was found, in order. */
  readonly findings: readonly Noted[];
  /** What was found and is not among them, by code. */
  readonly leftOut: readonly LeftOut[];
  /** What else a reader should know: what was drawn together or left out, and where the clock was set back. */
  readonly notes: readonly string[];
}

/** A message on the timeline, and where the machine can stand after it. */
export interface TimelineStep {
  /** The line of the file. */
  readonly line: number;
  /** The monitor; absent where the log names none. */
  readonly monitor?: string;
  /** When it passed, in seconds since the start; null where that is not known. */
  readonly at: number | null;
  /** Which way it went. */
  readonly direction: Direction;
  /** Which kind of message it is; `state` where QEMU's own log tells its run state. */
  readonly kind: Kind | "state";
  /** The name of an event or a command, of a reply that of its command; null where there is none. */
  readonly name: string | null;
  /** Every run state that is possible then. */
  readonly states: readonly string[];
}
