/**
 * The project's own trace file among the formats of logs.
 *
 * @module
 */

import { isTrace } from "../replay/trace.ts";
import { traceSource } from "../replay/trace_source.ts";
import type { LogFormat } from "./format.ts";

/** The format. Its first line tells it from everything else. */
export const traceFormat: LogFormat = {
  name: "trace",
  title: "trace",
  isSeen: true,
  recognise: ([first = ""]) => isTrace(new TextEncoder().encode(first)) ? 1 : 0,
  source: ({ maxLine } = {}) =>
    traceSource(maxLine === undefined ? {} : { maxLine }),
};
