/**
 * What commands cause, and what their replies prove: a command that QEMU obeyed
 * or refused was looked at in a certain run state.
 *
 * A reply tells of the moment at which its command was looked at. Newer QEMUs
 * (7.2.9, 8.2.2 and all since 9.0) go through their main loop once more before
 * they reply, so that events may lie between the two: RESET comes before the
 * reply to `system_reset`, in older releases after it.
 *
 * @module
 */

import type { RunState } from "./known.ts";
import { type After, allBut, nowhere } from "./witness_moves.ts";
import { migrationCommands } from "./witness_migrate.ts";
import type { CommandRows, Consequence, Row, Standing } from "./witness_row.ts";

/** The commands of which anything is known. `savevm` and `loadvm` are HMP's, sent by `human-monitor-command`. */
export type WitnessingCommand =
  | keyof typeof migrationCommands
  | "cont"
  | "dump-guest-memory"
  | "loadvm"
  | "qmp_capabilities"
  | "query-status"
  | "quit"
  | "savevm"
  | "set-action"
  | "snapshot-load"
  | "snapshot-save"
  | "stop"
  | "system_powerdown"
  | "system_reset"
  | "system_wakeup"
  | "watchdog-set-action"
  | "x-exit-preconfig"
  | "xen-save-devices-state";

/** The words of HMP, as `human-monitor-command` takes them, and the commands that they are. */
export const hmp: Readonly<Record<string, WitnessingCommand>> = {
  c: "cont",
  cont: "cont",
  "dump-guest-memory": "dump-guest-memory",
  exit_preconfig: "x-exit-preconfig",
  loadvm: "loadvm",
  migrate: "migrate",
  migrate_incoming: "migrate-incoming",
  migrate_set_capability: "migrate-set-capabilities",
  q: "quit",
  quit: "quit",
  s: "stop",
  savevm: "savevm",
  stop: "stop",
  system_powerdown: "system_powerdown",
  system_reset: "system_reset",
  system_wakeup: "system_wakeup",
};

/** A machine that runs stops before the reply, and comes to this state. */
function stopsIn(to: RunState, running: readonly RunState[]): Consequence {
  return {
    certainty: "must",
    in: running,
    outcomes: [{ kind: "event", name: "STOP", to }],
    past: "reply",
  };
}

const live: readonly RunState[] = ["running", "suspended"];

/** The rows of a command that stops the machine: since 9.0 one that is asleep, too. */
function stopping(to: RunState, sources: readonly string[]): readonly Row[] {
  return [
    {
      until: "9.0",
      moves: "stays",
      causes: [stopsIn(to, ["running"])],
      sources,
    },
    { since: "9.0", moves: "stays", causes: [stopsIn(to, live)], sources },
  ];
}

/** The rows of a job that stops the machine some time after the reply. */
function stoppingLater(to: RunState): readonly Row[] {
  return [{
    since: "6.0",
    moves: "stays",
    causes: [{
      certainty: "may",
      slow: true,
      in: live,
      outcomes: [{ kind: "event", name: "STOP", to }],
    }],
    begins: [
      to === "restore-vm" ? "loading a snapshot" : "saving a snapshot",
    ],
    sources: [
      "snapshot_save_job_bh() and snapshot_load_job_bh() in migration/savevm.c of 7.2, 10.2.2",
      "live 7.2.22, 10.0.13: the STOP came before the reply",
    ],
  }];
}

const restarts: Consequence = {
  certainty: "must",
  in: [
    "colo",
    "debug",
    "guest-panicked",
    "io-error",
    "paused",
    "postmigrate",
    "prelaunch",
    "restore-vm",
    "watchdog",
  ],
  outcomes: [{ kind: "event", name: "RESUME" }],
  past: "reply",
};

const stopped = allBut(...live, "preconfig");

const colo: readonly Standing[] = ["colo"];
const inColo: After = {
  ...nowhere,
  colo,
  "finish-migrate": colo,
  inmigrate: colo,
  paused: colo,
  suspended: colo,
  watchdog: colo,
};

const qmpCont = [
  "qmp_cont() in qmp.c of 2.11, monitor/qmp-cmds.c of 4.2 to 10.2.2",
  "live 7.2.22, 10.0.13",
];
const qmpStop = [
  "qmp_stop() in qmp.c of 2.11, monitor/qmp-cmds.c of 4.2 to 10.2.2",
  "live 5.2.0, 7.2.22, 10.0.13",
];
const dispatch = ["qmp_command_available() in qapi/qmp-dispatch.c of 4.2, 5.2"];

/** What QEMU says to a command that it does not take in preconfig, whichever that is. */
export const refusedInPreconfig: readonly Row[] = [{
  since: "3.0",
  until: "seed",
  desc: "isn't permitted in 'preconfig' state",
  moves: ["preconfig"],
  sources: dispatch,
}];

/** What commands cause, and what their replies prove. The first row that fits counts. */
export const commands: Readonly<Record<WitnessingCommand, CommandRows>> = {
  ...migrationCommands,

  "query-status": {
    returned: [
      {
        where: { status: ["inmigrate"] },
        moves: "status",
        begins: ["incoming migration"],
        sources: ["qmp_query_status() as below", "live 7.2.22"],
      },
      {
        where: { status: ["suspended"] },
        moves: "status",
        begins: ["sleep"],
        ends: ["standstill"],
        sources: ["qmp_query_status() as below", "live 7.2.22"],
      },
      {
        // Its capability may be set by another client, or by -global: then the
        // machine has come there in silence, or with a STOP that did not say so.
        where: { status: ["colo"] },
        moves: inColo,
        begins: ["colo"],
        sources: [
          "qmp_query_status() as below; vm_stop_force_state() as called in migration/colo.c, read in a tree of late 2025, not in each release",
        ],
      },
      {
        moves: "status",
        sources: [
          "qmp_query_status() in vl.c of 2.11, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2",
          "live 5.2.0, 7.2.22, 10.0.13",
        ],
      },
    ],
  },

  stop: {
    sent: stopping("paused", qmpStop),
    returned: [
      { until: "9.0", moves: [...stopped, "suspended"], sources: qmpStop },
      { since: "9.0", moves: stopped, sources: qmpStop },
    ],
  },

  cont: {
    sent: [{ moves: "stays", causes: [restarts], sources: qmpCont }],
    // vm_start() sends RESUME before the command returns, with oob too: seen
    // 600 times on 7.2.22. Where a machine is waited for, RESUME comes with it.
    returned: [{ moves: [...live, "inmigrate"], sources: qmpCont }],
    refused: [
      {
        desc: "Resetting the Virtual Machine is required",
        moves: ["internal-error", "shutdown"],
        sources: [...qmpCont, "runstate_needs_reset()"],
      },
      {
        since: "4.1",
        desc: "Migration is not finalized yet",
        moves: ["finish-migrate"],
        sources: [
          "qmp_cont() in monitor/qmp-cmds.c of 4.2 to 10.2.2, not in qmp.c of 2.11; the commit is of May 2019",
          "live 5.2.0, 7.2.22, 10.0.13",
        ],
      },
    ],
  },

  system_reset: {
    sent: [{
      moves: "stays",
      causes: [{
        certainty: "must",
        outcomes: [
          {
            kind: "event",
            name: "RESET",
            data: { guest: false, reason: "host-qmp-system-reset" },
          },
          {
            kind: "event",
            name: "SHUTDOWN",
            data: { guest: false, reason: "host-qmp-system-reset" },
          },
        ],
      }],
      sources: [
        "qmp_system_reset() in qmp.c of 2.11, monitor/qmp-cmds.c of 7.2, hw/core/machine-qmp-cmds.c of 10.2.2; qemu_system_reset_request()",
        "live 5.2.0, 7.2.22, 10.0.13",
      ],
    }],
  },

  system_powerdown: {
    sent: [{
      moves: "stays",
      causes: [{
        certainty: "must",
        outcomes: [{ kind: "event", name: "POWERDOWN" }],
      }],
      sources: [
        "qmp_system_powerdown() in qmp.c of 2.11, monitor/qmp-cmds.c of 7.2",
        "live 5.2.0, 7.2.22, 10.0.13",
      ],
    }],
  },

  system_wakeup: {
    sent: [{
      moves: "stays",
      causes: [{
        certainty: "must",
        in: ["suspended"],
        outcomes: [{ kind: "event", name: "WAKEUP" }],
      }],
      sources: [
        "qmp_system_wakeup() in qmp.c of 2.11, monitor/qmp-cmds.c of 7.2",
        "live 5.2.0: WAKEUP after the reply; 7.2.22, 10.0.13: before it",
      ],
    }],
    returned: [{
      since: "4.0",
      moves: { ...nowhere, suspended: ["running"] },
      sources: [
        "qmp_system_wakeup() in monitor/qmp-cmds.c of 4.2, 7.2; its documentation in 4.2 says that it did nothing before 4.0 where nothing sleeps",
      ],
    }],
    refused: [{
      since: "4.0",
      desc: "Unable to wake up: guest is not in suspended state",
      moves: allBut("suspended", "preconfig"),
      sources: [
        "qemu_system_wakeup_request() in vl.c of 4.2, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2",
        "live 7.2.22, 10.0.13",
      ],
    }],
  },

  quit: {
    sent: [{
      moves: "stays",
      causes: [{
        certainty: "must",
        outcomes: [{
          kind: "event",
          name: "SHUTDOWN",
          data: { guest: false, reason: "host-qmp-quit" },
        }],
      }],
      sources: [
        "qmp_quit() in qmp.c of 2.11, monitor/qmp-cmds.c of 4.2 to 10.2.2",
        "live 7.2.22",
      ],
    }],
  },

  savevm: {
    sent: stopping("save-vm", [
      "save_snapshot() in migration/savevm.c of 2.11 to 10.2.2",
      "live 5.2.0, 7.2.22, 10.0.13",
    ]).map((row) => ({ ...row, begins: ["saving a snapshot"] })),
    answered: [{
      moves: "stays",
      ends: ["saving a snapshot"],
      sources: ["handle_hmp_command() in monitor/hmp.c of 7.2, 10.2.2"],
    }],
  },

  loadvm: {
    sent: stopping("restore-vm", [
      "hmp_loadvm() in hmp.c of 2.11, monitor/hmp-cmds.c of 7.2, migration/migration-hmp-cmds.c of 10.2.2: if it fails, the machine stays in restore-vm",
      "live 5.2.0, 7.2.22, 10.0.13",
    ]).map((row) => ({ ...row, begins: ["loading a snapshot"] })),
    answered: [{
      moves: "stays",
      ends: ["loading a snapshot"],
      sources: ["handle_hmp_command() in monitor/hmp.c of 7.2, 10.2.2"],
    }],
  },

  "snapshot-save": { sent: stoppingLater("save-vm") },

  "snapshot-load": { sent: stoppingLater("restore-vm") },

  "dump-guest-memory": {
    sent: [{
      moves: "stays",
      causes: [stopsIn("save-vm", ["running"])],
      sources: [
        "dump_init() in dump.c of 2.11, dump/dump.c of 7.2, 10.2.2",
        "live 7.2.22, 10.0.13: before the reply even if it is detached",
      ],
    }],
  },

  "xen-save-devices-state": {
    sent: stopping("save-vm", [
      "qmp_xen_save_devices_state() in migration/savevm.c of 2.11, 7.2, 10.2.2",
      "live 7.2.22, without Xen",
    ]),
  },

  "x-exit-preconfig": {
    sent: [{
      since: "3.0",
      moves: "stays",
      begins: ["leaving preconfig"],
      causes: [{
        certainty: "may",
        slow: true,
        in: ["preconfig", "prelaunch"],
        outcomes: [{ kind: "event", name: "RESUME" }],
      }],
      sources: [
        "qmp_x_exit_preconfig() in monitor/qmp-cmds.c of 4.2, 5.2, softmmu/vl.c of 6.2, system/vl.c of 10.2.2",
      ],
    }],
    returned: [{
      since: "3.0",
      until: "seed",
      moves: ["preconfig"],
      sources: ["qmp_x_exit_preconfig() in monitor/qmp-cmds.c of 4.2, 5.2"],
    }],
    refused: [{
      since: "3.0",
      until: "seed",
      desc: "The command is permitted only in 'preconfig' state",
      moves: allBut("preconfig"),
      sources: ["qmp_x_exit_preconfig() in monitor/qmp-cmds.c of 4.2, 5.2"],
    }],
  },

  // These say nothing of the run state, only of what comes: from then on events
  // are sent, and what a reset, a shut-down, a panic or the watchdog leads to.
  qmp_capabilities: {
    returned: [{
      moves: "stays",
      sources: [
        "monitor_qapi_event_emit() in monitor.c of 2.11, monitor/monitor.c of 7.2, 10.2.2",
      ],
    }],
  },
  "set-action": {
    returned: [{
      since: "seed",
      moves: "stays",
      sources: ["qmp_set_action() in softmmu/runstate-action.c of 7.2"],
    }],
  },
  "watchdog-set-action": {
    returned: [{
      since: "2.12",
      moves: "stays",
      sources: ["qmp_watchdog_set_action() in hw/watchdog/watchdog.c of 7.2"],
    }],
  },
};
