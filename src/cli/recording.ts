/**
 * A recording on its way to a file.
 *
 * @module
 */

import { type Recorder, recorder } from "../replay/recorder.ts";
import { count } from "./findings.ts";
import { titleOf } from "./input.ts";
import { openTrace } from "./trace_file.ts";
import { complain, type Context } from "./verb.ts";

/** How something is recorded. */
export interface RecordingOptions {
  /** Where the trace goes. */
  readonly file: string;
  /** Whether secrets are kept out of it. */
  readonly redact: boolean;
  /** The events that are left out. */
  readonly drop: readonly string[];
  /** Whether each write is to reach the disk before it counts. */
  readonly syncs: boolean;
  /** Whether it is told how much was written. */
  readonly isTold: boolean;
}

/**
 * A recorder whose lines are in the file when a call returns: what has been told
 * by then outlives the process. Where the file takes no more, one call throws
 * `UnwritableError`, and the others do nothing from then on.
 */
export interface Recording extends Recorder {
  /**
   * Says for people how much was written.
   *
   * @returns Such as `3 lines, 120 bytes written`.
   */
  summary(): string;
}

/**
 * Begins a recording, or goes on with one.
 *
 * @param context The platform.
 * @param options How to record.
 * @returns The recording.
 * @throws {UnwritableError} Where the file takes no trace.
 */
export async function openRecording(
  context: Context,
  { file, redact, drop, syncs, isTold }: RecordingOptions,
): Promise<Recording> {
  const { host, out } = context;
  const trace = await openTrace(host, file, syncs);
  const { torn, resumeAt, written } = trace;
  if (torn !== undefined) {
    const sentence = `${titleOf(file)} ended in the middle of line ${torn}; ` +
      `what comes now begins on line ${torn + 1}`;
    await complain(context, sentence);
  }
  let isOpen = true;
  let told = 0;
  let isTelling = false;

  function close(): void {
    isOpen = false;
    trace.close();
  }

  function write<Result>(act: () => Result): Result {
    try {
      const result = act();
      trace.put();
      tell();
      return result;
    } catch (error) {
      close();
      throw error;
    }
  }

  const summary = () =>
    `${count(written.lines, "line")}, ${count(written.bytes, "byte")} written`;

  /** Never waited for: who reads slowly must not hold up what is recorded. */
  function tell(): void {
    if (!isTold || isTelling || told === written.bytes) return;
    isTelling = true;
    told = written.bytes;
    out.line(summary());
    out.flush().then(() => {
      isTelling = false;
      tell();
    }, () => {});
  }

  const recording = write(() =>
    recorder({
      header: { recorded: host.date().toISOString() },
      now: () => host.now() / 1000,
      write: trace.hold,
      redact,
      drop,
      ...resumeAt !== undefined && { resumeAt },
    })
  );
  return {
    received: (bytes) => isOpen && write(() => recording.received(bytes)),
    sent: (bytes) => isOpen && write(() => recording.sent(bytes)),
    reconnected: () => isOpen && write(recording.reconnected),
    end() {
      if (!isOpen) return;
      write(recording.end);
      close();
    },
    summary,
  };
}
