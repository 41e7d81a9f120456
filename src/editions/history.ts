/**
 * What every QEMU release says of run states: the oldest one in full, each
 * other as the change to its neighbour. Read it as a changelog.
 *
 * A release is told from the release before it. The two development trees
 * stand beside that line: `seed` (2020-12-11, the revision that the package
 * mirrors by default) is told from the release that it became, `master`
 * (2026-02-15) from the last one before it. Each fact is written once.
 *
 * The facts were read in `qapi/run-state.json` and in the table
 * `runstate_transitions_def[]` of each release; `scripts/add_release.ts` reads
 * the next one and rewrites what follows, so remarks belong up here.
 *
 * @module
 */

import type { Step } from "./definition.ts";

/** The editions from the oldest to the newest. */
export const history: Readonly<Record<string, Step>> = {
  "2.11": {
    define: {
      RunState: {
        kind: "enum",
        values: [
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
        ],
      },
      StatusInfo: {
        kind: "struct",
        members: { running: "bool", singlestep: "bool", status: "RunState" },
      },
      "query-status": { kind: "command", members: {}, returns: "StatusInfo" },
      SHUTDOWN: { kind: "event", members: { guest: "bool" } },
      POWERDOWN: { kind: "event", members: {} },
      RESET: { kind: "event", members: { guest: "bool" } },
      STOP: { kind: "event", members: {} },
      RESUME: { kind: "event", members: {} },
      SUSPEND: { kind: "event", members: {} },
      SUSPEND_DISK: { kind: "event", members: {} },
      WAKEUP: { kind: "event", members: {} },
      WATCHDOG: { kind: "event", members: { action: "WatchdogAction" } },
      WatchdogAction: {
        kind: "enum",
        values: [
          "reset",
          "shutdown",
          "poweroff",
          "pause",
          "debug",
          "none",
          "inject-nmi",
        ],
      },
      GUEST_PANICKED: {
        kind: "event",
        members: {
          action: "GuestPanicAction",
          "*info": "GuestPanicInformation",
        },
      },
      GuestPanicAction: { kind: "enum", values: ["pause", "poweroff"] },
      GuestPanicInformationType: { kind: "enum", values: ["hyper-v"] },
      GuestPanicInformation: {
        kind: "union",
        base: { type: "GuestPanicInformationType" },
        discriminator: "type",
        branches: { "hyper-v": "GuestPanicInformationHyperV" },
      },
      GuestPanicInformationHyperV: {
        kind: "struct",
        members: {
          arg1: "uint64",
          arg2: "uint64",
          arg3: "uint64",
          arg4: "uint64",
          arg5: "uint64",
        },
      },
    },
    transitions: {
      add: {
        colo: ["running"],
        debug: ["finish-migrate", "prelaunch", "running", "suspended"],
        "finish-migrate": [
          "colo",
          "paused",
          "postmigrate",
          "prelaunch",
          "running",
        ],
        "guest-panicked": ["finish-migrate", "prelaunch", "running"],
        inmigrate: [
          "colo",
          "finish-migrate",
          "guest-panicked",
          "internal-error",
          "io-error",
          "paused",
          "postmigrate",
          "prelaunch",
          "running",
          "shutdown",
          "suspended",
          "watchdog",
        ],
        "internal-error": ["finish-migrate", "paused", "prelaunch"],
        "io-error": ["finish-migrate", "prelaunch", "running"],
        paused: [
          "colo",
          "finish-migrate",
          "postmigrate",
          "prelaunch",
          "running",
        ],
        postmigrate: ["finish-migrate", "prelaunch", "running"],
        prelaunch: ["finish-migrate", "inmigrate", "running"],
        "restore-vm": ["prelaunch", "running"],
        running: [
          "colo",
          "debug",
          "finish-migrate",
          "guest-panicked",
          "internal-error",
          "io-error",
          "paused",
          "restore-vm",
          "save-vm",
          "shutdown",
          "suspended",
          "watchdog",
        ],
        "save-vm": ["running"],
        shutdown: ["finish-migrate", "paused", "prelaunch"],
        suspended: ["colo", "finish-migrate", "prelaunch", "running"],
        watchdog: ["colo", "finish-migrate", "prelaunch", "running"],
      },
    },
  },
  "2.12": {
    change: {
      GuestPanicInformationType: { add: ["s390"] },
      GuestPanicInformation: { add: { s390: "GuestPanicInformationS390" } },
    },
    define: {
      "watchdog-set-action": {
        kind: "command",
        members: { action: "WatchdogAction" },
        before: "GUEST_PANICKED",
      },
      S390CrashReason: {
        kind: "enum",
        values: [
          "unknown",
          "disabled-wait",
          "extint-loop",
          "pgmint-loop",
          "opint-loop",
        ],
      },
      GuestPanicInformationS390: {
        kind: "struct",
        members: {
          core: "uint32",
          "psw-mask": "uint64",
          "psw-addr": "uint64",
          reason: "S390CrashReason",
        },
      },
    },
  },
  "3.0": {
    change: {
      RunState: { add: ["preconfig"] },
      "query-status": { set: { "allow-preconfig": true } },
    },
    transitions: {
      add: { preconfig: ["inmigrate", "prelaunch"] },
    },
  },
  "3.1": {},
  "4.0": {
    change: {
      SHUTDOWN: { add: { reason: "ShutdownCause" } },
      RESET: { add: { reason: "ShutdownCause" } },
    },
    define: {
      ShutdownCause: {
        kind: "enum",
        values: [
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
        ],
        before: "StatusInfo",
      },
    },
  },
  "4.1": {},
  "4.2": {},
  "5.0": {
    change: {
      GuestPanicAction: { add: ["run"] },
    },
    define: {
      GUEST_CRASHLOADED: {
        kind: "event",
        members: {
          action: "GuestPanicAction",
          "*info": "GuestPanicInformation",
        },
        before: "GuestPanicAction",
      },
    },
  },
  "5.1": {},
  "5.2": {
    define: {
      MEMORY_FAILURE: {
        kind: "event",
        members: {
          recipient: "MemoryFailureRecipient",
          action: "MemoryFailureAction",
          flags: "MemoryFailureFlags",
        },
      },
      MemoryFailureRecipient: { kind: "enum", values: ["hypervisor", "guest"] },
      MemoryFailureAction: {
        kind: "enum",
        values: ["ignore", "inject", "fatal", "reset"],
      },
      MemoryFailureFlags: {
        kind: "struct",
        members: { "action-required": "bool", recursive: "bool" },
      },
    },
    transitions: {
      add: { shutdown: ["colo"] },
    },
  },
  seed: {
    tree: "5.2.50",
    from: "6.0",
    change: {
      RebootAction: { remove: ["reset"], add: ["none"], before: "shutdown" },
      PanicAction: { remove: ["shutdown"], add: ["poweroff"], before: "pause" },
    },
  },
  "6.0": {
    change: {
      RunState: { remove: ["preconfig"] },
    },
    define: {
      RebootAction: {
        kind: "enum",
        values: ["reset", "shutdown"],
        before: "watchdog-set-action",
      },
      ShutdownAction: {
        kind: "enum",
        values: ["poweroff", "pause"],
        before: "watchdog-set-action",
      },
      PanicAction: {
        kind: "enum",
        values: ["pause", "shutdown", "none"],
        before: "watchdog-set-action",
      },
      "set-action": {
        kind: "command",
        members: {
          "*reboot": "RebootAction",
          "*shutdown": "ShutdownAction",
          "*panic": "PanicAction",
          "*watchdog": "WatchdogAction",
        },
        "allow-preconfig": true,
        before: "GUEST_PANICKED",
      },
    },
    transitions: {
      remove: { preconfig: ["inmigrate", "prelaunch"] },
    },
  },
  "6.1": {
    transitions: {
      add: { colo: ["shutdown"] },
    },
  },
  "6.2": {},
  "7.0": {},
  "7.1": {
    change: {
      PanicAction: { add: ["exit-failure"], before: "none" },
    },
    transitions: {
      add: { colo: ["prelaunch"] },
    },
  },
  "7.2": {
    change: {
      ShutdownCause: { add: ["snapshot-load"] },
    },
    define: {
      NotifyVmexitOption: {
        kind: "enum",
        values: ["run", "internal-error", "disable"],
      },
    },
  },
  "8.0": {},
  "8.1": {
    change: {
      StatusInfo: { set: { deprecatedMembers: ["singlestep"] } },
    },
    transitions: {
      add: {
        "finish-migrate": [
          "guest-panicked",
          "internal-error",
          "io-error",
          "shutdown",
          "suspended",
          "watchdog",
        ],
      },
    },
  },
  "8.2": {},
  "9.0": {
    change: {
      StatusInfo: { remove: ["singlestep"] },
    },
    transitions: {
      add: {
        paused: ["suspended"],
        prelaunch: ["suspended"],
        "restore-vm": ["suspended"],
        "save-vm": ["suspended"],
        suspended: ["paused", "restore-vm", "save-vm", "shutdown"],
      },
    },
  },
  "9.1": {
    define: {
      GUEST_PVSHUTDOWN: {
        kind: "event",
        members: {},
        before: "GuestPanicAction",
      },
    },
  },
  "9.2": {},
  "10.0": {},
  "10.1": {
    change: {
      GuestPanicInformationType: { add: ["tdx"] },
      GuestPanicInformation: { add: { tdx: "GuestPanicInformationTdx" } },
    },
    define: {
      GuestPanicInformationTdx: {
        kind: "struct",
        members: { "error-code": "uint32", message: "str", "*gpa": "uint64" },
        before: "MEMORY_FAILURE",
      },
    },
  },
  "10.2": {},
  master: {
    tree: "10.2.50",
    from: "10.2",
    change: {
      GuestPanicInformationType: { add: ["sev"] },
      GuestPanicInformation: { add: { sev: "GuestPanicInformationSev" } },
    },
    define: {
      GuestPanicInformationSev: {
        kind: "struct",
        members: { set: "uint32", code: "uint32" },
        before: "MEMORY_FAILURE",
      },
    },
  },
};
