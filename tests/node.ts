/**
 * Runs the behaviour tests under Node. Node 20 reads no TypeScript and the
 * tests are to meet the package rather than the sources, so `deno task node`
 * compiles this and lays it beside an installed package.
 *
 * @module
 */

import { test } from "node:test";

import { assets } from "./fixtures.ts";
import { suites } from "./suites.ts";

for (const suite of suites) {
  for (const [sentence, prove] of Object.entries(suite)) {
    test(sentence, () => prove(assets));
  }
}
