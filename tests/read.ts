/** Reading: entries, findings, policies, and which command a reply answers. */

import { assert } from "chai";
import { seed } from "@qmp/run-state";
import { drift, edition, verdict } from "@qmp/run-state/editions";
import {
  covering,
  fixtures,
  samples,
  scenarios,
  spoil,
  spoilt,
} from "@qmp/run-state/fixtures";
import {
  type Entry,
  rawSource,
  read,
  readChunks,
  reader,
  type ReadOptions,
  readStream,
  traceSource,
} from "@qmp/run-state/replay";
import type { Suite } from "./suite.ts";

/** The least source of integers. */
const least = { number: { int: ({ min }: { min: number }) => min } };

const bytesOf = (text: string) => new TextEncoder().encode(text);
const time = '"timestamp": {"seconds": 1267061043, "microseconds": 959568}';

function readText(text: string, options: ReadOptions = {}): Entry[] {
  const source = rawSource();
  const records = [...source.push(bytesOf(text)), ...source.end()];
  return [...read(records, options).entries];
}

/** Reads a conversation, a line each: `->` or `<-` and the text. */
function readTalk(
  lines: readonly string[],
  options: ReadOptions = {},
): Entry[] {
  const records = lines.map((line, index) => ({
    line: index + 1,
    offset: 0,
    direction: line.slice(0, 2) as "->" | "<-",
    text: line.slice(3),
  }));
  return [...read(records, options).entries];
}

function told({ findings }: Entry): string[] {
  return findings.map(({ code, severity, path }) =>
    `${severity} ${code} ${path.join(".")}`.trimEnd()
  );
}

function event(name: string, data?: string): string {
  return `{${time}, "event": "${name}"${
    data === undefined ? "" : `, "data": ${data}`
  }}`;
}

/** What `read` says of one text under each policy; "message" or "forwarded" where it is delivered. */
function verdicts(
  text: string,
  policy: "strict" | "forward" | "raw",
): string[] {
  const [entry, ...more] = readText(text, { policy });
  assert.lengthOf(more, 0);
  const { message } = entry!;
  return [
    ...told(entry!),
    ...(message === undefined
      ? []
      : "forwarded" in message
      ? ["forwarded"]
      : ["message"]),
  ];
}

/** Tests of reading. */
export const readTests: Suite = {
  "read() finds in every recorded trace what a correct reader must find": (
    { fixtures },
  ) => {
    let traces = 0;
    for (const [path, bytes] of fixtures) {
      if (!path.endsWith(".jsonl")) continue;
      traces += 1;
      const source = traceSource();
      const records = [...source.push(bytes), ...source.end()];
      const { entries } = read(records, { edition: edition("7.2") });
      const byKind: Record<string, number> = {
        greeting: 0,
        command: 0,
        return: 0,
        error: 0,
        event: 0,
      };
      const byName: Record<string, number> = {};
      for (const { kind, name, answers } of entries) {
        if (kind === undefined) continue;
        byKind[kind]! += 1;
        if (kind === "greeting") continue;
        const counted = name ?? answers?.name ?? "(unmatched)";
        byName[counted] = (byName[counted] ?? 0) + 1;
      }
      const findings = entries.flatMap(({ line, findings }) =>
        findings.map(({ code, severity, path }) => ({
          code,
          severity,
          line,
          path,
        }))
      );
      const expected = fixtures.get(path.replace(".jsonl", ".expected.json"));
      assert.deepEqual(
        {
          messages: entries.filter(({ kind }) => kind !== undefined).length,
          byKind,
          byName,
          findings,
        } as unknown,
        JSON.parse(new TextDecoder().decode(expected)),
        path,
      );
    }
    assert.isAtLeast(traces, 15);
  },

  "read() delivers an s390 panic's address to the last digit": (
    { fixtures },
  ) => {
    const source = traceSource();
    const { entries } = read(
      source.push(fixtures.get("traces/panic-s390.jsonl")!),
    );
    const panic = entries.find(({ name }) => name === "GUEST_PANICKED");
    const { data } = panic!.message as {
      data: { info: Record<string, unknown> };
    };
    assert.strictEqual(data.info["psw-addr"], 18364758544493064720n);
  },

  "read() says which edition and policy it used": () => {
    const { edition, policy } = read([]);
    assert.deepEqual([edition, policy], ["seed", "forward"]);
    assert.strictEqual(read([], { policy: "raw" }).policy, "raw");
    assert.strictEqual(reader({ policy: "strict" }).edition, "seed");
  },

  "read() refuses a policy and a limit that are none": () => {
    assert.throws(
      () => read([], { policy: "lax" as never }),
      TypeError,
      'Cannot read by the policy "lax"',
    );
    assert.throws(() => read([], { maxWaiting: 0 }), RangeError, "0 commands");
  },

  "read() keeps line, offset, time, direction and monitor of each record":
    () => {
      const record = {
        line: 7,
        offset: 42,
        at: 1.5,
        direction: "<-",
        monitor: "0x7f",
        text: event("STOP"),
      } as const;
      const [entry] = read([record]).entries;
      const { line, offset, at, direction, monitor, text, kind, name } = entry!;
      assert.deepEqual(
        { line, offset, at, direction, monitor, text } as unknown,
        record,
      );
      assert.deepEqual([kind, name], ["event", "STOP"]);
    },

  "read() yields NOT_JSON for a line cut short, and goes on": () => {
    const entries = readText(`{${time}, "event": "ST\r\n${event("STOP")}\r\n`);
    assert.deepEqual(entries.map(told), [["fault NOT_JSON"], []]);
    assert.strictEqual(entries[0]!.text.trimEnd(), `{${time}, "event": "ST`);
    assert.isUndefined(entries[0]!.kind);
  },

  "read() yields NOT_QMP for JSON that is no message": () => {
    for (
      const text of ["[1]", "{}", '{"id": 1}', '{"return": 1, "error": {}}']
    ) {
      assert.deepEqual(verdicts(text, "raw"), ["fault NOT_QMP"], text);
    }
  },

  "read() expects a uint64, in the words of QEMU, whatever stands there":
    () => {
      const rest =
        '"reason": "unknown", "psw-mask": 0, "core": 0, "type": "s390"';
      for (
        const value of [
          '"1"',
          "true",
          "{}",
          "1.5",
          "1e-1",
          "-1",
          `${2n ** 64n}`,
        ]
      ) {
        const info = `{"psw-addr": ${value}, ${rest}}`;
        const data = `{"action": "pause", "info": ${info}}`;
        const [entry] = readText(event("GUEST_PANICKED", data));
        const faults = entry!.findings.filter(({ severity }) =>
          severity === "fault"
        );
        assert.deepEqual(faults.map(({ expected }) => expected), ["uint64"]);
        assert.match(faults[0]!.message, /, expected uint64$/);
      }
    },

  "read() names the code and the path of each fault": () => {
    const cases: readonly [text: string, ...told: string[]][] = [
      [
        event("SHUTDOWN", '{"guest": 1, "reason": "guest-panic"}'),
        "fault WRONG_TYPE data.guest",
      ],
      [
        event("SHUTDOWN", '{"guest": true, "reason": null}'),
        "fault WRONG_TYPE data.reason",
      ],
      [event("SHUTDOWN", "[]"), "fault WRONG_TYPE data"],
      [event("WATCHDOG"), "fault MISSING_MEMBER data"],
      ['{"event": "STOP"}', "fault MISSING_MEMBER timestamp"],
      ['{"event": "OTHER"}', "fault MISSING_MEMBER timestamp"],
      [
        '{"event": 5}',
        "fault WRONG_TYPE event",
        "fault MISSING_MEMBER timestamp",
      ],
      [
        '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 1000000}}',
        "fault OUT_OF_RANGE timestamp.microseconds",
      ],
      [
        '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 0.5}}',
        "fault WRONG_TYPE timestamp.microseconds",
      ],
      [
        '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": -1}}',
        "fault OUT_OF_RANGE timestamp.microseconds",
      ],
      [
        event("GUEST_PANICKED", '{"action": "pause", "info": {}}'),
        "fault MISSING_MEMBER data.info.type",
      ],
      [
        event("GUEST_PANICKED", '{"action": "pause", "info": {"type": 1}}'),
        "fault WRONG_TYPE data.info.type",
      ],
      [
        event(
          "GUEST_PANICKED",
          '{"action": "pause", "info": {"core": 4294967296, "psw-addr": 18446744073709551616, "reason": "unknown", "psw-mask": -1, "type": "s390"}}',
        ),
        "fault OUT_OF_RANGE data.info.core",
        "fault OUT_OF_RANGE data.info.psw-mask",
        "fault OUT_OF_RANGE data.info.psw-addr",
      ],
      [
        '{"execute": "set-action", "arguments": {"panic": "run"}}',
        "fault UNKNOWN_VALUE arguments.panic",
      ],
      [
        '{"execute": "set-action", "arguments": {"x": 1, "y": 2}}',
        "fault UNEXPECTED_MEMBER arguments.x",
        "fault UNEXPECTED_MEMBER arguments.y",
      ],
      [
        '{"execute": "set-action", "arguments": []}',
        "fault WRONG_TYPE arguments",
      ],
      ['{"execute": "watchdog-set-action"}', "fault MISSING_MEMBER arguments"],
      ['{"execute": "set_action"}', "fault UNKNOWN_NAME execute"],
      ['{"exec-oob": "query-status"}', "fault UNEXPECTED_MEMBER exec-oob"],
      ['{"execute": "stop", "extra": 1}', "fault UNEXPECTED_MEMBER extra"],
      ['{"error": {"desc": "no"}}', "fault MISSING_MEMBER error.class"],
      ['{"QMP": {}}', "fault MISSING_MEMBER QMP.capabilities"],
    ];
    for (const [text, ...expected] of cases) {
      assert.deepEqual(verdicts(text, "forward"), expected, text);
    }
  },

  "read() passes on under forward what strict faults and raw ignores": () => {
    const cases: readonly [text: string, code: string, path: string][] = [
      [
        event("SHUTDOWN", '{"guest": true, "reason": "snapshot-load"}'),
        "UNKNOWN_VALUE",
        "data.reason",
      ],
      [
        event("WATCHDOG", '{"action": "reset", "more": 1}'),
        "UNEXPECTED_MEMBER",
        "data.more",
      ],
      [event("STOP", '{"why": "x"}'), "UNEXPECTED_MEMBER", "data"],
      [
        event("GUEST_PANICKED", '{"action": "pause", "info": {"type": "tdx"}}'),
        "UNKNOWN_VALUE",
        "data.info.type",
      ],
      [event("shutdown"), "UNKNOWN_NAME", "event"],
    ];
    for (const [text, code, path] of cases) {
      assert.deepEqual(
        verdicts(text, "strict"),
        [`fault ${code} ${path}`],
        text,
      );
      assert.deepEqual(verdicts(text, "forward"), [
        `notice ${code} ${path}`,
        "forwarded",
      ], text);
      assert.deepEqual(verdicts(text, "raw"), ["message"], text);
    }
  },

  "read() gives what it passes on as data of its own type, to the last member":
    () => {
      const [entry] = readText(
        event(
          "SHUTDOWN",
          '{"guest": true, "reason": "snapshot-load", "more": [1]}',
        ),
      );
      assert.deepEqual(entry!.message as unknown, {
        forwarded: "SHUTDOWN",
        data: { guest: true, reason: "snapshot-load", more: [1] },
        unknown: [{ path: ["data", "reason"] }, { path: ["data", "more"] }],
        timestamp: { seconds: 1267061043, microseconds: 959568 },
      });
    },

  "read() takes foreign messages under every policy": () => {
    for (const policy of ["strict", "forward", "raw"] as const) {
      assert.deepEqual(verdicts(event("RTC_CHANGE", '{"offset": 1}'), policy), [
        "message",
      ]);
      assert.deepEqual(
        verdicts('{"execute": "migrate", "arguments": {"uri": "x"}}', policy),
        ["message"],
      );
      assert.deepEqual(verdicts('{"return": [1, "x"]}', policy), ["message"]);
    }
  },

  "read() notices an integer spelt otherwise, and faults it among arguments":
    () => {
      const panic = (core: string) =>
        event(
          "GUEST_PANICKED",
          `{"action": "pause", "info": {"core": ${core}, "psw-addr": 1, "reason": "unknown", "psw-mask": 1, "type": "s390"}}`,
        );
      assert.deepEqual(verdicts(panic("1.0"), "strict"), [
        "notice INTEGER_SPELLING data.info.core",
        "message",
      ]);
      assert.deepEqual(verdicts(panic("1e3"), "forward"), [
        "notice INTEGER_SPELLING data.info.core",
        "message",
      ]);
      assert.deepEqual(
        verdicts(
          '{"execute": "balloon", "arguments": {"value": 1e3}}',
          "forward",
        ),
        ["fault INTEGER_SPELLING arguments.value"],
      );
      // QEMU takes any value for an id, and run-state does not know the rest.
      assert.deepEqual(verdicts('{"execute": "stop", "id": 1.0}', "strict"), [
        "message",
      ]);
      assert.deepEqual(verdicts(event("FOREIGN", '{"ratio": 1.0}'), "strict"), [
        "message",
      ]);
    },

  "read() validates a reply against the command that it answers": () => {
    const [, good, , bad, , other] = readTalk([
      '-> {"execute": "query-status"}',
      '<- {"return": {"status": "running", "singlestep": false, "running": true}}',
      '-> {"execute": "query-status"}',
      '<- {"return": {"status": "running", "running": 1, "singlestep": false}}',
      '-> {"execute": "query-name"}',
      '<- {"return": {"name": "vm"}}',
    ]);
    assert.deepEqual([told(good!), good!.answers?.name], [[], "query-status"]);
    assert.deepEqual(told(bad!), ["fault WRONG_TYPE return.running"]);
    assert.isUndefined(bad!.message);
    assert.deepEqual([told(other!), other!.answers?.name], [[], "query-name"]);
  },

  "read() matches replies by id, else first in first out, out-of-band by id":
    () => {
      const entries = readTalk([
        '-> {"execute": "a", "id": 1}',
        '-> {"execute": "b", "id": "1"}',
        '-> {"execute": "c"}',
        '-> {"execute": "d"}',
        '-> {"exec-oob": "e", "id": {"x": 1, "y": [null]}}',
        '<- {"return": {}, "id": {"y": [null], "x": 1}}',
        '<- {"return": {}, "id": "1"}',
        '<- {"return": {}}',
        '<- {"return": {}, "id": 1}',
        '<- {"return": {}}',
        '<- {"return": {}}',
        '<- {"return": {}, "id": 1}',
      ]);
      assert.deepEqual(
        entries.slice(5).map(({ answers }) => answers?.name),
        ["e", "b", "c", "a", "d", undefined, undefined],
      );
    },

  "read() keeps the commands of each monitor apart, and forgets them at a greeting":
    () => {
      const record = (monitor: string, text: string) => ({
        line: 1,
        offset: 0,
        monitor,
        text,
      });
      const { entries } = read([
        record("a", '{"QMP": {"capabilities": []}}'),
        record("a", '{"execute": "x"}'),
        record("b", '{"execute": "y"}'),
        record("b", '{"return": {}}'),
        record("a", '{"QMP": {"capabilities": []}}'),
        record("a", '{"return": {}}'),
      ]);
      assert.strictEqual(entries[3]!.answers?.name, "y");
      assert.isUndefined(entries[5]!.answers);
    },

  "read() keeps a command that was sent before the first greeting, as systemd does":
    () => {
      const [, , reply, , late] = readTalk([
        '-> {"execute": "qmp_capabilities"}',
        '<- {"QMP": {"capabilities": []}}',
        '<- {"return": {}}',
        '<- {"QMP": {"capabilities": []}}',
        '<- {"return": {}}',
      ]);
      assert.strictEqual(reply!.answers?.name, "qmp_capabilities");
      assert.isUndefined(late!.answers);
    },

  "read() lets an error about a text that was no command pass by those that wait":
    () => {
      const [, , error, status] = readTalk([
        "-> rubbish",
        '-> {"execute": "query-status"}',
        '<- {"error": {"class": "GenericError", "desc": "JSON parse error, invalid keyword"}}',
        '<- {"return": {"running": 5, "singlestep": false, "status": "running"}}',
      ]);
      assert.isUndefined(error!.answers);
      assert.deepEqual(told(status!), ["fault WRONG_TYPE return.running"]);
      const [command, refusal] = readTalk([
        '-> {"execute": 1}',
        '<- {"error": {"class": "GenericError", "desc": "QMP input member \'execute\' must be a string"}}',
      ]);
      assert.strictEqual(refusal!.answers, command);
    },

  "read() tells at most a hundred unknown members of one message": () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `"m${index}": 1`);
    const [stop] = readText(event("STOP", `{${many.join()}}`));
    assert.lengthOf(stop!.findings, 1);
    const [watchdog] = readText(
      event("WATCHDOG", `{"action": "none", ${many.join()}}`),
    );
    assert.lengthOf(watchdog!.findings, 100);
    const ones = Array.from({ length: 5_000 }, () => 1);
    const [greeting] = readText(
      `{"QMP": {"capabilities": ${JSON.stringify(ones)}}}`,
    );
    assert.deepEqual(told(greeting!), ["fault WRONG_TYPE QMP.capabilities"]);
  },

  "read() passes on what some release lacks, by the mirror alone": () => {
    for (
      const [text, path, unknown] of [
        [event("SHUTDOWN"), "data", { path: ["data"], since: "2.10" }],
        [
          event("RESET", '{"guest": true}'),
          "data.reason",
          { path: ["data", "reason"], since: "4.0" },
        ],
      ] as const
    ) {
      const [entry] = readText(text);
      assert.deepEqual(told(entry!), [`notice MISSING_MEMBER ${path}`]);
      assert.deepEqual(
        (entry!.message as { unknown?: unknown }).unknown,
        [unknown],
      );
    }
    const [, status] = readTalk([
      '-> {"execute": "query-status"}',
      '<- {"return": {"running": true, "status": "running"}}',
    ]);
    assert.deepEqual(
      (status!.message as { unknown?: unknown }).unknown,
      [{ path: ["return", "singlestep"], until: "9.0" }],
    );
  },

  "read() marks the command that QEMU refused, not QEMU's error": () => {
    const [command, reply, secret] = readTalk([
      '-> {"execute": "nope"}',
      '<- {"error": {"class": "CommandNotFound", "desc": "The command nope has not been found"}}',
      '-> {"execute": "set_password"}',
      '<- {"error": {"class": "GenericError", "desc": "hunter2 is no password"}}',
    ]);
    assert.deepEqual(told(command!), ["notice REFUSED"]);
    assert.include(
      command!.findings[0]!.message,
      "The command nope has not been found",
    );
    assert.deepEqual(told(reply!), []);
    assert.strictEqual(reply!.answers, command);
    assert.notInclude(JSON.stringify(secret!.findings), "hunter2");
  },

  "read() quotes no value of a command that carries secrets, nor of a text that is torn":
    () => {
      for (
        const text of [
          '{"execute": "set_password", "arguments": "hunter2"}',
          '{"execute": "human-monitor-command", "arguments": "hunter2", "x": 1}',
          '{"exec-oob": "expire_password", "arguments": ["hunter2"]}',
          '{"execute": "set_password", "arguments": {"password": hunter2}}',
          '{"execute": "set_password", "arguments": {"password": "hunter2"',
          '{"execute": "object-add", "arguments": {"data": "hunter2", "data": "hunter2"}}',
        ]
      ) {
        const entries = readText(text);
        assert.isNotEmpty(entries.flatMap(({ findings }) => findings), text);
        for (const { findings } of entries) {
          assert.notInclude(JSON.stringify(findings), "unter2", text);
        }
      }
    },

  "read() stops waiting when too many commands wait": () => {
    const entries = readTalk(
      Array.from({ length: 8 }, (_, id) => `-> {"execute": "x", "id": ${id}}`)
        .concat('<- {"return": {}, "id": 7}', '<- {"return": {}, "id": 0}'),
      { maxWaiting: 3 },
    );
    assert.deepEqual(entries.map(told).map((each) => each.join()), [
      "",
      "",
      "",
      "notice TOO_MANY_WAITING",
      "",
      "",
      "notice TOO_MANY_WAITING",
      "",
      "",
      "",
    ]);
    assert.strictEqual(entries[8]!.answers, entries[7]);
    assert.isUndefined(entries[9]!.answers);
  },

  "read() takes QEMU's extensions in what was sent, where it is told to":
    () => {
      const talk = ["-> {'execute': 'stop'}", "<- {'return': {}}"];
      assert.deepEqual(readTalk(talk).map(told), [["fault NOT_JSON"], [
        "fault NOT_JSON",
      ]]);
      assert.deepEqual(readTalk(talk, { extensions: true }).map(told), [[], [
        "fault NOT_JSON",
      ]]);
    },

  "read() quotes at most 80 characters": () => {
    const long = "x".repeat(500);
    const [entry] = readText(
      event("SHUTDOWN", `{"guest": true, "reason": "${long}"}`),
      { policy: "strict" },
    );
    const [finding] = entry!.findings;
    assert.isAtMost(finding!.received!.length, 82);
    assert.isBelow(finding!.message.length, 500);
  },

  "reader() gives the same entries however the bytes are cut": () => {
    const text = `${event("STOP")}\r\nrubbish\r\n${
      event("RESET", "{}")
    }{"return": {}}\n{"torn`;
    const whole = readText(text);
    for (const size of [1, 2, 3, 7, 64]) {
      const source = rawSource();
      const stage = reader();
      const entries: Entry[] = [];
      const bytes = bytesOf(text);
      for (let start = 0; start < bytes.length; start += size) {
        entries.push(
          ...stage.push(source.push(bytes.subarray(start, start + size))),
        );
      }
      entries.push(...stage.push(source.end()), ...stage.end());
      assert.deepEqual(entries, whole, `chunks of ${size}`);
    }
  },

  "readChunks() and readStream() give what read() gives": async () => {
    const text = `${event("STOP")}\r\n${event("RESUME")}\r\n{"torn`;
    const bytes = bytesOf(text);
    const chunks = [bytes.subarray(0, 90), bytes.subarray(90)];
    const whole = readText(text);
    const iterated: Entry[] = [];
    for await (const batch of readChunks(chunks, rawSource())) {
      assert.isNotEmpty(batch);
      iterated.push(...batch);
    }
    assert.deepEqual(iterated, whole);
    const { readable, writable } = readStream(rawSource());
    const writer = writable.getWriter();
    const written = (async () => {
      for (const chunk of chunks) await writer.write(chunk);
      await writer.close();
    })();
    const piped: Entry[] = [];
    const out = readable.getReader();
    for (let next = await out.read(); !next.done; next = await out.read()) {
      piped.push(...next.value);
    }
    await written;
    assert.deepEqual(piped, whole);
  },

  "read() and what else goes by an edition say what is none"() {
    const readers: ((edition: never) => unknown)[] = [
      (edition) => read([], { edition }),
      (edition) => verdict("{}", { edition }),
      (edition) => drift([], edition),
      (edition) => fixtures(least, { edition }),
      covering,
      samples,
      spoilt,
      scenarios,
      (edition) => spoil({ return: {} }, { edition, pick: ([way]) => way! }),
    ];
    for (const [at, reader] of readers.entries()) {
      // The mirror knows no definitions, which reading does not need.
      for (const none of ["7.2", {}, edition, ...at > 0 ? [seed] : []]) {
        assert.throws(
          () => reader(none as never),
          TypeError,
          /^Cannot go by .* as an edition: give what edition\(\) of \.\/editions gives$/s,
          String(at),
        );
      }
    }
  },
};
