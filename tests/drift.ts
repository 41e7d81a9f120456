/**
 * How QEMU's account of itself differs from an edition: that of QEMU 7.2, as it
 * was recorded and with something changed in it.
 *
 * @module
 */

import { type JsonObject, parseJson } from "@qmp/run-state";
import { drift, edition, editions } from "@qmp/run-state/editions";
import { assert } from "chai";

import { visibleChanges } from "./drift_changes.ts";
import type { Assets, Suite } from "./suite.ts";

/** What is told of one command, event or type; as loose as a test needs it. */
// deno-lint-ignore no-explicit-any -- a test changes it at will
type Info = Record<string, any>;

function reply({ fixtures }: Assets): JsonObject {
  const bytes = fixtures.get("schemas/qemu-7.2.22.json");
  return parseJson(new TextDecoder().decode(bytes)) as JsonObject;
}

/** The list with changes made to its definitions by name; to a definition's arguments or data where it is an event or a command. */
function changed(
  assets: Assets,
  edits: Readonly<Record<string, (info: Info, infos: Info[]) => void>>,
): JsonObject {
  const copy = reply(assets);
  const infos = copy["return"] as Info[];
  for (const [name, edit] of Object.entries(edits)) {
    edit(infos.find((info) => info["name"] === name)!, infos);
  }
  return copy;
}

/** What an event or a command is made of. */
function dataOf(info: Info, infos: Info[]): Info {
  return infos.find(({ name }) => name === info["arg-type"])!;
}

function memberOf(info: Info, name: string): Info {
  return info["members"].find((member: Info) => member["name"] === name);
}

function told(assets: Assets, edits: Parameters<typeof changed>[1]): string[] {
  return drift(changed(assets, edits), edition("7.2")).changes
    .map(({ message }) => message);
}

/** Tests of `drift()`. */
export const driftTests: Suite = {
  "drift() finds nothing between QEMU 7.2.22 and its edition"(assets) {
    const { changes, edition: name } = drift(reply(assets), edition("7.2.22"));
    assert.deepEqual(changes, []);
    assert.equal(name, "7.2");
  },

  "drift() finds against each edition what changed up to 7.2, as far as QEMU tells it"(
    assets,
  ) {
    for (const name of editions) {
      const { changes } = drift(reply(assets), edition(name));
      assert.sameDeepMembers([...changes], visibleChanges(name, "7.2"), name);
    }
  },

  "drift() names what 6.0 and 9.1 have otherwise"(assets) {
    const messages = (name: string) =>
      drift(reply(assets), edition(name)).changes.map(({ message }) => message);
    assert.deepEqual(messages("6.0"), [
      'ShutdownCause gains value "snapshot-load"',
      'PanicAction gains value "exit-failure"',
    ]);
    assert.deepEqual(messages("9.1"), [
      'StatusInfo gains member "singlestep"',
      "event GUEST_PVSHUTDOWN is gone",
    ]);
  },

  "drift() says that integer widths cannot be seen"(assets) {
    const { unseen } = drift(reply(assets), edition("7.2"));
    assert.match(unseen, /^integer widths cannot be seen there: /);
  },

  "drift() sees commands, events, members and values that are new or missing"(
    assets,
  ) {
    assert.deepEqual(
      told(assets, {
        STOP: (info, infos) => infos.splice(infos.indexOf(info), 1),
        RESUME: (info) => info["name"] = "GUEST_PVSHUTDOWN",
        "set-action": (info, infos) =>
          dataOf(info, infos)["members"].push({
            name: "dump",
            type: "bool",
            default: null,
          }),
        WATCHDOG: (info, infos) => {
          const { type } = memberOf(dataOf(info, infos), "action");
          const enumeration = infos.find(({ name }) => name === type)!;
          enumeration["members"] = [
            ...enumeration["members"].slice(1),
            { name: "restart" },
          ];
        },
        MEMORY_FAILURE: (info, infos) => dataOf(info, infos)["members"].pop(),
      }),
      [
        "event STOP is gone",
        "event RESUME is gone",
        'WatchdogAction loses value "reset"',
        'WatchdogAction gains value "restart"',
        'set-action gains member "dump"',
        'MEMORY_FAILURE loses member "flags"',
        "struct MemoryFailureFlags is gone",
        "event GUEST_PVSHUTDOWN is new",
      ],
    );
  },

  "drift() sees what may be absent, what is of another type, and what is deprecated"(
    assets,
  ) {
    assert.deepEqual(
      told(assets, {
        SHUTDOWN: (info, infos) =>
          memberOf(dataOf(info, infos), "reason")["default"] = null,
        RESET: (info, infos) =>
          memberOf(dataOf(info, infos), "guest")["type"] = "int",
        "watchdog-set-action": (info) => info["ret-type"] = "2",
        "query-status": (info, infos) =>
          memberOf(
            infos.find(({ name }) => name === info["ret-type"])!,
            "singlestep",
          )["features"] = ["deprecated"],
      }),
      [
        'StatusInfo deprecates member "singlestep"',
        'SHUTDOWN has "*reason: ShutdownCause" where it had "reason: ShutdownCause"',
        'RESET has "guest: int" where it had "guest: bool"',
        "watchdog-set-action returns object 2 where it returned nothing",
      ],
    );
  },

  "drift() sees a new branch of a union, and one that is gone"(assets) {
    assert.deepEqual(
      told(assets, {
        GUEST_PANICKED: (info, infos) => {
          const { type } = memberOf(dataOf(info, infos), "info");
          const union = infos.find(({ name }) => name === type)!;
          const [, s390] = union["variants"];
          union["variants"] = [s390, { case: "tdx", type: "272" }];
          infos.find(({ name }) =>
            name === memberOf(union, "type")["type"]
          )!["members"].push({ name: "tdx" });
        },
      }).filter((message) => !message.includes("MemoryFailureFlags")),
      [
        'GuestPanicInformationType gains value "tdx"',
        'GuestPanicInformation loses branch "hyper-v"',
        'GuestPanicInformation gains branch "tdx"',
        "struct GuestPanicInformationHyperV is gone",
        "struct GuestPanicInformationTdx is new",
      ],
    );
  },

  "drift() tells two types apart that an edition takes for one"(assets) {
    assert.deepEqual(
      told(assets, {
        RESET: (info, infos) =>
          memberOf(dataOf(info, infos), "reason")["type"] = "264",
      }),
      ['RESET has "reason: enum 264" where it had "reason: ShutdownCause"'],
    );
  },

  "drift() takes the values of QEMU before 6.2, which has no members of enumerations, and those of one without values"(
    assets,
  ) {
    for (const key of ["members", "values"]) {
      const copy = reply(assets);
      for (const info of copy["return"] as Info[]) {
        if (info["meta-type"] === "enum") delete info[key];
      }
      assert.deepEqual(drift(copy, edition("7.2")).changes, [], key);
    }
  },

  "drift() takes what the command returns as well as the whole reply"(assets) {
    const { return: infos } = reply(assets);
    assert.deepEqual(
      drift(infos!, edition("6.0")),
      drift(reply(assets), edition("6.0")),
    );
  },

  "drift() passes over what is not run-state's"(assets) {
    const copy = changed(assets, {
      STOP: (_, infos) =>
        infos.push(
          { name: "STOPPED", "meta-type": "event", "arg-type": "0" },
          { name: "700", "meta-type": "array", "element-type": "int" },
          { name: "701", "meta-type": "alternate", members: [{ type: "int" }] },
        ),
    });
    assert.deepEqual(drift(copy, edition("7.2")).changes, []);
  },

  "drift() throws a TypeError for any other reply, and for one that lacks a type"(
    assets,
  ) {
    const none =
      "Cannot read the reply of query-qmp-schema: it is no list of what there is";
    for (const value of [null, 1, "", {}, { return: {} }, { return: [] }]) {
      assert.throws(() => drift(value, edition("7.2")), TypeError, none);
    }
    assert.throws(
      () => drift([{ name: "STOP" }], edition("7.2")),
      TypeError,
      /meta-type/,
    );
    const torn = changed(assets, {
      "263": (info, infos) => infos.splice(infos.indexOf(info), 1),
    });
    assert.throws(
      () => drift(torn, edition("7.2")),
      TypeError,
      'Cannot read the reply of query-qmp-schema: it lacks type "263"',
    );
  },
};
