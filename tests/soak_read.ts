/**
 * The property tests of texts and of reading, on many inputs.
 *
 * @module
 */

import { fuzzRead } from "./fuzz_read.ts";
import { fuzzWire } from "./fuzz_wire.ts";
import { soak } from "./soak.ts";

soak(fuzzWire, fuzzRead);
