/**
 * Which editions can have produced a trace, and which message rules out each
 * other one.
 *
 * @module
 */

import {
  type Compatibility,
  compatible,
  edition,
  editions,
  verdict,
} from "@qmp/run-state/editions";
import { samples } from "@qmp/run-state/fixtures";
import { logSource } from "@qmp/run-state/logs";
import {
  type Entry,
  type Policy,
  read,
  type TraceRecord,
  traceSource,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Assets, Suite } from "./suite.ts";

/** The editions from one to another, both included. */
function span(from: string, to = "master"): string[] {
  return editions.slice(editions.indexOf(from), editions.indexOf(to) + 1);
}

function stamped(message: object): string {
  const timestamp = { seconds: 1, microseconds: 2 };
  return JSON.stringify({ ...message, timestamp });
}

function conversation(
  ...texts: readonly (readonly ["->" | "<-", string | object])[]
): Entry[] {
  const records = texts.map(([direction, text], index): TraceRecord => ({
    line: index + 1,
    offset: 0,
    direction,
    text: typeof text === "string" ? text : JSON.stringify(text),
  }));
  return read(records, { extensions: true }).entries as Entry[];
}

function events(...messages: readonly object[]): Entry[] {
  return conversation(
    ...messages.map((message) => ["<-", stamped(message)] as const),
  );
}

/** The line that rules out an edition, and why. */
function why({ ruledOut }: Compatibility<Entry>, name: string): string {
  const found = ruledOut.find(({ edition }) => edition === name);
  return `${found?.entry.line}: ${found?.finding.message}`;
}

function recorded(
  { fixtures }: Assets,
  policy: Policy = "forward",
): Map<string, Entry[]> {
  const traces = [...fixtures].flatMap(([path, bytes]): [string, Entry[]][] => {
    const name = /^traces\/(.*)\.jsonl$/.exec(path)?.[1];
    if (name === undefined) return [];
    const source = traceSource();
    const records = [...source.push(bytes), ...source.end()];
    return [[name, read(records, { policy }).entries as Entry[]]];
  });
  return new Map(traces);
}

function withoutGreeting(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ kind }) => kind !== "greeting");
}

const status = { running: true, status: "running" };

/** Tests of `compatible()`. */
export const compatibleTests: Suite = {
  "compatible() knows each recorded trace by its greeting"(assets) {
    for (const [name, entries] of recorded(assets)) {
      const found = compatible(entries);
      assert.deepEqual(found.possible, ["7.2"], name);
      assert.equal(
        why(found, "8.0"),
        "2: Cannot come from edition 8.0: the greeting is that of edition 7.2",
        name,
      );
    }
  },

  "compatible() leaves 7.2 to each recorded trace without its greeting, and explains every message"(
    assets,
  ) {
    const traces = recorded(assets);
    assert.isAtLeast(traces.size, 20);
    for (const [name, entries] of traces) {
      const found = compatible(withoutGreeting(entries));
      assert.include(found.possible, "7.2", name);
      assert.notProperty(found, "unexplained", name);
      assert.sameMembers(
        [...found.possible, ...found.ruledOut.map(({ edition }) => edition)],
        [...editions],
        name,
      );
    }
  },

  "compatible() names the lines of a recorded trace that rule editions out"(
    assets,
  ) {
    const entries = withoutGreeting(recorded(assets).get("lifecycle")!);
    const found = compatible(entries);
    assert.deepEqual(found.possible, span("4.0", "8.2"));
    for (const name of span("9.0")) {
      assert.equal(
        why(found, name),
        '6: Cannot accept return "query-status": "singlestep" is gone since QEMU 9.0',
      );
    }
    for (const name of span("2.11", "3.1")) {
      assert.equal(
        why(found, name),
        `18: Cannot accept event "RESET": "reason" is a member of RESET since QEMU 4.0 (edition ${name})`,
      );
    }
  },

  "compatible() finds the same whatever the entries were read by"(assets) {
    const lines = (entries: readonly Entry[]) =>
      compatible(withoutGreeting(entries)).ruledOut.map((
        { edition, entry: { line }, finding },
      ) => [edition, line, finding]);
    const raw = recorded(assets, "raw");
    const strict = recorded(assets, "strict");
    for (const [name, entries] of recorded(assets)) {
      assert.deepEqual(lines(raw.get(name)!), lines(entries), name);
      assert.deepEqual(lines(strict.get(name)!), lines(entries), name);
    }
  },

  "compatible() learns from members, present and absent, from values and from names"() {
    const cases: readonly (readonly [object, readonly string[]])[] = [
      [{ event: "RESET", data: { guest: true } }, span("2.11", "3.1")],
      [
        { event: "RESET", data: { guest: true, reason: "guest-reset" } },
        span("4.0"),
      ],
      [
        { event: "RESET", data: { guest: true, reason: "snapshot-load" } },
        span("7.2"),
      ],
      [{ event: "GUEST_PVSHUTDOWN" }, span("9.1")],
      [{ event: "GUEST_CRASHLOADED", data: { action: "run" } }, span("5.0")],
      [{ event: "STOP" }, editions],
      [{ event: "BLOCK_IO_ERROR", data: { device: "a" } }, editions],
    ];
    for (const [message, expected] of cases) {
      const { possible } = compatible(events(message));
      assert.deepEqual(possible, expected, JSON.stringify(message));
    }
  },

  "compatible() learns from what query-status returned"() {
    const asked = (returned: object) =>
      compatible(conversation(
        ["->", { execute: "query-status" }],
        ["<-", { return: returned }],
      )).possible;
    assert.deepEqual(asked(status), span("9.0"));
    assert.deepEqual(
      asked({ ...status, singlestep: false }),
      span("2.11", "8.2"),
    );
    assert.deepEqual(
      asked({ running: false, singlestep: false, status: "preconfig" }),
      span("3.0", "5.2"),
    );
  },

  "compatible() learns from a command that was obeyed, whatever it returned"() {
    const obeyed = (command: object) =>
      compatible(conversation(["->", command], ["<-", { return: {} }]));
    const found = obeyed({ execute: "set-action" });
    assert.deepEqual(found.possible, span("seed"));
    assert.equal(
      why(found, "5.2"),
      '1: Cannot accept command "set-action": "set-action" is a command since QEMU 6.0 (edition 5.2)',
    );
    const pick = (argument: object) =>
      obeyed({ execute: "set-action", arguments: argument }).possible;
    assert.deepEqual(pick({ panic: "exit-failure" }), span("7.1"));
    assert.deepEqual(pick({ reboot: "none" }), ["seed"]);
    assert.deepEqual(pick({ reboot: "reset" }), span("6.0"));
    assert.deepEqual(
      compatible(conversation(
        [
          "->",
          "{'execute': 'watchdog-set-action', " +
          "'arguments': {'action': 'none'}}",
        ],
        ["<-", { return: {} }],
      )).possible,
      editions,
    );
  },

  "compatible() rules out no edition where verdict() accepts what was obeyed"() {
    const commands = editions.flatMap((name) =>
      samples(edition(name)).filter(({ kind }) => kind === "command")
    );
    for (const { name, message } of commands) {
      const { returns } = edition("10.2").definitions[name] as {
        returns?: string;
      };
      if (returns !== undefined) continue;
      const { possible } = compatible(
        conversation(["->", message], ["<-", { return: {} }]),
      );
      for (const each of editions) {
        const { kind } = verdict(message, { edition: edition(each) });
        if (kind === "accepted") assert.include(possible, each, name);
      }
    }
    const refusedIn = (desc: string) =>
      compatible(conversation(
        ["->", { execute: "watchdog-set-action" }],
        ["<-", { error: { class: "GenericError", desc } }],
      )).possible;
    assert.deepEqual(refusedIn("Parameter 'action' is missing"), editions);
  },

  "compatible() learns from a command that was not found, or not with these arguments"() {
    const refused = (argument: object, desc: string, name = "set-action") =>
      compatible(conversation(
        ["->", { execute: name, arguments: argument }],
        ["<-", { error: { class: "GenericError", desc } }],
      ));
    const unknown = refused({}, "The command set-action has not been found");
    assert.deepEqual(unknown.possible, span("2.11", "5.2"));
    assert.equal(
      why(unknown, "7.2"),
      '2: Cannot come from edition 7.2: it has a command "set-action"',
    );
    const value = refused(
      { panic: "exit-failure" },
      "Parameter 'panic' does not accept value 'exit-failure'",
    );
    assert.deepEqual(value.possible, span("seed", "7.0"));
    assert.equal(
      why(value, "5.2"),
      '2: Cannot come from edition 5.2: it has no command "set-action"',
    );
    assert.equal(
      why(value, "7.1"),
      '2: Cannot come from edition 7.1: it takes these arguments of "set-action"',
    );
    assert.deepEqual(
      refused({ reboot: "none" }, "Invalid parameter 'none'").possible,
      span("6.0"),
    );
  },

  "compatible() learns from messages that a log holds in another form"() {
    const log = (data: string) =>
      `event SHUTDOWN at 1769860800.250000 for domain lab: ${data}\n`;
    const possible = (text: string) => {
      const source = logSource();
      const bytes = new TextEncoder().encode(text);
      const records = [...source.push(bytes), ...source.end()];
      return compatible(read(records, { policy: "raw" }).entries).possible;
    };
    assert.deepEqual(possible(log('{"guest":true}')), span("2.11", "3.1"));
    assert.deepEqual(
      possible(log('{"guest":true,"reason":"guest-shutdown"}')),
      span("4.0"),
    );
  },

  "compatible() learns nothing from a refusal for another reason"() {
    for (
      const desc of [
        "Expecting capabilities negotiation with 'qmp_capabilities'",
        "The command 'set-action' is permitted only after machine initialization has completed",
        "The command stop has not been found",
      ]
    ) {
      const { possible } = compatible(conversation(
        ["->", { execute: "set-action" }],
        ["<-", { error: { class: "CommandNotFound", desc } }],
      ));
      assert.deepEqual(possible, editions, desc);
    }
  },

  "compatible() learns nothing from commands alone, from replies to nobody and from what is sent to QEMU"() {
    const { possible, ruledOut } = compatible(conversation(
      ["->", { execute: "set-action", arguments: { panic: "exit-failure" } }],
      ["->", stamped({ event: "GUEST_PVSHUTDOWN" })],
      ["<-", "garbage"],
      ["<-", [1]],
    ));
    assert.deepEqual(possible, editions);
    assert.deepEqual(ruledOut, []);
    assert.deepEqual(
      compatible(conversation(["<-", { return: status }])).possible,
      editions,
    );
    assert.deepEqual(compatible([]).possible, editions);
  },

  "compatible() takes the version of a greeting as edition() does"() {
    const greeted = (...version: readonly [number, number, number]) => {
      const [major, minor, micro] = version;
      const qemu = { major, minor, micro };
      const QMP = { version: { qemu, package: "" }, capabilities: [] };
      return compatible(conversation(["<-", { QMP }])).possible;
    };
    assert.deepEqual(greeted(6, 0, 1), ["6.0"]);
    assert.deepEqual(greeted(8, 2, 92), ["9.0"]);
    assert.deepEqual(greeted(5, 2, 50), ["seed", "6.0"]);
    assert.deepEqual(greeted(10, 2, 50), ["master"]);
    assert.deepEqual(greeted(12, 0, 0), [edition("12.0").name]);
    assert.deepEqual(greeted(1, 5, 0), editions);
    assert.deepEqual(
      compatible(conversation(["<-", { QMP: { capabilities: [] } }])).possible,
      editions,
    );
  },

  "compatible() leaves nothing where messages contradict each other"() {
    const { possible, ruledOut } = compatible(events(
      { event: "GUEST_PVSHUTDOWN" },
      { event: "SHUTDOWN", data: { guest: true } },
    ));
    assert.deepEqual(possible, []);
    assert.deepEqual(
      ruledOut.map(({ edition, entry }) => [
        edition,
        entry.line,
      ]),
      [
        ...span("2.11", "9.0").map((name) => [name, 1]),
        ...span("9.1").map((name) => [name, 2]),
      ],
    );
  },

  "compatible() rules nothing out by a message that fits no edition, but says so"() {
    const found = compatible(events(
      { event: "SHUTDOWN", data: { guest: true, reason: "guest-shutdown" } },
      { event: "SHUTDOWN", data: { guest: true, reason: "boredom" } },
      { event: "WATCHDOG", data: { action: 1 } },
    ));
    assert.deepEqual(found.possible, span("4.0"));
    assert.equal(found.unexplained?.entry.line, 2);
    assert.equal(found.unexplained?.finding.code, "UNKNOWN_VALUE");
  },

  "compatible() takes a hundred thousand entries one by one"() {
    const [one] = events({ event: "RESET", data: { guest: true } });
    let taken = 0;
    function* many(): Generator<Entry> {
      for (; taken < 100_000; taken++) yield { ...one!, line: taken + 1 };
    }
    const { possible, ruledOut } = compatible(many());
    assert.equal(taken, 100_000);
    assert.deepEqual(possible, span("2.11", "3.1"));
    assert.isTrue(ruledOut.every(({ entry }) => entry.line === 1));
  },
};
