/**
 * The report as text.
 *
 * @module
 */

import { rawSource, read } from "@qmp/run-state/replay";
import { reporter, reportHtml, reportText } from "@qmp/run-state/report";
import { assert } from "chai";

import {
  event,
  greeting,
  reportOn,
  reportSaid,
  reportSaidBy,
  reportTrace,
  stepsOf,
} from "./report_steps.ts";
import type { Assets, Suite } from "./suite.ts";

function recorded({ fixtures }: Assets, name: string): string[] {
  const report = reportOn(fixtures.get(`traces/${name}.jsonl`)!, {
    title: `${name}.jsonl`,
    about: "a trace",
  });
  return reportText(report).split("\n");
}

/** The lines below a headline. */
function below(lines: readonly string[], headline: string): string[] {
  const start = lines.indexOf(headline) + 1;
  const end = lines.indexOf("", start);
  return lines.slice(start, end === -1 ? undefined : end);
}

/** The tests of `reportText()`. */
export const reportTextSuite: Suite = {
  "reportText() says what the log is, how long, and from when"(assets) {
    const lines = recorded(assets, "watchdog-pause");
    assert.deepEqual(lines.slice(0, 2), ["watchdog-pause.jsonl", "a trace"]);
    assert.match(lines[2]!, /^14 messages in 19 ms, from 2026-\d\d-\d\dT.*Z$/);
  },

  "reportText() says why a machine stopped, with every line"(assets) {
    assert.deepEqual(
      below(recorded(assets, "watchdog-pause"), "Why it stopped"),
      [
        "  line 8, +0.041733 s: the watchdog expired, for 971 µs",
        "    line 5: command watchdog-set-action action=pause",
        "    line 7: event WATCHDOG action=pause",
        "    line 8: event STOP",
        "      so it was watchdog",
        "    line 11: command cont",
        "    line 12: event RESUME",
      ],
    );
  },

  "reportText() takes the registers of a panic apart"(assets) {
    const lines = below(recorded(assets, "panic-s390"), "Why it stopped");
    assert.include(
      lines,
      "      psw-mask  0x0002000180000000  wait state, all interrupts disabled, " +
        "supervisor state, key 0, condition code 0, 64-bit addressing",
    );
    assert.include(lines, "      psw-addr  0xfedcba9876543210");
  },

  "reportText() says what it does not know for certain"() {
    const text = reportText(reportSaid(
      greeting,
      event("RESUME", 100),
      '{"return": {}}',
      event("GUEST_PANICKED", 110, '{"action": "pause"}'),
      event("STOP", 110),
    ));
    assert.include(
      text,
      "most likely, the guest panicked, and the log does not tell of its running again",
    );
  },

  "reportText() says unknown what is unknown"() {
    const lines = reportText(reportSaid(
      event("RTC_CHANGE", 1, "{}"),
      event("RTC_CHANGE", 3, "{}"),
    )).split("\n");
    assert.deepEqual(below(lines, "Where it stood"), [
      `${" ".repeat(11)}2 s  unknown`,
    ]);
  },

  "reportText() adds up states and downtime"() {
    const lines = reportText(reportSaid(
      event("RESUME", 0),
      event("SUSPEND", 90),
      event("WAKEUP", 100),
      event("SUSPEND", 7300),
      event("WAKEUP", 180_100),
    )).split("\n");
    assert.deepEqual(below(lines, "Where it stood"), [
      `${" ".repeat(11)}2 d  suspended, 2 times`,
      `${" ".repeat(5)}2 h 1 min  running, 3 times`,
    ]);
    assert.deepEqual(below(lines, "Downtime"), [
      "  suspended        2 d in 2 stops",
    ]);
  },

  "reportText() draws the timeline as wide as it is told"(assets) {
    const { fixtures } = assets;
    const report = reportOn(fixtures.get("traces/io-error.jsonl")!);
    for (const columns of [40, 80, 200]) {
      const lines = reportText(report, { columns }).split("\n");
      const bar = lines.find((line) => /^ {2}[█░▁]+$/.test(line))!;
      assert.lengthOf(bar, columns - 2);
      // What took a fiftieth of the time is seen all the same.
      assert.match(bar, /░+█+▁+█*$/);
    }
  },

  "reportText() neither hides a short stop nor lets it hide that a machine ran"() {
    // For a minute in each hour it does not run.
    const hours = Array.from({ length: 100 }, (_, hour) => [
      event("STOP", 3600 * hour),
      event("RESUME", 3600 * hour + 60),
    ]).flat();
    const text = reportText(reportSaid(event("RESUME", 0), ...hours), {
      columns: 64,
    });
    assert.match(text, /^ {2}▄{58,59}[▄█]{1,2}$/m);
    assert.match(text, /^ {2}▄ not running for a part of it {3}$/m);
    const once = reportText(
      reportSaid(...hours.slice(0, 2), event("POWERDOWN", 360_000)),
      { columns: 64 },
    );
    assert.match(once, /^ {2}▄█{59}$/m);
  },

  "reportText() tells the first stops and the last, and how many are between"() {
    const hours = Array.from({ length: 120 }, (_, hour) => [
      event("RESUME", 3600 * hour),
      event("STOP", 3600 * hour + 60),
    ]).flat();
    const lines = below(
      reportText(reportSaid(...hours)).split("\n"),
      "Why it stopped",
    ).filter((line) => /^ {2}\S/.test(line));
    assert.lengthOf(lines, 51);
    assert.match(lines[24]!, /^ {2}line 50, /);
    assert.equal(
      lines[25],
      "  and 70 stops more before the last 25, which the page and the JSON have",
    );
    assert.match(lines[26]!, /^ {2}line 192, /);
    assert.match(lines[50]!, /^ {2}line 240, /);
  },

  "reportText() places by lines where the log knows no time"() {
    const text = reportText(reportSaid(
      '{"return": {}}',
      event("RESUME", -1),
      event("SUSPEND", -1),
    ));
    assert.match(text, /none of them with a time/);
    assert.match(text, /line 1 +line 3/);
  },

  "reportText() claims no end of QEMU where only lines hold nothing"() {
    const stop = event("STOP", -1);
    const drawing = reportText(reportOn(
      `${event("RESUME", -1)}\n${"noise\n".repeat(20)}${stop}\n`,
    )).split("\n").find((line) => line.includes("██"));
    assert.match(drawing!, /^ {2}█{40,}▁+$/);
  },

  "reportText() claims nothing before a machine was heard"() {
    const source = rawSource();
    const said = (monitor: string, text: string) =>
      source.push(new TextEncoder().encode(`${text}\n`))
        .map((record) => ({ ...record, monitor }));
    const { entries } = read([
      ...said("a", event("RESUME", 0)),
      ...said("b", event("RESUME", 50)),
      ...said("b", event("POWERDOWN", 100)),
    ]);
    const stage = reporter();
    stage.push(stepsOf(entries));
    const drawings = reportText(stage.end()).split("\n")
      .filter((line) => line.includes("█") && !line.includes("running"));
    assert.match(drawings[1]!, /^ {30,}█{30,}$/);
  },

  "reportText() names each machine where there are several"() {
    const log = ["1", "2"].map((mon) =>
      `2026-01-31 12:00:00.001+0000: 7: info : qemuMonitorJSONIOProcessLine:203` +
      ` : QEMU_MONITOR_RECV_EVENT: mon=0x7f0${mon} event=${
        event("RESUME", 1)
      }\n`
    ).join("");
    const text = reportText(reportOn(log));
    assert.match(text, /^Monitor 0x7f01: 1 message$/m);
    assert.match(text, /^Monitor 0x7f02: 1 message$/m);
  },

  "reportText() lists what was found, and says how much more there is"() {
    const lines = reportText(
      reportSaid(...Array.from({ length: 100 }, () => "{}")),
    ).split("\n");
    const found = below(lines, "What was found");
    assert.lengthOf(found, 41);
    assert.match(found[0]!, /^ {2}line 1: fault NOT_QMP: /);
    assert.equal(found[40], "  and 60 more");
  },

  "reportText() leaves out notices before faults"() {
    const lines = reportText(
      reportSaid(
        ...Array.from({ length: 100 }, () => event("SHUTDOWN", 1)),
        "{}",
      ),
    ).split("\n");
    const found = below(lines, "What was found");
    assert.lengthOf(found, 41);
    assert.match(found[0]!, /^ {2}line 1: notice /);
    assert.match(found[39]!, /^ {2}line 101: fault NOT_QMP: /);
  },

  "reportText() puts first where a machine stood most likely, and whether it ran"() {
    const text = reportText(reportSaidBy("10.2", [
      event("RESUME", 1),
      event("RESET", 2, '{"guest": true, "reason": "guest-reset"}'),
      event("GUEST_PANICKED", 3, '{"action": "pause"}'),
      event("STOP", 3),
    ]));
    assert.match(text, /^ +1 s {2}running or suspended$/m);
    assert.match(text, /^ +1 s {2}running or [a-z-]+ or [a-z-]+ or 7 more$/m);
    assert.match(
      text,
      /^ +so it was most likely guest-panicked, else [a-z-]+ or [a-z-]+ or [a-z-]+ or 5 more$/m,
    );
  },

  "reportText() gives no length to what has none, nor to a log without times"() {
    const stopped = '{"timestamp": {"seconds": -1, "microseconds": -1}, ';
    const text = reportText(reportSaid(
      `${stopped}"event": "STOP"}`,
      `${stopped}"event": "RESUME"}`,
      `${stopped}"event": "SHUTDOWN", "data": ` +
        '{"guest": false, "reason": "host-qmp-quit"}}',
    ));
    assert.deepEqual(below(text.split("\n"), "Downtime"), [
      "  unknown          1 stop",
      "  host-quit        1 stop, not over where the log tells no more",
    ]);
  },

  "reportText() makes no span of the one time that a log has"() {
    const report = reportSaid('{"return": {}}', event("STOP", 1_700_000_000));
    assert.match(
      reportText(report),
      /^2 messages, around 2023-11-14T22:13:20\.000Z$/m,
    );
    const page = reportHtml(report);
    assert.include(page, "<dt>Span</dt><dd>one time in the log</dd>");
    assert.include(page, "<dt>Around</dt>");
    assert.match(
      reportText(reportSaid(event("STOP", 1), event("RESUME", 2))),
      /^2 messages in 1 s, from 1970/m,
    );
  },

  "reportText() says where a machine stood at last that was not seen to stop"() {
    assert.match(
      reportText(reportSaid(event("RESUME", 1))),
      /^It was not seen to stop: where the log ends, it was running$/m,
    );
    assert.match(
      reportText(reportSaid(event("POWERDOWN", 1))),
      /^It was not seen to stop$/m,
    );
  },

  "reportText() says of a machine that was heard no more that the log goes on without it"() {
    const line = (minute: string, mon: string, name: string) =>
      `2026-03-10 22:${minute}:00.000+0000: 1: info : f:1 : ` +
      `QEMU_MONITOR_RECV_EVENT: mon=0x${mon} event=${event(name, 1)}\n`;
    const text = reportText(reportOn(
      line("00", "a", "RESUME") + line("09", "b", "RESUME") +
        line("40", "b", "STOP"),
    ));
    assert.match(
      text,
      /^It was not seen to stop: where it was heard last, 40 min before the log ends, it was running$/m,
    );
  },

  "reportText() says of a machine that was found stopped for how long at least it was"() {
    const text = reportText(reportTrace(
      [0, "<-", greeting],
      [1, "->", '{"execute": "query-status"}'],
      [
        1,
        "<-",
        '{"return": {"running": false, "singlestep": false, "status": "io-error"}}',
      ],
      [9, "->", '{"execute": "cont"}'],
      [9, "<-", event("RESUME", 9)],
      [9, "<-", '{"return": {}}'],
    ));
    assert.match(text, /^ {2}line 4, .*: a disk failed, for at least 8 s$/m);
  },

  "reportText() does not say of a stop that may be over that the log ends with it"() {
    const text = reportText(reportTrace(
      [0, "<-", greeting],
      [1, "<-", event("RESUME", 1)],
      [2, "->", '{"execute": "stop"}'],
      [2, "<-", event("STOP", 2)],
      [2, "<-", '{"return": {}}'],
      [9, "->", '{"execute": "cont"}'],
      [9, "<-", '{"return": {}}'],
      [99, "->", '{"execute": "query-kvm"}'],
      [99, "<-", '{"return": {"enabled": true, "present": true}}'],
    ));
    assert.match(
      text,
      /^ {2}command +7 s in 1 stop, not over where the log tells no more$/m,
    );
  },

  "reportText() dates a stop that comes a minute after the start, or later"() {
    const text = reportText(reportSaid(
      event("RESUME", 1_700_000_000),
      event("STOP", 1_700_000_059),
      event("RESUME", 1_700_000_060),
      event("STOP", 1_700_086_400),
    ));
    assert.match(text, /^ {2}line 2, \+59\.000000 s: the log does not /m);
    assert.match(
      text,
      /^ {2}line 4, \+86400\.000000 s, 2023-11-15T22:13:20\.000Z: the log does not /m,
    );
  },

  "reportText() writes no thousand of a unit where there is a larger one"() {
    const text = reportText(reportSaid(
      event("RESUME", 1_000_000_000),
      event("STOP", 1_000_043_231.991),
      event("RESUME", 1_000_043_231.992),
    ));
    assert.match(text, /, for 1 ms$/m);
  },

  "reportText() names a greeting once, and a reply without its command in words"() {
    const report = reportSaid(greeting, '{"return": {}}', greeting);
    const lines = below(reportText(report).split("\n"), "Why it stopped");
    assert.deepEqual(lines, [
      "  line 2: the monitor was lost, and what it did is not known",
      "    line 2: return to a command that is not in the log",
      "    line 3: greeting QEMU 7.2.22",
    ]);
    assert.include(
      reportHtml(report),
      '<span class="quiet">return</span> <strong>to a command that is not in the log</strong>',
    );
  },

  "reportText() says of a log of states alone that it has no message"() {
    const change = "runstate_set current_run_state 6 (prelaunch) new_state 9 " +
      "(running)\n";
    assert.match(
      reportText(reportOn(change)),
      /^No message, but QEMU's own log of its run state, without times$/m,
    );
    assert.match(
      reportText(
        reportOn(
          `1@1700000000.000000:${change}1@1700000009.500000:${
            change.replace("prelaunch", "paused")
          }`,
        ),
      ),
      /^No message, but QEMU's own log of its run state over 9\.5 s, from 2023/m,
    );
    assert.match(
      reportText(reporter().end()),
      /^No message of QMP was found$/m,
    );
  },

  "reportText() lets nothing of the log steer a terminal"() {
    const name = "\\u001b[31m\\u202eX\\u0000\\n";
    const text = reportText(reportOn(
      `${event(name, 1)}\r\n${event("STOP", 2)}\r\n`,
      { title: "a\x1b[2J\nb", about: "\u202e" },
    ));
    // deno-lint-ignore no-control-regex
    assert.notMatch(text.replaceAll("\n", ""), /[\x00-\x1f\x7f-\x9f\u202e]/);
    assert.equal(text.split("\n")[1], "\\u202e");
  },
};
