/**
 * What became of the machines of a log, as plain data.
 *
 * @module
 */

export { type Reporter, reporter, type ReportOptions } from "./reporter.ts";
export { reportText, type TextOptions } from "./text.ts";
export { reportHtml } from "./html.ts";
export { decode } from "./panic.ts";
export type { Found } from "./found.ts";
export type {
  Cause,
  Decoded,
  Downtime,
  Happening,
  Interval,
  LeftOut,
  Link,
  Machine,
  Noted,
  Report,
  Share,
  Standing,
  Stop,
  TimelineStep,
} from "./report.ts";
