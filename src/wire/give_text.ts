/**
 * How the splitter gives a text away.
 *
 * @module
 */

import { asciiText, utf8Text } from "./byte_window.ts";
import type { Finding, FindingCode } from "./finding.ts";
import { quote } from "./quote.ts";
import { isBlank, type Splitter } from "./splitter.ts";

const noFindings: readonly Finding[] = Object.freeze([]);

/**
 * Gives a whole value.
 *
 * @param s The splitter.
 * @param offset Where the value begins.
 * @param line The line on which it begins.
 * @param end Where it ends.
 */
export function giveMessage(
  s: Splitter,
  offset: number,
  line: number,
  end: number,
): void {
  s.mode = "between";
  s.messageLine = s.line;
  if (!s.beyondAscii) {
    const text = asciiText(s.window, offset, end);
    s.texts.push({ line, offset, text, findings: noFindings });
    return;
  }
  const { text, valid } = utf8Text(s.window, offset, end);
  const message = `Cannot read a message of ${end - offset} bytes as UTF-8`;
  const findings = valid ? noFindings : [fault("NOT_UTF8", message)];
  s.texts.push({ line, offset, text, findings });
}

/**
 * Gives what is open as damage.
 *
 * @param s The splitter.
 * @param end Where the damage ends.
 */
export function giveDamage(s: Splitter, end: number): void {
  const { text } = utf8Text(s.window, s.start, end);
  const first = String.fromCodePoint(text.codePointAt(0)!);
  const message = s.mode === "value"
    ? "Cannot read a message to its end: it is cut short"
    : `Cannot read a message: ${quote(first)} begins none`;
  giveText(s, withoutBlanks(text), fault("NOT_JSON", message));
  s.mode = "between";
}

/**
 * Gives what came of a value that exceeds a limit, and skips its rest.
 *
 * @param s The splitter.
 * @param end Where the limit is.
 * @param code Which limit it is.
 */
export function giveUp(
  s: Splitter,
  end: number,
  code: "TOO_LARGE" | "TOO_DEEP",
): void {
  const { maxSize, maxDepth } = s.options;
  const limit = code === "TOO_LARGE"
    ? `${maxSize} bytes`
    : `${maxDepth} levels`;
  const message = `Cannot read a message of more than ${limit}`;
  giveText(s, utf8Text(s.window, s.start, end).text, fault(code, message));
  s.mode = "skip";
}

function giveText(s: Splitter, text: string, finding: Finding): void {
  const { startLine: line, start: offset } = s;
  s.texts.push({ line, offset, text, findings: [finding] });
}

function fault(code: FindingCode, message: string): Finding {
  return { code, severity: "fault", path: [], message };
}

function withoutBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}
