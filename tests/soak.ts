/**
 * Tries the property tests on as many inputs each as the command line says. They
 * are in two modules, so that two processors have as much to do each.
 *
 *     deno test --allow-all --parallel tests/soak_*.ts -- 100000
 *
 * @module
 */

import { assets } from "./fixtures.ts";
import type { Suite } from "./suite.ts";

/**
 * Has the tests of a module run.
 *
 * @param prepare Prepares tests for as many inputs.
 */
export function soak(...prepare: readonly ((runs: number) => Suite)[]): void {
  const [runs = ""] = Deno.args;
  if (!/^[1-9]\d*$/.test(runs)) {
    throw new RangeError(`Cannot try "${runs}" inputs: it is no count`);
  }
  for (const each of prepare) {
    for (const [sentence, prove] of Object.entries(each(Number(runs)))) {
      Deno.test(`${sentence}, ${runs} times`, () => prove(assets));
    }
  }
}
