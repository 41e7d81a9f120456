/**
 * The checks of meaning: each finds the one message that cannot mean what it
 * says where a recorded trace is spoilt in that way, and none finds anything
 * in what a real QEMU said.
 *
 * @module
 */

import { edition, witness } from "@qmp/run-state/editions";
import { chunkRecords, hostile } from "@qmp/run-state/fixtures";
import {
  type Entry,
  rawSource,
  read,
  type Step,
  traceSource,
  tracker,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Assets, Suite } from "./suite.ts";

const encoder = new TextEncoder();

function entriesOf(trace: Uint8Array, name = "7.2"): readonly Entry[] {
  const source = traceSource();
  return read([...source.push(trace), ...source.end()], {
    edition: edition(name),
  }).entries;
}

function follow(entries: readonly Entry[], edition = "7.2"): Step[] {
  const stage = tracker({ witness: witness(edition) });
  return [...stage.push(entries), ...stage.end()];
}

/** What was found, how much it weighs, and where. */
function found(steps: readonly Step[]): string[] {
  return steps.flatMap(({ entry, findings }) =>
    findings.map(({ code, severity }) =>
      `${severity} ${code} on line ${entry.line}`
    )
  );
}

/** The lines of a trace; the first is its header. */
type Spoil = (lines: readonly string[]) => readonly string[];

const without = (...dropped: readonly number[]): Spoil => (lines) =>
  lines.filter((_, index) => !dropped.includes(index + 1));
const twice = (line: number): Spoil => (lines) =>
  lines.toSpliced(line, 0, lines[line - 1]!);
const moved = (line: number, to: number): Spoil => (lines) =>
  lines.toSpliced(line - 1, 1).toSpliced(to - 1, 0, lines[line - 1]!);
const changed = (line: number, from: string, to: string): Spoil => (lines) => {
  assert.include(lines[line - 1], from);
  return lines.with(line - 1, lines[line - 1]!.replace(from, to));
};
/** Without what was sent and answered after a line. */
const mute = (after: number): Spoil => (lines) =>
  lines.filter((line, index) => index < after || line.includes('\\"event\\"'));

function spoilt({ fixtures }: Assets, trace: string, spoil: Spoil) {
  const text = new TextDecoder().decode(fixtures.get(`traces/${trace}.jsonl`));
  const lines = spoil(text.trimEnd().split("\n"));
  return entriesOf(encoder.encode(lines.join("\n") + "\n"));
}

/** What a trace is spoilt by, and what has to be found, with its line. */
type Case = readonly [trace: string, what: string, Spoil, finding: string];

const guest = '\\"guest\\": ';
const reason = '\\"reason\\": \\"';

const cases: readonly Case[] = [
  [
    "guest-reset",
    "a guest's RESET that is not by the guest",
    changed(7, `${guest}true`, `${guest}false`),
    "fault GUEST_AGAINST_REASON on line 7",
  ],
  [
    "host-signal",
    "a signal that is by the guest",
    changed(7, `${guest}false`, `${guest}true`),
    "fault GUEST_AGAINST_REASON on line 7",
  ],
  [
    "lifecycle",
    "a quit that is by the guest",
    changed(31, `${guest}false`, `${guest}true`),
    "fault GUEST_AGAINST_REASON on line 31",
  ],
  [
    "lifecycle",
    "a RESET for no reason",
    changed(18, `${reason}host-qmp-system-reset`, `${reason}none`),
    "fault IMPOSSIBLE_REASON on line 18",
  ],
  [
    "guest-reset",
    "a RESET of a subsystem",
    changed(7, `${reason}guest-reset`, `${reason}subsystem-reset`),
    "fault IMPOSSIBLE_REASON on line 7",
  ],
  [
    "guest-reset",
    "a RESET by the loading of a snapshot",
    changed(7, `${reason}guest-reset`, `${reason}snapshot-load`),
    "fault IMPOSSIBLE_REASON on line 7",
  ],
  [
    "crash-loaded-then-panic",
    "a GUEST_CRASHLOADED that pauses",
    changed(7, '\\"run\\"', '\\"pause\\"'),
    "fault IMPOSSIBLE_ACTION on line 7",
  ],
  [
    "watchdog-on-time",
    "no STOP after its WATCHDOG",
    without(11, 12, 13, 14, 15, 16),
    "notice WATCHDOG_WITHOUT_EFFECT on line 13",
  ],
  [
    "watchdog-on-time",
    "no RESET after its WATCHDOG",
    without(20),
    "notice WATCHDOG_WITHOUT_EFFECT on line 23",
  ],
  [
    "watchdog-on-time",
    "no POWERDOWN after its WATCHDOG",
    without(30),
    "notice WATCHDOG_WITHOUT_EFFECT on line 33",
  ],
  [
    "watchdog-poweroff",
    "a WATCHDOG that ends QEMU before it is asked",
    moved(9, 5),
    "fault WATCHDOG_WITHOUT_EFFECT on line 7",
  ],
  [
    "lifecycle",
    "SHUTDOWN by quit twice",
    twice(31),
    "fault SECOND_SHUTDOWN on line 32",
  ],
  [
    "host-signal",
    "SHUTDOWN by signal twice",
    twice(7),
    "fault SECOND_SHUTDOWN on line 8",
  ],
  [
    "watchdog-on-time",
    "SHUTDOWN of a machine that runs twice",
    (lines) =>
      twice(36)(
        changed(36, `${reason}host-qmp-quit`, `${reason}host-ui`)(lines),
      ),
    "fault SECOND_SHUTDOWN on line 37",
  ],
  [
    "watchdog-on-time",
    "a RESET of an hour ago",
    changed(25, "1795644914", "1795641314"),
    "notice TIME_BACKWARDS on line 25",
  ],
  [
    "lifecycle",
    "a reply twice",
    twice(14),
    "fault UNASKED_REPLY on line 15",
  ],
  [
    "error-replies",
    "a reply with an id twice",
    twice(10),
    "fault UNASKED_REPLY on line 11",
  ],
  [
    "error-replies",
    "a command passed over",
    without(10),
    "fault UNANSWERED_COMMAND on line 9",
  ],
  [
    "watchdog-on-time",
    "no answer for five seconds",
    mute(5),
    "notice UNANSWERED_COMMAND on line 5",
  ],
];

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}';
const negotiated = [
  greeting,
  '->{"execute": "qmp_capabilities"}',
  '{"return": {}}',
];

function event(name: string, seconds: number, data?: object): string {
  const timestamp = { seconds, microseconds: seconds < 0 ? -1 : 0 };
  return JSON.stringify({ timestamp, event: name, ...(data && { data }) });
}

const shutdown = (reason: string, isGuest: boolean) =>
  event("SHUTDOWN", 9, { guest: isGuest, reason });
const resume = event("RESUME", 1);

/** Messages that a monitor sent, or with `->` in front that were sent to it: one a second. */
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

/** What was found in messages, without what it weighs and without lines. */
function codes(...texts: readonly string[]): string[] {
  return follow(talk(...texts)).flatMap(({ findings }) =>
    findings.map(({ code }) => code)
  );
}

/** The tests of the checks of meaning of `tracker()`. */
export const meaningSuite: Suite = {
  ...Object.fromEntries(cases.map(([trace, what, spoil, finding]) => [
    `tracker() finds in ${trace}, spoilt by ${what}: ${finding}`,
    (assets: Assets) => {
      const entries = spoilt(assets, trace, spoil);
      assert.deepEqual(found(follow(entries)), [finding]);
      const stage = tracker({ witness: witness("7.2"), meaning: false });
      assert.deepEqual(found([...stage.push(entries), ...stage.end()]), []);
    },
  ])),

  "tracker() says of a message what it means and what QEMU means"(assets) {
    const entries = spoilt(
      assets,
      "guest-reset",
      changed(7, `${guest}true`, `${guest}false`),
    );
    assert.deepEqual(follow(entries).flatMap(({ findings }) => findings), [{
      code: "GUEST_AGAINST_REASON",
      severity: "fault",
      path: ["data", "guest"],
      expected: "true",
      received: "false",
      message:
        'Cannot believe RESET on line 7: "guest-reset" is the guest\'s doing, and guest is false',
    }]);
  },

  "tracker() gives at the end a step for each command that was never answered"(
    assets,
  ) {
    const entries = spoilt(assets, "error-replies", without(10, 14));
    const stage = tracker({ witness: witness("7.2") });
    const steps = stage.push(entries);
    assert.deepEqual(found(steps), []);
    const last = stage.end();
    assert.deepEqual(
      last.map(({ entry }) => entry),
      entries.filter(({ line }) => line === 9 || line === 12),
    );
    for (const { states } of last) {
      assert.deepEqual(states, steps.at(-1)!.states);
    }
    assert.deepEqual(last[0]!.findings.map(({ message }) => message), [
      'Cannot find the reply to command "nope" on line 9: that to a later command came on line 11',
    ]);
  },

  "tracker() leaves a command without a reply where the log breaks off, and quit in any case"() {
    const stop = '->{"execute": "stop"}';
    assert.deepEqual(codes(...negotiated, stop), []);
    assert.deepEqual(codes(...negotiated, stop, resume), []);
    const quits = [
      '->{"execute": "quit"}',
      '->{"execute": "human-monitor-command", "arguments": {"command-line": "q"}}',
    ];
    const noise = Array.from({ length: 9 }, () => event("JOB", 1));
    for (const quit of quits) {
      assert.deepEqual(codes(...negotiated, quit, ...noise), []);
    }
    assert.deepEqual(
      codes(...negotiated, stop, ...noise),
      ["UNANSWERED_COMMAND"],
    );
  },

  "tracker() lets an out-of-band command overtake, and no other"() {
    const asked = (name: string, id: number, key = "execute") =>
      `->{"${key}": "${name}", "id": ${id}}`;
    const done = (id: number) => `{"return": {}, "id": ${id}}`;
    const inBand = asked("query-block", 1);
    assert.deepEqual(
      codes(...negotiated, inBand, asked("yank", 2, "exec-oob"), done(2)),
      [],
    );
    assert.deepEqual(
      codes(...negotiated, inBand, asked("query-block", 2), done(2)),
      ["UNANSWERED_COMMAND"],
    );
  },

  "tracker() asks for no command where none is in the log, or not all"() {
    const replies = ['{"return": {}, "id": 1}', '{"return": {}, "id": 2}'];
    assert.deepEqual(codes(greeting, ...replies), []);
    assert.deepEqual(
      codes('->{"execute": "stop"}', ...replies, replies[1]!),
      [],
    );
    // It says so once: the log may lack the commands.
    assert.deepEqual(codes(...negotiated, ...replies), ["UNASKED_REPLY"]);
    const unread = '{"error": {"class": "GenericError", "desc": "JSON parse ' +
      "error, stray 'N'\"}}";
    assert.deepEqual(codes(...negotiated, unread, unread), []);
  },

  "tracker() asks for no command and no reply that a recorder kept out"() {
    const line = (...rest: readonly unknown[]) =>
      JSON.stringify([1, ...rest]) + "\n";
    const said = (text: string) =>
      text.startsWith("->")
        ? line("->", text.slice(2) + "\n")
        : line("<-", text + "\n");
    const keptOut = (direction: "<-" | "->") =>
      line("redacted", { direction, bytes: 9, written: 0 });
    const codesIn = (...lines: readonly string[]) =>
      found(follow(entriesOf(encoder.encode(
        '{"format": "qmp-trace", "version": 1}\n' +
          negotiated.map(said).join("") + lines.join(""),
      ))));
    const reply = said('{"return": {}, "id": 2}');
    const command = (id: number) =>
      said(`->{"execute": "query-block", "id": ${id}}`);
    assert.deepEqual(codesIn(keptOut("->"), reply), []);
    assert.deepEqual(
      codesIn(command(1), command(2), keptOut("<-"), reply),
      [],
    );
    assert.deepEqual(codesIn(reply), ["fault UNASKED_REPLY on line 5"]);
    assert.deepEqual(
      codesIn(command(1), command(2), reply),
      ["fault UNANSWERED_COMMAND on line 5"],
    );
  },

  "tracker() lets SHUTDOWN come twice where QEMU may live on"() {
    const byGuest = shutdown("guest-shutdown", true);
    const byHost = shutdown("host-signal", false);
    const stop = event("STOP", 9);
    const twice = (...texts: readonly string[]) => codes(greeting, ...texts);
    // Nobody knows whether it ran, or that it is still the same QEMU.
    assert.deepEqual(twice(byGuest, byHost), []);
    assert.deepEqual(codes(resume, byHost, byHost), []);
    assert.deepEqual(twice(byHost, greeting, byHost), []);
    assert.deepEqual(twice(resume, byGuest, stop, byGuest, byHost), []);
    assert.deepEqual(twice(resume, byGuest, byHost), ["SECOND_SHUTDOWN"]);
    assert.deepEqual(twice(byHost, byGuest), ["SECOND_SHUTDOWN"]);
  },

  "tracker() lets a throttled event be late, and a clock fail"() {
    const watchdog = (seconds: number) =>
      event("WATCHDOG", seconds, { action: "none" });
    const stop = event("STOP", 1000);
    const late = (...texts: readonly string[]) => codes(resume, stop, ...texts);
    assert.deepEqual(late(watchdog(990)), []);
    assert.deepEqual(late(watchdog(900)), ["TIME_BACKWARDS"]);
    assert.deepEqual(late(event("RTC_CHANGE", 999, { offset: 1 })), []);
    assert.deepEqual(late(event("POWERDOWN", -1)), []);
    assert.deepEqual(late(event("POWERDOWN", 999)), []);
    assert.deepEqual(late(greeting, event("POWERDOWN", 990)), []);
    // Set back once, the clock goes on from there.
    assert.deepEqual(
      late(event("POWERDOWN", 990), event("POWERDOWN", 991)),
      ["TIME_BACKWARDS"],
    );
  },

  "tracker() waits ten seconds for a watchdog's doing where no command is seen"() {
    const watchdog = (action: string, seconds: number) =>
      event("WATCHDOG", seconds, { action });
    const job = (seconds: number) => event("JOB", seconds);
    assert.deepEqual(codes(watchdog("reset", 5), job(15), job(16)), [
      "WATCHDOG_WITHOUT_EFFECT",
    ]);
    for (const action of ["none", "debug", "inject-nmi"]) {
      assert.deepEqual(codes(watchdog(action, 5), job(15), job(16)), []);
    }
    // Nobody knows whether the machine ran.
    assert.deepEqual(codes(watchdog("pause", 5), job(15), job(16)), []);
    // One that was held back comes after what it did.
    assert.deepEqual(
      codes(watchdog("none", 5), watchdog("reset", 6), job(17)),
      [],
    );
    assert.deepEqual(codes(job(6), watchdog("reset", 5), job(17)), []);
  },

  "tracker() takes every edition's messages for what that edition means"() {
    const reset = (seconds: number, data: object) =>
      event("RESET", seconds, data);
    for (const name of ["2.11", "3.1", "4.0", "5.2", "10.2"]) {
      const entries = talk(
        reset(1, { guest: true }),
        event("SHUTDOWN", 2, { guest: false }),
        ...["pause", "poweroff"].map((action) =>
          event("GUEST_PANICKED", 2, { action })
        ),
      );
      assert.deepEqual(found(follow(entries, name)), [], name);
    }
  },

  "tracker() finds nothing amiss in what is nasty but legal"() {
    const amiss = Object.values(hostile).flatMap(({ name, chunks }) => {
      const { entries } = read(chunkRecords(chunks()));
      const codes = follow(entries).flatMap(({ findings }) =>
        findings.map(({ code }) => code)
      );
      return codes.length === 0 ? [] : [[name, ...codes]];
    });
    assert.deepEqual(amiss, [
      ["reply-to-nobody", "UNASKED_REPLY"],
      ["clock-backwards", "TIME_BACKWARDS"],
    ]);
  },

  "tracker() remembers the last thousand commands that wait"() {
    const commands = Array.from(
      { length: 3000 },
      (_, id) => `->{"execute": "query-block", "id": ${id}}`,
    );
    const steps = follow(talk(
      ...negotiated,
      ...commands,
      '{"return": [], "id": 2999}',
    ));
    assert.lengthOf(found(steps), 999);
  },

  "tracker() finds nothing in a raw stream that lacks the commands"(assets) {
    for (const [path, trace] of assets.fixtures) {
      if (!/^traces\/.*\.jsonl$/.test(path)) continue;
      const texts = entriesOf(trace).filter(({ direction }) =>
        direction === "<-"
      ).map(({ text }) => text);
      const source = rawSource();
      const records = source.push(encoder.encode(texts.join("\n")));
      const { entries } = read([...records, ...source.end()]);
      assert.deepEqual(found(follow(entries)), [], path);
    }
  },
};
