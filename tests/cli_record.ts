/**
 * The verb `record`: what it says to a monitor, what it writes, and what it does
 * when something goes away.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { read, traceBytes, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import {
  failure,
  fakeHost,
  type FakeMonitor,
  type FakePlatform,
} from "./fake_host.ts";
import type { Suite } from "./suite.ts";

const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\r\n';
const event = (name: string): string =>
  `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "${name}"}\r\n`;
const shutdown = event("SHUTDOWN").replace(
  "}\r\n",
  ', "data": {"guest": false, "reason": "host-qmp-quit"}}\r\n',
);
const running =
  '{"return": {"status": "running", "singlestep": false, "running": true}, ' +
  '"id": "record 2"}\r\n';

/** A monitor that says more after it has told its state. */
const monitor = (
  more: string,
  after: FakeMonitor["after"] = "end",
): FakeMonitor => ({
  greeting,
  answer: (command) =>
    command.includes("query-status")
      ? running + more
      : command.includes("qmp_capabilities")
      ? '{"return": {}, "id": "record 1"}\r\n'
      : "",
  after,
});

async function run(platform: FakePlatform, ...args: readonly string[]) {
  const host = fakeHost(platform);
  const code = await main(["record", "/run/qmp", "-o", "t", ...args], host);
  const { out, err } = host;
  const file = host.grown.get("t") ?? "";
  return { ...host, code, out: out(), err: err(), file };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const received = (file: string): string =>
  new TextDecoder().decode(traceBytes(bytes(file), "<-"));
const sent = (file: string): string =>
  new TextDecoder().decode(traceBytes(bytes(file), "->"));

/** What a reader finds in a file: the codes of its findings. */
function codes(file: string): string[] {
  const source = traceSource({ quotes: "both" });
  const records = [...source.push(bytes(file)), ...source.end()];
  return read(records, { extensions: true }).entries
    .flatMap(({ findings }) => findings.map(({ code }) => code));
}

function isWhole(line: string): boolean {
  try {
    return Array.isArray(JSON.parse(line));
  } catch {
    return false;
  }
}

/** Two clients of different habits: one pipelines and ends no line, one is like libvirt. */
const pipelining = '{"execute":"qmp_capabilities"}{"execute":"query-status"}' +
  "{'execute':'stop','id':1}{\"execute\":\"cont\"}";
const libvirtLike = [
  '{"execute":"qmp_capabilities","id":"libvirt-1"}\r\n',
  '{"execute":"query-status","id":"libvirt-2"}\r\n',
].join("");

/** QEMU, as far as a client that is not recorded by itself needs it. */
const answering: FakeMonitor = {
  greeting,
  answer: (command) => command.includes("}") ? '{"return": {}}\r\n' : "",
};

/** Tests of `record`. */
export const recordVerbTests: Suite = {
  async "record negotiates, asks for the run state, and writes what is said"() {
    for (const chunk of [1, 50, Infinity]) {
      const monitors = { "/run/qmp": monitor(event("STOP") + shutdown) };
      const { code, err, out, file } = await run({ monitors, chunk });
      assert.equal(err, "");
      assert.equal(code, 0);
      assert.match(out, /^"\/run\/qmp": \d+ lines, \d+ bytes written\n$/);
      assert.equal(
        received(file),
        greeting + '{"return": {}, "id": "record 1"}\r\n' + running +
          event("STOP") + shutdown,
      );
      assert.equal(
        sent(file),
        '{"execute": "qmp_capabilities", "id": "record 1"}\r\n' +
          '{"execute": "query-status", "id": "record 2"}\r\n',
      );
      assert.deepEqual(codes(file), []);
      assert.match(
        file,
        /^\{"format":"qmp-trace","version":1,"recorded":"2023-11-14T.*Z"\}\n/,
      );
    }
  },

  async "record tells how much is in the file, where asked to"() {
    const monitors = { "/run/qmp": monitor(shutdown) };
    const { out, file } = await run({ monitors }, "--progress");
    const told = out.trimEnd().split("\n")
      .map((line) => Number(/ (\d+) bytes written$/.exec(line)![1]));
    assert.isAbove(told.length, 2);
    assert.deepEqual(told, told.toSorted((a, b) => a - b));
    assert.equal(told.at(-1), bytes(file).length);
  },

  async "record --sync has on the disk what it tells of"() {
    const monitors = { "/run/qmp": monitor(shutdown) };
    assert.isEmpty((await run({ monitors }, "--progress")).synced);
    const { synced, out } = await run({ monitors }, "--progress", "--sync");
    const told = [...out.matchAll(/ (\d+) bytes written$/gm)]
      .map(([, bytes]) => Number(bytes));
    assert.isAbove(told.length, 2);
    assert.includeMembers(synced, told);
  },

  async "record goes on where nobody reads its progress any more"() {
    const monitors = { "/run/qmp": monitor(shutdown) };
    const full = failure("EPIPE");
    const { code, err, file } = await run({ monitors, full }, "--progress");
    assert.equal(err, "");
    assert.equal(code, 0);
    assert.include(received(file), shutdown);
  },

  async "record ends at once where it was told to stop before it began"() {
    for (const args of [[], ["--tee", "/run/tee"]]) {
      const host = fakeHost({ monitors: { "/run/qmp": answering } });
      const { append, onStop } = host;
      let stop = (_: string) => {};
      const code = await main(["record", "/run/qmp", "-o", "t", ...args], {
        ...host,
        onStop: (each) => onStop(stop = each),
        append(path) {
          stop("SIGTERM");
          return append(path);
        },
      });
      assert.equal(code, 0);
      assert.equal(host.err(), "");
    }
  },

  async "record ends at once where it is told to while nobody answers"() {
    const silent = { greeting, answer: () => "", isUnreachable: true };
    const alone = await run({ monitors: { "/run/qmp": silent } });
    assert.equal(alone.err, "");
    assert.equal(alone.out, '"/run/qmp": nothing was written\n');
    assert.equal(alone.code, 0);
    assert.isFalse(alone.grown.has("t"));

    const lost = [monitor(shutdown), silent];
    const again = await run(
      { monitors: { "/run/qmp": lost } },
      "--reconnect",
    );
    assert.match(again.out, /: 7 lines, \d+ bytes written\n$/);
    assert.equal(again.code, 0);

    const tee = await run(
      { monitors: { "/run/qmp": silent }, clients: [[pipelining]] },
      ...["--tee", "/run/tee"],
    );
    assert.equal(tee.err, "");
    assert.match(tee.out, /: 1 line, \d+ bytes written\n$/);
    assert.equal(tee.code, 0);
  },

  async "record says that a disk is full where a connection begins anew"() {
    const monitors = {
      "/run/qmp": [monitor(event("STOP")), monitor(shutdown)],
    };
    const { file } = await run({ monitors, stopsAt: 9 }, "--reconnect");
    const room = file.indexOf('"reconnect"');
    const { code, err } = await run({ monitors, room }, "--reconnect");
    assert.match(err, /Cannot write "t": there is no room left\n$/);
    assert.equal(code, 2);
  },

  async "record says how QEMU went, with code 1 where it had not shut down"() {
    const cases: readonly (readonly [FakeMonitor, number, string])[] = [
      [monitor(shutdown), 0, ""],
      [
        monitor(event("STOP")),
        1,
        '"/run/qmp": QEMU ended the connection without a SHUTDOWN',
      ],
      [
        monitor('{"event": "ST', failure("ECONNRESET")),
        1,
        '"/run/qmp": the connection broke: ECONNRESET: it failed',
      ],
      [
        { greeting: "", answer: () => "" },
        1,
        '"/run/qmp": the connection broke: nothing came for 10 seconds',
      ],
      [
        { greeting: "QEMU 7.2.22 monitor\r\n(qemu) \r\n", answer: () => "" },
        2,
        'Cannot read "/run/qmp": it greets with "QEMU 7.2.22 monitor", which is no QMP',
      ],
    ];
    for (const [qemu, expected, sentence] of cases) {
      const { code, err, file } = await run({ monitors: { "/run/qmp": qemu } });
      assert.equal(err, sentence && `qmp-run-state: ${sentence}\n`);
      assert.equal(code, expected);
      if (qemu.greeting === greeting) {
        assert.include(received(file), greeting);
        assert.notInclude(codes(file).join(), "TORN_LINE");
      }
    }
    const { code, err, grown } = await run({});
    assert.equal(
      err,
      'qmp-run-state: Cannot read "/run/qmp": nobody listens there\n',
    );
    assert.equal(code, 2);
    assert.equal(grown.size, 0);
  },

  async "record writes what it held back, whatever ends it"() {
    const impostor: FakeMonitor = {
      greeting: "QEMU 7.2.22 monitor\r\n(qemu) \r\n",
      answer: () => "",
    };
    const alone = await run(
      { monitors: { "/run/qmp": [monitor(event("STOP")), impostor] } },
      ...["--reconnect", "--drop", "RTC_CHANGE"],
    );
    assert.equal(alone.code, 2);
    assert.match(alone.err, /it greets with "QEMU 7\.2\.22 monitor"/);
    assert.isTrue(received(alone.file).endsWith(impostor.greeting));

    // The first client leaves in the midst of a message, and QEMU with it.
    const tee = await run(
      {
        monitors: { "/run/qmp": [answering] },
        clients: [['{"execute": "st'], [libvirtLike]],
      },
      ...["--tee", "/run/tee"],
    );
    assert.equal(tee.code, 2);
    assert.match(tee.err, /nobody listens there\n$/);
    assert.match(tee.file, /"redacted", \{"direction":"->","bytes":15/);
  },

  async "record --tee records where nobody reads where it listens"() {
    const { code, err, file } = await run(
      {
        monitors: { "/run/qmp": answering },
        clients: [[libvirtLike]],
        full: failure("EPIPE"),
      },
      ...["--tee", "/run/tee"],
    );
    assert.equal(err, "");
    assert.equal(code, 0);
    assert.equal(sent(file), libvirtLike);
  },

  async "record --reconnect waits for QEMU, each time longer, and marks it"() {
    const torn = monitor('{"timest', failure("ECONNRESET"));
    const monitors = {
      "/run/qmp": [monitor(event("STOP")), torn, monitor(shutdown)],
    };
    const { code, err, file, slept } = await run(
      { monitors, stopsAt: 6 },
      "--reconnect",
    );
    assert.equal(code, 0);
    assert.deepEqual(slept, [100, 100, 100, 200, 400, 800]);
    const whys = [
      "QEMU ended the connection without a SHUTDOWN",
      "the connection broke: ECONNRESET: it failed",
      "QEMU has shut down",
    ];
    assert.equal(
      err,
      whys.map((why) =>
        `qmp-run-state: "/run/qmp": ${why}; waiting for it to come back\n`
      ).join(""),
    );
    assert.lengthOf(file.match(/"reconnect"/g)!, 2);
    assert.deepEqual(
      codes(file),
      ["UNHEARD", "NOT_JSON", "UNHEARD"],
    );
  },

  async "record goes on with a trace, by the time of day, and never back in time"() {
    const monitors = { "/run/qmp": monitor(shutdown) };
    const { file: first } = await run({ monitors });
    const cases = [
      // An hour ago.
      [first.replace("T22:", "T21:"), 3600],
      // In the future.
      [first.replace("2023-", "2099-"), 0],
      // Nobody knows when.
      [
        '{"format":"qmp-trace","version":1}\n[7.5,"<-","{\\"return\\": 1}\\r\\n"]\n',
        7.5,
      ],
      // A line that lacks but its end.
      [first.trimEnd(), 0],
    ] as const;
    for (const [before, at] of cases) {
      const files = { t: before };
      const { code, err, file } = await run({ monitors, files });
      assert.equal(err, "");
      assert.equal(code, 0);
      assert.isTrue(file.startsWith(before));
      const mark = file.slice(before.length).trimStart().split("\n")[0]!;
      assert.deepEqual(JSON.parse(mark), [at, "reconnect"]);
      assert.deepEqual(codes(file), ["UNHEARD"]);
    }
  },

  async "record goes on after a line that was cut short, wherever that was"() {
    const monitors = { "/run/qmp": monitor(shutdown) };
    const { file: first } = await run({ monitors });
    const header = first.indexOf("\n") + 1;
    for (let end = 0; end < first.length; end++) {
      const before = first.slice(0, end);
      const { code, err, file } = await run({ monitors, files: { t: before } });
      assert.equal(code, 0, before);
      const cut = before.slice(before.lastIndexOf("\n") + 1);
      if (end < header - 1) {
        // Nothing was recorded yet.
        assert.equal(file, first);
        continue;
      }
      assert.isTrue(file.startsWith(before));
      const isTorn = cut !== "" && end >= header && !isWhole(cut);
      const lines = before.split("\n").length;
      assert.equal(
        err,
        isTorn
          ? `qmp-run-state: "t" ended in the middle of line ${lines}; what comes now begins on line ${
            lines + 1
          }\n`
          : "",
      );
      assert.deepEqual(
        codes(file).filter((code) => code === "TORN_LINE"),
        isTorn ? ["TORN_LINE"] : [],
      );
      // What is whole is all there, before and after.
      const kept = before.slice(0, before.length - (isTorn ? cut.length : 0));
      const whole = file.slice(before.length).trimStart();
      assert.equal(
        sent(`${kept}\n${whole}`),
        sent(kept) + sent(first),
      );
    }
  },

  async "record writes to nothing that is no trace"() {
    const monitors = { "/run/qmp": monitor(shutdown) };
    const files = {
      log: '{"return": {}}\r\n',
      short: "pass",
      newer: '{"format": "qmp-trace", "version": 2}\n',
      denied: failure("EACCES"),
    };
    const whys = {
      log: 'there is something else: its first line has no "format"',
      short: "there is something else: its first line is no JSON object",
      newer:
        "there is something else: its version 2 is newer than 1, the newest known here",
      denied: "it may not be written",
    };
    for (const [name, why] of Object.entries(whys)) {
      const host = fakeHost({ monitors, files });
      const code = await main(["record", "/run/qmp", "-o", name], host);
      assert.equal(
        host.err(),
        `qmp-run-state: Cannot write "${name}": ${why}\n`,
      );
      assert.equal(code, 2);
      const before = files[name as keyof typeof files];
      assert.equal(
        host.grown.get(name) ?? before,
        before,
      );
    }
  },

  async "record says that a disk is full, with whole lines alone in the file"() {
    const monitors = { "/run/qmp": monitor(event("STOP") + shutdown) };
    const { file: all } = await run({ monitors });
    for (let room = 0; room < bytes(all).length; room++) {
      const { code, err, file } = await run({ monitors, room });
      assert.equal(
        err,
        'qmp-run-state: Cannot write "t": there is no room left\n',
      );
      assert.equal(code, 2);
      assert.equal(file, all.slice(0, all.lastIndexOf("\n", room - 1) + 1));
    }
  },

  async "record writes no secret anywhere, and all of it with --keep-secrets"() {
    const secret =
      "{'execute':'set_password','arguments':{'password':'hunter2'}}";
    const platform: FakePlatform = {
      monitors: {
        "/run/qmp": {
          greeting,
          answer: (command) =>
            command.includes("hunter2")
              ? '{"error": {"class": "GenericError", "desc": "not hunter2"}}\r\n'
              : "",
        },
      },
      clients: [[secret]],
    };
    const tee = ["--tee", "/run/tee"] as const;
    const { code, out, err, file, heard } = await run(platform, ...tee);
    assert.equal(code, 0);
    assert.notInclude(out + err + file, "hunter");
    assert.include(heard[0], "not hunter2");
    const full = await run(platform, ...tee, "--keep-secrets");
    assert.equal(sent(full.file), secret);
    assert.equal(received(full.file), heard[0]);
  },

  async "record --drop leaves events out, by one or several names"() {
    const monitors = {
      "/run/qmp": monitor(
        event("RTC_CHANGE") + event("BALLOON_CHANGE") + event("STOP") +
          shutdown,
      ),
    };
    for (
      const args of [
        ["--drop", "RTC_CHANGE,BALLOON_CHANGE"],
        ["--drop", "RTC_CHANGE", "--drop=BALLOON_CHANGE"],
      ]
    ) {
      const { file } = await run({ monitors }, ...args);
      assert.notMatch(received(file), /RTC_CHANGE|BALLOON_CHANGE/);
      assert.include(received(file), event("STOP"));
      assert.deepEqual(codes(file), ["DROPPED"]);
    }
  },

  async "record --tee passes every byte on, wherever it is cut, and records it"() {
    for (const text of [pipelining, libvirtLike]) {
      for (let cut = 1; cut < text.length; cut++) {
        const passed: string[] = [];
        const monitors = {
          "/run/qmp": {
            greeting,
            answer(command: string) {
              passed.push(command);
              return answering.answer(command);
            },
          },
        };
        const clients = [[text.slice(0, cut), text.slice(cut)]];
        const { code, err, file, heard } = await run(
          { monitors, clients },
          ...["--tee", "/run/tee"],
        );
        assert.equal(err, "");
        assert.equal(code, 0);
        assert.deepEqual(passed, clients[0]);
        assert.equal(sent(file), text);
        assert.equal(received(file), heard[0]);
        assert.isAbove(heard[0]!.length, greeting.length);
        assert.notInclude(codes(file).join(), "NOT_JSON");
      }
    }
  },

  async "record --tee passes every byte on that QEMU says, wherever it is cut"() {
    for (const chunk of [1, 2, 3, 7, 100]) {
      const { file, heard } = await run(
        {
          monitors: { "/run/qmp": answering },
          clients: [[libvirtLike]],
          chunk,
        },
        ...["--tee", "localhost:4444"],
      );
      assert.equal(heard[0], greeting + '{"return": {}}\r\n');
      assert.equal(received(file), heard[0]);
    }
  },

  async "record --tee takes one client after the other, and marks each"() {
    const { code, out, file, heard } = await run(
      {
        monitors: { "/run/qmp": answering },
        clients: [[pipelining], [libvirtLike], ['{"execute": "st']],
      },
      ...["--tee", "/run/tee"],
    );
    assert.equal(code, 0);
    assert.match(out, /^Listening on "\/run\/tee"\n/);
    assert.lengthOf(heard, 3);
    assert.lengthOf(file.match(/"reconnect"/g)!, 2);
    assert.equal(received(file), heard.join(""));
  },

  async "record --tee lets the conversation go on where the disk is full"() {
    const { code, err, heard } = await run(
      {
        monitors: { "/run/qmp": answering },
        clients: [[libvirtLike, libvirtLike]],
        room: 100,
      },
      ...["--tee", "/run/tee"],
    );
    assert.equal(heard[0], greeting + '{"return": {}}\r\n{"return": {}}\r\n');
    assert.equal(
      err,
      'qmp-run-state: Cannot write "t": there is no room left; what is said goes on unrecorded\n',
    );
    assert.equal(code, 2);
  },

  async "record --tee ends with QEMU, or waits for it with --reconnect"() {
    const clients = [[libvirtLike, ""], [libvirtLike]];
    const dying: FakeMonitor = { ...answering, after: failure("ECONNRESET") };
    const tee = ["--tee", "/run/tee"] as const;
    const ended = await run(
      { monitors: { "/run/qmp": dying }, clients },
      ...tee,
    );
    assert.equal(ended.code, 1);
    assert.match(ended.err, /: the connection broke: ECONNRESET: it failed\n$/);
    assert.lengthOf(ended.heard, 1);

    const gone = await run({ clients }, ...tee);
    assert.equal(gone.code, 2);
    assert.match(gone.err, /Cannot read "\/run\/qmp": nobody listens there\n$/);

    const monitors = { "/run/qmp": [dying, answering] };
    const waiting = await run({ monitors, clients }, ...tee, "--reconnect");
    assert.equal(waiting.code, 0);
    assert.lengthOf(waiting.heard, 2);
    assert.match(waiting.err, /; waiting for clients\n$/);
  },

  async "record refuses what it cannot do, with code 2"() {
    const cases = [
      [["record"], /Cannot record nothing: no socket was given/],
      [["record", "a"], /Cannot record to nowhere: no -o FILE was given/],
      [["record", "a", "b", "-o", "t"], /Cannot record "b" too/],
      [
        ["record", "a", "-o", "t", "--drop", "STOP"],
        /Cannot leave out "STOP": it tells of the run state/,
      ],
      [
        ["record", "a", "-o", "t", "--drop", "A B"],
        /Cannot leave out "A B": it is no name of an event/,
      ],
      [
        ["record", "a", "-o", "t", "--tee", "0.0.0.0:4444"],
        /Cannot listen on "0\.0\.0\.0:4444": a monitor is not for others to reach; take localhost or a path; see/,
      ],
      [
        ["record", "a", "-o", "t", "--tee", "/run/taken"],
        /Cannot listen on "\/run\/taken": it is in use/,
      ],
    ] as const;
    for (const [args, sentence] of cases) {
      const host = fakeHost({ monitors: { a: answering } });
      assert.equal(await main(args, host), 2);
      assert.match(host.err(), sentence);
      assert.equal(host.grown.size, 0);
    }
  },
};
