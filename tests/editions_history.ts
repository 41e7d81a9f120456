/**
 * Every edition, rebuilt from its neighbour, against the facts that were read
 * in QEMU's sources.
 *
 * @module
 */

import { assert } from "chai";
import { editions, release } from "../src/editions/release.ts";
import type { Release } from "../src/editions/definition.ts";
import type { Assets, Suite } from "./suite.ts";

interface Facts {
  readonly releases: readonly Release[];
}

function facts({ fixtures }: Assets): readonly Release[] {
  const bytes = fixtures.get("history/run-state-history.json");
  const { releases } = JSON.parse(new TextDecoder().decode(bytes)) as Facts;
  return releases.map((each) => ({
    ...each,
    version: each.version.replace(/\.0$/, ""),
  }));
}

/** The tests of `release()` and `editions`. */
export const editionsHistory: Suite = {
  "editions names 25 releases, the seed and the development tree, in order"(
    assets,
  ) {
    assert.deepEqual(editions, facts(assets).map(({ version }) => version));
    assert.include(editions.join(" "), "5.1 5.2 seed 6.0 6.1");
    assert.lengthOf(editions, 27);
  },

  "release() rebuilds every edition, its values, members and transitions in order"(
    assets,
  ) {
    for (const expected of facts(assets)) {
      const built = release(expected.version);
      assert.deepEqual(built, expected);
      // deepEqual is blind to the order of keys, and that is QAPI's order.
      assert.equal(JSON.stringify(built), JSON.stringify(expected));
    }
  },

  "release() builds an edition once, and shares what did not change"() {
    assert.strictEqual(release("7.2"), release("7.2"));
    assert.strictEqual(
      release("10.2").definitions["STOP"],
      release("2.11").definitions["STOP"],
    );
  },

  "release() refuses a name that no edition has, a property of objects included"() {
    for (const name of ["7.3", "", "constructor", "__proto__"]) {
      assert.throws(
        () => release(name),
        RangeError,
        `Cannot find edition ${JSON.stringify(name)}`,
      );
    }
  },
};
