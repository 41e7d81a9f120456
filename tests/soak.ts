/**
 * Tries the property tests on as many inputs each as the command line says.
 *
 *     deno test --allow-all tests/soak.ts -- 100000
 *
 * @module
 */

import { fuzzWire } from "./fuzz_wire.ts";

const [runs = ""] = Deno.args;
if (!/^[1-9]\d*$/.test(runs)) {
  throw new RangeError(`Cannot try "${runs}" inputs: it is no count`);
}

for (const [sentence, prove] of Object.entries(fuzzWire(Number(runs)))) {
  Deno.test(`${sentence}, ${runs} times`, () => prove({ fixtures: new Map() }));
}
