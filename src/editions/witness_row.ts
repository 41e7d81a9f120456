/**
 * The shape of what is known of each kind of message: which changes of run
 * state it witnesses, and what it causes.
 *
 * @module
 */

import type { Kind } from "../schema/qmp.ts";
import type { KnownSchemas, RunState } from "./known.ts";

/** The run states in which QEMU keeps, since 9.0, whether the guest was asleep when it was stopped. */
export type Dozing =
  | "paused"
  | "prelaunch"
  | "finish-migrate"
  | "postmigrate"
  | "restore-vm"
  | "save-vm"
  | "shutdown"
  | "colo";

/**
 * Where a machine stands: its run state and, since QEMU 9.0, whether it was
 * asleep when it was stopped. No message tells that, but `cont` brings such a
 * machine back to `suspended`.
 */
export type Standing = RunState | `${Dozing} asleep`;

/**
 * Something that goes on for a while and makes silent changes possible. It
 * counts as under way from the first message that may have begun it.
 */
export type Activity =
  | "outgoing migration"
  | "giving up a migration"
  | "incoming migration"
  | "background snapshot"
  | "running again"
  | "sleep"
  | "standstill"
  | "colo"
  | "saving a snapshot"
  | "loading a snapshot"
  | "leaving preconfig"
  | "ending"
  | "starting";

/** What is looked at of a message. */
export interface Seen {
  /** Its kind. */
  readonly kind: Kind;
  /** The name of an event or a command. */
  readonly name?: string | undefined;
  /** An event's data, a command's arguments, what came back, or the error. */
  readonly data?: unknown;
  /** The command that a reply answers, where it was seen. */
  readonly answers?: {
    /** Its name. */
    readonly name?: string | undefined;
    /** Its arguments. */
    readonly data?: unknown;
  } | undefined;
}

/** Something that may come of a message. */
export type Outcome =
  | {
    /** An event. */
    readonly kind: "event";
    /** Its name. */
    readonly name: string;
    /** Members of its data. */
    readonly data?: Readonly<Record<string, unknown>>;
    /** Where it leads, where that is narrower than what it proves by itself. */
    readonly to?: RunState;
    /** What has to be under way for it. */
    readonly during?: Activity;
  }
  | {
    /** A change that no message tells. */
    readonly kind: "silence";
    /** Where it leads. */
    readonly to: readonly RunState[];
  }
  | {
    /** The end of QEMU, and so of the stream. */
    readonly kind: "end";
  };

/** What a message causes. */
export interface Consequence {
  /** `must`: one of the outcomes comes, unless the stream breaks off or, of a command, QEMU refuses it. */
  readonly certainty: "must" | "may";
  /** Only where the machine is in one of these states; in any where it is absent. */
  readonly in?: readonly RunState[];
  /** One of these comes. */
  readonly outcomes: readonly Outcome[];
  /** That it may take its time, so that anything else may come first; at once where it is absent. */
  readonly slow?: true;
  /** When it is past, whether or not it came: with the reply to the command, or with an activity. */
  readonly past?: "reply" | Activity;
}

/**
 * Where the machine can be before a message and where it is after it:
 *
 * - `stays`: anywhere, and it stays there;
 * - `anew`: anywhere before, anywhere after;
 * - `status`: in the state that the message names;
 * - a list: in one of these states, and it stays there;
 * - a record: by the state before, the ones after; the message does not come
 *   where there is none.
 */
export type Moves =
  | "stays"
  | "anew"
  | "status"
  | readonly RunState[]
  | Readonly<Record<RunState, readonly Standing[]>>;

/** What is known of a message. */
export interface Row {
  /** The first edition of which it is known. */
  readonly since?: string;
  /** The first edition of which it is known no more. */
  readonly until?: string;
  /** Only for messages whose members have one of these values: an event's data, a command's arguments, a reply's content. */
  readonly where?: Readonly<Record<string, readonly (string | boolean)[]>>;
  /** Only for errors whose description ends like this. */
  readonly desc?: string;
  /** Only for `migrate-set-capabilities` that turns this one on. */
  readonly capability?: string;
  /** Only where all of these are under way. */
  readonly during?: readonly Activity[];
  /** Only where none of these is under way. */
  readonly unless?: readonly Activity[];
  /** Where the machine is before and after. */
  readonly moves: Moves;
  /** Where a machine goes that was asleep when it was stopped, if not where others go from that state. */
  readonly asleep?: Readonly<Record<Dozing, readonly Standing[]>>;
  /** The standings in which QEMU sends it and then aborts. */
  readonly aborts?: readonly Standing[];
  /** What comes of it. */
  readonly causes?: readonly Consequence[];
  /** What may be under way from then on. */
  readonly begins?: readonly Activity[];
  /** What is over. */
  readonly ends?: readonly Activity[];
  /** QEMU sends one a second at the most: this one may come up to a second late, after what it caused, or be lost to a later one. */
  readonly throttled?: true;
  /** Where that was read or seen. */
  readonly sources: readonly string[];
}

/** What is known of a command and its replies. */
export interface CommandRows {
  /** What sending it causes. */
  readonly sent?: readonly Row[];
  /** What it proves that QEMU obeyed. */
  readonly returned?: readonly Row[];
  /** What it proves that HMP answered, in prose, whether it obeyed or not. */
  readonly answered?: readonly Row[];
  /** What it proves that QEMU refused. */
  readonly refused?: readonly Row[];
}

/** A way in which a machine stops, as STOP tells it. */
export interface Stop {
  /** The first edition that has it. */
  readonly since?: string;
  /** Why. */
  readonly why: string;
  /** What tells it beside the STOP: another event, the command that was sent for it, or nothing. */
  readonly told: "event" | "command" | "nothing";
  /** What has to be under way for it; nothing where it is absent. */
  readonly during?: Activity;
  /** Where that was read or seen. */
  readonly sources: readonly string[];
}

/** Changes that no message tells. */
export interface SilentRow {
  /** The first edition that has them. */
  readonly since?: string;
  /** The first edition that has them no more. */
  readonly until?: string;
  /** The states before. */
  readonly from: readonly Standing[];
  /** The states after: each may follow each. */
  readonly to: readonly Standing[];
  /** What has to be under way for them; nothing where it is absent. */
  readonly during?: Activity;
  /** That they lead back to where the machine was when that began, or has been since. */
  readonly back?: true;
  /** The event that tells of them a moment later; none where it is absent. */
  readonly ahead?: "STOP" | "WAKEUP";
  /** Where that was read or seen. */
  readonly sources: readonly string[];
}

/** The events of run-state in all editions. */
export type RunStateEventName = {
  [Name in keyof KnownSchemas]: KnownSchemas[Name] extends
    { readonly entries: { readonly event: unknown } } ? Name : never;
}[keyof KnownSchemas];
