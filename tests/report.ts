/**
 * The report as data: where machines stood, why they stopped, for how long.
 *
 * @module
 */

import { logSource } from "@qmp/run-state/logs";
import { rawSource, read } from "@qmp/run-state/replay";
import {
  decode,
  type Machine,
  type Report,
  reporter,
  reportHtml,
  reportText,
  type Stop,
} from "@qmp/run-state/report";
import { assert } from "chai";

import {
  event,
  greeting,
  isRunning,
  reportOn,
  reportSaid,
  reportSaidBy,
  reportTrace,
  stepsOf,
} from "./report_steps.ts";
import type { Assets, Suite } from "./suite.ts";

function only({ machines }: Report): Machine {
  assert.lengthOf(machines, 1);
  return machines[0]!;
}

function recorded({ fixtures }: Assets, name: string): Report {
  return reportOn(fixtures.get(`traces/${name}.jsonl`)!);
}

/** A stop in a line: the chain, why, and what ended it. */
function told({ cause, isCertain, chain, back, hasEnded }: Stop): string {
  const names = (links: Stop["chain"]) =>
    links.map(({ line, name, isLate }) =>
      `${line} ${name}${isLate ? " (late)" : ""}`
    ).join(" > ");
  return `${names(chain)}: ${isCertain ? "" : "perhaps "}${cause}${
    back.length > 0 ? `, until ${names(back)}` : ""
  }${hasEnded ? ", the end" : ""}`;
}

/** Where a machine stood: the line, and the states. */
function stood({ intervals }: Machine): string[] {
  return intervals.map(({ line, states, isKnown }) =>
    `${line} ${isKnown ? states.join(" or ") || "gone" : "unknown"}`
  );
}

/** Why the machine of each recorded trace stopped. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  "commands-cut-and-joined": [],
  "crash-loaded-then-panic": [
    "5 set-action > 7 GUEST_CRASHLOADED > 10 GUEST_PANICKED > 11 STOP: panic",
  ],
  "error-replies": [],
  "guest-reset": ["8 stop > 9 STOP: command"],
  "guest-reset-to-shutdown": [
    "5 set-action > 7 SHUTDOWN: guest-reset, the end",
  ],
  "hibernate-no-shutdown": [
    "5 SUSPEND_DISK > 6 SHUTDOWN > 7 STOP: guest-shutdown",
  ],
  "host-signal": ["7 SHUTDOWN: host-signal, the end"],
  "io-error": [
    "8 BLOCK_IO_ERROR > 9 STOP: io-error, until 12 cont > 13 RESUME",
  ],
  lifecycle: [
    "12 stop > 13 STOP: command, until 22 cont > 23 RESUME",
    "30 quit > 31 SHUTDOWN: host-quit, the end",
  ],
  "lifecycle-pretty": [
    "13 stop > 14 STOP: command, until 42 cont > 43 RESUME",
    "50 quit > 51 SHUTDOWN: host-quit, the end",
  ],
  "memory-failure": [],
  // It waited to be filled, and had never run.
  "migration-in": [],
  "migration-out": [
    "7 migrate > 12 STOP: migration, until 17 cont > 18 RESUME",
  ],
  "panic-s390": ["7 set-action > 11 GUEST_PANICKED > 13 STOP: panic"],
  "panic-then-shutdown": [
    "7 GUEST_PANICKED > 8 STOP > 9 SHUTDOWN: panic, the end",
  ],
  "power-off-no-shutdown": [
    "5 SHUTDOWN > 6 STOP: guest-shutdown, until 14 cont > 15 RESUME",
  ],
  "suspend-and-wakeup": [
    "7 SUSPEND: suspended, until 10 system_wakeup > 11 WAKEUP",
  ],
  "watchdog-actions": [],
  "watchdog-on-time": [
    "8 watchdog-set-action > 10 WATCHDOG > 11 STOP: watchdog, until 14 cont > 15 RESUME",
    "35 quit > 36 SHUTDOWN: host-quit, the end",
  ],
  "watchdog-out-of-order": [
    "8 watchdog-set-action > 11 WATCHDOG (late) > 10 STOP: watchdog",
  ],
  "watchdog-pause": [
    "5 watchdog-set-action > 7 WATCHDOG > 8 STOP: watchdog, until 11 cont > 12 RESUME",
  ],
  "watchdog-poweroff": [
    "7 watchdog-set-action > 9 WATCHDOG: watchdog, the end",
  ],
};

const pause = '{"action": "pause"}';
const quit = '{"guest": false, "reason": "host-qmp-quit"}';
const reset = '{"guest": true, "reason": "guest-reset"}';

/** The tests of `reporter()`. */
export const reportSuite: Suite = {
  "reporter() tells why the machine stopped in every recorded trace"(assets) {
    for (const path of assets.fixtures.keys()) {
      const name = /^traces\/(.*)\.jsonl$/.exec(path)?.[1];
      if (name === undefined) continue;
      const { stops } = only(recorded(assets, name));
      assert.deepEqual(stops.map(told), reasons[name], name);
    }
  },

  "reporter() tells where the machine stood, and when"(assets) {
    const { intervals } = only(recorded(assets, "watchdog-pause"));
    assert.deepEqual(
      intervals.map(({ line, lastLine, from, to, states, isKnown }) => [
        line,
        lastLine,
        from,
        to,
        isKnown ? states.join() : "unknown",
      ]),
      [
        [2, 7, 0.024917, 0.041733, "unknown"],
        [8, 11, 0.041733, 0.042704, "watchdog"],
        [12, 15, 0.042704, 0.043967, "running"],
      ],
    );
  },

  "reporter() covers a log with intervals that have no gap"(assets) {
    for (const [path, log] of assets.fixtures) {
      if (!/^traces\/.*\.jsonl$/.test(path)) continue;
      const report = reportOn(log);
      const { intervals } = only(report);
      assert.equal(intervals[0]?.from, report.from, path);
      assert.equal(intervals.at(-1)?.to, report.to, path);
      for (const [index, { from }] of intervals.slice(1).entries()) {
        assert.equal(from, intervals[index]!.to, path);
      }
    }
  },

  "reporter() takes the registers of a panic apart"(assets) {
    const { stops: [stop], happenings } = only(recorded(assets, "panic-s390"));
    const address = stop?.panic?.find(({ name }) => name === "psw-addr");
    assert.equal(address?.value, "0xfedcba9876543210");
    assert.deepEqual(
      happenings.find(({ name }) => name === "GUEST_PANICKED")?.panic,
      stop?.panic,
    );
  },

  "reporter() adds the downtime up by cause"() {
    const { downtime } = only(reportSaid(
      event("RESUME", 100),
      event("WATCHDOG", 110, pause),
      event("STOP", 110),
      event("RESUME", 112.5),
      event("SUSPEND", 120),
      event("WAKEUP", 130),
      event("WATCHDOG", 140, pause),
      event("STOP", 140),
      event("RESUME", 141),
      event("SHUTDOWN", 150, quit),
    ));
    assert.deepEqual(downtime, [
      { cause: "suspended", count: 1, seconds: 10, open: 0 },
      { cause: "watchdog", count: 2, seconds: 3.5, open: 0 },
      { cause: "host-quit", count: 1, seconds: 0, open: 1 },
    ]);
  },

  "reporter() adds up how long each set of states was possible"() {
    const { standings } = only(reportSaid(
      event("RESUME", 100),
      event("SUSPEND", 130),
      event("WAKEUP", 140),
      event("SUSPEND", 150),
      event("WAKEUP", 151),
    ));
    assert.deepEqual(
      standings.map(({ states, count, seconds }) => [states, count, seconds]),
      [[["running"], 3, 40], [["suspended"], 2, 11]],
    );
  },

  "reporter() says what it does not know"() {
    const silent = only(reportSaid(event("RTC_CHANGE", 1, '{"offset": 0}')));
    assert.deepEqual(stood(silent), ["1 unknown"]);

    const { stops: [stop] } = only(reportSaid(
      event("RESUME", 100),
      event("STOP", 110),
    ));
    assert.equal(stop?.cause, "unknown");
    assert.isFalse(stop?.isCertain);
    assert.isAbove(stop!.states.length, 1);
  },

  "reporter() holds what a monitor alone suggests for no more than that"() {
    const { stops } = only(reportSaid(
      greeting,
      event("RESUME", 100),
      '{"return": {}}',
      event("GUEST_PANICKED", 110, pause),
      event("STOP", 110),
    ));
    assert.deepEqual(stops.map(told), [
      "4 GUEST_PANICKED > 5 STOP: perhaps panic",
    ]);
  },

  "reporter() takes a stop for over once QEMU resumes, though the guest may sleep since"() {
    const { stops, downtime } = only(reportSaidBy("10.2", [
      ...[event("STOP", 1), event("RESUME", 3), event("STOP", 8)],
    ]));
    assert.deepEqual(stops.map(told), [
      "1 STOP: perhaps unknown, until 2 RESUME",
      "3 STOP: perhaps unknown",
    ]);
    assert.deepEqual(downtime, [
      { cause: "unknown", count: 2, seconds: 2, open: 1 },
    ]);
  },

  "reporter() lets a machine that was stopped in its sleep sleep on"() {
    const { stops, downtime } = only(reportSaidBy("10.2", [
      ...[event("RESET", 0, '{"guest": true, "reason": "guest-reset"}')],
      ...[event("SUSPEND", 1), event("STOP", 3), event("RESUME", 5)],
      event("WAKEUP", 9),
    ]));
    assert.deepEqual(stops.map(told), [
      "2 SUSPEND > 3 STOP: suspended, until 5 WAKEUP",
    ]);
    assert.deepEqual(downtime, [
      { cause: "suspended", count: 1, seconds: 8, open: 0 },
    ]);
  },

  "reporter() takes a second STOP for another stop, whatever was lost between"() {
    const { stops, downtime } = only(reportSaid(
      ...[event("RESUME", 0), event("STOP", 1), '{"event": "RES'],
      ...[event("POWERDOWN", 4), event("STOP", 8), event("RESUME", 9)],
    ));
    assert.deepEqual(stops.map(told), [
      "2 STOP: perhaps unknown",
      "5 STOP: perhaps unknown, until 6 RESUME",
    ]);
    assert.deepEqual(downtime, [
      { cause: "unknown", count: 2, seconds: 4, open: 1 },
    ]);
  },

  "reporter() does not blame a SHUTDOWN for an earlier stop"() {
    const { stops } = only(reportSaid(
      event("RESUME", 100),
      event("STOP", 110),
      event("SHUTDOWN", 200, quit),
    ));
    assert.deepEqual(stops.map(told), [
      "2 STOP > 3 SHUTDOWN: perhaps unknown, the end",
    ]);
  },

  "reporter() holds a SHUTDOWN without a reason for no more than is likely"() {
    const shutdown = (guest: boolean) =>
      event("SHUTDOWN", 2, `{"guest": ${guest}}`);
    const panic = event("GUEST_PANICKED", 2, '{"action": "poweroff"}');
    const quit = '{"execute": "quit"}';
    const logs: readonly (readonly [string, ...string[]])[] = [
      ["2 SHUTDOWN: perhaps guest-shutdown, the end", shutdown(true)],
      [
        "2 GUEST_PANICKED > 3 SHUTDOWN: perhaps panic, the end",
        ...[panic, shutdown(true)],
      ],
      [
        "2 quit > 3 SHUTDOWN: perhaps host-quit, the end",
        ...[quit, shutdown(false)],
      ],
      ["2 SHUTDOWN: perhaps unknown, the end", shutdown(false)],
      [
        "2 SHUTDOWN > 3 STOP: perhaps guest-shutdown",
        ...[shutdown(true), event("STOP", 2)],
      ],
    ];
    for (const [expected, ...texts] of logs) {
      const { stops } = only(
        reportSaidBy("3.0", [event("RESUME", 1), ...texts]),
      );
      assert.deepEqual(stops.map(told), [expected]);
    }
  },

  "reporter() knows no cause for a reason that is not QEMU's"() {
    for (const reason of ["constructor", "__proto__", "subsystem-reset"]) {
      const data = `{"guest": true, "reason": "${reason}"}`;
      const report = reportSaid(event("RESUME", 1), event("SHUTDOWN", 2, data));
      assert.deepEqual(only(report).stops.map(told), [
        "2 SHUTDOWN: perhaps unknown, the end",
      ]);
      assert.include(reportText(report), "the log does not tell why");
    }
  },

  "reporter() explains a stop by what was held back until after it"() {
    const { stops } = only(reportSaid(
      event("RESUME", 100),
      event("WATCHDOG", 109.5, '{"action": "none"}'),
      event("STOP", 110.2),
      event("RESUME", 110.3),
      event("WATCHDOG", 110.1, pause),
    ));
    assert.deepEqual(stops.map(told), [
      "5 WATCHDOG (late) > 3 STOP: perhaps watchdog, until 4 RESUME",
    ]);
  },

  "reporter() counts the downtime of a QEMU that ended until the next one runs"() {
    const report = reportSaid(
      greeting,
      event("RESUME", 100),
      event("SHUTDOWN", 110, '{"guest": true, "reason": "guest-shutdown"}'),
      greeting,
      event("RTC_CHANGE", 130, '{"offset": 0}'),
      event("RESUME", 140),
    );
    const machine = only(report);
    assert.deepEqual(stood(machine).slice(-3), [
      "3 gone",
      "4 unknown",
      "6 running",
    ]);
    assert.deepEqual(machine.downtime, [
      { cause: "guest-shutdown", count: 1, seconds: 30, open: 0 },
    ]);
    assert.deepEqual(machine.stops.map(told), [
      "3 SHUTDOWN: guest-shutdown, until 6 RESUME, the end",
    ]);
  },

  "reporter() tells a QEMU that lives on after SHUTDOWN from one that ended"() {
    const off = '{"guest": true, "reason": "guest-shutdown"}';
    const { stops } = only(reportTrace(
      [0, "<-", greeting],
      [1, "<-", event("RESUME", 1)],
      [2, "<-", event("SHUTDOWN", 2, off)],
      [3, "->", '{"execute": "query-status"}'],
      [4, "<-", isRunning],
    ));
    assert.isEmpty(stops);
  },

  "reporter() says where a monitor was lost"() {
    const { stops, downtime, intervals } = only(reportTrace(
      [0, "<-", greeting],
      [1, "<-", event("RESUME", 1)],
      [5, "<-", event("RTC_CHANGE", 5, '{"offset": 0}')],
      [25, "<-", greeting],
      [26, "<-", event("STOP", 26)],
      [27, "<-", event("RESUME", 27)],
    ));
    assert.deepEqual(stops.slice(0, 1).map(told), [
      "4 RTC_CHANGE: monitor-lost, until 5 greeting",
    ]);
    assert.deepInclude(downtime, {
      cause: "monitor-lost",
      count: 1,
      seconds: 20,
      open: 0,
    });
    assert.deepEqual(
      intervals.map(({ from, isKnown }) => [from, isKnown]).slice(0, 3),
      [[0, false], [1, true], [5, false]],
    );
  },

  "reporter() takes a greeting after commands for the first"() {
    const { stops } = only(reportTrace(
      [0, "->", '{"execute": "qmp_capabilities"}'],
      [1, "<-", greeting],
      [2, "<-", '{"return": {}}'],
    ));
    assert.isEmpty(stops);
  },

  "reporter() does not hold a machine for stopped that never ran"() {
    const { stops } = only(reportTrace(
      [0, "<-", greeting],
      [1, "->", '{"execute": "query-status"}'],
      [
        2,
        "<-",
        '{"return": {"status": "prelaunch", "singlestep": false, "running": false}}',
      ],
    ));
    assert.isEmpty(stops);
  },

  "reporter() holds a command that QEMU refused for no reason to stop"() {
    const { stops } = only(reportTrace(
      [0, "<-", greeting],
      [1, "<-", event("RESUME", 1)],
      [2, "->", '{"execute": "snapshot-save", "arguments": {}}'],
      [2, "<-", '{"error": {"class": "GenericError", "desc": "no"}}'],
      [3, "<-", event("STOP", 3)],
    ));
    assert.notInclude(stops.map(told).join(), "snapshot");
  },

  "reporter() knows the shorter words of HMP"() {
    const hmp = (word: string) =>
      '{"execute": "human-monitor-command", "arguments": {"command-line": "' +
      `${word}"}}`;
    const { stops } = only(reportTrace(
      [0, "<-", greeting],
      [1, "<-", event("RESUME", 1)],
      [2, "->", hmp("s")],
      [2, "<-", event("STOP", 2)],
      [2, "<-", '{"return": ""}'],
      [3, "->", hmp("c")],
      [3, "<-", event("RESUME", 3)],
      [3, "<-", '{"return": ""}'],
    ));
    const by = "human-monitor-command";
    assert.deepEqual(stops.map(told), [
      `4 ${by} > 5 STOP: command, until 7 ${by} > 8 RESUME`,
    ]);
  },

  "reporter() does not take the short stop of a background snapshot for a migration"() {
    const hmp = (line: string) =>
      '{"execute": "human-monitor-command", "arguments": {"command-line": "' +
      `${line}"}}`;
    const set = (state: boolean) =>
      '{"execute": "migrate-set-capabilities", "arguments": {"capabilities": ' +
      '[{"capability": "events", "state": true}, ' +
      `{"capability": "background-snapshot", "state": ${state}}]}}`;
    const migrate = '{"execute": "migrate", "arguments": {"uri": "exec:cat"}}';
    const follow = (migrate: string, ...before: readonly string[]) =>
      reportTrace(
        [0, "<-", greeting],
        [1, "<-", event("RESUME", 1)],
        ...before.flatMap((each) =>
          [[2, "->", each], [2, "<-", '{"return": {}}']] as const
        ),
        [3, "->", migrate],
        [3, "<-", '{"return": {}}'],
        [4, "<-", event("STOP", 4)],
        [5, "<-", event("RESUME", 5)],
      );
    for (
      const [command, on] of [
        [migrate, set(true)],
        [hmp("migrate -d exec:cat"), set(true)],
        [migrate, hmp(" migrate_set_capability background-snapshot on")],
      ] as const
    ) {
      const report = follow(command, on);
      const by = (text: string) => JSON.parse(text).execute;
      assert.deepEqual(only(report).stops.map(told), [
        `4 ${by(on)} > 6 ${
          by(command)
        } > 8 STOP: perhaps snapshot, until 9 RESUME`,
      ]);
      assert.include(reportText(report), "so it was most likely paused, else");
    }
    for (
      const off of [
        set(false),
        hmp("migrate_set_capability background-snapshot off"),
      ]
    ) {
      assert.deepEqual(only(follow(migrate, set(true), off)).stops.map(told), [
        "8 migrate > 10 STOP: perhaps migration, until 11 RESUME",
      ]);
    }
  },

  "reporter() follows each machine of a log by itself"() {
    const source = rawSource();
    const said = (monitor: string, ...texts: string[]) =>
      source.push(
        new TextEncoder().encode(texts.map((each) => `${each}\r\n`).join("")),
      ).map((record) => ({ ...record, monitor }));
    const { entries } = read([
      ...said("0x1", event("RESUME", 10)),
      ...said("0x2", event("RESUME", 11)),
      ...said("0x1", event("WATCHDOG", 20, pause), event("STOP", 20)),
      ...said("0x2", event("SUSPEND", 30)),
      ...said("0x1", event("RESUME", 40)),
    ]);
    const stage = reporter();
    stage.push(stepsOf(entries));
    const { machines, from, to } = stage.end();
    assert.deepEqual(
      machines.map(({ monitor, downtime }) => [monitor, downtime]),
      [
        ["0x1", [{ cause: "watchdog", count: 1, seconds: 20, open: 0 }]],
        ["0x2", [{ cause: "suspended", count: 1, seconds: 0, open: 1 }]],
      ],
    );
    assert.deepEqual([from, to], [0, 30]);
    assert.deepEqual(
      reporter().push(stepsOf(entries)).map(({ monitor }) => monitor),
      ["0x1", "0x2", "0x1", "0x1", "0x2", "0x1"],
    );
  },

  "reporter() lays no message on a machine that it may not be about"() {
    const line = (place: string, rest: string) =>
      `2023-11-14 22:13:20.000+0000: 1: info : ${place} : ${rest}\n`;
    const got = (monitor: string, text: string) =>
      line(
        "qemuMonitorJSONIOProcessLine:208",
        `QEMU_MONITOR_RECV_EVENT: mon=${monitor} event=${text}`,
      );
    const unnamed = (text: string) =>
      line("qemuMonitorJSONIOProcessLine:191", `Line [${text}]`);
    const report = reportOn(
      got("0x1", event("RESUME", 10)) + got("0x2", event("RESUME", 11)) +
        unnamed(event("RESUME", 12)) + unnamed(event("RESUME", 13)) +
        got("0x1", event("POWERDOWN", 14)),
    );
    assert.equal(report.messages, 5);
    assert.deepEqual(report.machines.map(stood), [["1 running"], [
      "2 running",
    ]]);
    assert.deepEqual(report.findings.map(({ code }) => code), [
      "TWO_READINGS",
      "TWO_READINGS",
    ]);
  },

  "reporter() believes QEMU's own log of its state"() {
    const report = reportOn([
      "monitor_qmp_respond mon 0x1 resp: " + event("RESUME", 1),
      "runstate_set current_run_state 6 (prelaunch) new_state 9 (running)",
      "monitor_qmp_respond mon 0x1 resp: " + event("RTC_CHANGE", 2, "{}"),
      "runstate_set current_run_state 9 (running) new_state 4 (paused)",
      "",
    ].join("\n"));
    const machine = only(report);
    assert.equal(machine.intervals.at(-1)?.states.join(), "paused");
    assert.deepEqual(machine.stops.map(({ line }) => line), [4]);
  },

  "reporter() takes times from the events where the log has none"() {
    const report = reportSaid(
      '{"return": {}}',
      event("RESUME", 1700000000.25),
      event("WATCHDOG", 1700000000, '{"action": "none"}'),
      event("POWERDOWN", -1),
      event("STOP", 1700000003.250001),
    );
    const { happenings, intervals } = only(report);
    assert.deepEqual(
      happenings.map(({ at, isLate }) => [at, isLate]),
      [[0, false], [-0.25, true], [undefined, false], [3.000001, false]],
    );
    assert.equal(report.epoch, 1700000000.25);
    assert.equal(report.to, 3.000001);
    // The reply came at some time before.
    assert.equal(intervals[0]?.from, 0);
  },

  "reporter() counts on where the clock was set back, and says so"() {
    const report = reportSaid(
      event("RESUME", 5000),
      event("SUSPEND", 5010),
      event("WAKEUP", 1400),
      event("SUSPEND", 1420),
    );
    assert.deepEqual(
      only(report).intervals.map(({ from, to }) => [from, to]),
      [[0, 10], [10, 10], [10, 30], [30, 30]],
    );
    assert.match(
      report.notes.join(),
      /set back by 3610\.000000 s before line 3/,
    );
  },

  "reporter() holds what is done to a stopped machine for no reason of its stop"() {
    const say = (name: string) => `{"execute": "${name}"}`;
    const [paused, shutDown] = only(reportSaid(
      ...[greeting, event("RESUME", 1), say("stop"), event("STOP", 2)],
      ...[say("stop"), say("cont"), event("RESUME", 3)],
      ...[say("system_powerdown"), event("POWERDOWN", 4)],
      event("SHUTDOWN", 5, '{"guest": true, "reason": "guest-shutdown"}'),
      ...[event("STOP", 5), say("system_powerdown"), event("POWERDOWN", 6)],
      event("SHUTDOWN", 7, '{"guest": false, "reason": "host-signal"}'),
    )).stops;
    assert.deepEqual([told(paused!), told(shutDown!)], [
      "3 stop > 4 STOP: command, until 6 cont > 7 RESUME",
      "8 system_powerdown > 9 POWERDOWN > 10 SHUTDOWN > 11 STOP > " +
      "14 SHUTDOWN: perhaps guest-shutdown, the end",
    ]);
  },

  "reporter() tells each QEMU's end though none of them was seen to run"() {
    const end = (seconds: number, reason: string) => [
      greeting,
      event("SHUTDOWN", seconds, `{"guest": false, "reason": "${reason}"}`),
    ];
    const machine = only(reportSaid(
      ...end(10, "host-qmp-quit"),
      ...end(20, "host-signal"),
      ...end(30, "host-qmp-quit"),
    ));
    assert.deepEqual(
      machine.stops.map(({ line, cause, chain }) => [
        ...[line, cause, ...chain.map(({ line }) => line)],
      ]),
      [[2, "host-quit", 2], [4, "host-signal", 4], [6, "host-quit", 6]],
    );
    assert.deepEqual(
      machine.downtime.map(({ cause, count, open }) => [cause, count, open]),
      [["host-quit", 2, 2], ["host-signal", 1, 1]],
    );
  },

  "reporter() tells each QEMU's end where a filter took the greetings away"() {
    const shutdown = '{"timestamp": {"seconds":  TIMESTAMP, "microseconds":  ' +
      'TIMESTAMP}, "event": "SHUTDOWN", "data": {"guest": false, ' +
      '"reason": "host-qmp-quit"}}';
    const stop = '{"timestamp": {"seconds":  TIMESTAMP, "microseconds":  ' +
      'TIMESTAMP}, "event": "STOP"}';
    const report = reportOn([
      "QA output created by 900",
      ...["QMP_VERSION", '{"return": {}}', shutdown, '{"return": {}}'],
      ...["QMP_VERSION", '{"return": {}}', stop],
      // Nobody knows whether the one before is still there.
      ...["QMP_VERSION", '{"return": {}}', shutdown],
      "{\n    QMP_VERSION\n}",
      "*** done",
      "",
    ].join("\n"));
    const machine = only(report);
    assert.deepEqual(
      machine.stops.map(({ line, cause, hasEnded, back }) =>
        [line, cause, hasEnded, back] as const
      ),
      [
        [4, "host-quit", true, []],
        [8, "unknown", false, []],
        [11, "host-quit", true, []],
      ],
    );
    assert.deepEqual(stood(machine).map((each) => each.split(" ")[0]), [
      ...["3", "5", "6", "8", "9", "11", "12"],
    ]);
    assert.equal(report.messages, 7);
  },

  "reporter() lets no clock that jumps by years stretch the time, and says so"() {
    const now = 1_795_656_528;
    const told = (...times: readonly number[]) => {
      const report = reportSaid(
        ...times.map((seconds) => event("RTC_CHANGE", seconds, "{}")),
      );
      const { happenings } = reportSaid(
        ...times.map((seconds, index) => event(`EVENT_${index}`, seconds)),
      ).machines[0]!;
      const { epoch, from, to, notes } = report;
      const shown = happenings.map(({ at }) => at);
      return { epoch, span: [from, to], shown, notes };
    };
    // One event of another year is shown where it came.
    for (const [year, other] of [[1970, 3], [2262, 9_223_372_036]] as const) {
      const { epoch, shown, span, notes } = told(now, now + 2, other, now + 9);
      assert.deepEqual(shown, [0, 2, 2, 9]);
      assert.deepEqual(span, [0, 9]);
      assert.equal(epoch, now);
      assert.lengthOf(notes, 2);
      assert.match(
        notes[0]!,
        new RegExp(
          `jumped from 2026-11-26T01:28:50.000Z to ${year}-.* before line 3: .*counted on`,
        ),
      );
      assert.match(
        notes[1]!,
        new RegExp(`from ${year}-.* to 2026-.* before line 4: .*without`),
      );
      // Where it is the first or the last, the time of day is that of the others.
      assert.deepEqual(told(other, now, now + 5).shown, [0, 0, 5]);
      assert.equal(told(other, now, now + 5).epoch, now);
      assert.deepEqual(told(now, now + 5, other).shown, [0, 5, 5]);
      assert.equal(told(now, now + 5, other).epoch, now);
    }
    // A clock that is never set tells what it can.
    assert.equal(told(3, 4, 5).epoch, 3);
    assert.equal(told(3, 4, 5, now).epoch, now - 2);
    // QEMU writes -1 where its clock fails.
    assert.deepEqual(told(-1, now, -1, now + 5).span, [0, 5]);
    assert.deepEqual(told(-1, now, -1, now + 5).notes, []);
    // Two years are no jump, for all that is known.
    assert.deepEqual(told(now, now + 6e7).shown, [0, 6e7]);
  },

  "reporter() tells of no more than 20 jumps of the clock, and how many more"() {
    const times = Array.from(
      { length: 40 },
      (_, index) => index % 2 === 0 ? 1_795_656_528 + index : index,
    );
    const { to, notes } = reportSaid(
      ...times.map((seconds) => event("POWERDOWN", seconds)),
    );
    assert.equal(to, 38);
    assert.lengthOf(notes, 21);
    assert.match(notes[20]!, /set back, or jumped, 19 more times/);
  },

  "reporter() knows no time where the log has none"() {
    const report = reportSaid('{"return": {}}', '{"return": {}}');
    assert.isUndefined(report.from);
    assert.isUndefined(only(report).intervals[0]?.from);
  },

  "reporter() takes the time of day of second 0 from who knows it"() {
    const trace = '{"format": "qmp-trace", "version": 1}\n' +
      `[0.5, "<-", ${JSON.stringify(`${greeting}\n`)}]\n`;
    assert.equal(reportOn(trace, { epoch: 1e9 }).epoch, 1e9);
    assert.isUndefined(reportOn(trace).epoch);
  },

  "reporter() counts a loop of events as one thing that happens"() {
    const loop = Array.from({ length: 500 }, (_, index) => [
      event("WATCHDOG", 100 + index, '{"action": "reset"}'),
      event("RESET", 100 + index, reset),
      event("RESET", 100 + index, reset),
    ]).flat();
    const { happenings } = only(reportSaid(event("RESUME", 99), ...loop));
    assert.deepEqual(
      happenings.map((
        { name, count, at, lastAt },
      ) => [name, count, at, lastAt]),
      [
        ["RESUME", 1, 0, 0],
        ["WATCHDOG", 500, 1, 500],
        ["RESET", 1000, 1, 500],
      ],
    );
  },

  "reporter() stays small, counts all of it, and says what it left out"() {
    const cycles = 20_000;
    const texts = Array.from({ length: cycles }, (_, index) => [
      event("STOP", 3 * index),
      event(`NAME_${index % 7000}`, 3 * index + 1),
      event("RESUME", 3 * index + 2),
      "{}",
    ]).flat();
    const report = reportSaid(...texts);
    const machine = only(report);
    const { intervals, happenings, stops, downtime, standings } = machine;
    assert.isAtMost(intervals.length, 1000);
    assert.isAtMost(happenings.length, 1000);
    assert.isAtMost(stops.length, 250);
    assert.isAtMost(report.findings.length, 1000);
    assert.isBelow(JSON.stringify(report).length, 1e6);

    assert.equal(report.messages, 3 * cycles);
    assert.deepEqual(downtime, [
      { cause: "unknown", count: cycles, seconds: 2 * cycles, open: 0 },
    ]);
    assert.equal(
      standings.reduce((sum, { count }) => sum + count, 0),
      2 * cycles,
    );
    assert.equal(
      intervals.reduce((sum, { stretches }) => sum + stretches, 0),
      2 * cycles,
    );
    assert.equal(report.leftOut[0]?.code, "NOT_QMP");
    assert.equal(
      report.leftOut[0]!.count +
        report.findings.filter(({ code }) => code === "NOT_QMP").length,
      cycles,
    );
    assert.match(
      report.notes.join("\n"),
      /changes of state are drawn together/,
    );
    assert.match(report.notes.join("\n"), /events are left out/);
    assert.match(report.notes.join("\n"), /stops are left out/);
    // The last stop is what people ask for.
    assert.equal(stops.at(-1)?.line, 4 * cycles - 3);
  },

  "reporter() keeps the stops of each machine, however many machines there are"() {
    const line = (mon: number, second: number, name: string) =>
      `QEMU_MONITOR_RECV_EVENT: mon=0x${mon} event=${event(name, second)}\n`;
    const cycles = Array.from(
      { length: 40 },
      (_, index) =>
        Array.from(
          { length: 20 },
          (_, mon) =>
            line(mon + 10, 9 * index, "SUSPEND") +
            line(mon + 10, 9 * index + 1, "WAKEUP"),
        ),
    );
    const log = cycles.flat().join("");
    const { machines, notes } = reportOn(log);
    assert.deepEqual(
      machines.map(({ stops }) => stops.length),
      Array(20).fill(40),
    );
    assert.notMatch(notes.join("\n"), /stops .* left out/);
    // Who wants few events is told of few stops.
    for (const { stops } of reportOn(log, { mostEvents: 10 }).machines) {
      assert.isAtMost(stops.length, 2);
    }
  },

  "reporter() keeps a hundred machines and counts the others"() {
    const source = rawSource();
    const records = Array.from({ length: 150 }, (_, index) => {
      const text = new TextEncoder().encode(`${event("RESUME", index)}\r\n`);
      return source.push(text).map((record) => ({
        ...record,
        monitor: `0x${index}`,
      }));
    }).flat();
    const stage = reporter();
    stage.push(stepsOf(read(records).entries));
    const { machines, notes } = stage.end();
    assert.lengthOf(machines, 100);
    assert.match(notes.join(), /50 more machines are left out.*"0x100"/);
  },

  "reporter() notes every finding with its line"(assets) {
    const { findings } = recorded(assets, "error-replies");
    assert.deepInclude(
      findings.map(({ line, code }) => [line, code]),
      [11, "UNKNOWN_VALUE"],
    );
    const { findings: impossible } = reportSaid(
      event("RESUME", 1),
      event("RESUME", 2),
    );
    assert.deepEqual(
      impossible.map(({ line, code }) => [line, code]),
      [[2, "IMPOSSIBLE_TRANSITION"]],
    );
  },

  "reporter() takes what the end tells for findings, not for messages"() {
    const { entries } = read(
      rawSource().push(
        new TextEncoder().encode(`${event("RESUME", 1)}\r\n`),
      ),
    );
    const [step] = stepsOf(entries);
    const stage = reporter();
    stage.push([step!]);
    stage.note({
      line: 1,
      finding: {
        code: "NEWER_THAN_KNOWN",
        severity: "notice",
        path: [],
        message: "new",
      },
    });
    const { messages, findings } = stage.end([{
      ...step!,
      findings: [{
        code: "REFUSED",
        severity: "notice",
        path: [],
        message: "",
      }],
    }]);
    assert.equal(messages, 1);
    assert.deepEqual(findings.map(({ code }) => code), [
      "NEWER_THAN_KNOWN",
      "REFUSED",
    ]);
  },

  "reporter() says where a log breaks off"() {
    const { notes } = reportSaid(event("RESUME", 1), '{"timestamp": {"sec');
    assert.match(notes.join(), /breaks off in what begins on line 2/);
  },

  "reporter() says why so little is certain of what QEMU alone has said"() {
    const panicked = [
      event("RESUME", 1),
      event("GUEST_PANICKED", 2, '{"action": "pause"}'),
      event("STOP", 2),
      event("RESUME", 9),
    ];
    const old = reportSaidBy("7.2", panicked);
    assert.lengthOf(old.notes, 1);
    assert.match(old.notes[0]!, /^The log has no commands, so a migration /);
    assert.deepEqual(only(old).intervals.at(-1)?.states, ["running"]);

    const { notes, machines } = reportSaidBy("10.2", panicked);
    assert.deepEqual(machines[0]?.intervals[0]?.states, [
      ...["running", "suspended"],
    ]);
    assert.lengthOf(notes, 2);
    assert.match(
      notes[0]!,
      /^From the RESUME on line 1 on, the machine ran or slept: since QEMU 9\.0, /,
    );
    assert.match(notes[1]!, /^The log has no commands/);

    // With them, and a state that is told, there is nothing to explain.
    const whole = reportTrace(
      ...[greeting, '{"return": {}}'].map((text) => [0, "<-", text] as const),
      [1, "->", '{"execute": "query-status"}'],
      [1, "<-", isRunning],
      [2, "->", '{"execute": "stop"}'],
      [2, "<-", event("STOP", 2)],
      [2, "<-", '{"return": {}}'],
    );
    assert.deepEqual(whole.notes, []);
  },

  "reporter() believes QEMU where it says itself in which state a machine was stopped"() {
    const asked = (status: string): Report =>
      reportTrace(
        [1, "<-", event("RESUME", 1)],
        [2, "<-", event("GUEST_PANICKED", 2, '{"action": "pause"}')],
        [2, "<-", event("STOP", 2)],
        [3, "->", '{"execute": "query-status"}'],
        [
          3,
          "<-",
          `{"return": {"running": false, "singlestep": false, "status": "${status}"}}`,
        ],
      );
    const panicked = only(asked("guest-panicked"));
    assert.deepEqual(panicked.stops.map(told), [
      "3 GUEST_PANICKED > 4 STOP: panic",
    ]);
    assert.deepEqual(panicked.stops[0]?.states, ["guest-panicked"]);
    // A migration that nobody hears may come to that whatever stopped it.
    assert.isAbove(only(asked("postmigrate")).stops[0]!.states.length, 1);
  },

  "reporter() lets no STOP of before lead up to an end, where QEMU's log tells that it ran"() {
    const change = (from: string, to: string) =>
      `runstate_set current_run_state 1 (${from}) new_state 2 (${to})`;
    const said = (text: string) => `monitor_qmp_respond mon 0x1 resp: ${text}`;
    const { monitor, stops } = only(reportOn([
      // Before anybody has connected.
      change("prelaunch", "running"),
      change("running", "paused"),
      said(event("STOP", 1)),
      // QEMU sends it before it changes the state.
      said(event("RESUME", 2)),
      change("paused", "running"),
      said(event(
        "SHUTDOWN",
        3,
        '{"guest": false, "reason": "host-signal"}',
      )),
      change("running", "shutdown"),
      "",
    ].join("\n")));
    assert.equal(monitor, "0x1");
    assert.deepEqual(
      stops.map(({ chain }) => chain.map(({ line }) => line)),
      [[2, 3], [6, 7]],
    );
  },

  "reporter() knows the monitors of one QEMU by its own log, and that it goes on where nobody listens"() {
    const change = (from: string, to: string) =>
      `runstate_set current_run_state 1 (${from}) new_state 2 (${to})`;
    const said = (mon: string, text: string) =>
      `monitor_qmp_respond mon ${mon} resp: ${text}`;
    const asked = (mon: string, name: string) =>
      `handle_qmp_command mon ${mon} req: {"execute": "${name}"}`;
    // As QEMU 7.2 wrote it, with two clients; it traces what nobody hears.
    const lines: readonly (readonly [number, string])[] = [
      [1, said("0x1", event("RESUME", 1))],
      [1, said("0x2", event("RESUME", 1))],
      [1, change("prelaunch", "running")],
      [2, said("0x1", greeting)],
      [3, said("0x2", greeting)],
      [5, asked("0x1", "stop")],
      [5, change("running", "paused")],
      [5, said("0x2", event("STOP", 5))],
      [5, said("0x1", event("STOP", 5))],
      [5, said("0x1", '{"return": {}}')],
      [9, asked("0x2", "cont")],
      [9, said("0x1", event("RESUME", 9))],
      [9, said("0x2", event("RESUME", 9))],
      [9, change("paused", "running")],
      [9, said("0x2", '{"return": {}}')],
      // Its client comes back.
      [11, said("0x1", greeting)],
    ];
    const report = reportOn(
      lines.map(([at, line]) => `7@${1_700_000_000 + at}.000000:${line}\n`)
        .join(""),
    );
    assert.isTrue(report.isOneQemu);
    assert.match(report.notes.join(), /2 monitors are of one QEMU/);
    for (const [index, machine] of report.machines.entries()) {
      assert.deepEqual(machine.stops.map(told), [
        `6 stop > 7 runstate_set > ${
          index === 0 ? 9 : 8
        } STOP: command, until 11 cont > 14 runstate_set`,
      ]);
      assert.deepEqual(machine.downtime, [
        { cause: "command", count: 1, seconds: 4, open: 0 },
      ]);
    }
    assert.isUndefined(reportSaid(event("RESUME", 1)).isOneQemu);
    const page = reportHtml(report);
    assert.include(page, "<dt>Monitors of one QEMU</dt><dd>2</dd>");
    assert.include(page, "<dt>Stops</dt><dd>1</dd>");
  },

  "reporter() dates what QEMU's own log tells without a time by the STOP that follows it"() {
    const change = (from: string, to: string) =>
      `runstate_set current_run_state 1 (${from}) new_state 2 (${to})`;
    const said = (text: string) => `monitor_qmp_respond mon 0x1 resp: ${text}`;
    // As QEMU 7.2 writes it without -msg timestamp=on.
    const { stops, standings, intervals } = only(reportOn([
      said(event("RESUME", 100)),
      change("prelaunch", "running"),
      change("running", "paused"),
      "vm_state_notify running 0 reason 4 (paused)",
      said(event("STOP", 107)),
      said(event("RESUME", 109)),
      change("paused", "running"),
      change("running", "suspended"),
      said(event("SUSPEND", 119)),
      "",
    ].join("\n")));
    assert.deepEqual(
      stops.map(({ line, from, to }) => [line, from, to]),
      [[3, 7, 9], [8, 19, undefined]],
    );
    assert.deepEqual(
      standings.map(({ states, seconds }) => [states.join(), seconds]),
      [["running", 17], ["paused", 2], ["suspended", 0]],
    );
    assert.deepEqual(
      intervals.map(({ line, from }) => [line, from]),
      [[1, 0], [3, 7], [7, 9], [8, 19]],
    );
    // However many there are, each is told as it comes.
    const stage = reporter();
    const source = logSource();
    const bytes = new TextEncoder().encode(
      `${change("running", "paused")}\n`.repeat(10_000),
    );
    const { entries } = read([...source.push(bytes), ...source.end()]);
    assert.lengthOf(stage.push(stepsOf(entries)), 10_000);
    assert.equal(only(stage.end()).intervals[0]?.lastLine, 10_000);
  },

  "reporter() guesses nothing of a SHUTDOWN that cannot be read"() {
    const unread = event("SHUTDOWN", 2, '{"guest": 1}');
    const { stops } = only(reportSaid(event("POWERDOWN", 1), unread));
    assert.deepEqual(
      stops.map(({ cause, isCertain, hasEnded }) => [
        ...[cause, isCertain, hasEnded],
      ]),
      [["unknown", false, true]],
    );
  },

  "reporter().push() gives the timeline as plain data"() {
    const { entries } = read(
      rawSource().push(new TextEncoder().encode(
        `rubbish\r\n${event("RESUME", 1)}\r\n{"return": {}}\r\n`,
      )),
    );
    assert.deepEqual(reporter().push(stepsOf(entries)), [
      {
        line: 2,
        at: 0,
        direction: "<-",
        kind: "event",
        name: "RESUME",
        states: ["running"],
      },
      {
        line: 3,
        at: null,
        direction: "<-",
        kind: "return",
        name: "(unmatched)",
        states: ["running"],
      },
    ]);
  },

  "reporter() makes nothing of what is no word, nor of names that all objects have"() {
    const odd = '{"toString": 1, "valueOf": null, "__proto__": {}}';
    const report = reportSaid(
      event("WATCHDOG", 1, `{"action": ${odd}}`),
      event("SHUTDOWN", 2, '{"guest": true, "reason": "constructor"}'),
      event(
        "__proto__",
        3,
        `{"action": ${odd}, "reason": [], "status": ${odd}}`,
      ),
      event("constructor", 4, "{}"),
      event("toString", 5, `{"status": ${odd}}`),
      event(
        "GUEST_PANICKED",
        6,
        '{"action": "pause", "info": {"type": "hyper-v", "constructor": 1, ' +
          `"arg2": 9295429630892703744, "x": ${odd}}}`,
      ),
      `{"execute": "human-monitor-command", "arguments": {"command-line": ${odd}}}`,
      '{"execute": "constructor"}',
    );
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
    assert.equal(report.messages, 8);
    const raw = reporter();
    const { entries } = read(
      rawSource().push(new TextEncoder().encode(
        `${event("SHUTDOWN", 1, `{"guest": ${odd}, "reason": ${odd}}`)}\r\n` +
          `${event("RESET", 2, `{"guest": true, "reason": ${odd}}`)}\r\n`,
      )),
      { policy: "raw" },
    );
    raw.push(stepsOf(entries));
    assert.equal(raw.end().machines[0]?.happenings.length, 2);
    const rows = decode({ type: "s390", reason: { toString: 1 } });
    assert.deepEqual(rows[1]?.meaning, []);
  },

  "reporter() is plain data, which JSON can carry"(assets) {
    const report = recorded(assets, "panic-s390");
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  },

  "reporter() refuses to keep nothing"() {
    assert.throws(
      () => reporter({ most: 9 }),
      RangeError,
      "Cannot keep 9 of each thing: it is no whole number from 10",
    );
  },
};
