/**
 * Reads the notation of QAPI schemas. It looks like JSON and is none: it has
 * comments, single quotes, and one object after the other.
 *
 * @module
 */

/** A source that does not say what it should. */
export class SourceError extends SyntaxError {
  /** The line that cannot be read, from 1. */
  readonly line: number;

  /**
   * Makes the error.
   *
   * @param message What is wrong.
   * @param line Where, from 1.
   */
  constructor(message: string, line: number) {
    super(`${message} (line ${line})`);
    this.name = "SourceError";
    this.line = line;
  }
}

/** What a QAPI schema is written in. */
export type QapiValue = string | boolean | QapiValue[] | QapiObject;

/** An object of a QAPI schema. */
export interface QapiObject {
  /** Its members. */
  [name: string]: QapiValue;
}

/** One object of the top level. */
export interface Expression {
  /** The object. */
  readonly value: QapiObject;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

interface Token {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads a schema.
 *
 * @param text The schema's text.
 * @returns The objects of its top level.
 * @throws {SourceError} It is not written as QAPI is.
 */
export function expressions(text: string): Expression[] {
  const tokens = tokensOf(text);
  const list: Expression[] = [];
  while (tokens.length > 1) {
    const { line } = tokens[0] as Token;
    list.push({ value: objectFrom(tokens), line });
  }
  return list;
}

function tokensOf(text: string): Token[] {
  const pattern = /\n|[^\S\n]+|#.*|'[^'\\\n]*'|[{}[\]:,]|true|false/y;
  const tokens: Token[] = [];
  let line = 1;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const token = pattern.exec(text)?.[0];
    if (token === undefined) {
      const rest = text.slice(at).split(/\s/, 1)[0] as string;
      throw new SourceError(`Cannot read ${quote(rest)} as QAPI`, line);
    }
    if (token === "\n") line++;
    else if (!/^[\s#]/.test(token)) tokens.push({ text: token, line });
  }
  // A sentinel, so that there is always a token to complain about.
  return [...tokens, { text: "the end of the file", line }];
}

function objectFrom(tokens: Token[]): QapiObject {
  const object: QapiObject = {};
  expect(tokens, "{");
  listUntil("}", tokens, () => {
    const { line } = tokens[0] as Token;
    const name = stringFrom(tokens);
    if (Object.hasOwn(object, name)) {
      throw new SourceError(`Cannot take member ${quote(name)} twice`, line);
    }
    expect(tokens, ":");
    object[name] = valueFrom(tokens);
  });
  return object;
}

function valueFrom(tokens: Token[]): QapiValue {
  const { text } = tokens[0] as Token;
  switch (text) {
    case "{":
      return objectFrom(tokens);
    case "[": {
      tokens.shift();
      const list: QapiValue[] = [];
      listUntil("]", tokens, () => list.push(valueFrom(tokens)));
      return list;
    }
    case "true":
    case "false":
      tokens.shift();
      return text === "true";
    default:
      return stringFrom(tokens);
  }
}

function listUntil(end: string, tokens: Token[], item: () => void): void {
  if (tokens[0]?.text !== end) {
    item();
    while (tokens[0]?.text === ",") {
      tokens.shift();
      item();
    }
  }
  expect(tokens, end);
}

function stringFrom(tokens: Token[]): string {
  const { text, line } = tokens.shift() as Token;
  if (text.startsWith("'")) return text.slice(1, -1);
  throw new SourceError(
    `Cannot read ${quote(text)} where a string stands`,
    line,
  );
}

function expect(tokens: Token[], text: string): void {
  const found = tokens.shift() as Token;
  if (found.text === text) return;
  throw new SourceError(
    `Cannot read ${quote(found.text)} where "${text}" stands`,
    found.line,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
