/**
 * How QEMU reads a command: what its JSON reader takes, and the words in which
 * it refuses the rest.
 *
 * `parseJson` says whether a text is JSON and where it is not. This says what
 * QEMU answers, which differs: QEMU cuts the whole message into tokens before
 * it looks at their order, so that a bad token at the end hides a key given
 * twice at the start; it does not take the number `0e1`; and its order of
 * members needs the keys in the order of the text, integer-like ones too.
 *
 * Read in `qobject/json-lexer.c`, `json-streamer.c` and `json-parser.c`, which
 * say the same from QEMU 4.2 to 10.2, but that 4.2 goes on reading where a brace
 * closes that none has opened.
 *
 * @module
 */

import { characterFault } from "../wire/unicode.ts";

/** A value as QEMU holds it; an object is a map in the order of the text. */
export type QemuValue =
  | null
  | boolean
  | number
  | string
  | QemuValue[]
  | Map<string, QemuValue>;

/** What QEMU makes of a text. */
export type QemuReading =
  | {
    /** The text is one value. */
    readonly ok: true;
    /** The value. */
    readonly value: QemuValue;
  }
  | {
    /** It is not. */
    readonly ok: false;
    /** QEMU's first complaint. */
    readonly desc: string;
    /** Whether that is all of it: QEMU says nothing of a text that breaks off, and reads on behind the first value. */
    readonly answered: boolean;
  };

/** Is thrown and caught in this file. */
class Refusal extends SyntaxError {}

/**
 * Reads a text as QEMU's monitor does.
 *
 * @param text What is sent; half a surrogate pair stands for U+FFFD, as it does when the text is encoded.
 * @param lastWins Whether a key that comes twice has its last value, rather than being refused.
 * @returns The value, or what QEMU complains of first.
 */
export function readQemuJson(text: string, lastWins: boolean): QemuReading {
  const sent = text.replace(/\p{Surrogate}/gu, "\ufffd");
  try {
    const { tokens, end } = cut(sent);
    if (!tokens) return unanswered("premature EOI");
    const value = parseTokens(tokens, lastWins);
    return /[^ \t\r\n]/.test(sent.slice(end))
      ? unanswered("expecting at most one value")
      : { ok: true, value };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, desc: error.message, answered: true };
  }
}

function unanswered(what: string): QemuReading {
  return { ok: false, desc: `JSON parse error, ${what}`, answered: false };
}

type TokenKind = "string" | "number" | "keyword" | "sign";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const maxSize = 64 * 1024 * 1024;
const maxCount = 2 * 1024 * 1024;
const maxNesting = 1024;

/** Cuts off the tokens of the first message; nothing where the text breaks off in it. */
function cut(text: string): { tokens?: Token[]; end: number } {
  const tokens: Token[] = [];
  let end = 0;
  let size = 0;
  let braces = 0;
  let brackets = 0;
  while (true) {
    const token = nextToken(text, end);
    if (!token) return { end };
    end = token.end;
    if (token.text === "{") braces++;
    if (token.text === "}") braces--;
    if (token.text === "[") brackets++;
    if (token.text === "]") brackets--;
    if (size + token.text.length + 1 > maxSize) {
      throw new Refusal("JSON token size limit exceeded");
    }
    if (tokens.length + 1 > maxCount) {
      throw new Refusal("JSON token count limit exceeded");
    }
    if (braces + brackets > maxNesting) {
      throw new Refusal("JSON nesting depth limit exceeded");
    }
    size += token.text.length;
    tokens.push(token);
    const open = braces > 0 || brackets > 0;
    if (!open || braces < 0 || brackets < 0) return { tokens, end };
  }
}

function nextToken(
  text: string,
  from: number,
): Token & { end: number } | undefined {
  const start = endOf(/[ \t\r\n]*/y, text, from);
  if (start === text.length) return;
  const first = text.charAt(start);
  const lexeme = lexemes.find(({ starts }) => starts.test(first));
  if (!lexeme) throw stray("", first);
  const { end, whole } = lexeme.scan(text, start);
  const found = text.slice(start, end);
  if (whole) return { kind: lexeme.kind, text: found, end };
  if (end === text.length) return;
  throw stray(found, text.charAt(end));
}

interface Lexeme {
  readonly kind: TokenKind;
  readonly starts: RegExp;
  /** Finds where the token ends, or where the character stands that is out of place in it. */
  scan(text: string, from: number): { end: number; whole: boolean };
}

const lexemes: readonly Lexeme[] = [
  {
    kind: "sign",
    starts: /[{}[\]:,]/,
    scan: (_, from) => ({ end: from + 1, whole: true }),
  },
  { kind: "string", starts: /["']/, scan: scanString },
  {
    kind: "keyword",
    starts: /[a-z]/,
    scan: (text, from) => ({ end: endOf(/[a-z]+/y, text, from), whole: true }),
  },
  { kind: "number", starts: /[-\d]/, scan: scanNumber },
];

/** A loop, since a regular expression for it overflows the stack at some million escapes. */
function scanString(
  text: string,
  from: number,
): { end: number; whole: boolean } {
  const quote = text.charAt(from);
  for (let end = from + 1;;) {
    end = endOf(/[ !#-&(-[\]-\uffff]*/y, text, end);
    const char = text.charAt(end);
    if (char === quote) return { end: end + 1, whole: true };
    if (char === "\\") end++;
    if (text.charAt(end) < " ") return { end, whole: false };
    end++;
  }
}

function scanNumber(
  text: string,
  from: number,
): { end: number; whole: boolean } {
  // No exponent right behind a leading zero: QEMU's table has forgotten it.
  const begun =
    /-?(?:0(?:\.(?:\d+(?:[eE][-+]?\d*)?)?)?|[1-9]\d*(?:\.(?:\d+(?:[eE][-+]?\d*)?)?|[eE][-+]?\d*)?)?/y;
  const end = endOf(begun, text, from);
  // A digit behind a digit: the zero before it led.
  const whole = /^\d(?!\d)/.test(text.slice(end - 1, end + 1));
  return { end, whole };
}

function endOf(run: RegExp, text: string, from: number): number {
  run.lastIndex = from;
  run.test(text);
  return run.lastIndex;
}

/** QEMU reads bytes: it stops at the first byte of the character that is out of place. */
function stray(begun: string, next: string): Refusal {
  const byte = next > "\x7f" ? "\ufffd" : next.replace("\0", "");
  return new Refusal(`JSON parse error, stray '${printable(begun + byte)}'`);
}

/** What QEMU takes for no character it prints as U+FFFD. */
function printable(text: string): string {
  return text.replace(/\p{Noncharacter_Code_Point}/gu, "\ufffd");
}

function parseTokens(tokens: readonly Token[], lastWins: boolean): QemuValue {
  let at = 0;
  return parseValue();

  function next(): Token {
    return tokens[at++] as Token;
  }

  function parseValue(): QemuValue {
    const token = next();
    switch (token.kind) {
      case "string":
        return unescape(token.text);
      case "number":
        return Number(token.text);
      case "keyword":
        return parseKeyword(token.text);
    }
    if (token.text === "{") return parseObject();
    if (token.text === "[") return parseArray();
    throw complaint("expecting value");
  }

  function parseObject(): Map<string, QemuValue> {
    const members = new Map<string, QemuValue>();
    if (tokens[at]?.text === "}") return at++, members;
    while (true) {
      const key = parseValue();
      if (typeof key !== "string") {
        throw complaint("key is not a string in object");
      }
      if (next().text !== ":") throw complaint("missing : in object pair");
      const value = parseValue();
      if (members.has(key) && !lastWins) throw complaint("duplicate key");
      members.set(key, value);
      const { text } = next();
      if (text === "}") return members;
      if (text !== ",") throw complaint("expected separator in dict");
    }
  }

  function parseArray(): QemuValue[] {
    const items: QemuValue[] = [];
    if (tokens[at]?.text === "]") return at++, items;
    while (true) {
      items.push(parseValue());
      const { text } = next();
      if (text === "]") return items;
      if (text !== ",") throw complaint("expected separator in list");
    }
  }
}

const keywords = new Map([["true", true], ["false", false], ["null", null]]);

function parseKeyword(word: string): boolean | null {
  const value = keywords.get(word);
  if (value === undefined) throw complaint(`invalid keyword '${word}'`);
  return value;
}

/** QEMU's buffer for these words holds 1023 characters. */
function complaint(what: string): Refusal {
  return new Refusal(`JSON parse error, ${what.slice(0, 1023)}`);
}

const escapes = new Map([
  ...Array.from(`"'\\/`, (char) => [char, char] as const),
  ...[["b", "\b"], ["f", "\f"], ["n", "\n"], ["r", "\r"], ["t", "\t"]] as const,
]);

/** What a string token stands for. */
function unescape(token: string): string {
  const last = token.length - 1;
  let text = "";
  for (let at = 1; at < last;) {
    const escape = token.indexOf("\\", at);
    const plain = token.slice(at, escape < 0 ? last : escape);
    if (/\p{Noncharacter_Code_Point}/u.test(plain)) {
      throw complaint("invalid UTF-8 sequence in string");
    }
    text += plain;
    if (escape < 0) break;
    const { char, end } = readEscape(token, escape);
    text += char;
    at = end;
  }
  return text;
}

function readEscape(token: string, at: number): { char: string; end: number } {
  const letter = token.charAt(at + 1);
  if (letter === "u") return readUnicodeEscape(token, at);
  const char = escapes.get(letter);
  if (char === undefined) throw complaint("invalid escape sequence in string");
  return { char, end: at + 2 };
}

function readUnicodeEscape(
  token: string,
  at: number,
): { char: string; end: number } {
  let point = hexAt(token, at + 2);
  let end = at + 6;
  if (point >= 0xd800 && point < 0xdc00 && token.startsWith("\\u", end)) {
    const low = hexAt(token, end + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
      end += 6;
    }
  }
  if (point < 0 || characterFault(point)) {
    const shown = firstBytes(token.slice(at), end - at);
    throw complaint(`${shown} is not a valid Unicode character`);
  }
  return { char: String.fromCodePoint(point), end };
}

function hexAt(token: string, at: number): number {
  const digits = token.slice(at, at + 4);
  return /^[\da-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : -1;
}

function firstBytes(text: string, count: number): string {
  const bytes = new TextEncoder().encode(text);
  return printable(new TextDecoder().decode(bytes.subarray(0, count)));
}
