/** The envelope: what every monitor says and hears, and how it is judged. */

import { assert } from "chai";
import * as v from "valibot";
import {
  Command,
  ErrorReply,
  Event,
  Greeting,
  isRunStateCommand,
  isRunStateEvent,
  kindOf,
  Message,
  Return,
  Timestamp,
  VersionTriple,
} from "@qmp/run-state";
import type { Suite } from "./suite.ts";

const timestamp = { seconds: 1267061043, microseconds: 959568 };
const triple = { major: 7, minor: 2, micro: 22 };

function pathsOf(schema: v.GenericSchema, value: unknown): (string | null)[] {
  return (v.safeParse(schema, value).issues ?? []).map((issue) =>
    v.getDotPath(issue)
  );
}

/** Tests of the envelope. */
export const qmpTests: Suite = {
  "Greeting takes the nested, the flat and the version-less form": () => {
    for (
      const QMP of [
        { version: { qemu: triple, package: "Debian" }, capabilities: ["oob"] },
        { version: { ...triple, package: "" }, capabilities: [] },
        { capabilities: [] },
      ]
    ) {
      assert.deepEqual(v.parse(Greeting, { QMP }), { QMP } as Greeting);
    }
  },

  "Greeting names what is wrong in it": () => {
    assert.deepEqual(pathsOf(Greeting as v.GenericSchema, { QMP: {} }), [
      "QMP.capabilities",
    ]);
    assert.deepEqual(
      pathsOf(Greeting as v.GenericSchema, {
        QMP: {
          version: { qemu: { major: 7, minor: "2" }, package: "" },
          capabilities: [1],
        },
      }),
      [
        "QMP.version.qemu.minor",
        "QMP.version.qemu.micro",
        "QMP.capabilities.0",
      ],
    );
  },

  "VersionTriple takes integers from 0 alone": () => {
    for (const major of [0, 7, 100]) {
      assert.isTrue(v.is(VersionTriple, { ...triple, major }));
    }
    for (const wrong of [-1, 7.5, NaN, 2 ** 53, 7n, "7", null]) {
      for (const member of ["major", "minor", "micro"]) {
        assert.deepEqual(
          pathsOf(VersionTriple as v.GenericSchema, {
            ...triple,
            [member]: wrong,
          }),
          [member],
        );
      }
    }
    const greeting = (minor: number) => ({
      QMP: {
        version: { qemu: { ...triple, minor }, package: "" },
        capabilities: [],
      },
    });
    assert.isTrue(v.is(Greeting, greeting(2)));
    assert.isFalse(v.is(Greeting, greeting(-2)));
  },

  "Command takes execute and exec-oob, any id, and nothing it does not know":
    () => {
      const paths = (value: unknown) =>
        pathsOf(Command as v.GenericSchema, value);
      for (const id of [null, 0, "x", false, [1], { a: 1n }, 2n ** 64n]) {
        assert.deepEqual(paths({ execute: "stop", id }), []);
        assert.deepEqual(paths({ "exec-oob": "migrate-pause", id }), []);
      }
      assert.deepEqual(paths({ execute: "stop", arguments: {} }), []);
      assert.deepEqual(paths({ execute: "stop", arguments: [] }), [
        "arguments",
      ]);
      assert.deepEqual(paths({ execute: "stop", arguments: null }), [
        "arguments",
      ]);
      assert.deepEqual(paths({ execute: "stop", extra: 1 }), ["extra"]);
      assert.deepEqual(paths({ execute: 1 }), ["execute"]);
      assert.deepEqual(paths({ arguments: {} }), ["execute"]);
      assert.deepEqual(paths({ execute: "a", "exec-oob": "b" }), ["exec-oob"]);
      assert.deepEqual(paths({ execute: "stop", id: undefined }), ["id"]);
      assert.deepEqual(paths({ execute: "stop", id: NaN }), ["id"]);
    },

  "Return takes any JSON value": () => {
    for (const value of [{}, [], 0, "", false, null, "OK", 2n ** 63n]) {
      assert.isTrue(v.is(Return, { return: value }), String(value));
    }
    assert.isFalse(v.is(Return, { id: 1 }));
    assert.deepEqual(v.parse(Return, { return: {}, more: 1 }), { return: {} });
  },

  "ErrorReply takes any class, and the data of old": () => {
    const error = { class: "SomethingElse", desc: "no", data: { a: [1] } };
    assert.deepEqual(v.parse(ErrorReply, { error, id: null }), {
      error,
      id: null,
    });
    assert.deepEqual(
      pathsOf(ErrorReply as v.GenericSchema, { error: { class: 1 } }),
      ["error.class", "error.desc"],
    );
  },

  "Event takes what run-state does not have": () => {
    assert.isTrue(v.is(Event, { event: "RTC_CHANGE", data: {}, timestamp }));
    assert.deepEqual(pathsOf(Event, { event: "X", data: [], timestamp: {} }), [
      "data",
      "timestamp.seconds",
      "timestamp.microseconds",
    ]);
  },

  "Message reads run-state's own messages by their own schemas, all others by the envelope":
    () => {
      const paths = (value: unknown) => pathsOf(Message, value);
      assert.deepEqual(paths({ event: "RESET", data: {}, timestamp }), [
        "data.guest",
        "data.reason",
      ]);
      assert.deepEqual(paths({ event: "OTHER", data: {}, timestamp }), []);
      assert.deepEqual(
        paths({ execute: "query-status", arguments: { x: 1 } }),
        ["arguments.x"],
      );
      assert.deepEqual(paths({ execute: "other", arguments: { x: 1 } }), []);
      assert.deepEqual(paths({ return: 1 }), []);
      assert.deepEqual(paths({ event: "toString", timestamp }), []);
      assert.deepEqual(paths({ event: "StatusInfo", timestamp }), []);
      assert.lengthOf(paths([1]), 1);
      assert.lengthOf(paths({ return: {}, error: {} }), 1);
    },

  "kindOf() goes by the member that only one kind has": () => {
    assert.strictEqual(kindOf({ QMP: {} }), "greeting");
    assert.strictEqual(kindOf({ execute: "x" }), "command");
    assert.strictEqual(kindOf({ "exec-oob": "x" }), "command");
    assert.strictEqual(kindOf({ execute: "x", "exec-oob": "y" }), "command");
    assert.strictEqual(kindOf({ return: null }), "return");
    assert.strictEqual(kindOf({ error: {} }), "error");
    assert.strictEqual(kindOf({ event: "x", data: {} }), "event");
    for (
      const value of [null, 1, "x", [], {}, { id: 1 }, {
        execute: "x",
        return: 1,
      }]
    ) {
      assert.isUndefined(kindOf(value), JSON.stringify(value));
    }
  },

  "Timestamp lets Valibot pick of its struct"() {
    const Seconds = v.pick(Timestamp.pipe[0], ["seconds"]);
    assert.deepEqual(v.parse(Seconds, { seconds: 1 }), { seconds: 1 });
    assert.isFalse(v.is(Seconds, {}));
  },

  "isRunStateEvent() and isRunStateCommand() know the seed's names alone":
    () => {
      assert.isTrue(isRunStateEvent({ event: "STOP", timestamp }));
      assert.isFalse(isRunStateEvent({ event: "stop", timestamp }));
      assert.isFalse(isRunStateEvent({ event: "query-status", timestamp }));
      assert.isFalse(isRunStateEvent({ event: "constructor", timestamp }));
      assert.isTrue(isRunStateCommand({ execute: "set-action" }));
      assert.isFalse(isRunStateCommand({ execute: "STOP" }));
      assert.isFalse(isRunStateCommand({ "exec-oob": "query-status" }));
      assert.isFalse(isRunStateEvent(undefined));
      assert.isFalse(isRunStateCommand(undefined));
    },
};
