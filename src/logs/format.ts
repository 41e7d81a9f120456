/**
 * What a format of logs is.
 *
 * @module
 */

import type { TraceRecord } from "../replay/record.ts";
import type { Stage } from "../wire/stage.ts";
import {
  type LineOptions,
  type LogLine,
  logLines,
  maxLineDefault,
} from "./log_lines.ts";
import { type Damage, mend } from "./mend.ts";

/** How a log is read. */
export interface ReadingOptions extends LineOptions {
  /** What mail programs or web pages did to it; nothing unless said. */
  readonly damage?: Damage;
}

/** A format of logs that hold QMP. */
export interface LogFormat {
  /** What it is called, for programs. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  /**
   * Whether it was read from real samples. If not, it stands on the format
   * strings in the source of the program that writes it.
   */
  readonly isSeen: boolean;
  /**
   * Counts the marks of the format.
   *
   * @param head The first lines of a log, without line ends.
   * @returns How many of them show that the log has this format; 0 where none does.
   */
  recognise(head: readonly string[]): number;
  /**
   * Finds which QEMU it was, where the log says so apart from its messages.
   *
   * @param head The first lines of a log, without line ends.
   * @returns The version, such as `7.2.22`; undefined where it says none.
   */
  versionIn?(head: readonly string[]): string | undefined;
  /**
   * Makes a source.
   *
   * @param options How to read.
   * @returns The step from the bytes of a log to its records.
   */
  source(options?: ReadingOptions): Stage<Uint8Array, TraceRecord>;
}

const undamaged: Damage = {
  numbered: false,
  quoted: false,
  printable: false,
  entities: false,
};

/**
 * Makes a source of what reads lines.
 *
 * @param reader The step from lines to records.
 * @param options How to read.
 * @returns The step from bytes to records.
 */
export function overLines(
  reader: Stage<LogLine, TraceRecord>,
  options: ReadingOptions = {},
): Stage<Uint8Array, TraceRecord> {
  const lines = logLines(options);
  const { damage = undamaged, maxLine = maxLineDefault } = options;
  const mender = mend(damage, maxLine);
  const read = (given: readonly LogLine[]): TraceRecord[] => {
    const records: TraceRecord[] = [];
    for (const line of given) {
      for (const mended of mender.push(line)) {
        for (const record of reader.push(mended)) records.push(record);
      }
    }
    return records;
  };
  return {
    push: (bytes) => read(lines.push(bytes)),
    end: () => [
      ...read(lines.end()),
      ...mender.end().flatMap((line) => reader.push(line)),
      ...reader.end(),
    ],
  };
}

/**
 * Counts lines.
 *
 * @param head The first lines of a log.
 * @param mark What a line of the format looks like.
 * @returns How many do.
 */
export function countLines(head: readonly string[], mark: RegExp): number {
  return head.filter((line) => mark.test(line)).length;
}
