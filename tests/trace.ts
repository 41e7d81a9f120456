/**
 * What is read out of a trace file, sound or damaged.
 *
 * @module
 */

import {
  isTrace,
  read as readRecords,
  traceBytes,
  type TraceOptions,
  type TraceRecord,
  traceSource,
  TraceSyntaxError,
} from "@qmp/run-state/replay";
import { assert } from "chai";

import type { Suite } from "./suite.ts";

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

const header = '{"format": "qmp-trace", "version": 1, "qemu": "7.2.22"}\n';

/** Reads a trace whole, or in chunks of a size. */
function read(
  trace: Uint8Array,
  options: TraceOptions & { readonly chunk?: number } = {},
): TraceRecord[] {
  const { chunk = trace.length, ...rest } = options;
  const source = traceSource(rest);
  const records: TraceRecord[] = [];
  for (let at = 0; at < trace.length; at += chunk) {
    records.push(...source.push(trace.slice(at, at + chunk)));
  }
  return [...records, ...source.end()];
}

/** Reads the lines that come after the header. */
const readLines = (...lines: string[]): TraceRecord[] =>
  read(bytes(header + lines.join("\n")));

/** What counts of the records' findings: where, what, how bad. */
const findings = (records: TraceRecord[]): unknown[] =>
  records.flatMap(({ line, findings = [] }) =>
    findings.map(({ code, severity }) => [line, code, severity])
  );

const texts = (records: TraceRecord[]): string[] =>
  records.map(({ text }) => text).filter((text) => text !== "");

/** Files that are no trace, and the member that is at fault. */
const strangers: Readonly<Record<string, [string, string[], string]>> = {
  "an empty file": ["", [], "it is empty"],
  "a raw monitor stream": [
    '{"QMP": {"capabilities": []}}\r\n{"return": {}}\r\n',
    ["format"],
    'its first line has no "format"',
  ],
  "text": ["Connected to localhost.\n", [], "its first line is no JSON object"],
  "a blank first line": ["\n" + header, [], "its first line is no JSON object"],
  "a header that was cut short": [
    '{"format": "qmp-trace", "ver',
    [],
    "its first line is no JSON object",
  ],
  "a header without a version": [
    '{"format": "qmp-trace"}\n',
    ["version"],
    'its first line has no "version"',
  ],
  "a version to come": [
    '{"format": "qmp-trace", "version": 2, "qemu": {"major": 12}}\n[1]\n',
    ["version"],
    "its version 2 is newer than 1, the newest known here",
  ],
  "a version that is no whole number": [
    '{"format": "qmp-trace", "version": "1"}\n',
    ["version"],
    'its "version" is "1", not number',
  ],
  "a QEMU version that is no string": [
    '{"format": "qmp-trace", "version": 1, "qemu": 7}\n',
    ["qemu"],
    'its "qemu" is 7, not string',
  ],
};

/** Lines that hold no bytes. */
const damaged: Readonly<Record<string, string>> = {
  "cut short": '[0.5, "<-", "{\\"ret',
  "of another shape": '{"return": {}}',
  "without a text": '[0.5, "<-"]',
  "with a number for a text": '[0.5, "<-", 1]',
  "with an object that holds no base64": '[0.5, "<-", {"base32": "e30="}]',
  "with null for base64": '[0.5, "<-", {"base64": null}]',
  "with true for base64": '[0.5, "<-", {"base64": true}]',
  "with base64 that is none": '[0.5, "<-", {"base64": "e30=!"}]',
  "with a lone surrogate": '[0.5, "<-", "\\ud800"]',
  "with a time that is no number": '["0.5", "<-", "{}"]',
  "with a time beyond all numbers": '[1e999, "<-", "{}"]',
  "with a number for a direction": '[0.5, 1, "{}"]',
};

/** Tests of the trace file. */
export const traceSuite: Suite = {
  "traceSource() yields a message with its line, offset, time and direction"() {
    const records = readLines(
      '[0.25, "<-", "{\\"a\\": 1}\\r\\n"]',
      '[0.5, "->", "{\\"b\\": 2}\\r\\n"]',
      '[0.75, "<-", "{\\"c\\": 3}\\r\\n"]',
      "",
    );
    assert.deepEqual(records, [
      { line: 2, offset: 0, at: 0.25, direction: "<-", text: '{"a": 1}' },
      { line: 3, offset: 0, at: 0.5, direction: "->", text: '{"b": 2}' },
      { line: 4, offset: 10, at: 0.75, direction: "<-", text: '{"c": 3}' },
    ]);
  },

  "traceSource() puts a message together that goes over several lines"() {
    const records = readLines(
      '[1, "<-", "\\r\\n{\\"id\\": \\"é"]',
      '[2, "->", "{\\"b\\": "]',
      '[3, "<-", {"base64": "4pg="}]',
      '[4, "<-", {"base64": "gyJ9"}]',
      '[5, "->", "2}{\\"c\\": 3}"]',
      "",
    );
    assert.deepEqual(records, [
      { line: 2, offset: 2, at: 4, direction: "<-", text: '{"id": "é☃"}' },
      { line: 3, offset: 0, at: 5, direction: "->", text: '{"b": 2}' },
      { line: 6, offset: 8, at: 5, direction: "->", text: '{"c": 3}' },
    ]);
  },

  "traceSource() yields several messages of one line"() {
    const records = readLines('[1, "->", "{\\"a\\": 1}{\\"b\\": 2}\\n {}"]');
    assert.deepEqual(
      records.map(({ line, offset, text }) => [line, offset, text]),
      [[2, 0, '{"a": 1}'], [2, 8, '{"b": 2}'], [2, 18, "{}"]],
    );
  },

  "traceSource() yields the same records at every chunk size"({ fixtures }) {
    for (const name of ["error-replies", "lifecycle-pretty"]) {
      const trace = fixtures.get(`traces/${name}.jsonl`)!;
      const whole = read(trace);
      assert.isAbove(whole.length, 20);
      for (const chunk of [1, 2, 3, 7, 64, 1000]) {
        assert.deepEqual(read(trace, { chunk }), whole);
      }
    }
  },

  "traceSource() keeps nothing of the caller's buffer"() {
    const trace = bytes(header + '[1, "<-", "{\\"a\\": 1}"]\n');
    const source = traceSource();
    const records: TraceRecord[] = [];
    const buffer = new Uint8Array(5);
    for (let at = 0; at < trace.length; at += buffer.length) {
      const part = trace.subarray(at, at + buffer.length);
      buffer.set(part);
      records.push(...source.push(buffer.subarray(0, part.length)));
      buffer.fill(0x20);
    }
    assert.deepEqual(texts([...records, ...source.end()]), ['{"a": 1}']);
  },

  "traceSource() gives up at the end what is still open, by line"() {
    const source = traceSource();
    const begun = source.push(
      bytes(header + '[1, "->", "{\\"a\\""]\n[2, "<-", "{\\"b\\""]\n'),
    );
    assert.isEmpty(begun);
    const records = source.end();
    assert.deepEqual(
      records.map(({ line, at, direction }) => [line, at, direction]),
      [[2, 1, "->"], [3, 2, "<-"]],
    );
    assert.deepEqual(findings(records), [
      [2, "NOT_JSON", "fault"],
      [3, "NOT_JSON", "fault"],
    ]);
  },

  "traceSource() gives the header as soon as it has come"() {
    const source = traceSource();
    assert.isUndefined(source.header());
    source.push(bytes(header.slice(0, -1)));
    assert.isUndefined(source.header());
    source.push(bytes("\n"));
    assert.equal(source.header()?.qemu, "7.2.22");
  },

  "traceSource() tolerates members, elements and blank lines it does not know"() {
    const trace = '\ufeff{"version": 1, "code": 1, "format": "qmp-trace"}\r\n' +
      '\r\n[1, "<-", "{}", {"more": 1}]\r\n  \n[2, "<-", "{}"]';
    const records = read(bytes(trace));
    assert.deepEqual(records.map(({ line, text }) => [line, text]), [
      [3, "{}"],
      [5, "{}"],
    ]);
    assert.isEmpty(findings(records));
  },

  "traceSource() passes over a mark it does not know, with a notice"() {
    const records = readLines(
      '[1, "<-", "{\\"a\\""]',
      '[2, "connected", {"to": "b"}]',
      '[3, "<-", ": 1}"]',
    );
    assert.deepEqual(texts(records), ['{"a": 1}']);
    assert.deepEqual(findings(records), [[3, "UNKNOWN_MARK", "notice"]]);
    const [mark] = records;
    assert.equal(mark?.findings?.[0]?.received, '"connected"');
  },

  "traceSource() joins no message over the mark of a new connection"() {
    const records = readLines(
      '[1, "<-", "{\\"a\\": 1}{\\"b\\""]',
      '[2, "reconnect"]',
      '[3, "<-", "{\\"c\\": 1}"]',
    );
    assert.deepEqual(texts(records), ['{"a": 1}', '{"b"', '{"c": 1}']);
    assert.deepEqual(findings(records), [
      [2, "NOT_JSON", "fault"],
      [3, "UNHEARD", "notice"],
    ]);
    // Offsets count all bytes of the direction.
    assert.equal(records.at(-1)?.offset, 12);
  },

  "traceSource() says what a recorder left out, and reads on"() {
    const records = readLines(
      '[1, "redacted", {"direction": "->", "bytes": 97, "written": 2}]',
      '[1, "->", "{}"]',
      '[2, "redacted", {"direction": "<-", "bytes": 5, "written": 0}]',
      '[3, "dropped", {"direction": "<-", "bytes": 9, "events": {"A": 2}}]',
    );
    assert.deepEqual(texts(records), ["{}"]);
    assert.deepEqual(
      records.flatMap(({ findings = [] }) => findings)
        .map(({ code, severity, message }) => [code, severity, message]),
      [
        [
          "REDACTED",
          "notice",
          "Kept out of the trace on line 2: 97 bytes sent to QEMU, which may hold a secret; 2 others stand for them",
        ],
        [
          "REDACTED",
          "notice",
          "Kept out of the trace on line 4: 5 bytes from QEMU, which may hold a secret; nothing stands for them",
        ],
        [
          "DROPPED",
          "notice",
          'Left out of the trace before line 5: 2 "A", 9 bytes from QEMU',
        ],
      ],
    );
  },

  "traceSource() takes a mark of another form for one it does not know"() {
    const records = readLines(
      '[1, "redacted"]',
      '[1, "dropped", {"direction": "<-", "bytes": -1, "events": {}}]',
      '[1, "reconnect", 5]',
      '[1, "toString"]',
    );
    assert.deepEqual(
      findings(records),
      [2, 3, 4, 5].map((line) => [line, "UNKNOWN_MARK", "notice"]),
    );
  },

  "traceSource() splits what was sent by QEMU's extensions of JSON where told so"() {
    const text = "{'id': '}'}";
    const trace = bytes(
      header + ["->", "<-"].map((way) => JSON.stringify([0, way, text]) + "\n")
        .join(""),
    );
    const [sent, received] = read(trace, { quotes: "both" });
    assert.deepInclude(sent, { direction: "->", text });
    assert.notEqual(received?.text, text);
    assert.notEqual(read(trace)[0]?.text, text);
  },

  "traceSource() knows the line of what follows a mark in pieces, blanks and garbage"() {
    const lines = [
      "\r\n",
      "",
      "gar",
      "bage",
      ' {"a"',
      ": 1",
      "}",
      "\r\n",
      "{}",
    ];
    const records = readLines(
      '[0, "<-", {"base64": "7w=="}]',
      '[0, "<-", {"base64": "u78="}]',
      ...lines.map((text) => JSON.stringify([0, "<-", text])),
    );
    assert.deepEqual(
      records.map(({ line, text }) => [line, text]),
      [[6, "garbage"], [8, '{"a": 1}'], [12, "{}"]],
    );
  },

  "traceSource() quotes at most 80 characters of a mark, the marks around it among them"() {
    const marks: readonly (readonly [mark: string, shown: string])[] = [
      ["a".repeat(78), "a".repeat(78)],
      ["a".repeat(79), "a".repeat(77) + "…"],
      ["\u{1f600}".repeat(50), "\u{1f600}".repeat(38) + "…"],
      ["\u0001".repeat(90), "\\u0001".repeat(12) + "…"],
    ];
    for (const [mark, shown] of marks) {
      const [record] = readLines(JSON.stringify([0, mark, ""]));
      const [finding] = record!.findings!;
      assert.equal(finding?.received, `"${shown}"`);
      assert.isAtMost(finding!.received!.length, 80);
      assert.include(finding?.message, `the mark "${shown}" on line 2`);
    }
  },

  "traceSource() reports a torn last line, and keeps what came before"() {
    const whole = header + '[1, "<-", "{}"]\n[2, "<-", "{\\"é\\": 1}"]';
    const last = whole.lastIndexOf("[");
    const all = bytes(whole);
    for (let end = last + 1; end < all.length; end += 1) {
      const records = read(all.subarray(0, end));
      assert.deepEqual(texts(records), ["{}"]);
      assert.deepEqual(findings(records), [[3, "TORN_LINE", "notice"]]);
    }
    assert.deepEqual(findings(read(all)), []);
  },

  ...Object.fromEntries(
    Object.entries(damaged).map(([how, line]) => [
      `traceSource() yields TORN_LINE for a line ${how}, and reads on`,
      () => {
        const records = readLines(
          '[1, "<-", "{}"]',
          line,
          '[1, "<-", "[]"]',
          "",
        );
        assert.deepEqual(texts(records), ["{}", "[]"]);
        assert.deepEqual(findings(records), [[3, "TORN_LINE", "fault"]]);
        // There is no direction to count in: its place in the file.
        assert.equal(records[1]?.offset, header.length + 16);
      },
    ]),
  ),

  "traceSource() loses to a damaged line just the messages that are open"() {
    const records = readLines(
      '[1, "<-", "{\\"a\\": "]',
      '[2, "<-", "1, ',
      '[3, "<-", "{\\"b\\": 2}"]',
    );
    assert.deepEqual(findings(records), [
      [2, "NOT_JSON", "fault"],
      [3, "TORN_LINE", "fault"],
    ]);
    const last = records.at(-1);
    assert.deepEqual(
      [last?.line, last?.offset, last?.text],
      [4, 6, '{"b": 2}'],
    );
  },

  "traceSource() refuses a line that is too long, and reads on"() {
    const trace = bytes(
      `${header}[1, "<-", "${"x".repeat(1000)}"]\n[2, "<-", "{}"]\n`,
    );
    for (const chunk of [1, 100, trace.length]) {
      const records = read(trace, { chunk, maxLine: 200 });
      assert.deepEqual(texts(records), ["{}"]);
      assert.deepEqual(findings(records), [[2, "TORN_LINE", "fault"]]);
    }
  },

  "traceSource() quotes nothing of a damaged line: it may hold a password"() {
    const records = readLines('[1, "->", {"password": "sesame"}]', "sesame");
    assert.lengthOf(findings(records), 2);
    assert.notInclude(JSON.stringify(records), "sesame");
  },

  ...Object.fromEntries(
    Object.entries(strangers).map(([what, [file, path, why]]) => [
      `traceSource() yields NOT_A_TRACE for ${what}, and no more`,
      () => {
        const source = traceSource();
        const records = [...source.push(bytes(file)), ...source.end()];
        assert.lengthOf(records, 1);
        const [{ code, severity, message, ...found }] = records[0]!
          .findings as [NonNullable<TraceRecord["findings"]>[0]];
        assert.equal(code, "NOT_A_TRACE");
        assert.equal(severity, "fault");
        assert.deepEqual(found.path, path);
        assert.equal(message, `Cannot read the file as a trace: ${why}`);
        assert.isUndefined(source.header());
      },
    ]),
  ),

  "read() adds nothing to what a source says of a damaged trace"() {
    const records = readLines("torn", '[1, "mark"]', '[2, "<-", "{');
    const { entries } = readRecords(records);
    assert.deepEqual(entries.map(({ findings }) => findings), [
      ...records.map(({ findings }) => findings),
    ]);
    assert.isTrue(entries.every(({ kind }) => kind === undefined));
  },

  "traceBytes() throws TraceSyntaxError where bytes are missing"() {
    const trace = bytes(header + '[1, "<-", "{}"]\n[2, "<-"\n');
    try {
      traceBytes(trace, "<-");
    } catch (error) {
      assert.instanceOf(error, TraceSyntaxError);
      assert.instanceOf(error, SyntaxError);
      const { name, line } = error as TraceSyntaxError;
      assert.deepEqual([name, line], ["TraceSyntaxError", 3]);
      return;
    }
    assert.fail("it did not throw");
  },

  "traceBytes() throws TraceSyntaxError for what is no trace"() {
    assert.throws(
      () => traceBytes(bytes("{}\n"), "<-"),
      TraceSyntaxError,
      'its first line has no "format"',
    );
  },

  "traceBytes() passes over marks and a torn last line"() {
    const trace = header + '[1, "<-", "a"]\n[2, "mark"]\n[3, "<-", "b"]\n[4';
    assert.deepEqual(traceBytes(bytes(trace), "<-"), bytes("ab"));
  },

  "traceBytes() throws a TypeError for a direction that is none"() {
    for (const direction of [undefined, "in"]) {
      assert.throws(
        () => traceBytes(bytes(header), direction as never),
        TypeError,
        `Cannot give the bytes that went "${direction}": it is neither "<-" nor "->"`,
      );
    }
  },

  "traceSource(), traceBytes() and isTrace() throw a TypeError for what are no bytes"() {
    for (const given of [header, bytes(header).buffer]) {
      for (
        const give of [
          () => traceSource().push(given as never),
          () => traceBytes(given as never, "<-"),
          () => isTrace(given as never),
        ]
      ) assert.throws(give, TypeError, "as bytes: give a Uint8Array");
    }
  },

  "traceSource() throws a RangeError for a line that may have no byte"() {
    for (const maxLine of [NaN, 0, -1]) {
      assert.throws(
        () => traceSource({ maxLine }),
        RangeError,
        `Cannot take lines of ${maxLine} bytes: it is no number above 0`,
      );
    }
  },

  "isTrace() knows a trace by its first line"() {
    const yes = [
      header,
      header + "rubbish",
      header.trim(),
      '{"version": 9, "format": "qmp-trace"}\n',
    ];
    const no = ["", "\n", '{"QMP": {}}\n', '["qmp-trace"]\n', "qmp-trace\n"];
    for (const start of yes) assert.isTrue(isTrace(bytes(start)), start);
    for (const start of no) assert.isFalse(isTrace(bytes(start)), start);
    assert.isFalse(isTrace(Uint8Array.of(0x1f, 0x8b, 0x08, 0x00)));
  },
};
