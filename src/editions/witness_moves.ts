/**
 * Where the events lead that change the run state: by the state before, the
 * ones after.
 *
 * @module
 */

import type { RunState } from "./known.ts";
import type { Dozing, Standing } from "./witness_row.ts";
import { stops } from "./witness_stop.ts";

/** By the state before an event, the ones after it. */
export type After = Readonly<Record<RunState, readonly Standing[]>>;
/** The same, for a machine that was asleep when it was stopped. */
export type AfterSleep = Readonly<Record<Dozing, readonly Standing[]>>;

/** An event that does not come. */
export const nowhere: After = {
  colo: [],
  debug: [],
  "finish-migrate": [],
  "guest-panicked": [],
  inmigrate: [],
  "internal-error": [],
  "io-error": [],
  paused: [],
  postmigrate: [],
  preconfig: [],
  prelaunch: [],
  "restore-vm": [],
  running: [],
  "save-vm": [],
  shutdown: [],
  suspended: [],
  watchdog: [],
};

/**
 * Lists run states.
 *
 * @param absent Those that are not wanted.
 * @returns All others, those of all editions.
 */
export function allBut(...absent: readonly RunState[]): readonly RunState[] {
  return (Object.keys(nowhere) as RunState[])
    .filter((state) => !absent.includes(state));
}

const stoppedIn = allBut().filter((state) => stops[state].length > 0);

/**
 * STOP. Beside the machine that runs, there is one in which the migration
 * thread set the state before its STOP, and a client asked in between.
 */
export const stop: After = {
  ...nowhere,
  running: stoppedIn,
  "finish-migrate": ["finish-migrate"],
  colo: ["colo"],
};

/** STOP since QEMU 9.0: it stops a machine that is asleep, too. */
export const stopSince9: After = {
  ...stop,
  suspended: [
    "colo asleep",
    "finish-migrate asleep",
    "paused asleep",
    "restore-vm asleep",
    "save-vm asleep",
    "shutdown asleep",
  ],
};

const runs: readonly Standing[] = ["running"];

/** RESUME. */
export const resume: After = {
  ...nowhere,
  colo: runs,
  debug: runs,
  "finish-migrate": runs,
  "guest-panicked": runs,
  inmigrate: runs,
  "io-error": runs,
  paused: runs,
  postmigrate: runs,
  prelaunch: runs,
  "restore-vm": runs,
  "save-vm": runs,
  // `cont` leaves it alone, the gdbstub's continue does not.
  suspended: runs,
  watchdog: runs,
};

const sleeps: readonly Standing[] = ["suspended"];

/** RESUME since QEMU 9.0: it leads back to sleep as well. */
export const resumeSince9: After = {
  ...resume,
  // The machine that came may have slept.
  inmigrate: ["running", "suspended"],
};

/** RESUME of a machine that was asleep when it was stopped. */
export const resumeAsleep: AfterSleep = {
  "finish-migrate": sleeps,
  paused: sleeps,
  prelaunch: sleeps,
  // A snapshot may be that of a machine that was awake. One that was not is
  // woken up at once, if it is loaded into a machine that runs.
  "restore-vm": ["running", "suspended"],
  "save-vm": sleeps,
  postmigrate: ["postmigrate asleep"],
  colo: ["colo asleep"],
  shutdown: [],
};

/**
 * Where QEMU sends RESUME, and only then finds that there is no transition to
 * `suspended`, and aborts: seen on 10.0.13, when a machine that was asleep is
 * continued after its migration. The table of transitions of 9.2.1 and 10.2.2
 * lacks the one from `colo` as well.
 */
export const resumeAborts: readonly Standing[] = [
  "colo asleep",
  "postmigrate asleep",
];

const anew: readonly Standing[] = ["prelaunch"];

/** RESET. */
export const reset: After = {
  colo: ["colo"],
  debug: anew,
  "finish-migrate": anew,
  "guest-panicked": anew,
  inmigrate: ["inmigrate"],
  "internal-error": anew,
  "io-error": anew,
  paused: anew,
  postmigrate: anew,
  preconfig: [],
  prelaunch: anew,
  "restore-vm": anew,
  running: runs,
  // QEMU sends RESET, and only then finds that there is no such transition and
  // aborts: seen on 7.2.22 and 10.0.13, when a machine is reset during a dump.
  "save-vm": ["save-vm"],
  shutdown: anew,
  suspended: anew,
  watchdog: anew,
};

/** RESET of which it is not said whether anybody asked for it: if nobody did, the machine stays where it was. */
export const resetIfAsked: After = Object.fromEntries(
  Object.entries(reset).map(([state, after]) => [
    state,
    after.length === 0 ? [] : [...new Set([...after, state])],
  ]),
) as unknown as After;

/** RESET since QEMU 5.0: the last step of a migration goes on. */
export const resetSince5_0: After = {
  ...reset,
  "finish-migrate": ["finish-migrate"],
};
/** RESET since QEMU 7.1. */
export const resetSince7_1: After = { ...resetSince5_0, colo: anew };

/** RESET of a machine that was asleep when it was stopped: it forgets that. */
export const resetAsleep: AfterSleep = {
  colo: anew,
  "finish-migrate": ["finish-migrate"],
  paused: anew,
  postmigrate: anew,
  prelaunch: anew,
  "restore-vm": anew,
  "save-vm": ["save-vm"],
  shutdown: anew,
};

/** SUSPEND. */
export const suspend: After = {
  ...nowhere,
  debug: sleeps,
  inmigrate: sleeps,
  running: sleeps,
};

/** SUSPEND since QEMU 8.1. */
export const suspendSince8_1: After = { ...suspend, "finish-migrate": sleeps };

/** SUSPEND since QEMU 9.0. */
export const suspendSince9: After = {
  ...suspendSince8_1,
  paused: sleeps,
  prelaunch: sleeps,
  "restore-vm": sleeps,
  "save-vm": sleeps,
};

/**
 * WAKEUP. It comes a little after the machine woke up, and a STOP in between;
 * hence also in the states of a machine that ran.
 */
export const wakeup: After = {
  colo: ["colo"],
  debug: ["debug"],
  "finish-migrate": ["finish-migrate"],
  "guest-panicked": ["guest-panicked"],
  inmigrate: [],
  "internal-error": ["internal-error"],
  "io-error": ["io-error"],
  paused: ["paused"],
  postmigrate: ["postmigrate"],
  preconfig: [],
  prelaunch: [],
  "restore-vm": ["restore-vm"],
  running: runs,
  "save-vm": ["save-vm"],
  shutdown: ["shutdown"],
  suspended: runs,
  watchdog: ["watchdog"],
};

/** WAKEUP of a machine that was seen to sleep, and then to stop: a reset, too, may have come in between. */
export const wakeupAfterReset: After = {
  ...wakeup,
  prelaunch: ["prelaunch"],
};
