/**
 * Tries the property tests on as many inputs each as the command line says.
 *
 *     deno test --allow-all tests/soak.ts -- 100000
 *
 * @module
 */

import { assets } from "./fixtures.ts";
import { fuzzPlay } from "./fuzz_play.ts";
import { fuzzRead } from "./fuzz_read.ts";
import { fuzzSession } from "./fuzz_session.ts";
import { fuzzWire } from "./fuzz_wire.ts";

const [runs = ""] = Deno.args;
if (!/^[1-9]\d*$/.test(runs)) {
  throw new RangeError(`Cannot try "${runs}" inputs: it is no count`);
}

const suite = {
  ...fuzzWire(Number(runs)),
  ...fuzzRead(Number(runs)),
  ...fuzzPlay(Number(runs)),
  ...fuzzSession(Number(runs)),
};
for (const [sentence, prove] of Object.entries(suite)) {
  Deno.test(`${sentence}, ${runs} times`, () => prove(assets));
}
