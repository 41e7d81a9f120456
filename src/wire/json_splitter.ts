/**
 * The state machine behind `splitJson`.
 *
 * @module
 */

import { keep, moveWindow } from "./byte_window.ts";
import { giveDamage, giveMessage, giveUp } from "./give_text.ts";
import {
  isBlank,
  type JsonText,
  type Splitter,
  stringStops,
} from "./splitter.ts";

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
const BEYOND_ASCII = 0x80;

/** A byte order mark in UTF-8. */
const mark = Uint8Array.of(0xef, 0xbb, 0xbf);

const noBytes = new Uint8Array(0);

/** What is decoded at once: a text keeps no more than this in memory. */
const windowSize = 64 * 1024;

/**
 * Takes the bytes that come next.
 *
 * @param s The splitter.
 * @param chunk The bytes.
 * @returns The texts that they completed.
 */
export function splitChunk(s: Splitter, chunk: Uint8Array): JsonText[] {
  const from = passMark(s, chunk);
  for (let at = from; at < chunk.length; at += windowSize) {
    splitWindow(s, chunk.subarray(at, at + windowSize));
  }
  return takeTexts(s);
}

/**
 * Takes note that no more bytes come.
 *
 * @param s The splitter.
 * @returns The text that was open, if one was.
 */
export function endSplitting(s: Splitter): JsonText[] {
  if (s.mark < mark.length) splitWindow(s, mark.subarray(0, s.mark));
  if (s.mode === "closed") acceptAttempt(s);
  else if (isOpen(s)) giveDamage(s, s.window.base);
  return takeTexts(s);
}

function takeTexts(s: Splitter): JsonText[] {
  const texts = s.texts;
  s.texts = [];
  return texts;
}

/** Passes over a byte order mark; gives where in the chunk the text begins. */
function passMark(s: Splitter, chunk: Uint8Array): number {
  let at = 0;
  while (s.mark < mark.length && at < chunk.length) {
    if (chunk[at] === mark[s.mark]) {
      s.mark++;
      at++;
      if (s.mark === mark.length) s.window.base = s.lineStart = mark.length;
    } else {
      const begun = mark.subarray(0, s.mark);
      s.mark = mark.length;
      splitWindow(s, begun);
    }
  }
  return at;
}

function isOpen(s: Splitter): boolean {
  return s.mode !== "between" && s.mode !== "skip";
}

function splitWindow(s: Splitter, bytes: Uint8Array): void {
  moveWindow(s.window, bytes);
  const { base } = s.window;
  let at = 0;
  while (at < bytes.length) {
    if (s.mode === "between") at = findStart(s, at);
    else if (s.mode === "skip") at = skipLines(s, at);
    else if (s.mode === "closed") at = judgeAttempt(s, at);
    else if (isEndedBy(s, base + at, bytes[at]!)) giveDamage(s, base + at);
    else if (base + at - s.start >= s.options.maxSize) {
      giveUp(s, base + at, "TOO_LARGE");
    } else {
      const end = Math.min(bytes.length, s.start + s.options.maxSize - base);
      if (s.mode === "garbage") at = passGarbage(s, at, end);
      else if (s.mode === "brace") at = passBrace(s, at, end);
      else at = readValue(s, at, end);
    }
  }
  if (isOpen(s)) keep(s.window, s.start, base + bytes.length);
  // The chunk is the caller's again.
  moveWindow(s.window, noBytes);
}

/** Whether what is open ends where a line begins with this byte. */
function isEndedBy(s: Splitter, place: number, byte: number): boolean {
  if (place !== s.lineStart || place === s.start) return false;
  if (byte === LEFT_BRACE) return true;
  return s.mode !== "value" && !isBlank(byte) && byte !== RIGHT_BRACE &&
    byte !== RIGHT_BRACKET;
}

function beginLine(s: Splitter, place: number): void {
  s.line++;
  s.lineStart = place;
}

function findStart(s: Splitter, from: number): number {
  const { bytes, base } = s.window;
  let at = from;
  while (at < bytes.length && isBlank(bytes[at]!)) {
    if (bytes[at++] === LINE_FEED) beginLine(s, base + at);
  }
  if (at === bytes.length) return at;
  const byte = bytes[at]!;
  s.start = base + at;
  s.startLine = s.line;
  s.beyondAscii = false;
  s.valueStart = s.start;
  s.valueLine = s.line;
  const certain = s.start === s.lineStart || s.messageLine === s.line;
  if (certain && (byte === LEFT_BRACE || byte === LEFT_BRACKET)) {
    return openValue(s, "value", at);
  }
  s.mode = byte === LEFT_BRACE ? "brace" : "garbage";
  return at + (byte === LEFT_BRACE ? 1 : 0);
}

function openValue(s: Splitter, mode: "value" | "attempt", at: number): number {
  s.mode = mode;
  s.depth = mode === "value" ? 0 : 1;
  s.quote = 0;
  s.escaped = false;
  return at;
}

/** Reads on in a value, to its end or that of the line. */
function readValue(s: Splitter, from: number, end: number): number {
  const { bytes, base } = s.window;
  const { stops } = s;
  // V8 loads an import anew at each use.
  const stopsInString = stringStops;
  const { maxDepth } = s.options;
  let at = from;
  let { depth, quote } = s;
  if (s.escaped) {
    s.escaped = false;
    if (isEscaped(bytes[at]!)) at++;
  }
  for (;;) {
    if (quote === 0) { while (at < end && stops[bytes[at]!] === 0) at++; }
    else while (at < end && stopsInString[bytes[at]!] === 0) at++;
    if (at >= end) break;
    const byte = bytes[at++]!;
    if (byte === quote) {
      quote = 0;
    } else if (byte === LINE_FEED) {
      beginLine(s, base + at);
      break;
    } else if (byte >= BEYOND_ASCII) {
      s.beyondAscii = true;
    } else if (quote !== 0) {
      if (byte !== BACKSLASH) continue;
      if (at === end) s.escaped = true;
      else if (isEscaped(bytes[at]!)) at++;
    } else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
      if (++depth > maxDepth) {
        giveUp(s, base + at, "TOO_DEEP");
        return at;
      }
    } else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) {
      if (--depth === 0) {
        closeValue(s, base + at);
        return at;
      }
    } else {
      quote = byte;
    }
  }
  s.depth = depth;
  s.quote = quote;
  return at;
}

// A line feed after a backslash is no escape, but may well be where a string is torn.
function isEscaped(byte: number): boolean {
  return byte === QUOTE || byte === APOSTROPHE || byte === BACKSLASH;
}

function closeValue(s: Splitter, end: number): void {
  if (s.mode === "value") {
    giveMessage(s, s.start, s.startLine, end);
    return;
  }
  s.mode = "closed";
  s.valueEnd = end;
  s.valueEndLine = s.line;
}

/** Passes on in garbage, to a brace or the end of the line. */
function passGarbage(s: Splitter, from: number, end: number): number {
  const { bytes, base } = s.window;
  for (let at = from; at < end;) {
    const byte = bytes[at++]!;
    if (byte >= BEYOND_ASCII) s.beyondAscii = true;
    else if (byte === LINE_FEED) {
      beginLine(s, base + at);
      return at;
    } else if (byte === LEFT_BRACE) {
      s.valueStart = base + at - 1;
      s.valueLine = s.line;
      s.mode = "brace";
      return at;
    }
  }
  return end;
}

/** Passes the blanks after a brace; a key must follow for it to begin a value. */
function passBrace(s: Splitter, from: number, end: number): number {
  const { bytes, base } = s.window;
  let at = from;
  while (at < end && isBlank(bytes[at]!)) {
    if (bytes[at++] === LINE_FEED) {
      beginLine(s, base + at);
      return at;
    }
  }
  if (at === end) return at;
  const byte = bytes[at]!;
  const isQuote = byte === QUOTE ||
    byte === APOSTROPHE && s.options.quotes === "both";
  if (isQuote) return openValue(s, "attempt", at);
  s.mode = "garbage";
  return at;
}

/** Tells by what follows an attempt whether it was a value of its own. */
function judgeAttempt(s: Splitter, from: number): number {
  const { bytes, base } = s.window;
  let at = from;
  // A value on one line is judged by the very next byte, so that it need not
  // wait for another line; the parts of a value are not set apart by blanks.
  if (s.valueEndLine !== s.valueLine) {
    const limit = s.start + s.options.maxSize - base;
    while (at < bytes.length && at < limit && isBlank(bytes[at]!)) {
      if (bytes[at++] === LINE_FEED) beginLine(s, base + at);
    }
    if (at === bytes.length) return at;
  }
  const byte = bytes[at];
  const isPart = byte === COMMA || byte === COLON || byte === QUOTE ||
    byte === RIGHT_BRACE || byte === RIGHT_BRACKET;
  if (isPart) s.mode = "garbage";
  else acceptAttempt(s);
  return at;
}

function acceptAttempt(s: Splitter): void {
  const { start, valueStart, valueLine, valueEnd, valueEndLine } = s;
  if (start < valueStart) giveDamage(s, valueStart);
  giveMessage(s, valueStart, valueLine, valueEnd);
  s.messageLine = valueEndLine;
}

/** Passes on to a line that begins with a brace. */
function skipLines(s: Splitter, from: number): number {
  const { bytes, base } = s.window;
  let at = from;
  while (base + at !== s.lineStart || bytes[at] !== LEFT_BRACE) {
    const feed = bytes.indexOf(LINE_FEED, at);
    if (feed < 0) return bytes.length;
    at = feed + 1;
    beginLine(s, base + at);
    if (at === bytes.length) return at;
  }
  s.mode = "between";
  return at;
}
