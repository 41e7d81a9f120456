/**
 * Which edition the command line reads by, and why.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { fakeHost, type FakePlatform } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

const stamp = '"timestamp": {"seconds": 1267041730, "microseconds": 281295}';
const stop = `{${stamp}, "event": "STOP"}\r\n`;
/** From QEMU 4.0 on. */
const reason = `{${stamp}, "event": "RESET", ` +
  '"data": {"guest": true, "reason": "guest-reset"}}\r\n';
/** Up to QEMU 8.2. */
const singlestep = '{"execute": "query-status"}\r\n' +
  '{"return": {"running": true, "singlestep": false, "status": "running"}}\r\n';
/** From QEMU 9.1 on. */
const pvshutdown = `{${stamp}, "event": "GUEST_PVSHUTDOWN"}\r\n`;

function greeting(major: number, minor: number, micro: number): string {
  return `{"QMP": {"version": {"qemu": {"micro": ${micro}, "minor": ${minor}, ` +
    `"major": ${major}}, "package": ""}, "capabilities": []}}\r\n`;
}

function trace(qemu: string, text: string): string {
  return `{"format": "qmp-trace", "version": 1, "qemu": "${qemu}"}\n` +
    `${JSON.stringify([0.5, "<-", text])}\n`;
}

interface Found {
  readonly edition: string;
  readonly why: string;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly line: number;
    readonly message: string;
  }[];
}

async function found(
  log: string,
  args: readonly string[] = [],
  platform: FakePlatform = {},
): Promise<Found> {
  const host = fakeHost({ files: { log }, ...platform });
  await main(["validate", "--json", ...args, "log"], host);
  assert.equal(host.err(), "");
  return JSON.parse(host.out());
}

const cases: readonly {
  readonly log: string;
  readonly args?: readonly string[];
  readonly edition: string;
  readonly why: string;
}[] = [
  {
    log: greeting(7, 2, 22) + pvshutdown,
    args: ["--qemu", "6.0"],
    edition: "7.2",
    why: "the greeting on line 1 says QEMU 7.2.22, and wins over --qemu",
  },
  {
    log: greeting(7, 2, 22) + pvshutdown,
    args: ["--qemu", "7.2"],
    edition: "7.2",
    why: "the greeting on line 1 says QEMU 7.2.22",
  },
  {
    log: reason + stop + greeting(7, 0, 0),
    edition: "7.0",
    why: "the greeting on line 3 says QEMU 7.0.0",
  },
  {
    log: trace("7.2.22", stop),
    args: ["--qemu=6.0.1"],
    edition: "6.0",
    why: "--qemu says QEMU 6.0.1",
  },
  {
    log: trace("7.2.22", pvshutdown),
    edition: "7.2",
    why: "the header says QEMU 7.2.22",
  },
  {
    log: '{"QMP": {"capabilities": []}}\r\n' + pvshutdown,
    edition: "10.2",
    why: "of 9.1 to 10.2, which can have sent it, this is the newest",
  },
  {
    log: reason + singlestep,
    edition: "8.2",
    why: "of 4.0 to 8.2, which can have sent it, this is the newest",
  },
  {
    log: '{"execute": "set-action", "arguments": {"reboot": "none"}}\r\n' +
      '{"return": {}}\r\n',
    edition: "seed",
    why: "no other release can have sent it",
  },
  {
    log: stop,
    edition: "10.2",
    why: "nothing in it tells releases apart, and this is the newest",
  },
  {
    log: stop + pvshutdown + stop + singlestep,
    edition: "10.2",
    why: "no release can have sent all of it, and this one fits up to line 5",
  },
  {
    log: greeting(7, 2, 22) + stop,
    args: ["--edition", "9.1"],
    edition: "9.1",
    why: "--edition says so",
  },
];

/** Tests of the choice. */
export const cliEditionTests: Suite = {
  async "validate takes the edition of the greeting, of --qemu, of the header, or one that fits, and says why"() {
    for (const { log, args, edition, why } of cases) {
      for (const chunk of [Infinity, 7]) {
        const { edition: taken, why: said } = await found(log, args, { chunk });
        assert.deepEqual([taken, said], [edition, why]);
      }
      const host = fakeHost({ files: { log } });
      await main(["replay", ...args ?? [], "log"], host);
      assert.include(host.out(), `; edition ${edition} (${why}), policy`);
    }
  },

  async "validate looks at standard input as at a file"() {
    for (const { log, args = [], edition, why } of cases) {
      const host = fakeHost({ stdin: log, chunk: 50 });
      await main(["validate", "--json", ...args, "-"], host);
      const { edition: taken, why: said } = JSON.parse(host.out());
      assert.deepEqual([taken, said], [edition, why]);
    }
  },

  async "replay shows standard input at once, so that only its first message counts"() {
    const said = async (stdin: string, chunk: number) => {
      const host = fakeHost({ stdin, chunk });
      await main(["replay", "-"], host);
      return /edition (.*), policy/.exec(host.out())![1];
    };
    for (const chunk of [Infinity, 40, 1]) {
      assert.equal(
        await said(greeting(6, 0, 0) + stop, chunk),
        "6.0 (the greeting on line 1 says QEMU 6.0.0)",
      );
      assert.equal(
        await said(reason + greeting(6, 0, 0), chunk),
        "10.2 (of 4.0 to 10.2, which can have sent its first message, this is the newest)",
      );
      assert.equal(
        await said(trace("6.0.0", stop), chunk),
        "6.0 (the header says QEMU 6.0.0)",
      );
    }
  },

  async "validate looks at the first 16 MiB"() {
    const filling = (size: number) => `${" ".repeat(1023)}\n`.repeat(size);
    const inside = stop + filling(16 * 1024 - 1) + singlestep;
    assert.equal((await found(inside)).edition, "8.2");
    const beyond = reason + filling(16 * 1024) + singlestep;
    const { edition, why, findings } = await found(beyond, [], {
      chunk: 1_000_000,
    });
    assert.equal(edition, "10.2");
    assert.equal(
      why,
      "of 4.0 to 10.2, which can have sent its first 16 MiB, this is the newest",
    );
    assert.deepEqual(findings.map(({ message }) => message), [
      'Pass on return "query-status" as it is: "singlestep" is gone since QEMU 9.0',
    ]);
  },

  async "validate goes on by 2.11 for an older QEMU and for a header of rubbish, and says so"() {
    const old = await found(stop + greeting(1, 5, 3));
    assert.equal(old.edition, "2.11");
    assert.deepEqual(old.findings, [
      {
        code: "OLDER_THAN_KNOWN",
        severity: "notice",
        line: 2,
        path: [],
        message:
          'Cannot find an edition for QEMU "1.5.3": the oldest one known is 2.11',
      },
    ]);
    const { edition, findings } = await found(trace("latest", stop));
    assert.equal(edition, "2.11");
    assert.deepEqual(findings.map(({ code, line }) => [code, line]), [
      ["OLDER_THAN_KNOWN", 1],
    ]);
    const asked = await found(stop, ["--qemu", "1.5.3"]);
    assert.equal(asked.edition, "2.11");
    assert.equal(asked.findings[0]?.code, "OLDER_THAN_KNOWN");
    const making = await found(greeting(8, 2, 50));
    assert.deepEqual(
      [making.edition, making.findings[0]?.code],
      ["9.0", "IN_THE_MAKING"],
    );
    const newer = await found(greeting(99, 0, 0));
    assert.deepEqual(
      [newer.edition, newer.findings[0]?.code],
      ["master", "NEWER_THAN_KNOWN"],
    );
  },

  async "validate takes no --qemu that is no version"() {
    for (const verb of ["validate", "replay", "drift"]) {
      for (const typo of ["latest", "7,2", ""]) {
        const host = fakeHost({ files: { log: stop } });
        assert.equal(await main([verb, `--qemu=${typo}`, "log"], host), 2);
        assert.equal(
          host.err(),
          `qmp-run-state: Cannot take "${typo}" for --qemu: it is no version ` +
            `of QEMU, such as 7.2.22; see qmp-run-state ${verb} --help\n`,
        );
      }
    }
  },

  async "replay says what is odd about the version before the first message"() {
    const host = fakeHost({ files: { log: greeting(1, 5, 3) + stop } });
    assert.equal(await main(["replay", "log"], host), 0);
    const lines = host.out().split("\n");
    assert.match(lines[1]!, /^ +line 1: notice OLDER_THAN_KNOWN: /);
    assert.match(lines[2]!, / greeting QEMU 1\.5\.3/);
    assert.match(lines[3]!, / STOP$/);
  },

  async "validate explains by the edition it took"() {
    const { findings } = await found(greeting(6, 0, 0) + pvshutdown);
    assert.deepEqual(findings.map(({ message }) => message), [
      'Pass on event "GUEST_PVSHUTDOWN" as it is: "GUEST_PVSHUTDOWN" is an event since QEMU 9.1 (edition 6.0)',
    ]);
  },
};
