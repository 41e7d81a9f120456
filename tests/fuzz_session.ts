/**
 * The property of sessions: whatever happens at random, in whatever edition, a
 * real QEMU might have said so.
 *
 * @module
 */

import { edition, editions } from "@qmp/run-state/editions";
import { fixtures } from "@qmp/run-state/fixtures";
import { faker } from "@qmp/run-state/fixtures/faker";
import { assert } from "chai";

import { faultsOf } from "./session_faults.ts";
import type { Suite } from "./suite.ts";

/**
 * Prepares the property.
 *
 * @param messages How many messages to make at the least.
 * @returns The tests.
 */
export function fuzzSession(messages: number): Suite {
  return {
    "session() walks in every edition, and nothing that it says is wrong"() {
      const makers = editions.map((name) =>
        fixtures(faker, { edition: edition(name) })
      );
      let made = 0;
      for (let seed = 0; made < messages; seed++) {
        faker.seed(seed);
        const { session } = makers[seed % makers.length]!;
        const walk = session({ steps: 5 + seed % 50 });
        assert.deepEqual([...faultsOf(walk)], [], `seed ${seed}`);
        made += walk.messages.length;
      }
    },
  };
}

/** The property, on as many messages as a run of all tests bears. */
export const fuzzSessionSuite: Suite = fuzzSession(30_000);
