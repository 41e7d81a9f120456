/**
 * The verb `drift`: how a QEMU differs from an edition, by what its monitor or
 * a file says.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { drift, edition } from "@qmp/run-state/editions";
import { parseJson } from "@qmp/run-state";
import { fakeHost, type FakeMonitor, type FakePlatform } from "./fake_host.ts";
import type { Assets, Suite } from "./suite.ts";

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\r\n';

/** What QEMU 7.2 says of itself. */
function reply({ fixtures }: Assets): string {
  return new TextDecoder().decode(fixtures.get("schemas/qemu-7.2.22.json"));
}

function monitor(schema: string): FakeMonitor {
  return {
    greeting,
    answer: (command) =>
      command.includes("qmp_capabilities")
        ? '{"return": {}}\r\n{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}\r\n'
        : schema,
  };
}

async function run(
  platform: FakePlatform,
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const host = fakeHost(platform);
  const code = await main(["drift", ...args], host);
  return { code, out: host.out(), err: host.err() };
}

/** Tests of `drift`. */
export const driftVerbTests: Suite = {
  async "drift asks a monitor, and compares by its greeting"(assets) {
    const monitors = {
      "/run/qmp": monitor(reply(assets)),
      "localhost:4444": monitor(reply(assets)),
      "::1:4444": monitor(reply(assets)),
    };
    const places = { "/run/qmp": 1, "localhost:4444": 2, "[::1]:4444": 3 };
    for (const place of Object.keys(places)) {
      for (const chunk of [Infinity, 11]) {
        const { code, out, err } = await run({ monitors, chunk }, place);
        assert.equal(err, "");
        assert.equal(code, 0);
        assert.match(
          out,
          /: no difference from edition 7\.2 \(the greeting on line 1 says QEMU 7\.2\.22\)\n {2}integer widths cannot be seen there: /,
        );
      }
    }
  },

  async "drift tells the differences from another edition, with code 1"(
    assets,
  ) {
    const monitors = { "/run/qmp": monitor(reply(assets)) };
    const { code, out } = await run(
      { monitors },
      ...["/run/qmp", "--edition", "6.0"],
    );
    assert.equal(code, 1);
    assert.deepEqual(out.split("\n").slice(0, 3), [
      '"/run/qmp": 2 differences from edition 6.0 (--edition says so)',
      '  breaks receivers  ShutdownCause gains value "snapshot-load"',
      '                    PanicAction gains value "exit-failure"',
    ]);
  },

  async "drift reads the reply from a file, alone or among other messages"(
    assets,
  ) {
    const text = reply(assets);
    const oneLine = text.replaceAll("\n", "");
    const files: Record<string, string> = {
      reply: text,
      list: text.slice(text.indexOf("["), text.lastIndexOf("]") + 1),
      pretty: JSON.stringify(JSON.parse(text), null, 4),
      stream: `{"return": {}}\r\n${oneLine}\r\n`,
      trace: '{"format": "qmp-trace", "version": 1}\n' +
        JSON.stringify([1, "<-", oneLine]),
    };
    for (const name of Object.keys(files)) {
      const { code, out, err } = await run(
        { files, chunk: 1000 },
        ...[name, "--qemu", "9.1.0"],
      );
      assert.equal(err, "", name);
      assert.equal(code, 1, name);
      assert.match(
        out,
        /: 2 differences from edition 9\.1 \(--qemu says QEMU 9\.1\.0\)\n/,
      );
    }
    const { out } = await run({ stdin: greeting + oneLine }, "-");
    assert.match(out, /^standard input: no difference from edition 7\.2 /);
    const header = '{"format": "qmp-trace", "version": 1, "qemu": "7.2.1"}\n';
    const recorded = header + JSON.stringify([1, "<-", oneLine]);
    assert.match(
      (await run({ stdin: recorded }, "-")).out,
      /edition 7\.2 \(the header says QEMU 7\.2\.1\)/,
    );
    assert.match(
      (await run({ files }, "reply")).out,
      /edition 10\.2 \(nothing says which QEMU it was, and this is the newest\)/,
    );
  },

  async "drift --json prints what drift() gives, in a line"(assets) {
    const files = { reply: reply(assets) };
    const { out } = await run({ files }, "--json", "reply", "--qemu", "8.2.50");
    const { source, why, notices, ...found } = JSON.parse(out);
    assert.deepEqual(found, drift(parseJson(files.reply), edition("9.0")));
    assert.equal(source, "reply");
    assert.equal(why, "--qemu says QEMU 8.2.50");
    assert.equal(notices[0].code, "IN_THE_MAKING");
    assert.match(out, /^[^\n]+\n$/);
  },

  async "drift says in a sentence why there is no account, with code 2"() {
    const refusal = '{"error": {"class": "CommandNotFound", "desc": "no"}}\r\n';
    const monitors = {
      mute: { greeting: "", answer: () => "" },
      poor: monitor(refusal),
      torn: monitor('{"return": [{"name": "STOP", "meta-type": "event"}]}\r\n'),
    };
    const files = { empty: "", stop: greeting };
    const cases = [
      ["mute", 'Cannot read "mute": nothing came for 10 seconds'],
      ["poor", 'Cannot read "poor": QEMU answers "no"'],
      [
        "torn",
        'Cannot read the reply of query-qmp-schema: it lacks type ""',
      ],
      ["localhost:1", 'Cannot read "localhost:1": nobody listens there'],
      ["gone", 'Cannot read "gone": there is no such file'],
      ["empty", 'Cannot read "empty": it holds no reply of query-qmp-schema'],
      ["stop", 'Cannot read "stop": it holds no reply of query-qmp-schema'],
    ] as const;
    for (const [place, sentence] of cases) {
      const { code, out, err } = await run({ monitors, files }, place);
      assert.equal(err, `qmp-run-state: ${sentence}\n`);
      assert.equal(out, "");
      assert.equal(code, 2);
    }
  },
};
