/**
 * From what a QEMU says of its version to the edition of the protocol that it
 * speaks.
 *
 * @module
 */

import { shown } from "../schema/explain.ts";
import { editions, treeVersion } from "./release.ts";

/** What a version says of itself, besides the edition to go by. */
export type VersionCode =
  /** A development tree or a release candidate, which is judged by the release that it becomes. */
  | "IN_THE_MAKING"
  /** Newer than the editions known; the newest one before it is taken. */
  | "NEWER_THAN_KNOWN"
  /** Older than the editions known, or no version at all; the oldest one is taken. */
  | "OLDER_THAN_KNOWN";

/** What is to be said of a version. */
export interface VersionNotice {
  /** What it is, for programs. */
  readonly code: VersionCode;
  /** What it is, for people. */
  readonly message: string;
}

/** The edition that a version stands for, and what is to be said about that. */
export interface Resolution {
  /** The name of the edition to go by. */
  readonly edition: string;
  /** What is to be said; absent where the edition is that of the version. */
  readonly notice?: VersionNotice;
}

/** A greeting, as far as its version goes: nested, flat as of old, or without one. */
export interface VersionedGreeting {
  /** What the greeting holds. */
  readonly QMP: {
    /** Its version. */
    readonly version?: unknown;
    /** What it can do; not looked at. */
    readonly capabilities?: unknown;
  };
}

type Numbers = readonly [major: number, minor: number, micro: number];

/**
 * Finds the edition that a version stands for. It never throws; what is odd
 * about the version is in the notice.
 *
 * @param version An edition's name, a version as QEMU prints it (`"7.2.22"`,
 * with or without what a distributor adds), or a greeting.
 * @returns The edition to go by, and what is to be said about that.
 */
export function resolveVersion(
  version: string | VersionedGreeting,
): Resolution {
  if (typeof version === "object" && version !== null) {
    const numbers = greetingNumbers(version);
    return numbers ? resolve(numbers) : oldest(
      "Cannot read a QEMU version in the greeting: it has none",
    );
  }
  const text = typeof version === "string" ? version.trim() : "";
  if (editions.includes(text)) return { edition: text };
  const numbers = textNumbers(text);
  return numbers ? resolve(numbers) : oldest(
    `Cannot read ${
      typeof version === "string"
        ? JSON.stringify(text.slice(0, 80))
        : shown(version)
    } as a QEMU version: it should look like "7.2.22"`,
  );
}

/**
 * Tells whether a text names a QEMU at all, known here or not.
 *
 * @param text What is taken for a version.
 * @returns Whether it is an edition's name, or a version as QEMU prints it.
 */
export function isVersion(text: string): boolean {
  const name = text.trim();
  return editions.includes(name) || textNumbers(name) !== undefined;
}

/**
 * Reads the version out of a greeting.
 *
 * @param greeting The greeting, in any of its forms.
 * @returns Such as `7.2.22`; undefined where the greeting has no version.
 */
export function versionOf(greeting: VersionedGreeting): string | undefined {
  return greetingNumbers(greeting)?.join(".");
}

/**
 * Finds the edition that a version stands for, and insists on it.
 *
 * @param version As {@linkcode resolveVersion} takes it.
 * @returns The edition to go by, and what is to be said about that.
 * @throws {RangeError} The version is older than the oldest edition, or says
 * nothing.
 */
export function requireVersion(
  version: string | VersionedGreeting,
): Resolution {
  const resolution = resolveVersion(version);
  if (resolution.notice?.code === "OLDER_THAN_KNOWN") {
    throw new RangeError(resolution.notice.message);
  }
  return resolution;
}

const first = editions[0] as string;
const last = editions.at(-1) as string;

function oldest(message: string): Resolution {
  return { edition: first, notice: { code: "OLDER_THAN_KNOWN", message } };
}

function resolve(numbers: Numbers): Resolution {
  const [major, minor, micro] = numbers;
  if (order(numbers, numbersOf(first)) < 0) {
    return oldest(
      `Cannot find an edition for QEMU "${
        numbers.join(".")
      }": the oldest one known is ${first}`,
    );
  }
  // QEMU counts so: x.y.50 is the tree after x.y, x.y.90 and on are candidates.
  if (micro >= 50 && order([major, minor, 0], numbersOf(last)) <= 0) {
    return inTheMaking(numbers);
  }
  const name = `${major}.${minor}`;
  return editions.includes(name) ? { edition: name } : newer(numbers);
}

function inTheMaking(numbers: Numbers): Resolution {
  const edition =
    editions.find((each) =>
      treeVersion(each) === undefined && order(numbersOf(each), numbers) > 0
    ) ?? last;
  const what = numbers[2] >= 90 ? "a release candidate" : "a development tree";
  const message = `QEMU "${
    numbers.join(".")
  }" is ${what} on the way to the next release: edition ${edition} is taken`;
  return { edition, notice: { code: "IN_THE_MAKING", message } };
}

function newer(numbers: Numbers): Resolution {
  const edition = editions.findLast((each) =>
    order(numbersOf(each), numbers) < 0
  ) as string;
  const message = `QEMU "${
    numbers.join(".")
  }" is newer than what is known: edition ${edition} is taken`;
  return { edition, notice: { code: "NEWER_THAN_KNOWN", message } };
}

/** An edition's place among the versions: 7.2 is 7.2.0, a tree has its own. */
function numbersOf(name: string): Numbers {
  return textNumbers(treeVersion(name) ?? name) as Numbers;
}

function textNumbers(text: string): Numbers | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(text);
  return match
    ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
    : undefined;
}

/** Before 0.13 the greeting had the three numbers beside the package. */
function greetingNumbers(greeting: VersionedGreeting): Numbers | undefined {
  const version = members(members(greeting).QMP).version;
  const { major, minor, micro } = members(members(version).qemu ?? version);
  return [major, minor, micro].every((part) =>
      Number.isSafeInteger(part) && (part as number) >= 0
    )
    ? [major as number, minor as number, micro as number]
    : undefined;
}

/** A value's members, whatever it is: a greeting may come from anywhere. */
function members(value: unknown): Partial<Record<Part, unknown>> {
  return typeof value === "object" && value !== null ? value : {};
}

type Part = "QMP" | "version" | "qemu" | "major" | "minor" | "micro";

function order(one: Numbers, other: Numbers): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 ? 0 : (one[at] as number) - (other[at] as number);
}
