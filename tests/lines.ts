/**
 * How files are cut into lines.
 *
 * @module
 */

import { assert } from "chai";

import { splitLines } from "../src/replay/lines.ts";

import type { Suite } from "./suite.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Tests of the lines of a file. */
export const linesSuite: Suite = {
  "splitLines() gives the same lines however they are cut, and text that is their bytes"() {
    const long = "x".repeat(99);
    const file = new TextEncoder().encode(
      `\ufeffplain\n\nbroader: \u00fc\u{1f480}\n${long}\r\n${long}${long}\nend`,
    );
    const expected = [
      ...[
        "\ufeffplain",
        "",
        "broader: \u00fc\u{1f480}",
        `${long}\r`,
        "",
        "end",
      ],
    ];
    for (let size = 1; size <= file.length; size++) {
      const stage = splitLines(100);
      const lines = [];
      for (let at = 0; at < file.length; at += size) {
        lines.push(...stage.push(file.slice(at, at + size)));
      }
      lines.push(...stage.end());
      assert.deepEqual(
        lines.map(({ bytes }) => decoder.decode(bytes)),
        expected,
      );
      lines.forEach(({ line, ascii, tooLong }, index) => {
        assert.equal(line, index + 1);
        assert.equal(tooLong, line === 5);
        if (ascii !== undefined) assert.equal(ascii, expected[index]);
      });
    }
  },

  "splitLines() decodes ASCII a window at a time"() {
    const lines = splitLines(1e6).push(
      new TextEncoder().encode(`${"abc\n".repeat(50_000)}\u00fc\nabc\n`),
    );
    const decoded = lines.filter(({ ascii }) => ascii === "abc");
    // The lines between two windows were left out, and the window with the ü.
    assert.isAbove(decoded.length, 49_000 - 65_536 / 4);
    assert.equal(lines.at(-2)!.ascii, undefined);
    // Of a line that is too long nothing is kept.
    const kept = splitLines(3).push(new TextEncoder().encode("abcd\nabc\n"));
    assert.deepEqual(kept.map(({ ascii }) => ascii), [undefined, "abc"]);
  },
};
