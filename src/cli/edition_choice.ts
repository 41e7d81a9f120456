/**
 * Chooses the edition that messages are read by.
 *
 * @module
 */

import {
  type Compatibility,
  type Elimination,
  elimination,
} from "../editions/compatible.ts";
import { type Edition, editionFor } from "../editions/edition.ts";
import { editions, treeVersion } from "../editions/release.ts";
import { versionOf } from "../editions/version.ts";
import { type Entry, reader } from "../replay/read.ts";
import type { Greeting } from "../schema/qmp.ts";
import { shorten } from "../wire/quote.ts";
import type { ReadingAsked } from "./reading.ts";
import { chooseSource } from "./source.ts";

/** An edition, and why it was chosen. */
export interface Choice {
  /** The edition. */
  readonly edition: Edition;
  /** Why it was chosen, for people. */
  readonly why: string;
  /** The line on which that stands; 1 where it stands on none. */
  readonly line: number;
  /** Whether several releases can have sent the messages. */
  readonly isGuess?: boolean;
}

/** How much of a file is looked at in search of its greeting. */
const mostSeen = 16 * 1024 * 1024;

/** Looks at the beginning of a file. */
export interface Scout {
  /**
   * Looks further.
   *
   * @param bytes What comes next.
   * @returns Whether enough was seen.
   */
  push(bytes: Uint8Array): boolean;
  /** Says that nothing more comes. */
  end(): void;
  /**
   * Chooses.
   *
   * @returns The edition of the greeting; else of the QEMU that was named in
   * the options, then in a trace's header or by the tool that wrote the log;
   * else the newest release that can have sent what was seen.
   */
  choice(): Choice;
}

/**
 * Makes a look at what is read on afterwards: its first 16 MiB, unless a
 * greeting comes before. Of what may come from a QEMU that is still speaking,
 * and is to be shown at once, only the first message.
 *
 * @param head The file's first bytes, for {@linkcode chooseSource}.
 * @param asked What was asked for.
 * @param isLive Whether somebody waits for the first message.
 * @returns The look.
 */
export function scout(
  head: Uint8Array,
  asked: ReadingAsked,
  isLive: boolean,
): Scout {
  const source = chooseSource(head, asked.format);
  const stage = reader({ policy: "raw" });
  const found = elimination<Entry>();
  let seen = 0;
  let first: Choice | undefined;
  let isOver = false;

  function take(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (isOver) return;
      found.take(entry);
      first = greetingIn(entry);
      isOver = first !== undefined || isLive && entry.kind !== undefined;
    }
  }
  return {
    push(bytes) {
      const part = bytes.subarray(0, mostSeen - seen);
      seen += part.length;
      take(stage.push(source.push(part)));
      return isOver ||= seen === mostSeen;
    },
    end() {
      take(stage.push(source.end()));
    },
    choice: () =>
      greetedOrAsked(first, asked.qemu) ??
        named(source.header?.()?.qemu, "the header") ??
        named(source.qemu, "the log") ??
        bestFit(
          found,
          isLive
            ? "its first message"
            : seen === mostSeen
            ? "its first 16 MiB"
            : "it",
        ),
  };
}

/**
 * Takes the edition that somebody names.
 *
 * @param version The version of a QEMU; undefined where nobody names one.
 * @param who Who names it.
 * @param line The line on which that stands.
 * @returns The choice.
 */
export function named(
  version: string | undefined,
  who: string,
  line = 1,
): Choice | undefined {
  return version === undefined ? undefined : {
    edition: editionFor(version),
    why: `${who} says QEMU ${shorten(version)}`,
    line,
  };
}

/**
 * Takes the edition of a greeting.
 *
 * @param entry A message.
 * @returns The choice; undefined where it is no greeting or has no version.
 */
export function greetingIn(entry: Entry): Choice | undefined {
  const { kind, message, line } = entry;
  if (kind !== "greeting" || message === undefined) return undefined;
  const version = versionOf(message as Greeting);
  return named(version, `the greeting on line ${line}`, line);
}

/**
 * Takes the edition of a greeting before that of `--qemu`.
 *
 * @param greeting The choice by the greeting, where there is one.
 * @param qemu The version in `--qemu`, where it was given.
 * @returns The choice, which says so where the two contradict each other.
 */
export function greetedOrAsked(
  greeting: Choice | undefined,
  qemu: string | undefined,
): Choice | undefined {
  const asked = named(qemu, "--qemu");
  if (greeting === undefined || asked === undefined) return greeting ?? asked;
  if (greeting.edition.name === asked.edition.name) return greeting;
  return { ...greeting, why: `${greeting.why}, and wins over --qemu` };
}

/**
 * Takes the newest release, where nothing says which QEMU it was.
 *
 * @returns The choice.
 */
export function newestRelease(): Choice {
  const why = "nothing says which QEMU it was, and this is the newest";
  const name = releasesAmong(editions).at(-1)!;
  return { edition: editionFor(name), why, line: 1 };
}

function bestFit(found: Elimination<Entry>, what: string): Choice {
  const { possible, ruledOut } = found.result();
  const releases = releasesAmong(possible);
  const newest = releases.at(-1);
  if (newest === undefined) return lastToFit(ruledOut, what);
  const edition = editionFor(newest);
  const why = ruledOut.length === 0
    ? `nothing in ${what} tells releases apart, and this is the newest`
    : releases.length === 1
    ? `no other release can have sent ${what}`
    : `of ${
      releases[0]
    } to ${newest}, which can have sent ${what}, this is the newest`;
  return { edition, why, line: 1, isGuess: releases.length > 1 };
}

/** Releases, unless there are none but development trees. */
function releasesAmong(names: readonly string[]): readonly string[] {
  const releases = names.filter((name) => treeVersion(name) === undefined);
  return releases.length > 0 ? releases : names;
}

function lastToFit(
  ruledOut: Compatibility<Entry>["ruledOut"],
  what: string,
): Choice {
  const { line } = ruledOut.at(-1)!.entry;
  const last = ruledOut.filter(({ entry }) => entry.line === line);
  const name = releasesAmong(last.map(({ edition }) => edition)).at(-1)!;
  return {
    edition: editionFor(name),
    why:
      `no release can have sent all of ${what}, and this one fits up to line ${line}`,
    line,
  };
}

/**
 * Says which edition was taken, and why.
 *
 * @param choice The choice.
 * @returns Such as `edition 7.2 (the greeting on line 1 says QEMU 7.2.22)`.
 */
export function describeChoice({ edition, why }: Choice): string {
  return `edition ${edition.name} (${why})`;
}
