/**
 * Gathers a message that goes over one line of a log or over many.
 *
 * @module
 */

import type { Direction } from "../replay/record.ts";
import { type LogLine, placeOf } from "./log_lines.ts";

/** A message as it is gathered. */
export interface Gathering {
  /** The line on which it begins. */
  readonly line: number;
  /** The byte at which it begins. */
  readonly offset: number;
  /** Its lines, without what is not part of it. */
  readonly parts: string[];
  /** How long they are together. */
  length: number;
  /** The keys of the outermost object, as they are written. */
  readonly keys: Set<string>;
  /** The quote in which the first key stands. */
  firstQuote: string;
  /** Whether a string stands in single quotes. */
  isSingle: boolean;
  /** How many brackets are open. */
  depth: number;
  /** The quote that ends the open string; 0 outside of strings. */
  quote: number;
  /** Whether the string at hand may be a key of the outermost object. */
  mayBeKey: boolean;
  /** What was cut out or joined, in words. */
  readonly mended: Set<string>;
  /** The parts after which a string goes on in the next. */
  readonly glued: Set<number>;
  /** The line at whose end a string was cut, where nobody can tell what stood there. */
  cutAt: number | undefined;
  /** Whether all its bytes are UTF-8. */
  valid: boolean;
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const HASH = 0x23;
const COMMA = 0x2c;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACKET = 0x5d;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;

const stops = new Uint8Array(128);
for (
  const byte of [
    ...[BACKSLASH, QUOTE, APOSTROPHE, HASH, COMMA],
    ...[LEFT_BRACKET, RIGHT_BRACKET, LEFT_BRACE, RIGHT_BRACE],
  ]
) stops[byte] = 1;

/**
 * Begins to gather a message.
 *
 * @param line The line on which it begins.
 * @param column Where its brace stands.
 * @returns The message, as yet without a part.
 */
export function beginMessage(line: LogLine, column: number): Gathering {
  return {
    line: line.line,
    offset: placeOf(line, column),
    parts: [],
    length: 0,
    keys: new Set(),
    firstQuote: "",
    isSingle: false,
    depth: 0,
    quote: 0,
    mayBeKey: false,
    mended: new Set(),
    glued: new Set(),
    cutAt: undefined,
    valid: true,
  };
}

/**
 * Takes a line, or the rest of one, into a message. Strings may stand in either
 * quote; what begins with `#` outside of them is a comment. Where a line ends
 * in a string, it was wrapped: a blank at its end or a backslash tells how to
 * join it; without, a blank may have been lost or none.
 *
 * @param message The message.
 * @param line The line.
 * @param from The column to begin with.
 * @returns The column after the bracket that ends the message; -1 where the
 * line ends before it does.
 */
export function gather(
  message: Gathering,
  line: LogLine,
  from: number,
): number {
  const { text } = line;
  const { length } = text;
  if (!line.valid) message.valid = false;
  let keyStart = -1;
  let at = from;
  for (; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f || stops[unit] === 0) continue;
    if (message.quote !== 0) {
      if (unit === BACKSLASH) {
        if (at + 1 === length) break;
        at++;
      } else if (unit === message.quote) {
        message.quote = 0;
        if (keyStart >= 0) {
          if (message.keys.size < 64) {
            message.keys.add(text.slice(keyStart, at));
          }
          keyStart = -1;
        }
      }
      continue;
    }
    switch (unit) {
      case QUOTE:
      case APOSTROPHE:
        message.quote = unit;
        if (unit === APOSTROPHE) message.isSingle = true;
        if (message.depth === 1 && message.mayBeKey) {
          keyStart = at + 1;
          if (message.firstQuote === "") message.firstQuote = text.charAt(at);
          message.mayBeKey = false;
        }
        break;
      case COMMA:
        message.mayBeKey = message.depth === 1;
        break;
      case LEFT_BRACE:
      case LEFT_BRACKET:
        message.depth += 1;
        message.mayBeKey = message.depth === 1;
        break;
      case RIGHT_BRACE:
      case RIGHT_BRACKET:
        message.depth -= 1;
        if (message.depth === 0) {
          addPart(message, text.slice(from, at + 1));
          return at + 1;
        }
        break;
      case HASH:
        message.mended.add("a comment left out");
        addPart(message, text.slice(from, at).trimEnd());
        return -1;
      case BACKSLASH:
        if (text.slice(at + 1).trim() === "") {
          message.mended.add('"\\" at the end of a line left out');
          addPart(message, text.slice(from, at));
          return -1;
        }
    }
  }
  addPart(message, endOfLine(message, line, from, at));
  return -1;
}

function addPart(message: Gathering, part: string): void {
  message.parts.push(part);
  message.length += part.length + 1;
}

/** The rest of the line, which may end in a string. */
function endOfLine(
  message: Gathering,
  { line, text }: LogLine,
  from: number,
  at: number,
): string {
  if (message.quote === 0) return text.slice(from);
  const isContinued = at < text.length;
  if (isContinued || /[ \t]$/.test(text)) {
    message.mended.add("a string joined that went over two lines");
  } else message.cutAt ??= line;
  message.glued.add(message.parts.length);
  return text.slice(from, isContinued ? at : undefined);
}

/**
 * Gives what was gathered as one text.
 *
 * @param message The message, whole or not.
 * @returns The text to the letter, and the same with its strings joined.
 */
export function textOf(
  { parts, glued }: Gathering,
): { readonly text: string; readonly joined: string } {
  const text = parts.length === 1 ? parts[0]! : parts.join("\n");
  if (glued.size === 0) return { text, joined: text };
  const joined = parts.map((part, index) =>
    index + 1 === parts.length || glued.has(index) ? part : `${part}\n`
  );
  return { text, joined: joined.join("") };
}

/** What the keys of an object tell of it. */
export interface Anatomy {
  /** Whether it is a message. */
  readonly isMessage: boolean;
  /** Which way it went; nothing where it is both a command and its reply. */
  readonly direction: Direction | undefined;
}

/**
 * Tells by its keys what an object is.
 *
 * @param message The object, to its end.
 * @returns Whether it is a message, and which way it went.
 */
export function anatomyOf({ keys, firstQuote }: Gathering): Anatomy {
  const sent = keys.has("execute") || keys.has("exec-oob");
  const received = keys.has("return") || keys.has("error") ||
    keys.has("event") || keys.has("QMP");
  return {
    // QEMU never writes single quotes: { 'event': 'STOP' } is its schema.
    isMessage: sent || received && firstQuote !== "'",
    direction: sent && received ? undefined : sent ? "->" : "<-",
  };
}
