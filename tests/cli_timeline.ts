/**
 * The verb `timeline`: what it prints for programs and draws for people.
 *
 * @module
 */

import { main } from "@qmp/run-state/cli";
import { assert } from "chai";

import { fakeHost, type FakePlatform } from "./fake_host.ts";
import { event, greeting } from "./report_steps.ts";
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

  async "timeline dates what happens where the log lasts, and the terminal has room"() {
    const log = `${event("RESUME", 1_700_000_000)}\n${
      event("STOP", 1_700_086_400.5)
    }\n`;
    const drawn = async (columns: number, content: string) => {
      const host = fakeHost({
        files: { log: content },
        isTerminal: true,
        env: { NO_COLOR: "1" },
        columns,
      });
      assert.equal(await main(["timeline", "log"], host), 0);
      return host.out();
    };
    assert.match(await drawn(80, log), /2023-11-15T22:13:20\.500Z\D+ 2 /);
    for (const line of (await drawn(40, log)).split("\n").slice(3)) {
      assert.notInclude(line, "2023-11-15T");
    }
    assert.match(await drawn(40, log), / 86400\.500000\D+ 2 /);
    const short = log.replace("1700086400", "1700000059");
    assert.match(await drawn(80, short), / 59\.500000\D+ 2 /);
  },

  async "timeline and report draw in ASCII where the terminal's locale has no UTF-8"() {
    const log = `${event("RESUME", 1)}\n${event("STOP", 1.0005)}\n${
      event("RESUME", 1.0009)
    }\n${event("BALLOON_CHANGE", 1.1, `{"actual": "${"x".repeat(90)}"}`)}\n`;
    const drawn = async (verb: string, platform: FakePlatform) => {
      const host = fakeHost({ files: { log }, columns: 80, ...platform });
      await main([verb, "log"], host);
      return host.out();
    };
    for (const verb of ["timeline", "report"]) {
      const on = (env: FakePlatform["env"], isTerminal = true) =>
        drawn(verb, { env: { NO_COLOR: "1", ...env }, isTerminal });
      const whole = await on({});
      assert.match(whole, /[█▴●µ…]/);
      const spelt = await on({ LANG: "C" });
      assert.match(spelt, /^[ -~\n]*$/);
      assert.deepEqual(
        spelt.split("\n").map((line) => line.length),
        whole.split("\n").map((line) => line.length),
      );
      assert.equal(await on({ LC_ALL: "POSIX", LANG: "C.UTF-8" }), spelt);
      assert.equal(await on({ LC_ALL: "", LANG: "de_DE.utf8" }), whole);
      assert.equal(await on({ LANG: "C" }, false), await on({}, false));
    }
  },

  async "timeline has code 2 where there is nothing to draw"() {
    for (const args of [[], ["a", "b"], ["missing"]]) {
      const host = fakeHost({});
      assert.equal(await main(["timeline", ...args], host), 2);
      assert.match(host.err(), /^qmp-run-state: Cannot (draw|read) /);
    }
  },
};
