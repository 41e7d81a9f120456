/**
 * The types of what editions define, under QAPI's own names: the same as the
 * mirror's, but that each takes in what any known release has. A value is that
 * of one release or another; a member is optional where one release lacks it.
 *
 * @module
 */

import type {
  CommandSchema,
  Empty,
  Enum,
  EventMessage,
  EventSchema,
  Struct,
  Union,
} from "../schema/qapi.ts";
import type * as mirror from "../schema/run_state.ts";

// What is the same in every release that has it.
export type {
  GuestPanicAction,
  GuestPanicInformationHyperV,
  GuestPanicInformationS390,
  MEMORY_FAILURE,
  MemoryFailureAction,
  MemoryFailureFlags,
  MemoryFailureRecipient,
  POWERDOWN,
  RESUME,
  S390CrashReason,
  ShutdownAction,
  STOP,
  SUSPEND,
  SUSPEND_DISK,
  WAKEUP,
  WATCHDOG,
  WatchdogAction,
  WatchdogSetActionArguments,
} from "../schema/run_state.ts";

/** Every run state: `preconfig` is one from QEMU 3.0 to 5.2. */
export type RunState = mirror.RunState | "preconfig";

/** Every cause of a shutdown or a reset: `snapshot-load` is one since QEMU 7.2. */
export type ShutdownCause = mirror.ShutdownCause | "snapshot-load";

/** What `query-status` tells. */
export interface StatusInfo {
  /** Whether the guest runs. */
  running: boolean;
  /** Whether it runs one instruction at a time; gone since QEMU 9.0. */
  singlestep?: boolean;
  /** Where the machine stands. */
  status: RunState;
}

/** The machine has shut down. */
export type SHUTDOWN = EventMessage<"SHUTDOWN", {
  /** Whether the guest asked for it, rather than the host. */
  guest: boolean;
  /** Why it shut down; since QEMU 4.0. */
  reason?: ShutdownCause;
}>;

/** The machine was reset. */
export type RESET = EventMessage<"RESET", {
  /** Whether the guest asked for it, rather than the host. */
  guest: boolean;
  /** Why it was reset; since QEMU 4.0. */
  reason?: ShutdownCause;
}>;

/** What is done when the guest reboots: `reset` in every release, `none` in the seed. */
export type RebootAction = mirror.RebootAction | "reset";

/** What is done when the guest panics: `poweroff` in the seed alone, `shutdown` in every release, `exit-failure` since QEMU 7.1. */
export type PanicAction = mirror.PanicAction | "shutdown" | "exit-failure";

/** The arguments of `set-action`. */
export interface SetActionArguments {
  /** What to do when the guest reboots. */
  reboot?: RebootAction;
  /** What to do when the guest shuts down. */
  shutdown?: mirror.ShutdownAction;
  /** What to do when the guest panics. */
  panic?: PanicAction;
  /** What to do when the watchdog fires. */
  watchdog?: mirror.WatchdogAction;
}

/** The guest's operating system panicked. */
export type GUEST_PANICKED = EventMessage<"GUEST_PANICKED", {
  /** What was done about it. */
  action: mirror.GuestPanicAction;
  /** What the guest left behind, where it left anything. */
  info?: GuestPanicInformation;
}>;

/** The guest's operating system panicked and loaded its crash kernel. */
export type GUEST_CRASHLOADED = EventMessage<"GUEST_CRASHLOADED", {
  /** What was done about it: so far always `run`. */
  action: mirror.GuestPanicAction;
  /** What the guest left behind, where it left anything. */
  info?: GuestPanicInformation;
}>;

/** The guest asked to be shut down by way of pvpanic. @since QEMU 9.1 */
export type GUEST_PVSHUTDOWN = EventMessage<"GUEST_PVSHUTDOWN">;

/** Which kind of {@linkcode GuestPanicInformation} there is: `tdx` since QEMU 10.1, `sev` in the development tree after 10.2. */
export type GuestPanicInformationType =
  | mirror.GuestPanicInformationType
  | "tdx"
  | "sev";

/** What a guest that panicked leaves behind. */
export type GuestPanicInformation =
  | mirror.GuestPanicInformation
  | (
    & {
      /** An Intel TDX guest. */
      type: "tdx";
    }
    & GuestPanicInformationTdx
  )
  | (
    & {
      /** An AMD SEV guest. */
      type: "sev";
    }
    & GuestPanicInformationSev
  );

/** What an Intel TDX guest leaves behind. @since QEMU 10.1 */
export interface GuestPanicInformationTdx {
  /** The error that it reports, 0 to 4294967295. */
  "error-code": number;
  /** What it says about it. */
  message: string;
  /** The guest's physical address of a page that tells more, all 64 bits. */
  gpa?: bigint;
}

/** What an AMD SEV guest leaves behind. @since QEMU 10.2.50 */
export interface GuestPanicInformationSev {
  /** Which set of reasons its code is from, 0 to 4294967295. */
  set: number;
  /** Why it ended itself, 0 to 4294967295. */
  code: number;
}

/** What is done when a guest keeps its host from running: no message has it. @since QEMU 7.2 */
export type NotifyVmexitOption = "run" | "internal-error" | "disable";

/** The schemas of every edition by QAPI's names; an edition has some of them. */
export interface KnownSchemas {
  /** Schema of {@linkcode RunState}. */
  readonly RunState: Enum<readonly RunState[]>;
  /** Schema of {@linkcode ShutdownCause}. @since QEMU 4.0 */
  readonly ShutdownCause: Enum<readonly ShutdownCause[]>;
  /** Schema of {@linkcode StatusInfo}. */
  readonly StatusInfo: Struct<StatusInfo>;
  /** Schema of the whole command. */
  readonly "query-status": CommandSchema<"query-status", Empty, StatusInfo>;
  /** Schema of the whole event. */
  readonly SHUTDOWN: EventSchema<SHUTDOWN>;
  /** Schema of the whole event. */
  readonly POWERDOWN: EventSchema<mirror.POWERDOWN>;
  /** Schema of the whole event. */
  readonly RESET: EventSchema<RESET>;
  /** Schema of the whole event. */
  readonly STOP: EventSchema<mirror.STOP>;
  /** Schema of the whole event. */
  readonly RESUME: EventSchema<mirror.RESUME>;
  /** Schema of the whole event. */
  readonly SUSPEND: EventSchema<mirror.SUSPEND>;
  /** Schema of the whole event. */
  readonly SUSPEND_DISK: EventSchema<mirror.SUSPEND_DISK>;
  /** Schema of the whole event. */
  readonly WAKEUP: EventSchema<mirror.WAKEUP>;
  /** Schema of the whole event. */
  readonly WATCHDOG: EventSchema<mirror.WATCHDOG>;
  /** Schema of what the watchdog does. */
  readonly WatchdogAction: Enum<readonly mirror.WatchdogAction[]>;
  /** Schema of {@linkcode RebootAction}. @since QEMU 6.0 */
  readonly RebootAction: Enum<readonly RebootAction[]>;
  /** Schema of what is done when the guest shuts down. @since QEMU 6.0 */
  readonly ShutdownAction: Enum<readonly mirror.ShutdownAction[]>;
  /** Schema of {@linkcode PanicAction}. @since QEMU 6.0 */
  readonly PanicAction: Enum<readonly PanicAction[]>;
  /** Schema of the whole command. @since QEMU 2.12 */
  readonly "watchdog-set-action": CommandSchema<
    "watchdog-set-action",
    mirror.WatchdogSetActionArguments
  >;
  /** Schema of the whole command. @since QEMU 6.0 */
  readonly "set-action": CommandSchema<"set-action", SetActionArguments>;
  /** Schema of the whole event. */
  readonly GUEST_PANICKED: EventSchema<GUEST_PANICKED>;
  /** Schema of the whole event. @since QEMU 5.0 */
  readonly GUEST_CRASHLOADED: EventSchema<GUEST_CRASHLOADED>;
  /** Schema of the whole event. @since QEMU 9.1 */
  readonly GUEST_PVSHUTDOWN: EventSchema<GUEST_PVSHUTDOWN>;
  /** Schema of what was done about a panic. */
  readonly GuestPanicAction: Enum<readonly mirror.GuestPanicAction[]>;
  /** Schema of {@linkcode GuestPanicInformationType}. */
  readonly GuestPanicInformationType: Enum<
    readonly GuestPanicInformationType[]
  >;
  /** Schema of {@linkcode GuestPanicInformation}. */
  readonly GuestPanicInformation: Union<"type", GuestPanicInformation>;
  /** Schema of what a Hyper-V guest leaves behind. */
  readonly GuestPanicInformationHyperV: Struct<
    mirror.GuestPanicInformationHyperV
  >;
  /** Schema of why an s390 processor crashed. @since QEMU 2.12 */
  readonly S390CrashReason: Enum<readonly mirror.S390CrashReason[]>;
  /** Schema of what an s390 guest leaves behind. @since QEMU 2.12 */
  readonly GuestPanicInformationS390: Struct<mirror.GuestPanicInformationS390>;
  /** Schema of {@linkcode GuestPanicInformationTdx}. @since QEMU 10.1 */
  readonly GuestPanicInformationTdx: Struct<GuestPanicInformationTdx>;
  /** Schema of {@linkcode GuestPanicInformationSev}. @since QEMU 10.2.50 */
  readonly GuestPanicInformationSev: Struct<GuestPanicInformationSev>;
  /** Schema of the whole event. @since QEMU 5.2 */
  readonly MEMORY_FAILURE: EventSchema<mirror.MEMORY_FAILURE>;
  /** Schema of whose memory failed. @since QEMU 5.2 */
  readonly MemoryFailureRecipient: Enum<
    readonly mirror.MemoryFailureRecipient[]
  >;
  /** Schema of what was done about failed memory. @since QEMU 5.2 */
  readonly MemoryFailureAction: Enum<readonly mirror.MemoryFailureAction[]>;
  /** Schema of more about failed memory. @since QEMU 5.2 */
  readonly MemoryFailureFlags: Struct<mirror.MemoryFailureFlags>;
  /** Schema of {@linkcode NotifyVmexitOption}. @since QEMU 7.2 */
  readonly NotifyVmexitOption: Enum<readonly NotifyVmexitOption[]>;
}

/** The names that each edition defines, told like its history: by the neighbour. */
export interface EditionNames {
  /** QEMU 2.11: what every edition has, since no release dropped a name. */
  "2.11":
    | "RunState"
    | "StatusInfo"
    | "query-status"
    | "SHUTDOWN"
    | "POWERDOWN"
    | "RESET"
    | "STOP"
    | "RESUME"
    | "SUSPEND"
    | "SUSPEND_DISK"
    | "WAKEUP"
    | "WATCHDOG"
    | "WatchdogAction"
    | "GUEST_PANICKED"
    | "GuestPanicAction"
    | "GuestPanicInformationType"
    | "GuestPanicInformation"
    | "GuestPanicInformationHyperV";
  /** QEMU 2.12. */
  "2.12":
    | EditionNames["2.11"]
    | "watchdog-set-action"
    | "S390CrashReason"
    | "GuestPanicInformationS390";
  /** QEMU 3.0. */
  "3.0": EditionNames["2.12"];
  /** QEMU 3.1. */
  "3.1": EditionNames["3.0"];
  /** QEMU 4.0. */
  "4.0":
    | EditionNames["3.1"]
    | "ShutdownCause";
  /** QEMU 4.1. */
  "4.1": EditionNames["4.0"];
  /** QEMU 4.2. */
  "4.2": EditionNames["4.1"];
  /** QEMU 5.0. */
  "5.0":
    | EditionNames["4.2"]
    | "GUEST_CRASHLOADED";
  /** QEMU 5.1. */
  "5.1": EditionNames["5.0"];
  /** QEMU 5.2. */
  "5.2":
    | EditionNames["5.1"]
    | "MEMORY_FAILURE"
    | "MemoryFailureRecipient"
    | "MemoryFailureAction"
    | "MemoryFailureFlags";
  /** The development tree of 2020-12-11, which the mirror shows. */
  "seed": EditionNames["6.0"];
  /** QEMU 6.0. */
  "6.0":
    | EditionNames["5.2"]
    | "RebootAction"
    | "ShutdownAction"
    | "PanicAction"
    | "set-action";
  /** QEMU 6.1. */
  "6.1": EditionNames["6.0"];
  /** QEMU 6.2. */
  "6.2": EditionNames["6.1"];
  /** QEMU 7.0. */
  "7.0": EditionNames["6.2"];
  /** QEMU 7.1. */
  "7.1": EditionNames["7.0"];
  /** QEMU 7.2. */
  "7.2":
    | EditionNames["7.1"]
    | "NotifyVmexitOption";
  /** QEMU 8.0. */
  "8.0": EditionNames["7.2"];
  /** QEMU 8.1. */
  "8.1": EditionNames["8.0"];
  /** QEMU 8.2. */
  "8.2": EditionNames["8.1"];
  /** QEMU 9.0. */
  "9.0": EditionNames["8.2"];
  /** QEMU 9.1. */
  "9.1":
    | EditionNames["9.0"]
    | "GUEST_PVSHUTDOWN";
  /** QEMU 9.2. */
  "9.2": EditionNames["9.1"];
  /** QEMU 10.0. */
  "10.0": EditionNames["9.2"];
  /** QEMU 10.1. */
  "10.1":
    | EditionNames["10.0"]
    | "GuestPanicInformationTdx";
  /** QEMU 10.2. */
  "10.2": EditionNames["10.1"];
  /** The development tree of 2026-02-15, on the way to 11.0. */
  "master":
    | EditionNames["10.2"]
    | "GuestPanicInformationSev";
}

/** The name of an edition. */
export type EditionName = keyof EditionNames;

/**
 * The schemas of an edition: exactly its names where the edition is known to
 * the compiler, else those of every edition, and the rest where it has them.
 */
export type EditionSchemas<Name extends string> = Name extends EditionName
  ? Pick<KnownSchemas, EditionNames[Name]>
  :
    & Pick<KnownSchemas, EditionNames["2.11"]>
    & Partial<
      Pick<KnownSchemas, Exclude<keyof KnownSchemas, EditionNames["2.11"]>>
    >;
