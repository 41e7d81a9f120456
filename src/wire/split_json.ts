/**
 * From bytes to JSON texts: finds where each message begins and ends, without
 * reading it.
 *
 * @module
 */

import type { Finding, FindingCode } from "./finding.ts";
import { jsonDefaults, type JsonOptions } from "./json.ts";
import type { Stage } from "./stage.ts";

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const COMMA = 0x2c;
const COLON = 0x3a;
const LEFT_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

/** One text that was found between others: a message as yet unread, or damage. */
export interface JsonText {
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** The byte at which it begins, from 0. */
  readonly offset: number;
  /** The text; where it is not UTF-8, U+FFFD stands for what is none. */
  readonly text: string;
  /** What is wrong with it; empty where it may be a message. */
  readonly findings: readonly Finding[];
}

// Where the scan stands.
const BETWEEN = 0;
const VALUE = 1;
const STRING = 2;
const ESCAPE = 3;
const GARBAGE = 4;
/** A "{" amid garbage: a message only if what follows it looks like one. */
const OPENING = 5;
/** A value amid garbage has closed: a message unless the garbage goes on. */
const CLOSED = 6;
/** Past a limit: on to the next line that begins with "{". */
const SKIP = 7;
const MARK = 8;
// The first byte of a line in one of these.
const VALUE_LINE = 9;
const STRING_LINE = 10;
const SKIP_LINE = 11;

const byteOrderMark = [0xef, 0xbb, 0xbf];
const noFindings: readonly Finding[] = Object.freeze([]);

/**
 * Finds the JSON texts in a stream of bytes, however it is cut into chunks:
 * messages that end in CRLF, LF or nothing at all, several on a line, one over
 * many lines.
 *
 * A message that is cut off costs itself only. While one is open, a line that
 * begins with `{` begins the next: QEMU indents all that is inside. Rubbish
 * between messages comes as a text of its own, a line at a time.
 *
 * @param options Limits and extensions. Past a limit, what follows is passed
 * over up to the next line that begins with `{`.
 * @returns A stage from bytes to texts, which come as soon as they are whole.
 *
 * @example Find messages in two chunks
 * ```ts
 * import assert from "node:assert/strict";
 * import { splitJson } from "@qmp/run-state";
 *
 * const splitter = splitJson();
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * assert.deepEqual(splitter.push(bytes('{"return": {}}\r\n{"even')), [
 *   { line: 1, offset: 0, text: '{"return": {}}', findings: [] },
 * ]);
 * assert.deepEqual(splitter.push(bytes('t": "STOP"}')), [
 *   { line: 2, offset: 16, text: '{"event": "STOP"}', findings: [] },
 * ]);
 * assert.deepEqual(splitter.end(), []);
 * ```
 */
export function splitJson(
  options: JsonOptions = {},
): Stage<Uint8Array, JsonText> {
  const { quotes, maxDepth, maxSize } = { ...jsonDefaults, ...options };
  const apostrophe = quotes === "both" ? APOSTROPHE : QUOTE;
  let state = BETWEEN;
  let line = 1;
  /** How many bytes came in the chunks before. */
  let before = 0;
  let depth = 0;
  let quote = QUOTE;
  /** Where the open text begins, and where a message amid its garbage may. */
  let start = 0;
  let startLine = 1;
  let candidate = -1;
  let candidateLine = 1;
  /** The open text's bytes from the chunks before. */
  let carried: Uint8Array[] = [];

  const isOpen = () =>
    state !== BETWEEN && state !== SKIP && state !== SKIP_LINE;

  function push(bytes: Uint8Array): JsonText[] {
    const texts: JsonText[] = [];
    const chunk = openChunk(bytes);
    const size = bytes.length;
    let at = 0;

    const take = (
      from: number,
      fromLine: number,
      to: number,
      code?: FindingCode,
    ): void => {
      const { text, isUtf8 } = from >= before
        ? textIn(chunk, from - before, to - before)
        : textOf(
          concat([...carried, bytes.subarray(0, Math.max(0, to - before))])
            .subarray(from - start, to - start),
        );
      texts.push({
        line: fromLine,
        offset: from,
        text: code === "NOT_JSON" ? text.trimEnd() : text,
        findings: code !== undefined
          ? [damage(code, maxSize, maxDepth)]
          : isUtf8
          ? noFindings
          : [damage("NOT_UTF8", maxSize, maxDepth)],
      });
    };
    const open = (isValue: boolean): void => {
      start = before + at;
      startLine = line;
      candidate = -1;
      depth = isValue ? 1 : 0;
      state = isValue ? VALUE : GARBAGE;
      carried = [];
    };
    /** A line begins with "{" while a value is open: the open one is torn. */
    const reopen = (): void => {
      take(start, startLine, before + at, "NOT_JSON");
      open(true);
    };

    scan:
    while (at < size) {
      if (
        state !== BETWEEN && state !== SKIP && before + at - start >= maxSize
      ) {
        take(start, startLine, before + at, "TOO_LARGE");
        state = SKIP;
      }
      // The open text may not grow past the limit within this chunk.
      const stop = isOpen() ? Math.min(size, start + maxSize - before) : size;
      let byte = bytes[at]!;
      switch (state) {
        case STRING_LINE:
        case VALUE_LINE:
          if (byte === LEFT_BRACE) {
            reopen();
            at++;
          } else {
            state = state === STRING_LINE ? STRING : VALUE;
          }
          break;
        case STRING:
          at = endOfString(bytes, at, stop, quote);
          if (at === stop) break;
          byte = bytes[at]!;
          at++;
          if (byte === quote) {
            state = VALUE;
          } else if (byte === BACKSLASH) {
            state = ESCAPE;
          } else if (candidate < 0) {
            line++;
            state = STRING_LINE;
          } else {
            // Amid garbage, a string that breaks off is none.
            at--;
            take(start, startLine, before + at, "NOT_JSON");
            state = BETWEEN;
          }
          break;
        case VALUE: {
          let level = depth;
          for (; at < stop; at++) {
            byte = bytes[at]!;
            if (byte === QUOTE || byte === apostrophe) {
              // Most strings end in this chunk, so their end is looked for here.
              quote = byte;
              const end = endOfString(bytes, at + 1, stop, byte);
              if (end === stop || bytes[end] !== byte) {
                state = STRING;
                at++;
                break;
              }
              at = end;
            } else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
              level++;
              if (level > maxDepth) break;
            } else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) {
              level--;
              if (level === 0) break;
            } else if (byte === LINE_FEED) {
              line++;
              state = VALUE_LINE;
              at++;
              break;
            }
          }
          depth = level;
          if (level > maxDepth) {
            at++;
            take(start, startLine, before + at, "TOO_DEEP");
            state = SKIP;
          } else if (level === 0) {
            at++;
            if (candidate >= 0) {
              state = CLOSED;
            } else {
              take(start, startLine, before + at);
              state = BETWEEN;
            }
          }
          break;
        }
        case ESCAPE:
          // A line feed after a backslash ends the line all the same.
          if (byte !== LINE_FEED) at++;
          state = STRING;
          break;
        case GARBAGE:
          for (; at < stop; at++) {
            byte = bytes[at]!;
            if (byte === LINE_FEED) {
              take(start, startLine, before + at, "NOT_JSON");
              state = BETWEEN;
              break;
            }
            if (byte === LEFT_BRACE) {
              candidate = before + at;
              candidateLine = line;
              depth = 1;
              state = OPENING;
              at++;
              break;
            }
          }
          break;
        case OPENING:
          if (isBlank(byte) && byte !== LINE_FEED) at++;
          else {
            state = byte === QUOTE || byte === apostrophe ||
                byte === RIGHT_BRACE || byte === LINE_FEED
              ? VALUE
              : GARBAGE;
          }
          break;
        case CLOSED:
          if (goesOn(byte)) {
            state = GARBAGE;
            break;
          }
          take(start, startLine, candidate, "NOT_JSON");
          take(candidate, candidateLine, before + at);
          state = BETWEEN;
          break;
        case SKIP_LINE:
          state = byte === LEFT_BRACE ? BETWEEN : SKIP;
          break;
        case SKIP:
          at = bytes.indexOf(LINE_FEED, at) + 1;
          if (at === 0) at = size;
          else {
            line++;
            state = SKIP_LINE;
          }
          break;
        case MARK:
          if (byte === byteOrderMark[before + at]) {
            at++;
            if (before + at === byteOrderMark.length) state = BETWEEN;
          } else {
            state = GARBAGE;
          }
          break;
        default:
          for (; at < size; at++) {
            byte = bytes[at]!;
            if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
              open(true);
              at++;
              continue scan;
            }
            if (byte === LINE_FEED) line++;
            else if (!isBlank(byte)) {
              open(false);
              if (before + at === 0 && byte === byteOrderMark[0]) state = MARK;
              continue scan;
            }
          }
      }
    }
    if (isOpen()) {
      // A copy, because the caller may fill the same buffer again.
      carried.push(bytes.slice(Math.max(0, start - before)));
    }
    before += size;
    return texts;
  }

  function end(): JsonText[] {
    if (!isOpen()) return [];
    const bytes = concat(carried);
    const texts: JsonText[] = [];
    const add = (from: number, line: number, to: number, damaged: boolean) => {
      const { text, isUtf8 } = textOf(bytes.subarray(from - start, to - start));
      texts.push({
        line,
        offset: from,
        text: damaged ? text.trimEnd() : text,
        findings: damaged
          ? [damage("NOT_JSON", maxSize, maxDepth)]
          : isUtf8
          ? noFindings
          : [damage("NOT_UTF8", maxSize, maxDepth)],
      });
    };
    if (state === CLOSED) {
      add(start, startLine, candidate, true);
      add(candidate, candidateLine, before, false);
    } else {
      add(start, startLine, before, true);
    }
    state = BETWEEN;
    carried = [];
    return texts;
  }

  return { push, end };
}

/** A chunk, and all of it as one text where that is ASCII: a byte is a character there. */
interface Chunk {
  readonly bytes: Uint8Array;
  readonly ascii: string | undefined;
}

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** One decoding for a chunk and not one for each text: that costs a third of reading it. */
function openChunk(bytes: Uint8Array): Chunk {
  const text = lenient.decode(bytes);
  const isAscii = text.length === bytes.length && !text.includes("\ufffd");
  return { bytes, ascii: isAscii ? text : undefined };
}

function textIn(
  { bytes, ascii }: Chunk,
  from: number,
  to: number,
): { text: string; isUtf8: boolean } {
  return ascii === undefined
    ? textOf(bytes.subarray(from, to))
    : { text: ascii.slice(from, to), isUtf8: true };
}

function textOf(bytes: Uint8Array): { text: string; isUtf8: boolean } {
  try {
    return { text: strict.decode(bytes), isUtf8: true };
  } catch {
    return { text: lenient.decode(bytes), isUtf8: false };
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((size, part) => size + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The next byte that ends a string, escapes in it, or breaks it off. */
function endOfString(
  bytes: Uint8Array,
  from: number,
  stop: number,
  quote: number,
): number {
  let at = from;
  for (; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte === quote || byte === BACKSLASH || byte === LINE_FEED) break;
  }
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Whether a byte right after a value says that the value was part of a torn one. */
function goesOn(byte: number): boolean {
  return byte === COMMA || byte === COLON || byte === QUOTE ||
    byte === RIGHT_BRACE || byte === RIGHT_BRACKET;
}

function damage(
  code: FindingCode,
  maxSize: number,
  maxDepth: number,
): Finding {
  const why: Partial<Record<FindingCode, string>> = {
    NOT_JSON: "it is no JSON value, or one that breaks off",
    NOT_UTF8: "it is not UTF-8",
    TOO_LARGE: `it has more than ${maxSize} bytes`,
    TOO_DEEP: `it opens more than ${maxDepth} levels`,
  };
  return {
    code,
    severity: "fault",
    path: [],
    message: `Cannot read a text as a message: ${why[code]}`,
  };
}
