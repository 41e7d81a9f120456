/**
 * What is said of a text that is no JSON: where, what, and what should have
 * been there.
 *
 * @module
 */

import type { Finding, FindingCode, Path } from "./finding.ts";
import { quote, shorten } from "./quote.ts";

/** What the reader noticed, as it noticed it. */
export interface JsonFault {
  /** What it is. */
  readonly code: FindingCode;
  /** Where it begins, in UTF-16 code units from the start of the text. */
  readonly at: number;
  /** Where it ends; one character further where absent. */
  readonly end?: number;
  /** What it is, in place of a quote, where that might give a secret away. */
  readonly subject?: string;
  /** For NOT_JSON what should stand there, else what is wrong with what does. */
  readonly about: string;
}

/** That no value could be read, and why. */
export interface NotRead {
  /** No value came of it. */
  readonly ok: false;
  /** What is wrong. */
  readonly finding: Finding;
  /** The line of the text on which that is, from 1. */
  readonly line: number;
  /** Where that is, in UTF-16 code units from the start of the text. */
  readonly offset: number;
}

/**
 * Puts a fault into words.
 *
 * They quote the one character, escape or key that is wrong and nothing around
 * it: what surrounds it may be somebody's password. So may a number.
 *
 * @param text The text that was read.
 * @param fault What is wrong with it.
 * @param path The keys and indices that lead there.
 * @returns The finding, and its place in the text.
 */
export function notRead(text: string, fault: JsonFault, path: Path): NotRead {
  const { code, at, about, subject } = fault;
  const { line, column } = placeOf(text, at);
  const place = `(line ${line}, column ${column})`;
  const end = fault.end ?? at + (text.codePointAt(at)! > 0xffff ? 2 : 1);
  const received = shorten(text.slice(at, end));
  const cutShort = code === "NOT_JSON" && at >= text.length;
  const words = cutShort
    ? `Cannot read the text as JSON: it is cut short where ${about} should follow`
    : code === "NOT_JSON"
    ? `Cannot read the text as JSON: ${
      quote(received)
    } stands where ${about} should`
    : `Cannot read ${subject ?? quote(received)} as JSON: ${about}`;
  return {
    ok: false,
    finding: {
      code,
      severity: "fault",
      path,
      ...code === "NOT_JSON" ? { expected: about } : undefined,
      ...cutShort || subject !== undefined ? undefined : { received },
      message: `${words} ${place}`,
    },
    line,
    offset: at,
  };
}

function placeOf(text: string, at: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (;;) {
    const next = text.indexOf("\n", start) + 1;
    if (next === 0 || next > at) return { line, column: at - start + 1 };
    line++;
    start = next;
  }
}
