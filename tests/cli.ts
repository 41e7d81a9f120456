/**
 * The command line: usage, files that cannot be read, and what goes to a
 * terminal.
 *
 * @module
 */

import { assert } from "chai";

import { main } from "@qmp/run-state/cli";
import { failure, fakeHost } from "./fake_host.ts";
import type { Suite } from "./suite.ts";

const stop =
  '{"timestamp": {"seconds": 1267041730, "microseconds": 281295}, "event": "STOP"}\r\n';

/** Says of each line that a terminal of 80 columns has room for it. */
function assertNarrow(text: string): void {
  for (const line of text.split("\n")) assert.isAtMost(line.length, 80, line);
}

/** Arguments that make no sense, with the sentence that says so. */
const misused: readonly (readonly [string, string, string?])[] = [
  ["", "Cannot guess what to do: no verb was given"],
  ["frob", 'Cannot do "frob": there is no such verb'],
  ["toString", 'Cannot do "toString": there is no such verb'],
  ["--frob", 'Cannot understand "--frob": there is no such option'],
  ["--json validate", 'Cannot understand "--json": there is no such option'],
  ["validate", "Cannot validate nothing: no file was given", "validate "],
  [
    "validate --frob=1 a",
    'Cannot understand "--frob": there is no such option',
    "validate ",
  ],
  [
    "validate -j a",
    'Cannot understand "-j": there is no such option',
    "validate ",
  ],
  [
    "validate --json=1 a",
    'Cannot give "--json" the value "1": it takes none',
    "validate ",
  ],
  ["validate a --policy", 'Cannot use "--policy" without NAME', "validate "],
  [
    "validate --policy lax a",
    'Cannot read by policy "lax": it is none of strict, forward, raw',
    "validate ",
  ],
  [
    "replay --edition=latest a",
    'Cannot read "latest" as a QEMU version: it should look like "7.2.22"',
    "replay ",
  ],
  [
    "validate --edition 2.5 a",
    'Cannot find an edition for QEMU "2.5.0": the oldest one known is 2.11',
    "validate ",
  ],
  ["diff 6.0", "Cannot compare 1 release: it takes two", "diff "],
  ["diff 6.0 7.0 8.0", "Cannot compare 3 releases: it takes two", "diff "],
  [
    "diff 6.0 no",
    'Cannot read "no" as a QEMU version: it should look like "7.2.22"',
    "diff ",
  ],
  [
    "drift",
    "Cannot compare nothing: no socket or file was given",
    "drift ",
  ],
  [
    "drift a b",
    'Cannot compare "b" too: there is room for one QEMU',
    "drift ",
  ],
  [
    "json-schema 7.2",
    'Cannot take "7.2": the edition is named by --edition',
    "json-schema ",
  ],
  [
    "json-schema --edition 1.0",
    'Cannot find an edition for QEMU "1.0.0": the oldest one known is 2.11',
    "json-schema ",
  ],
  ["explain STOP", 'Cannot explain "STOP": there is no such code', "explain "],
  [
    "explain NOT_JSON toString",
    'Cannot explain "toString": there is no such code',
    "explain ",
  ],
  ["validate - a -", "Cannot read standard input twice", "validate "],
  ["replay", "Cannot replay nothing: no file was given", "replay "],
  [
    "replay a b",
    'Cannot replay "b" too: there is room for one file',
    "replay ",
  ],
  ...["0", "-1", "NaN", "fast", "1x"].map((speed) =>
    [
      `replay --speed ${speed} a`,
      `Cannot play at "${speed}" times the pace: it is no number above 0`,
      "replay ",
    ] as const
  ),
  [
    "replay --speed= a",
    'Cannot play at "" times the pace: it is no number above 0',
    "replay ",
  ],
];

/** Files that cannot be read, with the reason that is given. */
const unreadable: readonly (readonly [string, Error, string])[] = [
  ["gone", failure("ENOENT"), "there is no such file"],
  ["file/in/file", failure("ENOTDIR"), "there is no such file"],
  ["folder", failure("EISDIR"), "it is a directory"],
  ["secret", failure("EACCES"), "it may not be read"],
  ["disk", failure("EIO"), "EIO: it failed"],
  [
    "denied",
    new Error("run again with --allow-read"),
    "run again with --allow-read",
  ],
];

/** Files in which there is no message, with what they look like, and what was found. */
const silent: readonly (readonly [
  name: string,
  content: string | Uint8Array,
  look: string,
  found?: string,
])[] = [
  ["empty", "", "it is empty"],
  ["blank", "\r\n\n", "it holds nothing but blanks"],
  [
    "header",
    '{"format": "qmp-trace", "version": 1}\n',
    "it was read as trace, which one of its first lines looks like",
  ],
  [
    "newer",
    '{"format": "qmp-trace", "version": 99}\n[0, "<-", "{}"]\n',
    "it was read as trace, which one of its first lines looks like",
    "1 fault, the first on line 1: Cannot read the file as a trace: .*",
  ],
  [
    "prose",
    "It is a log of another kind.\n",
    "it looks like none of trace, libvirt, .*, transcript, so it was read as a bare monitor stream; --format NAME reads it as another",
    "1 fault, the first on line 1: Cannot read .*",
  ],
  [
    "noise",
    Uint8Array.from({ length: 5000 }, (_, index) => index * 7919 % 251),
    "it looks binary, and not like a log",
    "\\d+ faults, the first on line 1: Cannot read .*",
  ],
  [
    "packed",
    Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 0xe6]),
    "it is packed by xz; unpack it first",
    "1 fault, the first on line 1: Cannot read .*",
  ],
  ...[true, false].map((isLittle) =>
    [
      isLittle ? "LE" : "BE",
      utf16(stop, isLittle),
      `it looks like UTF-16${isLittle ? "LE" : "BE"}; iconv makes UTF-8 of it`,
      "\\d+ faults?, the first on line 1: Cannot read .*",
    ] as const
  ),
];

/** Text as Windows writes it. */
function utf16(text: string, isLittle: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  [...text].forEach((unit, index) =>
    view.setUint16(2 * index, unit.charCodeAt(0), isLittle)
  );
  return bytes;
}

/** Tests of the command line. */
export const cliTests: Suite = {
  async "main() refuses wrong usage in a sentence, with code 2"() {
    for (const [line, sentence, verb = ""] of misused) {
      const host = fakeHost({ files: { a: stop, b: stop }, stdin: stop });
      const args = line === "" ? [] : line.split(" ");
      assert.equal(await main(args, host), 2, line);
      assert.equal(host.out(), "", line);
      assert.equal(
        host.err(),
        `qmp-run-state: ${sentence}; see qmp-run-state ${verb}--help\n`,
      );
    }
  },

  async "main() helps, for all and for each verb"() {
    for (const flag of ["--help", "-h"]) {
      const host = fakeHost({});
      assert.equal(await main([flag], host), 0);
      assertNarrow(host.out());
      for (
        const verb of [
          ...["validate FILE…", "replay FILE", "diff FROM TO"],
          ...["drift SOCKET|HOST:PORT|FILE", "--version"],
        ]
      ) {
        assert.include(host.out(), verb);
      }
    }
    const options = {
      validate: [
        ...["--json", "--qemu VERSION", "--policy NAME", "Exit code: 0"],
        "; - for standard input.",
      ],
      replay: [
        ...["--speed N", "--edition NAME", "--policy NAME", "Exit code: 0"],
        "; - for standard input.",
      ],
      timeline: ["; - for standard input."],
      report: ["; - for standard input."],
      diff: ["--json", "FROM and TO are versions such as ", "Exit code: 0"],
      drift: [
        ...["--json", "--qemu VERSION", "--edition NAME", "Exit code: 0"],
        "; - for standard input.",
      ],
      generate: [
        "NAME is an event or a command of the edition, or one of event, ",
        ", return, error, greeting;",
        "--count N",
      ],
    };
    for (const [verb, shown] of Object.entries(options)) {
      const host = fakeHost({});
      assert.equal(await main([verb, "--help"], host), 0);
      assert.match(host.out(), new RegExp(`^Usage: qmp-run-state ${verb} `));
      const words = host.out().replace(/\s+/g, " ");
      for (const each of shown) assert.include(words, each);
      assert.equal(host.err(), "");
    }
    const all = fakeHost({});
    await main(["--help"], all);
    const verbs = [...all.out().matchAll(/^ {2}([a-z-]+) /gm)];
    assert.isAbove(verbs.length, 10);
    for (const [, verb] of verbs) {
      const host = fakeHost({});
      assert.equal(await main([verb!, "--help"], host), 0);
      assertNarrow(host.out());
    }
  },

  async "main() tells its version, with and without a verb"() {
    for (const args of [["--version"], ["-V"], ["replay", "--version"]]) {
      const host = fakeHost({});
      assert.equal(await main(args, host), 0);
      assert.match(host.out(), /^qmp-run-state \d+\.\d+\.\d+\n$/);
    }
  },

  async "main() says in a sentence why a file cannot be read, with code 2"() {
    for (const [name, error, why] of unreadable) {
      for (const verb of ["validate", "replay", "drift"]) {
        const host = fakeHost({ files: { [name]: error } });
        assert.equal(await main([verb, name], host), 2);
        assert.equal(host.out(), "");
        assert.equal(
          host.err(),
          `qmp-run-state: Cannot read "${name}": ${why}\n`,
        );
      }
    }
  },

  async "main() says in a sentence that a file holds no message"() {
    for (const [name, content, look, found] of silent) {
      const code = found === undefined ? 0 : 1;
      const sentence = new RegExp(
        `^"${name}" holds no message of QMP: ${look}${
          found === undefined ? "" : `; ${found}`
        }$`,
      );
      const host = fakeHost({ files: { [name]: content } });
      assert.equal(await main(["validate", name], host), code, name);
      assert.match(host.out().trimEnd(), sentence);
      assert.equal(host.err(), "");
      const player = fakeHost({ files: { [name]: content }, chunk: 3 });
      assert.equal(await main(["replay", name], player), code, name);
      assert.equal(player.out(), "");
      assert.match(
        player.err().replace("qmp-run-state: ", "").trimEnd(),
        sentence,
      );
    }
  },

  async "main() says of a log of run states alone which verbs show it"() {
    const files = {
      log:
        "runstate_set current_run_state 6 (prelaunch) new_state 9 (running)\n",
    };
    const sentence = '"log" holds no message of QMP, but QEMU\'s own log of ' +
      "its run state, which timeline and report show\n";
    const host = fakeHost({ files });
    assert.equal(await main(["validate", "log"], host), 0);
    assert.equal(host.out(), sentence);
    const player = fakeHost({ files });
    assert.equal(await main(["replay", "log"], player), 0);
    assert.equal(player.err(), `qmp-run-state: ${sentence}`);
    const teller = fakeHost({ files });
    assert.equal(await main(["report", "log"], teller), 0);
    assert.include(teller.out(), "No message, but QEMU's own log of its run");
  },

  async "report and timeline say what a file without a message looks like"() {
    for (const [name, content, look, found] of silent) {
      const code = found === undefined ? 0 : 1;
      const files = { [name]: content };
      for (const verb of ["timeline", "report"]) {
        const host = fakeHost({ files, chunk: 3 });
        assert.equal(await main([verb, name], host), code, name);
        const [title, head, blank, toKnow, note] = host.out().split("\n");
        assert.deepEqual([title, head, blank, toKnow], [
          ...[name, "No message of QMP was found", "", "To know"],
        ]);
        assert.match(note!, new RegExp(`^ {2}${look}$`, "i"));
        assert.match(note!, /^ {2}I/);
        assert.notMatch(host.out(), /breaks off/);
        assert.equal(host.err(), "");
      }
      const host = fakeHost({ files });
      assert.equal(await main(["report", "--html", name], host), code);
      assert.include(host.out(), "<h2>No message of QMP was found</h2>");
      assert.notInclude(host.out(), "<h2>Timeline</h2>");
    }
  },

  async "main() reads UTF-16 that a byte order mark begins, as it reads UTF-8"() {
    const text = `\ufeff-> {"execute": "stop"}\r\n<- ${stop}\r\n`;
    const shown: string[] = [];
    for (const content of [text, utf16(text, true), utf16(text, false)]) {
      for (const chunk of [1, 3, 1000]) {
        const host = fakeHost({ files: { a: content }, chunk });
        assert.equal(await main(["validate", "a"], host), 0);
        shown.push(host.out().replace(" in UTF-16", ""));
        assert.equal(host.out().includes("in UTF-16"), content !== text);
      }
    }
    assert.deepEqual([...new Set(shown)], [shown[0]!]);
    assert.match(shown[0]!, /^"a": 2 messages, no fault\n/);
    // Half a character at the end is not passed over.
    const torn = utf16(text, true).subarray(0, -1);
    const host = fakeHost({ files: { a: torn } });
    await main(["validate", "a"], host);
    assert.match(host.out(), /^"a": 2 messages/);
  },

  async "main() takes what follows -- for files"() {
    const host = fakeHost({ files: { "--json": stop } });
    assert.equal(await main(["validate", "--", "--json"], host), 0);
    assert.match(host.out(), /^"--json": 1 message, no fault\n/);
  },

  async "main() reads standard input where the file is -"() {
    const host = fakeHost({ stdin: stop });
    assert.equal(await main(["validate", "-"], host), 0);
    assert.match(host.out(), /^standard input: 1 message, no fault\n/);
  },

  async "main() colours on a terminal, and not where that is unwanted"() {
    const files = { a: stop };
    const isColoured = async (platform: object) => {
      const host = fakeHost({ files, ...platform });
      await main(["replay", "a"], host);
      return host.out().includes("\x1b[");
    };
    assert.isFalse(await isColoured({}));
    assert.isTrue(await isColoured({ isTerminal: true }));
    assert.isTrue(
      await isColoured({ isTerminal: true, env: { TERM: "xterm" } }),
    );
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
      assert.isFalse(await isColoured({ isTerminal: true, env }));
    }
  },

  async "main() prints no control of a log or a file name, and no invisible character"() {
    const controls = "\x1b]0;x\x07\x9b31m\x7f\x85\u202e\u2066\u200b\u2028";
    const escaped = controls.replace(
      /[^ -~]/g,
      (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"),
    );
    // As controls come into a log: escaped in JSON, and bare where nothing is JSON.
    const log =
      `{"event": "X${escaped}", "data": {"a${escaped}": "\\u001b[2J"}, ` +
      '"timestamp": {"seconds": 1, "microseconds": 2}}\n' +
      '{"execute": "f", "arguments": 1, "id": "\\u009b"}\n' +
      '{"error": {"class": "\\u001b[1m", "desc": "\\u009b\\u202e"}}\n' +
      `{"QMP": {"capabilities": ["\\u001b[1m"]}}\n${controls}\n`;
    const name = "a\x1b[2J\u202e";
    const ours = [1, 2, 31, 32, 33, 36, 0].map((code) => `\x1b[${code}m`);
    for (const args of [["replay"], ["validate"], ["validate", "--json"]]) {
      const files = { [name]: log };
      const plain = fakeHost({ files });
      assert.equal(await main([...args, name], plain), 1);
      assert.match(plain.out(), /^[\x20-\x7e…\n\ufffd]+$/);

      const terminal = fakeHost({ files, isTerminal: true });
      assert.equal(await main([...args, name], terminal), 1);
      const uncoloured = ours.reduce(
        (text, sequence) => text.replaceAll(sequence, ""),
        terminal.out(),
      );
      assert.equal(uncoloured, plain.out());
    }
    const host = fakeHost({ files: {}, isTerminal: true });
    assert.equal(await main(["validate", name, "--\x1b[2J"], host), 2);
    assert.equal(await main(["validate", name], host), 2);
    assert.notMatch(host.err(), /[^\x20-\x7e\n]/);
  },

  async "main() ends quietly where nobody reads on"() {
    for (const args of [["replay", "a"], ["validate", "a"], ["--help"]]) {
      const host = fakeHost({ files: { a: stop }, full: failure("EPIPE") });
      assert.equal(await main(args, host), 0);
      assert.equal(host.err(), "");
    }
  },

  async "main() says in a sentence that it cannot write, with code 2"() {
    const host = fakeHost({ files: { a: stop }, full: failure("ENOSPC") });
    assert.equal(await main(["replay", "a"], host), 2);
    assert.equal(
      host.err(),
      "qmp-run-state: Cannot write the output: ENOSPC: it failed\n",
    );
  },
};
