/**
 * The verb `replay` as a player: its options, its keys, its status line, and
 * what it says of the machine.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { fakeHost, type FakePlatform } from "./fake_host.ts";
import { fakeTerminal } from "./fake_keyboard.ts";
import { event } from "./played.ts";
import type { Suite } from "./suite.ts";

function trace(...rows: readonly (readonly [number, string])[]): string {
  const lines = rows.map(([at, name]) =>
    name === name.toLowerCase()
      ? [at, "->", `{"execute": "${name}"}\n`]
      : [at, "<-", event(name)]
  );
  return '{"format": "qmp-trace", "version": 1}\n' +
    lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

const log = trace(
  [0.5, "stop"],
  [1, "STOP"],
  [3, "cont"],
  [3.25, "RESUME"],
  [10, "RTC_CHANGE"],
  [11, "SHUTDOWN"],
).replace(
  'SHUTDOWN\\"',
  'SHUTDOWN\\", \\"data\\": {\\"guest\\": true, \\"reason\\": \\"guest-shutdown\\"}',
);

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}';

/** The names of the messages shown. */
function namesIn(shown: string): string[] {
  return [...shown.matchAll(/ (?:<-|->) \w+ +(\S+)/g)].map(([, name]) => name!);
}

async function played(
  ...args: readonly string[]
): Promise<{ code: number; names: string[]; slept: number[]; err: string }> {
  const host = fakeHost({ files: { log } });
  const code = await main(["replay", ...args, "log"], host);
  return {
    code,
    names: namesIn(host.out()),
    slept: host.slept,
    err: host.err(),
  };
}

async function steered(
  keys: readonly (readonly [number, string])[],
  args: readonly string[] = ["--speed", "1"],
  platform: FakePlatform = {},
) {
  const host = fakeTerminal({
    files: { log },
    env: { NO_COLOR: "1" },
    ...platform,
  }, keys);
  const code = await main(["replay", ...args, "log"], host);
  assert.isFalse(host.isHeard());
  return {
    code,
    host,
    names: namesIn(host.out()),
    seconds: (host.now() - 1e6) / 1000,
  };
}

/** The output, with a visible sign where the rest of a row is erased. */
function visible(output: string): string {
  return output.replaceAll("\x1b[K", "⌫");
}

/** What is on the screen at last, by the little that is used. */
function screen(output: string): string[] {
  return visible(output).split("\n").map((row) =>
    row.split("\r").reduce((shown, part) => {
      const [written, ...erased] = part.split("⌫");
      return erased.length > 0
        ? written + erased.join("")
        : written + shown.slice(written!.length);
    }, "")
  );
}

/** Tests of `replay` as a player. */
export const playbackVerbTests: Suite = {
  async "replay --interval, --idle and --speed set the pace"() {
    assert.deepEqual((await played("--interval", "0.5")).slept, [
      ...[500, 500, 500, 500, 500],
    ]);
    assert.deepEqual((await played("--interval", "0.5", "--speed=2")).slept, [
      ...[250, 250, 250, 250, 250],
    ]);
    assert.deepEqual((await played("--idle", "1")).slept, [
      ...[500, 500, 1000, 250, 1000, 1000],
    ]);
    assert.deepEqual((await played("--idle", "1", "--speed", "4")).slept, [
      ...[125, 125, 250, 62.5, 250, 250],
    ]);
    assert.deepEqual((await played("--idle=1", "--speed=Infinity")).slept, []);
    assert.deepEqual((await played("--interval=0")).slept, []);
  },

  async "replay --from and --until take a time, an entry or an event"() {
    const names = async (...args: readonly string[]) =>
      (await played(...args)).names;
    assert.deepEqual(await names("--from", "3"), [
      ...["cont", "RESUME", "RTC_CHANGE", "SHUTDOWN"],
    ]);
    assert.deepEqual(await names("--from=RTC_CHANGE"), [
      ...["RTC_CHANGE", "SHUTDOWN"],
    ]);
    assert.deepEqual(await names("--from", "entry:5"), [
      ...["RTC_CHANGE", "SHUTDOWN"],
    ]);
    assert.deepEqual(await names("--until", "1"), ["stop", "STOP"]);
    assert.deepEqual(await names("--until=entry:1"), ["stop"]);
    assert.deepEqual(await names("--from=STOP", "--until=RESUME"), [
      ...["STOP", "cont", "RESUME"],
    ]);
    assert.deepEqual(
      (await played("--from=2", "--speed=1", "--until=4")).slept,
      [
        ...[1000, 250],
      ],
    );
  },

  async "replay --from and --until take the times that a report gives"() {
    const line = (clock: string, name: string) =>
      `2026-03-12 ${clock}+0000: 1: info : f:1 : QEMU_MONITOR_RECV_EVENT: ` +
      `mon=0xa event=${event(name).trimEnd()}\n`;
    const files = {
      log: line("03:14:00.990", "RESUME") + line("03:15:03.001", "STOP") +
        line("03:45:03.000", "RESUME"),
    };
    const names = async (...args: readonly string[]) => {
      const host = fakeHost({ files });
      assert.equal(await main(["replay", ...args, "log"], host), 0);
      return namesIn(host.out());
    };
    for (
      const from of [
        ...["62.011", "+62.011000", "1773285303", "2026-03-12T03:15:03.001Z"],
        ...["2026-03-12 04:15:03.001+0100", "2026-03-12T03:15"],
      ]
    ) {
      assert.deepEqual(await names("--from", from), ["STOP", "RESUME"], from);
    }
    const host = fakeHost({ files });
    await main(["replay", "--until=5", "log"], host);
    assert.match(host.out(), /^2026-03-12T03:14:00\.990000Z 0xa <- event /m);
    const ends = ["--until=63", "--until=2026-03-12T03:15:03.001Z"];
    for (const until of ends) {
      assert.deepEqual(await names(until), ["RESUME", "STOP"], until);
    }
    const shown = await steered([[500, "q"]], ["--speed", "1"], {
      files,
      columns: 150,
    });
    assert.match(
      shown.host.out(),
      /\r2026-03-12T03:14:01\.0Z {2}x1 {2}run state of 0xa: running/,
    );
    assert.match(
      (await played("--from", "2026-03-12T03:15.5")).err,
      /^qmp-run-state: Cannot find /,
    );
    const { code, err } = await played("--from", "2026-13-12T03:15");
    assert.match(err, /^qmp-run-state: Cannot find "2026-13-12T03:15": it is /);
    assert.equal(code, 2);
  },

  async "replay says which machine a message is of, and where that one stands"() {
    const line = (name: string, domain: string) =>
      `event ${name} at 1769860800.250000 for domain ${domain}: <null>\n`;
    const files = {
      log: line("RESUME", "web") + line("STOP", "db") +
        line("RTC_CHANGE", "web"),
    };
    const host = fakeHost({ files });
    await main(["replay", "--qemu", "7.2", "log"], host);
    const [, ...rows] = host.out().split("\n").filter((row) =>
      !row.includes("notice")
    );
    assert.match(rows[0]!, /Z web <- event +RESUME/);
    assert.match(rows[1]!, /run state: running/);
    assert.match(rows[2]!, /Z db <- event +STOP/);
    assert.match(rows[3]!, /run state: .*paused/);
    assert.match(rows[4]!, /Z web <- event +RTC_CHANGE/);
    // It runs as before: what happened to the other one is nothing to it.
    assert.deepEqual(rows.slice(5), [""]);
  },

  async "replay counts from where it begins while it waits for the first message"() {
    const { host } = await steered([[1500, "q"]], [
      ...["--speed", "1", "--from", "5"],
    ], { columns: 100 });
    const places = [...visible(host.out()).matchAll(/\r([\d.]+) s /g)];
    assert.deepEqual([...new Set(places.map(([, at]) => at))], [
      ...["5.0", "6.0", "6.5"],
    ]);
  },

  async "replay --from knows the run state that what comes before has led to"() {
    const host = fakeHost({ files: { log } });
    const from = ["--qemu", "7.2", "--from", "RTC_CHANGE"];
    await main(["replay", ...from, "log"], host);
    assert.match(host.out(), /RTC_CHANGE.*\n +run state: running\n/);
  },

  async "replay --only shows kinds, names, or both"() {
    const names = async (list: string) => (await played("--only", list)).names;
    assert.deepEqual(await names("command"), ["stop", "cont"]);
    assert.deepEqual(await names("event/STOP,SHUTDOWN"), ["STOP", "SHUTDOWN"]);
    assert.deepEqual(await names("command/cont"), ["cont"]);
  },

  async "replay --loop plays again, and reads the file anew"() {
    const { names } = await played("--loop", "2", "--until", "entry:2");
    assert.deepEqual(names, ["stop", "STOP", "stop", "STOP"]);
    const { slept } = await played("--loop=2", "--until=1", "--speed=1");
    assert.deepEqual(slept, [500, 500, 500, 500]);
    const { code, host, names: many } = await steered([[4999, "q"]], [
      ...["--loop", "0", "--interval", "0.1"],
    ]);
    assert.equal(code, 0);
    assert.lengthOf(many, 50);
    assert.notMatch(host.out(), /IMPOSSIBLE/);
  },

  async "replay says what it cannot play"() {
    const cases: readonly (readonly [string[], RegExp])[] = [
      [
        ["--speed", "0"],
        /Cannot play at "0" times the pace: it is no number above 0/,
      ],
      [["--speed", ""], /Cannot play at "" times/],
      [
        ["--interval", "-1"],
        /Cannot play every "-1" seconds: it is no number from 0/,
      ],
      [
        ["--idle", "x"],
        /Cannot wait at most "x" seconds: it is no number from 0/,
      ],
      [
        ["--loop", "1.5"],
        /Cannot play "1\.5" times: it is no whole number from 0/,
      ],
      [
        ["--from", "entry:0"],
        /Cannot find "entry:0": it is no time in seconds/,
      ],
      [["--until", "a b"], /Cannot find "a b"/],
      [["--only", "event/"], /Cannot show "event\/" alone: it is no KIND/],
      [
        ["--only", "STOP/event"],
        /Cannot show "STOP\/event" alone: .* return, error, event;/,
      ],
      [["--only", "a,,b"], /Cannot show "" alone/],
      [["--step"], /Cannot step: there is no terminal with keys/],
    ];
    for (const [args, words] of cases) {
      const { code, err } = await played(...args);
      assert.match(err, words);
      assert.equal(code, 2);
    }
    const host = fakeHost({ stdin: log });
    assert.equal(await main(["replay", "--loop", "2", "-"], host), 2);
    assert.match(host.err(), /Cannot play standard input more than once/);
  },

  async "replay says that nothing is left to show"() {
    for (const args of [["--from", "99"], ["--only", "error"]]) {
      const { code, err } = await played(...args);
      assert.equal(
        err,
        'qmp-run-state: "log" holds no message that was asked for\n',
      );
      assert.equal(code, 0);
    }
  },

  async "replay shows what the tracker finds, and has code 1"() {
    const files = { log: trace([1, "RESUME"], [2, "RESUME"]) };
    const host = fakeHost({ files });
    assert.equal(await main(["replay", "--qemu", "7.2", "log"], host), 1);
    assert.match(
      host.out(),
      /RESUME\n +run state: running\n.*RESUME\n +line 3: fault IMPOSSIBLE_TRANSITION: /,
    );
  },

  async "replay pauses and goes on by the space bar"() {
    const { code, seconds, names } = await steered([[2000, " "], [9000, " "]]);
    assert.equal(code, 0);
    assert.lengthOf(names, 6);
    assert.equal(seconds, 18);
  },

  async "replay steps by a point, and to the next marker by a bracket"() {
    const one = await steered([[100, "."], [200, ".."], [300, "q"]]);
    assert.deepEqual(one.names, ["stop", "STOP", "cont"]);
    const two = await steered([[100, "]"], [200, "]"], [300, "q"]]);
    // RTC_CHANGE is not of run-state.
    assert.deepEqual(two.names, ["stop", "STOP", "cont", "RESUME"]);
    const three = await steered([[100, "]"], [300, "q"]], [
      ...["--step", "--marker", "RTC_CHANGE"],
    ]);
    assert.deepEqual(three.names.at(-1), "RTC_CHANGE");
    assert.lengthOf(three.names, 5);
  },

  async "replay --step begins paused, and waits for nothing else"() {
    const { names, seconds } = await steered([[5000, "."], [9000, "q"]], [
      "--step",
    ]);
    assert.deepEqual(names, ["stop"]);
    assert.equal(seconds, 9);
  },

  async "replay doubles and halves the speed by plus and minus"() {
    // At 1 s there are 10 s left.
    assert.equal((await steered([[1000, "+"]])).seconds, 6);
    assert.equal((await steered([[1000, "="]])).seconds, 6);
    assert.equal((await steered([[1000, "+++-"]])).seconds, 3.5);
    assert.equal((await steered([[1000, "-"]])).seconds, 21);
  },

  async "replay passes over keys that say nothing"() {
    const keys = [[100, "x"], [200, "\x1b[C"], [300, "\x1b]."]] as const;
    assert.equal((await steered(keys)).seconds, 11);
  },

  async "replay quits by q, Ctrl-C and signals, with the code of each"() {
    for (
      const [key, code] of [
        ...[["q", 0], ["\x03", 130], ["SIGINT", 130]] as const,
        ...[["SIGTERM", 143], ["SIGHUP", 129]] as const,
      ]
    ) {
      const outcome = await steered([[1500, key]]);
      assert.equal(outcome.code, code, key);
      assert.deepEqual(outcome.names, ["stop", "STOP"], key);
      const early = await steered([[100, key]]);
      assert.equal(early.code, code, key);
    }
    const files = { log: trace([1, "RESUME"], [2, "RESUME"], [9, "STOP"]) };
    const speed = ["--speed", "1", "--qemu", "7.2"];
    assert.equal((await steered([[3000, "q"]], speed, { files })).code, 1);
  },

  async "replay shows below the messages where it is, and takes that away"() {
    const { host } = await steered([[1900, " "], [2500, "q"]], [
      ...["--speed", "1", "--qemu", "7.2"],
    ], { columns: 100 });
    const all = [...visible(host.out()).matchAll(/\r([^\r\n⌫]+)⌫/g)];
    const bars = all.map(([, bar]) => bar!.trim().split("   ")[0]);
    assert.deepEqual([...new Set(bars)], [
      "0.0 s  x1  run state: not known",
      "0.5 s  x1  run state: not known",
      "1.0 s  x1  run state: not known",
      "1.0 s  x1  run state: paused or postmigrate or finish-migrate",
      "1.9 s  paused  run state: paused or postmigrate or finish-migrate",
    ]);
    const rows = screen(host.out());
    assert.lengthOf(rows, 5);
    assert.match(rows[3]!, /run state: paused/);
    assert.equal(rows[4], "");
    for (const [, bar] of all) assert.isBelow(bar!.length, 100);
  },

  async "replay shows time pass where no message comes, but not while it is paused"() {
    const { host } = await steered([[6100, " "], [9100, " "], [9600, "q"]], [
      ...["--speed", "1", "--qemu", "7.2"],
    ], { columns: 100 });
    const places = [
      ...visible(host.out()).matchAll(/\r([\d.]+) s {2}(\S+) /g),
    ]
      .map(([, at, pace]) => `${at} ${pace}`);
    assert.deepEqual([...new Set(places)].slice(-6), [
      ...["4.0 x1", "5.0 x1", "6.0 x1", "6.1 paused", "6.1 x1", "6.6 x1"],
    ]);
    // No timer runs on when it is over.
    assert.equal(host.slept.filter((each) => each === 1000).length, 10);
  },

  async "replay tells of no keys where there are none, and still ends by a signal"() {
    const platform = { files: { log }, isTerminal: true };
    const host = fakeHost({ ...platform, stopsAt: 4 });
    assert.equal(await main(["replay", "--speed=1", "log"], host), 143);
    assert.match(
      visible(host.out()),
      /\r0\.0 s {2}x1 {2}run state: not known⌫/,
    );
    assert.equal(screen(host.out()).at(-1), "");
  },

  async "replay --loop tells what a pass has left to say, though the next is cut short"() {
    const said = (at: number, way: string, text: string) =>
      `${JSON.stringify([at, way, `${text}\r\n`])}\n`;
    const files = {
      log: '{"format": "qmp-trace", "version": 1, "qemu": "7.2.22"}\n' +
        said(0, "<-", greeting) +
        said(0.1, "->", '{"execute": "qmp_capabilities"}') +
        said(0.1, "<-", '{"return": {}}') +
        said(0.2, "->", '{"execute": "query-name", "id": 1}') +
        said(0.5, "->", '{"execute": "query-name", "id": 2}') +
        said(1, "<-", '{"return": {}, "id": 2}'),
    };
    const loop = ["--loop", "0", "--speed", "1"];
    const { code, host, names } = await steered([[1700, "q"]], loop, { files });
    // The second pass had begun.
    assert.lengthOf(names.filter((name) => name === "QEMU"), 2);
    assert.lengthOf(host.out().match(/UNANSWERED_COMMAND/g)!, 1);
    assert.equal(code, 1);
  },

  async "replay has neither keys nor a status line at once, on a pipe, or from one"() {
    const at = async (args: readonly string[], platform: FakePlatform) => {
      const host = fakeHost({ stdin: log, files: { log }, ...platform });
      host.onKeys = () => assert.fail("the keyboard was taken");
      host.onStop = () => assert.fail("signals were taken");
      assert.equal(await main(["replay", ...args], host), 0);
      assert.lengthOf(namesIn(host.out()), 6);
      return host.out();
    };
    const isTerminal = true;
    const env = { NO_COLOR: "1" };
    assert.notMatch(await at(["log"], { isTerminal, env }), /\r/);
    assert.notMatch(await at(["--speed=1", "log"], {}), /\r/);
    assert.notMatch(await at(["--speed=1", "-"], { isTerminal, env }), /\r/);
  },

  async "replay gives the terminal back where a file or the output fails"() {
    const host = fakeTerminal({ files: { log } }, [[1e9, "q"]]);
    let isBroken = false;
    const { write } = host.stdout;
    host.stdout.write = (text) => {
      if (!isBroken && !text.includes("STOP")) return write(text);
      isBroken = true;
      return Promise.reject(
        Object.assign(new Error("EPIPE"), { code: "EPIPE" }),
      );
    };
    assert.equal(await main(["replay", "--speed", "9", "log"], host), 0);
    assert.isTrue(isBroken);
    assert.isFalse(host.isHeard());

    const torn = fakeTerminal({ files: {} }, [[1e9, "q"]]);
    torn.open = async function* () {
      yield await Promise.resolve(new TextEncoder().encode(log.slice(0, 200)));
      throw Object.assign(new Error("EIO"), { code: "EIO" });
    };
    assert.equal(await main(["replay", "--speed", "9", "log"], torn), 2);
    assert.match(torn.err(), /Cannot read "log": EIO/);
    assert.isFalse(torn.isHeard());
  },
};
