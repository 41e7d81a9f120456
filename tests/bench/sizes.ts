/**
 * How many bytes an application ships for what it imports, with Valibot and
 * without, since an application that uses the schemas has Valibot already.
 *
 * @module
 */

import process from "node:process";

import settings from "../../deno.json" with { type: "json" };
import {
  budgeted,
  type Entry,
  type Size,
  sizeOf,
} from "../../scripts/sizes.ts";

const sizes: Record<string, Size> = await budgeted();
for (const entry of Object.keys(settings.exports) as Entry[]) {
  sizes[entry] ??= await sizeOf({ [entry]: "*" });
}

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(sizes));
} else {
  console.log("Bundled, minified, gzip -9:");
  for (const [name, { bytes, withoutValibot }] of Object.entries(sizes)) {
    console.log(
      `  ${name.padEnd(22)}${String(bytes).padStart(6)} bytes, ${
        String(withoutValibot).padStart(6)
      } without Valibot`,
    );
  }
}
