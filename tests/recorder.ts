/**
 * What the recorder writes, and that no byte is lost on the way.
 *
 * @module
 */

import { recorder, traceBytes, traceSource } from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

/** A recorder on a clock that the test sets, and the lines it has written. */
function record() {
  const lines: string[] = [];
  const clock = { seconds: 1000 };
  const recording = recorder({
    header: { title: "test" },
    now: () => clock.seconds,
    write: (line) => lines.push(line),
  });
  return { ...recording, lines, clock };
}

/** The third elements of the lines after the header, with the arrows. */
const written = (lines: string[]): unknown[] =>
  lines.slice(1).map((line) => JSON.parse(line).slice(1));

/** All that a socket may carry: CRLF, LF, pretty, UTF-8 of each length, rubbish, a byte order mark, NUL. */
const everything = Uint8Array.of(
  ...bytes('\ufeff{"return": {}}\r\n{\r\n    "event": "STOP"\r\n}\r\n'),
  ...bytes('{"id": "é☃😀\u2028\uffff\u0000"}\n\n{"a": 1}{"b": 2}\r\r\n'),
  ...[0xff, 0xfe, 0x0a, 0x7b, 0xc3, 0x28, 0xf0, 0x9f, 0x98, 0x0a, 0x7b, 0x7d],
  ...[0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf5, 0x80, 0x80, 0x80, 0x80, 0xe2, 0x98],
);

/** Cases of cutting: a chunk, and the texts that it becomes. */
const cuts: Readonly<Record<string, [string, string[]]>> = {
  "before each message of a compact monitor": [
    '{"return": {}}\r\n{"event": "STOP"}\r\n',
    ['{"return": {}}\r\n', '{"event": "STOP"}\r\n'],
  ],
  "before each message of a pretty monitor": [
    '{\r\n    "a": {\r\n    }\r\n}\r\n{\r\n    "b": 1\r\n}\r\n',
    ['{\r\n    "a": {\r\n    }\r\n}\r\n', '{\r\n    "b": 1\r\n}\r\n'],
  ],
  "before an empty line's successor": [
    '{"a": 1}\n\n{"b": 2}\n',
    ['{"a": 1}\n\n', '{"b": 2}\n'],
  ],
  "nowhere between messages on one line": [
    '{"a": 1}{"b": 2} {"c": 3}\r\n',
    ['{"a": 1}{"b": 2} {"c": 3}\r\n'],
  ],
  "nowhere in noise": [
    "Connected to localhost.\r\n\r\n",
    ["Connected to localhost.\r\n\r\n"],
  ],
};

/** Tests of the recorder. */
export const recorderSuite: Suite = {
  "recorder() writes the header before anything has come"() {
    const { lines } = record();
    assert.deepEqual(lines, [
      '{"format":"qmp-trace","version":1,"title":"test"}\n',
    ]);
  },

  "recorder() writes a chunk at once, with its time to the microsecond"() {
    const { received, sent, lines, clock } = record();
    clock.seconds += 0.0000014;
    sent(bytes('{"execute": "stop"}'));
    assert.equal(lines[1], '[0.000001, "->", "{\\"execute\\": \\"stop\\"}"]\n');
    clock.seconds += 3600;
    received(bytes("\r\n"));
    assert.equal(lines[2], '[3600.000001, "<-", "\\r\\n"]\n');
  },

  "recorder() writes whole lines, whatever comes"() {
    const { received, end, lines } = record();
    received(everything);
    end();
    assert.isAbove(lines.length, 5);
    for (const line of lines) {
      assert.equal(line.indexOf("\n"), line.length - 1);
      JSON.parse(line);
    }
  },

  ...Object.fromEntries(
    Object.entries(cuts).map(([where, [chunk, texts]]) => [
      `recorder() cuts a chunk ${where}`,
      () => {
        const { received, lines } = record();
        received(bytes(chunk));
        assert.deepEqual(written(lines), texts.map((text) => ["<-", text]));
      },
    ]),
  ),

  "recorder() gives the pieces of a chunk the time of the chunk"() {
    const { received, lines, clock } = record();
    clock.seconds += 1;
    received(bytes('{"a": 1}\n{"b": 2}\n'));
    assert.deepEqual(lines.slice(1).map((line) => JSON.parse(line)[0]), [1, 1]);
  },

  "recorder() writes nothing for an empty chunk"() {
    const { received, sent, end, lines } = record();
    received(bytes(""));
    sent(bytes(""));
    end();
    assert.lengthOf(lines, 1);
  },

  "recorder() holds a cut UTF-8 sequence for the next chunk of its direction"() {
    for (const character of ["é", "☃", "😀"]) {
      const all = bytes(`a${character}z`);
      for (let cut = 2; cut < all.length - 1; cut += 1) {
        const { received, sent, end, lines } = record();
        received(all.subarray(0, cut));
        sent(bytes("b"));
        received(all.subarray(cut));
        end();
        assert.deepEqual(written(lines), [
          ["<-", "a"],
          ["->", "b"],
          ["<-", `${character}z`],
        ]);
      }
    }
  },

  "recorder() writes what is not UTF-8 in base64, and that alone"() {
    const { received, lines } = record();
    received(Uint8Array.of(...bytes("good\n"), 0x7b, 0xff, 0x7d, 0x0a));
    received(bytes("good"));
    assert.deepEqual(written(lines), [
      ["<-", "good\n"],
      ["<-", { base64: "e/99Cg==" }],
      ["<-", "good"],
    ]);
  },

  "recorder() writes a UTF-8 sequence that never ends in base64, at the end"() {
    const { received, sent, end, lines } = record();
    received(bytes("☃").subarray(0, 2));
    sent(bytes("é").subarray(0, 1));
    assert.lengthOf(lines, 1);
    end();
    assert.deepEqual(written(lines), [
      ["<-", { base64: "4pg=" }],
      ["->", { base64: "ww==" }],
    ]);
  },

  "recorder() keeps nothing of the caller's buffer"() {
    const { received, end, lines } = record();
    const buffer = bytes("☃").slice(0, 2);
    received(buffer);
    buffer.fill(0);
    end();
    assert.deepEqual(written(lines), [["<-", { base64: "4pg=" }]]);
  },

  "recorder() marks a new connection, after what the one before held back"() {
    const { received, sent, reconnected, end, lines, clock } = record();
    received(bytes("☃").subarray(0, 2));
    clock.seconds += 2;
    reconnected();
    sent(bytes("a"));
    end();
    assert.deepEqual(lines.slice(1), [
      '[2.000000, "<-", {"base64": "4pg="}]\n',
      '[2.000000, "reconnect"]\n',
      '[2.000000, "->", "a"]\n',
    ]);
  },

  "recorder() goes on with a trace where it is told to, without a header"() {
    const lines: string[] = [];
    let seconds = 7;
    const { sent } = recorder({
      header: {},
      now: () => seconds,
      write: (line) => lines.push(line),
      resumeAt: 60.5,
    });
    seconds = 8;
    sent(bytes("a"));
    assert.deepEqual(lines, [
      '[60.500000, "reconnect"]\n',
      '[61.500000, "->", "a"]\n',
    ]);
  },

  "recorder() lets out what write throws"() {
    let full = false;
    const { received } = recorder({
      header: {},
      now: () => 0,
      write() {
        if (full) throw new RangeError("no space left");
      },
    });
    full = true;
    assert.throws(() => received(bytes("a")), RangeError, "no space left");
  },

  "traceBytes() gives back every byte, wherever the chunks were cut"() {
    for (let cut = 0; cut <= everything.length; cut += 1) {
      const { received, sent, end, lines } = record();
      received(everything.subarray(0, cut));
      sent(everything.subarray(cut));
      received(everything.subarray(cut));
      sent(everything.subarray(0, cut));
      end();
      const trace = bytes(lines.join(""));
      assert.deepEqual(traceBytes(trace, "<-"), everything);
      assert.deepEqual(
        traceBytes(trace, "->"),
        Uint8Array.of(
          ...everything.subarray(cut),
          ...everything.subarray(0, cut),
        ),
      );
    }
  },

  "traceBytes() gives back every byte, at every chunk size"() {
    for (let size = 1; size <= everything.length; size += 1) {
      const { received, end, lines } = record();
      for (let at = 0; at < everything.length; at += size) {
        received(everything.subarray(at, at + size));
      }
      end();
      assert.deepEqual(traceBytes(bytes(lines.join("")), "<-"), everything);
    }
  },

  "recorder() writes times that can be read, though its clock says no number"() {
    for (
      const said of [[NaN, NaN, 5], [100, 100.5, NaN], [100, Infinity, 101]]
    ) {
      const lines: string[] = [];
      const times = [...said];
      const { received, end } = recorder({
        header: {},
        now: () => times.shift() ?? NaN,
        write: (line) => lines.push(line),
      });
      for (let chunk = 0; chunk < 3; chunk++) received(bytes("{}\n"));
      end();
      const source = traceSource();
      const records = source.push(bytes(lines.join("")));
      assert.deepEqual(records.map(({ text }) => text), ["{}", "{}", "{}"]);
    }
  },

  "recorder() throws a RangeError for a time or a size that is none"() {
    const options = { header: {}, now: () => 0, write: () => {} };
    for (const resumeAt of [NaN, -1, Infinity, "3" as never]) {
      assert.throws(
        () => recorder({ ...options, resumeAt }),
        RangeError,
        `Cannot go on at ${resumeAt} s: it is no number from 0`,
      );
    }
    for (const maxHeld of [NaN, 0, -1]) {
      assert.throws(
        () => recorder({ ...options, redact: true, maxHeld }),
        RangeError,
        `: ${maxHeld} is no whole number from 1`,
      );
    }
  },

  "recorder() throws a TypeError for what are no bytes"() {
    const { received, sent } = recorder({
      header: {},
      now: () => 0,
      write: () => {},
    });
    for (const record of [received, sent]) {
      assert.throws(
        () => record("{}" as never),
        TypeError,
        "Cannot read String as bytes: give a Uint8Array",
      );
    }
  },
};
