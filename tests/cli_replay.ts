/**
 * The verb `replay`: what it shows of each message, and when.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { fakeHost, type FakePlatform } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

async function shown(
  content: string | Uint8Array,
  platform: FakePlatform = {},
  ...args: readonly string[]
): Promise<string[]> {
  const host = fakeHost({ files: { log: content }, ...platform });
  await main(["replay", ...args, "log"], host);
  return host.out().split("\n").slice(1, -1);
}

/** An event at a time, in QEMU's own style. */
function event(
  name: string,
  seconds: number,
  microseconds: number,
  data?: string,
): string {
  return `{"timestamp": {"seconds": ${seconds}, "microseconds": ${microseconds}}, ` +
    `"event": "${name}"${data === undefined ? "" : `, "data": ${data}`}}\n`;
}

function trace(
  ...lines: readonly (readonly [number, "<-" | "->", string])[]
): string {
  return '{"format": "qmp-trace", "version": 1}\n' +
    lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** The last word of the last line that is no run state. */
function last(shown: string): string {
  const lines = shown.trim().split("\n").filter((line) => !isState(line));
  return lines.at(-1)!.split(/ +/).at(-1)!;
}

function isState(line: string): boolean {
  return /^ {16}run state: /.test(line);
}

const chunks = [Infinity, 50, 1];

/** Tests of `replay`. */
export const replayTests: Suite = {
  async "replay shows a recorded panic, its registers to the last digit"(
    { fixtures },
  ) {
    for (const chunk of chunks) {
      const host = fakeHost({
        files: { "panic.jsonl": fixtures.get("traces/panic-s390.jsonl")! },
        chunk,
      });
      assert.equal(await main(["replay", "panic.jsonl"], host), 0);
      const all = host.out().split("\n");
      const lines = all.filter((line) => !isState(line));
      const states = all.map((line, index) => [index, line] as const)
        .filter(([, line]) => isState(line))
        .map(([index, line]) => [all[index - 1]!.slice(16, 34), line.trim()]);
      assert.deepEqual(states, [
        ["return   query-sta", "run state: prelaunch"],
        ["event    RESUME", "run state: running"],
        ["event    STOP", "run state: guest-panicked"],
      ]);
      assert.match(
        lines[0]!,
        /^"panic\.jsonl": trace of QEMU 7\.2\.\d+ on s390-ccw-virtio, ".*"; edition 7\.2 \(the greeting on line 2 says QEMU 7\.2\.22\), policy forward$/,
      );
      const patterns = [
        /<- greeting QEMU 7\.2\.\d+ "Debian .*" oob/,
        /-> command {2}qmp_capabilities/,
        /<- return {3}qmp_capabilities/,
        /-> command {2}query-status/,
        /<- return {3}query-status {9}running=false singlestep=false status=prelaunch/,
        /-> command {2}set-action {11}panic=pause/,
        /<- return {3}set-action/,
        /-> command {2}cont/,
        /<- event {4}RESUME/,
        /<- event {4}GUEST_PANICKED {7}action=pause info\.type=s390 info\.core=0 info\.psw-mask=0x0002000180000000 info\.psw-addr=0xfedcba9876543210 info\.reason=disabled-wait/,
        /<- return {3}cont/,
        /<- event {4}STOP/,
        /-> command {2}query-status/,
        /<- return {3}query-status {9}running=false singlestep=false status=guest-panicked/,
      ];
      assert.lengthOf(lines, 1 + patterns.length + 1);
      for (const [index, pattern] of patterns.entries()) {
        assert.match(
          lines[index + 1]!,
          new RegExp(`^ {4}\\d\\.\\d{6} ${pattern.source}$`),
        );
      }
    }
  },

  async "replay shows one line a message of every recorded trace"(
    { fixtures },
  ) {
    for (const [path, log] of fixtures) {
      if (!path.endsWith(".jsonl")) continue;
      const { messages } = JSON.parse(
        new TextDecoder().decode(
          fixtures.get(path.replace(".jsonl", ".expected.json")),
        ),
      );
      const lines = (await shown(log)).filter((line) =>
        / (<-|->) (greeting|command|return|error|event)\b/.test(line)
      );
      assert.lengthOf(lines, messages, path);
    }
  },

  async "replay shows the members that matter"() {
    const log = [
      event("SHUTDOWN", 5, 0, '{"guest": true, "reason": "guest-shutdown"}'),
      event("WATCHDOG", 5, 0, '{"action": "poweroff"}'),
      event(
        "MEMORY_FAILURE",
        5,
        0,
        '{"recipient": "guest", "action": "inject", ' +
          '"flags": {"action-required": true, "recursive": false}}',
      ),
      event(
        "GUEST_PANICKED",
        5,
        0,
        '{"action": "pause", "info": {"type": "hyper-v", "arg1": 9, "arg2": 0, ' +
          '"arg3": 0, "arg4": 0, "arg5": 18446744073709551615}}',
      ),
      event(
        "FOREIGN",
        5,
        0,
        '{"list": [1, {"a b": null}], "none": {}, "x": "a b"}',
      ),
      '{"error": {"class": "GenericError", "desc": "it\\u0027s \\"no\\""}}\n',
      '{"return": {"status": "running", "running": true, "singlestep": false}}\n',
      '{"execute": "query-status", "id": 1}\n',
      '{"return": {"status": "alien", "running": true, "singlestep": false}, "id": 1}\n',
      '{"execute": "query-name", "id": 2}\n',
      '{"return": "text", "id": 2}\n',
    ].join("");
    const lines = await shown(log, {}, "--edition", "7.2");
    assert.deepEqual(lines.map((line) => line.slice(13).split(": Pass")[0]), [
      "<- event    SHUTDOWN             guest=true reason=guest-shutdown",
      "<- event    WATCHDOG             action=poweroff",
      "<- event    MEMORY_FAILURE       recipient=guest action=inject flags.action-required=true flags.recursive=false",
      "<- event    GUEST_PANICKED       action=pause info.type=hyper-v " +
      "info.arg1=0x0000000000000009 info.arg2=0x0000000000000000 " +
      "info.arg3=0x0000000000000000 info.arg4=0x0000000000000000 " +
      "info.arg5=0xffffffffffffffff",
      '<- event    FOREIGN              list[0]=1 list[1].a b=null x="a b"',
      '<- error    (unmatched)          GenericError: "it\'s \\"no\\""',
      "<- return   (unmatched)          status=running running=true singlestep=false",
      "-> command  query-status",
      "<- return   query-status         status=alien running=true singlestep=false",
      "   line 9: notice UNKNOWN_VALUE",
      "-> command  query-name",
      "<- return   query-name           text",
    ]);
  },

  async "replay cuts a message that would fill the screen"() {
    const data = JSON.stringify({
      list: Array.from({ length: 1000 }, () => 1),
    });
    const [line] = await shown(event("BIG", 5, 0, data));
    assert.match(line!, / BIG {18}list\[0\]=1 .*…$/);
    assert.isBelow(line!.length, 300);
  },

  async "replay never shows what may be a secret"() {
    const commands = [
      '"set_password", "arguments": {"protocol": "vnc", "password": "hunter2"}',
      '"expire_password", "arguments": {"protocol": "vnc", "time": "hunter2"}',
      '"object-add", "arguments": {"qom-type": "secret", "data": "hunter2"}',
      '"human-monitor-command", "arguments": {"command-line": "change vnc hunter2"}',
      '"qom-set", "arguments": {"path": "/s0", "property": "data", "value": "hunter2"}',
      '"qom-get", "arguments": {"path": "/s0", "property": "data"}',
    ];
    const log =
      commands.map((command, id) =>
        `{"execute": ${command}, "id": ${id}}\n` +
        (id % 2 === 0
          ? `{"error": {"class": "GenericError", "desc": "not hunter2"}, "id": ${id}}\n`
          : `{"return": "hunter2", "id": ${id}}\n`)
      ).join("") + '{"return": "hunter2 was the output"}\n';
    const lines = await shown(log);
    assert.notInclude(lines.join("\n"), "hunter2");
    assert.deepEqual(
      lines.filter((line) => !line.includes("REFUSED")).map((line) =>
        line.slice(25)
      ),
      [
        "set_password         (arguments not shown)",
        "set_password         GenericError: (description not shown)",
        "expire_password      (arguments not shown)",
        "expire_password      (reply not shown)",
        "object-add           (arguments not shown)",
        "object-add           GenericError: (description not shown)",
        "human-monitor-command (arguments not shown)",
        "human-monitor-command (reply not shown)",
        "qom-set              (arguments not shown)",
        "qom-set              GenericError: (description not shown)",
        "qom-get              (arguments not shown)",
        "qom-get              (reply not shown)",
        "(unmatched)          (reply not shown)",
      ],
    );
    // Any other message may have a member with such a name.
    const [command, reply] = await shown(
      '{"execute": "display-reload", "arguments": {"type": "vnc", ' +
        '"to": {"password": "hunter2"}, "file": "json:{\\"password\\": 1}"}}\n' +
        '{"return": {"password-secret": "hunter2", "has-password": true}}\n',
    );
    assert.match(
      command!,
      /type=vnc to\.password=\(not shown\) file=\(not shown\)$/,
    );
    assert.match(reply!, /password-secret=\(not shown\) has-password=true$/);
  },

  async "replay takes the times of a raw stream from its events"() {
    const log = '{"return": {}}\n' + event("STOP", 100, 500000) +
      event("RESUME", 101, 0) +
      event("WATCHDOG", 100, 0, '{"action": "none"}') +
      event("POWERDOWN", -1, -1) + event("STOP", 3700, 500001);
    const lines = (await shown(log)).filter((line) => !isState(line));
    assert.deepEqual(lines.map((line) => line.slice(0, 12)), [
      "            ",
      "    0.000000",
      "    0.500000",
      "   -0.500000",
      "            ",
      " 3600.000001",
    ]);
  },

  async "replay marks findings in their place, whatever the chunks"() {
    const log = "noise\n" + '{"execute": "a"}\n' + '{"timestamp": {"sec\n' +
      event("WATCHDOG", 5, 0, "{}") +
      '{"error": {"class": "GenericError", "desc": "no"}}\n' + "{}\n";
    for (const chunk of chunks) {
      const lines = await shown(log, { chunk });
      assert.deepEqual(
        lines.map((line) =>
          line.trim().split(/: |(?<= \S+) {2,}/, 2).join(" ")
        ),
        [
          "line 1 fault NOT_JSON",
          "-> command a",
          "line 3 fault NOT_JSON",
          "<- event WATCHDOG",
          "line 4 fault MISSING_MEMBER",
          "<- error a",
          "line 2 notice REFUSED",
          "line 6 fault NOT_QMP",
        ],
      );
    }
  },

  async "replay has code 1 where there are faults"() {
    const host = fakeHost({ files: { log: `${event("STOP", 1, 1)}{}\n` } });
    assert.equal(await main(["replay", "log"], host), 1);
  },

  async "replay shows what has come before it asks for more"() {
    const host = fakeHost({});
    const before: string[] = [];
    host.stdin = async function* () {
      for (const name of ["STOP", "RESUME"]) {
        yield await Promise.resolve(
          new TextEncoder().encode(event(name, 1, 1)),
        );
        before.push(last(host.out()));
      }
    };
    assert.equal(await main(["replay", "-"], host), 0);
    assert.deepEqual(before, ["STOP", "RESUME"]);
  },

  async "replay --speed keeps the recorded pace, and does not drift"() {
    const log = trace(
      [0.5, "->", '{"execute": "query-name"}\n'],
      [0.5, "<-", '{"return": {}}\n'],
      [3, "<-", event("STOP", 1, 1)],
      [2, "<-", event("RESUME", 1, 1)],
      [10, "<-", event("STOP", 1, 1)],
    );
    const slept = async (...args: readonly string[]) => {
      const host = fakeHost({ files: { log } });
      assert.equal(await main(["replay", ...args, "log"], host), 0);
      return host.slept;
    };
    assert.deepEqual(await slept(), []);
    assert.deepEqual(await slept("--speed", "1"), [500, 2500, 7000]);
    assert.deepEqual(await slept("--speed=4"), [125, 625, 1750]);
    assert.deepEqual(await slept("--speed", "0.5"), [1000, 5000, 14000]);

    // Where a sleep comes to its end late, the next one is shorter.
    const late = fakeHost({ files: { log } });
    const { sleep } = late;
    late.sleep = async (milliseconds) => {
      await sleep(milliseconds);
      const { now } = late;
      late.now = () => now() + 100;
    };
    await main(["replay", "--speed", "1", "log"], late);
    assert.deepEqual(late.slept, [500, 2400, 6900]);
  },

  async "replay --speed shows each message before it waits for the next"() {
    const log = trace(
      [1, "<-", event("STOP", 1, 1)],
      [2, "<-", event("RESUME", 1, 1)],
    );
    const host = fakeHost({ files: { log } });
    const { sleep } = host;
    const before: string[] = [];
    host.sleep = (milliseconds) => {
      before.push(last(host.out()));
      return sleep(milliseconds);
    };
    await main(["replay", "--speed", "1", "log"], host);
    assert.deepEqual(before, ["forward", "STOP"]);
  },

  async "replay --speed waits longer than timers can, and plays raw streams too"() {
    const log = event("STOP", 0, 0) + event("RESUME", 3_000_000, 0);
    const host = fakeHost({ files: { log } });
    await main(["replay", "--speed", "1", "log"], host);
    assert.deepEqual(host.slept, [2147483647, 3e9 - 2147483647]);
  },
};
