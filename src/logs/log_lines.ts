/**
 * The lines of a log as text, with their places.
 *
 * @module
 */

import { type FileLine, splitLines } from "../replay/lines.ts";
import type { Stage } from "../wire/stage.ts";

/** One line of a log. */
export interface LogLine {
  /** Which line it is, from 1. */
  readonly line: number;
  /** The byte at which it begins, from 0. */
  readonly offset: number;
  /** Its text, without the line end; U+FFFD stands for what is no UTF-8. */
  readonly text: string;
  /** Whether its bytes are UTF-8. */
  readonly valid: boolean;
  /** How many bytes of the line were taken away in front of the text. */
  readonly cut: number;
  /** How many bytes the characters before a column take, as last asked for. */
  readonly measured: { column: number; bytes: number };
  /** Whether the text is not that of the line, so that no column leads to a byte. */
  readonly isRemade: boolean;
  /** Whether the line was longer than the limit, and so is lost. */
  readonly tooLong: boolean;
}

/** How long a line of a log may be. */
export interface LineOptions {
  /** How many bytes a line may have: by default 128 MiB, twice QEMU's largest value. */
  readonly maxLine?: number;
}

/** The default of {@linkcode LineOptions.maxLine}. */
export const maxLineDefault: number = 128 * 1024 * 1024;

const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Cuts a log into lines of text. A byte order mark and carriage returns at the
 * ends of lines are left out.
 *
 * @param options How long a line may be.
 * @returns The step from bytes to lines.
 */
export function logLines(
  options: LineOptions = {},
): Stage<Uint8Array, LogLine> {
  const lines = splitLines(options.maxLine ?? maxLineDefault);
  return {
    push: (bytes) => lines.push(bytes).map(textOf),
    end: () => lines.end().map(textOf),
  };
}

function textOf(
  { line, offset, bytes, ascii, tooLong }: FileLine,
): LogLine {
  const { text: whole, valid } = ascii === undefined
    ? decoded(bytes)
    : { text: ascii, valid: true };
  let text = whole;
  const isMarked = line === 1 && text.startsWith("\ufeff");
  if (isMarked) text = text.slice(1);
  // Some tools write one more in front of the line end.
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x0d) end -= 1;
  if (end < text.length) text = text.slice(0, end);
  return {
    line,
    offset,
    text,
    valid,
    cut: isMarked ? 3 : 0,
    measured: { column: 0, bytes: 0 },
    isRemade: false,
    tooLong,
  };
}

function decoded(bytes: Uint8Array): { text: string; valid: boolean } {
  try {
    return { text: strict.decode(bytes), valid: true };
  } catch {
    return { text: lossy.decode(bytes), valid: false };
  }
}

/**
 * Takes characters away in front of a line.
 *
 * @param line The line.
 * @param length How many.
 * @returns The line without them; its place stays that of the whole.
 */
export function withoutFront(line: LogLine, length: number): LogLine {
  const cut = line.cut + bytesBefore(line, length);
  const measured = { column: 0, bytes: 0 };
  return { ...line, text: line.text.slice(length), cut, measured };
}

/**
 * Puts another text in the place of a line's.
 *
 * @param line The line.
 * @param text The text, whose columns tell nothing of the log's bytes.
 * @returns The line with that text.
 */
export function remade(line: LogLine, text: string): LogLine {
  return { ...line, text, isRemade: true };
}

/**
 * Finds the place of a character.
 *
 * @param line The line.
 * @param column The character, from 0 in the line's text.
 * @returns The byte at which it begins, from 0 in the log; that of the line
 * where nobody can tell.
 */
export function placeOf(line: LogLine, column: number): number {
  return line.offset + line.cut + bytesBefore(line, column);
}

/** Measures on from where it was measured to: a line may hold many messages. */
function bytesBefore(
  { text, isRemade, measured }: LogLine,
  column: number,
): number {
  if (isRemade) return 0;
  if (column < measured.column) return byteLength(text.slice(0, column));
  measured.bytes += byteLength(text.slice(measured.column, column));
  measured.column = column;
  return measured.bytes;
}

function byteLength(text: string): number {
  return /^[\0-\x7f]*$/.test(text) ? text.length : encoder.encode(text).length;
}

/**
 * Reads a time as libvirt writes it. It writes UTC alone; whoever puts logs of
 * several hosts together may have put them into a time of their own.
 *
 * @param clock Such as `2026-03-12 04:15:03.001`.
 * @param zone Such as `+0100`.
 * @returns Seconds since the epoch; NaN where there is no such time.
 */
export function libvirtTime(clock: string, zone: string): number {
  const offset = `${zone.slice(0, 3)}:${zone.slice(3)}`;
  return Date.parse(`${clock.replace(" ", "T")}${offset}`) / 1000;
}
