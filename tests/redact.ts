/**
 * That a recorder keeps secrets and noise out of a trace, however the bytes
 * come, and says so.
 *
 * @module
 */

import {
  attach,
  read,
  type Recorder,
  recorder,
  type RecorderOptions,
  traceBytes,
  traceSource,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

/** A recorder, and the lines it has written. */
function record(options: Partial<RecorderOptions>) {
  const lines: string[] = [];
  const recording = recorder({
    header: {},
    now: () => 0,
    write: (line) => lines.push(line),
    ...options,
  });
  return { ...recording, lines };
}

const written = (lines: readonly string[]): unknown[] =>
  lines.slice(1).map((line) => JSON.parse(line).slice(1));

/** What was said, and which way. */
type Said = readonly [way: "sent" | "received", text: string];

const greeting: Said = [
  "received",
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, ' +
  '"package": ""}, "capabilities": ["oob"]}}\r\n',
];
const done: Said = ["received", '{"return": {}}\r\n'];
const refusal = (desc: string): Said => [
  "received",
  `{"error": {"class": "GenericError", "desc": "${desc}"}}\r\n`,
];
const event = (name: string): string =>
  `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "${name}"}\r\n`;

/** Conversations in which the secret is hunter2; the answers to it are QEMU 7.2's. */
const secretive: Readonly<Record<string, readonly Said[]>> = {
  "set_password": [
    [
      "sent",
      '{"execute": "set_password", "arguments": {"protocol": "vnc", "password": "hunter2"}, "id": 7}\n',
    ],
    ["received", '{"return": {}, "id": 7}\r\n'],
  ],
  "expire_password": [
    ["sent", '{"execute":"expire_password","arguments":{"time":"hunter2"}}'],
    refusal("Invalid parameter 'hunter2'"),
  ],
  "an object with a secret": [
    [
      "sent",
      '{"execute": "object-add", "arguments": {"qom-type": "secret", "id": "s0", "data": "hunter2"}}\r\n',
    ],
    done,
    [
      "sent",
      '{"execute": "qom-get", "arguments": {"path": "/objects/s0", "property": "data"}}',
    ],
    ["received", '{"return": "hunter2"}\r\n'],
  ],
  "all that an object has": [
    [
      "sent",
      '{"execute": "qom-list-get", "arguments": {"paths": ["/objects/s0"]}}',
    ],
    [
      "received",
      '{"return": [{"properties": [{"name": "data", "type": "string", "value": "hunter2"}]}]}\r\n',
    ],
  ],
  "who fetches an image": [
    [
      "sent",
      '{"execute": "blockdev-add", "arguments": {"driver": "https", "node-name": "a", ' +
      '"url": "https://me:hunter2@host/a", "cookie": "session=hunter2"}}\r\n',
    ],
    refusal("Cannot fetch https://me:hunter2@host/a"),
    ["sent", '{"execute": "query-named-block-nodes"}\r\n'],
    ["received", '{"return": [{"file": "iscsi:\\/\\/me%hunter2@host/0"}]}\r\n'],
  ],
  "a human's command": [
    [
      "sent",
      '{"execute": "human-monitor-command", "arguments": {"command-line": "set_password vnc hunter2"}}\r\n',
    ],
    ["received", '{"return": "Error: hunter2 is no password\\r\\n"}\r\n'],
  ],
  "a human's command, misspelt": [
    [
      "sent",
      '{"execute": "human-monitor-comand", "arguments": {"command-line": "change vnc hunter2"}}\r\n',
    ],
  ],
  "a value that it does not accept": [
    [
      "sent",
      '{"execute": "set-password", "arguments": {"protocol": "hunter2", "password": "x"}}\r\n',
    ],
    refusal("Parameter 'protocol' does not accept value 'hunter2'"),
  ],
  "what is no JSON": [
    ["sent", '{"execute": "set_password", "arguments": {"password": hunter2}}'],
    ["sent", '{"execute": "query-status"}\r\n'],
    refusal("JSON parse error, invalid keyword 'hunter'"),
    [
      "received",
      '{"return": {"status": "running", "singlestep": false, "running": true}}\r\n',
    ],
  ],
  "what is no JSON, before a command that is odd": [
    ["sent", '{"execute": "set_password", "arguments": {"password": hunter2}}'],
    ["sent", '{"execute": "query-status", "odd": 1}\r\n'],
    refusal("JSON parse error, invalid keyword 'hunter'"),
    refusal("QMP input member 'odd' is unexpected"),
  ],
  "a monitor that greets again": [
    ["sent", '{"execute": "query-name"}\r\n'],
    greeting,
    ["sent", '{"execute": "human-monitor-command"}\r\n'],
    ["received", '{"return": "hunter2"}\r\n'],
  ],
  "a command cut short by the next": [
    [
      "sent",
      '{"execute": "set_password", "arguments": {"password": "hunter2\n',
    ],
    ["sent", '{"execute": "stop"}\n'],
  ],
  "what is no command": [
    ["sent", '{"arguments": {"password": "hunter2"}}\r\n'],
    ["sent", '["hunter2"]\r\n'],
    ["sent", "set_password vnc hunter2\r\n"],
    ["sent", '{"execute": "set_password hunter2"}\r\n'],
    ["sent", '{"execute": ["hunter2"]}\r\n'],
  ],
  "single quotes, out of band": [
    [
      "sent",
      "{'exec-oob': 'change', 'arguments': {'device': 'vnc', 'target': 'hunter2'}}",
    ],
    refusal("The command change does not support OOB: hunter2"),
  ],
  "a member of a command that has none": [
    [
      "sent",
      '{"execute": "blockdev-add", "arguments": {"node": [{"password-secret": "hunter2"}]}, "id": "a"}\r\n',
    ],
    [
      "received",
      '{"id": "a", "error": {"class": "GenericError", "desc": "No secret with id \'hunter2\'"}}\r\n',
    ],
  ],
  "a key that is escaped": [
    [
      "sent",
      '{"execute": "x", "arguments": {"pass\\u0077ord": "hunter2"}}\r\n',
    ],
  ],
  "options within a text": [
    [
      "sent",
      '{"execute": "blockdev-snapshot-sync", "arguments": {"snapshot-file": "json:{\\"password\\": \\"hunter2\\"}"}}\r\n',
    ],
  ],
  "a reply to what nobody saw": [
    ["received", '{"return": "hunter2"}\r\n'],
  ],
  "an id": [
    [
      "sent",
      '{"execute": "set_password", "id": {"password": "hunter2"}}\r\n',
    ],
    [
      "received",
      '{"id": {"password": "hunter2"}, "error": {"class": "GenericError", "desc": "no"}}\r\n',
    ],
  ],
  "an echo": [
    [
      "received",
      '{"execute": "set_password", "arguments": {"password": "hunter2"}}\r\n',
    ],
  ],
  "a torn reply": [
    ["sent", '{"execute": "human-monitor-command"}\r\n'],
    ["received", '{"return": "hunter2\r\n' + event("STOP")],
  ],
};

/** The conversation before and after a secret. */
const around = (talk: readonly Said[]): readonly Said[] => [
  greeting,
  ["sent", '{"execute": "qmp_capabilities"}\r\n'],
  done,
  ...talk,
  ["received", event("STOP")],
];

/** Records chunks and gives the file with all that a reader finds in it. */
function fileOf(chunks: readonly (readonly [Said[0], Uint8Array])[]): string {
  const recording = record({ redact: true });
  for (const [way, chunk] of chunks) recording[way](chunk);
  recording.end();
  const file = recording.lines.join("");
  const source = traceSource();
  const records = [...source.push(bytes(file)), ...source.end()];
  const { entries } = read(records, { policy: "strict" });
  const found = entries.flatMap(({ findings }) => findings);
  return file + JSON.stringify(found);
}

function pieces(
  talk: readonly Said[],
  size: number,
): (readonly [Said[0], Uint8Array])[] {
  return talk.flatMap(([way, text]) => {
    const all = bytes(text);
    return Array.from(
      { length: Math.ceil(all.length / size) },
      (_, index) =>
        [way, all.subarray(index * size, (index + 1) * size)] as const,
    );
  });
}

/** Tests of what a recorder leaves out. */
export const redactTests: Suite = {
  ...Object.fromEntries(
    Object.entries(secretive).flatMap(([what, talk]) => [
      [
        `recorder() keeps the secret of ${what} out of the file, wherever a chunk is cut`,
        () => {
          const whole = fileOf(pieces(around(talk), 1e6));
          assert.notInclude(whole, "hunter");
          assert.include(whole, '"redacted"');
          const all = pieces(around(talk), 1);
          assert.notInclude(fileOf(all), "hunter");
          // One cut in each place, and what was between the cuts in one piece.
          for (const [index, [way, text]] of talk.entries()) {
            const said = bytes(text);
            for (let cut = 1; cut < said.length; cut++) {
              const file = fileOf([
                ...pieces(around([]).slice(0, -1), 1e6),
                ...pieces(talk.slice(0, index), 1e6),
                [way, said.subarray(0, cut)],
                [way, said.subarray(cut)],
                ...pieces(talk.slice(index + 1), 1e6),
              ]);
              assert.notInclude(file, "hunter");
            }
          }
        },
      ],
      [
        `recorder() keeps the secret of ${what} out where the connection ends in it`,
        () => {
          const before = pieces(around([]).slice(0, -1), 1e6);
          for (const [index, [way, text]] of talk.entries()) {
            const said = bytes(text);
            for (let end = 1; end < said.length; end++) {
              const file = fileOf([
                ...before,
                ...pieces(talk.slice(0, index), 1e6),
                [way, said.subarray(0, end)],
              ]);
              assert.notMatch(file, /"hun|'hun|hunt/);
            }
          }
        },
      ],
    ]),
  ),

  "recorder() keeps name and id of a secret command, and the reply in its place"() {
    const { sent, received, lines } = record({ redact: true });
    const command = secretive["set_password"]![0]![1].trimEnd();
    const reply = '{"id": 7, "error": {"class": "E", "desc": "no"}}';
    sent(bytes(`${command}\n`));
    received(bytes(`${reply}\r\n`));
    const shown = '{"execute": "set_password", "id": 7}';
    const answer = '{"error": {"class": "E", "desc": "(redacted)"}, "id": 7}';
    const mark = (direction: string, text: string, standIn: string) => [
      "redacted",
      { direction, bytes: text.length, written: standIn.length },
    ];
    assert.deepEqual(written(lines), [
      mark("->", command, shown),
      ["->", `${shown}\n`],
      mark("<-", reply, answer),
      ["<-", `${answer}\r\n`],
    ]);
  },

  "recorder() keeps what tells which command an error answers"() {
    const { sent, received, end, lines } = record({ redact: true });
    sent(bytes('{"execute": "query-name"}\r\n[[[[\r\n'));
    received(bytes(refusal("JSON nesting depth limit exceeded")[1]));
    received(bytes('{"return": {"name": "vm"}}\r\n'));
    end();
    assert.includeDeepMembers(written(lines), [
      ["<-", refusal("JSON (redacted)")[1]],
      ["<-", '{"return": {"name": "vm"}}\r\n'],
    ]);
  },

  "recorder() lets everything else through to the byte"() {
    const talk = around([
      ["sent", "{'execute': 'stop', \"id\": 1.0}\r\n\r\n"],
      ["received", '{"return": {}, "id": 1.0}\r\n'],
      ["sent", '  {"execute": "cont"}{"execute":"query-status"} '],
      [
        "received",
        'noise \xff\r\n{"return": {}}\r\n{\r\n    "return": 1\r\n}\r\n',
      ],
      ["sent", '{"execute": "set_password"}'],
      ["received", '{"return": {}}\r\n{"even'],
    ]).slice(0, -1);
    for (const size of [1, 7, 1e6]) {
      const { lines, ...recording } = record({ redact: true });
      for (const [way, chunk] of pieces(talk, size)) recording[way](chunk);
      recording.end();
      const file = bytes(lines.join(""));
      assert.notInclude(lines.join(""), '"redacted"');
      for (
        const [way, arrow] of [["sent", "->"], ["received", "<-"]] as const
      ) {
        const text = talk.filter(([each]) => each === way)
          .map(([, text]) => text).join("");
        assert.deepEqual(traceBytes(file, arrow), bytes(text));
      }
    }
  },

  "recorder() accounts in its marks for every byte that it keeps out"() {
    const talk = around([
      ...Object.values(secretive).flat(),
      ["received", event("RTC_CHANGE") + event("RTC_CHANGE")],
    ]);
    for (const size of [1, 5, 1e6]) {
      const { lines, ...recording } = record({
        redact: true,
        drop: ["RTC_CHANGE"],
      });
      for (const [way, chunk] of pieces(talk, size)) recording[way](chunk);
      recording.end();
      const file = bytes(lines.join(""));
      for (
        const [way, arrow] of [["sent", "->"], ["received", "<-"]] as const
      ) {
        const kept = traceBytes(file, arrow).length;
        const marked = lines.map((line) => JSON.parse(line)[2])
          .filter((held) => held?.direction === arrow)
          .reduce((sum, { bytes, written = 0 }) => sum + bytes - written, 0);
        const passed = talk.filter(([each]) => each === way)
          .reduce((sum, [, text]) => sum + bytes(text).length, 0);
        assert.equal(kept + marked, passed, `${arrow} by ${size}`);
      }
    }
  },

  "recorder() keeps out what is too long to be looked through"() {
    const { sent, end, lines } = record({ redact: true, maxHeld: 100 });
    for (let count = 0; count < 100; count++) {
      sent(bytes(count === 0 ? '{"execute": "' : "hunter2 "));
    }
    sent(bytes('\n{"execute": "stop"}\n'));
    end();
    assert.notInclude(lines.join(""), "hunter");
    assert.deepEqual(written(lines).at(-1), ["->", '{"execute": "stop"}\n']);
  },

  "recorder() keeps nothing of the caller's buffer while it looks a message through"() {
    const { received, lines } = record({ redact: true });
    const [begin, rest] = [bytes('{"return": '), bytes("{}}\r\n")];
    received(begin);
    begin.fill(0);
    received(rest);
    assert.deepEqual(written(lines), [["<-", '{"return": {}}\r\n']]);
  },

  "recorder() forgets what waits when a new connection begins"() {
    const { sent, received, reconnected, lines } = record({ redact: true });
    sent(bytes('{"execute": "human-monitor-command"}{"execute": "set_pa'));
    reconnected();
    received(bytes(greeting[1]));
    sent(bytes('{"execute": "query-name"}'));
    received(bytes('{"return": {"name": "vm"}}\r\n'));
    assert.deepEqual(written(lines).slice(1), [
      ["redacted", { direction: "->", bytes: 19, written: 0 }],
      ["reconnect"],
      ["<-", greeting[1]],
      ["->", '{"execute": "query-name"}'],
      ["<-", '{"return": {"name": "vm"}}\r\n'],
    ]);
  },

  "recorder() leaves out the events of a drop-list, and marks how many"() {
    const talk = event("RTC_CHANGE") + event("RTC_CHANGE") +
      event("BALLOON_CHANGE") + event("STOP") + event("RTC_CHANGE");
    const dropped = (events: Record<string, number>) => {
      const names = Object.entries(events).flatMap(([name, times]) =>
        Array.from({ length: times }, () => event(name))
      );
      return ["dropped", {
        direction: "<-",
        bytes: names.join("").length,
        events,
      }];
    };
    for (const size of [1, 11, 1000]) {
      const { received, end, lines } = record({
        drop: ["RTC_CHANGE", "BALLOON_CHANGE"],
      });
      for (const [, chunk] of pieces([["received", talk]], size)) {
        received(chunk);
      }
      end();
      assert.deepEqual(
        written(lines).filter((line) => !/^\s*$/.test(String(line))).map((
          line,
        ) => (line as string[])[0] === "<-" ? "kept" : line).filter((
          each,
          index,
          all,
        ) => each !== all[index - 1]),
        [
          dropped({ RTC_CHANGE: 2, BALLOON_CHANGE: 1 }),
          "kept",
          dropped({ RTC_CHANGE: 1 }),
        ],
      );
      const kept = traceBytes(bytes(lines.join("")), "<-");
      assert.deepEqual(kept, bytes(event("STOP")));
    }
  },

  async "attach() changes no byte on the wire, whatever is redacted in the file"() {
    for (const talk of Object.values(secretive).map(around)) {
      const { lines, ...recording } = record({ redact: true });
      const qemu = new TransformStream<Uint8Array, Uint8Array>();
      const saying = qemu.writable.getWriter();
      const wire: string[] = [];
      const { readable, writable } = attach({
        readable: qemu.readable,
        writable: new WritableStream({
          write: (chunk) => void wire.push(decoder.decode(chunk)),
        }),
      }, recording);
      const writer = writable.getWriter();
      const reader = readable.getReader();
      for (const [way, text] of talk) {
        if (way === "sent") await writer.write(bytes(text));
        else {
          saying.write(bytes(text));
          assert.equal(decoder.decode((await reader.read()).value), text);
        }
      }
      await writer.close();
      recording.end();
      const sent = talk.filter(([way]) => way === "sent");
      assert.deepEqual(wire, sent.map(([, text]) => text));
      assert.notInclude(lines.join(""), "hunter");
    }
  },

  async "attach() lets out what the recorder throws, on the side where it happened"() {
    const full: Recorder = {
      received: () => {},
      sent() {
        throw new RangeError("no space left");
      },
      reconnected: () => {},
      end: () => {},
    };
    const { writable } = attach(new TransformStream(), full);
    const why = await writable.getWriter().write(bytes("x"))
      .catch((error) => error);
    assert.instanceOf(why, RangeError);
  },

  async "attach() reads no more than is asked for"() {
    let given = 0;
    const { readable } = attach({
      readable: new ReadableStream({
        pull(controller) {
          given += 1;
          controller.enqueue(bytes("x"));
        },
      }, { highWaterMark: 0 }),
      writable: new WritableStream(),
    }, record({}));
    const reader = readable.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.isAtMost(given, 2);
    await reader.cancel();
  },
};
