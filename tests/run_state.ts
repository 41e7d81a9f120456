/** The mirror against the facts, and what its schemas take and refuse. */

import { assert } from "chai";
import * as v from "valibot";
import * as mirror from "@qmp/run-state";
import {
  GUEST_PANICKED,
  GuestPanicInformation,
  MEMORY_FAILURE,
  queryStatus,
  RESET,
  RunStateCommand,
  RunStateEvent,
  seed,
  setAction,
  SHUTDOWN,
  StatusInfo,
  STOP,
  uint32,
  uint64,
  watchdogSetAction,
} from "@qmp/run-state";
import type { Assets, Suite } from "./suite.ts";

/** A Valibot schema by the parts that tell it apart. */
interface Parts {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Parts>>;
  readonly options?: readonly (string | Parts)[];
  readonly literal?: string;
  readonly wrapped?: Parts;
  readonly key?: string;
  readonly command?: string;
  readonly data?: Parts;
  readonly returns?: Parts;
  readonly allowPreconfig?: boolean;
}

/** The facts of one release, as `fixtures/history` has them. */
interface Facts {
  readonly version: string;
  readonly definitions: Readonly<Record<string, unknown>>;
}

function factsOf(assets: Assets, version: string): Facts {
  const bytes = assets.fixtures.get("history/run-state-history.json");
  const { releases } = JSON.parse(new TextDecoder().decode(bytes)) as {
    releases: Facts[];
  };
  const facts = releases.find((release) => release.version === version);
  if (facts === undefined) throw new Error(`no facts of ${version}`);
  return facts;
}

const schemas = seed.schemas as unknown as Readonly<Record<string, Parts>>;

/** The name under which QAPI knows a member's schema. */
function typeName(schema: Parts): string {
  if (schema === uint32 as unknown) return "uint32";
  if (schema === uint64 as unknown) return "uint64";
  if (schema.type === "boolean") return "bool";
  const named = Object.entries(schemas).find(([, known]) => known === schema);
  return named?.[0] ?? `a nameless ${schema.type}`;
}

function membersOf(schema: Parts | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(schema?.entries ?? {}).map(([name, member]) =>
      member.type === "exact_optional"
        ? [`*${name}`, typeName(member.wrapped!)]
        : [name, typeName(member)]
    ),
  );
}

/** What a schema says of itself, in the shape of the facts. */
function definitionOf(schema: Parts): unknown {
  if (schema.type === "picklist") {
    return { kind: "enum", values: schema.options };
  }
  if (schema.command !== undefined) {
    const returns = typeName(schema.returns!);
    return {
      kind: "command",
      members: membersOf(schema.data),
      ...(schemas[returns] && { returns }),
      ...(schema.allowPreconfig && { "allow-preconfig": true }),
    };
  }
  if (schema.type === "variant") {
    const options = schema.options as readonly Parts[];
    const types = options.map((option) =>
      option.entries![schema.key!]!.literal
    );
    const [base] = Object.entries(schemas).find(([, { type, options }]) =>
      type === "picklist" && String(options) === String(types)
    )!;
    return {
      kind: "union",
      base: { [schema.key!]: base },
      discriminator: schema.key,
      branches: Object.fromEntries(options.map(({ entries }) => {
        const { [schema.key!]: tag, ...members } = entries!;
        const [struct] = Object.entries(schemas).find(([, known]) =>
          known.type === "object" &&
          JSON.stringify(membersOf(known)) ===
            JSON.stringify(membersOf({ type: "object", entries: members }))
        )!;
        return [tag!.literal, struct];
      })),
    };
  }
  return "event" in schema.entries!
    ? { kind: "event", members: membersOf(schema.entries["data"]) }
    : { kind: "struct", members: membersOf(schema) };
}

const timestamp = { seconds: 1267061043, microseconds: 959568 };
const s390 = {
  type: "s390",
  core: 0,
  "psw-mask": 562956395872256,
  "psw-addr": 18364758544493064720n,
  reason: "disabled-wait",
};

/** What a schema says of a value: `path: message` for each issue. */
function saysOf(schema: v.GenericSchema, value: unknown): string[] {
  return (v.safeParse(schema, value).issues ?? []).map((issue) =>
    `${v.getDotPath(issue)}: ${issue.message}`
  );
}

/** Tests of the mirror. */
export const runStateTests: Suite = {
  "seed equals the facts of its revision: every value, member, type, branch, command and event in order":
    (assets) => {
      const { definitions } = factsOf(assets, "seed");
      assert.sameMembers(Object.keys(schemas), Object.keys(definitions));
      for (const [name, facts] of Object.entries(definitions)) {
        assert.strictEqual(
          JSON.stringify(definitionOf(schemas[name]!)),
          JSON.stringify(facts),
          name,
        );
      }
    },

  "seed holds what the entry exports, by QAPI's names": () => {
    const exported = mirror as unknown as Record<string, unknown>;
    const commands: Record<string, string> = {
      "query-status": "queryStatus",
      "watchdog-set-action": "watchdogSetAction",
      "set-action": "setAction",
    };
    assert.lengthOf(Object.keys(schemas), 31);
    for (const [name, schema] of Object.entries(schemas)) {
      assert.strictEqual(exported[commands[name] ?? name], schema, name);
    }
  },

  "RunStateEvent has the 12 events and RunStateCommand the 3 commands of the seed":
    (assets) => {
      const { definitions } = factsOf(assets, "seed");
      const names = (kind: string) =>
        Object.entries(definitions)
          .filter(([, facts]) => (facts as { kind: string }).kind === kind)
          .map(([name]) => name);
      assert.sameMembers(
        RunStateEvent.options.map((option) => option.entries.event.literal),
        names("event"),
      );
      assert.sameMembers(
        RunStateCommand.options.map((option) => option.command),
        names("command"),
      );
    },

  "uint32 takes 0 to 4294967295, counts -0 as 0, and refuses the rest with one issue":
    () => {
      assert.strictEqual(v.parse(uint32, 4294967295), 4294967295);
      assert.isTrue(Object.is(v.parse(uint32, -0), 0));
      for (
        const value of [
          -1,
          4294967296,
          1.5,
          -1.5,
          NaN,
          Infinity,
          "1",
          null,
          1n,
          [],
          {},
          true,
        ]
      ) {
        assert.lengthOf(saysOf(uint32, value), 1, String(value));
      }
    },

  "uint64 takes a bigint or a safe integer and gives a bigint": () => {
    assert.strictEqual(v.parse(uint64, 0), 0n);
    assert.strictEqual(v.parse(uint64, -0), 0n);
    assert.strictEqual(v.parse(uint64, 2 ** 53 - 1), 9007199254740991n);
    assert.strictEqual(v.parse(uint64, 2n ** 64n - 1n), 18446744073709551615n);
    for (
      const value of [
        -1,
        -1n,
        2n ** 64n,
        1.5,
        NaN,
        Infinity,
        "1",
        null,
        [],
        {},
        true,
      ]
    ) {
      assert.lengthOf(saysOf(uint64, value), 1, String(value));
    }
  },

  "uint64 says of a number beyond 2^53 why it is refused and what to use":
    () => {
      const [said, ...more] = saysOf(GuestPanicInformation, {
        ...s390,
        "psw-addr": 18364758544493064720,
      });
      assert.lengthOf(more, 0);
      assert.match(
        said!,
        /^psw-addr: .*lost digits before it came here.*parseJson\(\).*bigint$/,
      );
    },

  "Timestamp takes microseconds from 0 to 999999, or -1 in both members":
    () => {
      const says = (seconds: unknown, microseconds: unknown) =>
        saysOf(mirror.Timestamp, { seconds, microseconds })
          .map((said) => said.split(":")[0]);
      assert.deepEqual(says(0, 0), []);
      assert.deepEqual(says(1, 999999), []);
      assert.deepEqual(says(-1, -1), []);
      assert.deepEqual(says(-1, 5), []);
      assert.deepEqual(says(1, 1000000), ["microseconds"]);
      assert.deepEqual(says(0, -1), ["microseconds"]);
      assert.deepEqual(says(-2, -2), ["microseconds"]);
      assert.deepEqual(says(0.5, 0), ["seconds"]);
      assert.deepEqual(says("0", 0), ["seconds"]);
    },

  "Timestamp says of a lone -1 that it received that, and where it is": () => {
    const time = { seconds: 0, microseconds: -1 };
    const [issue, ...more] = v.safeParse(STOP, {
      event: "STOP",
      timestamp: time,
    }).issues!;
    assert.lengthOf(more, 0);
    assert.deepInclude(issue, {
      kind: "validation",
      input: -1,
      expected: "integer from 0 to 999999",
      received: "-1",
    });
    const [, within] = issue!.path!;
    assert.deepEqual<unknown>(within, {
      type: "object",
      origin: "value",
      input: time,
      key: "microseconds",
      value: -1,
    });
    assert.strictEqual(v.getDotPath(issue!), "timestamp.microseconds");
  },

  "StatusInfo drops the members it does not know and names the ones it lacks":
    () => {
      const status = { running: true, singlestep: false, status: "running" };
      assert.deepEqual(v.parse(StatusInfo, { ...status, more: 1 }), status);
      assert.deepEqual(
        saysOf(StatusInfo, {}).map((said) => said.split(":")[0]),
        ["running", "singlestep", "status"],
      );
    },

  "StatusInfo and the other objects refuse an array": () => {
    assert.deepEqual(saysOf(STOP, []), [
      "null: Invalid type: Expected Object but received Array",
    ]);
    assert.lengthOf(saysOf(GuestPanicInformation, []), 1);
    assert.lengthOf(
      saysOf(setAction, { execute: "set-action", arguments: [] }),
      1,
    );
  },

  "GUEST_PANICKED gives its registers as bigints": () => {
    const event = v.parse(GUEST_PANICKED, {
      event: "GUEST_PANICKED",
      data: { action: "pause", info: s390 },
      timestamp,
    });
    assert.deepEqual(event.data.info, {
      ...s390,
      "psw-mask": 562956395872256n,
    } as GuestPanicInformation);
  },

  "GuestPanicInformation refuses a branch's members in another branch": () => {
    const said = saysOf(GuestPanicInformation, { ...s390, type: "hyper-v" });
    assert.deepEqual(said.map((each) => each.split(":")[0]), [
      "arg1",
      "arg2",
      "arg3",
      "arg4",
      "arg5",
    ]);
    assert.deepEqual(
      saysOf(GuestPanicInformation, { ...s390, type: "tdx" })
        .map((each) => each.split(":")[0]),
      ["type"],
    );
  },

  "setAction is the schema of the whole message and refuses what it does not know":
    () => {
      const at = (message: unknown) =>
        saysOf(setAction, message).map((said) => said.split(":")[0]);
      assert.deepEqual(at({ execute: "set-action" }), []);
      assert.deepEqual(at({ execute: "set-action", id: null }), []);
      assert.deepEqual(
        at({ execute: "set-action", arguments: { reboot: "reset" } }),
        ["arguments.reboot"],
      );
      assert.deepEqual(
        at({ execute: "set-action", arguments: { rebot: "none" } }),
        ["arguments.rebot"],
      );
      assert.deepEqual(at({ execute: "set-action", argument: {} }), [
        "argument",
      ]);
      assert.deepEqual(at({ execute: "set_action" }), ["execute"]);
    },

  "watchdogSetAction must have its argument, queryStatus must have none":
    () => {
      assert.lengthOf(
        saysOf(watchdogSetAction, { execute: "watchdog-set-action" }),
        1,
      );
      assert.deepEqual(
        saysOf(watchdogSetAction, {
          execute: "watchdog-set-action",
          arguments: { action: "none" },
        }),
        [],
      );
      assert.deepEqual(
        saysOf(queryStatus, { execute: "query-status", arguments: {} }),
        [],
      );
      assert.lengthOf(
        saysOf(queryStatus, { execute: "query-status", arguments: { x: 1 } }),
        1,
      );
    },

  "queryStatus, watchdogSetAction and setAction have their parts beside":
    () => {
      assert.strictEqual(queryStatus.returns, StatusInfo as unknown);
      assert.isTrue(queryStatus.allowPreconfig);
      assert.isFalse(watchdogSetAction.allowPreconfig);
      assert.isTrue(setAction.allowPreconfig);
      assert.isTrue(v.is(watchdogSetAction.data, { action: "reset" }));
      assert.isTrue(v.is(setAction.returns, {}));
    },

  "schemas speak Standard Schema": async () => {
    const { version, vendor, validate } = SHUTDOWN["~standard"];
    assert.deepEqual([version, vendor], [1, "valibot"]);
    const good = await validate({
      event: "SHUTDOWN",
      data: { guest: true, reason: "guest-panic" },
      timestamp,
    });
    assert.notProperty(good, "issues");
    // Arrays are refused through this door as well.
    assert.property(await STOP["~standard"].validate([]), "issues");
    assert.property(
      await setAction["~standard"].validate({
        execute: "set-action",
        arguments: [],
      }),
      "issues",
    );
  },

  "schemas go into a union and a pick of the user's own": () => {
    const Mine = v.object({ event: v.literal("MINE"), n: v.number() });
    const Union = v.variant("event", [STOP, RESET, Mine]);
    assert.isTrue(v.is(Union, { event: "MINE", n: 1 }));
    assert.isTrue(v.is(Union, { event: "STOP", timestamp }));
    assert.isFalse(v.is(Union, { event: "RESUME", timestamp }));
    assert.deepEqual(
      v.parse(v.pick(StatusInfo, ["status"]), { status: "paused" }),
      { status: "paused" },
    );
    assert.isFalse(v.is(v.pick(StatusInfo, ["status"]), []));
  },

  "MEMORY_FAILURE names the flag that is missing": () => {
    const said = saysOf(MEMORY_FAILURE, {
      event: "MEMORY_FAILURE",
      data: {
        recipient: "hypervisor",
        action: "fatal",
        flags: { "action-required": false },
      },
      timestamp,
    });
    assert.deepEqual(said.map((each) => each.split(":")[0]), [
      "data.flags.recursive",
    ]);
  },
};
