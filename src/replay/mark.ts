/**
 * The marks of a trace file: what its lines say beside the bytes that passed.
 *
 * @module
 */

import * as v from "valibot";

import type { Finding } from "../wire/finding.ts";
import { quote, shorten } from "../wire/quote.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Not `v.record`, which passes over names such as `constructor`. */
const counts = v.custom<Readonly<Record<string, number>>>((value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  Object.values(value).every((each) => v.is(count, each))
);
const direction = v.picklist(["<-", "->"]);

/** What each mark holds in third place. */
const marks = {
  reconnect: v.optional(v.looseObject({})),
  redacted: v.looseObject({ direction, bytes: count, written: count }),
  dropped: v.looseObject({
    direction,
    bytes: count,
    events: counts,
  }),
} as const;

/** A new connection: what follows continues nothing that came before. */
export interface Reconnect {
  readonly kind: "reconnect";
}

/** Bytes that were kept out of the file, since they may hold a secret. */
export interface Redacted {
  readonly kind: "redacted";
  /** Which way they went. */
  readonly direction: "<-" | "->";
  /** How many passed. */
  readonly bytes: number;
  /** How many of the next bytes in the file stand for them; 0 where nothing does. */
  readonly written: number;
}

/** Events that were left out as noise. */
export interface Dropped {
  readonly kind: "dropped";
  /** Which way they went. */
  readonly direction: "<-" | "->";
  /** How many bytes they had, their line ends among them. */
  readonly bytes: number;
  /** How many there were of each name. */
  readonly events: Readonly<Record<string, number>>;
}

/** What a line of a trace says beside the bytes that passed. */
export type Mark = Reconnect | Redacted | Dropped;

/**
 * Reads a mark.
 *
 * @param kind The second element of its line.
 * @param held The third.
 * @returns The mark; undefined where it is none that is known here.
 */
export function readMark(kind: string, held: unknown): Mark | undefined {
  if (!Object.hasOwn(marks, kind)) return undefined;
  const read = v.safeParse(marks[kind as keyof typeof marks], held);
  return read.success ? { ...read.output, kind } as Mark : undefined;
}

/**
 * Writes a mark.
 *
 * @param mark The mark.
 * @returns The second and third element of its line, without brackets.
 */
export function writeMark({ kind, ...held }: Mark): string {
  return Object.keys(held).length === 0
    ? `"${kind}"`
    : `"${kind}", ${JSON.stringify(held)}`;
}

/**
 * Says what a mark means for who reads the trace.
 *
 * @param mark The mark.
 * @param line The line on which it stands.
 * @returns The finding, a notice.
 */
export function markFinding(mark: Mark, line: number): Finding {
  const notice = { severity: "notice", path: [] } as const;
  if (mark.kind === "reconnect") {
    return {
      ...notice,
      code: "UNHEARD",
      message:
        `Begin anew on line ${line} of the trace: a new connection was made, and events before it may not have been heard`,
    };
  }
  const { bytes, direction } = mark;
  const way = direction === "->" ? "sent to QEMU" : "from QEMU";
  if (mark.kind === "dropped") {
    const events = Object.entries(mark.events)
      .map(([name, times]) => `${times} ${quote(name)}`).join(", ");
    return {
      ...notice,
      code: "DROPPED",
      received: shorten(events),
      message: `Left out of the trace before line ${line}: ${
        shorten(events)
      }, ${bytes} bytes ${way}`,
    };
  }
  const instead = mark.written > 0
    ? `${mark.written} others stand for them`
    : "nothing stands for them";
  return {
    ...notice,
    code: "REDACTED",
    message:
      `Kept out of the trace on line ${line}: ${bytes} bytes ${way}, which may hold a secret; ${instead}`,
  };
}
