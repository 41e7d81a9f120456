/**
 * That no import grows unnoticed: sizes do not drift with the machine.
 *
 * @module
 */

import assert from "node:assert/strict";

import { budgeted } from "../scripts/sizes.ts";

/** In KB, gzip -9. An application that uses the schemas has Valibot already. */
const budgets = {
  "one schema": { bytes: 2, withoutValibot: 1 },
  ".": { bytes: 11, withoutValibot: 9 },
  "reading beside .": { bytes: 8, withoutValibot: 8 },
};

Deno.test("size: what is imported keeps to its budget", async () => {
  for (const [name, size] of Object.entries(await budgeted())) {
    const budget = budgets[name as keyof typeof budgets];
    for (const measure of ["bytes", "withoutValibot"] as const) {
      const most = budget[measure] * 1024;
      assert.ok(size[measure] <= most, `${name}: ${size[measure]} ${measure}`);
    }
  }
});
