/**
 * The changes of run state that no message tells, or none yet.
 *
 * Left out are two that no ordinary machine makes: an s390 guest that loads
 * another system resets its machine without a RESET (s390_ipl_reset_request()
 * in hw/s390x/ipl.c), which changes the state only of a machine that is being
 * stopped at that moment; and a recording that is debugged backwards goes from
 * `shutdown` to `running` (runstate_replay_enable() in system/runstate.c of
 * 9.2.1, not of 8.2.2), which the table of transitions does not list.
 *
 * @module
 */

import type { Dozing, SilentRow } from "./witness_row.ts";

/** Where a machine can be while a snapshot is loaded and nothing has to be stopped for it. */
const dozing: readonly Dozing[] = [
  "paused",
  "prelaunch",
  "postmigrate",
  "shutdown",
];

/** What a machine that was migrated was before, when it did not run. */
const beforeMigration = [
  "guest-panicked",
  "internal-error",
  "io-error",
  "paused",
  "prelaunch",
  "shutdown",
  "watchdog",
] as const;

/** The changes that no message tells. */
export const silent: readonly SilentRow[] = [
  {
    from: ["suspended"],
    to: ["running"],
    ahead: "WAKEUP",
    sources: [
      "qemu_system_wakeup_request() in vl.c of 2.11, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2: the state at once, WAKEUP in the next round of the main loop",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  },

  // A migration away from here.
  {
    from: [...beforeMigration, "debug", "postmigrate"],
    to: ["finish-migrate"],
    during: "outgoing migration",
    sources: [
      "vm_stop_force_state() in cpus.c of 2.11, softmmu/cpus.c of 7.2, system/cpus.c of 10.2.2: no STOP where nothing runs",
      "live 7.2.22, 10.0.13",
    ],
  },
  {
    since: "5.0",
    from: ["running"],
    to: ["finish-migrate"],
    during: "outgoing migration",
    ahead: "STOP",
    sources: [
      "do_vm_stop() in softmmu/cpus.c of 5.2, 7.2: since then the state is set before the processors are waited for, and the main loop goes on meanwhile; the other way round in cpus.c of 4.2",
    ],
  },
  {
    from: ["finish-migrate"],
    to: ["postmigrate"],
    sources: [
      "migration_iteration_finish() in migration/migration.c of 4.2 to 10.2.2, migration_thread() of 2.11: when it has completed; before 8.1 also when it failed and nothing ran before",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  },
  ...(["outgoing migration", "giving up a migration"] as const).map((
    during,
  ): SilentRow => ({
    since: "8.1",
    from: ["finish-migrate"],
    to: beforeMigration,
    during,
    back: true,
    sources: [
      "migration_iteration_finish() in migration/migration.c of 8.2.2, 9.2.1, 10.2.2: when it failed, back to the state before; the table of transitions has these since 8.1",
      "live 10.0.13",
    ],
  })),
  {
    since: "6.0",
    from: ["internal-error", "shutdown"],
    to: ["paused"],
    during: "background snapshot",
    sources: ["bg_migration_thread() in migration/migration.c of 6.2, 7.2"],
  },
  {
    since: "6.0",
    from: ["running"],
    to: ["paused"],
    during: "background snapshot",
    ahead: "STOP",
    sources: ["do_vm_stop() in softmmu/cpus.c of 6.2, 7.2, as above"],
  },

  // A migration to here. QEMU may listen for it from the start, so no message
  // has to begin it.
  {
    from: ["inmigrate"],
    to: [...beforeMigration, "finish-migrate", "postmigrate"],
    sources: [
      "process_incoming_migration_bh() in migration/migration.c of 2.11 to 10.2.2: the state of the machine that came, or paused where it ran and -S was given",
    ],
  },
  {
    until: "9.0",
    from: ["inmigrate"],
    to: ["suspended"],
    sources: [
      "process_incoming_migration_bh() in migration/migration.c of 2.11 to 8.2.2",
    ],
  },
  {
    since: "9.0",
    from: ["inmigrate"],
    to: [
      "paused asleep",
      "prelaunch asleep",
      "shutdown asleep",
      "finish-migrate asleep",
      "postmigrate asleep",
    ],
    sources: [
      "global_state_post_load() in migration/global_state.c of 9.2.1, 10.2.2",
    ],
  },

  // Two machines kept in line.
  {
    from: ["finish-migrate", "inmigrate", "paused", "suspended", "watchdog"],
    to: ["colo"],
    during: "colo",
    sources: [
      "vm_stop_force_state() as called in migration/colo.c of 2.11, 7.2, 10.2.2",
    ],
  },
  {
    since: "5.2",
    from: ["shutdown"],
    to: ["colo"],
    during: "colo",
    sources: ["the table of transitions, which has it since 5.2"],
  },
  {
    since: "5.0",
    from: ["running"],
    to: ["colo"],
    during: "colo",
    ahead: "STOP",
    sources: ["do_vm_stop() in softmmu/cpus.c of 5.2, 7.2, as above"],
  },

  // A snapshot brings with it whether its guest slept.
  ...dozing.map((state): SilentRow => ({
    since: "9.0",
    from: [state, `${state} asleep`],
    to: [state, `${state} asleep`],
    during: "loading a snapshot",
    sources: [
      "qemu_system_reset() in system/runstate.c and global_state_post_load() in migration/global_state.c of 9.2.1, 10.2.2",
      "live 10.0.13",
    ],
  })),

  // The beginning and the end.
  {
    since: "3.0",
    until: "seed",
    from: ["preconfig"],
    to: ["prelaunch"],
    during: "leaving preconfig",
    sources: [
      "main_loop_should_exit() in vl.c of 4.2, softmmu/vl.c of 5.2",
    ],
  },
  {
    since: "3.0",
    until: "seed",
    from: ["preconfig"],
    to: ["prelaunch", "inmigrate"],
    during: "starting",
    sources: ["main() in vl.c of 4.2", "live 5.2.0"],
  },
  {
    from: ["prelaunch"],
    to: ["inmigrate"],
    during: "starting",
    sources: [
      "main() in vl.c of 2.11, qemu_init() in softmmu/vl.c of 7.2, system/vl.c of 10.2.2: while the options are read",
    ],
  },
  {
    since: "2.12",
    from: ["running"],
    to: ["shutdown"],
    during: "ending",
    sources: [
      "qemu_cleanup() and vm_shutdown() in vl.c of 4.2, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2; the commit that brought it is of March 2018",
    ],
  },
  {
    since: "9.0",
    from: ["suspended"],
    to: ["shutdown asleep"],
    during: "ending",
    sources: ["do_vm_stop() in system/cpus.c of 9.2.1, 10.2.2"],
  },
];
