/**
 * The types of the editions against the facts: the tables below must agree
 * with the types to compile, and with the facts to pass.
 *
 * @module
 */

import { assert } from "chai";
import type * as v from "valibot";
import type { MemberTypes } from "../src/editions/definition.ts";
import { type Edition, edition } from "../src/editions/edition.ts";
import type {
  EditionName,
  EditionNames,
  GuestPanicInformation,
  KnownSchemas,
} from "../src/editions/known.ts";
import { editions, release } from "../src/editions/release.ts";
import { spansOf } from "../src/editions/since.ts";
import type { Suite } from "./suite.ts";

type Names<Name extends EditionName> = Record<EditionNames[Name], true>;

const names2_11: Names<"2.11"> = {
  RunState: true,
  StatusInfo: true,
  "query-status": true,
  SHUTDOWN: true,
  POWERDOWN: true,
  RESET: true,
  STOP: true,
  RESUME: true,
  SUSPEND: true,
  SUSPEND_DISK: true,
  WAKEUP: true,
  WATCHDOG: true,
  WatchdogAction: true,
  GUEST_PANICKED: true,
  GuestPanicAction: true,
  GuestPanicInformationType: true,
  GuestPanicInformation: true,
  GuestPanicInformationHyperV: true,
};
const names2_12: Names<"2.12"> = {
  ...names2_11,
  "watchdog-set-action": true,
  S390CrashReason: true,
  GuestPanicInformationS390: true,
};
const names4_0: Names<"4.0"> = { ...names2_12, ShutdownCause: true };
const names5_0: Names<"5.0"> = { ...names4_0, GUEST_CRASHLOADED: true };
const names5_2: Names<"5.2"> = {
  ...names5_0,
  MEMORY_FAILURE: true,
  MemoryFailureRecipient: true,
  MemoryFailureAction: true,
  MemoryFailureFlags: true,
};
const names6_0: Names<"6.0"> = {
  ...names5_2,
  RebootAction: true,
  ShutdownAction: true,
  PanicAction: true,
  "set-action": true,
};
const names7_2: Names<"7.2"> = { ...names6_0, NotifyVmexitOption: true };
const names9_1: Names<"9.1"> = { ...names7_2, GUEST_PVSHUTDOWN: true };
const names10_1: Names<"10.1"> = {
  ...names9_1,
  GuestPanicInformationTdx: true,
};
const namesMaster: Names<"master"> = {
  ...names10_1,
  GuestPanicInformationSev: true,
};

const names = {
  "2.11": names2_11,
  "2.12": names2_12,
  "3.0": names2_12,
  "3.1": names2_12,
  "4.0": names4_0,
  "4.1": names4_0,
  "4.2": names4_0,
  "5.0": names5_0,
  "5.1": names5_0,
  "5.2": names5_2,
  "seed": names6_0,
  "6.0": names6_0,
  "6.1": names6_0,
  "6.2": names6_0,
  "7.0": names6_0,
  "7.1": names6_0,
  "7.2": names7_2,
  "8.0": names7_2,
  "8.1": names7_2,
  "8.2": names7_2,
  "9.0": names7_2,
  "9.1": names9_1,
  "9.2": names9_1,
  "10.0": names9_1,
  "10.1": names10_1,
  "10.2": names10_1,
  "master": namesMaster,
};

type Same<One, Other> = [One, Other] extends [Other, One] ? true : false;
type Exact = {
  [Name in EditionName]: Same<keyof (typeof names)[Name], EditionNames[Name]>;
};
/** Compiles only if each edition has exactly the names above. */
const exact = <Each extends Record<EditionName, true>>(each?: Each) => each;
exact<Exact>();

type EnumName = {
  [Name in keyof KnownSchemas]: KnownSchemas[Name] extends { options: unknown }
    ? Name
    : never;
}[keyof KnownSchemas];

type Values = {
  [Name in Exclude<EnumName, "GuestPanicInformation">]: Record<
    v.InferOutput<KnownSchemas[Name]>,
    true
  >;
};

const values: Values = {
  RunState: {
    debug: true,
    inmigrate: true,
    "internal-error": true,
    "io-error": true,
    paused: true,
    postmigrate: true,
    prelaunch: true,
    "finish-migrate": true,
    "restore-vm": true,
    running: true,
    "save-vm": true,
    shutdown: true,
    suspended: true,
    watchdog: true,
    "guest-panicked": true,
    colo: true,
    preconfig: true,
  },
  ShutdownCause: {
    none: true,
    "host-error": true,
    "host-qmp-quit": true,
    "host-qmp-system-reset": true,
    "host-signal": true,
    "host-ui": true,
    "guest-shutdown": true,
    "guest-reset": true,
    "guest-panic": true,
    "subsystem-reset": true,
    "snapshot-load": true,
  },
  WatchdogAction: {
    reset: true,
    shutdown: true,
    poweroff: true,
    pause: true,
    debug: true,
    none: true,
    "inject-nmi": true,
  },
  RebootAction: { none: true, reset: true, shutdown: true },
  ShutdownAction: { poweroff: true, pause: true },
  PanicAction: {
    poweroff: true,
    pause: true,
    shutdown: true,
    "exit-failure": true,
    none: true,
  },
  GuestPanicAction: { pause: true, poweroff: true, run: true },
  GuestPanicInformationType: {
    "hyper-v": true,
    s390: true,
    tdx: true,
    sev: true,
  },
  S390CrashReason: {
    unknown: true,
    "disabled-wait": true,
    "extint-loop": true,
    "pgmint-loop": true,
    "opint-loop": true,
  },
  MemoryFailureRecipient: { hypervisor: true, guest: true },
  MemoryFailureAction: { ignore: true, inject: true, fatal: true, reset: true },
  NotifyVmexitOption: { run: true, "internal-error": true, disable: true },
};

const branches: Record<GuestPanicInformation["type"], true> =
  values.GuestPanicInformationType;

/** How QAPI spells a type; any name for those that it defines itself. */
type Spelt<T> = [T] extends [boolean] ? "bool"
  : [T] extends [bigint] ? "uint64"
  : [T] extends [number] ? "uint32"
  : string extends T ? "str"
  : string;
type Members<T> = {
  [Key in keyof T]-?: object extends Pick<T, Key>
    ? `*${Spelt<Exclude<T[Key], undefined>>}`
    : Spelt<T[Key]>;
};
type Output<Name extends keyof KnownSchemas> = v.InferOutput<
  KnownSchemas[Name]
>;
type Arguments<Name extends "watchdog-set-action" | "set-action"> =
  v.InferOutput<KnownSchemas[Name]["data"]>;

const members: {
  StatusInfo: Members<Output<"StatusInfo">>;
  SHUTDOWN: Members<Output<"SHUTDOWN">["data"]>;
  RESET: Members<Output<"RESET">["data"]>;
  WATCHDOG: Members<Output<"WATCHDOG">["data"]>;
  GUEST_PANICKED: Members<Output<"GUEST_PANICKED">["data"]>;
  GUEST_CRASHLOADED: Members<Output<"GUEST_CRASHLOADED">["data"]>;
  MEMORY_FAILURE: Members<Output<"MEMORY_FAILURE">["data"]>;
  "watchdog-set-action": Members<Arguments<"watchdog-set-action">>;
  "set-action": Members<Arguments<"set-action">>;
  GuestPanicInformationHyperV: Members<Output<"GuestPanicInformationHyperV">>;
  GuestPanicInformationS390: Members<Output<"GuestPanicInformationS390">>;
  GuestPanicInformationTdx: Members<Output<"GuestPanicInformationTdx">>;
  GuestPanicInformationSev: Members<Output<"GuestPanicInformationSev">>;
  MemoryFailureFlags: Members<Output<"MemoryFailureFlags">>;
} = {
  StatusInfo: { running: "bool", singlestep: "*bool", status: "RunState" },
  SHUTDOWN: { guest: "bool", reason: "*ShutdownCause" },
  RESET: { guest: "bool", reason: "*ShutdownCause" },
  WATCHDOG: { action: "WatchdogAction" },
  GUEST_PANICKED: {
    action: "GuestPanicAction",
    info: "*GuestPanicInformation",
  },
  GUEST_CRASHLOADED: {
    action: "GuestPanicAction",
    info: "*GuestPanicInformation",
  },
  MEMORY_FAILURE: {
    recipient: "MemoryFailureRecipient",
    action: "MemoryFailureAction",
    flags: "MemoryFailureFlags",
  },
  "watchdog-set-action": { action: "WatchdogAction" },
  "set-action": {
    reboot: "*RebootAction",
    shutdown: "*ShutdownAction",
    panic: "*PanicAction",
    watchdog: "*WatchdogAction",
  },
  GuestPanicInformationHyperV: {
    arg1: "uint64",
    arg2: "uint64",
    arg3: "uint64",
    arg4: "uint64",
    arg5: "uint64",
  },
  GuestPanicInformationS390: {
    core: "uint32",
    "psw-mask": "uint64",
    "psw-addr": "uint64",
    reason: "S390CrashReason",
  },
  GuestPanicInformationTdx: {
    "error-code": "uint32",
    message: "str",
    gpa: "*uint64",
  },
  GuestPanicInformationSev: { set: "uint32", code: "uint32" },
  MemoryFailureFlags: { "action-required": "bool", recursive: "bool" },
};

/** A definition's members over all editions: optional where one has it optional or lacks it. */
function widest(name: string): MemberTypes {
  const having = editions.flatMap((each) => {
    const definition = release(each).definitions[name];
    return definition && "members" in definition ? [definition.members] : [];
  });
  const widened: Record<string, string> = {};
  for (const key of having.flatMap(Object.keys)) {
    const plain = key.replace("*", "");
    const required = having.every((each) => plain in each);
    const type = having.map((each) => each[key]).find((each) => each);
    widened[plain] = `${required ? "" : "*"}${type}`;
  }
  return widened;
}

function compileTime(some: Edition, event: Output<"SHUTDOWN">): void {
  // @ts-expect-error 5.1 has no MEMORY_FAILURE
  edition("5.1").schemas.MEMORY_FAILURE;
  edition("5.2").schemas.MEMORY_FAILURE.entries.data;
  // @ts-expect-error an edition that is not known yet may lack it
  some.schemas.MEMORY_FAILURE.entries;
  some.schemas.SHUTDOWN.entries.data;
  // @ts-expect-error no edition has it
  some.schemas.BLOCK_IO_ERROR;
  // @ts-expect-error no edition knows this cause
  const cause: typeof event.data.reason = "power-cut";
  const known: typeof event.data.reason = "snapshot-load";
  const version: string = "7.2.22";
  const general: Edition = edition(version);
  void [cause, known, general];
}

/** The tests of the types of `edition()`. */
export const editionTypesTests: Suite = {
  "edition() is typed with the exact names of each edition"() {
    assert.sameOrderedMembers(Object.keys(names), [...editions]);
    for (const [name, expected] of Object.entries(names)) {
      assert.sameMembers(
        Object.keys(edition(name).schemas),
        Object.keys(expected),
        name,
      );
    }
    assert.isFunction(compileTime);
  },

  "edition() is typed with the values that any release knows"() {
    for (const [name, expected] of Object.entries(values)) {
      assert.sameMembers(
        [...spansOf({ kind: "value", of: name }).keys()],
        Object.keys(expected),
        name,
      );
    }
    assert.sameMembers(
      [...spansOf({ kind: "enum" }).keys()],
      Object.keys(values),
    );
    assert.lengthOf(Object.keys(branches), 4);
  },

  "edition() is typed with the members that any release knows, optional where one lacks them"() {
    for (const [name, expected] of Object.entries(members)) {
      assert.deepEqual(widest(name), expected, name);
    }
    const withMembers = Object.keys(names["master"]).filter((name) =>
      Object.keys(widest(name)).length > 0
    );
    assert.sameMembers(Object.keys(members), withMembers);
  },
};
