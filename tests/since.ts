/**
 * Since when and until when a name is known, and which name was meant.
 *
 * @module
 */

import { assert } from "chai";
import { nearest, sameButForSpelling } from "../src/editions/nearest.ts";
import { editions, release } from "../src/editions/release.ts";
import {
  explain,
  type Span,
  spanOf,
  spansOf,
  type Subject,
} from "../src/editions/since.ts";
import type { Suite } from "./suite.ts";

function value(of: string, name: string): Subject {
  return { kind: "value", of, name };
}

const known: readonly [Subject, Span][] = [
  [value("ShutdownCause", "snapshot-load"), { since: "7.2" }],
  [value("ShutdownCause", "none"), { since: "4.0" }],
  [value("RunState", "running"), {}],
  [value("RunState", "preconfig"), { since: "3.0", until: "6.0" }],
  [value("PanicAction", "poweroff"), { since: "seed", until: "6.0" }],
  [value("PanicAction", "shutdown"), { since: "6.0" }],
  [{ kind: "member", of: "StatusInfo", name: "singlestep" }, { until: "9.0" }],
  [{ kind: "member", of: "SHUTDOWN", name: "reason" }, { since: "4.0" }],
  [{ kind: "member", of: "GUEST_PANICKED", name: "info" }, {}],
  [{ kind: "member", of: "GuestPanicInformation", name: "type" }, {}],
  [{ kind: "event", name: "GUEST_PVSHUTDOWN" }, { since: "9.1" }],
  [{ kind: "command", name: "set-action" }, { since: "6.0" }],
  [{ kind: "struct", name: "GuestPanicInformationSev" }, { since: "master" }],
];

/** The tests of `spanOf()`, `explain()` and `nearest()`. */
export const sinceTests: Suite = {
  "spanOf() tells the first edition that has a name and the first that lacks it again"() {
    for (const [subject, span] of known) {
      assert.deepEqual(spanOf(subject), span, subject.name);
    }
  },

  "spanOf() knows nothing of names that no edition has"() {
    const strangers: Subject[] = [
      { kind: "event", name: "BLOCK_IO_ERROR" },
      { kind: "event", name: "set-action" },
      { kind: "value", of: "RunState", name: "RUNNING" },
      { kind: "member", of: "RunState", name: "running" },
      { kind: "member", of: "constructor", name: "name" },
    ];
    for (const subject of strangers) {
      assert.isUndefined(spanOf(subject));
      assert.isUndefined(explain(subject, "7.2"));
    }
  },

  "spansOf() lists what any edition knows, and its spans have no holes"() {
    assert.lengthOf([...spansOf({ kind: "event" }).keys()], 13);
    assert.deepEqual([...spansOf({ kind: "command" }).keys()], [
      "query-status",
      "watchdog-set-action",
      "set-action",
    ]);
    const releases = editions.filter((name) => !/^[sm]/.test(name));
    for (const name of spansOf({ kind: "value", of: "PanicAction" }).keys()) {
      const having = releases.map((each) => {
        const definition = release(each).definitions["PanicAction"];
        return definition?.kind === "enum" && definition.values.includes(name);
      });
      assert.notInclude(String(having), "true,false,true");
    }
    assert.equal(spansOf({ kind: "value", of: "nothing" }).size, 0);
  },

  "explain() says since when a name is known that the edition lacks"() {
    assert.equal(
      explain(value("ShutdownCause", "snapshot-load"), "6.0"),
      '"snapshot-load" is a ShutdownCause since QEMU 7.2 (edition 6.0)',
    );
    assert.equal(
      explain({ kind: "member", of: "RESET", name: "reason" }, "3.1"),
      '"reason" is a member of RESET since QEMU 4.0 (edition 3.1)',
    );
    assert.equal(
      explain({ kind: "event", name: "MEMORY_FAILURE" }, "5.1"),
      '"MEMORY_FAILURE" is an event since QEMU 5.2 (edition 5.1)',
    );
    assert.equal(
      explain({ kind: "command", name: "set-action" }, "5.2"),
      '"set-action" is a command since QEMU 6.0 (edition 5.2)',
    );
    assert.equal(
      explain(value("GuestPanicInformationType", "sev"), "10.2"),
      '"sev" is a GuestPanicInformationType since QEMU 10.2.50 (edition 10.2)',
    );
  },

  "explain() says when a name went"() {
    assert.equal(
      explain({ kind: "member", of: "StatusInfo", name: "singlestep" }, "9.2"),
      '"singlestep" is gone since QEMU 9.0',
    );
    for (const edition of ["seed", "6.0", "master"]) {
      assert.equal(
        explain(value("RunState", "preconfig"), edition),
        '"preconfig" is gone since QEMU 6.0',
      );
    }
    assert.equal(
      explain(value("RunState", "preconfig"), "2.12"),
      '"preconfig" is a RunState since QEMU 3.0 (edition 2.12)',
    );
  },

  "explain() says what only the seed has"() {
    for (const edition of ["5.2", "6.0", "10.2"]) {
      assert.equal(
        explain(value("PanicAction", "poweroff"), edition),
        `"poweroff" is a PanicAction of the seed alone (edition ${edition})`,
      );
    }
  },

  "explain() says nothing of a name that went nowhere"() {
    assert.isUndefined(explain(value("RunState", "running"), "7.2"));
  },

  "nearest() finds the name that was meant"() {
    const names = ["guest-shutdown", "guest-reset", "guest-panic", "pause"];
    const meant = {
      "GUEST_PANIC": "guest-panic",
      "guest-panick": "guest-panic",
      "gust-reset": "guest-reset",
      "guset-shutdown": "guest-shutdown",
      "puase": "pause",
      "paused": "pause",
    };
    for (const [written, name] of Object.entries(meant)) {
      assert.equal(nearest(written, names), name, written);
    }
  },

  "nearest() finds nothing where nothing is near, however long the name"() {
    assert.isUndefined(nearest("reboot", ["pause", "run"]));
    assert.isUndefined(nearest("x", ["y"]));
    assert.isUndefined(nearest("", ["run"]));
    assert.isUndefined(nearest("pause".repeat(1_000_000), ["pause"]));
  },

  "sameButForSpelling() minds neither case nor _ for -"() {
    assert.isTrue(sameButForSpelling("Set_Action", "set-action"));
    assert.isTrue(sameButForSpelling("guest-panicked", "GUEST_PANICKED"));
    assert.isFalse(sameButForSpelling("setaction", "set-action"));
  },
};
