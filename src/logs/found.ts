/**
 * What is said of a log and of how it holds its messages.
 *
 * @module
 */

import type { Finding } from "../wire/finding.ts";
import { quote } from "../wire/quote.ts";

/**
 * Says that a message was read in another form than it stands in.
 *
 * @param what What stands there, in words.
 * @returns The notice.
 */
export function rewritten(what: Iterable<string>): Finding {
  return notice(
    "REWRITTEN",
    `Read a message in another form than it stands here: ${
      [...what].join(", ")
    }`,
  );
}

/**
 * Says that something is missing on purpose.
 *
 * @param what What stands in its place.
 * @param why What that means.
 * @returns The notice.
 */
export function elided(what: string, why: string): Finding {
  return notice("ELIDED", `Pass over ${quote(what)}: ${why}`);
}

/**
 * Says that a message can be read in two ways.
 *
 * @param line The line at whose end it was cut.
 * @returns The fault.
 */
export function unjoinable(line: number): Finding {
  return fault(
    "TWO_READINGS",
    `Cannot join the string that is cut at the end of line ${line}: a blank may have stood there or none`,
  );
}

/**
 * Says that a message does not end.
 *
 * @returns The fault.
 */
export function cutShort(): Finding {
  return fault(
    "NOT_JSON",
    "Cannot read a message to its end: it is cut short",
  );
}

/**
 * Makes a notice on a whole text.
 *
 * @param code What it is.
 * @param message What it is, for people.
 * @returns The notice.
 */
export function notice(code: Finding["code"], message: string): Finding {
  return { code, severity: "notice", path: [], message };
}

/**
 * Makes a fault of a whole text.
 *
 * @param code What it is.
 * @param message What it is, for people.
 * @returns The fault.
 */
export function fault(code: Finding["code"], message: string): Finding {
  return { code, severity: "fault", path: [], message };
}
