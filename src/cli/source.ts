/**
 * Chooses how to read a file, by looking at what it holds.
 *
 * @module
 */

import { chooseFormat, logFormats } from "../logs/choose.ts";
import type { Source } from "../replay/stream.ts";
import type { TraceHeader } from "../replay/trace.ts";
import { traceSource } from "../replay/trace_source.ts";
import type { Finding } from "../wire/finding.ts";

export { headSize } from "../logs/choose.ts";

/** The names of the formats that can be asked for. */
export const formatNames: readonly string[] = logFormats.map(({ name }) =>
  name
);

/** A source, and what it takes the file for. */
export interface ChosenSource extends Source {
  /** What the file is, for people. */
  readonly format: string;
  /** Why it is taken for that, for people. */
  readonly why: string;
  /** Which QEMU it was, where the file says so apart from messages and header. */
  readonly qemu?: string | undefined;
  /** What else it might be. */
  readonly findings: readonly Finding[];
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
 * @param name The format, one of {@linkcode formatNames}, where it was asked for.
 * @returns The source, which has taken nothing yet.
 */
export function chooseSource(head: Uint8Array, name?: string): ChosenSource {
  const asked = logFormats.find((each) => each.name === name);
  const { format, marks, qemu, damage, findings } = asked === undefined
    ? chooseFormat(head)
    : {
      format: asked,
      marks: 0,
      qemu: undefined,
      damage: undefined,
      findings: [],
    };
  const source = format.name === "trace"
    ? traceSource({ quotes: "both" })
    : format.source(damage === undefined ? {} : { damage });
  const why = asked !== undefined
    ? `it was read as ${format.title}, as --format says`
    : marks > 0
    ? `it was read as ${format.title}, which ${
      marks === 1
        ? "one of its first lines looks"
        : `${marks} of its first lines look`
    } like`
    : `it looks like none of ${
      formatNames.filter((each) => each !== format.name).join(", ")
    }, so it was read as a bare ${format.title}; --format NAME reads it as another`;
  return { ...source, format: format.title, why, qemu, findings };
}
