/**
 * That what fast-check makes of an edition is valid, and shrinks to what a
 * person would write.
 *
 * @module
 */

import { type JsonValue, stringifyJson } from "@qmp/run-state";
import { edition, editions } from "@qmp/run-state/editions";
import { arbitraries } from "@qmp/run-state/fixtures/fast-check";
import { assert } from "chai";
import * as fc from "fast-check";
import * as v from "valibot";

import { judgeBy } from "../src/schema/judge.ts";
import { strictly } from "../src/schema/strictly.ts";
import type { Suite } from "./suite.ts";

const kinds = ["$greeting", "$event", "$command", "$return", "$error"] as const;

/** What is left of a value when it is made as small as it goes. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, seed = 7): T {
  const { counterexample } = fc.check(
    fc.property(arbitrary, () => false),
    { seed, endOnFailure: false },
  );
  return counterexample![0] as T;
}

/** Tests of `arbitraries()`. */
export const arbitrariesTests: Suite = {
  "arbitraries() has one of every definition, in every edition"() {
    for (const name of editions) {
      const { schemas } = edition(name);
      const all = arbitraries({
        edition: edition(name),
      }) as unknown as Readonly<
        Record<string, fc.Arbitrary<unknown>>
      >;
      const names = Object.keys(schemas);
      assert.sameMembers(Object.keys(all), [...names, ...kinds, "$spoilt"]);
      for (const [each, schema] of Object.entries(schemas)) {
        fc.assert(
          fc.property(all[each]!, (value) => {
            const { output, issues } = v.safeParse(strictly(schema), value);
            assert.isUndefined(issues, each);
            assert.deepEqual(output, value, each);
          }),
          { seed: 7, numRuns: 20 },
        );
      }
    }
  },

  "arbitraries() gives valid messages of each kind, in every edition"() {
    for (const name of editions) {
      const all = arbitraries({ edition: edition(name) });
      const judge = judgeBy(edition(name), "strict");
      for (const kind of kinds) {
        fc.assert(
          fc.property(all[kind] as fc.Arbitrary<JsonValue>, (message) => {
            const { findings, kind: found } = judge(message);
            assert.deepEqual(findings, []);
            assert.equal(`$${found}`, kind);
            assert.isString(stringifyJson(message, { style: "qemu" }));
          }),
          { seed: 7, numRuns: 30 },
        );
      }
    }
  },

  "arbitraries() gives spoilt messages, each with its fault"() {
    for (const name of editions) {
      const { $spoilt } = arbitraries({ edition: edition(name) });
      const judge = judgeBy(edition(name), "strict");
      fc.assert(
        fc.property($spoilt, ({ input, answers, findings }) => {
          const found = judge(input, answers).findings;
          assert.deepEqual(
            found.map(({ code, path }) => ({ code, path })),
            [...findings],
          );
        }),
        { seed: 7, numRuns: 100 },
      );
    }
  },

  "arbitraries() shrinks to the smallest messages"() {
    const timestamp = { seconds: 0, microseconds: 0 };
    for (const seed of [1, 2, 3, 4, 5]) {
      const all = arbitraries();
      assert.deepEqual(smallest(all.$event, seed), {
        event: "POWERDOWN",
        timestamp,
      });
      assert.deepEqual(smallest(all.SHUTDOWN, seed), {
        event: "SHUTDOWN",
        data: { guest: false, reason: "none" },
        timestamp,
      });
      assert.deepEqual(smallest(all.GUEST_PANICKED, seed).data, {
        action: "pause",
      });
      assert.deepEqual(smallest(all["set-action"], seed), {
        execute: "set-action",
      });
      assert.deepEqual(smallest(all.GuestPanicInformation, seed), {
        type: "s390",
        core: 0,
        "psw-mask": 0n,
        "psw-addr": 0n,
        reason: "unknown",
      });
      assert.deepEqual(smallest(all.$return, seed), { return: {} });
      assert.deepEqual(smallest(all.$greeting, seed), {
        QMP: {
          version: { qemu: { major: 5, minor: 2, micro: 50 }, package: "" },
          capabilities: [],
        },
      });
    }
  },

  "arbitraries() meets the edges of integers"() {
    const { GuestPanicInformationHyperV } = arbitraries();
    const seen = new Set(
      fc.sample(GuestPanicInformationHyperV, { numRuns: 500, seed: 7 })
        .flatMap((info) => Object.values(info)),
    );
    for (const power of [31n, 53n, 63n]) assert.include([...seen], 2n ** power);
    for (const power of [32n, 53n, 64n]) {
      assert.include([...seen], 2n ** power - 1n);
    }
    assert.isAbove(seen.size, 500);
  },
};
