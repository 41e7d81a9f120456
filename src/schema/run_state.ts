/**
 * The mirror of `qapi/run-state.json`, name for name and in its order, as it
 * stood in QEMU's development tree on 2020-12-11, between 5.2 and 6.0: the
 * *seed*. Two of its definitions were never released like this, see
 * {@linkcode setAction} and {@linkcode StatusInfo}.
 *
 * @module
 */

import {
  command,
  type CommandMessage,
  type CommandSchema,
  type Empty,
  type Enum,
  enumeration,
  event,
  type EventMessage,
  type EventSchema,
  optional,
  type Struct,
  struct,
  type Union,
  union,
} from "./qapi.ts";
import { bool, uint32, uint64 } from "./scalar.ts";

/**
 * Where a virtual machine stands.
 *
 * - `debug`: a debugger holds it
 * - `inmigrate`: it waits for an incoming migration; whether it will run
 *   afterwards is not told
 * - `internal-error`: QEMU failed in a way that lets the guest run no further
 * - `io-error`: an I/O operation failed on a device that is set to pause then
 * - `paused`: the `stop` command paused it
 * - `postmigrate`: it has been migrated away
 * - `prelaunch`: QEMU was started with `-S` and the guest has not run yet
 * - `finish-migrate`: it is paused for the last part of a migration
 * - `restore-vm`: it is paused while a snapshot is loaded
 * - `running`: the guest runs
 * - `save-vm`: it is paused while a snapshot is saved
 * - `shutdown`: the guest has shut down, and QEMU was told to stay
 * - `suspended`: the guest sleeps (ACPI S3)
 * - `watchdog`: the watchdog fired, and its action is to pause
 * - `guest-panicked`: the guest's operating system panicked
 * - `colo`: it is paused for a COLO checkpoint (since QEMU 2.8)
 *
 * @since QEMU 0.14
 */
export type RunState =
  | "debug"
  | "inmigrate"
  | "internal-error"
  | "io-error"
  | "paused"
  | "postmigrate"
  | "prelaunch"
  | "finish-migrate"
  | "restore-vm"
  | "running"
  | "save-vm"
  | "shutdown"
  | "suspended"
  | "watchdog"
  | "guest-panicked"
  | "colo";
/**
 * Schema of the type {@linkcode RunState}.
 *
 * @example List the states, or test for one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RunState } from "@qmp/run-state";
 *
 * assert.equal(RunState.options.length, 16);
 * assert.ok(v.is(RunState, "guest-panicked"));
 * ```
 */
export const RunState: Enum<readonly RunState[]> = /* @__PURE__ */ enumeration([
  "debug",
  "inmigrate",
  "internal-error",
  "io-error",
  "paused",
  "postmigrate",
  "prelaunch",
  "finish-migrate",
  "restore-vm",
  "running",
  "save-vm",
  "shutdown",
  "suspended",
  "watchdog",
  "guest-panicked",
  "colo",
]);

/**
 * Why a machine shut down or was reset. The order counts: QEMU holds a cause
 * for the guest's own from `guest-shutdown` on.
 *
 * - `none`: nobody asked for it
 * - `host-error`: an error makes the guest useless
 * - `host-qmp-quit`: the command `quit`
 * - `host-qmp-system-reset`: the command `system_reset`
 * - `host-signal`: a signal such as SIGINT
 * - `host-ui`: the user interface, such as a window that was closed
 * - `guest-shutdown`: the guest asked, through ACPI or the like
 * - `guest-reset`: the guest asked for a reset; in SHUTDOWN, QEMU was told to
 *   make that a shutdown
 * - `guest-panic`: the guest panicked, and QEMU was told to shut down then
 * - `subsystem-reset`: part of the guest was reset; never seen in an event
 *
 * @since QEMU 4.0
 */
export type ShutdownCause =
  | "none"
  | "host-error"
  | "host-qmp-quit"
  | "host-qmp-system-reset"
  | "host-signal"
  | "host-ui"
  | "guest-shutdown"
  | "guest-reset"
  | "guest-panic"
  | "subsystem-reset";
/**
 * Schema of the type {@linkcode ShutdownCause}.
 *
 * @example Test for a cause
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { ShutdownCause } from "@qmp/run-state";
 *
 * assert.ok(v.is(ShutdownCause, "guest-panic"));
 * assert.equal(v.is(ShutdownCause, "guest_panic"), false);
 * ```
 */
export const ShutdownCause: Enum<readonly ShutdownCause[]> =
  /* @__PURE__ */ enumeration([
    "none",
    "host-error",
    "host-qmp-quit",
    "host-qmp-system-reset",
    "host-signal",
    "host-ui",
    "guest-shutdown",
    "guest-reset",
    "guest-panic",
    "subsystem-reset",
  ]);

/**
 * What `query-status` tells.
 *
 * `singlestep` is gone since QEMU 9.0: a newer QEMU's answer lacks it. The
 * editions of the releases know when.
 *
 * @since QEMU 0.14
 */
export interface StatusInfo {
  /** Whether all virtual processors can run. */
  running: boolean;
  /** Whether they are in single-step mode, which the GDB stub turns on. Gone since QEMU 9.0. */
  singlestep: boolean;
  /** Where the machine stands. */
  status: RunState;
}
/**
 * Schema of the type {@linkcode StatusInfo}.
 *
 * @example Narrow an unknown value
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { type RunState, StatusInfo } from "@qmp/run-state";
 *
 * const value: unknown = { running: true, singlestep: false, status: "running" };
 * if (!v.is(StatusInfo, value)) throw new Error("no StatusInfo");
 * const status: RunState = value.status;
 * assert.equal(status, "running");
 * ```
 */
export const StatusInfo: Struct<StatusInfo> = /* @__PURE__ */ struct({
  running: bool,
  singlestep: bool,
  status: RunState,
});

/**
 * Asks where the machine stands.
 *
 * @since QEMU 0.14
 */
export type queryStatus = CommandMessage<"query-status">;
/**
 * Schema of the whole `query-status` message, with `.data`, `.returns`
 * ({@linkcode StatusInfo}) and `.allowPreconfig` beside.
 *
 * @example Check a command before it is sent, and the answer when it comes
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { queryStatus } from "@qmp/run-state";
 *
 * assert.ok(v.is(queryStatus, { execute: "query-status", id: 1 }));
 * assert.equal(
 *   v.is(queryStatus, { execute: "query-status", arguments: { x: 1 } }),
 *   false,
 * );
 * const status = { running: true, singlestep: false, status: "running" };
 * assert.deepEqual(v.parse(queryStatus.returns, status), status);
 * ```
 */
export const queryStatus: CommandSchema<
  "query-status",
  Empty,
  StatusInfo,
  true
> = /* @__PURE__ */ command("query-status", {
  data: {},
  returns: StatusInfo,
  allowPreconfig: true,
});

/**
 * The machine has shut down and QEMU is about to exit; with `-no-shutdown` it
 * stays, and STOP follows.
 *
 * @since QEMU 0.12
 */
export type SHUTDOWN = EventMessage<"SHUTDOWN", {
  /** Whether the guest asked for it, rather than the host. Since QEMU 2.10. */
  guest: boolean;
  /** Why it shut down. Since QEMU 4.0. */
  reason: ShutdownCause;
}>;
/**
 * Schema of the type {@linkcode SHUTDOWN}.
 *
 * @example Ask why
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { parseJson, SHUTDOWN } from "@qmp/run-state";
 *
 * const event = v.parse(SHUTDOWN, parseJson(
 *   '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", ' +
 *     '"data": {"guest": true, "reason": "guest-panic"}}',
 * ));
 * assert.equal(event.data.reason, "guest-panic");
 * ```
 */
export const SHUTDOWN: EventSchema<SHUTDOWN> = /* @__PURE__ */ event<SHUTDOWN>(
  "SHUTDOWN",
  { guest: bool, reason: ShutdownCause },
);

/**
 * Somebody pressed the power button: the guest is asked to shut down.
 *
 * @since QEMU 0.12
 */
export type POWERDOWN = EventMessage<"POWERDOWN">;
/**
 * Schema of the type {@linkcode POWERDOWN}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { POWERDOWN } from "@qmp/run-state";
 *
 * const timestamp = { seconds: 1267040730, microseconds: 682951 };
 * assert.ok(v.is(POWERDOWN, { event: "POWERDOWN", timestamp }));
 * ```
 */
export const POWERDOWN: EventSchema<POWERDOWN> = /* @__PURE__ */ event<
  POWERDOWN
>(
  "POWERDOWN",
);

/**
 * The machine was reset.
 *
 * @since QEMU 0.12
 */
export type RESET = EventMessage<"RESET", {
  /** Whether the guest asked for it, rather than the host. Since QEMU 2.10. */
  guest: boolean;
  /** Why it was reset. Since QEMU 4.0. */
  reason: ShutdownCause;
}>;
/**
 * Schema of the type {@linkcode RESET}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RESET } from "@qmp/run-state";
 *
 * assert.ok(v.is(RESET, {
 *   event: "RESET",
 *   data: { guest: false, reason: "host-qmp-system-reset" },
 *   timestamp: { seconds: 1267041653, microseconds: 9518 },
 * }));
 * ```
 */
export const RESET: EventSchema<RESET> = /* @__PURE__ */ event<RESET>("RESET", {
  guest: bool,
  reason: ShutdownCause,
});

/**
 * The machine was stopped.
 *
 * @since QEMU 0.12
 */
export type STOP = EventMessage<"STOP">;
/**
 * Schema of the type {@linkcode STOP}.
 *
 * @example Put it into a union of one's own
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RESUME, STOP } from "@qmp/run-state";
 *
 * const Pause = v.variant("event", [STOP, RESUME]);
 * const timestamp = { seconds: 1267041730, microseconds: 281295 };
 * assert.equal(v.parse(Pause, { event: "STOP", timestamp }).event, "STOP");
 * ```
 */
export const STOP: EventSchema<STOP> = /* @__PURE__ */ event<STOP>("STOP");

/**
 * The machine is about to run again.
 *
 * @since QEMU 0.12
 */
export type RESUME = EventMessage<"RESUME">;
/**
 * Schema of the type {@linkcode RESUME}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RESUME } from "@qmp/run-state";
 *
 * const timestamp = { seconds: 1271770767, microseconds: 582542 };
 * assert.ok(v.is(RESUME, { event: "RESUME", timestamp }));
 * ```
 */
export const RESUME: EventSchema<RESUME> = /* @__PURE__ */ event<RESUME>(
  "RESUME",
);

/**
 * The guest went to sleep with its memory kept (ACPI S3).
 *
 * @since QEMU 1.1
 */
export type SUSPEND = EventMessage<"SUSPEND">;
/**
 * Schema of the type {@linkcode SUSPEND}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { SUSPEND } from "@qmp/run-state";
 *
 * const timestamp = { seconds: 1344456160, microseconds: 309119 };
 * assert.ok(v.is(SUSPEND, { event: "SUSPEND", timestamp }));
 * ```
 */
export const SUSPEND: EventSchema<SUSPEND> = /* @__PURE__ */ event<SUSPEND>(
  "SUSPEND",
);

/**
 * The guest went to sleep with its memory on disk (ACPI S4); QEMU shuts down.
 *
 * @since QEMU 1.2
 */
export type SUSPEND_DISK = EventMessage<"SUSPEND_DISK">;
/**
 * Schema of the type {@linkcode SUSPEND_DISK}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { SUSPEND_DISK } from "@qmp/run-state";
 *
 * const timestamp = { seconds: 1344456160, microseconds: 309119 };
 * assert.ok(v.is(SUSPEND_DISK, { event: "SUSPEND_DISK", timestamp }));
 * ```
 */
export const SUSPEND_DISK: EventSchema<SUSPEND_DISK> = /* @__PURE__ */ event<
  SUSPEND_DISK
>("SUSPEND_DISK");

/**
 * The guest woke up and runs.
 *
 * @since QEMU 1.1
 */
export type WAKEUP = EventMessage<"WAKEUP">;
/**
 * Schema of the type {@linkcode WAKEUP}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { WAKEUP } from "@qmp/run-state";
 *
 * const timestamp = { seconds: 1344522075, microseconds: 745528 };
 * assert.ok(v.is(WAKEUP, { event: "WAKEUP", timestamp }));
 * ```
 */
export const WAKEUP: EventSchema<WAKEUP> = /* @__PURE__ */ event<WAKEUP>(
  "WAKEUP",
);

/**
 * What is done when the watchdog fires.
 *
 * - `reset`: the machine is reset
 * - `shutdown`: the guest is asked to shut down, as by `system_powerdown`
 * - `poweroff`: QEMU exits
 * - `pause`: the machine is paused
 * - `debug`: QEMU prints a line; the machine runs on, whatever QEMU's
 *   documentation says
 * - `none`: nothing
 * - `inject-nmi`: the guest gets a non-maskable interrupt (since QEMU 2.4)
 *
 * @since QEMU 2.1
 */
export type WatchdogAction =
  | "reset"
  | "shutdown"
  | "poweroff"
  | "pause"
  | "debug"
  | "none"
  | "inject-nmi";
/**
 * Schema of the type {@linkcode WatchdogAction}.
 *
 * @example Test for an action
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { WatchdogAction } from "@qmp/run-state";
 *
 * assert.ok(v.is(WatchdogAction, "inject-nmi"));
 * ```
 */
export const WatchdogAction: Enum<readonly WatchdogAction[]> =
  /* @__PURE__ */ enumeration([
    "reset",
    "shutdown",
    "poweroff",
    "pause",
    "debug",
    "none",
    "inject-nmi",
  ]);

/**
 * The watchdog fired. QEMU sends at most one a second: a delayed one keeps the
 * time at which it was made, the ones that it replaces are lost.
 *
 * @since QEMU 0.13
 */
export type WATCHDOG = EventMessage<"WATCHDOG", {
  /** What was done about it. */
  action: WatchdogAction;
}>;
/**
 * Schema of the type {@linkcode WATCHDOG}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { WATCHDOG } from "@qmp/run-state";
 *
 * assert.ok(v.is(WATCHDOG, {
 *   event: "WATCHDOG",
 *   data: { action: "reset" },
 *   timestamp: { seconds: 1267061043, microseconds: 959568 },
 * }));
 * ```
 */
export const WATCHDOG: EventSchema<WATCHDOG> = /* @__PURE__ */ event<WATCHDOG>(
  "WATCHDOG",
  { action: WatchdogAction },
);

/**
 * What is done when the guest reboots. `none` was never released: QEMU 6.0 has
 * `reset` in its place.
 *
 * - `none`: the machine is reset
 * - `shutdown`: QEMU shuts down and exits
 *
 * @since QEMU 6.0
 */
export type RebootAction =
  | "none"
  | "shutdown";
/**
 * Schema of the type {@linkcode RebootAction}.
 *
 * @example Test for an action
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { RebootAction } from "@qmp/run-state";
 *
 * assert.ok(v.is(RebootAction, "shutdown"));
 * ```
 */
export const RebootAction: Enum<readonly RebootAction[]> =
  /* @__PURE__ */ enumeration(["none", "shutdown"]);

/**
 * What is done when the guest shuts down.
 *
 * - `poweroff`: QEMU shuts down and exits
 * - `pause`: the machine is paused
 *
 * @since QEMU 6.0
 */
export type ShutdownAction =
  | "poweroff"
  | "pause";
/**
 * Schema of the type {@linkcode ShutdownAction}.
 *
 * @example Test for an action
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { ShutdownAction } from "@qmp/run-state";
 *
 * assert.ok(v.is(ShutdownAction, "pause"));
 * ```
 */
export const ShutdownAction: Enum<readonly ShutdownAction[]> =
  /* @__PURE__ */ enumeration(["poweroff", "pause"]);

/**
 * What is done when the guest panics. `poweroff` was never released: QEMU 6.0
 * has `shutdown` in its place.
 *
 * - `poweroff`: QEMU shuts down and exits
 * - `pause`: the machine is paused
 * - `none`: the machine runs on
 *
 * @since QEMU 6.0
 */
export type PanicAction =
  | "poweroff"
  | "pause"
  | "none";
/**
 * Schema of the type {@linkcode PanicAction}.
 *
 * @example Test for an action
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { PanicAction } from "@qmp/run-state";
 *
 * assert.ok(v.is(PanicAction, "pause"));
 * ```
 */
export const PanicAction: Enum<readonly PanicAction[]> =
  /* @__PURE__ */ enumeration(["poweroff", "pause", "none"]);

/** The arguments of {@linkcode watchdogSetAction}. */
export interface WatchdogSetActionArguments {
  /** What to do when the watchdog fires. */
  action: WatchdogAction;
}

/**
 * Says what is to be done when the watchdog fires.
 *
 * @since QEMU 2.11
 */
export type watchdogSetAction = CommandMessage<
  "watchdog-set-action",
  WatchdogSetActionArguments
>;
/**
 * Schema of the whole `watchdog-set-action` message, with `.data`, `.returns`
 * and `.allowPreconfig` beside.
 *
 * @example Find what is missing
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import {
 *   watchdogSetAction,
 *   type WatchdogSetActionArguments,
 * } from "@qmp/run-state";
 *
 * const chosen: WatchdogSetActionArguments = { action: "pause" };
 * const execute = "watchdog-set-action";
 * assert.ok(v.is(watchdogSetAction, { execute, arguments: chosen }));
 * const { issues } = v.safeParse(watchdogSetAction, { execute, arguments: {} });
 * assert.equal(v.getDotPath(issues![0]), "arguments.action");
 * ```
 */
export const watchdogSetAction: CommandSchema<
  "watchdog-set-action",
  WatchdogSetActionArguments,
  Empty,
  false
> = /* @__PURE__ */ command("watchdog-set-action", {
  data: { action: WatchdogAction },
  returns: /* @__PURE__ */ struct<Empty>({}),
  allowPreconfig: false,
});

/** The arguments of {@linkcode setAction}: what is not named stays as it is. */
export interface SetActionArguments {
  /** What to do when the guest reboots. */
  reboot?: RebootAction;
  /** What to do when the guest shuts down. */
  shutdown?: ShutdownAction;
  /** What to do when the guest panics. */
  panic?: PanicAction;
  /** What to do when the watchdog fires. */
  watchdog?: WatchdogAction;
}

/**
 * Says what is to be done about what the guest does.
 *
 * As it stands here it was never released: QEMU 6.0 says `reset` for `reboot:
 * "none"` and `shutdown` for `panic: "poweroff"`, and refuses these two. The
 * editions of the releases have it right.
 *
 * @since QEMU 6.0
 */
export type setAction = CommandMessage<"set-action", SetActionArguments>;
/**
 * Schema of the whole `set-action` message, with `.data`, `.returns` and
 * `.allowPreconfig` beside.
 *
 * @example Check a command before it is sent
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { setAction } from "@qmp/run-state";
 *
 * const message = {
 *   execute: "set-action",
 *   arguments: { shutdown: "pause", watchdog: "inject-nmi" },
 * };
 * assert.deepEqual(v.parse(setAction, message), message);
 * assert.ok(v.is(setAction.data, { panic: "pause" }));
 * ```
 */
export const setAction: CommandSchema<
  "set-action",
  SetActionArguments,
  Empty,
  true
> = /* @__PURE__ */ command("set-action", {
  data: {
    reboot: /* @__PURE__ */ optional(RebootAction),
    shutdown: /* @__PURE__ */ optional(ShutdownAction),
    panic: /* @__PURE__ */ optional(PanicAction),
    watchdog: /* @__PURE__ */ optional(WatchdogAction),
  },
  returns: /* @__PURE__ */ struct<Empty>({}),
  allowPreconfig: true,
});

/**
 * The guest's operating system panicked.
 *
 * @since QEMU 1.5
 */
export type GUEST_PANICKED = EventMessage<"GUEST_PANICKED", {
  /** What was done about it. */
  action: GuestPanicAction;
  /** What the guest left behind, where it left anything. Since QEMU 2.9. */
  info?: GuestPanicInformation;
}>;

/**
 * The guest's operating system panicked and loaded its crash kernel.
 *
 * @since QEMU 5.0
 */
export type GUEST_CRASHLOADED = EventMessage<"GUEST_CRASHLOADED", {
  /** What was done about it: so far always `run`. */
  action: GuestPanicAction;
  /** What the guest left behind, where it left anything. */
  info?: GuestPanicInformation;
}>;

/**
 * What was done when the guest panicked.
 *
 * - `pause`: the machine was paused
 * - `poweroff`: QEMU shuts down (since QEMU 2.8)
 * - `run`: the machine runs on (since QEMU 5.0)
 *
 * @since QEMU 2.1
 */
export type GuestPanicAction =
  | "pause"
  | "poweroff"
  | "run";
/**
 * Schema of the type {@linkcode GuestPanicAction}.
 *
 * @example Test for an action
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GuestPanicAction } from "@qmp/run-state";
 *
 * assert.ok(v.is(GuestPanicAction, "run"));
 * ```
 */
export const GuestPanicAction: Enum<readonly GuestPanicAction[]> =
  /* @__PURE__ */ enumeration(["pause", "poweroff", "run"]);

/**
 * Which kind of {@linkcode GuestPanicInformation} there is.
 *
 * - `hyper-v`: the guest speaks Hyper-V
 * - `s390`: the guest is an IBM Z machine (since QEMU 2.12)
 *
 * @since QEMU 2.9
 */
export type GuestPanicInformationType =
  | "hyper-v"
  | "s390";
/**
 * Schema of the type {@linkcode GuestPanicInformationType}.
 *
 * @example Test for a kind
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GuestPanicInformationType } from "@qmp/run-state";
 *
 * assert.ok(v.is(GuestPanicInformationType, "s390"));
 * ```
 */
export const GuestPanicInformationType: Enum<
  readonly GuestPanicInformationType[]
> = /* @__PURE__ */ enumeration(["hyper-v", "s390"]);

/**
 * What a Hyper-V guest leaves behind: its five crash registers.
 *
 * @since QEMU 2.9
 */
export interface GuestPanicInformationHyperV {
  /** The first crash register: often the bug check code. */
  arg1: bigint;
  /** The second crash register. */
  arg2: bigint;
  /** The third crash register. */
  arg3: bigint;
  /** The fourth crash register. */
  arg4: bigint;
  /** The fifth crash register. */
  arg5: bigint;
}
/**
 * Schema of the type {@linkcode GuestPanicInformationHyperV}.
 *
 * @example Take safe integers and bigints, give bigints
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GuestPanicInformationHyperV } from "@qmp/run-state";
 *
 * const { arg1, arg2 } = v.parse(GuestPanicInformationHyperV, {
 *   arg1: 0xef,
 *   arg2: 0xffff_cb0e_7382_8080n,
 *   arg3: 0,
 *   arg4: 0,
 *   arg5: 0,
 * });
 * assert.equal(arg1, 0xefn);
 * assert.equal(arg2, 18446685861660754048n);
 * ```
 */
export const GuestPanicInformationHyperV: Struct<GuestPanicInformationHyperV> =
  /* @__PURE__ */ struct({
    arg1: uint64,
    arg2: uint64,
    arg3: uint64,
    arg4: uint64,
    arg5: uint64,
  });

/**
 * Why an s390 processor crashed.
 *
 * - `unknown`: no reason was set
 * - `disabled-wait`: it waits with all interrupts off
 * - `extint-loop`: an external interrupt whose new PSW allows external
 *   interrupts
 * - `pgmint-loop`: a program interrupt whose new PSW is bad
 * - `opint-loop`: an operation exception at the new PSW of program interrupts
 *
 * @since QEMU 2.12
 */
export type S390CrashReason =
  | "unknown"
  | "disabled-wait"
  | "extint-loop"
  | "pgmint-loop"
  | "opint-loop";
/**
 * Schema of the type {@linkcode S390CrashReason}.
 *
 * @example Test for a reason
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { S390CrashReason } from "@qmp/run-state";
 *
 * assert.ok(v.is(S390CrashReason, "disabled-wait"));
 * ```
 */
export const S390CrashReason: Enum<readonly S390CrashReason[]> =
  /* @__PURE__ */ enumeration([
    "unknown",
    "disabled-wait",
    "extint-loop",
    "pgmint-loop",
    "opint-loop",
  ]);

/**
 * What an s390 guest leaves behind: the program status word of the processor
 * that crashed.
 *
 * @since QEMU 2.12
 */
export interface GuestPanicInformationS390 {
  /** Which processor crashed, 0 to 4294967295. */
  core: number;
  /** The control fields of its program status word, all 64 bits. */
  "psw-mask": bigint;
  /** The instruction address in it, all 64 bits. */
  "psw-addr": bigint;
  /** Why it crashed. */
  reason: S390CrashReason;
}
/**
 * Schema of the type {@linkcode GuestPanicInformationS390}.
 *
 * @example Lose no digit of an address
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GuestPanicInformationS390, parseJson } from "@qmp/run-state";
 *
 * const info = v.parse(GuestPanicInformationS390, parseJson(
 *   '{"core": 0, "psw-addr": 18364758544493064720, ' +
 *     '"reason": "disabled-wait", "psw-mask": 562956395872256}',
 * ));
 * assert.equal(info["psw-addr"], 18364758544493064720n);
 * ```
 */
export const GuestPanicInformationS390: Struct<GuestPanicInformationS390> =
  /* @__PURE__ */ struct({
    core: uint32,
    "psw-mask": uint64,
    "psw-addr": uint64,
    reason: S390CrashReason,
  });

/**
 * What a guest that panicked leaves behind. `type` names the branch, whose
 * members lie beside it.
 *
 * @since QEMU 2.9
 */
export type GuestPanicInformation =
  | (
    & {
      /** A Hyper-V guest. */
      type: "hyper-v";
    }
    & GuestPanicInformationHyperV
  )
  | (
    & {
      /** An s390 guest. */
      type: "s390";
    }
    & GuestPanicInformationS390
  );
/**
 * Schema of the type {@linkcode GuestPanicInformation}.
 *
 * @example Let `type` decide
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GuestPanicInformation } from "@qmp/run-state";
 *
 * const info = v.parse(GuestPanicInformation, {
 *   type: "s390",
 *   core: 0,
 *   "psw-mask": 0,
 *   "psw-addr": 2n ** 63n,
 *   reason: "unknown",
 * });
 * const address = info.type === "s390" ? info["psw-addr"] : info.arg1;
 * assert.equal(address, 9223372036854775808n);
 * ```
 */
export const GuestPanicInformation: Union<"type", GuestPanicInformation> =
  /* @__PURE__ */ union<"type", GuestPanicInformation>("type", {
    "hyper-v": GuestPanicInformationHyperV,
    s390: GuestPanicInformationS390,
  });

/**
 * Schema of the type {@linkcode GUEST_PANICKED}.
 *
 * @example Take one from a guest that left nothing
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GUEST_PANICKED } from "@qmp/run-state";
 *
 * assert.ok(v.is(GUEST_PANICKED, {
 *   event: "GUEST_PANICKED",
 *   data: { action: "pause" },
 *   timestamp: { seconds: 1267061043, microseconds: 959568 },
 * }));
 * ```
 */
export const GUEST_PANICKED: EventSchema<GUEST_PANICKED> =
  /* @__PURE__ */ event<
    GUEST_PANICKED
  >("GUEST_PANICKED", {
    action: GuestPanicAction,
    info: /* @__PURE__ */ optional(GuestPanicInformation),
  });

/**
 * Schema of the type {@linkcode GUEST_CRASHLOADED}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { GUEST_CRASHLOADED } from "@qmp/run-state";
 *
 * assert.ok(v.is(GUEST_CRASHLOADED, {
 *   event: "GUEST_CRASHLOADED",
 *   data: { action: "run" },
 *   timestamp: { seconds: 1267061043, microseconds: 959568 },
 * }));
 * ```
 */
export const GUEST_CRASHLOADED: EventSchema<GUEST_CRASHLOADED> =
  /* @__PURE__ */ event<GUEST_CRASHLOADED>("GUEST_CRASHLOADED", {
    action: GuestPanicAction,
    info: /* @__PURE__ */ optional(GuestPanicInformation),
  });

/**
 * Whose memory failed.
 *
 * - `hypervisor`: memory that QEMU uses for itself
 * - `guest`: memory of the guest
 *
 * @since QEMU 5.2
 */
export type MemoryFailureRecipient =
  | "hypervisor"
  | "guest";
/**
 * Schema of the type {@linkcode MemoryFailureRecipient}.
 *
 * @example Test for a recipient
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { MemoryFailureRecipient } from "@qmp/run-state";
 *
 * assert.ok(v.is(MemoryFailureRecipient, "guest"));
 * ```
 */
export const MemoryFailureRecipient: Enum<readonly MemoryFailureRecipient[]> =
  /* @__PURE__ */ enumeration(["hypervisor", "guest"]);

/**
 * What QEMU did about failed memory.
 *
 * - `ignore`: nothing had to be done
 * - `inject`: the guest was told by a machine check
 * - `fatal`: nothing could be done; QEMU exits
 * - `reset`: the guest could not be told and was reset
 *
 * @since QEMU 5.2
 */
export type MemoryFailureAction =
  | "ignore"
  | "inject"
  | "fatal"
  | "reset";
/**
 * Schema of the type {@linkcode MemoryFailureAction}.
 *
 * @example Test for an action
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { MemoryFailureAction } from "@qmp/run-state";
 *
 * assert.ok(v.is(MemoryFailureAction, "inject"));
 * ```
 */
export const MemoryFailureAction: Enum<readonly MemoryFailureAction[]> =
  /* @__PURE__ */ enumeration(["ignore", "inject", "fatal", "reset"]);

/**
 * More about a memory failure.
 *
 * @since QEMU 5.2
 */
export interface MemoryFailureFlags {
  /** Whether something had to be done about it at once, as when the memory was being used. */
  "action-required": boolean;
  /** Whether it came while the one before was still being dealt with. */
  recursive: boolean;
}
/**
 * Schema of the type {@linkcode MemoryFailureFlags}.
 *
 * @example Take them
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { MemoryFailureFlags } from "@qmp/run-state";
 *
 * assert.ok(v.is(MemoryFailureFlags, {
 *   "action-required": false,
 *   recursive: false,
 * }));
 * ```
 */
export const MemoryFailureFlags: Struct<MemoryFailureFlags> =
  /* @__PURE__ */ struct({ "action-required": bool, recursive: bool });

/**
 * Memory of the host failed.
 *
 * @since QEMU 5.2
 */
export type MEMORY_FAILURE = EventMessage<"MEMORY_FAILURE", {
  /** Whose memory it was. */
  recipient: MemoryFailureRecipient;
  /** What was done about it. */
  action: MemoryFailureAction;
  /** More about it. */
  flags: MemoryFailureFlags;
}>;
/**
 * Schema of the type {@linkcode MEMORY_FAILURE}.
 *
 * @example Take one
 * ```ts
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 * import { MEMORY_FAILURE } from "@qmp/run-state";
 *
 * assert.ok(v.is(MEMORY_FAILURE, {
 *   event: "MEMORY_FAILURE",
 *   data: {
 *     recipient: "guest",
 *     action: "reset",
 *     flags: { "action-required": true, recursive: false },
 *   },
 *   timestamp: { seconds: 1267061043, microseconds: 959568 },
 * }));
 * ```
 */
export const MEMORY_FAILURE: EventSchema<MEMORY_FAILURE> =
  /* @__PURE__ */ event<
    MEMORY_FAILURE
  >("MEMORY_FAILURE", {
    recipient: MemoryFailureRecipient,
    action: MemoryFailureAction,
    flags: MemoryFailureFlags,
  });
