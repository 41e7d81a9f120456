/**
 * The state machine behind `splitJson`.
 *
 * @module
 */

import { isBlank, stopsAt, stopsInString } from "./byte_tables.ts";
import { faultOf, type Finding } from "./finding.ts";
import { requireBytes } from "./given.ts";
import type { JsonOptions } from "./json.ts";
import { quote as quoted } from "./quote.ts";
import type { Stage } from "./stage.ts";

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LEFT_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
const BEYOND_ASCII = 0x80;

/** A text that was found in the bytes: a value as yet unread, or damage. */
export interface JsonText {
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** The byte at which it begins, from 0. */
  readonly offset: number;
  /** The text, to the letter; U+FFFD stands for what is no UTF-8. */
  readonly text: string;
  /** What is wrong with it: one fault at the most, and then it holds no value. */
  readonly findings: readonly Finding[];
}

/** The step from bytes to texts, and what tells how far it has come. */
export interface Splitter extends Stage<Uint8Array, JsonText> {
  /**
   * Takes more bytes.
   *
   * @param chunk The bytes.
   * @param text The same as text, where that is at hand: it spares decoding them.
   * @returns What that completed.
   */
  push(chunk: Uint8Array, text?: string): JsonText[];
  /**
   * Tells where the texts may begin that are yet to be given.
   *
   * @returns The places, counted in bytes: that of the open text, that of the
   * value in it, and that of the next byte.
   */
  startsToCome(): readonly number[];
}

/** What stands where the splitter is. */
type Mode =
  // Nothing but blanks since the last text.
  | "between"
  // An array or object.
  | "value"
  // What begins no value.
  | "garbage"
  // Blanks after a brace that may begin a value within garbage.
  | "brace"
  // That value; whether it is one shows after its end.
  | "attempt"
  // What follows it.
  | "closed"
  // What comes after a value too large or too deep.
  | "skip";

/** What is decoded at once: a text keeps no more than this in memory. */
const windowSize = 64 * 1024;

/** How much room for bytes that are kept is not given back. */
const smallRoom = 4 * windowSize;

const noBytes = /* @__PURE__ */ new Uint8Array(0);
const noFindings: readonly Finding[] = /* @__PURE__ */ Object.freeze([]);

// A mark in the stream is a character like any other, so that no length changes.
const lossy = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const strict = /* @__PURE__ */ new TextDecoder("utf-8", {
  ignoreBOM: true,
  fatal: true,
});

/**
 * A splitter before the first byte.
 *
 * @param options How large and deep a value may be, and which quotes there are.
 * @returns The splitter.
 */
export function openSplitter(
  { quotes, maxDepth, maxSize }: Required<JsonOptions>,
): Splitter {
  // Places are counted in bytes from the start of the stream; `at` and `end`
  // are counted in the bytes at hand. These are the chunk, behind what is open.
  let bytes: Uint8Array = noBytes;
  let base = 0;
  let fresh = 0;
  // Where that begins, and the chunk as text, if each byte is one character of
  // it; undefined until asked for, null if not.
  let chunkText: string | null | undefined;
  // What was open when the last chunk ended is kept here, from the start on.
  let room: Uint8Array = noBytes;

  let mode: Mode = "between";
  // The line at hand, from 1, and the place where it begins.
  let line = 1;
  let lineStart = 0;
  // The line on which a message ended last.
  let messageLine = 0;
  // Where the open text begins, and the value in it.
  let start = 0;
  let startLine = 1;
  let valueStart = 0;
  let valueLine = 1;
  // Where an attempt ended.
  let valueEnd = 0;
  let valueEndLine = 1;
  // Whether a byte of the text is not ASCII.
  let beyondAscii = false;
  // How many brackets are open; the quote that ends the open string, 0 outside
  // of strings; whether the byte before was a backslash in it.
  let depth = 0;
  let quote = 0;
  let escaped = false;
  // What was found and not yet given away.
  let texts: JsonText[] = [];

  const stopsOutside = stopsAt(quotes === "both" ? "{}[]\n\"'" : '{}[]\n"');

  const isOpen = () => mode !== "between" && mode !== "skip";

  function give(line: number, offset: number, text: string, fault?: Finding) {
    const findings = fault === undefined ? noFindings : [fault];
    texts.push({ line, offset, text, findings });
  }

  /** Gives a whole value. */
  function giveMessage(offset: number, begun: number, end: number): void {
    mode = "between";
    messageLine = line;
    const from = offset - base;
    const own = bytes.subarray(from, end - base);
    if (!beyondAscii) {
      give(begun, offset, asciiText(from, own));
      return;
    }
    try {
      give(begun, offset, strict.decode(own));
    } catch {
      const message = `Cannot read a message of ${own.length} bytes as UTF-8`;
      give(begun, offset, lossy.decode(own), faultOf("NOT_UTF8", message));
    }
  }

  /**
   * Bytes that are ASCII come as a slice of the whole chunk's text where that
   * can be had: one decoding a chunk costs a tenth of `JSON.parse`, one a message
   * half of it. V8 keeps that text as long as the slice.
   */
  function asciiText(from: number, own: Uint8Array): string {
    if (from < fresh) return lossy.decode(own);
    if (chunkText === undefined) {
      const text = lossy.decode(bytes.subarray(fresh));
      chunkText = text.length === bytes.length - fresh ? text : null;
    }
    return chunkText?.slice(from - fresh, from - fresh + own.length) ??
      lossy.decode(own);
  }

  /** Gives what is open as damage. */
  function giveDamage(end: number): void {
    const text = lossy.decode(bytes.subarray(start - base, end - base));
    const first = String.fromCodePoint(text.codePointAt(0)!);
    const message = mode === "value"
      ? "Cannot read a message to its end: it is cut short"
      : `Cannot read a message: ${quoted(first)} begins none`;
    const fault = faultOf("NOT_JSON", message);
    give(startLine, start, text.replace(/[ \t\r\n]+$/, ""), fault);
    mode = "between";
  }

  /** Gives what came of a value that exceeds a limit, and skips its rest. */
  function giveUp(code: "TOO_LARGE" | "TOO_DEEP", end: number): number {
    const limit = code === "TOO_LARGE"
      ? `${maxSize} bytes`
      : `${maxDepth} levels`;
    const message = `Cannot read a message of more than ${limit}`;
    const text = lossy.decode(bytes.subarray(start - base, end));
    give(startLine, start, text, faultOf(code, message));
    mode = "skip";
    return end;
  }

  function splitWindow(chunk: Uint8Array, text?: string): void {
    takeIn(chunk);
    // Where it is ASCII.
    if (text?.length === chunk.length) chunkText = text;
    let at = fresh;
    while (at < bytes.length) {
      const room = start + maxSize - base;
      if (mode === "between") at = findStart(at);
      else if (mode === "skip") at = skipLines(at);
      else if (mode === "closed") at = judgeAttempt(at);
      else if (isEndedBy(base + at, bytes[at]!)) giveDamage(base + at);
      else if (at >= room) at = giveUp("TOO_LARGE", at);
      else {
        const end = Math.min(bytes.length, room);
        if (mode === "garbage") at = passGarbage(at, end);
        else if (mode === "brace") at = passBrace(at, end);
        else at = readValue(at, end);
      }
    }
    keepOpen();
  }

  function takeIn(chunk: Uint8Array): void {
    chunkText = undefined;
    if (fresh === 0) {
      bytes = chunk;
      return;
    }
    makeRoom(fresh + chunk.length);
    room.set(chunk, fresh);
    bytes = room.subarray(0, fresh + chunk.length);
  }

  function makeRoom(length: number): void {
    if (length <= room.length) return;
    const larger = new Uint8Array(2 * length);
    larger.set(bytes);
    room = larger;
  }

  /** Keeps what is open as a copy: the chunk is the caller's again. */
  function keepOpen(): void {
    const from = isOpen() ? start - base : bytes.length;
    // Bytes that are kept already stay where they are: there may be many.
    if (from > 0 || bytes.buffer !== room.buffer) {
      if (room.length > smallRoom) room = noBytes;
      bytes = bytes.subarray(from);
      base += from;
      makeRoom(bytes.length);
      room.set(bytes);
      bytes = room.subarray(0, bytes.length);
    }
    fresh = bytes.length;
  }

  /** Whether what is open ends where a line begins with this byte. */
  function isEndedBy(place: number, byte: number): boolean {
    if (place !== lineStart || place === start) return false;
    if (byte === LEFT_BRACE) return true;
    return mode !== "value" && !isBlank(byte) && byte !== RIGHT_BRACE &&
      byte !== RIGHT_BRACKET;
  }

  function beginLine(at: number): void {
    line++;
    lineStart = base + at;
  }

  function passBlanks(from: number, end: number): number {
    let at = from;
    while (at < end && isBlank(bytes[at]!)) {
      if (bytes[at++] === LINE_FEED) beginLine(at);
    }
    return at;
  }

  function findStart(from: number): number {
    const at = passBlanks(from, bytes.length);
    if (at === bytes.length) return at;
    const byte = bytes[at]!;
    start = valueStart = base + at;
    startLine = valueLine = line;
    beyondAscii = false;
    const certain = start === lineStart || messageLine === line;
    if (certain && (byte === LEFT_BRACE || byte === LEFT_BRACKET)) {
      return openValue("value", at);
    }
    if (byte !== LEFT_BRACE) {
      mode = "garbage";
      return at;
    }
    mode = "brace";
    return at + 1;
  }

  function openValue(as: "value" | "attempt", at: number): number {
    mode = as;
    depth = as === "value" ? 0 : 1;
    quote = 0;
    escaped = false;
    return at;
  }

  /** Reads on in a value, to its end or that of the line. */
  function readValue(from: number, end: number): number {
    // V8 reads what is outside of a function anew at each use.
    const all = bytes;
    const outside = stopsOutside;
    const inside = stopsInString;
    let at = from;
    let level = depth;
    let closing = quote;
    if (escaped) {
      escaped = false;
      if (isEscaped(all[at]!)) at++;
    }
    for (;;) {
      const stops = closing === 0 ? outside : inside;
      while (at < end && stops[all[at]!] === 0) at++;
      if (at >= end) break;
      const byte = all[at++]!;
      if (byte === closing) {
        closing = 0;
      } else if (byte === LINE_FEED) {
        beginLine(at);
        break;
      } else if (byte >= BEYOND_ASCII) {
        beyondAscii = true;
      } else if (closing !== 0) {
        if (byte !== BACKSLASH) continue;
        if (at === end) escaped = true;
        else if (isEscaped(all[at]!)) at++;
      } else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
        if (++level > maxDepth) return giveUp("TOO_DEEP", at);
      } else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) {
        if (--level === 0) {
          closeValue(base + at);
          return at;
        }
      } else {
        closing = byte;
      }
    }
    depth = level;
    quote = closing;
    return at;
  }

  function closeValue(end: number): void {
    if (mode === "value") {
      giveMessage(start, startLine, end);
      return;
    }
    mode = "closed";
    valueEnd = end;
    valueEndLine = line;
  }

  /** Passes on in garbage, to a brace or the end of the line. */
  function passGarbage(from: number, end: number): number {
    for (let at = from; at < end;) {
      const byte = bytes[at++]!;
      if (byte >= BEYOND_ASCII) {
        beyondAscii = true;
        // A byte order mark.
        if (
          base + at === 3 && bytes[0] === 0xef && bytes[1] === 0xbb &&
          byte === 0xbf
        ) {
          mode = "between";
          lineStart = 3;
          return at;
        }
      } else if (byte === LINE_FEED) {
        beginLine(at);
        return at;
      } else if (byte === LEFT_BRACE) {
        valueStart = base + at - 1;
        valueLine = line;
        mode = "brace";
        return at;
      }
    }
    return end;
  }

  /** Passes the blanks after a brace; a key must follow for it to begin a value. */
  function passBrace(from: number, end: number): number {
    let at = from;
    while (at < end && isBlank(bytes[at]!)) {
      if (bytes[at++] === LINE_FEED) {
        beginLine(at);
        return at;
      }
    }
    if (at === end) return at;
    const byte = bytes[at]!;
    const isQuote = byte === QUOTE ||
      byte === APOSTROPHE && quotes === "both";
    if (isQuote) return openValue("attempt", at);
    mode = "garbage";
    return at;
  }

  /** Tells by what follows an attempt whether it was a value of its own. */
  function judgeAttempt(from: number): number {
    let at = from;
    // A value on one line is judged by the very next byte, so that it need not
    // wait for another line; the parts of a value are not set apart by blanks.
    if (valueEndLine !== valueLine) {
      at = passBlanks(at, Math.min(bytes.length, start + maxSize - base));
      if (at === bytes.length) return at;
    }
    // The parts of a value are followed by these.
    if (',:"}]'.includes(String.fromCharCode(bytes[at]!))) mode = "garbage";
    else acceptAttempt();
    return at;
  }

  function acceptAttempt(): void {
    if (start < valueStart) giveDamage(valueStart);
    giveMessage(valueStart, valueLine, valueEnd);
    messageLine = valueEndLine;
  }

  /** Passes on to a line that begins with a brace. */
  function skipLines(from: number): number {
    let at = from;
    while (base + at !== lineStart || bytes[at] !== LEFT_BRACE) {
      at = bytes.indexOf(LINE_FEED, at) + 1;
      if (at === 0) return bytes.length;
      beginLine(at);
      if (at === bytes.length) return at;
    }
    mode = "between";
    return at;
  }

  function takeTexts(): JsonText[] {
    const found = texts;
    texts = [];
    return found;
  }

  return {
    push(chunk, text) {
      requireBytes(chunk);
      for (let at = 0; at < chunk.length; at += windowSize) {
        splitWindow(chunk.subarray(at, at + windowSize), text);
      }
      return takeTexts();
    },
    end() {
      if (mode === "closed") acceptAttempt();
      else if (isOpen()) giveDamage(base + bytes.length);
      return takeTexts();
    },
    startsToCome() {
      const next = base + bytes.length;
      return isOpen() ? [start, valueStart, next] : [next];
    },
  };
}

// A line feed after a backslash is no escape, but may well be where a string is torn.
function isEscaped(byte: number): boolean {
  return byte === QUOTE || byte === APOSTROPHE || byte === BACKSLASH;
}
