/**
 * That CI counts truthfully.
 *
 * @module
 */

import assert from "node:assert/strict";

import { countTests } from "../scripts/ok.ts";

const node = (passed: number, failed: number, skipped: number) =>
  `ℹ tests 9\nℹ suites 0\nℹ pass ${passed}\nℹ fail ${failed}\n` +
  `ℹ cancelled 0\nℹ skipped ${skipped}\nℹ todo 0\n`;

const cases: Readonly<Record<string, [string, ReturnType<typeof countTests>]>> =
  {
    "a run of Deno": [
      "one ... ok (1ms)\n\nok | 12 passed | 0 failed (3s)\n\n",
      { passed: 12, failed: 0, skipped: 0 },
    ],
    "steps of tests, which are no tests": [
      "ok | 2 passed (8 steps) | 0 failed (3s)\n",
      { passed: 2, failed: 0, skipped: 0 },
    ],
    "failed and ignored tests": [
      "FAILED | 3 passed (1 step) | 2 failed (1 step) | 4 ignored (2s)\n",
      { passed: 3, failed: 2, skipped: 4 },
    ],
    "a run of Node": [node(5, 1, 2), { passed: 5, failed: 1, skipped: 2 }],
    "one after the other": [
      `ok | 12 passed | 0 failed (3s)\n${node(5, 0, 0)}`,
      { passed: 17, failed: 0, skipped: 0 },
    ],
    "the runs on other runtimes": [
      "bun: 12 passed, 0 failed\nworkerd: 11 passed, 1 failed\n" +
      "chromium: 0 passed, 0 failed, 1 skipped\n",
      { passed: 23, failed: 1, skipped: 1 },
    ],
    "no run at all": ["error: Module not found\n", undefined],
    "what a test wrote of another run": [
      "  it wrote: ok | 12 passed | 0 failed (3s)\n  bun: 1 passed, 0 failed\n",
      undefined,
    ],
  };

for (const [what, [output, count]] of Object.entries(cases)) {
  Deno.test(`countTests() counts ${what}`, () => {
    assert.deepEqual(countTests(output), count);
  });
}
