/**
 * The property tests of playback and of sessions, on many inputs.
 *
 * @module
 */

import { fuzzPlay } from "./fuzz_play.ts";
import { fuzzSession } from "./fuzz_session.ts";
import { soak } from "./soak.ts";

soak(fuzzPlay, fuzzSession);
