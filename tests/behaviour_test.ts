/**
 * Runs the behaviour tests under Deno.
 *
 * @module
 */

import { assets } from "./fixtures.ts";
// What these prove, they prove by compiling.
import "./run_state_types.ts";
import { suites } from "./suites.ts";

for (const suite of suites) {
  for (const [sentence, prove] of Object.entries(suite)) {
    Deno.test(sentence, () => prove(assets));
  }
}
