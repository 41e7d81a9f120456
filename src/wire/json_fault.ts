/**
 * What is said of a text that is no JSON: where, what, and what should have
 * been there.
 *
 * @module
 */

import type { Finding, FindingCode, Path } from "./finding.ts";
import { quote, shorten } from "./quote.ts";

/** What is wrong with a text. The reader throws it, as it noticed it. */
export interface JsonFault {
  /** What it is. */
  readonly code: FindingCode;
  /** For NOT_JSON what should stand there, else what is wrong with what does. */
  readonly about: string;
  /** Where it begins, in UTF-16 code units from the start of the text. */
  readonly from: number;
  /** Where it ends; one character further where absent. */
  readonly end: number | undefined;
  /** What it is, in place of a quote, where that might give a secret away. */
  readonly subject: string | undefined;
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
  const { code, from, about, subject } = fault;
  let line = 1;
  let start = 0;
  let next: number;
  while ((next = text.indexOf("\n", start) + 1) > 0 && next <= from) {
    line++;
    start = next;
  }
  const end = fault.end ?? from + (text.codePointAt(from)! > 0xffff ? 2 : 1);
  const received = shorten(text.slice(from, end));
  const isNotJson = code === "NOT_JSON";
  const isCutShort = isNotJson && from >= text.length;
  const words = isCutShort
    ? `the text as JSON: it is cut short where ${about} should follow`
    : isNotJson
    ? `the text as JSON: ${quote(received)} stands where ${about} should`
    : `${subject ?? quote(received)} as JSON: ${about}`;
  return {
    ok: false,
    finding: {
      code,
      severity: "fault",
      path,
      ...isNotJson ? { expected: about } : undefined,
      ...isCutShort || subject !== undefined ? undefined : { received },
      message: `Cannot read ${words} (line ${line}, column ${
        from - start + 1
      })`,
    },
    line,
    offset: from,
  };
}
