/**
 * What is said of input that is not as it should be: data, never an exception.
 *
 * @module
 */

/** Where in a message something is: the keys and indices from its root. */
export type Path = readonly (string | number)[];

/** How much a {@linkcode Finding} weighs: a fault is wrong, a notice is worth knowing. */
export type Severity = "fault" | "notice";

/**
 * What a {@linkcode Finding} says, for programs. A code keeps its meaning for
 * ever; new ones may come with a minor version. The README lists them, and
 * `qmp-run-state explain CODE` says what to do about each.
 */
export type FindingCode =
  // The text is not a JSON value that QEMU would read.
  | "NOT_JSON"
  | "NOT_UTF8"
  | "DUPLICATE_KEY"
  | "LONE_SURROGATE"
  | "NONCHARACTER"
  | "TOO_LARGE"
  | "TOO_DEEP"
  | "INTEGER_SPELLING"
  // The value is not the message that it should be.
  | "NOT_QMP"
  | "MISSING_MEMBER"
  | "UNEXPECTED_MEMBER"
  | "WRONG_TYPE"
  | "UNKNOWN_VALUE"
  | "UNKNOWN_NAME"
  | "OUT_OF_RANGE"
  | "UNSAFE_NUMBER"
  // The message does not go with the ones around it.
  | "REFUSED"
  | "TOO_MANY_WAITING"
  | "OTHER_EDITION"
  | "IMPOSSIBLE_TRANSITION"
  // The QEMU that sent the message is none that is known.
  | "OLDER_THAN_KNOWN"
  | "NEWER_THAN_KNOWN"
  | "IN_THE_MAKING"
  // The message means what QEMU does not mean.
  | "GUEST_AGAINST_REASON"
  | "IMPOSSIBLE_REASON"
  | "IMPOSSIBLE_ACTION"
  | "WATCHDOG_WITHOUT_EFFECT"
  | "SECOND_SHUTDOWN"
  | "TIME_BACKWARDS"
  | "UNASKED_REPLY"
  | "UNANSWERED_COMMAND"
  // The file that holds the messages is damaged.
  | "NOT_A_TRACE"
  | "TORN_LINE"
  | "UNKNOWN_MARK"
  // The recorder did not hear all, or did not write it down.
  | "UNHEARD"
  | "REDACTED"
  | "DROPPED"
  | "TORN_GZIP"
  // The log holds the messages in another form, or not whole.
  | "REWRITTEN"
  | "ELIDED"
  | "TWO_READINGS";

/** One thing found in the input. */
export interface Finding {
  /** What it is, for programs. */
  readonly code: FindingCode;
  /** How much it weighs. */
  readonly severity: Severity;
  /** Where it is, from the message's root; empty for the whole text. */
  readonly path: Path;
  /** What should have been there. */
  readonly expected?: string;
  /** What was there, at most 80 characters of it. */
  readonly received?: string;
  /** What it is, for people: it names the act and quotes the value. */
  readonly message: string;
}

/**
 * Makes a finding of what is wrong with a whole text.
 *
 * @param code What it is, for programs.
 * @param message What it is, for people.
 * @returns The fault.
 */
export function faultOf(code: FindingCode, message: string): Finding {
  return { code, severity: "fault", path: [], message };
}
