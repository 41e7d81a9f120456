/**
 * The one shape in which every source hands messages to `read`.
 *
 * @module
 */

import type { Finding } from "../wire/finding.ts";

/** Which way a message went: `<-` came from QEMU, `->` went to it. */
export type Direction = "<-" | "->";

/** What QEMU itself wrote in its log of its run state. */
export interface StateChange {
  /** The state before, where the log says. */
  readonly from?: string;
  /** The state from now on. */
  readonly to: string;
}

/** One text that a source found: a message as yet unread, or damage. */
export interface TraceRecord {
  /** The line of the source on which the text begins, from 1. */
  readonly line: number;
  /**
   * The byte at which the text begins, from 0: of a trace counted in the bytes of
   * its direction, else in those of the stream or the log.
   */
  readonly offset: number;
  /** Seconds since the start of the trace, or since the epoch where the source knows the time of day. */
  readonly at?: number;
  /** Which way it went, where the source knows. */
  readonly direction?: Direction;
  /** Which monitor it belongs to, where the source holds several. */
  readonly monitor?: string;
  /** The text, to the letter, but without what the source puts before its lines. */
  readonly text: string;
  /**
   * What to read instead of the text, where the source holds its messages in
   * another form than JSON; a finding `REWRITTEN` says how it was made.
   */
  readonly json?: string;
  /** The run state that the text tells of; then it is no message. */
  readonly state?: StateChange;
  /** What the source found wrong with the text. A fault means that it holds no message. */
  readonly findings?: readonly Finding[];
}
