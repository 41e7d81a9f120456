/**
 * Why a machine stopped, by what was said around it.
 *
 * @module
 */

import type { RunState } from "../editions/known.ts";
import type { Entry } from "../replay/read.ts";
import type { JsonObject } from "../wire/json.ts";
import { shorten } from "../wire/quote.ts";
import { nameOf } from "./found.ts";
import { membersOf } from "./members.ts";
import { own } from "./own.ts";
import type { Cause, Link } from "./report.ts";

/** A message that may explain a stop. */
export interface Clue {
  /** The message. */
  readonly entry: Entry;
  /** When it passed. */
  readonly at: number | undefined;
  /** Whether QEMU held it back. */
  readonly isLate: boolean;
  /** What it is, for {@linkcode chainOf}: its name, and its action where that counts. */
  readonly key: string;
  /** Why the machine stops, if it does for this. */
  readonly cause: Cause;
  /** Whether the message does not say why itself. */
  readonly isGuess?: true;
  /** The run states that it leads to. */
  readonly leadsTo: readonly string[];
  /** Whether QEMU ends after it: at once, so that nothing more comes, or soon, unless it was told to live on. */
  readonly ends?: "at once" | "soon";
}

/** What a message means for a stop; nothing where it leads up to one without being the reason. */
type Meaning = Pick<Clue, "cause" | "isGuess" | "leadsTo" | "ends"> & {
  readonly action?: string;
};

const leadsUp: Meaning = { cause: "unknown", leadsTo: [] };

const shutdowns: ReadonlyMap<unknown, Cause> = new Map([
  ["host-error", "host-error"],
  ["host-qmp-quit", "host-quit"],
  ["host-qmp-system-reset", "host-reset"],
  ["host-signal", "host-signal"],
  ["host-ui", "host-ui"],
  ["guest-shutdown", "guest-shutdown"],
  ["guest-reset", "guest-reset"],
  ["guest-panic", "panic"],
]);

type Look = (data: JsonObject, earlier: readonly Clue[]) => Meaning;

const events: Readonly<Record<string, Look>> = {
  GUEST_PANICKED: ({ action }) =>
    action === "run"
      ? leadsUp
      : { cause: "panic", leadsTo: ["guest-panicked"] },
  GUEST_CRASHLOADED: () => leadsUp,
  WATCHDOG: ({ action }) => ({
    cause: "watchdog",
    action: typeof action === "string" ? action : "",
    leadsTo: action === "pause" ? ["watchdog"] : [],
    // Without a SHUTDOWN, as QEMU 7.2 does it.
    ...action === "poweroff" && { ends: "at once" },
  }),
  BLOCK_IO_ERROR: ({ action }) =>
    action === "stop" ? { cause: "io-error", leadsTo: ["io-error"] } : leadsUp,
  MEMORY_FAILURE: ({ action }) => ({
    cause: "memory-failure",
    leadsTo: [],
    ...action === "fatal" && { ends: "at once" },
  }),
  SUSPEND: () => ({ cause: "suspended", leadsTo: ["suspended"] }),
  SUSPEND_DISK: () => leadsUp,
  POWERDOWN: () => leadsUp,
  SHUTDOWN: ({ guest, reason }, earlier) => ({
    cause: reason === undefined
      ? withoutReason(guest, earlier)
      : shutdowns.get(reason) ?? "unknown",
    leadsTo: ["shutdown"],
    ends: "soon",
    ...reason === undefined && { isGuess: true },
  }),
  STOP: () => leadsUp,
};

/**
 * Before 4.0 SHUTDOWN had no reason, and before 2.10 it did not say either
 * whether it was the guest's doing, which a reset and a panic are too.
 */
function withoutReason(guest: unknown, earlier: readonly Clue[]): Cause {
  const wasSaid = (key: string) => earlier.some((clue) => clue.key === key);
  if (guest !== false) {
    if (wasSaid("GUEST_PANICKED")) return "panic";
    if (guest === true || wasSaid("POWERDOWN")) return "guest-shutdown";
  }
  return wasSaid("quit") ? "host-quit" : "unknown";
}

/**
 * With this capability on, `migrate` saves a snapshot of a machine that runs on,
 * and stops it for a moment only.
 */
const background = "background-snapshot";
const inBackground: Meaning = {
  cause: "snapshot",
  leadsTo: ["paused"],
  action: background,
};

const snapshot: Meaning = { cause: "snapshot", leadsTo: ["save-vm"] };
const loading: Meaning = { cause: "snapshot", leadsTo: ["restore-vm"] };

const commands: Readonly<Record<string, Meaning>> = {
  stop: { cause: "command", leadsTo: ["paused"] },
  migrate: {
    cause: "migration",
    leadsTo: ["finish-migrate", "postmigrate", "colo"],
  },
  savevm: snapshot,
  "snapshot-save": snapshot,
  "dump-guest-memory": snapshot,
  "xen-save-devices-state": snapshot,
  loadvm: loading,
  "snapshot-load": loading,
  quit: leadsUp,
  system_powerdown: leadsUp,
  system_reset: leadsUp,
  cont: leadsUp,
  system_wakeup: leadsUp,
};

/** What HMP knows by a shorter word, too. */
const shortFor: Readonly<Record<string, string>> = {
  c: "cont",
  q: "quit",
  s: "stop",
};

/** Which cause a run state speaks for by itself. */
const told: Readonly<Record<RunState, Cause>> = {
  preconfig: "unknown",
  prelaunch: "unknown",
  inmigrate: "migration",
  running: "unknown",
  paused: "unknown",
  shutdown: "unknown",
  suspended: "suspended",
  watchdog: "watchdog",
  "guest-panicked": "panic",
  "io-error": "io-error",
  "internal-error": "internal-error",
  debug: "debug",
  "finish-migrate": "migration",
  postmigrate: "migration",
  colo: "migration",
  "save-vm": "snapshot",
  "restore-vm": "snapshot",
};

/** What leads up to each cause, beside what is part of every chain. */
const leadingUp: Partial<Readonly<Record<Cause, readonly string[]>>> = {
  "guest-shutdown": [
    ...["system_powerdown", "POWERDOWN", "WATCHDOG shutdown", "SUSPEND_DISK"],
  ],
  "guest-reset": ["WATCHDOG reset"],
  "host-reset": ["system_reset"],
  panic: ["GUEST_CRASHLOADED", "GUEST_PANICKED"],
  watchdog: ["WATCHDOG pause", "WATCHDOG poweroff"],
  "io-error": ["BLOCK_IO_ERROR"],
  "memory-failure": ["MEMORY_FAILURE"],
  suspended: ["SUSPEND"],
  command: ["stop"],
  migration: ["migrate"],
  snapshot: [
    ...["savevm", "loadvm", "snapshot-save", "snapshot-load"],
    ...["dump-guest-memory", "xen-save-devices-state"],
    `migrate ${background}`,
  ],
};

const always = ["quit", "SHUTDOWN", "STOP"];

/** Which setting counts for which cause. */
const settingOf: Partial<Readonly<Record<Cause, string>>> = {
  watchdog: "watchdog",
  panic: "panic",
  "guest-reset": "reboot",
  "guest-shutdown": "shutdown",
};

/**
 * Makes a link of a message.
 *
 * @param entry The message.
 * @param at When it passed.
 * @param isLate Whether QEMU held it back.
 * @returns The link.
 */
export function linkOf(
  entry: Entry,
  at: number | undefined,
  isLate: boolean,
): Link {
  const { line, kind, state } = entry;
  const detail = state
    ? (state.from === undefined ? "" : `from=${state.from} `) + `to=${state.to}`
    : membersOf(entry);
  return {
    line,
    ...at !== undefined && { at },
    kind: kind ?? "state",
    name: own(shorten(state ? "runstate_set" : nameOf(entry) ?? "greeting")),
    detail: own(state ? shorten(detail) : detail),
    isLate,
  };
}

/**
 * Looks at what a message means for a stop.
 *
 * @param entry An event or a command.
 * @param at When it passed.
 * @param isLate Whether QEMU held it back.
 * @param earlier What was said since the machine last began to run.
 * @param settings The commands that set what QEMU does, by what they set.
 * @returns What it means; undefined where it means nothing.
 */
export function clueOf(
  entry: Entry,
  at: number | undefined,
  isLate: boolean,
  earlier: readonly Clue[],
  settings: ReadonlyMap<string, Link>,
): Clue | undefined {
  const data = dataOf(entry);
  let name = entry.name ?? "";
  let found: Meaning | undefined;
  if (entry.kind === "event") {
    found = Object.hasOwn(events, name)
      ? events[name]!(data, earlier)
      : undefined;
  } else {
    if (name === "human-monitor-command") {
      const [word = ""] = wordsIn(data);
      name = Object.hasOwn(shortFor, word) ? shortFor[word]! : word;
    }
    found = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (name === "migrate" && settings.has(background)) found = inBackground;
  }
  if (found === undefined) return undefined;
  const { action, ...rest } = found;
  // What lacks in a message that could not be read tells nothing.
  const isUnread = entry.message === undefined && rest.isGuess;
  const meaning = isUnread ? { ...rest, cause: "unknown" as const } : rest;
  const key = action === undefined ? name : `${name} ${action}`;
  return { entry, at, isLate, key, ...meaning };
}

function dataOf({ message }: Entry): JsonObject {
  const { data, arguments: given } = (message ?? {}) as {
    data?: JsonObject;
    arguments?: JsonObject;
  };
  return data ?? given ?? {};
}

/** The words of a line of HMP. */
function wordsIn({ "command-line": line }: JsonObject): readonly string[] {
  return typeof line === "string" ? line.match(/[\w-]+/g) ?? [] : [];
}

/**
 * Notes what a command sets of what QEMU does when something happens, or when it
 * is told to migrate.
 *
 * @param command The command, which QEMU obeyed.
 * @param settings Where to note it: `watchdog`, `panic`, `reboot`, `shutdown`,
 * and `background-snapshot` while that is on.
 */
export function noteSettings(
  command: Entry,
  settings: Map<string, Link>,
): void {
  const data = dataOf(command);
  for (const [name, isOn] of settingsIn(command, data)) {
    if (isOn) settings.set(name, linkOf(command, undefined, false));
    else settings.delete(name);
  }
}

function settingsIn(
  { name }: Entry,
  data: JsonObject,
): readonly (readonly [string, boolean])[] {
  switch (name) {
    case "watchdog-set-action":
      return [["watchdog", true]];
    case "set-action":
      return Object.keys(data).map((each) => [each, true]);
    case "migrate-set-capabilities": {
      const { capabilities } = data;
      const list = Array.isArray(capabilities) ? capabilities : [];
      return (list as readonly (JsonObject | null)[])
        .filter((each) => each?.["capability"] === background)
        .map((each) => [background, each?.["state"] === true]);
    }
    case "human-monitor-command": {
      const [word, what, state] = wordsIn(data);
      return word === "migrate_set_capability" && what === background
        ? [[background, state === "on"]]
        : [];
    }
    default:
      return [];
  }
}

/** Why a machine stopped. */
export interface Why {
  /** The reason. */
  readonly cause: Cause;
  /** Whether there is no other. */
  readonly isCertain: boolean;
}

/**
 * Finds out why a machine stopped.
 *
 * @param states Where it can stand.
 * @param clues What was said since it last began to run.
 * @returns The reason, `unknown` where nothing tells it.
 */
export function whyIn(states: readonly string[], clues: readonly Clue[]): Why {
  const clue = clues.findLast(({ leadsTo }) =>
    leadsTo.some((each) => states.includes(each))
  );
  if (clue !== undefined) {
    const { cause, isGuess = false, leadsTo } = clue;
    const isCertain = states.every((each) => leadsTo.includes(each)) &&
      cause !== "unknown" && !isGuess;
    return { cause, isCertain };
  }
  const causes = new Set(states.map((each) => told[each as RunState]));
  const [cause = "unknown"] = causes.size === 1 ? causes : [];
  return { cause, isCertain: cause !== "unknown" };
}

/**
 * Puts the messages that led to a stop in order.
 *
 * @param cause Why it stopped.
 * @param before What was said since it last began to run.
 * @param after What was said since it stopped: of QEMU's end, and what may
 * still explain the stop where nothing before it does.
 * @param settings The commands that set what QEMU does, by what they set.
 * @param teller The message that tells that it has stopped.
 * @returns The chain. What QEMU held back stands before the STOP that it caused.
 */
export function chainOf(
  cause: Cause,
  before: readonly Clue[],
  after: readonly Clue[],
  settings: ReadonlyMap<string, Link>,
  teller: Link,
): Link[] {
  const keys = [...leadingUp[cause] ?? [], ...always];
  const isLed = before.some((clue) => clue.cause === cause);
  const last = new Map<string, Clue>();
  const take = (clues: readonly Clue[], keys: readonly string[]) => {
    for (const clue of clues) {
      // The SHUTDOWN that ends QEMU may come after one of another cause.
      if (keys.includes(clue.key)) last.set(`${clue.key} ${clue.cause}`, clue);
    }
  };
  take(before, keys);
  take(after, isLed ? always : keys);
  const links = [...last.values()].map(({ entry, at, isLate }) =>
    linkOf(entry, at, isLate)
  );
  const set = last.has(`migrate ${background} snapshot`)
    ? background
    : settingOf[cause] ?? "";
  const setting = settings.get(set);
  if (setting !== undefined) links.push(setting);
  if (!links.some(({ line }) => line === teller.line)) links.push(teller);
  const place = ({ line, isLate }: Link) => isLate ? teller.line - 0.5 : line;
  return links.sort((a, b) => place(a) - place(b));
}
