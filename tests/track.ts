/**
 * The tracker: it follows every recorded trace without a fault, finds the one
 * message that cannot be where a trace is spoilt, and says what it does not
 * know.
 *
 * @module
 */

import { witness } from "@qmp/run-state/editions";
import {
  type Entry,
  rawSource,
  read,
  type Step,
  type TraceRecord,
  traceSource,
  tracker,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Assets, Suite } from "./suite.ts";

const encoder = new TextEncoder();

function entriesOf(trace: Uint8Array): readonly Entry[] {
  const source = traceSource();
  return read([...source.push(trace), ...source.end()]).entries;
}

function track(entries: readonly Entry[], edition = "7.2"): Step[] {
  const stage = tracker({ witness: witness(edition) });
  return [...stage.push(entries), ...stage.end()];
}

function* traces({ fixtures }: Assets): Generator<[string, Uint8Array]> {
  for (const [path, trace] of fixtures) {
    const name = /^traces\/(.*)\.jsonl$/.exec(path)?.[1];
    if (name !== undefined) yield [name, trace];
  }
}

function linesOf({ fixtures }: Assets, trace: string): string[] {
  const bytes = fixtures.get(`traces/${trace}.jsonl`);
  return new TextDecoder().decode(bytes).trimEnd().split("\n");
}

/** The lines on which a step has a finding, and what it is. */
function found(steps: readonly Step[]): string[] {
  return steps.flatMap(({ entry, findings }) =>
    findings.map(({ code }) => `${code} on line ${entry.line}`)
  );
}

function statusOf({ entry }: Step): string | undefined {
  return entry.kind === "return" && entry.answers?.name === "query-status"
    ? JSON.parse(entry.text).return.status
    : undefined;
}

/** Messages that a monitor sent, or with `->` in front that were sent to it. */
function talk(...texts: readonly string[]): readonly Entry[] {
  const lines = texts.map((text, index) =>
    JSON.stringify([
      index,
      text.startsWith("->") ? "->" : "<-",
      text.replace("->", "") + "\n",
    ]) + "\n"
  );
  return entriesOf(encoder.encode(
    '{"format": "qmp-trace", "version": 1}\n' + lines.join(""),
  ));
}

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}';
const done = '{"return": {}}';

function event(name: string, data?: object): string {
  const timestamp = { seconds: 1, microseconds: 2 };
  return JSON.stringify({ timestamp, event: name, ...(data && { data }) });
}

/** What was done to a message of a recorded trace. */
type Deed =
  /** It was left out. */
  | "without"
  /** It came twice. */
  | "twice"
  /** The next message came before it. */
  | "late"
  /** It came on another line. */
  | number;

/** The trace, what was done, to which message, on which line, and the line that cannot be. */
type Spoilt = readonly [string, Deed, string, number, number];

const impossible: readonly Spoilt[] = [
  ["crash-loaded-then-panic", "without", "GUEST_PANICKED", 10, 12],
  ["crash-loaded-then-panic", "late", "GUEST_PANICKED", 10, 13],
  ["crash-loaded-then-panic", "without", "STOP", 11, 12],
  ["crash-loaded-then-panic", "twice", "STOP", 11, 12],
  ["guest-reset", "without", "STOP", 9, 9],
  ["guest-reset", "twice", "STOP", 9, 10],
  ["guest-reset", "late", "STOP", 9, 9],
  ["hibernate-no-shutdown", "twice", "STOP", 7, 8],
  ["io-error", "twice", "RESUME", 6, 7],
  ["io-error", "without", "BLOCK_IO_ERROR", 8, 10],
  ["io-error", "late", "BLOCK_IO_ERROR", 8, 11],
  ["io-error", "without", "STOP", 9, 10],
  ["io-error", "twice", "STOP", 9, 10],
  ["io-error", "without", "RESUME", 13, 13],
  ["io-error", "twice", "RESUME", 13, 14],
  ["io-error", "late", "RESUME", 13, 13],
  ["lifecycle", "without", "RESUME", 8, 8],
  ["lifecycle", "twice", "RESUME", 8, 9],
  ["lifecycle", "late", "RESUME", 8, 8],
  ["lifecycle", "without", "STOP", 13, 13],
  ["lifecycle", "twice", "STOP", 13, 14],
  ["lifecycle", "late", "STOP", 13, 13],
  ["lifecycle", "without", "RESET", 18, 20],
  ["lifecycle", "without", "RESUME", 23, 23],
  ["lifecycle", "twice", "RESUME", 23, 24],
  ["lifecycle", "late", "RESUME", 23, 23],
  ["migration-in", "twice", "RESUME", 13, 14],
  ["migration-out", "without", "RESUME", 18, 18],
  ["migration-out", "twice", "RESUME", 18, 19],
  ["migration-out", "late", "RESUME", 18, 18],
  ["panic-s390", "without", "RESUME", 10, 11],
  ["panic-s390", "twice", "RESUME", 10, 11],
  ["panic-s390", "late", "RESUME", 10, 15],
  ["panic-s390", "without", "GUEST_PANICKED", 11, 14],
  ["panic-s390", "without", "STOP", 13, 14],
  ["panic-s390", "twice", "STOP", 13, 14],
  ["panic-then-shutdown", "twice", "STOP", 8, 9],
  ["power-off-no-shutdown", "twice", "STOP", 6, 7],
  ["power-off-no-shutdown", "without", "RESET", 10, 12],
  ["power-off-no-shutdown", "without", "RESUME", 15, 15],
  ["power-off-no-shutdown", "twice", "RESUME", 15, 16],
  ["power-off-no-shutdown", "late", "RESUME", 15, 15],
  ["suspend-and-wakeup", "without", "SUSPEND", 7, 8],
  ["suspend-and-wakeup", "late", "system_wakeup", 10, 12],
  ["watchdog-out-of-order", "without", "WATCHDOG", 7, 12],
  ["watchdog-out-of-order", "twice", "STOP", 10, 11],
  ["watchdog-pause", "without", "WATCHDOG", 7, 9],
  ["watchdog-pause", "late", "WATCHDOG", 7, 10],
  ["watchdog-pause", "twice", "STOP", 8, 9],
  ["watchdog-pause", "without", "RESUME", 12, 12],
  ["watchdog-pause", "twice", "RESUME", 12, 13],
  ["watchdog-pause", "late", "RESUME", 12, 12],
  ["guest-reset", 9, "RESET", 7, 12],
  ["io-error", 10, "RESUME", 6, 13],
  ["io-error", 11, "BLOCK_IO_ERROR", 8, 10],
  ["io-error", 7, "STOP", 9, 11],
  ["lifecycle", 27, "STOP", 13, 13],
  ["lifecycle", 9, "RESET", 18, 21],
  ["lifecycle", 25, "RESET", 18, 20],
  ["migration-in", 9, "RESUME", 13, 12],
  ["migration-in", 6, "MIGRATION", 14, 12],
  ["migration-out", 19, "STOP", 12, 21],
  ["migration-out", 9, "MIGRATION", 14, 13],
  ["panic-s390", 7, "GUEST_PANICKED", 11, 15],
];

function spoil([, deed, name, line]: Spoilt, lines: readonly string[]): string {
  const place = line - 1;
  const message = lines[place]!;
  assert.match(
    JSON.parse(message)[2],
    new RegExp(`"(event|execute)": ?"${name}"`),
  );
  const rest = lines.toSpliced(place, 1);
  const spoilt = deed === "without"
    ? rest
    : deed === "twice"
    ? lines.toSpliced(place, 0, message)
    : rest.toSpliced(deed === "late" ? line : deed - 1, 0, message);
  return spoilt.join("\n") + "\n";
}

function describe([trace, deed, name, line]: Spoilt): string {
  const what = `${trace} with ${name} of line ${line}`;
  if (deed === "without") return `${what} left out`;
  return typeof deed === "string" ? `${what} ${deed}` : `${what} on ${deed}`;
}

/** The tests of `tracker()`. */
export const trackSuite: Suite = {
  "tracker() finds no fault in any recorded trace"(assets) {
    const all = [...traces(assets)];
    assert.isAbove(all.length, 20);
    for (const [name, trace] of all) {
      assert.deepEqual(found(track(entriesOf(trace))), [], name);
    }
  },

  "tracker() knows what query-status will say in every recorded trace"(assets) {
    const known = [...traces(assets)].flatMap(([name, trace]) => {
      const steps = track(entriesOf(trace));
      return steps.flatMap((step, index) => {
        const status = statusOf(step);
        if (status === undefined) return [];
        const before = steps[index - 1]!;
        assert.include(before.states, status, name);
        assert.include(step.states, status, name);
        return before.isProven ? [before.states.length] : [];
      });
    });
    assert.isAbove(known.length, 15);
    const sure = known.filter((each) => each === 1);
    assert.isAtLeast(sure.length / known.length, 0.85);
  },

  "tracker() is told of many traces that cannot be"() {
    const names = new Set(impossible.map(describe));
    assert.lengthOf(impossible, names.size);
    assert.isAtLeast(names.size, 40);
  },

  ...Object.fromEntries(impossible.map((spoilt) => [
    `tracker() finds one fault in ${describe(spoilt)}`,
    (assets: Assets) => {
      const [trace, , , , line] = spoilt;
      const text = spoil(spoilt, linesOf(assets, trace));
      assert.deepEqual(
        found(track(entriesOf(encoder.encode(text)))),
        [`IMPOSSIBLE_TRANSITION on line ${line}`],
      );
    },
  ])),

  "tracker() names what was impossible, and the last proof"() {
    const steps = track(talk(
      greeting,
      event("RESUME"),
      event("WATCHDOG", { action: "none" }),
      event("RESUME"),
      event("SUSPEND"),
    ));
    assert.deepEqual(steps.flatMap(({ findings }) => findings), [{
      code: "IMPOSSIBLE_TRANSITION",
      severity: "fault",
      path: [],
      expected:
        '"debug" or "inmigrate" or "io-error" or "paused" or "postmigrate" or "prelaunch…',
      received: '"running"',
      message:
        'Cannot follow RESUME on line 5: the machine was in "running" since RESUME on line 3',
    }]);
    assert.deepEqual(steps.at(-1)?.states, ["suspended"]);
  },

  "tracker() says that it knows nothing before a proof, after a greeting and after damage"() {
    const entries = talk(
      event("RTC_CHANGE", { offset: 1, "qom-path": "/rtc" }),
      event("RESUME"),
      greeting,
      event("RESUME"),
    );
    const [proof] = talk(event("SUSPEND"));
    const torn: Entry = {
      line: 9,
      offset: 0,
      text: "",
      findings: [{
        code: "TORN_LINE",
        severity: "fault",
        path: [],
        message: "Cannot read line 9",
      }],
    };
    const steps = track([...entries, torn, proof!]);
    assert.deepEqual(
      steps.map(({ states, isProven }) => [states.length, isProven]),
      [[16, false], [1, true], [16, false], [1, true], [16, false], [1, true]],
    );
    assert.deepEqual(found(steps), []);
  },

  "tracker() knows nothing after the mark of a new connection"() {
    const line = (second: number, ...rest: unknown[]) =>
      JSON.stringify([second, ...rest]) + "\n";
    const steps = track(entriesOf(encoder.encode(
      '{"format": "qmp-trace", "version": 1}\n' +
        line(1, "<-", event("RESUME") + "\n") +
        line(2, "redacted", { direction: "->", bytes: 9, written: 0 }) +
        line(3, "dropped", { direction: "<-", bytes: 9, events: { A: 1 } }) +
        line(4, "reconnect") + line(5, "<-", event("RESUME") + "\n"),
    )));
    assert.deepEqual(
      steps.map(({ isProven }) => isProven),
      [true, true, true, false, true],
    );
    assert.isEmpty(found(steps));
  },

  "tracker() reckons with the commands of others where there may be some"() {
    const entries = talk(greeting, event("RESUME"), event("STOP"));
    const statesWith = (hasOthers: boolean) => {
      const stage = tracker({ witness: witness("7.2"), hasOthers });
      return stage.push(entries).at(-1)!.states;
    };
    assert.notInclude(statesWith(false), "finish-migrate");
    assert.include(statesWith(true), "finish-migrate");
  },

  "tracker() gives the states of the edition in their order"() {
    for (const [edition, count] of [["3.0", 17], ["7.2", 16]] as const) {
      const [step] = track(talk(greeting), edition);
      assert.lengthOf(step!.states, count);
      assert.equal(step!.states[0], "debug");
      assert.equal(step!.states.includes("preconfig"), edition === "3.0");
    }
  },

  "tracker() takes a stop without commands for whatever may have asked for it"() {
    const events = [event("RESUME"), event("STOP")];
    const unseen = track(talk(...events)).at(-1)!.states;
    assert.includeMembers([...unseen], ["paused", "save-vm", "postmigrate"]);
    assert.notInclude(unseen, "guest-panicked");
    const asked = track(talk(
      greeting,
      event("RESUME"),
      '->{"execute": "stop"}',
      event("STOP"),
      done,
    ));
    assert.deepEqual(asked.at(-1)!.states, ["paused"]);
  },

  "tracker() takes QEMU to have aborted only where nothing else is possible"() {
    const events = [event("STOP"), event("RESUME"), event("POWERDOWN")];
    assert.deepEqual(track(talk(...events), "10.2").at(-1)!.states, [
      "running",
      "suspended",
    ]);
    // Asleep when it was stopped, never woken up, and continued after its migration.
    const table = witness("10.2");
    const silent = table.silent.filter(({ ahead }) => ahead !== "WAKEUP");
    const steps = tracker({ witness: { ...table, silent } }).push(talk(
      greeting,
      '->{"execute": "query-status"}',
      '{"return": {"status": "suspended", "singlestep": false, "running": false}}',
      '->{"execute": "migrate", "arguments": {"uri": "x"}}',
      done,
      event("STOP"),
      event("MIGRATION", { status: "completed" }),
      '->{"execute": "query-status"}',
      '{"return": {"status": "postmigrate", "singlestep": false, "running": false}}',
      '->{"execute": "cont"}',
      event("RESUME"),
    ));
    assert.deepEqual(found(steps), []);
  },

  "tracker() learns from a WATCHDOG that was held back why the machine stopped"(
    assets,
  ) {
    const steps = track(entriesOf(
      assets.fixtures.get("traces/watchdog-out-of-order.jsonl")!,
    ));
    const at = steps.findIndex(({ entry }) => entry.line === 11);
    assert.equal(steps[at]?.entry.name, "WATCHDOG");
    assert.deepEqual(
      [...steps[at - 1]!.states],
      ["debug", "internal-error", "paused", "shutdown", "watchdog"],
    );
    assert.deepEqual(steps[at]?.states, ["watchdog"]);
  },

  "tracker() takes what comes at once for done when a later command is answered"() {
    const steps = track(talk(
      greeting,
      event("RESUME"),
      '->{"execute": "migrate", "arguments": {"uri": "exec:cat"}}',
      done,
      event("STOP"),
      event("MIGRATION", { status: "device" }),
      event("MIGRATION", { status: "completed" }),
      '->{"execute": "query-migrate"}',
      '{"return": {"status": "completed"}}',
    ));
    assert.deepEqual(found(steps), []);
    assert.deepEqual(
      steps.slice(-3).map(({ states }) => [...states].sort().join()),
      [
        "finish-migrate,postmigrate",
        "finish-migrate,postmigrate",
        "postmigrate",
      ],
    );
  },

  "tracker() reckons with each of several commands that are sent at one go"() {
    const hmp = (line: string) =>
      '->{"execute": "human-monitor-command", "arguments": {"command-line": "' +
      `${line}"}}`;
    const ask = '->{"execute": "query-status"}';
    const answer =
      '{"return": {"status": "restore-vm", "singlestep": false, "running": false}}';
    const start = [greeting, '->{"execute": "qmp_capabilities"}', done];
    // Both were seen on 7.2.22.
    const byHmp = track(talk(
      ...[...start, hmp("savevm a"), hmp("loadvm nope")],
      ...[event("STOP"), event("RESUME"), '{"return": ""}'],
      ...[event("STOP"), '{"return": "Error: nope"}', ask, answer],
    ));
    assert.deepEqual(found(byHmp), []);
    assert.deepEqual(byHmp.at(-1)?.states, ["restore-vm"]);

    const load = '->{"execute": "snapshot-load", "arguments": ' +
      '{"job-id": "a", "tag": "a", "vmstate": "disk", "devices": ["disk"]}}';
    const byJob = track(talk(
      ...[...start, '->{"execute": "stop"}', event("STOP"), done],
      ...['->{"execute": "cont"}', load],
      ...[event("RESUME"), done, event("STOP"), done, ask, answer],
    ));
    assert.deepEqual(found(byJob), []);
    assert.deepEqual(byJob.at(-1)?.states, ["restore-vm"]);
  },

  "tracker() lets a migration that is being cancelled come to its last step"() {
    const ask = '->{"execute": "query-status"}';
    const answer = (status: string) =>
      `{"return": {"status": "${status}", "singlestep": false, "running": ${
        status === "running"
      }}}`;
    const migration = (status: string) => event("MIGRATION", { status });
    // Seen on 7.2.22, where the client cancels it at that moment.
    const steps = track(talk(
      ...[greeting, ask, answer("running")],
      ...['->{"execute": "migrate", "arguments": {"uri": "exec:cat"}}', done],
      ...[migration("active"), '->{"execute": "migrate_cancel"}'],
      ...[migration("cancelling"), done, event("STOP")],
      ...[ask, answer("finish-migrate"), event("RESUME")],
      ...[migration("cancelled"), ask, answer("running")],
    ));
    assert.deepEqual(found(steps), []);
    assert.include(steps[9]?.states, "finish-migrate");
    assert.deepEqual(steps.at(-1)?.states, ["running"]);
  },

  "tracker() hears before 5.0 that a migration completed which a cont or a reset took out of its last step"() {
    const [stop, resume] = [event("STOP"), event("RESUME")];
    const reset = event("RESET", { guest: true, reason: "guest-reset" });
    const cont = ['->{"execute": "cont"}', resume, done];
    const follow = (edition: string, ...between: readonly string[]) =>
      track(
        talk(
          ...[greeting, resume],
          ...[
            '->{"execute": "migrate", "arguments": {"uri": "exec:cat"}}',
            done,
          ],
          ...[stop, ...between, event("MIGRATION", { status: "completed" })],
        ),
        edition,
      );
    // QEMU says so, and aborts: nothing leads from there to postmigrate.
    for (const between of [cont, [reset], [reset, ...cont]]) {
      for (const edition of ["2.11", "4.0", "4.2"]) {
        assert.deepEqual(found(follow(edition, ...between)), [], edition);
      }
    }
    assert.deepEqual(found(follow("5.0", ...cont)), [
      "IMPOSSIBLE_TRANSITION on line 10",
    ]);
    // From paused something does.
    const paused = follow(
      "4.0",
      ...[...cont, '->{"execute": "stop"}', stop, done],
    );
    assert.deepEqual(found(paused), []);
    assert.include(paused.at(-1)?.states, "postmigrate");
    // What can be by itself is not doubted.
    assert.deepEqual(
      follow("4.0").at(-1)?.states,
      ["postmigrate", "finish-migrate"],
    );
  },

  "tracker() lets a guest go to sleep that was about to when its migration stopped it"() {
    const migration = (status: string) => event("MIGRATION", { status });
    const follow = (edition: string, ...end: readonly string[]) =>
      track(
        talk(
          ...[greeting, event("RESUME")],
          ...[
            '->{"execute": "migrate", "arguments": {"uri": "exec:cat"}}',
            done,
          ],
          ...[event("STOP"), migration("pre-switchover"), event("SUSPEND")],
          ...[migration("device"), ...end],
        ),
        edition,
      );
    // QEMU aborts after the first; the second is undone.
    for (const end of [["completed"], ["failed"]]) {
      for (const edition of ["8.1", "9.2", "10.2"]) {
        const steps = follow(edition, ...end.map(migration));
        assert.deepEqual(found(steps), [], edition);
        assert.deepEqual(steps.at(-1)?.states, ["suspended"], edition);
      }
    }
    // Before 8.1 it aborts without a word.
    assert.deepEqual(found(follow("7.2")), [
      "IMPOSSIBLE_TRANSITION on line 8",
      "IMPOSSIBLE_TRANSITION on line 9",
    ]);
  },

  "tracker() knows a background snapshot whose capability another client has set"() {
    const [stop, resume] = [event("STOP"), event("RESUME")];
    const migration = (status: string) => event("MIGRATION", { status });
    const follow = (edition: string, ...between: readonly string[]) =>
      track(
        talk(
          ...[greeting, resume],
          ...[
            '->{"execute": "migrate", "arguments": {"uri": "exec:cat"}}',
            done,
          ],
          ...[migration("setup"), ...between, migration("completed")],
        ),
        edition,
      );
    for (const edition of ["6.0", "8.2", "10.2"]) {
      const steps = follow(edition, stop, resume);
      assert.deepEqual(found(steps), [], edition);
      assert.include(steps.at(-1)?.states, "running");
    }
    // There was none before 6.0, and none that does not stop the machine.
    assert.deepEqual(found(follow("5.2", stop, resume)), [
      "IMPOSSIBLE_TRANSITION on line 9",
    ]);
    assert.deepEqual(found(follow("7.2")), ["IMPOSSIBLE_TRANSITION on line 7"]);
    // A machine that was stopped once more was migrated.
    const asked = ['->{"execute": "stop"}', stop, done];
    const steps = follow(
      "7.2",
      ...[...asked, '->{"execute": "cont"}', resume, done, stop],
    );
    assert.deepEqual(found(steps), []);
    assert.deepEqual(
      steps.at(-1)?.states,
      ["postmigrate", "finish-migrate"],
    );
  },

  "tracker() believes a QEMU that says colo, though it did not see what began it"() {
    const status = (name: string) =>
      `{"return": {"status": "${name}", "singlestep": false, "running": ${
        name === "running"
      }}}`;
    const ask = '->{"execute": "query-status"}';
    const [stop, resume] = [event("STOP"), event("RESUME")];
    const steps = track(talk(
      ...[greeting, ask, status("running")],
      ...[stop, ask, status("colo"), resume, stop],
    ));
    assert.deepEqual(found(steps), []);
    assert.deepEqual(steps[5]?.states, ["colo"]);
    assert.include(steps.at(-1)?.states, "colo");
    const saving = track(talk(
      ...[greeting, resume],
      ...[
        '->{"execute": "human-monitor-command", "arguments": {"command-line": "savevm a"}}',
      ],
      ...[stop, '{"return": ""}', ask, status("colo")],
    ));
    assert.deepEqual(found(saving), ["IMPOSSIBLE_TRANSITION on line 8"]);
  },

  "tracker() lets a machine wake up, be stopped and be reset before its WAKEUP"() {
    const reset = event("RESET", {
      guest: false,
      reason: "host-qmp-system-reset",
    });
    const said = (status: string) =>
      `{"return": {"status": "${status}", "singlestep": false, "running": false}}`;
    const ask = '->{"execute": "query-status"}';
    const end = [event("STOP"), reset, event("WAKEUP"), ask, said("prelaunch")];
    // Seen on 7.2.22, where three other monitors ask for it within one round.
    const sleeping = [event("RESUME"), event("SUSPEND")];
    for (const sleep of [sleeping, [ask, said("suspended")]]) {
      const steps = track(talk(greeting, ...sleep, ...end));
      assert.deepEqual(found(steps), []);
      assert.deepEqual(steps.at(-1)?.states, ["prelaunch"]);
    }
    // Who did not sleep does not wake up, nor does anybody twice, and a reset
    // alone wakes nobody.
    const awake = [greeting, event("RESUME")];
    assert.deepEqual(found(track(talk(...awake, ...end))), [
      "IMPOSSIBLE_TRANSITION on line 6",
      "IMPOSSIBLE_TRANSITION on line 8",
    ]);
    const twice = [event("SUSPEND"), event("WAKEUP"), ...end];
    assert.deepEqual(found(track(talk(...awake, ...twice))), [
      "IMPOSSIBLE_TRANSITION on line 8",
      "IMPOSSIBLE_TRANSITION on line 10",
    ]);
    const unstopped = [event("SUSPEND"), reset, ask, said("prelaunch")];
    assert.deepEqual(
      found(track(talk(...awake, ...unstopped, event("WAKEUP")))),
      ["IMPOSSIBLE_TRANSITION on line 8"],
    );
  },

  "tracker() learns by query-migrate of a migration that another client began"() {
    const status = (name: string) =>
      `{"return": {"status": "${name}", "singlestep": false, "running": ${
        name === "running"
      }}}`;
    const ask = '->{"execute": "query-status"}';
    const follow = (migration: object) =>
      found(track(talk(
        ...[greeting, ask, status("running"), '->{"execute": "query-migrate"}'],
        ...[JSON.stringify({ return: migration }), event("STOP")],
        ...[ask, status("finish-migrate"), ask, status("postmigrate")],
      )));
    for (
      const name of ["setup", "active", "pre-switchover", "postcopy-active"]
    ) {
      assert.deepEqual(follow({ status: name }), [], name);
    }
    for (const migration of [{}, { status: "none" }, { status: "failed" }]) {
      assert.deepEqual(follow(migration), ["IMPOSSIBLE_TRANSITION on line 9"]);
    }
  },

  "tracker() leaves a machine that came, since 10.0, where it was if its disks are held by another"() {
    const migration = (status: string) => event("MIGRATION", { status });
    const ask = '->{"execute": "query-status"}';
    const follow = (edition: string) => {
      const answer =
        '{"return": {"status": "inmigrate", "singlestep": false, "running": false}}';
      return found(track(
        talk(
          ...[greeting, ask, answer, migration("active")],
          ...[migration("completed"), ask, answer],
        ),
        edition,
      ));
    };
    assert.deepEqual(follow("10.0"), []);
    assert.deepEqual(follow("10.2"), []);
    assert.deepEqual(follow("9.2"), ["IMPOSSIBLE_TRANSITION on line 8"]);
  },

  "tracker() takes the RESET that 3.0 to 4.0 send unasked for no change"() {
    const answer = (status: string) =>
      `{"return": {"status": "${status}", "singlestep": false, "running": ${
        status === "running"
      }}}`;
    const ask = '->{"execute": "query-status"}';
    const load = '->{"execute": "human-monitor-command", "arguments": ' +
      '{"command-line": "loadvm a"}}';
    for (const edition of ["3.0", "3.1", "4.0", "4.1"]) {
      const reason = edition < "4" ? {} : { reason: "none" };
      const data = { guest: false, ...reason };
      const entries = talk(
        ...[greeting, ask, answer("running"), event("SUSPEND")],
        ...[event("RESET", data), event("WAKEUP"), ask, answer("running")],
        ...['->{"execute": "stop"}', event("STOP"), done],
        ...[load, event("RESET", data), '{"return": ""}', ask],
        answer("paused"),
      );
      assert.deepEqual(
        found(track(entries, edition)),
        edition === "4.1"
          ? [
            "IMPOSSIBLE_REASON on line 6",
            "IMPOSSIBLE_TRANSITION on line 7",
            "IMPOSSIBLE_REASON on line 14",
            "IMPOSSIBLE_TRANSITION on line 17",
          ]
          : [],
        edition,
      );
    }
  },

  "tracker() lets COLO stop the machine once more where it broke off by an error"() {
    const capabilities = [{ capability: "x-colo", state: true }];
    const turnOn = { execute: "migrate-set-capabilities" };
    const last = (reason: string) =>
      track(talk(
        greeting,
        `->${JSON.stringify({ ...turnOn, arguments: { capabilities } })}`,
        done,
        event("RESUME"),
        event("COLO_EXIT", { mode: "secondary", reason }),
        '->{"execute": "x-colo-lost-heartbeat"}',
        event("STOP"),
      )).at(-1)?.states;
    assert.include(last("error"), "colo");
    assert.notInclude(last("request"), "colo");
  },

  "tracker() knows the STOP of who saves the state of the devices for Xen"() {
    const steps = track(talk(
      ...[greeting, event("RESUME")],
      '->{"execute": "xen-save-devices-state", "arguments": {"filename": "a"}}',
      event("STOP"),
    ));
    assert.deepEqual(steps.at(-1)?.states, ["save-vm"]);
  },

  "tracker() follows each monitor by itself"() {
    const [resume, suspend] = talk(event("RESUME"), event("SUSPEND"));
    const steps = track([
      { ...resume!, monitor: "one" },
      { ...resume!, monitor: "other" },
      { ...suspend!, monitor: "one" },
      { ...resume!, monitor: "third" },
    ]);
    assert.deepEqual(found(steps), []);
    assert.deepEqual(steps[1]?.states, ["running"]);
    assert.include(steps[2]?.states, "suspended");
  },

  "tracker() knows several monitors of one QEMU by what both are told"() {
    const status = (name: string) =>
      `{"return": {"status": "${name}", "singlestep": false, "running": ${
        name === "running"
      }}}`;
    const ask = '->{"execute": "query-status"}';
    // As QEMU's own log of two monitors has it: one migrates, the other asks.
    const texts = [
      ...[greeting, greeting, ask, status("running")],
      ...['->{"execute": "migrate", "arguments": {"uri": "exec:cat"}}', done],
      ...[event("STOP"), event("STOP"), ask, status("finish-migrate")],
    ];
    const follow = (texts: readonly string[]) => {
      const records = texts.map((text, index): TraceRecord => ({
        line: index + 1,
        offset: 0,
        direction: text.startsWith("->") ? "->" : "<-",
        text: text.replace("->", ""),
        monitor: "abaabbabaa"[index]!,
      }));
      return track(read(records).entries);
    };
    const steps = follow(texts);
    assert.deepEqual(found(steps), []);
    assert.include(steps.at(-1)?.states, "finish-migrate");
    // Of two QEMUs one does not know what the other was asked for.
    const later = event("STOP").replace('"microseconds":2', '"microseconds":3');
    assert.deepEqual(found(follow(texts.with(7, later))), [
      "IMPOSSIBLE_TRANSITION on line 10",
    ]);
  },

  "tracker() forgets the oldest of more monitors than a host has"() {
    const source = rawSource();
    const [record] = source.push(encoder.encode(event("RESUME") + "\n"));
    const { entries: [entry] } = read([record!]);
    const stage = tracker({ witness: witness("7.2") });
    const said = (number: number) =>
      found(stage.push([{ ...entry!, monitor: `${number}` }])).length;
    for (let number = 0; number <= 2000; number++) said(number);
    // A second RESUME cannot be, where the first is remembered.
    assert.deepEqual([said(2000), said(1), said(0)], [1, 1, 0]);
  },

  "tracker() believes what QEMU itself wrote of its run state"() {
    const [resume] = talk(event("RESUME"));
    const told: Entry = {
      line: 7,
      offset: 0,
      text: "runstate_set",
      state: { from: "running", to: "watchdog" },
      findings: [],
    };
    const steps = track([resume!, told, resume!, resume!]);
    assert.deepEqual(
      steps.map(({ states }) => states.join()),
      ["running", "watchdog", "watchdog", "watchdog"],
    );
    assert.deepEqual(found(steps), []);
  },

  "tracker() looks back from a reply as far as its command, and not for ever"() {
    const command = '->{"execute": "query-status", "id": 1}';
    const reply = '{"return": {"status": "running", "running": true}, "id": 1}';
    const noise = event("RTC_CHANGE", { offset: 1, "qom-path": "/rtc" });
    const stop = ['->{"execute": "stop"}', event("STOP"), done];
    const follow = (between: number) =>
      track(talk(
        ...[greeting, command, ...stop],
        ...Array<string>(between).fill(noise),
        reply,
      ));
    // The machine ran when it was asked, and was stopped after that.
    assert.deepEqual(found(follow(3)), []);
    assert.deepEqual(follow(3).at(-1)?.states, ["paused"]);
    assert.deepEqual(found(follow(2000)), []);
    assert.notDeepEqual(follow(2000).at(-1)?.states, ["running"]);
  },

  "tracker() gives a step for each entry, whatever the batches"(assets) {
    const entries = entriesOf(
      assets.fixtures.get("traces/migration-out.jsonl")!,
    );
    const whole = track(entries);
    assert.deepEqual(whole.map(({ entry }) => entry), [...entries]);
    const stage = tracker({ witness: witness("7.2") });
    const single = entries.flatMap((entry) => stage.push([entry]));
    assert.deepEqual([...single, ...stage.end()], whole);
    assert.equal(stage.edition, "7.2");
  },

  "tracker() follows a raw stream, which has no commands"() {
    const source = rawSource();
    const records = source.push(encoder.encode(
      [greeting, done, event("RESUME"), done, event("POWERDOWN")].join("\n"),
    ));
    const steps = track(read([...records, ...source.end()]).entries);
    assert.deepEqual(found(steps), []);
    assert.deepEqual(steps.at(-1)?.states, ["running"]);
  },

  "tracker() says what is no witness"() {
    for (const none of [undefined, "7.2", witness, {}]) {
      assert.throws(
        () => tracker({ witness: none as never }),
        TypeError,
        /^Cannot follow by .* as a witness: give what witness\(\) of \.\/editions gives$/s,
      );
    }
  },
};
