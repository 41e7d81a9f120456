/**
 * Reads logs to reports, for the tests of these.
 *
 * @module
 */

import { edition, witness } from "@qmp/run-state/editions";
import { logSource } from "@qmp/run-state/logs";
import {
  type Entry,
  rawSource,
  read,
  type Step,
  traceSource,
  tracker,
} from "@qmp/run-state/replay";
import {
  type Report,
  reporter,
  type ReportOptions,
} from "@qmp/run-state/report";

const encoder = new TextEncoder();

/**
 * Follows entries.
 *
 * @param entries The messages.
 * @param name The edition to go by; 7.2 unless said.
 * @returns Their steps.
 */
export function stepsOf(entries: readonly Entry[], name = "7.2"): Step[] {
  return tracker({ witness: witness(name) }).push(entries);
}

/**
 * Reports on a log of any format.
 *
 * @param log The log.
 * @param options How to report.
 * @returns The report.
 */
export function reportOn(
  log: Uint8Array | string,
  options: ReportOptions = {},
): Report {
  const source = logSource();
  const bytes = typeof log === "string" ? encoder.encode(log) : log;
  const { entries } = read([...source.push(bytes), ...source.end()], {
    edition: edition("7.2"),
  });
  const stage = reporter(options);
  stage.push(stepsOf(entries));
  return stage.end();
}

/**
 * Reports on what a monitor said.
 *
 * @param texts The messages.
 * @returns The report.
 */
export function reportSaid(...texts: readonly string[]): Report {
  return reportSaidBy("7.2", texts);
}

/**
 * Reports on what the monitor of a QEMU of some edition said.
 *
 * @param name The edition.
 * @param texts The messages.
 * @returns The report.
 */
export function reportSaidBy(
  name: string,
  texts: readonly string[],
): Report {
  const source = rawSource();
  const bytes = encoder.encode(texts.map((text) => `${text}\r\n`).join(""));
  const { entries } = read([...source.push(bytes), ...source.end()], {
    edition: edition(name),
  });
  const stage = reporter();
  stage.push(stepsOf(entries, name));
  return stage.end();
}

/**
 * Reports on a trace whose messages came at times.
 *
 * @param lines When, which way, and what.
 * @returns The report.
 */
export function reportTrace(
  ...lines: readonly (readonly [number, "<-" | "->", string])[]
): Report {
  const source = traceSource();
  const bytes = encoder.encode(
    '{"format": "qmp-trace", "version": 1}\n' +
      lines.map(([at, way, text]) =>
        `${JSON.stringify([at, way, `${text}\r\n`])}\n`
      ).join(""),
  );
  const { entries } = read([...source.push(bytes), ...source.end()], {
    edition: edition("7.2"),
  });
  const stage = reporter();
  stage.push(stepsOf(entries));
  return stage.end();
}

/**
 * Makes an event.
 *
 * @param name Its name.
 * @param seconds When it was sent.
 * @param data What it tells; nothing unless said.
 * @returns Its text.
 */
export function event(name: string, seconds: number, data?: string): string {
  const whole = Math.floor(seconds);
  const micro = seconds < 0 ? -1 : Math.round((seconds - whole) * 1e6);
  return `{"timestamp": {"seconds": ${whole}, "microseconds": ${micro}}, ` +
    `"event": "${name}"${data === undefined ? "" : `, "data": ${data}`}}`;
}

/** What QEMU 7.2 says first. */
export const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}';

/** What a running machine answers to `query-status`. */
export const isRunning =
  '{"return": {"status": "running", "singlestep": false, "running": true}}';
