/**
 * Cuts a file into its lines, whatever the chunks in which it comes.
 *
 * @module
 */

import { requireBytes } from "../wire/given.ts";
import type { Stage } from "../wire/stage.ts";

/** One line of a file. */
export interface FileLine {
  /** Which line it is, from 1. */
  readonly line: number;
  /** The byte of the file at which it begins, from 0. */
  readonly offset: number;
  /** Its bytes, without the line feed; empty where it was too long. */
  readonly bytes: Uint8Array;
  /** The same as text, where it could be had cheaply: it is ASCII then. */
  readonly ascii: string | undefined;
  /** Whether a line feed ended it, rather than the end of the file. */
  readonly ended: boolean;
  /** Whether it was longer than the limit. */
  readonly tooLong: boolean;
}

/**
 * What is decoded at once: one decoding a line took a fifth of all reading of a
 * log. V8 keeps the window's text as long as a slice of it.
 */
const windowSize = 64 * 1024;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** The bytes as text, if each is one character of it. */
function asciiOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return text.length === bytes.length ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Cuts bytes into lines at each line feed.
 *
 * @param limit How many bytes a line may have; of a longer one nothing is kept.
 * @returns The step from bytes to lines.
 * @throws {RangeError} If the limit is no number above 0.
 */
export function splitLines(limit: number): Stage<Uint8Array, FileLine> {
  if (!(limit > 0)) {
    throw new RangeError(
      `Cannot take lines of ${limit} bytes: it is no number above 0`,
    );
  }
  let line = 1;
  let offset = 0;
  let parts: Uint8Array[] = [];
  let length = 0;

  const hold = (part: Uint8Array) => {
    length += part.length;
    if (length <= limit) parts.push(part);
    else parts = [];
  };
  const finish = (ended: boolean, ascii?: string): FileLine => {
    const tooLong = length > limit;
    const done = {
      line,
      offset,
      bytes: join(parts),
      ascii: tooLong ? undefined : ascii,
      ended,
      tooLong,
    };
    line += 1;
    offset += length + 1;
    parts = [];
    length = 0;
    return done;
  };

  const cut = (bytes: Uint8Array, lines: FileLine[]): void => {
    let from = 0;
    let feed = bytes.indexOf(0x0a);
    const text = feed === -1 ? undefined : asciiOf(bytes);
    for (; feed !== -1; feed = bytes.indexOf(0x0a, from)) {
      const isWhole = length === 0;
      hold(bytes.subarray(from, feed));
      lines.push(finish(true, isWhole ? text?.slice(from, feed) : undefined));
      from = feed + 1;
    }
    // A copy, because the caller may use its buffer again.
    if (from < bytes.length) hold(bytes.slice(from));
  };

  return {
    push(bytes) {
      requireBytes(bytes);
      const lines: FileLine[] = [];
      for (let at = 0; at < bytes.length; at += windowSize) {
        cut(bytes.subarray(at, at + windowSize), lines);
      }
      return lines;
    },
    end() {
      return length > 0 ? [finish(false)] : [];
    },
  };
}

/**
 * Joins byte arrays.
 *
 * @param parts What to join, in order.
 * @returns All their bytes; the part itself where there is just one.
 */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
