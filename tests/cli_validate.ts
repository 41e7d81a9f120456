/**
 * The verb `validate`: what it counts, what it finds, and how it says so.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { failure, fakeHost, type FakePlatform } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

/** What `--json` prints of a file. */
interface Report {
  readonly file: string;
  readonly edition: string;
  readonly why: string;
  readonly policy: string;
  readonly messages: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly byName: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly line: number;
    readonly path: readonly (string | number)[];
    readonly message?: string;
  }[];
}

async function report(
  platform: FakePlatform,
  ...args: readonly string[]
): Promise<{ code: number; reports: Report[]; err: string }> {
  const host = fakeHost(platform);
  const code = await main(["validate", "--json", ...args], host);
  const lines = host.out().split("\n").slice(0, -1);
  return {
    code,
    reports: lines.map((line) => JSON.parse(line)),
    err: host.err(),
  };
}

const stamp = '"timestamp": {"seconds": 1267041730, "microseconds": 281295}';
const stop = `{${stamp}, "event": "STOP"}\n`;
/** Neither QEMU nor the mirror knows this reason. */
const newer = `{${stamp}, "event": "SHUTDOWN", ` +
  '"data": {"guest": true, "reason": "alien"}}\n';

/** Tests of `validate`. */
export const validateTests: Suite = {
  async "validate --json finds in each recorded trace what is in it"(
    { fixtures },
  ) {
    let count = 0;
    for (const [path, trace] of fixtures) {
      const name = /^traces\/(.*)\.jsonl$/.exec(path)?.[1];
      if (name === undefined) continue;
      const expected = JSON.parse(
        new TextDecoder().decode(fixtures.get(`traces/${name}.expected.json`)),
      );
      for (const chunk of [Infinity, 97, 1]) {
        const platform = { files: { [name]: trace }, chunk };
        const { code, reports: [found], err } = await report(platform, name);
        const { file, edition, why, policy, findings, ...counts } = found!;
        const said = findings.map(({ message, ...finding }) => {
          assert.match(message!, /^[A-Z].*[^.]$/);
          return finding;
        });
        assert.deepEqual({ ...counts, findings: said }, expected, name);
        assert.deepEqual([file, edition, policy], [name, "7.2", "forward"]);
        assert.equal(why, "the greeting on line 2 says QEMU 7.2.22");
        // The client's commands are wrong in it, as QEMU says too.
        assert.equal(code, name === "error-replies" ? 1 : 0, name);
        assert.equal(err, "");
      }
      count += 1;
    }
    assert.isAtLeast(count, 20);
  },

  async "validate --json prints a line a file with all keys, in their order"() {
    const files = { a: stop, b: "" };
    const host = fakeHost({ files });
    const why = "nothing in it tells releases apart, and this is the newest";
    assert.equal(await main(["validate", "a", "--json", "b"], host), 0);
    assert.equal(
      host.out(),
      `{"file":"a","edition":"10.2","why":"${why}","policy":"forward","messages":1,` +
        '"byKind":{"greeting":0,"command":0,"return":0,"error":0,"event":1},' +
        '"byName":{"STOP":1},"findings":[]}\n' +
        `{"file":"b","edition":"10.2","why":"${why}","policy":"forward","messages":0,` +
        '"byKind":{"greeting":0,"command":0,"return":0,"error":0,"event":0},' +
        '"byName":{},"findings":[]}\n',
    );
  },

  async "validate counts a message with findings and no torn text, with code 1"() {
    const log = stop + '{"timestamp": {"sec\n' + stop +
      `{${stamp}, "event": "RESET"}\n`;
    const { code, reports: [found] } = await report({ files: { log } }, "log");
    assert.equal(code, 1);
    assert.deepEqual(found!.byName, { STOP: 2, RESET: 1 });
    assert.equal(found!.messages, 3);
    assert.deepEqual(
      found!.findings.map(({ code, line }) => [code, line]),
      [["NOT_JSON", 2], ["MISSING_MEMBER", 4]],
    );
    assert.deepEqual(found!.findings[1]!.path, ["data"]);
  },

  async "validate counts replies under their command, or as unmatched"() {
    const log = '{"return": {}}\n{"execute": "cont"}\n{"return": {}}\n' +
      '{"execute": 5}\n{"error": {"class": "GenericError", "desc": "no"}}\n' +
      '{"execute": "__proto__"}\n';
    const { reports: [found] } = await report({ files: { log } }, "log");
    const { byName, byKind } = found!;
    assert.sameDeepMembers(Object.entries(byName), [
      ["(unmatched)", 2],
      ["cont", 2],
      ["__proto__", 1],
    ]);
    assert.deepEqual(byKind, {
      greeting: 0,
      command: 3,
      return: 2,
      error: 1,
      event: 0,
    });
  },

  async "validate tells once that a command was refused, at its line, whatever the chunks"() {
    const log = '{"execute": "a"}\n{"execute": "b"}\n' + stop +
      '{"error": {"class": "GenericError", "desc": "no"}}\n{}\n' +
      '{"error": {"class": "GenericError", "desc": "nor this"}}\n';
    for (const chunk of [Infinity, 60, 17, 1]) {
      const platform = { files: { log }, chunk };
      const { reports: [found] } = await report(platform, "log");
      assert.deepEqual(
        found!.findings.map(({ code, line }) => [code, line]),
        [["REFUSED", 1], ["REFUSED", 2], ["NOT_QMP", 5]],
      );
    }
  },

  async "validate reads by the policy it is told, and says so"() {
    const expected = [
      ["forward", 0, "notice"],
      ["strict", 1, "fault"],
      ["raw", 0, undefined],
    ] as const;
    for (const [policy, code, severity] of expected) {
      const args = ["--edition", "seed", "--policy", policy, "a"];
      const found = await report({ files: { a: newer } }, ...args);
      assert.equal(found.code, code);
      const [{ policy: used, findings }] = found.reports as [Report];
      assert.equal(used, policy);
      assert.equal(findings[0]?.severity, severity);

      const host = fakeHost({ files: { a: newer } });
      assert.equal(await main(["validate", ...args], host), code);
      assert.include(
        host.out(),
        `edition seed (--edition says so), policy ${policy}\n`,
      );
    }
  },

  async "validate goes on after a file that cannot be read, with code 2"() {
    const files = { folder: failure("EISDIR"), bad: "{}\n", a: stop };
    const { code, reports, err } = await report(
      { files },
      ...["folder", "bad", "gone", "a"],
    );
    assert.equal(code, 2);
    assert.deepEqual(reports.map(({ file }) => file), ["bad", "a"]);
    assert.equal(
      err,
      'qmp-run-state: Cannot read "folder": it is a directory\n' +
        'qmp-run-state: Cannot read "gone": there is no such file\n',
    );
  },

  async "validate sums up for people"({ fixtures }) {
    const name = "error-replies.jsonl";
    const files = { [name]: fixtures.get(`traces/${name}`)! };
    const host = fakeHost({ files });
    assert.equal(await main(["validate", name], host), 1);
    const lines = host.out().split("\n");
    assert.equal(lines[0], `"${name}": 23 messages, 2 faults, 8 notices`);
    assert.match(
      lines[1]!,
      /^ {2}trace of QEMU 7\.2\.\d+ on pc, ".*"; edition 7\.2 \(the greeting on line 2 says QEMU 7\.2\.22\), policy forward$/,
    );
    assert.equal(lines[2], "  1 greeting, 11 commands, 3 returns, 8 errors");
    assert.match(lines[3]!, /^ {2}query-status 6, /);
    assert.match(
      lines[4]!,
      /^ {2}line 3: notice REFUSED: QEMU refused command "query-status"/,
    );
    assert.lengthOf(lines, 15);
  },

  async "validate tells where a message cannot follow, what it cannot mean, and what was never answered"() {
    const sent = (id: number) => `{"execute": "query-block", "id": ${id}}\n`;
    const log =
      '{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, ' +
      '"package": ""}, "capabilities": []}}\n' + sent(1) + sent(2) + stop +
      '{"return": [], "id": 2}\n' + stop +
      `{${stamp}, "event": "RESET", ` +
      '"data": {"guest": false, "reason": "guest-reset"}}\n';
    for (const chunk of [Infinity, 100, 1]) {
      const platform = { files: { log }, chunk };
      const { code, reports: [found] } = await report(platform, "log");
      assert.equal(code, 1);
      assert.deepEqual(
        found!.findings.map(({ code, line }) => [code, line]),
        [
          ["UNANSWERED_COMMAND", 2],
          ["IMPOSSIBLE_TRANSITION", 6],
          ["GUEST_AGAINST_REASON", 7],
        ],
      );
      assert.equal(found!.messages, 7);
    }
    const alone = await report({ files: { log } }, "--alone", "log");
    assert.equal(alone.code, 0);
    assert.deepEqual(alone.reports[0]!.findings, []);
  },

  async "validate shows people the first 20 findings, all with --json"() {
    const log = (stop + "{}\n").repeat(1000);
    const host = fakeHost({ files: { log }, chunk: 1000 });
    assert.equal(await main(["validate", "log"], host), 1);
    const lines = host.out().split("\n");
    assert.equal(lines[0], '"log": 1000 messages, 1000 faults');
    assert.match(lines[4]!, /^ {2}line 2: fault NOT_QMP: /);
    assert.match(lines[23]!, /^ {2}line 40: fault NOT_QMP: /);
    assert.equal(lines[24], "  and 980 more, all of them with --json");
    const { reports } = await report({ files: { log } }, "log");
    assert.lengthOf(reports[0]!.findings, 1000);
  },

  async "validate shows people the most frequent names"() {
    const names = Array.from({ length: 30 }, (_, index) => `E${index}`);
    const log = [...names, "POWERDOWN", "POWERDOWN"].map((name) =>
      `{${stamp}, "event": "${name}"}\n`
    ).join("");
    const host = fakeHost({ files: { log } });
    assert.equal(await main(["validate", "log"], host), 0);
    assert.match(
      host.out(),
      /\n {2}POWERDOWN 2, E0 1, .*, E18 1, 11 other names\n/,
    );
  },

  async "validate and replay take QEMU's extensions of JSON in what was sent"() {
    const trace = (way: string) =>
      '{"format": "qmp-trace", "version": 1}\n' +
      JSON.stringify([0, way, "{'execute': 'query-status', 'id': '}'}"]) + "\n";
    const files = { sent: trace("->"), received: trace("<-") };
    for (const verb of ["validate", "replay"]) {
      assert.equal(await main([verb, "sent"], fakeHost({ files })), 0);
      assert.equal(await main([verb, "received"], fakeHost({ files })), 1);
    }
  },
};
