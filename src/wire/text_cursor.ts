/**
 * A text that is being read, as bytes.
 *
 * @module
 */

import type { JsonFault } from "./json_fault.ts";

/** Stands in {@linkcode TextCursor.units} for what is not ASCII. */
export const BEYOND_ASCII = 0x80;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** Where reading stands. What cannot be read leaves its fault here. */
export interface TextCursor {
  /** The text. */
  readonly text: string;
  /**
   * The text again, one byte a UTF-16 code unit, so that places in both are
   * the same: what is not ASCII is {@linkcode BEYOND_ASCII}, and a 0 comes after
   * the last. V8 reads a byte in less than half the time of a `charCodeAt` on a
   * sliced string, and makes this copy in 65 ns a message (Node 20).
   */
  readonly units: Uint8Array;
  /** Whether QEMU's extensions hold: strings in single quotes, the escape `\'`. */
  readonly bothQuotes: boolean;
  /** The place that is read next. */
  at: number;
  /** An integer was spelt with a fraction or exponent; the reader of the number says so once. */
  spelt: boolean;
  /** What is wrong, once something is. */
  fault: JsonFault | undefined;
}

const encoder = new TextEncoder();

/** Reused for texts up to 16 KiB: a new array a message costs more than filling it. */
const scratch: Uint8Array<ArrayBuffer> = new Uint8Array(16 * 1024);

/**
 * Begins to read a text. Only one text can be read at a time.
 *
 * @param text The text.
 * @param bothQuotes Whether QEMU's extensions hold.
 * @returns The cursor, at the first character.
 */
export function openText(text: string, bothQuotes: boolean): TextCursor {
  const length = text.length;
  const units = length < scratch.length ? scratch : new Uint8Array(length + 1);
  const { read, written } = encoder.encodeInto(text, units);
  if (read !== length || written !== length) {
    for (let at = 0; at < length; at++) {
      units[at] = Math.min(text.charCodeAt(at), BEYOND_ASCII);
    }
  }
  units[length] = 0;
  return { text, units, bothQuotes, at: 0, spelt: false, fault: undefined };
}

/**
 * Passes over white space: the four that JSON allows between its tokens. QEMU
 * 7.2 takes the same four.
 *
 * @param units The text as bytes.
 * @param from Where to begin.
 * @returns Where something else stands.
 */
export function skipBlanks(units: Uint8Array, from: number): number {
  let at = from;
  let unit = units[at]!;
  while (
    unit === SPACE || unit === LINE_FEED || unit === CARRIAGE_RETURN ||
    unit === TAB
  ) {
    unit = units[++at]!;
  }
  return at;
}
