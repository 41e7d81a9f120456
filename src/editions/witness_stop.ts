/**
 * Why a machine stops: the states that STOP can lead to, and what else tells
 * which one it is.
 *
 * @module
 */

import type { RunState } from "./known.ts";
import type { Stop } from "./witness_row.ts";

/** The ways in which a machine comes to each run state with a STOP. */
export const stops: Readonly<Record<RunState, readonly Stop[]>> = {
  debug: [{
    why: "the gdbstub met a breakpoint or finished a step",
    told: "nothing",
    sources: [
      "main_loop_should_exit() in vl.c of 2.11, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2",
    ],
  }],
  "internal-error": [{
    why: "the accelerator could not go on",
    told: "nothing",
    sources: [
      "kvm_cpu_exec() in accel/kvm/kvm-all.c of 2.11, 7.2, 10.2.2",
      "accel/mshv/mshv-all.c of 10.2.2",
    ],
  }, {
    why: "the s390 firmware for booting from the network was not found",
    told: "nothing",
    sources: ["s390_ipl_prepare_cpu() in hw/s390x/ipl.c of 2.11"],
  }, {
    why: "the recording that is replayed broke off",
    told: "nothing",
    sources: ["replay/replay-internal.c of 2.11, 7.2, 10.2.2"],
  }],
  "io-error": [{
    why: "a disk failed whose policy is to stop",
    told: "event",
    sources: [
      "blk_error_action() in block/block-backend.c of 2.11, 7.2, 10.2.2",
      "live 7.2.22",
    ],
  }],
  paused: [{
    why: "somebody asked for it",
    told: "command",
    sources: [
      "qmp_stop() in qmp.c of 2.11, monitor/qmp-cmds.c of 4.2 to 10.2.2",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  }, {
    why: "a debugger attached to the gdbstub or interrupted it",
    told: "nothing",
    sources: [
      "gdb_chr_event() and gdb_read_byte() in gdbstub.c of 2.11, gdbstub/gdbstub.c of 7.2, gdbstub/ of 10.2.2",
    ],
  }, {
    since: "6.0",
    why: "a background snapshot saved the state of the processors",
    told: "command",
    sources: [
      "bg_migration_thread() in migration/migration.c of 6.2, 7.2, 10.2.2",
    ],
  }, {
    why: "the recording that is replayed came to its end",
    told: "nothing",
    sources: ["replay/replay-internal.c of 2.11, 7.2, 10.2.2"],
  }],
  "finish-migrate": [{
    why: "a migration comes to its last step",
    told: "command",
    sources: [
      "migration_completion() and postcopy_start() in migration/migration.c of 2.11 to 10.2.2",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  }],
  "restore-vm": [{
    why: "a snapshot is loaded",
    told: "command",
    sources: [
      "hmp_loadvm() in hmp.c of 2.11, monitor/hmp-cmds.c of 7.2, migration/migration-hmp-cmds.c of 10.2.2",
      "snapshot_load_job_bh() in migration/savevm.c of 7.2, 10.2.2",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  }],
  "save-vm": [{
    why: "a snapshot is saved",
    told: "command",
    sources: [
      "save_snapshot() in migration/savevm.c of 2.11 to 10.2.2",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  }, {
    why: "the guest's memory is dumped",
    told: "command",
    sources: [
      "dump_init() in dump.c of 2.11, dump/dump.c of 7.2, 10.2.2",
      "live 7.2.22, 10.0.13",
    ],
  }, {
    why: "Xen saves the state of the devices",
    told: "command",
    sources: [
      "qmp_xen_save_devices_state() in migration/savevm.c of 2.11, 7.2, 10.2.2",
    ],
  }],
  shutdown: [{
    why: "the machine shut down and QEMU is to live on",
    told: "event",
    sources: [
      "main_loop_should_exit() in vl.c of 2.11, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2",
      "live 7.2.22, 10.0.13",
    ],
  }, {
    since: "7.2",
    why: "the watchdog of a pseries machine powered it off",
    told: "nothing",
    sources: [
      "watchdog_expired() in hw/watchdog/spapr_watchdog.c of 7.2, 10.2.2",
    ],
  }],
  watchdog: [{
    why: "the watchdog expired, whose action is to pause",
    told: "event",
    sources: [
      "watchdog_perform_action() in hw/watchdog/watchdog.c of 2.11 to 10.2.2",
      "live 7.2.22",
    ],
  }],
  "guest-panicked": [{
    why: "the guest panicked",
    told: "event",
    sources: [
      "qemu_system_guest_panicked() in vl.c of 2.11, softmmu/vl.c of 5.2, softmmu/runstate.c of 7.2, system/runstate.c of 10.2.2",
      "live 5.2.0, 7.2.22, 10.0.13",
    ],
  }],
  colo: [{
    why: "COLO brings the two machines into line",
    told: "nothing",
    during: "colo",
    sources: [
      "colo_do_checkpoint_transaction() and colo_incoming_process_checkpoint() in migration/colo.c of 7.2, 10.2.2",
    ],
  }],
  inmigrate: [],
  postmigrate: [],
  preconfig: [],
  prelaunch: [],
  running: [],
  suspended: [],
};
