/**
 * Chooses how to read a file, by looking at what it holds.
 *
 * @module
 */

import { rawSource } from "../replay/raw.ts";
import type { Source } from "../replay/stream.ts";
import { isTrace, type TraceHeader } from "../replay/trace.ts";
import { traceSource } from "../replay/trace_source.ts";

/** How many bytes {@linkcode chooseSource} wants to see, unless a line ends before. */
export const headSize: number = 64 * 1024;

/** A source, and what it takes the file for. */
export interface ChosenSource extends Source {
  /** What the file is, for people. */
  readonly format: string;
  /**
   * Gives what the file says of itself.
   *
   * @returns A trace's header, once it has been read.
   */
  header?(): TraceHeader | undefined;
}

/**
 * Chooses the source that fits.
 *
 * @param head The file's first bytes: its first line, or {@linkcode headSize}.
 * @returns The source, which has taken nothing yet.
 */
export function chooseSource(head: Uint8Array): ChosenSource {
  return isTrace(head)
    ? { format: "trace", ...traceSource() }
    : { format: "monitor stream", ...rawSource() };
}
