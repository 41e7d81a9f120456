/**
 * The behaviour tests that stand on the packed package alone: they run on every
 * runtime. What no entry reaches yet is tested on Deno only, and listed in
 * `behaviour_test.ts`.
 *
 * @module
 */

import { qmpTests } from "./qmp.ts";
import { rawSuite } from "./raw.ts";
import { readTests } from "./read.ts";
import { recordedSuite } from "./recorded.ts";
import { recorderSuite } from "./recorder.ts";
import { runStateTests } from "./run_state.ts";
import { seedExampleTests } from "./seed_examples.ts";
import type { Suite } from "./suite.ts";
import { traceSuite } from "./trace.ts";

/** Every suite for every runtime. */
export const portable: readonly Suite[] = [
  runStateTests,
  qmpTests,
  seedExampleTests,
  rawSuite,
  traceSuite,
  recorderSuite,
  recordedSuite,
  readTests,
];
