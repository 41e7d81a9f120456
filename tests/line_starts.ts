/**
 * What is remembered of the lines of a trace.
 *
 * @module
 */

import { assert } from "chai";

import { lineStarts } from "../src/replay/line_starts.ts";
import { jsonDefaults } from "../src/wire/json.ts";
import { openSplitter } from "../src/wire/splitter.ts";

import type { Suite } from "./suite.ts";

/** Tests of the memory of lines. */
export const lineStartsSuite: Suite = {
  "lineStarts() remembers no more than three lines, whatever is open"() {
    for (const text of ["\r\n", "", "x", "[", '"', ' {"a"']) {
      const splitter = openSplitter(jsonDefaults);
      const starts = lineStarts();
      const chunk = new TextEncoder().encode(text);
      for (let line = 2; line < 500; line++) {
        starts.begin((line - 2) * chunk.length, line);
        splitter.push(chunk);
        starts.keep(splitter.startsToCome());
        assert.isAtMost(starts.size(), 3, JSON.stringify(text));
      }
    }
  },
};
