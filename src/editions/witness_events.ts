/**
 * What each event of run-state proves and causes.
 *
 * An event is sent by whoever changes the state, at once or in the same round
 * of the main loop, so that no reply comes between the two: "after" is what a
 * client finds when it asks. RESUME and RESET are sent a moment before the
 * change, STOP and SUSPEND a moment after it.
 *
 * A device tells of its guest's doing wherever the machine stands, for the
 * ports of a stopped machine can be written too (HMP `o`, qtest): hence
 * `stays` for many.
 *
 * @module
 */

import type { RunState, WatchdogAction } from "./known.ts";
import {
  reset,
  resetAsleep,
  resetIfAsked,
  resetSince5_0,
  resetSince7_1,
  resume,
  resumeAborts,
  resumeAsleep,
  resumeSince9,
  stop,
  stopSince9,
  suspend,
  suspendSince8_1,
  suspendSince9,
  wakeup,
  wakeupAfterReset,
} from "./witness_moves.ts";
import type { Consequence, Row, RunStateEventName } from "./witness_row.ts";

const powersOff: Consequence = {
  certainty: "must",
  outcomes: [{
    kind: "event",
    name: "SHUTDOWN",
    data: { guest: true, reason: "guest-shutdown" },
  }],
};

const byGuest = { guest: true, reason: "guest-reset" };

const resets: Consequence = {
  certainty: "must",
  outcomes: [
    { kind: "event", name: "RESET", data: byGuest },
    // -no-reboot
    { kind: "event", name: "SHUTDOWN", data: byGuest },
  ],
};

/** A machine that runs stops, and comes to this state. */
function stopsIn(to: RunState, certainty: "must" | "may"): Consequence {
  return {
    certainty,
    in: ["running"],
    outcomes: [{ kind: "event", name: "STOP", to }],
  };
}

const panicShutsDown: Consequence = {
  certainty: "must",
  outcomes: [{
    kind: "event",
    name: "SHUTDOWN",
    data: { guest: true, reason: "guest-panic" },
  }],
};

const ends: Consequence = { certainty: "must", outcomes: [{ kind: "end" }] };

/** Whether QEMU ends or lives on is said on its command line, or by set-action. */
function endsOrStops(running: readonly RunState[]): readonly Consequence[] {
  return [
    {
      certainty: "must",
      in: running,
      outcomes: [
        { kind: "end" },
        { kind: "event", name: "STOP", to: "shutdown" },
      ],
    },
    { certainty: "may", outcomes: [{ kind: "end" }] },
  ];
}

const mainLoop = [
  "main_loop_should_exit() in vl.c of 2.11, 4.2, softmmu/vl.c of 5.2, softmmu/runstate.c of 7.2, system/runstate.c of 8.2.2, 10.2.2",
];
const doStop =
  "do_vm_stop() in cpus.c of 2.11, 4.2, softmmu/cpus.c of 5.2, 7.2, system/cpus.c of 8.2.2";
const doStopSince9 = "do_vm_stop() in system/cpus.c of 9.2.1, 10.2.2";
/** Left out again for 4.1, in July 2019: "qmp: don't emit the RESET event on wakeup". */
const unaskedResets = [
  "qemu_system_reset() in vl.c between 3.0 and 4.0, not of 2.11 or 4.2: RESET also where a machine wakes up, a snapshot is loaded, or preconfig is left, which nobody asked to reset",
];
const panics = [
  "qemu_system_guest_panicked() in softmmu/runstate.c of 6.2, 7.2, system/runstate.c of 10.2.2",
  "live 7.2.22, 10.0.13",
];
const oldPanics = [
  "qemu_system_guest_panicked() in vl.c of 2.11, 4.2, softmmu/vl.c of 5.2: two events for one panic unless -no-shutdown",
  "live 5.2.0",
];
const watchdogs: Readonly<Record<WatchdogAction, readonly Consequence[]>> = {
  pause: [stopsIn("watchdog", "must")],
  reset: [resets],
  shutdown: [{
    certainty: "must",
    outcomes: [{ kind: "event", name: "POWERDOWN" }],
  }],
  // Its exit(0) leaves no time for a SHUTDOWN.
  poweroff: [ends],
  // It prints to standard error and goes on, whatever its documentation says.
  debug: [],
  none: [],
  "inject-nmi": [],
};

/** What a RESUME begins and ends. */
const runsAgain: Pick<Row, "begins" | "ends"> = {
  begins: ["running again"],
  ends: [
    "ending",
    "giving up a migration",
    "saving a snapshot",
    "standstill",
  ],
};

/** What each event of run-state proves and causes. The first row that fits a message counts. */
export const events: Readonly<Record<RunStateEventName, readonly Row[]>> = {
  STOP: [
    {
      since: "6.0",
      until: "9.0",
      during: ["background snapshot"],
      moves: { ...stop, paused: ["paused"] },
      begins: ["standstill"],
      ends: ["ending"],
      sources: [doStop],
    },
    {
      since: "9.0",
      during: ["background snapshot"],
      moves: { ...stopSince9, paused: ["paused"] },
      begins: ["standstill"],
      ends: ["ending"],
      sources: [doStopSince9],
    },
    {
      until: "9.0",
      moves: stop,
      begins: ["standstill"],
      ends: ["ending"],
      sources: [doStop, "live 5.2.0, 7.2.22"],
    },
    {
      since: "9.0",
      moves: stopSince9,
      begins: ["standstill"],
      ends: ["ending"],
      sources: [doStopSince9, "live 10.0.13"],
    },
  ],

  RESUME: [
    {
      until: "9.0",
      moves: resume,
      ...runsAgain,
      sources: [
        "vm_prepare_start() in cpus.c of 2.11, 4.2, softmmu/cpus.c of 5.2, 7.2, system/cpus.c of 8.2.2; gdb_continue() in gdbstub.c of 2.11, gdbstub/gdbstub.c of 7.2",
        "live 5.2.0, 7.2.22",
      ],
    },
    {
      since: "9.0",
      moves: resumeSince9,
      asleep: resumeAsleep,
      aborts: resumeAborts,
      ...runsAgain,
      sources: [
        "vm_prepare_start() in system/cpus.c, load_snapshot_resume() in migration/savevm.c of 9.2.1, 10.2.2",
        "live 10.0.13",
      ],
    },
  ],

  RESET: [
    {
      since: "4.0",
      until: "4.1",
      where: { reason: ["none"] },
      moves: "stays",
      ends: ["ending"],
      sources: unaskedResets,
    },
    {
      since: "3.0",
      until: "4.0",
      where: { guest: [false] },
      moves: resetIfAsked,
      ends: ["ending"],
      sources: unaskedResets,
    },
    {
      until: "5.0",
      moves: reset,
      ends: ["ending"],
      sources: [
        "main_loop_should_exit() and qemu_system_reset() in vl.c of 2.11, 4.2",
      ],
    },
    {
      since: "5.0",
      until: "7.1",
      moves: resetSince5_0,
      ends: ["ending"],
      sources: [
        "main_loop_should_exit() in softmmu/vl.c of 5.2, softmmu/runstate.c of 6.2; the commit that spares finish-migrate is of January 2020",
        "live 5.2.0",
      ],
    },
    {
      since: "7.1",
      until: "9.0",
      moves: resetSince7_1,
      ends: ["ending"],
      sources: [
        "main_loop_should_exit() in softmmu/runstate.c of 7.2, system/runstate.c of 8.2.2; the table of transitions for colo",
        "live 7.2.22",
      ],
    },
    {
      since: "9.0",
      moves: resetSince7_1,
      asleep: resetAsleep,
      ends: ["ending"],
      sources: [
        "qemu_system_reset() in system/runstate.c of 9.2.1, 10.2.2, which forgets the sleep",
        "live 10.0.13",
      ],
    },
  ],

  SUSPEND: ([
    [{ until: "8.1" }, suspend, "live 5.2.0, 7.2.22"],
    [{ since: "8.1", until: "9.0" }, suspendSince8_1],
    [{ since: "9.0" }, suspendSince9, "live 10.0.13"],
  ] as const).map(([span, moves, ...seen]): Row => ({
    ...span,
    moves,
    causes: [{
      certainty: "may",
      outcomes: [{ kind: "event", name: "WAKEUP" }],
    }],
    begins: ["sleep"],
    ends: ["standstill"],
    sources: [
      "qemu_system_suspend() in vl.c of 2.11, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2: the event comes only where the table of transitions allows the change",
      ...seen,
    ],
  })),

  WAKEUP: [{
    during: ["sleep", "standstill"],
    moves: wakeupAfterReset,
    ends: ["sleep"],
    sources: [
      ...mainLoop,
      "live 7.2.22: a stop and a reset in between, in the same round",
    ],
  }, {
    moves: wakeup,
    ends: ["sleep"],
    sources: [
      ...mainLoop,
      "live 5.2.0, 7.2.22, 10.0.13: also in finish-migrate and postmigrate, when a machine that is asleep migrates",
    ],
  }],

  SHUTDOWN: [
    {
      since: "4.0",
      where: { reason: ["host-qmp-quit", "host-signal"] },
      moves: "stays",
      begins: ["ending"],
      causes: [ends],
      sources: [
        "qmp_quit() and qemu_system_killed(), which overrule -no-shutdown, in qmp.c and vl.c of 2.11, monitor/qmp-cmds.c and softmmu/runstate.c of 7.2",
        "live 7.2.22",
      ],
    },
    {
      until: "9.0",
      moves: "stays",
      begins: ["ending"],
      causes: endsOrStops(["running"]),
      sources: [
        ...mainLoop,
        "live 7.2.22: no STOP where nothing runs, and the state stays",
      ],
    },
    {
      since: "9.0",
      moves: "stays",
      begins: ["ending"],
      causes: endsOrStops(["running", "suspended"]),
      sources: [...mainLoop, "live 10.0.13"],
    },
  ],

  POWERDOWN: [{
    moves: "stays",
    causes: [{ ...powersOff, certainty: "may" }],
    sources: [
      ...mainLoop,
      "live 7.2.22: a request to the guest, who may ignore it",
    ],
  }],

  SUSPEND_DISK: [{
    moves: "stays",
    causes: [powersOff],
    sources: [
      "acpi_pm1_cnt_write() in hw/acpi/core.c of 2.11, 7.2, 10.2.2",
      "live 7.2.22",
    ],
  }],

  WATCHDOG: Object.entries(watchdogs).map(([action, causes]): Row => ({
    where: { action: [action] },
    moves: "stays",
    throttled: true,
    causes,
    sources: [
      "watchdog_perform_action() in hw/watchdog/watchdog.c of 2.11 to 10.2.2; monitor_qapi_event_conf[] in monitor.c of 2.11, monitor/monitor.c of 7.2, 10.2.2",
      "live 7.2.22",
    ],
  })),

  GUEST_PANICKED: [
    {
      until: "seed",
      where: { action: ["pause"] },
      moves: "stays",
      causes: [{
        certainty: "must",
        in: ["running"],
        outcomes: [
          { kind: "event", name: "STOP", to: "guest-panicked" },
          {
            kind: "event",
            name: "GUEST_PANICKED",
            data: { action: "poweroff" },
          },
        ],
      }],
      sources: oldPanics,
    },
    {
      since: "seed",
      where: { action: ["pause"] },
      moves: "stays",
      causes: [stopsIn("guest-panicked", "must")],
      sources: panics,
    },
    {
      where: { action: ["poweroff"] },
      moves: "stays",
      // A processor's STOP waits for the main loop, which ends before it.
      causes: [stopsIn("guest-panicked", "may"), panicShutsDown],
      sources: [...oldPanics, ...panics],
    },
    {
      since: "5.0",
      where: { action: ["run"] },
      moves: "stays",
      sources: panics,
    },
  ],

  GUEST_CRASHLOADED: [{
    since: "5.0",
    moves: "stays",
    sources: [
      "qemu_system_guest_crashloaded() in softmmu/vl.c of 5.2, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2",
      "live 7.2.22",
    ],
  }],

  GUEST_PVSHUTDOWN: [{
    since: "9.1",
    moves: "stays",
    causes: [powersOff],
    sources: [
      "qemu_system_guest_pvshutdown() in system/runstate.c of 9.2.1, 10.2.2",
    ],
  }],

  MEMORY_FAILURE: [
    {
      since: "5.2",
      where: { recipient: ["guest"], action: ["reset"] },
      moves: "stays",
      causes: [resets],
      sources: [
        "do_inject_x86_mce() in target/i386/helper.c of 5.2, 7.2, 10.2.2",
        "live 7.2.22",
      ],
    },
    {
      since: "5.2",
      where: { recipient: ["hypervisor"], action: ["fatal"] },
      moves: "stays",
      causes: [ends],
      sources: [
        "hardware_memory_error() in target/i386/kvm.c of 5.2, target/i386/kvm/kvm.c of 7.2, 10.2.2",
      ],
    },
    {
      since: "5.2",
      moves: "stays",
      sources: [
        "kvm_arch_on_sigbus_vcpu() and do_inject_x86_mce() in target/i386/ of 5.2, 7.2, 10.2.2",
      ],
    },
  ],
};
