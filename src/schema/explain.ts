/**
 * From a Valibot issue to a finding.
 *
 * @module
 */

import type * as v from "valibot";
import type { Finding, FindingCode, Path } from "../wire/finding.ts";
import { quote, shorten } from "../wire/quote.ts";
import { namesSecret } from "./secret.ts";

/**
 * Makes a finding of an issue.
 *
 * @param issue What a schema said.
 * @param subject What the schema was asked about, such as `event "SHUTDOWN"`.
 * @param hides Whether what stands there may be a secret.
 * @returns The fault.
 */
export function explain(
  issue: v.BaseIssue<unknown>,
  subject: string,
  hides: boolean,
): Finding {
  const path = pathOf(issue);
  const code = codeOf(issue);
  const at = path.length === 0 ? "it" : dotted(path);
  const fault = { code, severity: "fault", path } as const;
  if (code === "MISSING_MEMBER") {
    return {
      ...fault,
      expected: "a member",
      received: "none",
      message: `Cannot accept ${subject}: ${at} is missing`,
    };
  }
  if (code === "UNEXPECTED_MEMBER") return unexpectedMember(path, subject);
  const expected = expectedBy(issue);
  const isHidden = hides || namesSecret(String(path.at(-1) ?? ""));
  const received = isHidden ? "a value not shown" : shown(issue.input);
  const lost = code === "UNSAFE_NUMBER"
    ? ", which lost digits before it came here; read the text with parseJson()"
    : `, expected ${expected}`;
  return {
    ...fault,
    expected,
    received,
    message: `Cannot accept ${subject}: ${at} is ${received}${lost}`,
  };
}

/**
 * Makes a finding of a member that a schema does not name.
 *
 * @param path Where it is.
 * @param subject What holds it, such as `event "SHUTDOWN"`.
 * @returns The fault.
 */
export function unexpectedMember(path: Path, subject: string): Finding {
  return {
    code: "UNEXPECTED_MEMBER",
    severity: "fault",
    path,
    expected: "no member",
    received: "a member",
    message: `Cannot accept ${subject}: ${dotted(path)} is unexpected`,
  };
}

/**
 * Writes a path for people.
 *
 * @param path Keys and indices from the root.
 * @returns Such as `data.info.psw-addr` or `capabilities[0]`.
 */
export function dotted(path: Path): string {
  return shorten(
    path.map((key, index) =>
      typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`
    ).join(""),
  );
}

/**
 * Shows a value for people, in at most 80 characters.
 *
 * @param value Any value.
 * @returns Strings in quotes, objects and arrays by their kind alone.
 */
export function shown(value: unknown): string {
  return typeof value === "string"
    ? quote(value)
    : Array.isArray(value)
    ? "an array"
    : typeof value === "object" && value !== null
    ? "an object"
    : shorten(String(value));
}

function pathOf(issue: v.BaseIssue<unknown>): Path {
  return issue.path?.map(({ key }) => key as string | number) ?? [];
}

function expectedBy({ expected }: v.BaseIssue<unknown>): string {
  return expected === "Object"
    ? "an object"
    // The types of a program are none of a log's.
    : expected?.includes("bigint")
    ? "uint64"
    : expected?.replace(/^\((.*)\)$/, "$1") ?? "something else";
}

function codeOf(issue: v.BaseIssue<unknown>): FindingCode {
  const last = issue.path?.at(-1);
  const { kind, type, expected, input } = issue;
  if (last?.origin === "key") {
    return expected === "never" ? "UNEXPECTED_MEMBER" : "MISSING_MEMBER";
  }
  if (kind === "validation" || expected?.startsWith("integer")) {
    return !Number.isInteger(input) && typeof input !== "bigint"
      ? "WRONG_TYPE"
      : expected === "bigint | safe integer"
      ? "UNSAFE_NUMBER"
      : "OUT_OF_RANGE";
  }
  if (type === "variant" && last !== undefined && input === undefined) {
    return "MISSING_MEMBER";
  }
  // A variant says of a value that is no object at all that it wants one.
  const isOneOfSome = type === "picklist" || type === "literal" ||
    type === "variant" && expected !== "Object";
  if (isOneOfSome) {
    return typeof input === "string" ? "UNKNOWN_VALUE" : "WRONG_TYPE";
  }
  return typeof input === "bigint" && expected === "number"
    ? "OUT_OF_RANGE"
    : "WRONG_TYPE";
}
