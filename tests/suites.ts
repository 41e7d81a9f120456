/**
 * The behaviour tests, for every runtime. They stand on what the entries of the
 * package reach and on nothing else: a test reads that in the module graph.
 *
 * @module
 */

import { arbitrariesTests } from "./arbitraries.ts";
import { changesTests } from "./changes.ts";
import { cliTests } from "./cli.ts";
import { diffTests } from "./cli_diff.ts";
import { driftVerbTests } from "./cli_drift.ts";
import { cliEditionTests } from "./cli_edition.ts";
import { explainTests } from "./cli_explain.ts";
import { generateTests } from "./cli_generate.ts";
import { jsonSchemaVerbTests } from "./cli_json_schema.ts";
import { reportVerbTests } from "./cli_report.ts";
import { timelineTests } from "./cli_timeline.ts";
import { cliLogsTests } from "./cli_logs.ts";
import { followVerbTests } from "./cli_follow.ts";
import { recordVerbTests } from "./cli_record.ts";
import { playbackVerbTests } from "./cli_playback.ts";
import { replayTests } from "./cli_replay.ts";
import { validateTests } from "./cli_validate.ts";
import { clockSuite } from "./clock.ts";
import { compatibleTests } from "./compatible.ts";
import { coveringTests } from "./covering.ts";
import { driftTests } from "./drift.ts";
import { editionTests } from "./edition.ts";
import { editionTypesTests } from "./edition_types.ts";
import { editionsHistory } from "./editions_history.ts";
import { fixturesTests } from "./fixtures_valid.ts";
import { fuzzLogsSuite } from "./fuzz_logs.ts";
import { fuzzPlaySuite } from "./fuzz_play.ts";
import { fuzzReadSuite } from "./fuzz_read.ts";
import { fuzzSessionSuite } from "./fuzz_session.ts";
import { fuzzWireSuite } from "./fuzz_wire.ts";
import { hostileTests } from "./hostile.ts";
import { inheritedNamesTests } from "./inherited_names.ts";
import { normalizeTests } from "./normalize.ts";
import { panicSuite } from "./panic.ts";
import { parseJsonSuite } from "./parse_json.ts";
import { meaningSuite } from "./meaning.ts";
import { lineStartsSuite } from "./line_starts.ts";
import { linesSuite } from "./lines.ts";
import { logsSuite } from "./logs.ts";
import { playEndedSuite } from "./play_ended.ts";
import { playSuite } from "./play.ts";
import { playerSuite } from "./player.ts";
import { playerSteeredSuite } from "./player_steered.ts";
import { qdictOrderSuite } from "./qdict_order.ts";
import { qemuOrderTests } from "./qemu_order.ts";
import { qmpTests } from "./qmp.ts";
import { rawSuite } from "./raw.ts";
import { readTests } from "./read.ts";
import { recordedSuite } from "./recorded.ts";
import { recorderSuite } from "./recorder.ts";
import { redactTests } from "./redact.ts";
import { followTests } from "./follow.ts";
import { reportPageSuite } from "./report_page.ts";
import { reportTextSuite } from "./report_text.ts";
import { reportSuite } from "./report.ts";
import { runStateTests } from "./run_state.ts";
import { seedExampleTests } from "./seed_examples.ts";
import { sessionTests } from "./session.ts";
import { sinceTests } from "./since.ts";
import { splitJsonSuite } from "./split_json.ts";
import { spoiltTests } from "./spoilt.ts";
import { stringifyJsonSuite } from "./stringify_json.ts";
import type { Suite } from "./suite.ts";
import { traceSuite } from "./trace.ts";
import { trackSuite } from "./track.ts";
import { verdictSuite } from "./verdict.ts";
import { versionTests } from "./version.ts";
import { witnessTests } from "./witness.ts";
import { witnessTraceTests } from "./witness_traces.ts";

/** Every suite. */
export const suites: readonly Suite[] = [
  splitJsonSuite,
  lineStartsSuite,
  linesSuite,
  parseJsonSuite,
  stringifyJsonSuite,
  qdictOrderSuite,
  fuzzWireSuite,
  runStateTests,
  qmpTests,
  seedExampleTests,
  rawSuite,
  traceSuite,
  recorderSuite,
  redactTests,
  followTests,
  recordedSuite,
  readTests,
  playerSuite,
  playerSteeredSuite,
  playSuite,
  playEndedSuite,
  clockSuite,
  logsSuite,
  fuzzPlaySuite,
  fuzzReadSuite,
  fuzzLogsSuite,
  editionsHistory,
  versionTests,
  changesTests,
  sinceTests,
  editionTests,
  editionTypesTests,
  verdictSuite,
  fixturesTests,
  coveringTests,
  qemuOrderTests,
  normalizeTests,
  arbitrariesTests,
  spoiltTests,
  hostileTests,
  sessionTests,
  fuzzSessionSuite,
  compatibleTests,
  driftTests,
  cliTests,
  validateTests,
  replayTests,
  playbackVerbTests,
  cliLogsTests,
  generateTests,
  jsonSchemaVerbTests,
  explainTests,
  cliEditionTests,
  diffTests,
  driftVerbTests,
  recordVerbTests,
  followVerbTests,
  inheritedNamesTests,
  witnessTests,
  witnessTraceTests,
  trackSuite,
  reportSuite,
  panicSuite,
  timelineTests,
  meaningSuite,
  reportTextSuite,
  reportPageSuite,
  reportVerbTests,
];
