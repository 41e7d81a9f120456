/**
 * The schemas that are built from the facts.
 *
 * @module
 */

import { assert } from "chai";
import * as v from "valibot";
import { type Edition, edition, editionFor } from "../src/editions/edition.ts";
import { eventOf } from "../src/editions/event.ts";
import { editions, release } from "../src/editions/release.ts";
import { read } from "../src/replay/read.ts";
import * as mirror from "../src/schema/run_state.ts";
import type { Suite } from "./suite.ts";

const timestamp = { seconds: 1267040730, microseconds: 682951 };
const s390 = {
  core: 0,
  "psw-mask": 562956395872256,
  "psw-addr": 18364758544493064720n,
  reason: "disabled-wait",
};
const flags = { "action-required": true, recursive: false };

/** One good value of each of the seed's definitions, by QAPI's name. */
const samples: Readonly<Record<string, unknown>> = {
  RunState: "guest-panicked",
  ShutdownCause: "subsystem-reset",
  StatusInfo: { running: true, singlestep: false, status: "running" },
  "query-status": { execute: "query-status", id: [null] },
  SHUTDOWN: {
    event: "SHUTDOWN",
    data: { guest: true, reason: "guest-panic" },
    timestamp,
  },
  POWERDOWN: { event: "POWERDOWN", timestamp },
  RESET: {
    event: "RESET",
    data: { guest: false, reason: "host-qmp-system-reset" },
    timestamp: { seconds: -1, microseconds: -1 },
  },
  STOP: { event: "STOP", timestamp },
  RESUME: { event: "RESUME", timestamp },
  SUSPEND: { event: "SUSPEND", timestamp },
  SUSPEND_DISK: { event: "SUSPEND_DISK", timestamp },
  WAKEUP: { event: "WAKEUP", timestamp },
  WATCHDOG: { event: "WATCHDOG", data: { action: "pause" }, timestamp },
  WatchdogAction: "inject-nmi",
  RebootAction: "none",
  ShutdownAction: "pause",
  PanicAction: "poweroff",
  "watchdog-set-action": {
    execute: "watchdog-set-action",
    arguments: { action: "none" },
  },
  "set-action": {
    execute: "set-action",
    arguments: { reboot: "shutdown", panic: "none" },
    id: "a",
  },
  GUEST_PANICKED: {
    event: "GUEST_PANICKED",
    data: { action: "pause", info: { type: "s390", ...s390 } },
    timestamp,
  },
  GUEST_CRASHLOADED: {
    event: "GUEST_CRASHLOADED",
    data: { action: "run" },
    timestamp,
  },
  GuestPanicAction: "run",
  GuestPanicInformationType: "hyper-v",
  GuestPanicInformation: {
    type: "hyper-v",
    arg1: 1,
    arg2: 2n,
    arg3: 0,
    arg4: 2n ** 64n - 1n,
    arg5: 5,
  },
  GuestPanicInformationHyperV: { arg1: 1, arg2: 2, arg3: 3, arg4: 4, arg5: 5 },
  S390CrashReason: "unknown",
  GuestPanicInformationS390: s390,
  MEMORY_FAILURE: {
    event: "MEMORY_FAILURE",
    data: { recipient: "guest", action: "reset", flags },
    timestamp,
  },
  MemoryFailureRecipient: "hypervisor",
  MemoryFailureAction: "fatal",
  MemoryFailureFlags: flags,
};

const strange: readonly unknown[] = [
  null,
  undefined,
  true,
  "",
  "none",
  "running",
  -1,
  -0,
  1.5,
  2 ** 32,
  2 ** 53,
  2n ** 64n,
  [],
  {},
];

/** The value with, at every place in turn, something strange, nothing, or a member too many. */
function* spoilt(value: unknown): Generator<unknown> {
  yield* strange;
  if (typeof value !== "object" || value === null) return;
  yield { ...value, "x-more": 1 };
  for (const [key, member] of Object.entries(value)) {
    const { [key as never]: _, ...rest } = value;
    yield rest;
    for (const other of spoilt(member)) yield { ...value, [key]: other };
  }
}

/** The mirror's schemas by QAPI's names. */
function mirrored(): Record<string, v.GenericSchema> {
  const schemas: Readonly<Record<string, v.GenericSchema>> = mirror;
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      "command" in schema ? String(schema.command) : name,
      schema,
    ]),
  );
}

/**
 * Asserts that two schemas are the same but for the closures which run them:
 * these the behaviour must compare. Functions that tell a kind of schema or
 * that test a value are compared by identity.
 */
function assertSame(built: unknown, expected: unknown, place: string): void {
  if (built === expected) return;
  assert.equal(typeof built, typeof expected, place);
  if (typeof built !== "object" || built === null) {
    return assert.strictEqual(built, expected, place);
  }
  const [one, other] = [built, expected] as Record<string, unknown>[];
  const keys = Object.keys(one ?? {});
  assert.deepEqual(keys, Object.keys(other ?? {}), place);
  for (const key of keys) {
    if (key === "~run" || key === "~standard") continue;
    assertSame(one?.[key], other?.[key], `${place}.${key}`);
  }
}

/** What a schema makes of a value, as data. */
function judged(schema: v.GenericSchema, value: unknown): unknown {
  const { success, output, issues } = v.safeParse(schema, value);
  return {
    success,
    output: success && output,
    issues: issues?.map((issue) => [
      v.getDotPath(issue),
      issue.kind,
      issue.type,
      issue.expected,
      issue.received,
      issue.message,
    ]),
  };
}

function schemaNamed({ schemas }: Edition, name: string): v.GenericSchema {
  return (schemas as Readonly<Record<string, v.GenericSchema>>)[
    name
  ] as v.GenericSchema;
}

/** The tests of `edition()`. */
export const editionTests: Suite = {
  "edition() builds for the seed exactly the schemas of the mirror"() {
    const built = edition("seed").schemas;
    const expected = mirrored();
    assert.sameMembers(Object.keys(built), Object.keys(expected));
    assert.lengthOf(Object.keys(built), 31);
    for (const name of Object.keys(expected)) {
      const schema = schemaNamed(edition("seed"), name);
      assert.notStrictEqual(schema, expected[name], name);
      assertSame(schema, expected[name], name);
    }
  },

  "edition() builds for the seed schemas that judge as those of the mirror"() {
    let [accepted, refused] = [0, 0];
    for (const [name, schema] of Object.entries(mirrored())) {
      const own = schemaNamed(edition("seed"), name);
      assert.isTrue(v.is(own, samples[name]), name);
      for (const value of [samples[name], ...spoilt(samples[name])]) {
        const expected = judged(schema, value);
        assert.deepEqual(judged(own, value), expected);
        v.is(schema, value) ? accepted++ : refused++;
      }
    }
    assert.isAbove(accepted, 100);
    assert.isAbove(refused, 1000);
  },

  "edition() gives the facts, and the schemas in QAPI's order"() {
    for (const name of editions) {
      const { definitions, transitions } = release(name);
      const made = edition(name);
      assert.strictEqual(made.definitions, definitions);
      assert.strictEqual(made.transitions, transitions);
      assert.deepEqual(Object.keys(made.schemas), Object.keys(definitions));
      assert.equal(made.name, name);
      assert.notProperty(made, "notice");
    }
  },

  "edition() follows what a release changed"() {
    const { schemas: now } = edition("10.1");
    const { schemas: old } = edition("2.11");
    const status = { running: true, status: "running" };
    assert.isTrue(v.is(now.StatusInfo, status));
    assert.isFalse(v.is(old.StatusInfo, status));
    assert.isTrue(
      v.is(old.SHUTDOWN, {
        event: "SHUTDOWN",
        data: { guest: true },
        timestamp,
      }),
    );
    assert.lengthOf(old.GuestPanicInformation.options, 1);
    const info = {
      type: "tdx",
      "error-code": 7,
      message: "out of luck",
      gpa: 2n ** 64n - 1n,
    };
    assert.deepEqual(v.parse(now.GuestPanicInformation, info), info);
    assert.isTrue(
      v.is(now["set-action"], {
        execute: "set-action",
        arguments: { reboot: "reset", panic: "exit-failure" },
      }),
    );
    assert.isFalse(v.is(edition("seed").schemas.RebootAction, "reset"));
    assert.isTrue(edition("3.0").schemas["query-status"].allowPreconfig);
    assert.isFalse(old["query-status"].allowPreconfig);
  },

  "edition() keeps out of 6.0 what came with 7.2"() {
    assert.isTrue(v.is(edition("7.2").schemas.ShutdownCause, "snapshot-load"));
    assert.isFalse(v.is(edition("6.0").schemas.ShutdownCause, "snapshot-load"));
  },

  "edition() builds once, whatever led to it, and says what is odd about a version"() {
    const { schemas } = edition("9.1");
    assert.strictEqual(edition("9.1"), edition("9.1.3"));
    const early = edition({
      QMP: { version: { qemu: { major: 9, minor: 0, micro: 92 } } },
    });
    assert.strictEqual(early.schemas, schemas);
    assert.equal(early.notice?.code, "IN_THE_MAKING");
    assert.equal(edition("12.0").notice?.code, "NEWER_THAN_KNOWN");
    assert.equal(edition("12.0").name, "master");
  },

  "edition() throws for what is older than 2.11 and for rubbish"() {
    assert.throws(
      () => edition("2.10.2"),
      RangeError,
      'Cannot find an edition for QEMU "2.10.2": the oldest one known is 2.11',
    );
    assert.throws(
      () => edition("latest"),
      RangeError,
      'Cannot read "latest" as a QEMU version: it should look like "7.2.22"',
    );
    assert.throws(() => edition({ QMP: {} }), RangeError, "greeting");
    // As plain JavaScript may write it: 7.10 would be 7.1.
    assert.throws(
      () => edition(7.2 as never),
      RangeError,
      'Cannot read 7.2 as a QEMU version: it should look like "7.2.22"',
    );
    assert.throws(
      () => release(edition("7.2") as never),
      RangeError,
      "Cannot find edition an object: none has that name",
    );
  },

  "editionFor() gives what edition() gives, where that gives anything"() {
    for (const name of [...editions, "7.2.22"]) {
      assert.strictEqual(editionFor(name), edition(name));
    }
    assert.deepEqual(editionFor("9.0.50"), edition("9.0.50"));
  },

  "editionFor() gives 2.11 for what is older and for rubbish, and says so"() {
    for (const version of ["1.5.3", "latest", "", { QMP: {} }]) {
      const { name, notice } = editionFor(version);
      assert.equal(name, "2.11");
      assert.equal(notice?.code, "OLDER_THAN_KNOWN");
    }
  },

  "read() says what is odd about the version that its edition was chosen for"() {
    const message = { event: "SHUTDOWN", timestamp };
    const records = [{ line: 1, offset: 0, text: JSON.stringify(message) }];
    const old = read(records, { edition: editionFor("1.5.3") });
    assert.equal(old.edition, "2.11");
    assert.deepEqual(old.notices, [{
      code: "OLDER_THAN_KNOWN",
      severity: "notice",
      path: [],
      message:
        'Cannot find an edition for QEMU "1.5.3": the oldest one known is 2.11',
    }]);
    assert.deepEqual(old.entries[0]?.findings.map(({ severity }) => severity), [
      "notice",
    ]);
    const making = read(records, { edition: edition("9.0.50") });
    assert.equal(making.notices[0]?.code, "IN_THE_MAKING");
    const newer = read(records, { edition: edition("12.0") });
    assert.equal(newer.notices[0]?.code, "NEWER_THAN_KNOWN");
    assert.deepEqual(read(records, { edition: edition("7.2") }).notices, []);
    assert.deepEqual(read(records).notices, []);
  },

  "eventOf() gives the events that an edition has, and none that it forwards"() {
    const texts = [
      { event: "GUEST_PVSHUTDOWN", timestamp },
      { event: "STOP", timestamp },
      { event: "STOP", data: { why: 1 }, timestamp },
      { event: "RTC_CHANGE", data: { offset: 0 }, timestamp },
      { return: {} },
      { event: 1 },
    ];
    const records = texts.map((text, offset) => {
      return { line: 1, offset, text: JSON.stringify(text) };
    });
    const namesBy = (name: string) => {
      const release = edition(name);
      return read(records, { edition: release }).entries
        .map(({ message }) => eventOf(message, release)?.event);
    };
    const none = undefined;
    assert.deepEqual(namesBy("9.0"), [none, "STOP", none, none, none, none]);
    assert.deepEqual(namesBy("9.1"), [
      ...["GUEST_PVSHUTDOWN" as const, "STOP" as const],
      ...[none, none, none, none],
    ]);
  },
};
