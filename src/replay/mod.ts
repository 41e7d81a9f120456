/**
 * QMP traffic read: from the bytes of a monitor or a trace file to messages,
 * each with its text and what was found in it.
 *
 * A source ({@linkcode rawSource}, {@linkcode traceSource}) makes records of
 * bytes, and {@linkcode read} makes entries of records. {@linkcode play} plays
 * them as they happened.
 *
 * @example Read a trace, and the digits of its registers
 * ```ts
 * import assert from "node:assert/strict";
 * import { read, traceSource } from "@qmp/run-state/replay";
 *
 * const panic = '{"timestamp": {"seconds": 1, "microseconds": 2}, ' +
 *   '"event": "GUEST_PANICKED", "data": {"action": "pause", "info": ' +
 *   '{"core": 0, "psw-addr": 18364758544493064720, ' +
 *   '"reason": "disabled-wait", "psw-mask": 562956395872256, "type": "s390"}}}';
 * const trace = '{"format": "qmp-trace", "version": 1}\n' +
 *   JSON.stringify([0.25, "<-", panic]) + "\n";
 *
 * const source = traceSource();
 * const records = source.push(new TextEncoder().encode(trace));
 * const { entries } = read([...records, ...source.end()]);
 *
 * assert.equal(entries[0]?.name, "GUEST_PANICKED");
 * assert.equal(entries[0]?.at, 0.25);
 * assert.match(entries[0].text, /18364758544493064720/);
 * ```
 *
 * @module
 */

export type { Direction, StateChange, TraceRecord } from "./record.ts";
export { type RawOptions, rawSource } from "./raw.ts";
export {
  isTrace,
  traceBytes,
  type TraceHeader,
  type TraceOptions,
  TraceSyntaxError,
} from "./trace.ts";
export { type TraceSource, traceSource } from "./trace_source.ts";
export { type Recorder, recorder, type RecorderOptions } from "./recorder.ts";
export { attach, type ByteStreams } from "./attach.ts";
export type { Policy } from "../schema/judge.ts";
export type { Forwarded, Unknown } from "../schema/message.ts";
export {
  type Entry,
  read,
  type Reader,
  reader,
  type Reading,
  type ReadOptions,
} from "./read.ts";
export {
  type Step,
  type Tracker,
  tracker,
  type TrackerOptions,
} from "./track.ts";
export { follow, type FollowOptions } from "./follow.ts";
export { readChunks, readStream, type Source } from "./stream.ts";
export {
  type Clock,
  timerClock,
  type Timers,
  type VirtualClock,
  virtualClock,
  type VirtualClockOptions,
} from "./clock.ts";
export type { Mark, ScheduleOptions, Selection } from "./schedule.ts";
export {
  type Played,
  type Player,
  player,
  type PlayerOptions,
} from "./player.ts";
export {
  play,
  type Playable,
  type Playback,
  type PlayOptions,
} from "./play.ts";
