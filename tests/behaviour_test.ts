/**
 * Runs the behaviour tests under Deno: those for every runtime, and those of
 * what no entry of the package exports yet.
 *
 * @module
 */

import { changesTests } from "./changes.ts";
import { editionTests } from "./edition.ts";
import { editionTypesTests } from "./edition_types.ts";
import { editionsHistory } from "./editions_history.ts";
import { assets } from "./fixtures.ts";
// What these prove, they prove by compiling.
import "./run_state_types.ts";
import { sinceTests } from "./since.ts";
import type { Suite } from "./suite.ts";
import { portable } from "./suites.ts";
import { versionTests } from "./version.ts";

const internal: readonly Suite[] = [
  editionsHistory,
  versionTests,
  changesTests,
  sinceTests,
  editionTests,
  editionTypesTests,
];

for (const suite of [...portable, ...internal]) {
  for (const [sentence, prove] of Object.entries(suite)) {
    Deno.test(sentence, () => prove(assets));
  }
}
