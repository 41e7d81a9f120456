/**
 * What events outside run-state, and the greeting, say of the run state.
 *
 * @module
 */

import type { Consequence, Row } from "./witness_row.ts";

const blockErrors = [
  "blk_error_action() in block/block-backend.c of 2.11, 7.2, 10.2.2",
  "live 7.2.22",
];

const stopsAtError: readonly Consequence[] = [{
  certainty: "must",
  in: ["running"],
  outcomes: [{ kind: "event", name: "STOP", to: "io-error" }],
}];

/** The events outside run-state and migration that say something of the run state. */
export type ForeignEventName =
  | "BLOCK_IO_ERROR"
  | "DUMP_COMPLETED"
  | "JOB_STATUS_CHANGE";

/** What events outside run-state prove and cause. The first row that fits a message counts. */
export const foreignEvents: Readonly<
  Record<ForeignEventName, readonly Row[]>
> = {
  BLOCK_IO_ERROR: [
    {
      until: "9.2",
      where: { action: ["stop"] },
      moves: "stays",
      causes: stopsAtError,
      sources: blockErrors,
    },
    {
      since: "9.2",
      where: { action: ["stop"] },
      moves: "stays",
      throttled: true,
      causes: stopsAtError,
      sources: [
        "monitor_qapi_event_conf[] in monitor/monitor.c of 9.2.1, 10.1.0; those of 10.0.13 and 10.2.2 send one that stops at once again",
      ],
    },
    { moves: "stays", sources: blockErrors },
  ],

  DUMP_COMPLETED: [{
    moves: "stays",
    causes: [{
      certainty: "must",
      in: ["save-vm"],
      outcomes: [{ kind: "event", name: "RESUME" }],
    }],
    sources: [
      "dump_process() and dump_cleanup() in dump.c of 2.11, dump/dump.c of 7.2, 10.2.2",
      "live 7.2.22, 10.0.13",
    ],
  }],

  // It names a job and not what the job does: the STOP and the RESUME of a
  // snapshot come between `running` and `concluded`, those of others do not.
  JOB_STATUS_CHANGE: [{
    moves: "stays",
    sources: [
      "job_state_transition_locked() in job.c of 7.2, 10.2.2",
      "live 7.2.22, 10.0.13",
    ],
  }],
};

/** What the first message of a connection proves: nothing. QEMU tells its events to no one before. */
export const greeting: readonly Row[] = [{
  moves: "anew",
  sources: [
    "monitor_qapi_event_emit() in monitor.c of 2.11, monitor/monitor.c of 7.2, 10.2.2",
  ],
}];
