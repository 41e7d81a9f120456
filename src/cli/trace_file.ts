/**
 * A trace that is being written to a file.
 *
 * @module
 */

import { splitLines } from "../replay/lines.ts";
import type { TraceRecord } from "../replay/record.ts";
import { type TraceHeader, traceLines } from "../replay/trace.ts";
import type { Growing, Host } from "./host.ts";
import { reasonOf, titleOf } from "./input.ts";

/** A file takes no trace, or no more of it. */
export class UnwritableError extends Error {
  /**
   * Says which file, and why.
   *
   * @param file The file.
   * @param why Why.
   */
  constructor(file: string, why: string) {
    super(`Cannot write ${titleOf(file)}: ${why}`);
    this.name = "UnwritableError";
  }
}

/** A trace that is being written. */
export interface TraceFile {
  /** Where a trace that was there before goes on, in seconds; undefined where it is new. */
  readonly resumeAt: number | undefined;
  /** The line that the file ended in the middle of, where it did. */
  readonly torn: number | undefined;
  /** How many lines and bytes were written, all of which the system has. */
  readonly written: { lines: number; bytes: number };
  /**
   * Takes a line, to be written with others.
   *
   * @param line The line.
   */
  hold(line: string): void;
  /**
   * Writes the lines that are held.
   *
   * @throws {UnwritableError} Where the file takes no more; then it ends with a
   * whole line.
   */
  put(): void;
  /** Closes it. */
  close(): void;
}

/**
 * Opens a trace, new or begun before.
 *
 * @param host The platform.
 * @param path Where it is.
 * @param syncs Whether each write is to reach the disk before it counts.
 * @returns The trace. Where the file ended in the middle of a line, that line
 * has been ended, so that what follows is not taken for a part of it.
 * @throws {UnwritableError} Where it cannot be opened, or holds something else.
 */
export async function openTrace(
  host: Host,
  path: string,
  syncs: boolean,
): Promise<TraceFile> {
  const attempt = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (error) {
      throw new UnwritableError(path, reasonOf(error, "written"));
    }
  };
  const file = attempt(() => host.append(path));
  const encoder = new TextEncoder();
  const written = { lines: 0, bytes: 0 };
  let held: string[] = [];

  function put(): void {
    if (held.length === 0) return;
    const lines = held.join("");
    const count = held.length;
    held = [];
    attempt(() => {
      file.write(lines);
      if (syncs) file.sync();
    });
    written.lines += count;
    written.bytes += encoder.encode(lines).length;
  }

  try {
    const before = await lookInto(host, path, file);
    if (before?.isUnended) attempt(() => file.write("\n"));
    return {
      resumeAt: before && resumption(before, host.date()),
      torn: before?.torn,
      written,
      hold: (line) => void held.push(line),
      put,
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** What was in a trace before. */
interface Before {
  readonly header: TraceHeader;
  /** The time of its last line. */
  readonly at: number;
  /** Whether no line feed ends it. */
  readonly isUnended: boolean;
  readonly torn: number | undefined;
}

async function lookInto(
  host: Host,
  path: string,
  file: Growing,
): Promise<Before | undefined> {
  if (file.size === undefined || file.size === 0) return undefined;
  const lines = splitLines(Infinity);
  const decoder = new TextDecoder();
  let header: TraceHeader | undefined;
  let at = 0;
  let isUnended = false;
  let torn: number | undefined;

  function look({ line, bytes, ended }: ReturnType<typeof lines.end>[0]): void {
    if (header === undefined) {
      const reader = traceLines({});
      const [part] = [...reader.push(bytes), ...reader.end()];
      header = reader.header();
      isUnended = !ended;
      if (header !== undefined) return;
      if (!ended && isBeginningOfHeader(decoder.decode(bytes))) return;
      const { message = "" } = (part as TraceRecord).findings?.[0] ?? {};
      const why = message.replace(/^Cannot [^:]*: /, "");
      throw new UnwritableError(path, `there is something else: ${why}`);
    }
    const text = decoder.decode(bytes.subarray(0, 40));
    const [, seconds] = /^\[(\d+(?:\.\d+)?),/.exec(text) ?? [];
    if (ended) at = Math.max(at, Number(seconds ?? 0));
    else {
      isUnended = true;
      if (!isJson(decoder.decode(bytes))) torn = line;
    }
  }

  try {
    for await (const chunk of host.open(path)) lines.push(chunk).forEach(look);
    lines.end().forEach(look);
  } catch (error) {
    if (error instanceof UnwritableError) throw error;
    throw new UnwritableError(path, reasonOf(error, "read"));
  }
  if (header !== undefined) return { header, at, isUnended, torn };
  // Its first line was being written when the recorder was killed.
  file.empty();
  return undefined;
}

/** Whether a text is what a recorder had written of its first line. */
function isBeginningOfHeader(text: string): boolean {
  const begin = '{"format":"qmp-trace",';
  return text.startsWith(begin) || begin.startsWith(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** By the time of day, since the header says when second 0 was; never back in time. */
function resumption({ header, at }: Before, now: Date): number {
  const start = Date.parse(header.recorded ?? "");
  const since = (now.getTime() - start) / 1000;
  return since > at ? since : at;
}
