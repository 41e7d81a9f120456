/**
 * The verb `report`, and what is shown while files are read.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";

import { failure, fakeHost, type FakePlatform } from "./fake_host.ts";
import { event, greeting } from "./report_steps.ts";
import type { Suite } from "./suite.ts";

const log = `${greeting}\r\n${event("RESUME", 100)}\r\n${
  event("SUSPEND", 103)
}\r\n${event("WAKEUP", 105)}\r\n`;

async function run(
  args: readonly string[],
  platform: FakePlatform = {},
) {
  const host = fakeHost({ files: { log }, ...platform });
  const code = await main(args, host);
  return { code, host };
}

/** Tests of `report`, and of progress. */
export const reportVerbTests: Suite = {
  async "report prints text"() {
    const { code, host } = await run(["report", "log"]);
    assert.equal(code, 0);
    assert.match(host.out(), /^log\nmonitor stream; edition 7\.2 /);
    assert.include(host.out(), "the guest went to sleep, for 2 s");
    assert.equal(host.saved.size, 0);
  },

  async "report -o writes a page, JSON or text, by the name of the file"() {
    const { code, host } = await run(["report", "log", "-o", "x.html"]);
    assert.equal(code, 0);
    assert.equal(host.out(), "");
    assert.match(host.saved.get("x.html")!, /^<!doctype html>/);

    const { host: json } = await run(["report", "--output=x.json", "log"]);
    const report = JSON.parse(json.saved.get("x.json")!);
    assert.equal(report.machines[0].stops[0].cause, "suspended");

    const { host: text } = await run(["report", "-o", "x.txt", "log"]);
    assert.match(text.saved.get("x.txt")!, /^log\n/);
  },

  async "report --html and --json print those"() {
    const { host } = await run(["report", "--html", "log"]);
    const { host: saved } = await run(["report", "log", "-o", "x.htm"]);
    assert.equal(host.out(), saved.saved.get("x.htm"));
    const { host: json } = await run(["report", "--json", "log", "-o", "-"]);
    assert.equal(JSON.parse(json.out()).messages, 4);
  },

  async "report takes the time of day from the header of a trace"(
    { fixtures },
  ) {
    const trace = fixtures.get("traces/watchdog-pause.jsonl")!;
    const { host } = await run(["report", "--json", "log"], {
      files: { log: trace },
    });
    assert.equal(
      JSON.parse(host.out()).epoch,
      Date.parse("2026-11-22T14:25:27.652Z") / 1000,
    );
  },

  async "report and timeline end in 1 where there is a fault"() {
    for (const verb of ["report", "timeline"]) {
      const { code, host } = await run([verb, "log"], {
        files: { log: `${log}{}\n` },
      });
      assert.equal(code, 1);
      assert.include(host.out(), "line 5: fault NOT_QMP: ");
    }
  },

  async "report asks for --qemu where that may make more certain"() {
    const files = { log: `${event("RESUME", 1)}\r\n` };
    const asks = /^ {2}No message says which QEMU it was, .*: --qemu VERSION /m;
    const { host } = await run(["report", "log"], { files });
    assert.match(host.out(), asks);
    const named = ["report", "--qemu", "7.2", "log"];
    assert.notMatch((await run(named, { files })).host.out(), asks);
    // Where all is certain, or nothing, the version adds nothing.
    for (const text of ['{"return": {}}', event("POWERDOWN", 1)]) {
      const silent = { files: { log: `${text}\n` } };
      assert.notMatch((await run(["report", "log"], silent)).host.out(), asks);
    }
    assert.notMatch((await run(["report", "log"])).host.out(), asks);
  },

  async "report refuses what makes no sense"() {
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /Cannot report on nothing/],
      [["log", "b"], /Cannot report on "b" too/],
      [["log", "-o", "log"], /Cannot write the report to "log": it is the log/],
      [["log", "--html", "--json"], /Cannot write both/],
      [["missing"], /Cannot read "missing": there is no such file/],
    ];
    for (const [args, sentence] of wrong) {
      const { code, host } = await run(["report", ...args]);
      assert.equal(code, 2);
      assert.match(host.err(), sentence);
      assert.equal(host.saved.size, 0);
    }
  },

  async "report says where it cannot write"() {
    const { code, host } = await run(["report", "log", "-o", "x.html"], {
      locked: failure("EACCES"),
    });
    assert.equal(code, 2);
    assert.match(host.err(), /^qmp-run-state: Cannot write "x\.html": EACCES/);
  },

  async "timeline draws as wide as the terminal, and cuts what is longer"() {
    for (const columns of [40, 100]) {
      const { host } = await run(["timeline", "log"], {
        files: {
          log: `${log}${
            event("LONG", 106, `{"text": "${"x".repeat(200)}"}`)
          }\n`,
        },
        isTerminal: true,
        columns,
        env: { NO_COLOR: "1" },
      });
      const lines = host.out().trimEnd().split("\n");
      const bar = lines.find((line) => /^ {2}[█▁░]+$/.test(line))!;
      assert.lengthOf(bar, columns - 2);
      const long = lines.find((line) => line.includes("LONG"))!;
      assert.lengthOf(long, columns);
      assert.match(long, /…$/);
    }
  },

  async "timeline draws each event beside the state that it leads to"() {
    const { host } = await run(["timeline", "log"]);
    const rows = host.out().split("\n").filter((line) => /●|│/.test(line));
    assert.deepEqual(rows.map((line) => line.trim().replace(/ +/g, " ")), [
      "0.000000 1 ● unknown 0 s",
      "0.000000 2 ● running 3 s RESUME",
      "3.000000 3 ● suspended 2 s SUSPEND",
      "5.000000 4 ● running 0 s WAKEUP",
    ]);
  },

  async "timeline colours on a terminal alone"() {
    const { host } = await run(["timeline", "log"], { isTerminal: true });
    assert.include(host.out(), "\x1b[32m");
    assert.notInclude((await run(["timeline", "log"])).host.out(), "\x1b");
  },

  async "report, timeline and validate show how far they are, and take it away"() {
    const long = `${greeting}\r\n` +
      `${event("RTC_CHANGE", 1, "{}")}\r\n`.repeat(5000);
    for (const verb of ["report", "timeline", "validate"]) {
      const { host } = await run([verb, "log"], {
        files: { log: long },
        isTerminal: true,
        columns: 100,
        chunk: 32_768,
        delay: 400,
      });
      assert.match(
        host.err().replaceAll("\x1b[K", "\n"),
        /\r0\.\d of 0\.4 MB \(\d+ %\), [\d,]+ messages, 0\.1 MB\/s, \d+ s left$/m,
      );
      assert.ok(host.err().endsWith("\r\x1b[K"));
    }
  },

  async "timeline shows no progress where it is not looked at, or soon over"() {
    const quick = await run(["timeline", "log"], { isTerminal: true });
    assert.equal(quick.host.err(), "");
    const slow = { delay: 2000, chunk: 100 };
    assert.equal((await run(["timeline", "log"], slow)).host.err(), "");
    const json = { ...slow, isTerminal: true };
    assert.equal(
      (await run(["timeline", "--json", "log"], json)).host.err(),
      "",
    );
    const dumb = { ...slow, isTerminal: true, env: { TERM: "dumb" } };
    assert.equal((await run(["timeline", "log"], dumb)).host.err(), "");
  },

  async "timeline shows the progress of standard input without an end"() {
    const { host } = await run(["timeline", "-"], {
      stdin: log.repeat(2000),
      isTerminal: true,
      chunk: 65_536,
      delay: 600,
    });
    const shown = host.err().replaceAll("\x1b[K", "\n");
    assert.match(shown, /\r0\.\d MB, [\d,]+ messages, 0\.1 MB\/s$/m);
  },
};
