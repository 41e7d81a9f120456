/**
 * The verb `timeline`: what it prints for programs and draws for people.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";

import { fakeHost, type FakePlatform } from "./fake_host.ts";
import { greeting } from "./report_steps.ts";
import type { Suite } from "./suite.ts";

async function json(
  content: string | Uint8Array,
  platform: FakePlatform = {},
) {
  const host = fakeHost({ files: { log: content }, ...platform });
  const code = await main(["timeline", "--json", "log"], host);
  return { code, shown: JSON.parse(host.out()) };
}

/** Tests of `timeline`. */
export const timelineTests: Suite = {
  async "timeline --json prints steps, intervals and findings, and nothing else"(
    { fixtures },
  ) {
    const trace = fixtures.get("traces/watchdog-pause.jsonl")!;
    for (const chunk of [Infinity, 100, 1]) {
      const { code, shown } = await json(trace, { chunk });
      assert.equal(code, 0);
      assert.deepEqual(Object.keys(shown), ["steps", "intervals", "findings"]);
      const { steps, intervals, findings } = shown;
      assert.lengthOf(steps, 14);
      for (const step of steps) {
        assert.deepEqual(Object.keys(step), [
          ...["line", "at", "direction", "kind", "name", "states"],
        ]);
      }
      assert.deepEqual(steps[6], {
        line: 8,
        at: 0.041733,
        direction: "<-",
        kind: "event",
        name: "STOP",
        states: ["watchdog"],
      });
      assert.deepEqual(
        intervals.map(({ line }: { line: number }) => line),
        [2, 8, 12],
      );
      assert.deepEqual(findings, []);
    }
  },

  async "timeline --json prints valid JSON where there is no message"() {
    const { code, shown } = await json("");
    assert.equal(code, 0);
    assert.deepEqual(shown, { steps: [], intervals: [], findings: [] });
  },

  async "timeline --json says how many findings it left out"() {
    const { code, shown } = await json("{}\n".repeat(6000));
    assert.equal(code, 1);
    assert.lengthOf(shown.findings, 501);
    assert.deepEqual(shown.findings.at(-1), {
      line: 501,
      code: "NOT_QMP",
      severity: "fault",
      path: [],
      message: "Left out 5500 more of these, on lines 501 to 6000",
    });
  },

  async "timeline --json writes each step as soon as it has come"() {
    const host = fakeHost({});
    const sizes: number[] = [];
    host.stdin = async function* () {
      for (let index = 0; index < 3; index++) {
        const text = `${greeting}\r\n`.repeat(1000);
        yield await Promise.resolve(new TextEncoder().encode(text));
        sizes.push(host.out().length);
      }
    };
    assert.equal(await main(["timeline", "--json", "-"], host), 0);
    assert.isAbove(sizes[2]!, sizes[1]!);
    assert.lengthOf(JSON.parse(host.out()).steps, 3000);
  },

  async "timeline has code 2 where there is nothing to draw"() {
    for (const args of [[], ["a", "b"], ["missing"]]) {
      const host = fakeHost({});
      assert.equal(await main(["timeline", ...args], host), 2);
      assert.match(host.err(), /^qmp-run-state: Cannot (draw|read) /);
    }
  },
};
