/**
 * Where splitting bytes into JSON texts stands.
 *
 * @module
 */

import { type ByteWindow, openWindow } from "./byte_window.ts";
import type { Finding } from "./finding.ts";
import type { JsonOptions } from "./json.ts";

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
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

/** Where splitting stands. Places are counted in bytes from the start of the stream. */
export interface Splitter {
  readonly options: Required<JsonOptions>;
  readonly window: ByteWindow;
  /** 1 for each byte at which a value has to be looked at, outside of strings. */
  readonly stops: Uint8Array;
  /** How many bytes of a byte order mark came; 3 once that is settled. */
  mark: number;
  mode: Mode;
  /** The line at hand, from 1, and the place where it begins. */
  line: number;
  lineStart: number;
  /** The line on which a message ended last. */
  messageLine: number;
  /** Where the open text begins. */
  start: number;
  startLine: number;
  /** Whether a byte of it is not ASCII. */
  beyondAscii: boolean;
  /** Where its value begins, if that is not garbage. */
  valueStart: number;
  valueLine: number;
  /** Where an attempt ended. */
  valueEnd: number;
  valueEndLine: number;
  /** How many brackets are open. */
  depth: number;
  /** The quote that ends the open string; 0 outside of strings. */
  quote: number;
  /** Whether the byte before was a backslash in a string. */
  escaped: boolean;
  /** What was found and not yet given away. */
  texts: JsonText[];
}

/** 1 for each byte at which a string has to be looked at. */
export const stringStops: Uint8Array = stopsAt(
  QUOTE,
  APOSTROPHE,
  BACKSLASH,
  LINE_FEED,
);

function stopsAt(...bytes: number[]): Uint8Array {
  const stops = new Uint8Array(256).fill(1, BEYOND_ASCII);
  for (const byte of bytes) stops[byte] = 1;
  return stops;
}

/**
 * A splitter before the first byte.
 *
 * @param options How large and deep a value may be, and which quotes there are.
 * @returns The splitter.
 */
export function openSplitter(options: Required<JsonOptions>): Splitter {
  const brackets = [LEFT_BRACE, RIGHT_BRACE, LEFT_BRACKET, RIGHT_BRACKET];
  const quotes = options.quotes === "both" ? [QUOTE, APOSTROPHE] : [QUOTE];
  return {
    options,
    window: openWindow(),
    stops: stopsAt(LINE_FEED, ...brackets, ...quotes),
    mark: 0,
    mode: "between",
    line: 1,
    lineStart: 0,
    messageLine: 0,
    start: 0,
    startLine: 1,
    beyondAscii: false,
    valueStart: 0,
    valueLine: 1,
    valueEnd: 0,
    valueEndLine: 1,
    depth: 0,
    quote: 0,
    escaped: false,
    texts: [],
  };
}

/**
 * Tells where the texts may begin that are yet to be given.
 *
 * @param splitter The splitter.
 * @returns The places, counted in bytes: that of the open text, that of the value
 * in it, and that of the next byte.
 */
export function startsToCome(splitter: Splitter): readonly number[] {
  const { mode, start, valueStart, window: { base } } = splitter;
  return mode === "between" || mode === "skip"
    ? [base]
    : [start, valueStart, base];
}

/**
 * Whether a byte is white space of JSON.
 *
 * @param byte The byte.
 * @returns Whether it is a space, a tab or part of a line end.
 */
export function isBlank(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN ||
    byte === TAB;
}
