/**
 * Counts what `read` makes of records, in the form in which the files beside
 * the recorded traces say what it must find.
 *
 * @module
 */

import { edition } from "@qmp/run-state/editions";
import { read, type TraceRecord } from "@qmp/run-state/replay";

/** What was found. */
export interface Tally {
  /** How many messages there are. */
  readonly messages: number;
  /** How many of each kind. */
  readonly byKind: Readonly<Record<string, number>>;
  /** Events and commands by name, replies under the command they answer. */
  readonly byName: Readonly<Record<string, number>>;
  /** What is said of them, and of which line. */
  readonly findings: readonly unknown[];
}

/**
 * Reads records of a QEMU 7.2 and counts.
 *
 * @param records What a source gave.
 * @returns What `read` found in them.
 */
export function tally(records: readonly TraceRecord[]): Tally {
  const byKind = { greeting: 0, command: 0, return: 0, error: 0, event: 0 };
  const byName: Record<string, number> = {};
  const findings: unknown[] = [];
  let messages = 0;
  for (const entry of read(records, { edition: edition("7.2") }).entries) {
    for (const { code, severity, path } of entry.findings) {
      findings.push({ code, severity, line: entry.line, path });
    }
    if (entry.kind === undefined) continue;
    messages += 1;
    byKind[entry.kind] += 1;
    const isReply = entry.kind === "return" || entry.kind === "error";
    const name = isReply ? entry.answers?.name ?? "(unmatched)" : entry.name;
    if (name !== undefined) byName[name] = (byName[name] ?? 0) + 1;
  }
  return { messages, byKind, byName, findings };
}
