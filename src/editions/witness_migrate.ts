/**
 * What the commands of migrations cause, and what their replies prove.
 *
 * @module
 */

import type { RunState } from "./known.ts";
import { type MigrationStatus, oneOf, settles } from "./witness_migration.ts";
import { allBut } from "./witness_moves.ts";
import type { CommandRows } from "./witness_row.ts";

const notInMigration = allBut("inmigrate", "preconfig");
const live: readonly RunState[] = ["running", "suspended"];

const goingOn: readonly MigrationStatus[] = [
  "setup",
  "active",
  "wait-unplug",
  "pre-switchover",
  "device",
  "postcopy-device",
  "postcopy-active",
  "postcopy-paused",
  "postcopy-recover-setup",
  "postcopy-recover",
];

const qmpMigrate = [
  "qmp_migrate() and migrate_prepare() in migration/migration.c of 2.11, 4.2, 7.2, 10.2.2",
];

/** What the commands of migrations cause, and what their replies prove. The first row that fits counts. */
export const migrationCommands: Readonly<
  Record<
    | "migrate"
    | "migrate-incoming"
    | "migrate-set-capabilities"
    | "query-migrate",
    CommandRows
  >
> = {
  migrate: {
    sent: [{
      moves: "stays",
      begins: ["outgoing migration"],
      causes: [{
        certainty: "may",
        slow: true,
        in: live,
        outcomes: [
          { kind: "event", name: "STOP", to: "finish-migrate" },
          {
            kind: "event",
            name: "STOP",
            to: "paused",
            during: "background snapshot",
          },
        ],
        past: "outgoing migration",
      }],
      sources: qmpMigrate,
    }],
    returned: [{ moves: notInMigration, sources: qmpMigrate }],
    refused: [{
      desc: "Guest is waiting for an incoming migration",
      moves: ["inmigrate"],
      ends: ["outgoing migration"],
      sources: qmpMigrate,
    }],
  },

  "migrate-incoming": {
    sent: [{
      moves: "stays",
      begins: ["incoming migration"],
      sources: ["qmp_migrate_incoming() in migration/migration.c of 2.11, 7.2"],
    }],
    returned: [{
      moves: ["inmigrate"],
      sources: [
        "qmp_migrate_incoming() in migration/migration.c of 2.11, 4.2, 7.2, 10.2.2",
        "live 7.2.22",
      ],
    }],
    refused: [{
      since: "6.2",
      desc: "'-incoming' was not specified on the command line",
      moves: notInMigration,
      sources: [
        "qmp_migrate_incoming() in migration/migration.c of 6.2, 7.2, 10.2.2",
      ],
    }],
  },

  "migrate-set-capabilities": {
    sent: [
      {
        since: "6.0",
        capability: "background-snapshot",
        moves: "stays",
        begins: ["background snapshot"],
        sources: ["qmp_migrate() in migration/migration.c of 6.2, 7.2"],
      },
      {
        capability: "x-colo",
        moves: "stays",
        begins: ["colo"],
        sources: ["migration/colo.c of 2.11, 7.2, 10.2.2"],
      },
    ],
  },

  "query-migrate": {
    returned: [
      // One that another client began.
      ...oneOf(["outgoing migration", "incoming migration"], {
        where: { status: goingOn },
        moves: "stays",
        sources: [
          "fill_source_migration_info() and fill_destination_migration_info() in migration/migration.c of 7.2",
        ],
      }),
      {
        where: { status: ["completed"] },
        moves: "stays",
        causes: [settles],
        ends: ["outgoing migration"],
        sources: [
          "migration_iteration_finish() in migration/migration.c of 7.2: at once after the status",
          "live 7.2.22",
        ],
      },
      {
        where: { status: ["cancelled"] },
        moves: "stays",
        ends: ["outgoing migration"],
        sources: [
          "fill_source_migration_info() in migration/migration.c of 7.2",
        ],
      },
      {
        where: { status: ["failed"] },
        moves: "stays",
        begins: ["giving up a migration"],
        ends: ["outgoing migration"],
        sources: [
          "fill_source_migration_info() in migration/migration.c of 7.2",
        ],
      },
    ],
  },
};
