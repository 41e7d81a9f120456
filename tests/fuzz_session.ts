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
      let made = 0;
      for (let seed = 0; made < messages; seed++) {
        const name = editions[seed % editions.length]!;
        faker.seed(seed);
        const { session } = fixtures(faker, { edition: edition(name) });
        const walk = session({ steps: 5 + seed % 50 });
        const faults = [...faultsOf(walk)];
        assert.deepEqual(faults, [], `edition ${name}, seed ${seed}`);
        made += walk.messages.length;
      }
    },
  };
}

/** The property, on as many messages as a run of all tests bears. */
export const fuzzSessionSuite: Suite = fuzzSession(30_000);
