/**
 * What the events of migrations say of the run state.
 *
 * @module
 */

import type { RunState } from "./known.ts";
import { type After, allBut, nowhere } from "./witness_moves.ts";
import type { Activity, Consequence, Row } from "./witness_row.ts";

/** The values of QAPI's `MigrationStatus`, over all releases. */
export type MigrationStatus =
  | "none"
  | "setup"
  | "cancelling"
  | "cancelled"
  | "active"
  | "postcopy-device"
  | "postcopy-active"
  | "postcopy-paused"
  | "postcopy-recover-setup"
  | "postcopy-recover"
  | "completed"
  | "failed"
  | "colo"
  | "pre-switchover"
  | "device"
  | "wait-unplug";

const migration = [
  "migrate_set_state() as called in migration/migration.c of 2.11, 4.2, 7.2, 10.2.2",
  "live 5.2.0, 7.2.22, 10.0.13",
];

const savesSnapshot =
  "qemu_savevm_state() in migration/savevm.c of 2.11, 7.2, 10.2.2: who saves a snapshot migrates to a disk, and says so";

/** What tells of itself in the same words. */
const alike: readonly Activity[] = [
  "outgoing migration",
  "incoming migration",
  "saving a snapshot",
];

/**
 * Makes the rows of what tells of itself in the same words, whichever of some it
 * is: that may be known by now; if not, it may be any.
 *
 * @param activities What it may be.
 * @param row What is known of the message.
 * @returns A row for each, and one for where it is not known.
 */
export function oneOf(
  activities: readonly Activity[],
  row: Row,
): readonly Row[] {
  return [
    ...activities.map((each) => ({
      ...row,
      during: [each],
      unless: activities.filter((other) => other !== each),
    })),
    { ...row, begins: activities },
  ];
}

const underWay = oneOf(alike, {
  moves: "stays",
  sources: [...migration, savesSnapshot],
});

/** The QEMU that the machine leaves says so, with the machine stopped for the last step. */
const lastStep: readonly Row[] = [{
  moves: ["finish-migrate"],
  begins: ["outgoing migration"],
  ends: ["incoming migration"],
  sources: migration,
}];

/** A machine that has left settles in silence. */
export const settles: Consequence = {
  certainty: "must",
  in: ["finish-migrate"],
  outcomes: [{ kind: "silence", to: ["postmigrate"] }],
};

/** The machine has left. */
const leaves: Omit<Row, "moves" | "sources"> = {
  during: ["outgoing migration"],
  unless: [
    "incoming migration",
    "saving a snapshot",
    "background snapshot",
    "colo",
  ],
  ends: ["outgoing migration"],
  causes: [settles],
};

/**
 * Where a machine can be by the end of its migration that a `cont` or a reset
 * took out of the last step, and has no way to `postmigrate`.
 */
const astray = allBut("finish-migrate", "inmigrate", "paused", "preconfig");

const gone: After = {
  ...nowhere,
  ...Object.fromEntries(astray.map((each) => [each, [each]])),
  "finish-migrate": ["finish-migrate"],
  // For the moment in between it may be paused still. Said here, that would make
  // every STOP before it doubtful, which may be a debugger's.
  paused: ["postmigrate"],
};

const obeyed = [
  "migration_thread(), later migration_iteration_finish(), in migration/migration.c, as the commits below tell of it and not read in each release: the event first, and then QEMU finds that there is no such transition and aborts",
  'qmp_cont() since the commit of May 2019, "forbid qmp_cont in RUN_STATE_FINISH_MIGRATE", and main_loop_should_exit() since that of January 2020, "ignore finishmigrate -> prelaunch transition", of 4.1 and 5.0, which mend that',
];

const asleep = [
  "migration_maybe_pause(), later migration_switchover_prepare(), in migration/migration.c, read in a tree of late 2025 and in patches, not in each release: they wait for migrate-continue meanwhile; qemu_system_suspend() in system/runstate.c: a guest that was about to sleep when its machine was stopped does so then, and from there is no way to postmigrate",
];

/** The machine goes on, or back to where it was. */
function undoes(
  back: readonly RunState[],
  certainty: Consequence["certainty"] = "must",
): readonly Consequence[] {
  return [
    {
      certainty,
      in: ["finish-migrate"],
      outcomes: [
        { kind: "event", name: "RESUME" },
        { kind: "silence", to: back },
      ],
    },
    // A migration to here that fails ends QEMU, without SHUTDOWN.
    {
      certainty: "may",
      in: ["inmigrate"],
      outcomes: [{ kind: "end" }],
    },
  ];
}

const back: readonly RunState[] = [
  "guest-panicked",
  "internal-error",
  "io-error",
  "paused",
  "postmigrate",
  "prelaunch",
  "shutdown",
  "watchdog",
];

/** A migration is given up: it failed, or is being cancelled and may yet come to its last step. */
function givenUp(ends: readonly Activity[]): readonly Row[] {
  const row: Omit<Row, "causes"> = {
    moves: "stays",
    begins: ["giving up a migration"],
    ends,
    sources: migration,
  };
  return [
    { ...row, until: "8.1", causes: undoes(["postmigrate"]) },
    { ...row, since: "8.1", until: "10.0", causes: undoes(back) },
    // Since 10.0 it leaves the machine stopped if the disks are lost.
    { ...row, since: "10.0", causes: undoes(back, "may") },
  ];
}

const statuses: Readonly<Record<MigrationStatus, readonly Row[]>> = {
  // Before all migrations; no event has it.
  none: [],
  setup: underWay.map((row) => ({ ...row, ends: ["running again"] })),
  active: underWay,
  "wait-unplug": underWay,
  "postcopy-active": underWay,
  "postcopy-paused": underWay,
  "postcopy-recover-setup": underWay,
  "postcopy-recover": underWay,
  // Both sides say so: here the machine is not started yet, there it is stopped.
  "postcopy-device": oneOf(["outgoing migration", "incoming migration"], {
    moves: ["finish-migrate", "inmigrate"],
    sources: [
      "postcopy_start() in migration/migration.c and postcopy_listen_thread() in migration/postcopy-ram.c of 10.2.2",
    ],
  }),
  "pre-switchover": lastStep,
  device: [
    {
      // Before 4.1 `cont` was obeyed in finish-migrate, and before 5.0 a reset.
      until: "5.0",
      moves: "stays",
      begins: ["outgoing migration"],
      sources: migration,
    },
    ...lastStep.map((row): Row => ({
      ...row,
      since: "8.1",
      moves: ["finish-migrate", "suspended"],
      sources: asleep,
    })),
    ...lastStep,
  ],
  completed: [
    { ...leaves, until: "5.0", moves: gone, aborts: astray, sources: obeyed },
    ...([
      [{ since: "6.0", until: "8.1" }, ["finish-migrate", "running"]],
      [{ since: "8.1" }, ["finish-migrate", "running", "suspended"]],
    ] as const).map(([span, moves]): Row => ({
      ...leaves,
      ...span,
      // Its capability may be set by another client, or by -global.
      during: ["outgoing migration", "running again"],
      moves,
      sources: [
        "bg_migration_completion() in migration/migration.c, read in a tree of late 2025, not in each release: a background snapshot, of a machine that runs on",
      ],
    })),
    {
      ...leaves,
      since: "8.1",
      moves: ["finish-migrate", "suspended"],
      aborts: ["suspended"],
      sources: asleep,
    },
    { ...leaves, moves: ["finish-migrate"], sources: migration },
    {
      during: ["saving a snapshot"],
      unless: ["outgoing migration", "incoming migration"],
      moves: allBut("inmigrate", "preconfig", "running"),
      ends: ["saving a snapshot"],
      sources: [savesSnapshot, "live 7.2.22"],
    },
    {
      // One that came stays where it was if its disks are held by another.
      since: "10.0",
      moves: allBut("preconfig"),
      ends: alike,
      causes: [settles],
      sources: [
        "process_incoming_migration_bh() in migration/migration.c of the end of 2025: no vm_start() where migration_block_activate() fails; the commits are of January 2025, before 10.0",
        savesSnapshot,
      ],
    },
    {
      // A machine that came is started, or set to its state, before.
      moves: allBut("inmigrate", "preconfig"),
      ends: alike,
      causes: [settles],
      sources: [...migration, savesSnapshot],
    },
  ],
  failed: givenUp(["outgoing migration", "saving a snapshot"]),
  // The thread may have been about to stop the machine, and does: seen on 7.2.22.
  cancelling: givenUp(["saving a snapshot"]),
  cancelled: [
    {
      // The thread has ended by then, after it undid its doings.
      until: "10.0",
      moves: allBut("finish-migrate"),
      ends: ["outgoing migration"],
      sources: [
        "migrate_fd_cleanup() in migration/migration.c of 2.11, 4.2, 7.2, 9.2.1",
        "live 5.2.0, 7.2.22",
      ],
    },
    {
      // Since 10.0 it leaves the machine stopped if the disks are lost.
      moves: "stays",
      ends: ["outgoing migration"],
      sources: [
        "migration_iteration_finish() in migration/migration.c of 10.0.13, 10.2.2",
      ],
    },
  ],
  colo: [{
    moves: "stays",
    begins: ["colo"],
    sources: [
      "migrate_start_colo_process() and colo_process_incoming_thread() in migration/colo.c of 2.11, 7.2, 10.2.2",
    ],
  }],
};

/** What the events of migrations prove and cause. The first row that fits a message counts. */
export const migrationEvents: Readonly<
  Record<"COLO_EXIT" | "MIGRATION" | "MIGRATION_PASS", readonly Row[]>
> = {
  MIGRATION: Object.entries(statuses).flatMap(([status, rows]) =>
    rows.map((row) => ({ where: { status: [status] }, ...row }))
  ),

  MIGRATION_PASS: oneOf(["outgoing migration", "saving a snapshot"], {
    moves: allBut("inmigrate", "preconfig"),
    ends: ["incoming migration"],
    sources: [
      "migration_bitmap_sync() in migration/ram.c of 2.11, 7.2, 10.2.2: the one who sends counts",
      savesSnapshot,
    ],
  }),

  COLO_EXIT: [
    {
      where: { reason: ["request"] },
      moves: "stays",
      ends: ["colo"],
      sources: ["migration/colo.c of 4.2, 7.2, 10.2.2"],
    },
    {
      // It waits for somebody to ask for the failover, which stops the machine.
      moves: "stays",
      sources: [
        "colo_process_checkpoint() and colo_process_incoming_thread() in migration/colo.c of 4.2, 7.2, 10.2.2",
        "live 7.2.22: STOP to colo after a COLO_EXIT whose reason is error",
      ],
    },
  ],
};
